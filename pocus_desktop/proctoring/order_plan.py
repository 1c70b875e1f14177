"""What an order would do, before it is given: to whom, and why not to the others. Pure.

The console leaves out only where the last report is plain; where it is not, the order goes and the station decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.admission.proctor_order import NEEDS_REASON, Kind
from pocus_desktop.kernel import words
from pocus_desktop.proctoring.documents import SittingReport
from pocus_desktop.proctoring.room_state import RoomState, Station

Why: TypeAlias = Literal[
    "not-in", "no-sitting", "handed-in", "paused-already", "not-paused", "no-hand", "nothing-to-authorise", "no-time"
]
"""Why a station is left out."""

OVER: Final = frozenset({"handed-in", "survey", "farewell"})
"""The stages of a sitting that takes no more answers."""

_TIMED: Final = frozenset({"case", "review"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A station that the order goes to.

    Attributes:
        is_late: It is silent now: the order waits two minutes for the link, and is then asked about again.
    """

    station_id: str
    name: str
    candidate: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A station that it does not go to."""

    station_id: str
    name: str
    why: Why

    def told(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """Why, in a sentence."""
        return words.say(f"order_plan.left_out.{self.why}", language, station=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlan:
    """An order before it is given.

    Attributes:
        needs_reason: It is never given without one.
    """

    kind: Kind
    targets: tuple[Target, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def needs_reason(self) -> bool:
        """Whether it is never given without a reason."""
        return self.kind in NEEDS_REASON

    def does(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """What it does."""
        return words.say(f"order_plan.{self.kind}.does", language)

    def is_seen(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """What the candidate sees of it."""
        return words.say(f"order_plan.{self.kind}.seen", language)


def plan(state: RoomState, kind: Kind, station_ids: Iterable[str], *, now_ms: int) -> OrderPlan:
    """Whom an order would reach.

    Args:
        state: The room.
        kind: Of the act.
        station_ids: Whom the proctor means; unknown ones are passed over.
        now_ms: The console's monotonic clock.
    """
    targets: list[Target] = []
    left_out: list[LeftOut] = []
    for station in (state.stations[one] for one in dict.fromkeys(station_ids) if one in state.stations):
        why = _why_not(kind, station)
        if why is not None:
            left_out.append(LeftOut(station_id=station.station_id, name=station.name, why=why))
            continue
        sitting = station.report.sitting if station.report is not None else None
        targets.append(
            Target(
                station_id=station.station_id,
                name=station.name,
                candidate=sitting.candidate_name if sitting is not None else "",
                is_late=not station.is_linked(now_ms),
            )
        )
    return OrderPlan(kind=kind, targets=tuple(targets), left_out=tuple(left_out))


def _why_not(kind: Kind, station: Station) -> Why | None:
    if not station.is_in:
        return "not-in"
    sitting = station.report.sitting if station.report is not None else None
    if sitting is None:
        return "no-sitting"
    if sitting.stage in OVER:
        return "handed-in"
    return _does_not_apply(kind, sitting)


def _does_not_apply(kind: Kind, sitting: SittingReport) -> Why | None:
    match kind:
        case "pause" if sitting.pause is not None and sitting.paused_by:
            return "paused-already"
        case "resume" if sitting.pause is None:
            return "not-paused"
        case "lower-hand" if not sitting.is_hand_raised:
            return "no-hand"
        case "authorise" if not sitting.is_barred and sitting.stage != "identity":
            return "nothing-to-authorise"
        case "add-time" | "remove-time" | "break" if sitting.stage not in _TIMED:
            return "no-time"
        case _:
            return None
