"""Where a folder lies, by what each operating system says of it."""

from pathlib import Path

import pytest

from pocus_desktop.kernel import volumes
from pocus_desktop.kernel.volumes import (
    Medium,
    NetworkDriveError,
    Volume,
    linux_volume,
    mac_volume,
    read_mounts,
    require_own_disk,
    volume_of,
    windows_volume,
)

MOUNTS = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
25 27 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24684092k
30 27 0:30 / /srv/exam rw,relatime - nfs4 10.0.0.2:/exam rw,vers=4.2
31 27 0:31 / /mnt/with\040space rw - cifs //server/share rw,username=x
32 27 0:32 / /home/ana/cloud rw,nosuid - fuse.sshfs ana@host: rw
33 27 0:33 / /home/ana/stick rw - vfat /dev/sdb1 rw
34 27 0:34 / /live rw - overlay overlay rw,lowerdir=/ro,upperdir=/dev/shm/upper,workdir=/dev/shm/work
35 27 0:35 / /boxed rw - overlay overlay rw,lowerdir=/x,upperdir=/var/lib/docker/y/diff,workdir=/z
36 27 0:36 / /c rw - 9p C:\134 rw
37 27 0:37 / /archive rw - fuse.archivemount x rw
38 30 0:38 / /srv/exam/local rw - xfs /dev/sdc1 rw
39 27 0:39 / /twice rw - ext4 /dev/sdd1 rw
40 27 0:40 / /twice rw - nfs 10.0.0.3:/twice rw
41 27 0:41 / /windows rw - fuseblk /dev/sda2 rw
this line is none
"""


@pytest.mark.parametrize(
    ("place", "medium"),
    [
        pytest.param("/home/ana/pocus", Medium.DISK, id="a disk"),
        pytest.param("/home/ana/stick/pocus", Medium.DISK, id="a stick"),
        pytest.param("/srv/exam/pocus", Medium.NETWORK, id="NFS"),
        pytest.param("/mnt/with space/pocus", Medium.NETWORK, id="a Windows share"),
        pytest.param("/home/ana/cloud", Medium.NETWORK, id="by SSH"),
        pytest.param("/c/Users", Medium.NETWORK, id="a virtual machine's host"),
        pytest.param("/srv/exam/local/pocus", Medium.DISK, id="a disk below a share"),
        pytest.param("/srv/examples", Medium.DISK, id="a name that only begins like a share's"),
        pytest.param("/twice/pocus", Medium.NETWORK, id="the last mount of a place counts"),
        pytest.param("/dev/shm/pocus", Medium.MEMORY, id="memory"),
        pytest.param("/live/home", Medium.MEMORY, id="a live system whose upper layer is memory"),
        pytest.param("/boxed/home", Medium.UNKNOWN, id="a container: its upper layer is out of sight"),
        pytest.param("/archive/home", Medium.UNKNOWN, id="a program's own file system"),
        pytest.param("/windows/home", Medium.UNKNOWN, id="a block device behind a program"),
    ],
)
def test_linux(place: str, medium: Medium) -> None:
    assert linux_volume(place, read_mounts(MOUNTS)).medium is medium


def test_linux_without_mounts() -> None:
    assert linux_volume("/home", ()).medium is Medium.UNKNOWN


@pytest.mark.parametrize(
    ("place", "drive_type", "medium"),
    [
        (r"C:\Users\ana", 3, Medium.DISK),
        (r"E:\pocus", 2, Medium.DISK),
        (r"Z:\pocus", 4, Medium.NETWORK),
        (r"\\server\share\pocus", 0, Medium.NETWORK),
        (r"\\?\UNC\server\share", 0, Medium.NETWORK),
        (r"\\?\C:\Users\ana", 3, Medium.DISK),
        (r"R:\pocus", 6, Medium.MEMORY),
        (r"Q:\pocus", 0, Medium.UNKNOWN),
        (r"Q:\pocus", 1, Medium.UNKNOWN),
    ],
)
def test_windows(place: str, drive_type: int, medium: Medium) -> None:
    assert windows_volume(place, drive_type).medium is medium


@pytest.mark.parametrize(
    ("file_system", "flags", "medium"),
    [
        ("apfs", 0x1000, Medium.DISK),
        ("hfs", 0x1000, Medium.DISK),
        ("smbfs", 0, Medium.NETWORK),
        ("afpfs", 0x1000, Medium.NETWORK),
        ("apfs", 0, Medium.NETWORK),
        ("macfuse_sshfs", 0x1000, Medium.UNKNOWN),
        ("tmpfs", 0x1000, Medium.MEMORY),
    ],
)
def test_mac(file_system: str, flags: int, medium: Medium) -> None:
    assert mac_volume(file_system, flags).medium is medium


def test_this_machine_answers_for_a_folder_that_is_there_or_not_yet(tmp_path: Path) -> None:
    assert volume_of(tmp_path) == volume_of(tmp_path / "not" / "yet")


def test_a_network_drive_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_own_disk(tmp_path)
    monkeypatch.setattr(volumes, "volume_of", lambda _folder: Volume(medium=Medium.NETWORK, file_system="nfs4"))
    with pytest.raises(NetworkDriveError) as refused:
        require_own_disk(tmp_path)
    assert refused.value.params["file_system"] == "nfs4"
