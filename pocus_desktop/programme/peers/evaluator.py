"""One evaluator, from nomination to answer: `step(standing, event) -> Step` (docs/formats/peer-evaluation 4). Pure.

1. Nobody is written to who was not nominated, and nobody after they answered, declined or were replaced, or after the
   window closed.
2. Whoever opened the link has it: a message that comes back later ends no conversation, it ends the mail.
3. A message that came back before the link was opened ends it, until the link is opened after all; so does an address
   that no server takes.
4. Who asks for no more mail is written to no more; their link stays good.
5. From the end of the window on nothing is taken but its end. The end is the first moment that is outside.
6. What was answered stays: an evaluator who answered is not replaced, not declined, not expired.
7. Who was over before days were granted goes on where they were.
8. A person who has never scanned with the candidate declines by saying so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal, TypeAlias, assert_never

from pocus_desktop.kernel.canonical import Json


class Stage(StrEnum):
    """Where an evaluator stands."""

    NOMINATED = "nominated"
    INVITED = "invited"
    REMINDED = "reminded"
    OPENED = "opened"
    SAVED = "saved"
    ANSWERED = "answered"
    DECLINED = "declined"
    BOUNCED = "bounced"
    REPLACED = "replaced"
    EXPIRED = "expired"


WAITING: Final = frozenset({Stage.INVITED, Stage.REMINDED, Stage.OPENED, Stage.SAVED})
"""They were written to, and an answer may come."""

LOST: Final = frozenset({Stage.DECLINED, Stage.BOUNCED, Stage.REPLACED, Stage.EXPIRED})
"""No answer is expected."""

DeclineReason: TypeAlias = Literal["never-scanned", "no-time", "conflict", "not-said"]
RefusedCode: TypeAlias = Literal["sent", "declined", "replaced", "over", "not-invited"]
REASONS: Final[tuple[DeclineReason, ...]] = ("no-time", "conflict", "not-said")
"""Those that can be chosen; `never-scanned` is an answer of the questionnaire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """The first message was handed over."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """A reminder was handed over."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The link was opened by a person."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A section was saved."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answers were sent."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The evaluator will not answer, or cannot."""

    at_ms: int
    reason: DeclineReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A message cannot be delivered, for good."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quieted:
    """No more mail is wanted."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Another evaluator takes the place."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed:
    """The 180 days are over."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowMoved:
    """The window ends at another moment: days were granted, or it is worth nothing any more."""

    at_ms: int
    closes_ms: int


Event: TypeAlias = (
    Invited
    | Reminded
    | Opened
    | Saved
    | Answered
    | Declined
    | Bounced
    | Quieted
    | Replaced
    | WindowClosed
    | WindowMoved
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an evaluator stands; wall time in milliseconds.

    Attributes:
        closes_ms: The first moment after the window.
        mailed_ms: When the invitation and each reminder were handed over.
        opened_ms: When the link was opened first.
        ended_ms: When the stage that nothing follows was reached; None before.
        is_quiet: Whether no more mail is wanted.
        reason: Why they declined.
    """

    closes_ms: int
    stage: Stage = Stage.NOMINATED
    mailed_ms: tuple[int, ...] = ()
    opened_ms: int | None = None
    saved_ms: int | None = None
    ended_ms: int | None = None
    is_quiet: bool = False
    reason: DeclineReason | None = None

    @property
    def reminders(self) -> int:
        """How many there were."""
        return max(len(self.mailed_ms) - 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event did: the standing from now on, or why it was refused (the standing is the one before then)."""

    standing: Standing
    refused: RefusedCode | None = None


def step(standing: Standing, event: Event) -> Step:
    """One event."""
    if isinstance(event, WindowClosed):
        return _closed(standing, event)
    if isinstance(event, WindowMoved):
        return _moved(standing, event)
    if isinstance(event, Quieted):  # a wish that costs nothing is never refused
        return Step(standing=replace(standing, is_quiet=True))
    why = _refusal(standing, event)
    if why is not None:
        return Step(standing=standing, refused=why)
    match event:
        case Invited():
            return Step(standing=replace(standing, stage=Stage.INVITED, mailed_ms=(event.at_ms,)))
        case Reminded():
            stage = Stage.REMINDED if standing.stage is Stage.INVITED else standing.stage
            return Step(standing=replace(standing, stage=stage, mailed_ms=(*standing.mailed_ms, event.at_ms)))
        case Opened():
            first = event.at_ms if standing.opened_ms is None else standing.opened_ms
            stage = standing.stage if standing.stage is Stage.SAVED else Stage.OPENED
            return Step(standing=replace(standing, stage=stage, opened_ms=first, ended_ms=None))
        case Saved():
            return Step(standing=replace(standing, stage=Stage.SAVED, saved_ms=event.at_ms, ended_ms=None))
        case Answered():
            return Step(standing=replace(standing, stage=Stage.ANSWERED, ended_ms=event.at_ms))
        case Declined():
            told = replace(standing, stage=Stage.DECLINED, ended_ms=event.at_ms, reason=event.reason)
            return Step(standing=told)
        case Bounced():
            if standing.opened_ms is not None:  # rule 2
                return Step(standing=replace(standing, is_quiet=True))
            return Step(standing=replace(standing, stage=Stage.BOUNCED, ended_ms=event.at_ms))
        case Replaced():
            return Step(standing=replace(standing, stage=Stage.REPLACED, ended_ms=event.at_ms))
        case _:
            assert_never(event)


def _closed(standing: Standing, event: WindowClosed) -> Step:
    """Rules 5 and 6."""
    if event.at_ms < standing.closes_ms or standing.stage in LOST | {Stage.ANSWERED}:
        return Step(standing=standing)
    return Step(standing=replace(standing, stage=Stage.EXPIRED, ended_ms=event.at_ms))


def _moved(standing: Standing, event: WindowMoved) -> Step:
    """Rule 7."""
    moved = replace(standing, closes_ms=event.closes_ms)
    if standing.stage is not Stage.EXPIRED or event.at_ms >= event.closes_ms:
        return Step(standing=moved)
    if standing.saved_ms is not None:
        stage = Stage.SAVED
    elif standing.opened_ms is not None:
        stage = Stage.OPENED
    elif standing.reminders:
        stage = Stage.REMINDED
    else:
        stage = Stage.INVITED if standing.mailed_ms else Stage.NOMINATED
    return Step(standing=replace(moved, stage=stage, ended_ms=None))


def _refusal(standing: Standing, event: Event) -> RefusedCode | None:
    match standing.stage:
        case Stage.ANSWERED:
            return "sent"
        case Stage.REPLACED:
            return "replaced"
        case Stage.EXPIRED:
            return "over"
        case Stage.DECLINED if not isinstance(event, Replaced):
            return "declined"
        case _:
            pass
    if event.at_ms >= standing.closes_ms:
        return "over"
    if standing.stage is Stage.NOMINATED and not isinstance(event, Invited | Replaced | Bounced):
        return "not-invited"
    if isinstance(event, Invited) and standing.stage is not Stage.NOMINATED:
        return "sent"
    if isinstance(event, Reminded) and standing.stage is Stage.BOUNCED:
        return "not-invited"
    return None


def as_json(standing: Standing) -> dict[str, Json]:
    """As it is kept."""
    return {
        "closes_ms": standing.closes_ms,
        "stage": str(standing.stage),
        "mailed_ms": list(standing.mailed_ms),
        "opened_ms": standing.opened_ms,
        "saved_ms": standing.saved_ms,
        "ended_ms": standing.ended_ms,
        "is_quiet": standing.is_quiet,
        "reason": standing.reason,
    }


def from_json(document: Mapping[str, Json]) -> Standing:
    """As it was kept.

    Raises:
        ValueError: It says something else.
    """
    match document:
        case {
            "closes_ms": int(closes),
            "stage": str(stage),
            "mailed_ms": list(mailed),
            "opened_ms": int() | None as opened,
            "saved_ms": int() | None as saved,
            "ended_ms": int() | None as ended,
            "is_quiet": bool(is_quiet),
            "reason": None | "never-scanned" | "no-time" | "conflict" | "not-said" as reason,
        }:
            return Standing(
                closes_ms=closes,
                stage=Stage(stage),
                mailed_ms=tuple(at for at in mailed if isinstance(at, int)),
                opened_ms=opened,
                saved_ms=saved,
                ended_ms=ended,
                is_quiet=is_quiet,
                reason=reason,
            )
        case _:
            raise ValueError("no standing of an evaluator")
