"""What the room knows of stations, as evidence for an incident: heads, orders and notes, by reference. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pocus_desktop.proctoring.incidents import MOST_NOTES, MOST_ORDERS, Draft, Evidence, NoteRef, OrderRef, StationRef
from pocus_desktop.proctoring.room_state import RoomState, Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Evidence, for a draft; see `incidents.Entry`."""

    stations: tuple[StationRef, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    orders: tuple[OrderRef, ...] = ()
    notes: tuple[NoteRef, ...] = ()


def gather(state: RoomState, station_ids: Iterable[str], *, since: Mapping[str, int] | None = None) -> Gathered:
    """All that is known of these stations now.

    Args:
        state: The room.
        station_ids: Whom the incident concerns; unknown ones are passed over.
        since: For a sitting, from which row of its journal on; from the first where it is not said.
    """
    stations = [state.stations[one] for one in dict.fromkeys(station_ids) if one in state.stations]
    return Gathered(
        stations=tuple(StationRef(station_id=one.station_id, name=one.name) for one in stations),
        evidence=tuple(found for one in stations if (found := _evidence(one, since or {})) is not None),
        orders=tuple(found for one in stations for found in _orders(state, one))[-MOST_ORDERS:],
        notes=tuple(found for one in stations for found in _notes(one))[-MOST_NOTES:],
    )


def with_evidence(draft: Draft, gathered: Gathered) -> Draft:
    """A draft with what was gathered in place of what it had."""
    return replace(
        draft,
        stations=gathered.stations,
        evidence=gathered.evidence,
        orders=gathered.orders,
        notes=gathered.notes,
    )


def _evidence(station: Station, since: Mapping[str, int]) -> Evidence | None:
    sitting = station.report.sitting if station.report is not None else None
    if sitting is None:
        return None
    last = sitting.head.seq if sitting.head is not None else 1
    return Evidence(
        sitting=sitting.sitting,
        admission_id=sitting.admission_id,
        candidate_id=sitting.candidate_id,
        station_id=station.station_id,
        first_seq=min(max(since.get(sitting.sitting, 1), 1), last),
        last_seq=last,
        head=sitting.head,
    )


def _orders(state: RoomState, station: Station) -> list[OrderRef]:
    sitting = station.report.sitting if station.report is not None else None
    came = sitting.orders if sitting is not None else ()
    found = {
        one.order_id: OrderRef(
            order_id=one.order_id,
            station_id=station.station_id,
            console=one.console,
            number=one.number,
            kind=one.kind,
            outcome=one.outcome,
        )
        for one in came
    }
    for order in state.orders.values():  # of this console: also what has not arrived, or was withdrawn
        asked = order.asked
        if asked.station_id == station.station_id and asked.order_id not in found:
            found[asked.order_id] = OrderRef(
                order_id=asked.order_id,
                station_id=station.station_id,
                console=state.console,
                number=asked.number,
                kind=asked.kind,
                outcome=order.course,
            )
    return list(found.values())


def _notes(station: Station) -> list[NoteRef]:
    sitting = station.report.sitting if station.report is not None else None
    if sitting is None:
        return []
    named = {"station_id": station.station_id, "sitting": sitting.sitting}
    return [NoteRef(**named, what=one.what, detail=one.detail, at_ms=one.at_ms) for one in sitting.notes]
