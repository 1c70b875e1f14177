"""What the operating system says of programs, machine, session and home; None where it cannot be told.

Linux is asked by `/proc` and `/sys`, macOS by `ps` and `sysctl`, Windows by `tasklist`. Nothing here needs more rights
than the candidate has; what those do not show stays unknown. May take a moment: call it on a worker.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Protocol

from pocus_desktop.sitting.integrity.detector import Looked
from pocus_desktop.sitting.integrity.watched import watched

_PROC: Final = Path("/proc")
_DMI: Final = Path("/sys/class/dmi/id")
_DMI_FILES: Final = ("sys_vendor", "product_name", "board_vendor", "bios_vendor")
_LIST_TIMEOUT_S: Final = 10
_UNNAMED: Final = "unknown"
"""A hypervisor that does not say which."""

_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "darwin": ("/bin/ps", "-axo", "comm="),
    "win32": (r"C:\Windows\System32\tasklist.exe", "/fo", "csv", "/nh"),
}


class Probe(Protocol):
    """Asks a platform; a fake of it stands beside the contract that both pass."""

    def look(self) -> Looked:
        """What can be told now; never raises, on any thread. Displays are not asked here: they are Qt's."""


class SystemProbe:
    """This computer.

    Args:
        home: The folder with the answers.
        platform: As `sys.platform` has it.
        environment: Of the session.
        proc: Where Linux shows processes.
        dmi: Where Linux shows what the firmware says of the machine.
        run: Runs a command and gives what it wrote.
    """

    def __init__(
        self,
        home: Path,
        *,
        platform: str = sys.platform,
        environment: Mapping[str, str] | None = None,
        proc: Path = _PROC,
        dmi: Path = _DMI,
        run: Callable[[tuple[str, ...]], str] | None = None,
    ) -> None:
        self._home = home
        self._platform = platform
        self._environment = os.environ if environment is None else environment
        self._proc = proc
        self._dmi = dmi
        self._run = run or _output
        self._volume: int | None = None

    def look(self) -> Looked:
        """As `Probe.look`."""
        return Looked(
            programs=self._programs(),
            machine=self._machine(),
            is_remote=is_remote(self._environment, self._platform),
            is_home_there=self._is_home_there(),
        )

    def _is_home_there(self) -> bool | None:
        """Whether it is where it was when first it was seen."""
        now = _volume(self._home)
        self._volume = now if self._volume is None else self._volume
        return None if self._volume is None else now == self._volume

    def _programs(self) -> frozenset[str] | None:
        try:
            if self._platform.startswith("linux"):
                names: Iterable[str] = linux_processes(self._proc)
            elif self._platform in _LISTS:
                names = listed(self._platform, self._run(_LISTS[self._platform]))
            else:
                return None
        except (OSError, subprocess.SubprocessError):
            return None
        return watched().programs_of(names)

    def _machine(self) -> str | None:
        if self._platform.startswith("linux"):
            return linux_machine(self._dmi, self._proc / "cpuinfo")
        if self._platform == "darwin":
            try:
                return _UNNAMED if self._run(("/usr/sbin/sysctl", "-n", "kern.hv_vmm_present")).strip() == "1" else ""
            except (OSError, subprocess.SubprocessError):
                return None
        return None


def linux_processes(proc: Path) -> tuple[str, ...]:
    """The names of all processes that are shown to us.

    Raises:
        OSError: There is no such folder.
    """
    return tuple(_word(folder / "comm") for folder in proc.iterdir() if folder.name.isdigit())


def listed(platform: str, told: str) -> tuple[str, ...]:
    """The names of processes in what `ps -o comm=` or `tasklist /fo csv` wrote."""
    if platform == "win32":
        return tuple(row[0] for row in csv.reader(told.splitlines()) if row)
    return tuple(line.strip().rpartition("/")[2] for line in told.splitlines())


def linux_machine(dmi: Path, cpuinfo: Path) -> str | None:
    """The virtual machine that firmware or processor tell; empty for none, None where neither is shown."""
    told = " ".join(_word(dmi / name) for name in _DMI_FILES).strip()
    flags = _word(cpuinfo)
    if not told and not flags:
        return None
    named = watched().machine_of(told)
    if named:
        return named
    return _UNNAMED if any(" hypervisor" in line for line in flags.splitlines() if line.startswith("flags")) else ""


def is_remote(environment: Mapping[str, str], platform: str) -> bool:
    """Whether the session says of itself that it is shown elsewhere."""
    if platform == "win32":
        return environment.get("SESSIONNAME", "").upper().startswith("RDP-")
    return bool(environment.get("SSH_CONNECTION") or environment.get("XRDP_SESSION"))


def _volume(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # a process that has ended, or what is not shown to us
        return ""


def _output(command: tuple[str, ...]) -> str:
    unseen: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows its window would take the candidate's focus
    done = subprocess.run(command, capture_output=True, timeout=_LIST_TIMEOUT_S, check=True, creationflags=unseen)  # noqa: S603 - fixed commands
    return done.stdout.decode("utf-8", errors="replace")
