"""The time ledger: what exam time was consumed, by what, and why time was given (formats/journal 7).

Pure: readings come in, a new ledger comes out. Exam time runs only on the monotonic clock while the sitting is started
and nothing holds it. The wall clock never makes time; where it disagrees with the monotonic clock, a note says so. What
was lost to a crash, a power cut or a sleep is reckoned by `sitting.lost`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting.changed import changer

ScopeKind: TypeAlias = Literal["assessment", "case", "phase", "step", "item"]
Scope: TypeAlias = tuple[ScopeKind, str]
"""What time is charged to: its kind and id."""

JUMP_MS: Final = 2_000
"""How far wall and monotonic clock may drift apart between two readings before it is noted."""

BREAK: Final = "break"
"""The reason of entries for time that stood still in a scheduled break."""

MEDIA: Final = "media-failed"
"""The reason of credits for time in which the candidate waited for a recording that did not play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger.

    Attributes:
        kind: `run` exam time consumed; `hold` time that stood still; `gap` time lost, as long as clocks prove it that
            nobody can set; `credit` what of it was not charged; `dark` how much longer it was if the wall clock is
            right, which is not charged; `extra` time granted.
        amount_ms: How much; less than 0 where granted time was taken back.
        at_ms: Exam time consumed before this entry.
        scopes: What it was charged or granted to, widest first.
        reason: Why (holds, gaps, credits, grants).
        signer: Who granted it; empty where the rule did.
    """

    kind: Literal["run", "hold", "gap", "credit", "dark", "extra"]
    amount_ms: int
    at_ms: int
    scopes: tuple[Scope, ...] = ()
    reason: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockNote:
    """Wall and monotonic clock disagreed: by how much, and which way.

    Attributes:
        kind: `set-back` the wall clock fell behind; `jumped` it ran ahead (set forward, or the machine slept).
        delta_ms: Wall minus monotonic advance; across boots, wall advance where it is negative.
        wall_ms: What the wall clock said then.
    """

    kind: Literal["set-back", "jumped"]
    delta_ms: int
    wall_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was last shown by the clocks that nobody can set.

    Attributes:
        boot_id: In which boot.
        asleep_ms: How long the machine had slept in it.
        station: Whose machine it is.
    """

    boot_id: str
    asleep_ms: int
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The time of one sitting up to its last reading.

    Attributes:
        last: The last reading seen.
        is_started: Whether the clock was started (and not stopped for good).
        holds: What holds the clock now (`pause`, `disk`); it runs when started and nothing holds it.
        rest_ms: How long the clock stands still by itself, unless that is ended: what is left of a scheduled break, or
            of what may be credited while a recording does not play.
        rest_reason: Which of the two (`BREAK`, `MEDIA`).
        consumed_ms: Exam time consumed in all; never goes down, but where a break began before the last reading.
        scopes: What running time is charged to now.
        by_scope: Exam time consumed by each scope so far.
        extra_ms: Time granted to each scope.
        credited_ms: How much was credited so far, for the cap.
        shown: The evidence of the clocks; None where the history has none yet (formats/journal 7.2).
        entries: Closed lines; the stretch that runs now is `open_entry`.
        open_from_ms: Exam time at which the running stretch began.
        held_ms: How long the present hold has lasted.
        notes: Where the clocks disagreed.
    """

    last: Reading
    is_started: bool = False
    holds: tuple[str, ...] = ()
    rest_ms: int = 0
    rest_reason: str = BREAK
    consumed_ms: int = 0
    scopes: tuple[Scope, ...] = ()
    by_scope: Mapping[Scope, int] = field(default_factory=lambda: MappingProxyType({}))
    extra_ms: Mapping[Scope, int] = field(default_factory=lambda: MappingProxyType({}))
    credited_ms: int = 0
    shown: Shown | None = None
    entries: tuple[Entry, ...] = ()
    open_from_ms: int = 0
    held_ms: int = 0
    notes: tuple[ClockNote, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether exam time passes."""
        return self.is_started and not self.holds and not self.rest_ms

    @property
    def is_waiting(self) -> bool:
        """Whether the clock stands still for a recording that does not play."""
        return bool(self.rest_ms) and self.rest_reason == MEDIA

    @property
    def is_let_go(self) -> bool:
        """Whether exam time passes, or will once the break is over."""
        return self.is_started and not self.holds

    def rest_at(self, reading: Reading) -> int:
        """What is left of the break if nothing changes until a reading of this boot."""
        return max(self.rest_ms - passed(self.last, reading), 0) if self.is_let_go else self.rest_ms

    def is_running_at(self, reading: Reading) -> bool:
        """Whether exam time passes at a reading of this boot, if nothing changes until then."""
        return self.is_let_go and not self.rest_at(reading)

    def consumed_at(self, reading: Reading) -> int:
        """Exam time consumed if nothing changes until a reading of this boot."""
        ran_ms = passed(self.last, reading) if self.is_let_go else 0
        return self.consumed_ms + max(ran_ms - self.rest_ms, 0)

    def monotonic_at(self, consumed_ms: int) -> int | None:
        """When (monotonic, this boot) so much exam time will have been consumed; None while the clock is held."""
        return self.last.monotonic_ms + self.rest_ms + consumed_ms - self.consumed_ms if self.is_let_go else None

    def spent(self, scope: Scope) -> int:
        """Exam time charged to a scope up to the last reading."""
        running = self.consumed_ms - self.open_from_ms if scope in self.scopes else 0
        return self.by_scope.get(scope, 0) + running

    def granted(self, scope: Scope) -> int:
        """Extra time granted to a scope."""
        return self.extra_ms.get(scope, 0)


_changed: Final = changer(Ledger)


def observe(ledger: Ledger, *readings: Reading) -> Ledger:
    """Time passed up to readings of one boot, one after the other; a monotonic clock that went back counts as none.

    Several readings at once come to what they come to one by one: most events of a sitting only say that time passed.
    """
    last, whole, notes = ledger.last, 0, ledger.notes
    for reading in readings:
        ran_ms = passed(last, reading)
        drift = reading.wall_ms - last.wall_ms - ran_ms
        if abs(drift) > JUMP_MS:
            notes = (*notes, note(drift, reading))
        last, whole = forward(last, reading), whole + ran_ms
    if ledger.rest_ms and ledger.is_let_go:
        ledger, whole = rested(ledger, whole)
    is_running = ledger.is_running
    return _changed(
        ledger,
        last=last,
        consumed_ms=ledger.consumed_ms + (whole if is_running else 0),
        held_ms=ledger.held_ms + (whole if ledger.is_started and not is_running else 0),
        notes=notes,
    )


def start(ledger: Ledger) -> Ledger:
    """The clock starts at the last reading."""
    return replace(ledger, is_started=True)


def stop(ledger: Ledger) -> Ledger:
    """The clock stops for good at the last reading."""
    return replace(close(ledger), is_started=False, rest_ms=0)


def charge(ledger: Ledger, scopes: tuple[Scope, ...], *, since_ms: int | None = None) -> Ledger:
    """Charge time to these scopes: from the last reading on, or from an exam time since which nothing else happened."""
    return ledger if scopes == ledger.scopes else _changed(close(ledger, since_ms), scopes=scopes)


def hold(ledger: Ledger, reason: str) -> Ledger:
    """From the last reading on, the clock stands still for this reason (once for each)."""
    return ledger if reason in ledger.holds else replace(close(ledger), holds=(*ledger.holds, reason))


def release(ledger: Ledger, reason: str) -> Ledger:
    """This reason no longer holds the clock."""
    if reason not in ledger.holds:
        return ledger
    return replace(close(ledger), holds=tuple(other for other in ledger.holds if other != reason))


def rest(ledger: Ledger, length_ms: int, *, since_ms: int | None = None) -> Ledger:
    """A break: the clock stands still for a while, then runs again by itself.

    Args:
        ledger: Running.
        length_ms: How long.
        since_ms: Exam time at which the break began, where that was before the last reading: what ran since then was
            part of the break, and is given back as far as the break goes.
    """
    closed = close(ledger, since_ms)
    late = closed.consumed_ms - closed.open_from_ms
    begun = _changed(closed, consumed_ms=closed.open_from_ms, rest_ms=length_ms, rest_reason=BREAK)
    begun, over = rested(begun, late)
    return _changed(begun, consumed_ms=begun.consumed_ms + over)


def wait(ledger: Ledger, *, cap_ms: int) -> Ledger:
    """A recording does not play: the clock stands still as long as that may be credited, and no longer."""
    left_ms = cap_ms - ledger.credited_ms
    if not ledger.is_running or left_ms <= 0:
        return ledger
    return _changed(close(ledger), rest_ms=left_ms, rest_reason=MEDIA)


def end_rest(ledger: Ledger) -> Ledger:
    """The break, or the wait, is ended: the clock runs from the last reading on."""
    return _changed(close(ledger), rest_ms=0) if ledger.rest_ms else ledger


def grant(ledger: Ledger, *scopes: Scope, extra_ms: int, reason: str, signer: str) -> Ledger:
    """Give scopes more time, with a reason and a name; less than 0 takes back what was granted."""
    entry = Entry(
        kind="extra", amount_ms=extra_ms, at_ms=ledger.consumed_ms, scopes=scopes, reason=reason, signer=signer
    )
    extra = {**ledger.extra_ms, **{scope: ledger.granted(scope) + extra_ms for scope in scopes}}
    closed = close(ledger)
    return replace(closed, extra_ms=MappingProxyType(extra), entries=(*closed.entries, entry))


def rested(ledger: Ledger, passed_ms: int) -> tuple[Ledger, int]:
    """Time passes in a break or a wait; what is left of it once that is over, for the clock to run again."""
    used = min(passed_ms, ledger.rest_ms)
    credited_ms = ledger.credited_ms + (used if ledger.rest_reason == MEDIA else 0)
    later = _changed(ledger, held_ms=ledger.held_ms + used, credited_ms=credited_ms)
    over = later if used < ledger.rest_ms else close(later)
    return _changed(over, rest_ms=ledger.rest_ms - used), passed_ms - used


def close(ledger: Ledger, until_ms: int | None = None) -> Ledger:
    """Write down the stretch or hold that ends at the last reading, or the stretch that ended at an exam time."""
    entries = ledger.entries
    end_ms = ledger.consumed_ms if until_ms is None else min(max(until_ms, ledger.open_from_ms), ledger.consumed_ms)
    ran = end_ms - ledger.open_from_ms
    by_scope = ledger.by_scope
    if ran:
        entries = (*entries, Entry(kind="run", amount_ms=ran, at_ms=ledger.open_from_ms, scopes=ledger.scopes))
        by_scope = MappingProxyType(
            {**by_scope, **{scope: by_scope.get(scope, 0) + ran for scope in ledger.scopes}},
        )
    if ledger.held_ms:
        entries = (*entries, _stood_still(ledger))
    return _changed(ledger, entries=entries, by_scope=by_scope, open_from_ms=end_ms, held_ms=0)


def _stood_still(ledger: Ledger) -> Entry:
    """The line for the hold that ends at the last reading."""
    held_ms, at_ms = ledger.held_ms, ledger.consumed_ms
    if not ledger.holds and ledger.rest_reason == MEDIA:
        return Entry(kind="credit", amount_ms=held_ms, at_ms=at_ms, scopes=ledger.scopes, reason=MEDIA)
    return Entry(kind="hold", amount_ms=held_ms, at_ms=at_ms, reason="+".join(ledger.holds) or BREAK)


def passed(earlier: Reading, later: Reading) -> int:
    """Monotonic milliseconds between readings of one boot; readings of two boots cannot be subtracted."""
    return max(later.monotonic_ms - earlier.monotonic_ms, 0) if earlier.boot_id == later.boot_id else 0


def forward(earlier: Reading, later: Reading) -> Reading:
    """The later reading, its monotonic clock never behind the earlier one of the same boot."""
    if later.boot_id != earlier.boot_id or later.monotonic_ms >= earlier.monotonic_ms:
        return later
    return replace(later, monotonic_ms=earlier.monotonic_ms)


def note(drift_ms: int, reading: Reading) -> ClockNote:
    """The note for a wall clock that went so far ahead or behind."""
    return ClockNote(kind="set-back" if drift_ms < 0 else "jumped", delta_ms=drift_ms, wall_ms=reading.wall_ms)
