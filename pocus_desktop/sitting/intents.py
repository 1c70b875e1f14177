"""Intents: all that the person in front of a sitting can ask for.

Screens emit intents, nothing else; `sitting.session` stamps each on arrival and makes it durable before the next view.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pocus_desktop.admission.room_code import Purpose
from pocus_desktop.case.items.registry import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmIdentity:
    """The name and ID shown are the candidate's; `start_code` is the proctor's word for it where the mode needs one."""

    start_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCode:
    """The proctor's one-time code for what the station asked (formats/code).

    Attributes:
        purpose: What the code is to do.
        minutes: How much time it is to give; 0 for any other purpose.
        code: As typed.
        start_code: What the proctor knows, which a code from a book needs.
    """

    purpose: Purpose
    code: str
    minutes: int = 0
    start_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassSystemCheck:
    """The system check was seen; `findings` are the codes of what was not in order."""

    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAgreement:
    """The confidentiality agreement of this version was accepted."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineAgreement:
    """The agreement was declined: the sitting ends unused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetComfort:
    """Comfort settings, before the clock or at any time in the case; they never cost time."""

    text_percent: int
    theme: Literal["light", "dark", "high-contrast"]
    captions: bool
    caption_percent: int
    volume_percent: int
    language: str
    is_reduced_motion: bool
    is_clock_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishComfort:
    """Comfort is as it should be; on to the tutorial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTutorial:
    """The tutorial was done or skipped; on to the case. The clock starts with `StartCase`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCase:
    """Start the clock and the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The response to an item as it now stands; an empty response clears it."""

    item: str
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Mark or unmark an item for review."""

    item: str
    is_flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GoNext:
    """Leave the step, or the receipt; `is_confirmed` when the candidate was told of required items without an answer.

    With `step`, only that step is left: a second click that arrives on the next step does nothing.
    """

    is_confirmed: bool = False
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack:
    """To the step before, where the phase allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo:
    """To a visited step of a nonlinear phase (from review), or to any step in review mode."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayClip:
    """Start a clip: counted, durably, before the player starts."""

    clip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMedia:
    """What the player says of a clip: paused, resumed, at a position, stalled, recovered, ended, failed."""

    clip: str
    what: Literal["paused", "resumed", "position", "stalled", "recovered", "ended", "failed"]
    position_ms: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCine:
    """Which frame of a cine was left on the screen (kept for resume)."""

    cine: str
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Pause the sitting (proctor, break, or practice)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Go on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBreak:
    """Leave the break and go on with the next case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Close the window; the sitting can be gone on with, and its clock runs on unless the candidate may pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProctor:
    """Raise a hand; `note` is what the candidate wrote, if anything."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeWord:
    """What the proctor told with this order was read."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteIntegrity:
    """Something that a proctor may want to know: focus lost, a second display, a clock that jumped."""

    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """Finish the sitting; `is_confirmed` after the list of what is unanswered was shown."""

    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSurvey:
    """The short survey after the receipt; an empty mapping skips it."""

    answers: tuple[tuple[str, str], ...] = ()


Intent: TypeAlias = (
    ConfirmIdentity
    | UseCode
    | PassSystemCheck
    | AcceptAgreement
    | DeclineAgreement
    | SetComfort
    | FinishComfort
    | FinishTutorial
    | StartCase
    | Answer
    | Flag
    | GoNext
    | GoBack
    | GoTo
    | PlayClip
    | ReportMedia
    | ReportCine
    | Pause
    | Resume
    | EndBreak
    | Leave
    | CallProctor
    | SeeWord
    | NoteIntegrity
    | HandIn
    | AnswerSurvey
)
"""Anything a person or their player can say to a sitting."""
