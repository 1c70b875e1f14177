"""On what a folder lies: a disk of this computer, a drive elsewhere in a network, or memory.

A journal on a network drive is not safe: its locks and its syncs are only as good as the server's and the link's
(SQLite says so of itself), so a station refuses one. What is in memory is gone with the power.

What the operating systems say is told apart by pure functions; only `volume_of` asks them.
"""

import ctypes
import os
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from pocus_desktop.kernel.errors import Blame, PocusError


class NetworkDriveError(PocusError):
    """A sitting would be written to a drive that is not of this computer."""

    code = "kernel.network_drive"
    blame = Blame.ENVIRONMENT


class Medium(StrEnum):
    """What kind of place it is."""

    DISK = "disk"
    NETWORK = "network"
    MEMORY = "memory"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Where a folder lies.

    Attributes:
        file_system: As the operating system calls it; empty where it does not say.
        is_rotating: Whether its disk turns; None where that is not known (a virtual disk says anything).
    """

    medium: Medium
    file_system: str = ""
    is_rotating: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One line of Linux's `mountinfo`."""

    device: str
    place: str
    file_system: str
    options: tuple[str, ...] = ()


_NETWORK: Final = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "ncpfs", "afs", "kafs", "coda", "9p", "ceph", "lustre",
    "glusterfs", "beegfs", "orangefs", "pvfs2", "gfs2", "ocfs2", "gpfs", "davfs", "webdav", "afpfs", "ftp", "acfs",
    "virtiofs", "vboxsf", "vmhgfs", "prl_fs",
})  # fmt: skip
"""File systems of other computers, those of a virtual machine's host among them."""

_NETWORK_BY_PROGRAM: Final = re.compile(
    r"(fuse|fuse3|osxfuse|macfuse)\.?(sshfs|rclone|glusterfs|ceph|s3fs|davfs2?|gvfsd-fuse|curlftpfs|smbnetfs|vmhgfs-fuse|nfs)"
)
_MEMORY: Final = frozenset({"tmpfs", "ramfs", "rootfs", "devtmpfs"})
_LAYERS: Final = frozenset({"overlay", "overlayfs", "aufs", "unionfs"})
_VIRTUAL_DISK: Final = re.compile(r"(vd|xvd)[a-z]")


def volume_of(folder: Path) -> Volume:
    """Ask the operating system; UNKNOWN where it does not say."""
    place = Path(os.path.realpath(folder))
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        if sys.platform == "win32":
            return windows_volume(str(place), _drive_type(place))
        if sys.platform == "darwin":
            return mac_volume(*_mac_statfs(place))
        text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return Volume(medium=Medium.UNKNOWN)
    mounts = read_mounts(text)
    volume = linux_volume(str(place), mounts)
    mount = mount_of(str(place), mounts)
    if mount is None or volume.medium is not Medium.DISK:
        return volume
    return Volume(medium=volume.medium, file_system=volume.file_system, is_rotating=_is_rotating(mount.device))


def require_own_disk(folder: Path) -> None:
    """A folder is of this computer.

    Raises:
        NetworkDriveError: It lies on a network drive.
    """
    volume = volume_of(folder)
    if volume.medium is Medium.NETWORK:
        raise NetworkDriveError(file_system=volume.file_system or "-")


def read_mounts(text: str) -> tuple[Mount, ...]:
    """Read Linux's `mountinfo` (proc_pid_mountinfo(5)); lines that are none are passed over."""
    mounts: list[Mount] = []
    for line in text.splitlines():
        front, dash, back = line.partition(" - ")
        fields, told = front.split(" "), back.split(" ")
        if dash and len(fields) >= 6 and len(told) >= 3:
            mounts.append(
                Mount(
                    device=fields[2],
                    place=_unescaped(fields[4]),
                    file_system=told[0],
                    options=tuple(_unescaped(told[2]).split(",")),
                )
            )
    return tuple(mounts)


def mount_of(place: str, mounts: tuple[Mount, ...]) -> Mount | None:
    """The mount that a path is in: the one that reaches furthest, the last of those."""
    path = PurePosixPath(place)
    found = [mount for mount in mounts if path.is_relative_to(mount.place)]
    return max(reversed(found), key=lambda mount: len(PurePosixPath(mount.place).parts), default=None)


def linux_volume(place: str, mounts: tuple[Mount, ...]) -> Volume:
    """What Linux's mounts say of a path; what is layered is where its upper layer is."""
    mount = mount_of(place, mounts)
    if mount is None:
        return Volume(medium=Medium.UNKNOWN)
    name = mount.file_system
    if name in _LAYERS:
        upper = next((one.removeprefix("upperdir=") for one in mount.options if one.startswith("upperdir=")), "")
        below = mount_of(upper, tuple(other for other in mounts if other is not mount)) if upper else None
        if below is None or below.file_system in _LAYERS or below.place == "/":
            return Volume(medium=Medium.UNKNOWN, file_system=name)
        return Volume(medium=_medium(below.file_system), file_system=name)
    return Volume(medium=_medium(name), file_system=name)


def windows_volume(place: str, drive_type: int) -> Volume:
    """What `GetDriveType` says, and the path: 3 is fixed, 2 removable, 4 remote, 6 a disk in memory."""
    is_share = place.startswith("\\\\") and not place.startswith(("\\\\?\\", "\\\\.\\"))
    if is_share or place.upper().startswith("\\\\?\\UNC\\") or drive_type == 4:
        return Volume(medium=Medium.NETWORK)
    kinds = {2: Medium.DISK, 3: Medium.DISK, 6: Medium.MEMORY}
    return Volume(medium=kinds.get(drive_type, Medium.UNKNOWN))


def mac_volume(file_system: str, flags: int) -> Volume:
    """What `statfs` says: the name of the file system, and whether it is local (`MNT_LOCAL`)."""
    medium = _medium(file_system)
    if medium is Medium.DISK and not flags & 0x1000:
        medium = Medium.NETWORK
    return Volume(medium=medium, file_system=file_system)


def _medium(file_system: str) -> Medium:
    if file_system in _NETWORK or _NETWORK_BY_PROGRAM.fullmatch(file_system):
        return Medium.NETWORK
    if file_system in _MEMORY:
        return Medium.MEMORY
    return Medium.UNKNOWN if file_system.startswith(("fuse", "osxfuse", "macfuse")) else Medium.DISK


def _unescaped(text: str) -> str:
    """Spaces and the like are written as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _is_rotating(device: str) -> bool | None:
    """What Linux knows of a disk; a part of one is asked for the whole."""
    place = Path(os.path.realpath(f"/sys/dev/block/{device}"))
    for disk in (place, place.parent):
        try:
            told = (disk / "queue" / "rotational").read_text(encoding="ascii").strip()
        except OSError:
            continue
        return None if _VIRTUAL_DISK.match(disk.name) else told == "1"
    return None


def _drive_type(place: Path) -> int:
    library = getattr(ctypes, "windll", None)
    return int(library.kernel32.GetDriveTypeW(place.anchor)) if library is not None else 0


class _Statfs(ctypes.Structure):
    """macOS's `struct statfs` with 64-bit inodes (statfs(2))."""

    _fields_ = (
        ("sizes", ctypes.c_uint32 * 2),
        ("counts", ctypes.c_uint64 * 5),
        ("id", ctypes.c_int32 * 2),
        ("owner", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("subtype", ctypes.c_uint32),
        ("name", ctypes.c_char * 16),
        ("on", ctypes.c_char * 1024),
        ("source", ctypes.c_char * 1024),
        ("reserved", ctypes.c_uint32 * 8),
    )


def _mac_statfs(place: Path) -> tuple[str, int]:
    told = _Statfs()
    library = ctypes.CDLL(None, use_errno=True)
    call = getattr(library, "statfs$INODE64", None) or library.statfs
    if call(os.fsencode(place), ctypes.byref(told)) != 0:
        raise OSError(ctypes.get_errno(), "statfs")
    return told.name.decode("ascii", "replace"), int(told.flags)
