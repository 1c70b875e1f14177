"""A room's day, read out of its state: who sits where, which seats are free, how far every sitting is. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pocus_desktop.admission.admission import Admission
from pocus_desktop.proctoring.check_in import Arrival, Seat, as_counted
from pocus_desktop.proctoring.close_out import Checklist, SittingEnd, checklist
from pocus_desktop.proctoring.documents import SittingReport
from pocus_desktop.proctoring.order_plan import OVER
from pocus_desktop.proctoring.relay_view import HeldEnvelope
from pocus_desktop.proctoring.room_state import RoomState, Station

A_WHILE_MS: Final = 48 * 3_600_000
"""What was told so long before the last word of any sitting is of another day, by the clock as it was then."""

_NO_RESULTS: Final[Mapping[str, str]] = MappingProxyType({})


def arrivals(state: RoomState) -> Mapping[str, Arrival]:
    """Who is here, by admission: checked in by someone, or told of by a station.

    What was done at another console counts as if it had been done here; where the two differ, this one's is told, and
    `conflicts` has both. A seat is what a proctor gave; where nobody gave one, it is the station that tells of the
    sitting.
    """
    given = {one.admission_id: one.station_id for one in state.stations.values() if one.admission_id}
    told = {sitting.admission_id: station for station, sitting in _sittings(state)}
    found: dict[str, Arrival] = {}
    for came in state.present.values():
        if came.admission_id is not None and came.is_present:
            found[came.admission_id] = Arrival(at_ms=came.wall_ms, station=given.get(came.admission_id))
    for shared in state.shared.values():
        seats_there = {one.admission_id: one.station_id for one in shared.seats}
        for one in shared.arrivals:
            own, seat = found.get(one.admission_id), seats_there.get(one.admission_id)
            if own is None:
                found[one.admission_id] = Arrival(at_ms=one.wall_ms, station=given.get(one.admission_id, seat))
            elif own.station is None:
                found[one.admission_id] = replace(own, station=seat)
    for admission_id, station in told.items():
        seen = found.get(admission_id)
        report = station.report
        at_ms = seen.at_ms if seen is not None else report.wall_ms if report is not None else 0
        at = seen.station if seen is not None and seen.station is not None else station.station_id
        found[admission_id] = Arrival(at_ms=at_ms, station=at, is_checked=seen is not None)
    return found


def seats(state: RoomState, *, now_ms: int) -> tuple[Seat, ...]:
    """The stations of the room; one that is silent is there, and not ready."""
    return tuple(
        Seat(
            station_id=station.station_id,
            name=station.name,
            is_ready=station.is_linked(now_ms),
            admission_id=_admission_at(station),
        )
        for station in state.stations.values()
        if station.is_in
    )


def ends(
    state: RoomState, admissions: Iterable[Admission], *, now_ms: int, results: Mapping[str, str] = _NO_RESULTS
) -> tuple[SittingEnd, ...]:
    """How far every admission of the day is, and every sitting that a station tells of besides.

    Args:
        state: The room.
        admissions: Those of the day.
        now_ms: The console's monotonic clock.
        results: Where each sealed result is that stations brought to this console, as `relay_view.HeldEnvelope.where`,
            by its SHA-256.
    """
    here = arrivals(state)
    silent = unheard(state)
    names = {station.station_id: station for station in state.stations.values()}
    voided = {order.asked.admission_id for order in state.orders.values() if _is_void(order.asked.kind, order.course)}
    latest_ms = max((one.wall_ms for one in state.sittings.values()), default=0)
    found: dict[str, SittingEnd] = {}
    for one in admissions:
        arrival = here.get(one.admission_id)
        station = names.get(arrival.station) if arrival is not None and arrival.station is not None else None
        found[one.admission_id] = SittingEnd(
            admission_id=one.admission_id,
            candidate_id=one.candidate.id,
            name=one.candidate.display_name,
            station="" if station is None else station.name,
            is_here=arrival is not None,
            is_heard=station.is_linked(now_ms) if station is not None else arrival is None or not silent,
            unheard=() if arrival is not None else silent,
        )
    for admission_id, (station, sitting) in _told(state).items():
        known = found.get(admission_id)
        if known is None:
            if not _tells_of(station, admission_id) and state.sittings[admission_id].wall_ms < latest_ms - A_WHILE_MS:
                continue  # of another day
            known = SittingEnd(
                admission_id=admission_id, candidate_id=sitting.candidate_id, name=sitting.candidate_name
            )
        is_heard = station.is_linked(now_ms)
        is_left = is_heard and station.is_in and bool(sitting.result) and not _tells_of(station, admission_id)
        found[admission_id] = replace(
            known,
            station=station.name,
            is_here=True,
            has_begun=True,
            is_over=sitting.stage in OVER,
            is_sealed=bool(sitting.result),
            is_held=sitting.result in results,
            is_copied=results.get(sitting.result) == "carried",
            is_refused=sitting.delivery == "refused" or results.get(sitting.result) == "refused",
            is_sent=sitting.delivery == "received"
            or results.get(sitting.result) == "received"
            or (is_left and sitting.delivery != "refused" and _has_receipt(station, sitting.result)),
            is_void=admission_id in voided or _is_void_at(sitting),
            is_heard=is_heard,
        )
    return tuple(found.values())


def unheard(state: RoomState) -> tuple[str, ...]:
    """Stations that may know of a sitting that nobody here heard of: silent since this console was opened.

    Where none was heard at all, that is every station, also of a roster: told as one without a name.
    """
    of_room = [one for one in state.stations.values() if one.is_in]
    if all(one.came_ms is None for one in of_room):
        return tuple(sorted((one.name for one in of_room), key=as_counted)) or ("–",)
    return tuple(sorted((one.name for one in of_room if one.came_ms is None), key=as_counted))


def closing(
    state: RoomState,
    admissions: Iterable[Admission],
    *,
    now_ms: int,
    brought: Iterable[HeldEnvelope] = (),
    reports: int = 0,
) -> Checklist:
    """The checklist of a room.

    Args:
        state: The room.
        admissions: Those of the day.
        now_ms: The console's monotonic clock.
        brought: What stations brought to this console.
        reports: How many reports of incidents the academy has not signed for yet.
    """
    return checklist(
        ends(state, admissions, now_ms=now_ms, results={one.digest: one.where for one in brought}),
        hands=hands(state),
        orders=open_orders(state),
        incidents=sum(one.is_open for one in state.incidents.values()),
        reports=reports,
    )


def hands(state: RoomState) -> tuple[str, ...]:
    """The names of the stations whose raised hand nobody answered."""
    return tuple(station.name for station, sitting in _sittings(state) if sitting.is_hand_raised)


def open_orders(state: RoomState) -> int:
    """How many orders of this console are neither done nor refused nor given up."""
    return sum(order.course in {"asked", "sent", "again"} for order in state.orders.values())


def _sittings(state: RoomState) -> list[tuple[Station, SittingReport]]:
    """One a sitting: where two stations tell of one, since it was moved, the one that was heard last."""
    latest: dict[str, tuple[Station, SittingReport]] = {}
    for station in state.stations.values():
        sitting = station.report.sitting if station.report is not None else None
        if sitting is None or not station.is_in:
            continue
        before = latest.get(sitting.admission_id)
        if before is None or (station.came_ms or -1) >= (before[0].came_ms or -1):
            latest[sitting.admission_id] = (station, sitting)
    return list(latest.values())


def _told(state: RoomState) -> Mapping[str, tuple[Station, SittingReport]]:
    """Every sitting that was told of, by admission: as a station tells of it now, else as it was told of last."""
    found = {
        admission_id: (state.stations[told.station_id], told.sitting) for admission_id, told in state.sittings.items()
    }
    return found | {sitting.admission_id: (station, sitting) for station, sitting in _sittings(state)}


def _tells_of(station: Station, admission_id: str) -> bool:
    sitting = station.report.sitting if station.report is not None else None
    return sitting is not None and sitting.admission_id == admission_id


def _has_receipt(station: Station, result: str) -> bool:
    """Whether a station names the receipt of a result: that nothing waits says also one whose disk was cleared."""
    return station.report is not None and result in station.report.health.received


def _admission_at(station: Station) -> str:
    """Whose sitting keeps the seat; one that is over has left it."""
    sitting = station.report.sitting if station.report is not None else None
    return "" if sitting is None or sitting.stage in OVER else sitting.admission_id


def _is_void(kind: str, course: str) -> bool:
    return kind == "void" and course == "obeyed"


def _is_void_at(sitting: SittingReport) -> bool:
    return sitting.is_void or any(_is_void(order.kind, order.outcome) for order in sitting.orders)
