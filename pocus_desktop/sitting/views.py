"""Views: what a screen shows, computed from the journal and nothing else.

A view is data in the candidate's language; a screen renders it and decides nothing. Media are named, not carried: the
screen opens them through the bundle's content.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import Challenge
from pocus_desktop.case.items.registry import Item, Response
from pocus_desktop.case.media import Cine, Clip, Image
from pocus_desktop.case.patient import Patient, PatientState
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.delivery import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Comfort:
    """The candidate's settings in force."""

    text_percent: int = 100
    theme: Literal["light", "dark", "high-contrast"] = "light"
    captions: bool = True
    caption_percent: int = 100
    volume_percent: int = 80
    language: str = "en"
    is_reduced_motion: bool = False
    is_clock_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """A limit that runs.

    Attributes:
        scope: What it limits.
        limit_ms: The whole, with accommodations, extra time and credits.
        left_ms: What was left at `at_monotonic_ms`; the screen counts on from there by the same clock.
        is_running: False while paused or before the start.
    """

    scope: Literal["assessment", "case", "phase", "step", "item"]
    scope_id: str
    limit_ms: int
    left_ms: int
    at_monotonic_ms: int
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A line for the candidate: a refusal with its reason, a time warning, a credit of time."""

    kind: Literal["info", "warning", "refused", "lost"]
    told: Explanation
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProctorWord:
    """What the proctor told, to be shown until the candidate says that they read it.

    Attributes:
        order_id: Names it when it was read.
        heading: Who told what, such as who gave how much time.
        text: What they wrote.
    """

    order_id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrome:
    """What frames every screen.

    Attributes:
        saved: `saved` means every answer shown is on disk; `failed` that the disk refuses (the sitting stands still).
        saved_at_ms: Wall time of the last durable event.
        times: The limits that run, tightest first; empty before the clock starts.
        simulated_ms: The case's own clock; None where the case has none.
        words: What the proctor told and was not read yet, oldest first.
    """

    mode: Mode
    comfort: Comfort
    candidate_name: str
    candidate_id: str
    assessment_title: str
    case_title: str = ""
    step_title: str = ""
    step_number: int = 0
    step_count: int = 0
    phase_title: str = ""
    phase_titles: tuple[str, ...] = ()
    phase_index: int = 0
    times: tuple[TimeLeft, ...] = ()
    saved: Literal["saved", "saving", "failed"] = "saved"
    saved_at_ms: int = 0
    simulated_ms: int | None = None
    is_hand_raised: bool = False
    notices: tuple[Notice, ...] = ()
    words: tuple[ProctorWord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityView:
    """Is this you? With the proctor's word where one is needed: a start code, or that they let the candidate begin.

    Attributes:
        needs_start_code: Whether that word is still awaited; it comes by itself, or the code is entered.
        is_authorised: It came.
        is_back: The sitting was under way, and waits for the word to go on.
    """

    name: str
    candidate_id: str
    assessment_title: str
    needs_start_code: bool
    languages: tuple[str, ...]
    is_authorised: bool = False
    is_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCheckView:
    """The check runs on the machine; the screen owns its findings.

    Attributes:
        room_bytes: How much room on the disk the sitting may take.
    """

    needs_sound: bool
    needs_video: bool
    room_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """The confidentiality agreement, as paragraphs."""

    version: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComfortView:
    """Text size, contrast, captions, volume, language; before the clock."""

    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TutorialView:
    """One of each item to try, kept nowhere; the screen steps through `items` itself."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyView:
    """The last screen before the clock: what comes, how long, what the rules are."""

    assessment_title: str
    case_titles: tuple[str, ...]
    limit_ms: int | None
    item_count: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipState:
    """A clip with its plays and where it stands."""

    key: str
    clip: Clip
    plays_used: int
    plays_left: int | None
    position_ms: int
    is_started: bool
    is_ended: bool
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CineState:
    """A cine and the frame it was left on."""

    key: str
    cine: Cine
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageState:
    """A still."""

    key: str
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCard:
    """The patient's summary with the state seen now."""

    key: str
    patient: Patient
    state: PatientState
    previous: PatientState | None


StageState: TypeAlias = ClipState | CineState | ImageState | PatientCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What practice and review show about an item: the key's verdict and why."""

    verdict: Literal["correct", "partly", "incorrect", "unanswered", "pending"]
    points: float
    max_points: float
    correct: str
    rationale: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """An item as it stands.

    Attributes:
        number: Its number within the assessment, for the screen.
        choice_order: The order in which its choices or regions are shown (seeded where it is shuffled).
        locked_reason: Why it can no longer be answered; None while it can.
    """

    number: int
    item: Item
    response: Response | None
    is_flagged: bool
    choice_order: tuple[str, ...] = ()
    locked_reason: Explanation | None = None
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """The case screen: stage beside questions.

    Attributes:
        step: The step's id; a new id means a new screen.
        visit: Counts entries, so that a step entered twice renders afresh.
        unanswered: Numbers of required items on this step without an answer (told before going on).
        next_refused: Why going on is refused now (a clip that must be started first); None where it is not.
        jumps: In review mode, all steps as (id, title).
    """

    step: str
    visit: int
    text: str
    stage: tuple[StageState, ...]
    items: tuple[ItemState, ...]
    unanswered: tuple[int, ...]
    can_go_back: bool
    is_last: bool
    next_refused: Explanation | None = None
    jumps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """One item on the review screen."""

    number: int
    item: str
    prompt: str
    step: str
    phase_title: str
    is_answered: bool
    is_flagged: bool
    can_return: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """The case is through: what may be reviewed, what is unanswered, and hand in."""

    lines: tuple[ReviewLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedView:
    """The clock stands still; why, and who can go on.

    Attributes:
        by: The proctor who paused it; empty where the candidate did.
        why: What the proctor gave as the reason.
        is_to_move: It is to go on at another station, and may be packed.
        asks_start_code: The start code ends it, for this station takes no one-time codes.
    """

    reason: Explanation
    can_resume: bool
    by: str = ""
    why: str = ""
    is_to_move: bool = False
    asks_start_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakView:
    """A break between two cases, or one that the proctor ordered: nothing of any case is seen.

    Attributes:
        next_title: The case that comes next, or goes on.
        next_number: Which of the sitting's cases that is, from 1.
        case_count: How many cases it has.
        length_ms: The whole break.
        left_ms: What was left of it at `at_monotonic_ms`; the screen counts on from there by the same clock.
        is_counting: False while something else holds the clock too.
        can_leave: Whether the candidate may go on now; always once nothing is left.
        by: The proctor who ordered it; empty for a scheduled one.
        why: What they gave as the reason.
        is_clock_held: Whether the exam clock stands still in it.
    """

    next_title: str
    next_number: int
    case_count: int
    length_ms: int
    left_ms: int
    at_monotonic_ms: int
    is_counting: bool
    can_leave: bool
    by: str = ""
    why: str = ""
    is_clock_held: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedView:
    """The sitting cannot go on for now (the disk refuses); nothing acknowledged is lost."""

    told: Explanation
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedInView:
    """Handed in: sealed, where the file is, whether the hub has it.

    Attributes:
        receipt_lines: The receipt in words, once it is here; empty while waiting.
        receipt_qr: The receipt document as it goes into the QR code.
        ended: That the proctor ended it, who and why; None where the candidate or the time did.
        is_void: And that it shall not count.
        score: In practice, demo and review: points, maximum and lines by item; None in live and trial.
    """

    sealed_path: str
    sealed_digest: str
    delivery: DeliveryState
    delivery_told: Explanation
    receipt_lines: tuple[tuple[str, str], ...] = ()
    receipt_qr: str = ""
    ended: Explanation | None = None
    is_void: bool = False
    score: tuple[float, float] | None = None
    score_lines: tuple[tuple[str, Feedback], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyView:
    """A few questions about the experience; never about the content."""

    questions: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellView:
    """All is done; the station can be left."""

    is_declined: bool = False
    is_void: bool = False


Screen: TypeAlias = (
    IdentityView
    | SystemCheckView
    | AgreementView
    | ComfortView
    | TutorialView
    | ReadyView
    | CaseView
    | ReviewView
    | PausedView
    | BreakView
    | StoppedView
    | HandedInView
    | SurveyView
    | FarewellView
)
"""Everything a sitting can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole of what a screen renders.

    Attributes:
        challenges: What a one-time code of the room could do now; empty where none could, or none can be checked.
    """

    chrome: Chrome
    screen: Screen
    challenges: tuple[Challenge, ...] = ()
