"""Where a sitting stands: all that its events came to. Frozen; made by `sitting.fold` and by nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.registry import Response
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.errors import Safe
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.vocabulary import Place
from pocus_desktop.sitting.changed import changer
from pocus_desktop.sitting.events import Opened
from pocus_desktop.sitting.ledger import Ledger
from pocus_desktop.sitting.orders import Ended, Obeyed, Word
from pocus_desktop.sitting.views import Comfort

HeldBy: TypeAlias = Literal["", "candidate", "proctor", "code", "away"]
"""What paused a sitting: a person, a one-time code for a move, or that it was away for too long; empty for nothing."""


class Stage(StrEnum):
    """How far a sitting is, from sign-in to farewell."""

    IDENTITY = "identity"
    SYSTEM_CHECK = "system-check"
    AGREEMENT = "agreement"
    COMFORT = "comfort"
    TUTORIAL = "tutorial"
    READY = "ready"
    CASE = "case"
    REVIEW = "review"
    HANDED_IN = "handed-in"
    SURVEY = "survey"
    FAREWELL = "farewell"


NOWHERE: Final = Place()
"""Before the case starts."""

_WITHOUT: Mapping[Mode, frozenset[Stage]] = {
    Mode.PRACTICE: frozenset({Stage.AGREEMENT, Stage.SURVEY}),
    Mode.REVIEW: frozenset(
        {
            Stage.IDENTITY,
            Stage.SYSTEM_CHECK,
            Stage.AGREEMENT,
            Stage.COMFORT,
            Stage.TUTORIAL,
            Stage.READY,
            Stage.SURVEY,
        }
    ),
}


def stages(mode: Mode) -> tuple[Stage, ...]:
    """The stages of a mode, in order."""
    return tuple(stage for stage in Stage if stage not in _WITHOUT.get(mode, frozenset()))


def pauser(held_by: HeldBy, name: str) -> str:
    """Who or what people are told paused a sitting: a proctor's name, `code` or `away`; empty for the candidate."""
    return name or ("" if held_by == "candidate" else held_by)


def after(stage: Stage, mode: Mode) -> Stage:
    """The stage that follows in this mode; the farewell is followed by itself."""
    order = tuple(Stage)
    rest = order[order.index(stage) + 1 :]
    return next((later for later in rest if later in stages(mode)), Stage.FAREWELL)


FREE_TRIES: Final = 3
"""Wrong start codes that may be given before there is a wait."""

FIRST_WAIT_MS: Final = 30_000
LONGEST_WAIT_MS: Final = 300_000

NoticeKind: TypeAlias = Literal["info", "warning", "refused", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something to tell the candidate, before it has words: a code of the table and its parameters."""

    kind: NoticeKind
    code: str
    params: tuple[tuple[str, Safe], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipProgress:
    """How a clip was played.

    Attributes:
        plays_used: Counted at start, given back where playback failed.
        is_started: A play is under way (or stands where it was left).
        is_ended: The last play came to its end.
        position_ms: Where it stands.
        failure: Why the last play failed; empty where it did not.
    """

    plays_used: int = 0
    is_started: bool = False
    is_ended: bool = False
    position_ms: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break that the candidate has not left yet.

    Attributes:
        after: The case before it; empty for one that the proctor ordered, after which the same case goes on.
        length_ms: How long the clock stands still.
        is_optional: Whether it may be left before that.
        by: The proctor who ordered it; empty for a scheduled one.
        reason: Why they did.
        is_clock_held: Whether the clock stands still in it.
    """

    after: str
    length_ms: int
    is_optional: bool
    by: str = ""
    reason: str = ""
    is_clock_held: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingState:
    """A sitting after its last event.

    Attributes:
        opened: How it began.
        last_seq: The last event's number.
        stage: How far it is.
        ledger: Its time.
        comfort: The candidate's settings.
        configuration: Where the scenario stands; None before the case starts.
        place: The same in the words of the case.
        patient_was: The patient's state before the present one, in this case.
        responses: The last response to each item, empty ones included.
        flags: Items marked for review.
        clips: Progress of clips by stage key.
        cines: The frame each cine was left on, by stage key.
        notices: What the last deed of the person came to.
        pause: Why it is paused; None where it is not.
        held_by: What paused it; empty where nothing does.
        paused_by: The name of the proctor who paused it; empty where no proctor did. Nothing but telling hangs on it.
        is_authorised: The proctor let the candidate begin, so that no start code is asked for.
        is_barred: It was away for so long that the proctor's word is needed to go on.
        has_left: The person closed the window, and has not come back since.
        rest: The break under way, until the candidate leaves it; None where there is none.
        wrong_codes: When wrong start codes were given.
        code_number: Of the last one-time code that was used in the sitting; 0 before.
        wrong_room_codes: When wrong one-time codes were given since.
        is_declined: The agreement was declined.
        orders: What came of each of the proctor's orders, in the order in which they came.
        words: What the proctor told the candidate.
        ended: The proctor who ended it; None where nobody did.
        integrity: What was noted for the proctor, as (what, detail).
        survey: Answers to the survey.
        is_time_over: A limit that ran out ended the last case; nothing is left that could be changed.
        handed_in_at: When it was handed in; None before.
    """

    opened: Opened
    last_seq: int
    stage: Stage
    ledger: Ledger
    comfort: Comfort
    configuration: Configuration | None = None
    place: Place = NOWHERE
    patient_was: str | None = None
    responses: Mapping[str, Response] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    clips: Mapping[str, ClipProgress] = field(default_factory=dict)
    cines: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Told, ...] = ()
    pause: str | None = None
    held_by: HeldBy = ""
    paused_by: str = ""
    is_authorised: bool = False
    is_barred: bool = False
    has_left: bool = False
    rest: Rest | None = None
    is_hand_raised: bool = False
    wrong_codes: tuple[Reading, ...] = ()
    code_number: int = 0
    wrong_room_codes: tuple[Reading, ...] = ()
    is_declined: bool = False
    orders: tuple[Obeyed, ...] = ()
    words: tuple[Word, ...] = ()
    ended: Ended | None = None
    integrity: tuple[tuple[str, str], ...] = ()
    survey: tuple[tuple[str, str], ...] = ()
    is_time_over: bool = False
    handed_in_at: Reading | None = None

    @property
    def mode(self) -> Mode:
        """How it counts."""
        return self.opened.mode

    @property
    def is_clock_free(self) -> bool:
        """Whether no limit binds (review mode)."""
        return self.mode is Mode.REVIEW

    @property
    def is_held_by_proctor(self) -> bool:
        """Whether it is paused so that the proctor alone ends it: they paused it, or it was away for too long."""
        return self.held_by in {"proctor", "code", "away"}

    @property
    def is_void(self) -> bool:
        """Whether the proctor ended it so that it shall not count."""
        return self.ended is not None and self.ended.is_void

    @property
    def is_over(self) -> bool:
        """Whether it was handed in, was ended, or never came to a case and was left."""
        return self.stage in {Stage.HANDED_IN, Stage.SURVEY, Stage.FAREWELL}

    @property
    def unseen_words(self) -> tuple[Word, ...]:
        """What the proctor told and the candidate has not said that they read."""
        return tuple(word for word in self.words if not word.is_seen)

    @property
    def hands_itself_in(self) -> bool:
        """Whether it is an exam whose time is over, and not handed in yet (formats/journal 4.7)."""
        return self.is_time_over and self.stage is Stage.REVIEW and self.mode is not Mode.PRACTICE


changed: Final = changer(SittingState)
"""`dataclasses.replace` for states, where it is done for most events."""


def told(state: SittingState, kind: NoticeKind, code: str, **params: Safe) -> SittingState:
    """The state with one more notice; one that stands there already is not said twice."""
    notice = Told(kind=kind, code=code, params=tuple(sorted(params.items())))
    return state if notice in state.notices else changed(state, notices=(*state.notices, notice))


def refused(state: SittingState, code: str, **params: Safe) -> SittingState:
    """The state unchanged but for a notice of refusal."""
    return told(state, "refused", code, **params)


def span(ms: int) -> str:
    """A span of time as every language here reads it, such as `12 min 5 s`."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    parts = ([f"{minutes} min"] if minutes else []) + ([f"{seconds} s"] if seconds or not minutes else [])
    return " ".join(parts)


def start_code_wait_ms(state: SittingState, now: Reading) -> int:
    """How long until another start code is looked at: it doubles with each wrong one after the first few."""
    wrong = len(state.wrong_codes)
    if wrong < FREE_TRIES:
        return 0
    last = state.wrong_codes[-1]
    is_same_boot = last.boot_id == now.boot_id
    passed_ms = now.monotonic_ms - last.monotonic_ms if is_same_boot else now.wall_ms - last.wall_ms
    wait_ms = min(FIRST_WAIT_MS << (wrong - FREE_TRIES), LONGEST_WAIT_MS)
    return max(wait_ms - max(passed_ms, 0), 0)
