"""Will the power last?"""

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.ui.check.finding import Finding

LOW_PERCENT: Final = 50
"""Below this, a computer on battery should be plugged in."""

_SUPPLIES: Final = Path("/sys/class/power_supply")


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """How the computer is powered.

    Attributes:
        is_plugged: On mains (or charging).
        percent: The battery's charge; None where there is none.
    """

    is_plugged: bool
    percent: int | None


def probe_battery(power: Power | None) -> Finding:
    """Judge the power.

    Args:
        power: What `read_power` found; None where it cannot be told.
    """
    if power is None:
        return Finding(probe="battery", level="note", code="battery_unknown")
    if power.percent is None:
        return Finding(probe="battery", level="ok", code="battery_none")
    charge = (("percent", power.percent),)
    if power.is_plugged:
        return Finding(probe="battery", level="ok", code="battery_plugged", params=charge)
    if power.percent < LOW_PERCENT:
        return Finding(probe="battery", level="problem", code="battery_low", params=charge)
    return Finding(probe="battery", level="note", code="battery_unplugged", params=charge)


def read_power(supplies: Path = _SUPPLIES) -> Power | None:
    """Ask the operating system.

    Args:
        supplies: Where Linux lists its power supplies.
    """
    if sys.platform == "win32":
        return _windows()
    if not supplies.is_dir():
        return None
    return _linux(supplies)


def _linux(supplies: Path) -> Power:
    is_plugged = False
    charges: list[int] = []
    for supply in sorted(supplies.iterdir()):
        kind = _word(supply / "type")
        if kind == "Battery" and _word(supply / "scope") != "Device":
            charge = _word(supply / "capacity")
            if charge.isdigit():
                charges.append(int(charge))
            is_plugged = is_plugged or _word(supply / "status") in ("Charging", "Full", "Not charging")
        elif kind == "Mains":
            is_plugged = is_plugged or _word(supply / "online") == "1"
    return Power(is_plugged=is_plugged or not charges, percent=min(charges, default=None))


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


class _SystemPowerStatus(ctypes.Structure):
    """What `GetSystemPowerStatus` fills in."""

    _fields_ = (
        ("line", ctypes.c_ubyte),
        ("flags", ctypes.c_ubyte),
        ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte),
        ("left_s", ctypes.c_ulong),
        ("full_s", ctypes.c_ulong),
    )


def _windows() -> Power | None:
    status = _SystemPowerStatus()
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GetSystemPowerStatus(ctypes.byref(status)):
        return None
    has_battery = not status.flags & 128 and status.percent <= 100
    return Power(is_plugged=status.line == 1, percent=status.percent if has_battery else None)
