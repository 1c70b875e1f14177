"""What becomes of the orders of a room: rules 1, 3, 4 and 5 of `proctoring.room`. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from pocus_desktop.proctoring import events
from pocus_desktop.proctoring.documents import OrderCame, SittingReport
from pocus_desktop.proctoring.room_state import (
    GOOD_MS,
    OPEN,
    Course,
    Effect,
    Ordered,
    Refuse,
    RoomState,
    Step,
    Tell,
    Wake,
    put,
    with_orders,
)


def outstanding(state: RoomState, station_id: str) -> tuple[Ordered, ...]:
    """The orders that go out to a station now, in the order of their numbers (rule 3)."""
    station = state.stations.get(station_id)
    if station is None or not station.is_in:
        return ()
    under_way = (state.orders[order_id] for order_id in state.under_way)
    return tuple(order for order in under_way if order.asked.station_id == station_id and state.now_ms <= order.good_ms)


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


def asked(state: RoomState, event: events.OrderAsked) -> Step:
    """The proctor ordered something."""
    station = state.stations.get(event.station_id)
    if event.order_id in state.orders:  # asked twice is asked once
        return Step(state=state, is_kept=False)
    if station is None or not station.is_in:
        return Step(state=state, effects=(Refuse(code="room.no_such_station"),), is_kept=False)
    ordered = Ordered(asked=event, course="asked", good_ms=event.at_ms + GOOD_MS)
    later = with_orders(state, {event.order_id: ordered})
    moved = replace(station, mark=station.mark + 1)
    return Step(state=put(later, moved), effects=(Wake(station_id=event.station_id),))


def handed_over(state: RoomState, order_ids: tuple[str, ...]) -> RoomState:
    """Orders went out to their station."""
    changed = {
        order_id: replace(state.orders[order_id], course="sent")
        for order_id in order_ids
        if order_id in state.orders and state.orders[order_id].course == "asked"
    }
    return with_orders(state, changed) if changed else state


def withdrawn(state: RoomState, order_id: str) -> Step:
    """The proctor gave an order up."""
    order = state.orders.get(order_id)
    if order is None or order.course not in {*OPEN, "again"}:
        return Step(state=state, effects=(Refuse(code="room.order_over"),), is_kept=False)
    later = with_orders(state, {order_id: replace(order, course="withdrawn")})
    station = state.stations[order.asked.station_id]
    moved = replace(station, mark=station.mark + 1)
    return Step(state=put(later, moved), effects=(Wake(station_id=station.station_id),))


def judged(state: RoomState, station_id: str) -> tuple[RoomState, tuple[Effect, ...]]:
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
        state = put(with_orders(state, changed), replace(station, mark=station.mark + 1))
    if sitting is not None and sitting.saved == "failed":  # it may hold the order, and obey once the disk takes it
        return state, tuple(told)
    state, again = overdue(state, station_id, OPEN)
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


def overdue(state: RoomState, station_id: str, courses: AbstractSet[Course]) -> tuple[RoomState, tuple[Effect, ...]]:
    """Rule 3 for the orders of one station that are in one of these courses."""
    changed: dict[str, Ordered] = {}
    behind: set[str] = set()
    for order_id in state.under_way:
        order = state.orders[order_id]
        if order.asked.station_id != station_id:
            continue
        is_over = order.course in courses and state.now_ms > order.good_ms
        if is_over or order.asked.admission_id in behind:
            changed[order_id] = replace(order, course="again")
            behind.add(order.asked.admission_id)
    if not changed:
        return state, ()
    station = state.stations[station_id]
    after = with_orders(state, changed)
    told = (Tell(code="room.order_again", station_id=station_id, order_id=order_id) for order_id in changed)
    return put(after, replace(station, mark=station.mark + 1)), (*told, Wake(station_id=station_id))
