"""What a room is after its last event: stations, orders, sittings; and what an event asks to be done. Frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.proctoring import events
from pocus_desktop.proctoring.documents import SittingReport, StationReport
from pocus_desktop.proctoring.shared import Shared

GOOD_MS: Final = 2 * 60_000
"""How long an order goes out."""

SILENT_MS: Final = 5_000
"""A station that reports every second and has not for so long is not linked."""

MOST_RUNS: Final = 64
"""How many former runs of a station's program are remembered, against reports that come again."""

MOST_STATIONS: Final = 200
"""That are of the room, or were."""

MOST_ASKING: Final = 40
"""That wait for the proctor, of one run of the console."""

Course: TypeAlias = Literal["asked", "sent", "obeyed", "refused", "withdrawn", "again"]
"""How far an order is; `again` asks the proctor whether it shall still be done."""

OPEN: Final[frozenset[Course]] = frozenset({"asked", "sent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An order of this console.

    Attributes:
        asked: What was asked.
        course: How far it is.
        good_ms: Until when it goes out; -1 for one of a former run of the console.
        reason: The code of why the station refused.
        seq: The row of the sitting's journal in which it stands; 0 before.
    """

    asked: events.OrderAsked
    course: Course
    good_ms: int
    reason: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station as the room knows it.

    Attributes:
        signing: Its device key.
        is_in: Whether it belongs to the room; orders go to no other.
        report: Its last; None before the first.
        came_ms: When that came; None before the first of this run of the console.
        linked_ms: Since when it has been reporting without a silence; None while it is not linked.
        past_runs: Former runs of its program, the latest last.
        mark: Counts what was ordered and withdrawn here.
        candidate_id: Who was given this seat; None for nobody.
        hand_answered_by: Who is on the way to the raised hand; empty for nobody.
        is_hand_answered_here: Whether that was said at this console.
    """

    station_id: str
    name: str
    signing: PublicKey
    is_in: bool
    is_out: bool = False
    report: StationReport | None = None
    came_ms: int | None = None
    linked_ms: int | None = None
    past_runs: tuple[str, ...] = ()
    mark: int = 0
    candidate_id: str | None = None
    admission_id: str | None = None
    hand_answered_by: str = ""
    is_hand_answered_here: bool = False

    @property
    def is_of_room(self) -> bool:
        """Whether a proctor or a grant ever said anything of it."""
        return self.is_in or self.is_out

    def is_linked(self, now_ms: int) -> bool:
        """Whether it reported a moment ago."""
        return self.came_ms is not None and now_ms - self.came_ms <= SILENT_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSitting:
    """A sitting as a station of the room told of it last, also after it told of it no more.

    Attributes:
        came_ms: When that came; None where it was in a former run of the console.
        wall_ms: The same by the console's wall clock of that moment.
    """

    station_id: str
    sitting: SittingReport
    came_ms: int | None
    wall_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """A room after its last event.

    Attributes:
        console: Who numbers here.
        stations: By id, in the order in which they came.
        orders: Of this console, by id, in the order in which they were asked.
        under_way: Those of them that are asked or sent, in the same order: what each report is held against.
        sittings: By admission, what was told of its sitting last: one that is told of no more has not become safe.
        present: The last check-in of each admission; of each candidate, where it names none.
        incidents: By reference, each as it was last filed.
        peers: Cards of other consoles of this centre, by console.
        shared: What those told of what they did, by console.
        now_ms: The latest time seen.
    """

    console: str = ""
    stations: Mapping[str, Station] = field(default_factory=lambda: MappingProxyType({}))
    orders: Mapping[str, Ordered] = field(default_factory=lambda: MappingProxyType({}))
    under_way: tuple[str, ...] = ()
    sittings: Mapping[str, ToldSitting] = field(default_factory=lambda: MappingProxyType({}))
    present: Mapping[str, events.CheckedIn] = field(default_factory=lambda: MappingProxyType({}))
    incidents: Mapping[str, events.IncidentFiled] = field(default_factory=lambda: MappingProxyType({}))
    peers: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    shared: Mapping[str, Shared] = field(default_factory=lambda: MappingProxyType({}))
    now_ms: int = 0


EMPTY: Final = RoomState()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """Whoever waits for orders at this station is answered now."""

    station_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Something that a proctor hears of although nobody looks: its code stands in the words of the room."""

    code: str
    station_id: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """What came is not taken; why, as a code of the table of errors."""

    code: str


Effect: TypeAlias = Wake | Tell | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event did.

    Attributes:
        state: From now on.
        effects: What to do because of it.
        is_kept: Whether the room's journal must hold the event for the same state to come of a replay.
    """

    state: RoomState
    effects: tuple[Effect, ...] = ()
    is_kept: bool = True


def put(state: RoomState, station: Station) -> RoomState:
    """The state with a station as it is now."""
    return replace(state, stations=with_one(state.stations, station.station_id, station))


def with_orders(state: RoomState, changed: Mapping[str, Ordered]) -> RoomState:
    """The state with orders as they are now, by their ids; a new one comes last, and none is under way twice."""
    orders = MappingProxyType({**state.orders, **changed})
    names = dict.fromkeys((*state.under_way, *changed))
    return replace(state, orders=orders, under_way=tuple(name for name in names if orders[name].course in OPEN))


_Value = TypeVar("_Value")


def with_one(mapping: Mapping[str, _Value], name: str, value: _Value) -> Mapping[str, _Value]:
    """A mapping with one thing as it is now."""
    return MappingProxyType({**mapping, name: value})
