"""What the exam clock did between any two events, joined where it went on doing the same.

Every amount is a difference between two states of the ledger, so that they come to the ledger's totals whatever the
ledger learns to write. Why time stood still or was given back is taken from its entries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from pocus_desktop.appeals.history import Passed
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.timeline import Clock, ClockKind
from pocus_desktop.sitting.ledger import MEDIA, Entry, Ledger

_DARK: Final = "dark"


class ClockTrack:
    """Takes event after event; `done` gives the track."""

    def __init__(self) -> None:
        self._found: list[Clock] = []
        self._last: Passed | None = None

    def take(self, passed: Passed) -> None:
        """One more event."""
        last, self._last = self._last, passed
        if last is not None:
            for clock in self._between(last, passed):
                self._join(clock)

    def done(self) -> tuple[Clock, ...]:
        """The track."""
        return tuple(self._found)

    def _between(self, last: Passed, now: Passed) -> list[Clock]:
        fresh = now.time.entries[len(last.time.entries) :]
        run_ms = now.at.exam_ms - last.at.exam_ms
        stood_ms = sum(one.amount_ms for one in fresh if _stands(one)) + now.time.held_ms - last.time.held_ms
        reasons = _reasons(last.time, fresh, stood_ms)
        why, by = last.pause or ("", "")
        if _is_gap(now, fresh):
            return [
                Clock(
                    kind="gap",
                    begin=last.at,
                    end=now.at,
                    run_ms=run_ms,
                    held_ms=stood_ms,
                    credited_ms=sum(one.amount_ms for one in fresh if one.kind == "credit" and not _stands(one)),
                    dark_ms=sum(one.amount_ms for one in fresh if one.kind == _DARK),
                    reasons=_credit_reasons(fresh) or reasons,
                    why=why,
                    by=by,
                )
            ]
        if not stood_ms:
            return [Clock(kind=_idle_or_run(last.time, now.time, run_ms), begin=last.at, end=now.at, run_ms=run_ms)]
        is_held_first = bool(last.time.holds or last.time.rest_ms)
        first_ms = stood_ms if is_held_first else run_ms
        middle = _middle(last.at, now.at, first_ms, exam_ms=(last if is_held_first else now).at.exam_ms)
        pieces = ((last.at, middle), (middle, now.at)) if run_ms else ((last.at, now.at), (now.at, now.at))
        (held_from, held_to), (ran_from, ran_to) = pieces if is_held_first or not run_ms else reversed(pieces)
        is_pause, is_credit = "pause" in reasons, reasons == (MEDIA,)
        hold = Clock(
            kind="hold",
            begin=held_from,
            end=held_to,
            held_ms=0 if is_credit else stood_ms,
            credited_ms=stood_ms if is_credit else 0,
            reasons=reasons,
            why=why if is_pause else "",
            by=by if is_pause else "",
        )
        if not run_ms:
            return [hold]
        run = Clock(kind="run", begin=ran_from, end=ran_to, run_ms=run_ms)
        return [hold, run] if is_held_first else [run, hold]

    def _join(self, clock: Clock) -> None:
        last = self._found[-1] if self._found else None
        if last is None or clock.kind == "gap" or _same(last) != _same(clock):
            if clock.lasted_ms or clock.run_ms or clock.held_ms or clock.kind == "gap":
                self._found.append(clock)
            return
        self._found[-1] = replace(
            last,
            end=clock.end,
            run_ms=last.run_ms + clock.run_ms,
            held_ms=last.held_ms + clock.held_ms,
            credited_ms=last.credited_ms + clock.credited_ms,
        )


def _same(clock: Clock) -> tuple[object, ...]:
    return clock.kind, clock.reasons, clock.why, clock.by


def _is_gap(now: Passed, fresh: Sequence[Entry]) -> bool:
    return now.is_back or any(one.kind in {"gap", "credit"} and not _stands(one) for one in fresh)


def _stands(entry: Entry) -> bool:
    """Whether it is time that the clock stood still for while the program ran."""
    return entry.kind == "hold" or (entry.kind == "credit" and entry.reason == MEDIA)


def _idle_or_run(before: Ledger, now: Ledger, run_ms: int) -> ClockKind:
    if run_ms or before.is_started:
        return "run"
    return "after" if before.entries or now.consumed_ms else "before"


def _reasons(before: Ledger, fresh: Iterable[Entry], stood_ms: int) -> tuple[str, ...]:
    """Why the clock stood; a hold that was closed between says it itself."""
    if not stood_ms:
        return ()
    if before.holds:
        return before.holds
    closed = [one.reason for one in fresh if _stands(one)]
    return tuple(closed[-1].split("+")) if closed else (before.rest_reason,)


def _credit_reasons(fresh: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.reason for one in fresh if one.kind in {"credit", "gap", _DARK} and one.reason))


def _middle(begin: At, end: At, first_ms: int, *, exam_ms: int) -> At:
    """Where the clock began to stand, or to run again, between two events."""
    elapsed = min(begin.elapsed_ms + max(first_ms, 0), end.elapsed_ms)
    return At(seq=begin.seq, elapsed_ms=elapsed, exam_ms=exam_ms, wall_ms=begin.wall_ms + elapsed - begin.elapsed_ms)
