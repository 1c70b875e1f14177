"""Time that was lost to a crash, a power cut or a sleep: how much clocks prove, what of it is given back (journal 7).

Two bounds, whatever the clocks say (docs/adr/0106). No time is taken that did not pass: only clocks that nobody can set
take any, which are the monotonic clock within a boot, the count of a machine's sleep, and how long it has been up since
a boot that is not the last event's. And no more is given back than the cap, in all.
"""

from dataclasses import replace
from typing import Final

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import ledger as ledgers
from pocus_desktop.sitting.ledger import JUMP_MS, Entry, Ledger, Shown

CRASHED: Final = "crashed"
"""The program ended without leaving, and the machine went on: a crash, or it was killed."""

POWER_CUT: Final = "power-cut"
"""The machine was started anew: a power cut, a reset, an empty battery, a restart."""

MOVED: Final = "moved"
"""Another machine goes on."""

SLEPT: Final = "slept"
"""The machine slept."""

LEFT: Final = "left"
"""The person closed the window."""

INTERRUPTED: Final = "interrupted"
"""What histories without evidence say of all of them."""


def came_back(
    ledger: Ledger,
    reading: Reading,
    *,
    cap_ms: int,
    station: str = "",
    is_moved: bool = False,
    was_left: bool = False,
) -> Ledger:
    """The program came back.

    Within a boot the gap since the last event is measured on the monotonic clock. After another boot of the same
    machine, as much is proved as it has been up since; the rest is dark, and on another machine all of it. That the
    boots have one name says little: see `_is_same_boot`. All of it is first of a break. What is proved is then credited
    up to the cap, but not where the person closed the window, and what is left of that is consumed.

    Args:
        ledger: Up to the last event before.
        reading: Of the return.
        cap_ms: How much may be credited in the whole sitting.
        station: Whose machine it is now.
        is_moved: It goes on at another station, with the centre's permission.
        was_left: The person had closed the window.
    """
    if ledger.shown is None:
        return _without_evidence(ledger, reading, cap_ms=cap_ms, reason=MOVED if is_moved else INTERRUPTED)
    closed = ledgers.end_rest(ledger) if ledger.is_waiting else ledgers.close(ledger)
    wall_ms = reading.wall_ms - ledger.last.wall_ms
    is_same_boot = not is_moved and _is_same_boot(ledger, reading, station=station)
    if is_same_boot:
        gap_ms, reason = ledgers.passed(ledger.last, reading), CRASHED
    elif is_moved or station != ledger.shown.station:
        gap_ms, reason = 0, MOVED
    else:
        gap_ms, reason = reading.monotonic_ms, POWER_CUT
    drift_ms = wall_ms - gap_ms
    # what the clocks showed of one boot says nothing of another, whatever its name
    shown = ledger.shown if is_same_boot else replace(ledger.shown, boot_id="")
    later = replace(closed, last=reading, shown=shown)
    if drift_ms < -JUMP_MS or (is_same_boot and drift_ms > JUMP_MS):
        later = replace(later, notes=(*later.notes, ledgers.note(drift_ms, reading)))
    later = lost(later, gap_ms, reason=LEFT if was_left else reason, cap_ms=0 if was_left else cap_ms)
    return later if is_same_boot else _dark(later, drift_ms, reason=reason)


def is_beyond_proof(before: Ledger, now: Ledger, *, cap_ms: int, station: str) -> bool:
    """Whether the program was away longer than may be credited, or nobody knows how long: a person is to decide.

    Args:
        before: The ledger before the program came back.
        now: The same after it.
        cap_ms: How much may be credited in the whole sitting.
        station: Whose machine it is now.
    """
    if not before.is_let_go or before.shown is None or _is_same_boot(before, now.last, station=station):
        return False
    is_unknown = any(note.kind == "set-back" for note in now.notes[len(before.notes) :])
    is_dark = any(entry.kind == "dark" for entry in now.entries[len(before.entries) :])
    dark_ms = sum(entry.amount_ms for entry in now.entries if entry.kind == "dark")
    return is_unknown or (is_dark and dark_ms + now.credited_ms > cap_ms)


def _is_same_boot(ledger: Ledger, reading: Reading, *, station: str) -> bool:
    """Whether a return is in the boot of the last event.

    Not every system names its boots so that no other has the name: Windows counts them, and PCs made of one image count
    alike; some name none. So it must also be the same machine, and its clock must not have begun anew.
    """
    is_here = ledger.shown is not None and station == ledger.shown.station
    return is_here and reading.boot_id == ledger.last.boot_id and reading.monotonic_ms >= ledger.last.monotonic_ms


def clocks_shown(ledger: Ledger, *, asleep_ms: int, station: str, cap_ms: int) -> Ledger:
    """The clocks show how long the machine has slept; by what that grew, it slept since the last event.

    Args:
        ledger: Up to the event that shows it, whose reading explains a wall clock that jumped.
        asleep_ms: In all, since the boot of the last reading.
        station: Whose machine it is.
        cap_ms: How much may be credited in the whole sitting.
    """
    now = Shown(boot_id=ledger.last.boot_id, asleep_ms=asleep_ms, station=station)
    before, later = ledger.shown, replace(ledger, shown=now)
    if before is None or before.station != station:
        return later
    slept_ms = asleep_ms - (before.asleep_ms if before.boot_id == now.boot_id else 0)
    if slept_ms <= 0:
        return later
    if later.notes and later.notes[-1].wall_ms == ledger.last.wall_ms and later.notes[-1].kind == "jumped":
        rest_ms = later.notes[-1].delta_ms - slept_ms
        more = () if abs(rest_ms) <= JUMP_MS else (ledgers.note(rest_ms, ledger.last),)
        later = replace(later, notes=(*later.notes[:-1], *more))
    closed = ledgers.end_rest(later) if later.is_waiting else ledgers.close(later)
    return lost(closed, slept_ms, reason=SLEPT, cap_ms=cap_ms)


def lost(ledger: Ledger, gap_ms: int, *, reason: str, cap_ms: int) -> Ledger:
    """Time that passed without the candidate, up to the last reading; a clock that was held lost none."""
    if ledger.rest_ms and ledger.is_let_go:
        ledger, gap_ms = ledgers.rested(ledger, gap_ms)
    if not ledger.is_running or gap_ms == 0:
        return ledger
    credited_ms = min(gap_ms, max(cap_ms - ledger.credited_ms, 0))
    at_ms, scopes = ledger.consumed_ms, ledger.scopes
    entries = [Entry(kind="gap", amount_ms=gap_ms, at_ms=at_ms, scopes=scopes, reason=reason)]
    if credited_ms:
        entries.append(Entry(kind="credit", amount_ms=credited_ms, at_ms=at_ms, scopes=scopes, reason=reason))
    # What is not credited runs on as time of the scopes that ran then, until something ends it at its own exam time.
    return replace(
        ledger,
        consumed_ms=at_ms + gap_ms - credited_ms,
        credited_ms=ledger.credited_ms + credited_ms,
        entries=(*ledger.entries, *entries),
    )


def _dark(ledger: Ledger, dark_ms: int, *, reason: str) -> Ledger:
    """Time that only the wall clock knows of: it may end a break, and takes nothing else from anyone."""
    if dark_ms <= 0 or not ledger.is_let_go:
        return ledger
    if ledger.rest_ms:
        ledger, dark_ms = ledgers.rested(ledger, dark_ms)
    entry = Entry(kind="dark", amount_ms=dark_ms, at_ms=ledger.consumed_ms, scopes=ledger.scopes, reason=reason)
    return replace(ledger, entries=(*ledger.entries, entry)) if dark_ms else ledger


def _without_evidence(ledger: Ledger, reading: Reading, *, cap_ms: int, reason: str) -> Ledger:
    """As it was reckoned before clocks were shown: between boots the wall clock measures the gap."""
    wall_gap_ms = reading.wall_ms - ledger.last.wall_ms
    is_same_boot = reading.boot_id == ledger.last.boot_id
    gap_ms = ledgers.passed(ledger.last, reading) if is_same_boot else max(wall_gap_ms, 0)
    drift_ms = wall_gap_ms - gap_ms
    later = replace(ledgers.close(ledger), last=reading)
    if abs(drift_ms) > JUMP_MS:
        later = replace(later, notes=(*later.notes, ledgers.note(drift_ms, reading)))
    return lost(later, gap_ms, reason=reason, cap_ms=cap_ms)
