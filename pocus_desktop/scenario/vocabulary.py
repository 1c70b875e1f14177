"""What a compiled case understands and says: events in, effects out (formats/scenario 7).

The chart made by `compile_assessment` takes the events built here, and says what is built here through `Emitted`
effects; `told` turns one of those into its dataclass.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.hotspot import HotspotResponse
from pocus_desktop.case.items.registry import Response
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.actions import Emit
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.effects import Emitted, Event

# Events in.

NEXT: Final = Event(name="next")
"""The candidate goes on from the present step."""

STOP: Final = Event(name="stop")
"""The assessment ends here, by the candidate's or the proctor's decision."""


def visit(step: str) -> Event:
    """The candidate returns to a step of the present, nonlinear phase; ignored where it was not visited before."""
    return Event(name=f"visit.{step}")


def jump(step: str) -> Event:
    """Go to any step; only charts compiled with `can_jump` listen."""
    return Event(name=f"jump.{step}")


def timer_fired(timer: str) -> Event:
    """An exam-clock timer is due; ignored where it is not armed any more."""
    return Event(name=f"timer.{timer}")


def answered(item: str, response: Response | None) -> Event:
    """A response was given, changed or taken back (None or empty)."""
    return Event(name=f"response.{item}", data={"value": None if response is None else value_of(response)})


def value_of(response: Response) -> Json:
    """What conditions ask about a response, and what the configuration remembers of it.

    A list of ids for a choice or hotspot, a number or the text for a text entry; of anything else only that there is
    an answer (True). None where there is none.
    """
    if response.is_empty:
        return None
    match response:
        case ChoiceResponse(choices=choices):
            return list(choices)
        case HotspotResponse(regions=regions):
            return list(regions)
        case TextEntryResponse(text=text, number=number):
            return text.strip() if number is None else number
        case _:
            return True


# Timers: `TimerArmed.id`.

ASSESSMENT_TIMER: Final = "assessment"
Level: TypeAlias = Literal["assessment", "case", "phase", "step", "item"]


def timer_of(level: Level, name: str = "") -> str:
    """The id of the timer for a time limit, such as `step:femoral-view`; the assessment's is `assessment`."""
    return f"{level}:{name}" if name else level


def limit_of(timer: str) -> tuple[Level, str] | None:
    """Level and name of the time limit that a timer stands for; None for the patient's (simulated) timers."""
    level, _, name = timer.partition(":")
    match level:
        case "assessment" | "case" | "phase" | "step" | "item":
            return level, name
        case _:
            return None


# States: where a configuration is.

ASSESSMENT: Final = "assessment"
FINISHED: Final = "finished"


def case_state(case: str) -> str:
    """The state that is active while a case runs."""
    return f"case:{case}"


def encounter_state(case: str) -> str:
    """The region of a case that holds its phases."""
    return f"encounter:{case}"


def end_state(case: str) -> str:
    """The final state of a case's encounter."""
    return f"end:{case}"


def phase_state(phase: str) -> str:
    """The state of a phase."""
    return f"phase:{phase}"


def step_state(step: str) -> str:
    """The state of a step."""
    return f"step:{step}"


def patient_region(case: str) -> str:
    """The region of a case that holds its patient's states."""
    return f"patient:{case}"


def patient_state(case: str, state: str) -> str:
    """One state of a case's patient."""
    return f"patient:{case}:{state}"


def variable(case: str, name: str) -> str:
    """A case's variable in the configuration's memory."""
    return f"{case}.{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a configuration is, in the words of the case; None where there is none (after the end)."""

    case: str | None = None
    phase: str | None = None
    step: str | None = None
    patient: str | None = None
    is_finished: bool = False


def place_of(configuration: Configuration) -> Place:
    """Where a configuration of a compiled assessment is."""
    found: dict[str, str] = {}
    for name in configuration.active:
        kind, _, rest = name.partition(":")
        found[kind] = rest
    case = found.get("case")
    patient = found.get("patient", "").partition(":")[2] or None
    return Place(
        case=case,
        phase=found.get("phase"),
        step=found.get("step"),
        patient=patient,
        is_finished=configuration.is_finished,
    )


# Effects out.


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStarted:
    """A case begins; its first step follows in the same effects."""

    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEnded:
    """A case is over; the next one or the end follows in the same effects."""

    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStarted:
    """A phase begins; a step of it follows in the same effects."""

    case: str
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStep:
    """Show a step, with these items; what was shown before is over."""

    case: str
    phase: str
    step: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockItem:
    """An item takes no more responses; what it holds stays."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """A time limit has run out; what follows from it follows in the same effects."""

    level: Level
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientChanged:
    """The patient is in this state from now on; also said at the start of the case."""

    case: str
    state: str


Told: TypeAlias = CaseStarted | CaseEnded | PhaseStarted | ShowStep | LockItem | TimedOut | PatientChanged

_NAMES: Final[Mapping[str, type[Told]]] = {
    "case_started": CaseStarted,
    "case_ended": CaseEnded,
    "phase_started": PhaseStarted,
    "show_step": ShowStep,
    "lock_item": LockItem,
    "timed_out": TimedOut,
    "patient_changed": PatientChanged,
}
_KINDS: Final[Mapping[type[Told], str]] = {kind: name for name, kind in _NAMES.items()}


def say(what: Told) -> Emit:
    """The action by which a chart says it."""
    data: dict[str, Json] = {name: getattr(what, name) for name in type(what).__slots__}
    return Emit(name=_KINDS[type(what)], data=data)


def told(effect: Emitted) -> Told:
    """What a compiled chart said.

    Raises:
        KeyError: It is nothing of this vocabulary (a chart that was not compiled from a case).
    """
    data = {name: tuple(value) if isinstance(value, list) else value for name, value in effect.data.items()}
    return _NAMES[effect.name](**data)  # type: ignore[arg-type]  # written by `say` with these very fields
