"""Everything that can happen in a sitting, as it is journalled (formats/journal 4).

Only inputs are events: what the person did, what the player and the clocks said, which timers fired, what the proctor
granted. What follows from them is recomputed. A model here never changes its meaning: a new meaning is a new version
with a converter (`sitting.codec`).
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.move_permit import MAXIMUM_BYTES as MAXIMUM_PERMIT_BYTES
from pocus_desktop.admission.proctor_order import MAXIMUM_BYTES as MAXIMUM_ORDER_BYTES
from pocus_desktop.admission.room_code import MAXIMUM_NUMBER, Purpose, Source
from pocus_desktop.admission.shape import Base64
from pocus_desktop.case.items.registry import Response

VERSION: Literal[1] = 1
"""The version of all event models."""


class Happening(BaseModel):
    """What all events share: frozen, nothing unknown, a version."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    v: Literal[1] = VERSION


class Opened(Happening):
    """The sitting began: under which admission, with which content.

    Attributes:
        sitting: Its id.
        admission_digest: SHA-256 of the admission's envelope.
        candidate: Id and name as admitted.
        bundle: Id, version and SHA-256 of the manifest.
        assessment: Its id.
        seed: Orders what is shuffled.
        time_factor: Multiplies every limit.
        credit_cap_ms: How much time lost to interruptions is given back, in all.
        is_sent: Whether anyone is to receive the result; else it stays on this station.
        can_pause: Whether the candidate may pause; a proctor always can.
    """

    type: Literal["opened"] = "opened"
    sitting: str
    mode: Mode
    admission_id: str
    admission_digest: str
    attempt: int = Field(ge=1)
    candidate_id: str
    candidate_name: str
    bundle_id: str
    bundle_version: int
    manifest_digest: str
    assessment: str
    seed: int
    time_factor: float = Field(ge=1, le=10)
    credit_cap_ms: int = Field(ge=0)
    needs_start_code: bool
    can_pause: bool
    is_sent: bool
    language: str
    text_percent: int
    theme: Literal["light", "dark", "high-contrast"]
    captions: bool
    is_reduced_motion: bool
    app_version: str


class Reopened(Happening):
    """The program came back to the sitting; the stamp tells when, and in which boot.

    Attributes:
        station: The signing key (64 hexadecimal digits) of the station that goes on; it signs checkpoints from here.
    """

    type: Literal["reopened"] = "reopened"
    station: str = Field(pattern=r"^[0-9a-f]{64}$")
    app_version: str


class Moved(Happening):
    """The sitting goes on at another station with a centre's permission; else as `Reopened`.

    Attributes:
        station: As of `Reopened`.
        permit: The envelope of the move permit (formats/move 2); who replays a history verifies it.
    """

    type: Literal["moved"] = "moved"
    station: str = Field(pattern=r"^[0-9a-f]{64}$")
    app_version: str
    permit: Base64 = Field(max_length=MAXIMUM_PERMIT_BYTES)


CAME_BACK: Final = (Reopened, Moved)
"""What comes first after a gap, and may come from another boot."""


class Heartbeat(Happening):
    """The program was alive: evidence for what an interruption cost."""

    type: Literal["heartbeat"] = "heartbeat"


class ClocksShown(Happening):
    """What the clocks show that nobody can set: before exam time starts, when the program came back, after a sleep.

    From the first one on, time is taken and given by evidence (formats/journal 7); histories without it are reckoned as
    they always were.

    Attributes:
        asleep_ms: How long the machine has slept in all since its boot.
        station: Whose machine it is: the signing key (64 hexadecimal digits), as in `Reopened`.
    """

    type: Literal["clocks-shown"] = "clocks-shown"
    asleep_ms: int = Field(ge=0)
    station: str = Field(pattern=r"^[0-9a-f]{64}$")


class Left(Happening):
    """The person closed the window; the sitting can be gone on with."""

    type: Literal["left"] = "left"


class StartCodeTried(Happening):
    """A start code was given: whether it was right, never what it was. Too soon after wrong ones, none is looked at."""

    type: Literal["start-code-tried"] = "start-code-tried"
    is_right: bool
    came_too_soon: bool = False


class CodeTried(Happening):
    """A one-time code was given that does not count: never what it was. Too soon after wrong ones, none is looked at.

    Attributes:
        purpose: What it was to do; `sign-in` was tried at the sign-in, and stands here since the sitting was opened.
        minutes: How much time it was to give.
        number: Of the challenge that it was given for.
    """

    type: Literal["code-tried"] = "code-tried"
    purpose: Purpose
    minutes: int = Field(default=0, ge=0, le=99)
    number: int = Field(ge=1, le=MAXIMUM_NUMBER)
    came_too_soon: bool = False


class CodeUsed(Happening):
    """A right one-time code: with this very event its number is used up, and it takes effect.

    Attributes:
        purpose: What it does (formats/code 4).
        minutes: How much time it gives.
        number: Of the challenge that it answers; those of `sign-in` are counted for themselves.
        source: Whether the centre's device told it, or a paper book.
    """

    type: Literal["code-used"] = "code-used"
    purpose: Purpose
    minutes: int = Field(default=0, ge=0, le=99)
    number: int = Field(ge=1, le=MAXIMUM_NUMBER)
    source: Source


class IdentityConfirmed(Happening):
    """The candidate is who the admission names."""

    type: Literal["identity-confirmed"] = "identity-confirmed"


class SystemCheckPassed(Happening):
    """The system check was seen, with the codes of what was not in order."""

    type: Literal["system-check-passed"] = "system-check-passed"
    findings: tuple[str, ...] = ()


class AgreementAccepted(Happening):
    """The confidentiality agreement was accepted."""

    type: Literal["agreement-accepted"] = "agreement-accepted"
    version: str


class AgreementDeclined(Happening):
    """The agreement was declined; the sitting ends unused."""

    type: Literal["agreement-declined"] = "agreement-declined"


class ComfortSet(Happening):
    """Comfort settings changed."""

    type: Literal["comfort-set"] = "comfort-set"
    text_percent: int = Field(ge=50, le=400)
    theme: Literal["light", "dark", "high-contrast"]
    captions: bool
    caption_percent: int = Field(ge=50, le=400)
    volume_percent: int = Field(ge=0, le=100)
    language: str
    is_reduced_motion: bool
    is_clock_hidden: bool


class ComfortFinished(Happening):
    """On to the tutorial."""

    type: Literal["comfort-finished"] = "comfort-finished"


class TutorialFinished(Happening):
    """The tutorial was done or skipped."""

    type: Literal["tutorial-finished"] = "tutorial-finished"


class CaseStarted(Happening):
    """The clock started."""

    type: Literal["case-started"] = "case-started"


class Answered(Happening):
    """A response as it stood on arrival; it counts only if its item was open then."""

    type: Literal["answered"] = "answered"
    item: str
    response: Response


class Flagged(Happening):
    """An item was marked for review, or unmarked."""

    type: Literal["flagged"] = "flagged"
    item: str
    is_flagged: bool


class WentOn(Happening):
    """The candidate went on from `step`; empty: from wherever the sitting stood."""

    type: Literal["went-on"] = "went-on"
    step: str = ""
    is_confirmed: bool = False


class WentBack(Happening):
    """The candidate went to the step before."""

    type: Literal["went-back"] = "went-back"


class WentTo(Happening):
    """The candidate went to a step by name."""

    type: Literal["went-to"] = "went-to"
    step: str


class PlayStarted(Happening):
    """A play of a clip was asked for; counted before the player starts."""

    type: Literal["play-started"] = "play-started"
    clip: str


class MediaReported(Happening):
    """What the player said of a clip."""

    type: Literal["media-reported"] = "media-reported"
    clip: str
    what: Literal["paused", "resumed", "position", "stalled", "recovered", "ended", "failed"]
    position_ms: int = Field(ge=0)
    reason: str = ""


class CineLeft(Happening):
    """The frame a cine was left on."""

    type: Literal["cine-left"] = "cine-left"
    cine: str
    frame: int = Field(ge=0)


class Paused(Happening):
    """The sitting was paused: by the candidate, or by the proctor named."""

    type: Literal["paused"] = "paused"
    reason: str
    by: str = ""


class Continued(Happening):
    """The sitting went on after a pause."""

    type: Literal["continued"] = "continued"
    by: str = ""


class BreakEnded(Happening):
    """The candidate left the break; before its end, the clock runs from here on."""

    type: Literal["break-ended"] = "break-ended"


class BreakOver(Happening):
    """A break's length ran out with nobody back: the clock has been running since. Changes only what is told."""

    type: Literal["break-over"] = "break-over"


class WaitOver(Happening):
    """No more is credited for a recording that does not play: the clock runs again. Changes only what is told."""

    type: Literal["wait-over"] = "wait-over"


class DiskStopped(Happening):
    """From this stamp on the disk took nothing: the clock stood still. Written once it takes again."""

    type: Literal["disk-stopped"] = "disk-stopped"
    code: str


class DiskRecovered(Happening):
    """The disk takes events again; the clock runs."""

    type: Literal["disk-recovered"] = "disk-recovered"


class TimerFired(Happening):
    """A timer was due: which, and at how much exam time consumed."""

    type: Literal["timer-fired"] = "timer-fired"
    timer: str
    due_ms: int


class TimeGranted(Happening):
    """More time for a scope that runs now, with a reason and the name of who granted it."""

    type: Literal["time-granted"] = "time-granted"
    scope: Literal["assessment", "case", "phase", "step", "item"]
    scope_id: str
    extra_ms: int = Field(gt=0)
    reason: str
    signer: str


class ProctorCalled(Happening):
    """A hand was raised, with what the candidate wrote."""

    type: Literal["proctor-called"] = "proctor-called"
    note: str = ""


class HandLowered(Happening):
    """The proctor saw to it."""

    type: Literal["hand-lowered"] = "hand-lowered"


class IntegrityNoted(Happening):
    """Something a proctor may want to know."""

    type: Literal["integrity-noted"] = "integrity-noted"
    what: str
    detail: str = ""


class Ordered(Happening):
    """What the proctor ordered, as the centre signed it.

    New acts of a proctor are orders alone; `Paused` and `Continued` with a name, `TimeGranted` and `HandLowered` are
    of histories from before there were any.

    Attributes:
        order: The envelope (formats/order 2); who replays a history verifies it.
    """

    type: Literal["ordered"] = "ordered"
    order: Base64 = Field(max_length=MAXIMUM_ORDER_BYTES)


class WordSeen(Happening):
    """The candidate says that they read what the proctor told them with this order."""

    type: Literal["word-seen"] = "word-seen"
    order_id: str


class HandedIn(Happening):
    """The candidate handed in; `is_confirmed` after seeing what is unanswered."""

    type: Literal["handed-in"] = "handed-in"
    is_confirmed: bool = False


class TimeOver(Happening):
    """The time was over and nothing was left that could be changed: the sitting handed itself in."""

    type: Literal["time-over"] = "time-over"


class LeftReceipt(Happening):
    """The receipt was seen; on to the survey."""

    type: Literal["left-receipt"] = "left-receipt"


class SurveyAnswered(Happening):
    """The survey's answers, as (question, answer)."""

    type: Literal["survey-answered"] = "survey-answered"
    answers: tuple[tuple[str, str], ...] = ()


Event: TypeAlias = (
    Opened
    | Reopened
    | Moved
    | Heartbeat
    | ClocksShown
    | Left
    | StartCodeTried
    | CodeTried
    | CodeUsed
    | IdentityConfirmed
    | SystemCheckPassed
    | AgreementAccepted
    | AgreementDeclined
    | ComfortSet
    | ComfortFinished
    | TutorialFinished
    | CaseStarted
    | Answered
    | Flagged
    | WentOn
    | WentBack
    | WentTo
    | PlayStarted
    | MediaReported
    | CineLeft
    | Paused
    | Continued
    | BreakEnded
    | BreakOver
    | WaitOver
    | DiskStopped
    | DiskRecovered
    | TimerFired
    | TimeGranted
    | ProctorCalled
    | HandLowered
    | IntegrityNoted
    | Ordered
    | WordSeen
    | HandedIn
    | TimeOver
    | LeftReceipt
    | SurveyAnswered
)
"""Any event."""

AnyEvent: TypeAlias = Annotated[Event, Field(discriminator="type")]
"""Any event, told apart by its type when read."""
