"""How one envelope makes its way, as a pure function: a row and an event in, a row and effects out (formats/sync 4).

    stage     sealed ──▶ sending ──▶ sent ──▶ receipted      how far the bytes are; never back, but for 7
    status    waiting, active, failed, quarantined, done     what is happening to them

No clock, no disk, no network here. Rules kept:

1. An attempt begins only when it is due, and only for a row that waits or failed (4.3).
2. A failure is tried again, later each time, at a time spread at random, never before what the other side asked (4.3).
3. An attempt that moved bytes forward is no failure in a row: the rest follows after a short random pause (4.8).
4. A final failure sets the row aside; only a person, or the file coming back, sets it going again (4.4).
5. Only a verified receipt makes a row `receipted` and `done`, and nothing changes it after that (4.5).
6. A small envelope goes whole; one above a size, a partial one, and one that was cut off go in pieces; a partial one
   never goes any other way (4.7).
7. Where the other side does not know an upload any more, it begins anew: the offset is the other side's word (4.8).
8. A partial one gives way to a newer one of its sitting while nothing but this station, or the room's relay, holds it,
   and after a hub has signed for both (4.9).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from pocus_desktop.sync.backoff import delay_ms, pause_ms

LONGEST_PLAN_MS: Final = 2 * 60 * 60 * 1000
"""No attempt is ever planned further ahead; a row that says so was planned before the clock was set back."""

WHOLE_BYTES: Final = 64 * 1024
"""Up to this size an envelope is first sent whole."""


HELD_BY_CENTRE: Final = "sync.held_by_centre"
"""The problem of an envelope that the room's relay keeps for the academy, by its own word."""


class Stage(StrEnum):
    """How far the bytes of an envelope are."""

    SEALED = "sealed"
    SENDING = "sending"
    SENT = "sent"
    RECEIPTED = "receipted"


class Status(StrEnum):
    """What is happening to an envelope."""

    WAITING = "waiting"
    ACTIVE = "active"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DONE = "done"


class Way(StrEnum):
    """How an envelope is handed to a carrier that can do both."""

    WHOLE = "whole"
    PIECES = "pieces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One envelope of the outbox.

    Attributes:
        digest: SHA-256 of the sealed result; its file's name.
        size_bytes: Of the file; 0 where that is not known yet.
        sitting: Which one it is of, by its header; empty where the header cannot be read.
        last_seq: The last event inside, by its header.
        is_partial: Whether the sitting went on after it was sealed, by its header.
        way: How the next attempt goes.
        carrier: What had it last (`https`, `folder`, …); empty before the first attempt.
        upload: The address at which the other side keeps what arrived so far; empty where nothing was begun.
        offset: How many bytes the other side said it holds durably.
        attempts: How many in a row came to nothing.
        due_ms: When the next attempt is due, as wall time.
        problem: Code of the last failure; empty where there was none.
        reason: What lies behind it, as a code or a few safe words; empty where there is nothing.
        enqueued_ms: When it came, as wall time.
        tried_ms: When the last attempt began, as wall time; None before the first.
        delivered_ms: When the receipt was verified, as wall time; None before.
    """

    digest: str
    size_bytes: int = 0
    sitting: str = ""
    last_seq: int = 0
    is_partial: bool = False
    stage: Stage = Stage.SEALED
    status: Status = Status.WAITING
    way: Way = Way.WHOLE
    carrier: str = ""
    upload: str = ""
    offset: int = 0
    attempts: int = 0
    due_ms: int
    problem: str = ""
    reason: str = ""
    enqueued_ms: int
    tried_ms: int | None = None
    delivered_ms: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether the room's relay keeps it for the academy, by its own word."""
        return self.status is not Status.DONE and self.problem == HELD_BY_CENTRE


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Someone looked at the clock; `carrier` is what would take it now."""

    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The other side durably holds what stands before `offset`, at the address `upload`; empty and 0: it does not."""

    upload: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The attempt came to no receipt.

    Attributes:
        problem: Code of why.
        is_final: Whether trying again cannot help.
        has_arrived: Whether the carrier has all of it, and only the receipt is still to come.
        is_cut: Whether the connection broke or stalled on the way.
        has_no_pieces: Whether the other side takes no uploads in pieces.
        asked_ms: How long the other side asks to be left alone; None where it does not say.
        chance: Drawn evenly from 0 to 1.
        moved_bytes: How many bytes this attempt brought over durably.
        longest_ms: When to try again at the latest; None for as late as any failure.
        carrier: What took it, where that was chosen during the attempt; empty where it is the one that began.
    """

    problem: str
    reason: str = ""
    is_final: bool = False
    has_arrived: bool = False
    is_cut: bool = False
    has_no_pieces: bool = False
    asked_ms: int | None = None
    chance: float
    moved_bytes: int = 0
    longest_ms: int | None = None
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipted:
    """A receipt of a trusted hub for exactly this envelope was verified, and is on the disk."""

    received_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Someone carries all of it, besides whatever else takes it."""

    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person asks for another try, or the file came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """The attempt is over and nobody noted how: its program is gone, its records failed, or it gave way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """A newer envelope of a sitting is durable in this outbox; `is_done`: and a hub has signed for it."""

    sitting: str
    last_seq: int
    is_done: bool = False


Event: TypeAlias = Due | Moved | Failed | Receipted | Carried | Asked | Restarted | Superseded


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Hand the envelope to the carrier; in pieces, go on with `upload` at `offset` where there is one."""

    way: Way
    upload: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt:
    """Look at this row again then."""

    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Forget the row and its file."""


Effect: TypeAlias = Send | WakeAt | Remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event did."""

    row: Row
    effects: tuple[Effect, ...] = ()


def arrived(
    digest: str, *, now_ms: int, size_bytes: int = 0, sitting: str = "", last_seq: int = 0, is_partial: bool = False
) -> Row:
    """A row for an envelope that is durable on this disk; due at once."""
    row = Row(
        digest=digest,
        size_bytes=size_bytes,
        sitting=sitting,
        last_seq=last_seq,
        is_partial=is_partial,
        due_ms=now_ms,
        enqueued_ms=now_ms,
    )
    return replace(row, way=first_way(row))


def first_way(row: Row) -> Way:
    """Rule 6, before anything was tried."""
    return Way.PIECES if row.is_partial or row.size_bytes > WHOLE_BYTES else Way.WHOLE


def due_ms(row: Row, now_ms: int) -> int | None:
    """When the next attempt is due, at once where the clock was set back behind its plan; None where none is."""
    if row.status not in {Status.WAITING, Status.FAILED}:
        return None
    return row.due_ms if row.due_ms <= now_ms + LONGEST_PLAN_MS else now_ms


def goes_before(row: Row) -> tuple[bool, int, str]:
    """The order of attempts: finished sittings first, then as they came (formats/sync 4.9)."""
    return row.is_partial, row.enqueued_ms, row.digest


def step(row: Row, event: Event, now_ms: int) -> Step:
    """What an event does to a row.

    Args:
        row: Where the envelope is.
        event: What happened.
        now_ms: Wall time.
    """
    if row.status is Status.DONE and not isinstance(event, Superseded):  # rule 5
        return Step(row=row)
    match event:
        case Due():
            return _due(row, event, now_ms)
        case Moved():
            return _moved(row, event)
        case Failed():
            return _failed(row, event, now_ms)
        case Receipted():
            done = replace(row, stage=Stage.RECEIPTED, status=Status.DONE, upload="", problem="", reason="")
            return Step(row=replace(done, offset=row.size_bytes, delivered_ms=event.received_ms))
        case Carried():
            return Step(row=replace(row, stage=Stage.SENT, carrier=event.carrier))
        case Asked():
            return _asked(row, now_ms)
        case Restarted():
            if row.status is not Status.ACTIVE:
                return Step(row=row)
            return _planned(replace(row, status=Status.WAITING, due_ms=now_ms))
        case Superseded():
            return _superseded(row, event)
        case _:
            assert_never(event)


def _due(row: Row, event: Due, now_ms: int) -> Step:
    """Rule 1."""
    moment = due_ms(row, now_ms)
    if moment is None or moment > now_ms:
        return Step(row=row)
    begun = replace(row, status=Status.ACTIVE, carrier=event.carrier, tried_ms=now_ms)
    return Step(row=begun, effects=(Send(way=row.way, upload=row.upload, offset=row.offset),))


def _moved(row: Row, event: Moved) -> Step:
    """Rule 7."""
    if row.status is not Status.ACTIVE:
        return Step(row=row)
    has_all = bool(row.size_bytes) and event.offset >= row.size_bytes
    stage = Stage.SENT if has_all else Stage.SENDING if event.offset else Stage.SEALED
    return Step(row=replace(row, stage=stage, upload=event.upload, offset=event.offset))


def _failed(row: Row, event: Failed, now_ms: int) -> Step:
    """Rules 2, 3, 4 and 6; word of an attempt that is not under way is passed over."""
    if row.status is not Status.ACTIVE:
        return Step(row=row)
    told = replace(row, problem=event.problem, reason=event.reason, carrier=event.carrier or row.carrier)
    if event.is_final:
        return Step(row=replace(told, status=Status.QUARANTINED, attempts=row.attempts + 1))
    if event.has_no_pieces and not row.is_partial:  # what goes whole cannot be called off
        told = replace(told, way=Way.WHOLE, upload="", offset=0, stage=Stage.SEALED)
    elif event.is_cut:
        told = replace(told, way=Way.PIECES)
    if event.has_arrived:
        told = replace(told, stage=Stage.SENT)
    if event.moved_bytes > 0 and event.asked_ms is None:
        soon = now_ms + pause_ms(chance=event.chance)
        return _planned(replace(told, status=Status.WAITING, attempts=0, due_ms=soon))
    attempts = row.attempts + 1
    wait_ms = delay_ms(attempts, chance=event.chance, asked_ms=event.asked_ms)
    if event.longest_ms is not None:
        wait_ms = min(wait_ms, event.longest_ms)
    status = Status.WAITING if event.has_arrived else Status.FAILED
    return _planned(replace(told, status=status, attempts=attempts, due_ms=now_ms + wait_ms))


def _asked(row: Row, now_ms: int) -> Step:
    """Rule 4; an attempt under way is not begun a second time."""
    if row.status is Status.ACTIVE:
        return Step(row=row)
    return _planned(replace(row, status=Status.WAITING, attempts=0, due_ms=now_ms))


def _superseded(row: Row, event: Superseded) -> Step:
    """Rule 8."""
    is_older = row.is_partial and row.sitting == event.sitting != "" and row.last_seq < event.last_seq
    if row.status is Status.DONE:
        return Step(row=row, effects=(Remove(),) if is_older and event.is_done else ())
    is_here_alone = row.stage in {Stage.SEALED, Stage.SENDING} or row.is_held
    is_at_rest = row.status in {Status.WAITING, Status.FAILED}
    return Step(row=row, effects=(Remove(),) if is_older and is_here_alone and is_at_rest else ())


def _planned(row: Row) -> Step:
    return Step(row=row, effects=(WakeAt(due_ms=row.due_ms),))
