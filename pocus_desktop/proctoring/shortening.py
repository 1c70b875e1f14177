"""Which rows of a room's journal say nothing that a later one does not say, so that a console opens quickly. Pure.

Almost all rows of a day are reports, and each says everything of its station. One may go where a later report of the
same run of that station's program, of the same sitting, stands in the journal, and where it did nothing but take the
place of the one before: no order came to its end by it, no sitting was first told of, no hand was raised or
lowered (formats/room 6.10).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    state = EMPTY
    sources: defaultdict[str, _Source] = defaultdict(_Source)
    for number, event in rows:
        before, state = state, room.step(state, event).state
        for station in _told_for_others(event, state):  # believed or not by what that one had said last, and when
            sources[station].keep_all()
        about = _about(event)
        if about is not None:
            sources[about[0]].said(number, about, is_only_news=_is_only_news(event, before, state))
    return Found(state, frozenset().union(*(each.gone for each in sources.values())))


class _Source:
    """What a station or a console said so far."""

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self._latest: dict[tuple[str, ...], tuple[int, bool]] = {}

    def said(self, number: int, about: tuple[str, ...], *, is_only_news: bool) -> None:
        earlier, may_go = self._latest.get(about, (0, False))
        if may_go:
            self.gone.add(earlier)
        self._latest[about] = (number, is_only_news)

    def keep_all(self) -> None:
        self.gone.clear()
        self._latest.clear()


def is_same(one: RoomState, other: RoomState) -> bool:
    """Whether two states are equal, and tell everything in the same order."""
    return one == other and all(
        list(mine) == list(getattr(other, each.name))
        for each in fields(RoomState)
        if isinstance(mine := getattr(one, each.name), Mapping)
    )


def _about(event: Event) -> tuple[str, ...] | None:
    """What an event is news of: a station or a console first, then of what there."""
    match event:
        case events.ReportCame(report=report):
            admission = (report.sitting.admission_id,) if report.sitting is not None else ()
            return (report.station_id, report.run, *admission)
        case events.PeerShared(shared=shared):
            return (shared.console,)
        case _:
            return None


def _told_for_others(event: Event, state: RoomState) -> frozenset[str]:
    """The stations at which the orders were asked that another station's report tells of: the sitting has moved."""
    if not isinstance(event, events.ReportCame) or event.report.sitting is None:
        return frozenset()
    told = (state.orders.get(order.order_id) for order in event.report.sitting.orders)
    return frozenset(order.asked.station_id for order in told if order is not None) - {event.report.station_id}


def _is_only_news(event: Event, before: RoomState, after: RoomState) -> bool:
    """Whether the event did nothing but take the place of what was said before about the same thing.

    A report that changes an order changes its station's mark with it.
    """
    match event:
        case events.PeerShared(shared=shared):
            return shared.console in before.shared and before.stations == after.stations
        case events.ReportCame(report=report):
            was, now = before.stations.get(report.station_id), after.stations.get(report.station_id)
            return (
                was is not None
                and now is not None
                and _without_the_report(was) == _without_the_report(now)
                and room.is_hand_raised(was.report) == room.is_hand_raised(now.report)
                and len(before.sittings) == len(after.sittings)
            )
        case _:
            return False


def _without_the_report(station: Station) -> Station:
    return replace(station, report=None, came_ms=None, linked_ms=None)
