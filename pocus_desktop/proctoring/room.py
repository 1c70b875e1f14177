"""The room: events in, a new state and effects out (formats/room 6). Pure; time is a parameter.

1. Truth about a sitting is at its station: what a report says stands, whatever this console had thought.
2. Of two reports of one run of a station's program the one with the higher number counts; of a run that was followed by
   another none counts any more.
3. An order goes out until its station reports what it came to, in the order of its numbers, and no longer than two
   minutes after it was asked. If a report from after that does not tell of it, the proctor is asked again; so is every
   later order that waits behind it. A station whose disk refuses may still hold it: it is waited for.
4. What comes later of an order that was given up, or asked again, is told and counts all the same (rule 1).
5. Orders of other consoles are known from the reports, by their ids.
6. When the program comes back, no link is known, and no order goes out that was asked before: the first report decides.
7. A station that is not let in is heard of and nothing else: what it tells of a sitting or of orders counts for nothing
   and is kept nowhere, and however many there are, they take no place from those of the room.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar, assert_never

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.proctoring import events
from pocus_desktop.proctoring.documents import OrderCame, SittingReport, StationReport
from pocus_desktop.proctoring.events import Event

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
    """

    station_id: str
    sitting: SittingReport
    came_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """A room after its last event.

    Attributes:
        console: Who numbers here.
        stations: By id, in the order in which they came.
        orders: Of this console, by id, in the order in which they were asked.
        sittings: By admission, what was told of its sitting last: one that is told of no more has not become safe.
        present: Candidates who were checked in, with the last check-in of each.
        incidents: By reference, each as it was last filed.
        peers: Cards of other consoles of this centre, by console.
        now_ms: The latest time seen.
    """

    console: str = ""
    stations: Mapping[str, Station] = field(default_factory=lambda: MappingProxyType({}))
    orders: Mapping[str, Ordered] = field(default_factory=lambda: MappingProxyType({}))
    sittings: Mapping[str, ToldSitting] = field(default_factory=lambda: MappingProxyType({}))
    present: Mapping[str, events.CheckedIn] = field(default_factory=lambda: MappingProxyType({}))
    incidents: Mapping[str, events.IncidentFiled] = field(default_factory=lambda: MappingProxyType({}))
    peers: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
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


def step(state: RoomState, event: Event) -> Step:
    """The room after an event."""
    state = replace(state, now_ms=max(state.now_ms, event.at_ms))
    match event:
        case events.Opened():
            return Step(state=_opened(state, event))
        case events.StationCame():
            return _came(state, event)
        case events.StationLetIn(station_id=station_id):
            return _let(state, station_id, is_in=True)
        case events.StationPutOut(station_id=station_id):
            return _let(state, station_id, is_in=False)
        case events.ReportCame():
            return _reported(state, event)
        case events.OrderAsked():
            return _asked(state, event)
        case events.OrdersHandedOver(order_ids=order_ids):
            return Step(state=_handed_over(state, order_ids), is_kept=False)
        case events.OrderWithdrawn(order_id=order_id):
            return _withdrawn(state, order_id)
        case events.StationAssigned():
            return _assigned(state, event)
        case events.CheckedIn(candidate_id=candidate_id):
            return Step(state=replace(state, present=_with(state.present, candidate_id, event)))
        case events.HandAnswered(station_id=station_id, who=who):
            return _hand_answered(state, station_id, who)
        case events.IncidentFiled(reference=reference):
            return Step(state=replace(state, incidents=_with(state.incidents, reference, event)))
        case events.Ticked():
            return _ticked(state)
        case events.PeerSeen(console=console, card=card):
            if console == state.console or state.peers.get(console) == card:
                return Step(state=state, is_kept=False)
            return Step(state=replace(state, peers=_with(state.peers, console, card)))
        case _:
            assert_never(event)


def replay(kept: Iterable[Event]) -> RoomState:
    """The state that a room's journal comes to."""
    state = EMPTY
    for event in kept:
        state = step(state, event).state
    return state


def outstanding(state: RoomState, station_id: str) -> tuple[Ordered, ...]:
    """The orders that go out to a station now, in the order of their numbers (rule 3)."""
    station = state.stations.get(station_id)
    if station is None or not station.is_in:
        return ()
    return tuple(
        order
        for order in state.orders.values()
        if order.asked.station_id == station_id and order.course in OPEN and state.now_ms <= order.good_ms
    )


def next_number(state: RoomState, station_id: str, admission_id: str) -> tuple[int, int]:
    """The number of the next order for an admission, and of the one that its sitting at a station must have before it.

    That is one on its way there, or one that stands in the journal of that very sitting: another one that was begun
    under the admission elsewhere has a journal of its own. One that was withdrawn, that the proctor is asked about
    again, or that the station did not take down is waited for by nothing.
    Numbers that a station tells of as this console's are used up, should this console's journal not know them.
    """
    own = [order.asked for order in state.orders.values() if order.asked.admission_id == admission_id]
    told = [
        (station.station_id, came)
        for station in state.stations.values()
        if station.report is not None
        and station.report.sitting is not None
        and station.report.sitting.admission_id == admission_id
        for came in station.report.sitting.orders
        if came.console == state.console
    ]
    last = max([asked.number for asked in own] + [came.number for _, came in told], default=0)
    on_the_way = [
        asked.number for asked in own if asked.station_id == station_id and state.orders[asked.order_id].course in OPEN
    ]
    stands = [came.number for told_by, came in told if told_by == station_id and came.seq > 0]
    return last + 1, max(on_the_way + stands, default=0)


def foreign_orders(state: RoomState, station_id: str) -> tuple[OrderCame, ...]:
    """What other consoles ordered at a station, as it tells it (rule 5)."""
    station = state.stations.get(station_id)
    if station is None or station.report is None or station.report.sitting is None:
        return ()
    return tuple(came for came in station.report.sitting.orders if came.console != state.console)


def _opened(state: RoomState, event: events.Opened) -> RoomState:
    """Rule 6: what was measured in a former run says nothing in this one, which may be another boot's.

    Who only asked asks again.
    """
    stations = {
        name: replace(station, came_ms=None, linked_ms=None, mark=station.mark + 1)
        for name, station in state.stations.items()
        if station.is_of_room
    }
    orders = {
        name: replace(order, course="sent", good_ms=-1) if order.course in OPEN else order
        for name, order in state.orders.items()
    }
    return replace(
        state,
        console=event.console,
        stations=MappingProxyType(stations),
        orders=MappingProxyType(orders),
        sittings=MappingProxyType({name: replace(told, came_ms=None) for name, told in state.sittings.items()}),
        now_ms=event.at_ms,
    )


def _came(state: RoomState, event: events.StationCame) -> Step:
    known = state.stations.get(event.station_id)
    if known is not None and known.signing != event.signing and event.is_ours and not known.is_in:
        known = None  # someone said hello under its name before: the grant says whose it is
    if known is None:
        others = sum(one.is_of_room == event.is_ours for one in state.stations.values())
        if others >= (MOST_STATIONS if event.is_ours else MOST_ASKING):
            return Step(state=state, effects=(Refuse(code="room.full"),), is_kept=False)
        station = Station(station_id=event.station_id, name=event.name, signing=event.signing, is_in=event.is_ours)
        told: tuple[Effect, ...] = (
            () if event.is_ours else (Tell(code="room.station_asks", station_id=event.station_id),)
        )
        return Step(state=_put(state, station), effects=told)
    if known.signing != event.signing:
        return Step(state=state, effects=(Refuse(code="room.other_key"),), is_kept=False)
    name = event.name if known.is_in or event.is_ours else known.name
    station = replace(known, name=name, is_in=known.is_in or (event.is_ours and not known.is_out))
    return Step(state=_put(state, station), is_kept=station != known)


def _let(state: RoomState, station_id: str, *, is_in: bool) -> Step:
    known = state.stations.get(station_id)
    if known is None:
        return Step(state=state, effects=(Refuse(code="room.no_such_station"),), is_kept=False)
    report = known.report if known.is_in else None  # what it said while it was not in is said again
    station = replace(known, report=report, is_in=is_in, is_out=not is_in, mark=known.mark + 1)
    return Step(state=_put(state, station), effects=(Wake(station_id=station_id),))


def _reported(state: RoomState, event: events.ReportCame) -> Step:
    """Rules 1 to 4, and 7."""
    report = event.report
    known = state.stations.get(report.station_id)
    if known is not None and not known.is_in:
        report = report.model_copy(update={"sitting": None})
    if known is None:
        return Step(state=state, effects=(Refuse(code="room.no_such_station"),), is_kept=False)
    last = known.report
    is_same_run = last is not None and last.run == report.run
    if report.run in known.past_runs or (last is not None and is_same_run and report.number <= last.number):
        return Step(state=state, effects=(Refuse(code="room.old_report"),), is_kept=False)
    past = known.past_runs if last is None or is_same_run else (*known.past_runs, last.run)[-MOST_RUNS:]
    is_back = known.linked_ms is None or not known.is_linked(event.at_ms)
    station = replace(
        known,
        report=report,
        past_runs=past,
        came_ms=event.at_ms,
        linked_ms=event.at_ms if is_back else known.linked_ms,
        hand_answered_by=known.hand_answered_by if _is_hand_raised(report) else "",
    )
    if report.sitting is not None:
        now = ToldSitting(station_id=known.station_id, sitting=report.sitting, came_ms=event.at_ms)
        state = replace(state, sittings=_with(state.sittings, report.sitting.admission_id, now))
    told: list[Effect] = []
    if _is_hand_raised(report) and not _is_hand_raised(last):
        told.append(Tell(code="room.hand_raised", station_id=station.station_id))
    after, effects = _judged(_put(state, station), station.station_id)
    is_kept = known.is_in and (_lasting(report) != _lasting(last) or not is_same_run)
    return Step(state=after, effects=(*told, *effects), is_kept=is_kept)


def _judged(state: RoomState, station_id: str) -> tuple[RoomState, tuple[Effect, ...]]:
    """What the station's last report says of this console's orders."""
    station = state.stations[station_id]
    sitting = station.report.sitting if station.report is not None else None
    told: list[Effect] = []
    changed: dict[str, Ordered] = {}
    for came in () if sitting is None else sitting.orders:
        order = state.orders.get(came.order_id)
        is_of_here = order is not None and _is_told_by(state, order, station_id, sitting)
        if order is not None and is_of_here and (order.course, order.seq) != (came.outcome, came.seq):
            changed[came.order_id] = replace(order, course=came.outcome, reason=came.reason, seq=came.seq)
            told.append(Tell(code=f"room.order_{came.outcome}", station_id=station_id, order_id=came.order_id))
    if changed:
        state = _put(
            replace(state, orders=MappingProxyType({**state.orders, **changed})),
            replace(station, mark=station.mark + 1),
        )
    if sitting is not None and sitting.saved == "failed":  # it may hold the order, and obey once the disk takes it
        return state, tuple(told)
    state, again = _overdue(state, station_id, OPEN)
    return state, (*told, *again)


def _is_told_by(state: RoomState, order: Ordered, station_id: str, sitting: SittingReport | None) -> bool:
    """Whether a station may say what came of an order: it was asked there, or its sitting has moved here since."""
    if order.asked.station_id == station_id:
        return True
    if sitting is None or sitting.admission_id != order.asked.admission_id:
        return False
    asked_at = state.stations[order.asked.station_id]
    still = asked_at.report.sitting if asked_at.report is not None else None
    is_still_there = still is not None and still.admission_id == order.asked.admission_id
    return not (is_still_there and asked_at.is_linked(state.now_ms))


def _overdue(state: RoomState, station_id: str, courses: AbstractSet[Course]) -> tuple[RoomState, tuple[Effect, ...]]:
    """Rule 3 for the orders of one station that are in one of these courses."""
    changed: dict[str, Ordered] = {}
    behind: set[str] = set()
    for order_id, order in state.orders.items():
        if order.asked.station_id != station_id or order.course not in OPEN:
            continue
        is_over = order.course in courses and state.now_ms > order.good_ms
        if is_over or order.asked.admission_id in behind:
            changed[order_id] = replace(order, course="again")
            behind.add(order.asked.admission_id)
    if not changed:
        return state, ()
    station = state.stations[station_id]
    after = replace(state, orders=MappingProxyType({**state.orders, **changed}))
    told = (Tell(code="room.order_again", station_id=station_id, order_id=order_id) for order_id in changed)
    return _put(after, replace(station, mark=station.mark + 1)), (*told, Wake(station_id=station_id))


def _asked(state: RoomState, event: events.OrderAsked) -> Step:
    station = state.stations.get(event.station_id)
    if event.order_id in state.orders:  # asked twice is asked once
        return Step(state=state, is_kept=False)
    if station is None or not station.is_in:
        return Step(state=state, effects=(Refuse(code="room.no_such_station"),), is_kept=False)
    ordered = Ordered(asked=event, course="asked", good_ms=event.at_ms + GOOD_MS)
    orders = _with(state.orders, event.order_id, ordered)
    moved = replace(station, mark=station.mark + 1)
    return Step(state=_put(replace(state, orders=orders), moved), effects=(Wake(station_id=event.station_id),))


def _handed_over(state: RoomState, order_ids: tuple[str, ...]) -> RoomState:
    changed = {
        order_id: replace(state.orders[order_id], course="sent")
        for order_id in order_ids
        if order_id in state.orders and state.orders[order_id].course == "asked"
    }
    return replace(state, orders=MappingProxyType({**state.orders, **changed})) if changed else state


def _withdrawn(state: RoomState, order_id: str) -> Step:
    order = state.orders.get(order_id)
    if order is None or order.course not in {*OPEN, "again"}:
        return Step(state=state, effects=(Refuse(code="room.order_over"),), is_kept=False)
    orders = _with(state.orders, order_id, replace(order, course="withdrawn"))
    station = state.stations[order.asked.station_id]
    moved = replace(station, mark=station.mark + 1)
    return Step(state=_put(replace(state, orders=orders), moved), effects=(Wake(station_id=station.station_id),))


def _assigned(state: RoomState, event: events.StationAssigned) -> Step:
    known = state.stations.get(event.station_id)
    if known is None:
        return Step(state=state, effects=(Refuse(code="room.no_such_station"),), is_kept=False)
    freed = {
        name: replace(station, candidate_id=None, admission_id=None)
        for name, station in state.stations.items()
        if event.candidate_id is not None and station.candidate_id == event.candidate_id
    }
    state = replace(state, stations=MappingProxyType({**state.stations, **freed}))
    seated = replace(state.stations[event.station_id], candidate_id=event.candidate_id, admission_id=event.admission_id)
    return Step(state=_put(state, seated))


def _hand_answered(state: RoomState, station_id: str, who: str) -> Step:
    known = state.stations.get(station_id)
    if known is None or not _is_hand_raised(known.report):
        return Step(state=state, effects=(Refuse(code="room.no_hand"),), is_kept=False)
    return Step(state=_put(state, replace(known, hand_answered_by=who)))


def _ticked(state: RoomState) -> Step:
    """A silence is told once; an order that nobody was handed in time is asked about again without waiting."""
    told: list[Effect] = []
    for name, station in state.stations.items():
        if station.linked_ms is not None and not station.is_linked(state.now_ms):
            state = _put(state, replace(station, linked_ms=None))
            told.append(Tell(code="room.station_silent", station_id=name))
    for name in {order.asked.station_id for order in state.orders.values() if order.course == "asked"}:
        state, again = _overdue(state, name, frozenset({"asked"}))
        told += again
    return Step(state=state, effects=tuple(told), is_kept=False)


def _is_hand_raised(report: StationReport | None) -> bool:
    return report is not None and report.sitting is not None and report.sitting.is_hand_raised


def _lasting(report: StationReport | None) -> object:
    """What of a report is worth a write: not the clock that runs, nor the head that moves with each answer."""
    if report is None:
        return None
    sitting = report.sitting
    if sitting is not None:
        sitting = sitting.model_copy(
            update={"times": (), "head": None, "saved_at_ms": 0, "break_left_ms": None, "saved": "saved"}
        )
    return report.name, sitting, report.health.media_fault, report.health.outbox_waiting


def _put(state: RoomState, station: Station) -> RoomState:
    return replace(state, stations=_with(state.stations, station.station_id, station))


_Value = TypeVar("_Value")


def _with(mapping: Mapping[str, _Value], name: str, value: _Value) -> Mapping[str, _Value]:
    return MappingProxyType({**mapping, name: value})
