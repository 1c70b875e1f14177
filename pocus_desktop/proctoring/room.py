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

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from pocus_desktop.proctoring import events, room_orders
from pocus_desktop.proctoring.documents import StationReport
from pocus_desktop.proctoring.events import Event
from pocus_desktop.proctoring.room_state import (
    EMPTY,
    MOST_ASKING,
    MOST_RUNS,
    MOST_STATIONS,
    Effect,
    Refuse,
    RoomState,
    Station,
    Step,
    Tell,
    ToldSitting,
    Wake,
    put,
    with_one,
    with_orders,
)
from pocus_desktop.proctoring.shared import Shared


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
            return room_orders.asked(state, event)
        case events.OrdersHandedOver(order_ids=order_ids):
            return Step(state=room_orders.handed_over(state, order_ids), is_kept=False)
        case events.OrderWithdrawn(order_id=order_id):
            return room_orders.withdrawn(state, order_id)
        case events.StationAssigned():
            return _assigned(state, event)
        case events.CheckedIn(candidate_id=candidate_id, admission_id=admission_id):
            return Step(state=replace(state, present=with_one(state.present, admission_id or candidate_id, event)))
        case events.HandAnswered(station_id=station_id, who=who):
            return _hand_answered(state, station_id, who)
        case events.IncidentFiled(reference=reference):
            return Step(state=replace(state, incidents=with_one(state.incidents, reference, event)))
        case events.Ticked():
            return _ticked(state)
        case events.PeerSeen(console=console, card=card):
            if console == state.console or state.peers.get(console) == card:
                return Step(state=state, is_kept=False)
            return Step(state=replace(state, peers=with_one(state.peers, console, card)))
        case events.PeerShared(shared=shared):
            return _shared(state, shared)
        case _:
            assert_never(event)


def replay(kept: Iterable[Event]) -> RoomState:
    """The state that a room's journal comes to."""
    state = EMPTY
    for event in kept:
        state = step(state, event).state
    return state


def _shared(state: RoomState, shared: Shared) -> Step:
    """The last one of a console says everything; an older one that comes again says nothing."""
    known = state.shared.get(shared.console)
    is_old = known is not None and (shared.number < known.number or shared.says_same(known))
    if shared.console == state.console or is_old:
        return Step(state=state, is_kept=False)
    told = replace(state, shared=with_one(state.shared, shared.console, shared))
    for hand in shared.hands:  # once: that console takes it back when the hand is lowered, as this one does
        station = told.stations.get(hand.station_id)
        if station is not None and is_hand_raised(station.report) and not station.hand_answered_by:
            told = put(told, replace(station, hand_answered_by=hand.who))
    return Step(state=told, effects=(Tell(code="room.console_told"),))


def _opened(state: RoomState, event: events.Opened) -> RoomState:
    """Rule 6: what was measured in a former run says nothing in this one, which may be another boot's.

    Who only asked asks again.
    """
    stations = {
        name: replace(station, came_ms=None, linked_ms=None, mark=station.mark + 1)
        for name, station in state.stations.items()
        if station.is_of_room
    }
    before = {name: replace(state.orders[name], course="sent", good_ms=-1) for name in state.under_way}
    return replace(
        with_orders(state, before),
        console=event.console,
        stations=MappingProxyType(stations),
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
        return Step(state=put(state, station), effects=told)
    if known.signing != event.signing:
        return Step(state=state, effects=(Refuse(code="room.other_key"),), is_kept=False)
    name = event.name if known.is_in or event.is_ours else known.name
    station = replace(known, name=name, is_in=known.is_in or (event.is_ours and not known.is_out))
    return Step(state=put(state, station), is_kept=station != known)


def _let(state: RoomState, station_id: str, *, is_in: bool) -> Step:
    known = state.stations.get(station_id)
    if known is None:
        return Step(state=state, effects=(Refuse(code="room.no_such_station"),), is_kept=False)
    report = known.report if known.is_in else None  # what it said while it was not in is said again
    station = replace(known, report=report, is_in=is_in, is_out=not is_in, mark=known.mark + 1)
    return Step(state=put(state, station), effects=(Wake(station_id=station_id),))


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
    )
    if not is_hand_raised(report):
        station = replace(station, hand_answered_by="", is_hand_answered_here=False)
    if report.sitting is not None:
        now = ToldSitting(
            station_id=known.station_id, sitting=report.sitting, came_ms=event.at_ms, wall_ms=event.wall_ms
        )
        state = replace(state, sittings=with_one(state.sittings, report.sitting.admission_id, now))
    told: list[Effect] = []
    if is_hand_raised(report) and not is_hand_raised(last):
        told.append(Tell(code="room.hand_raised", station_id=station.station_id))
    after, effects = room_orders.judged(put(state, station), station.station_id)
    is_kept = known.is_in and (_lasting(report) != _lasting(last) or not is_same_run)
    return Step(state=after, effects=(*told, *effects), is_kept=is_kept)


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
    return Step(state=put(state, seated))


def _hand_answered(state: RoomState, station_id: str, who: str) -> Step:
    known = state.stations.get(station_id)
    if known is None or not is_hand_raised(known.report):
        return Step(state=state, effects=(Refuse(code="room.no_hand"),), is_kept=False)
    return Step(state=put(state, replace(known, hand_answered_by=who, is_hand_answered_here=True)))


def _ticked(state: RoomState) -> Step:
    """A silence is told once; an order that nobody was handed in time is asked about again without waiting."""
    told: list[Effect] = []
    for name, station in state.stations.items():
        if station.linked_ms is not None and not station.is_linked(state.now_ms):
            state = put(state, replace(station, linked_ms=None))
            told.append(Tell(code="room.station_silent", station_id=name))
    asked = (state.orders[order_id] for order_id in state.under_way)
    for name in dict.fromkeys(order.asked.station_id for order in asked if order.course == "asked"):
        state, again = room_orders.overdue(state, name, frozenset({"asked"}))
        told += again
    return Step(state=state, effects=tuple(told), is_kept=False)


def is_hand_raised(report: StationReport | None) -> bool:
    """Whether a candidate asks for someone, by a station's last report."""
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
