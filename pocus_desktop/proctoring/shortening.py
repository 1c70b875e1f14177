"""Which rows of a room's journal say nothing that a later one does not say, so that a console opens quickly. Pure.

Almost all rows of a day are reports, and each says everything of its station. One may go where a later report of the
same run of that station's program, of the same sitting, stands in the journal, and where it did nothing but take the
place of the one before: no order came to its end by it, no sitting was first told of, no hand was lowered
(formats/room 6.10).
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace

from pocus_desktop.proctoring import events, room
from pocus_desktop.proctoring.events import Event
from pocus_desktop.proctoring.room_state import EMPTY, RoomState, Station


@dataclass(frozen=True, slots=True)
class Found:
    """What a journal comes to.

    Attributes:
        state: After all rows.
        superseded: The numbers of those that may go.
    """

    state: RoomState
    superseded: frozenset[int]


def superseded(rows: Iterable[tuple[int, Event]]) -> Found:
    """Look through a journal.

    Args:
        rows: All of it, in order, each with its number.
    """
    state, gone = EMPTY, set[int]()
    latest: dict[Hashable, tuple[int, bool]] = {}
    for number, event in rows:
        before, state = state, room.step(state, event).state
        about = _about(event)
        if about is None:
            continue
        earlier = latest.get(about)
        if earlier is not None and earlier[1]:
            gone.add(earlier[0])
        latest[about] = (number, _is_only_news(event, before, state))
    return Found(state, frozenset(gone))


def is_same(one: RoomState, other: RoomState) -> bool:
    """Whether two states are equal, and tell everything in the same order."""
    return one == other and all(
        list(mine) == list(getattr(other, each.name))
        for each in fields(RoomState)
        if isinstance(mine := getattr(one, each.name), Mapping)
    )


def _about(event: Event) -> Hashable | None:
    match event:
        case events.ReportCame(report=report):
            admission = report.sitting.admission_id if report.sitting is not None else None
            return (report.station_id, report.run, admission)
        case events.PeerShared(shared=shared):
            return shared.console
        case _:
            return None


def _is_only_news(event: Event, before: RoomState, after: RoomState) -> bool:
    """Whether the event did nothing but take the place of what was said before about the same thing.

    A report that changes an order changes its station's mark with it.
    """
    match event:
        case events.PeerShared(shared=shared):
            return shared.console in before.shared
        case events.ReportCame(report=report):
            was, now = before.stations.get(report.station_id), after.stations.get(report.station_id)
            return (
                was is not None
                and now is not None
                and _without_the_report(was) == _without_the_report(now)
                and len(before.sittings) == len(after.sittings)
            )
        case _:
            return False


def _without_the_report(station: Station) -> Station:
    return replace(station, report=None, came_ms=None, linked_ms=None)
