"""The clocks of this machine that nobody can set: one that stands still in its sleep, one that does not; and its boot.

Every system has the pair under other names (docs/adr/0105). All count from the boot.
"""

import ctypes
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_UNKNOWN_BOOT: Final = "boot"
"""Where the system names no boot. One name for all boots of a machine takes no time from anyone: a clock that starts
again shows less than what has passed, never more; where it is behind, a sitting takes it for another boot. A name made
of the wall clock would change with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineClocks:
    """Where to read them.

    Attributes:
        awake_ns: Time since the boot that the machine was awake.
        passed_ns: Time since the boot, awake or asleep.
        boot_id: Names the boot.
    """

    awake_ns: Callable[[], int]
    passed_ns: Callable[[], int]
    boot_id: str


def machine_clocks() -> MachineClocks:
    """Those of the system that runs."""
    if sys.platform == "linux":
        found = MachineClocks(
            awake_ns=lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC),
            passed_ns=lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
            boot_id=_boot_of_linux(),
        )
    elif sys.platform == "darwin":
        found = MachineClocks(
            awake_ns=lambda: time.clock_gettime_ns(time.CLOCK_UPTIME_RAW),
            passed_ns=lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW),
            boot_id=_boot_of_macos(),
        )
    elif sys.platform == "win32":
        found = _of_windows()
    else:
        found = MachineClocks(awake_ns=time.monotonic_ns, passed_ns=time.monotonic_ns, boot_id=_UNKNOWN_BOOT)
    return found


def _boot_of_linux() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123 - a kernel file
            return file.read().strip() or _UNKNOWN_BOOT
    except OSError:
        return _UNKNOWN_BOOT


def _boot_of_macos() -> str:
    """`kern.bootsessionuuid`: drawn anew by each boot."""
    name, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
    found = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", name, ctypes.byref(size), None, 0)
    return name.value.decode("ascii", "replace") or _UNKNOWN_BOOT if found == 0 else _UNKNOWN_BOOT


if sys.platform == "win32":
    import winreg

    _HUNDRED_NS: Final = 100
    _BOOTS: Final = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"

    def _of_windows() -> MachineClocks:
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetTickCount64.restype = ctypes.c_ulonglong

        def awake_ns() -> int:
            told = ctypes.c_ulonglong()
            kernel.QueryUnbiasedInterruptTime(ctypes.byref(told))
            return told.value * _HUNDRED_NS

        def passed_ns() -> int:
            return int(kernel.GetTickCount64()) * 1_000_000

        return MachineClocks(awake_ns=awake_ns, passed_ns=passed_ns, boot_id=_boot_of_windows())

    def _boot_of_windows() -> str:
        """The number that Windows gives each boot."""
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _BOOTS) as key:
                return f"boot-{winreg.QueryValueEx(key, 'BootId')[0]}"
        except OSError:
            return _UNKNOWN_BOOT
