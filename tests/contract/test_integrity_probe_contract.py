"""What every probe of a platform keeps: this computer's, those of other systems by what they write, and the fake."""

import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pocus_desktop.sitting.integrity.detector import Looked, Watch, step
from pocus_desktop.sitting.integrity.watched import watched
from pocus_desktop.ui.integrity.probe import Probe, SystemProbe, is_remote, linux_machine, listed

TASKLIST = '"System","4","Services","0","144 K"\r\n"obs64.exe","812","Console","1","90,000 K"\r\n'
PS = "/sbin/launchd\n/Applications/zoom.us.app/Contents/MacOS/zoom.us\n/bin/zsh\n"


@dataclass
class FakeProbe:
    """Says what it is told to say."""

    looked: Looked = field(default_factory=Looked)

    def look(self) -> Looked:
        return self.looked


def _fails(command: tuple[str, ...]) -> str:
    raise subprocess.CalledProcessError(1, command)


def probes(home: Path) -> dict[str, Probe]:
    """Each by its name."""
    return {
        "this computer": SystemProbe(home),
        "windows": SystemProbe(home, platform="win32", environment={}, run=lambda _: TASKLIST),
        "macos": SystemProbe(home, platform="darwin", environment={}, run=lambda c: "1" if "sysctl" in c[0] else PS),
        "a system that refuses": SystemProbe(home, platform="darwin", environment={}, run=_fails),
        "an unknown system": SystemProbe(home, platform="plan9", environment={}),
        "no proc": SystemProbe(home, platform="linux", environment={}, proc=home / "none", dmi=home / "none"),
        "no home": SystemProbe(home / "none"),
        "fake": FakeProbe(Looked(displays=None, programs=frozenset({"obs"}), is_home_there=True)),
    }


NAMES = sorted(probes(Path()))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_is_of_the_lists_and_the_same_from_any_thread(name: str, tmp_path: Path) -> None:
    probe = probes(tmp_path)[name]
    told: list[Looked] = []
    worker = threading.Thread(target=lambda: told.append(probe.look()))
    worker.start()
    worker.join()
    looked = told[0]
    assert looked.displays is None, "displays are Qt's"
    assert looked.programs is None or looked.programs <= set(watched().programs)
    assert looked.machine is None or looked.machine in {"", "unknown", *watched().machines}
    _, notes = step(Watch(), looked, now_ms=0)
    assert all(note.detail in {"", "unknown", *watched().programs, *watched().machines} for note in notes)


@pytest.mark.parametrize(
    ("name", "programs", "machine"),
    [
        ("windows", {"obs"}, None),
        ("macos", {"zoom"}, "unknown"),
        ("a system that refuses", None, None),
        ("an unknown system", None, None),
        ("no proc", None, None),
    ],
)
def test_each_system_is_read_as_it_writes(
    name: str, programs: set[str] | None, machine: str | None, tmp_path: Path
) -> None:
    looked = probes(tmp_path)[name].look()
    assert looked.programs == programs
    assert looked.machine == machine


def test_a_process_of_the_list_is_found_on_this_computer(tmp_path: Path) -> None:
    program = tmp_path / "wf-recorder"
    program.symlink_to("/bin/cat")
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"here")
        # Linux gives a process its new name a moment after Popen returns; one that answers has it.
        assert process.stdout.read(4) == b"here"
        assert "wf-recorder" in (SystemProbe(tmp_path).look().programs or set())


def test_what_ps_of_this_computer_writes_is_read_as_macos_would_be(tmp_path: Path) -> None:
    told = subprocess.run(["ps", "-axo", "comm="], capture_output=True, text=True, check=True).stdout
    assert "ps" in listed("darwin", told)


def test_a_home_that_goes_and_comes_back_is_told(tmp_path: Path) -> None:
    home = tmp_path / "sittings"
    probe = SystemProbe(home)
    assert probe.look().is_home_there is None, "what was never there cannot go"
    home.mkdir()
    assert probe.look().is_home_there is True
    home.rename(tmp_path / "elsewhere")
    assert probe.look().is_home_there is False
    (tmp_path / "elsewhere").rename(home)
    assert probe.look().is_home_there is True


@pytest.mark.parametrize(
    ("firmware", "flags", "machine"),
    [
        pytest.param({"sys_vendor": "QEMU"}, "", "qemu", id="firmware names it"),
        pytest.param({"sys_vendor": "LENOVO"}, "flags\t\t: fpu hypervisor", "unknown", id="only the processor tells"),
        pytest.param({"sys_vendor": "LENOVO"}, "flags\t\t: fpu vme", "", id="a real machine"),
        pytest.param({}, "", None, id="nothing is shown"),
    ],
)
def test_a_virtual_machine_by_what_linux_shows(
    firmware: dict[str, str], flags: str, machine: str | None, tmp_path: Path
) -> None:
    for name, told in firmware.items():
        (tmp_path / name).write_text(told)
    (tmp_path / "cpuinfo").write_text(flags)
    assert linux_machine(tmp_path, tmp_path / "cpuinfo") == machine


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"SESSIONNAME": "RDP-Tcp#3"}, "win32", True),
        ({"SESSIONNAME": "Console"}, "win32", False),
        ({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "linux", True),
        ({}, "linux", False),
    ],
)
def test_a_session_that_is_shown_elsewhere(environment: dict[str, str], platform: str, expected: bool) -> None:
    assert is_remote(environment, platform) is expected
