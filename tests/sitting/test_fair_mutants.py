"""The count of true time notices each fault that would be unfair: planted here, one at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pocus_desktop.sitting import ledger, lost
from pocus_desktop.sitting.ledger import BREAK, MEDIA, Ledger
from tests.sitting.fair import CAP_MS, REPORTS, Sat, Turn

Plant: TypeAlias = Callable[[pytest.MonkeyPatch], None]
STALLED = REPORTS.index("stalled")


def turn(kind: str, ms: int = 0, *, number: int = 1, before_ms: int = 1_000) -> Turn:
    return Turn(kind=kind, before_ms=before_ms, ms=ms, number=number)


SLEEP = (turn("sleep", 9_000), turn("wait", 2_000))
CRASH = (turn("kill", 9_000), turn("wait", 2_000))
POWER_CUT = (turn("power", 9_000, number=3), turn("wait", 2_000))
STALL = (turn("play"), turn("report", number=STALLED), turn("wait", 9_000), turn("tick"))
PAUSE = (turn("pause"), turn("wait", 9_000), turn("go-on"), turn("wait", 2_000))
LEAVE = (turn("leave", 9_000), turn("wait", 2_000))
JUMP = (turn("jump", number=2), turn("tick"))
DISK = (turn("disk"), turn("work", number=3), turn("wait", 9_000), turn("disk"), turn("tick"))
BEYOND_THE_CAP = (*STALL[:2], turn("wait", 30_000), *CRASH, turn("sleep", 30_000))
WAIT_BEYOND_THE_CAP = (turn("kill", CAP_MS - 5_000), *STALL, turn("tick"))
ENDED_STALL = (*STALL, turn("report", number=REPORTS.index("recovered")), turn("wait", 9_000), turn("tick"))


def without_cap(function: str) -> Plant:
    """One that gives back whatever was lost."""
    return changed(lost, function, lambda real, *given, **named: real(*given, **{**named, "cap_ms": 10**9}))


def without_credit(function: str) -> Plant:
    """One that gives back nothing."""
    return changed(lost, function, lambda real, *given, **named: real(*given, **{**named, "cap_ms": 0}))


def changed(module: Any, function: str, fault: Callable[..., Any]) -> Plant:
    """One that does something else than the real one, which the fault is given first."""
    real = getattr(module, function)
    return lambda monkeypatch: monkeypatch.setattr(module, function, lambda *a, **k: fault(real, *a, **k))


def nothing(_real: object, time: Ledger, *_given: object, **_named: object) -> Ledger:
    return time


def not_for(reason: str) -> Callable[..., Ledger]:
    return lambda real, time, why: time if why == reason else real(time, why)


def never_over(real: Callable[[Ledger], Ledger], time: Ledger) -> Ledger:
    return time if time.rest_reason == MEDIA else real(time)


def believing_dark(_real: object, time: Ledger, dark_ms: int, *, reason: str) -> Ledger:
    return lost.lost(time, max(dark_ms, 0), reason=reason, cap_ms=CAP_MS)


FAULTS: dict[str, tuple[Plant, tuple[Turn, ...]]] = {
    "no credit for a recording that does not play": (changed(ledger, "wait", nothing), STALL),
    "waiting has no cap": (
        changed(ledger, "wait", lambda real, time, **_cap: real(time, cap_ms=10**9)),
        WAIT_BEYOND_THE_CAP,
    ),
    "waiting never ends": (changed(ledger, "end_rest", never_over), ENDED_STALL),
    "no credit for sleep": (without_credit("clocks_shown"), SLEEP),
    "sleep takes no time": (changed(lost, "clocks_shown", nothing), BEYOND_THE_CAP),
    "no credit for a crash": (without_credit("came_back"), CRASH),
    "no credit for a power cut": (without_credit("came_back"), POWER_CUT),
    "a crash takes no time": (without_cap("came_back"), BEYOND_THE_CAP),
    "the cap is ignored": (without_cap("lost"), BEYOND_THE_CAP),
    "who left is credited": (
        changed(lost, "came_back", lambda real, *a, **k: real(*a, **{**k, "was_left": False})),
        LEAVE,
    ),
    "the wall clock is believed after a power cut": (changed(lost, "_dark", believing_dark), POWER_CUT),
    "the wall clock is believed": (
        changed(ledger, "passed", lambda _real, last, now: max(now.wall_ms - last.wall_ms, 0)),
        JUMP,
    ),
    "a pause does not hold the clock": (changed(ledger, "hold", not_for("pause")), PAUSE),
    "a pause holds the clock for good": (changed(ledger, "release", not_for("pause")), PAUSE),
    "a disk that refuses does not hold the clock": (changed(ledger, "hold", not_for("disk")), DISK),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_would_be_unfair_is_noticed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, turns = FAULTS[name]
    assert Sat(tmp_path / "sound", needs_code=False).live(turns).checks
    plant(monkeypatch)
    with pytest.raises(AssertionError) as noticed:
        Sat(tmp_path / "faulty", needs_code=False).live(turns)
    assert Path(noticed.traceback[-1].path).name == "fair.py"  # and no assertion of what is tested


def test_a_break_that_never_ends_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    through = (turn("work", number=0), *(turn("work", number=1) for _ in range(4)), turn("wait", 100_000))
    sound = Sat(tmp_path / "sound", needs_code=False).live(through)
    assert any(entry.reason == BREAK for entry in sound.sitting.state.ledger.entries)
    changed(ledger, "rest", lambda real, time, ms, **named: real(time, ms * 3, **named))(monkeypatch)
    with pytest.raises(AssertionError):
        Sat(tmp_path / "faulty", needs_code=False).live((*through, turn("wait", 100_000), turn("wait", 100_000)))
