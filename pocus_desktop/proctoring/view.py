"""What a proctor sees of a room: its stations, worst first, and why each stands where it stands. Pure.

A row's place follows from its marks: the worst one decides. Nothing here can be filtered away; a screen renders it, the
command line prints it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pocus_desktop.kernel import words
from pocus_desktop.proctoring.check_in import as_counted
from pocus_desktop.proctoring.conflicts import Conflict, conflicts
from pocus_desktop.proctoring.documents import Health, Noted, SittingReport, StationReport
from pocus_desktop.proctoring.room_orders import foreign_orders
from pocus_desktop.proctoring.room_state import SILENT_MS, Course, Ordered, RoomState, Station

LITTLE_DISK_BYTES: Final = 500_000_000
LOW_BATTERY_PERCENT: Final = 20
HALF_BATTERY_PERCENT: Final = 50
CLOCKS_APART_MS: Final = 2 * 60_000
LITTLE_TIME_MS: Final = 5 * 60_000
_OVER: Final = frozenset({"handed-in", "survey", "farewell"})


class Urgency(IntEnum):
    """How much a row needs someone, the worst first."""

    LOST = 0
    """Answers are not being saved, or a result was refused."""

    ACT = 1
    """Someone waits for the proctor."""

    WATCH = 2
    """Worth a look; nothing has to be done."""

    WELL = 3
    IDLE = 4
    """Nobody sits there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One reason why a row stands where it stands.

    Attributes:
        code: Stable, such as `hand`; stands in the words as `room.mark.<code>`.
        told: In words, what it is and what to do.
    """

    code: str
    urgency: Urgency
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """An order at a station.

    Attributes:
        course: How far it is; of another console's, what it came to.
        told: In words.
        is_ours: Whether this console made it, and can withdraw it.
        why: Why the station refused it, in words; empty where it did not.
    """

    order_id: str
    number: int
    kind: str
    course: Course
    told: str
    who: str
    is_ours: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """One station.

    Attributes:
        marks: Worst first; empty where all is well.
        stage: How far the sitting is; empty without one.
        state_told: The same in words.
        head_seq, head: The last durable row of its journal, and that row's digest; 0 and empty without one.
        left_ms: What is left of the tightest limit, reckoned on from the last report; None where none binds.
        is_running: Whether that runs.
        saved_at_ms: Wall time of the last durable save, by the station's clock; None without a sitting.
        saved_ago_ms: How long ago that was when it reported, and since.
        silent_ms: Since the last report; None where none came since the console was opened.
        is_in: Whether the station belongs to the room.
        is_over: Its sitting is handed in.
        has_incident: An open incident names it.
        pause: Why the clock stands still; None where nobody paused.
        notes: What the journal notes on integrity, the latest last.
        lost_ms, credited_ms: How long interruptions were, and how much of that was not charged.
        orders: The latest last.
    """

    station_id: str
    name: str
    urgency: Urgency
    marks: tuple[Mark, ...]
    candidate_id: str
    candidate_name: str
    state_told: str
    stage: str = ""
    head_seq: int = 0
    head: str = ""
    case_number: int = 0
    case_count: int = 0
    step_number: int = 0
    step_count: int = 0
    left_ms: int | None = None
    is_running: bool = False
    saved_at_ms: int | None = None
    saved_ago_ms: int = 0
    silent_ms: int | None = None
    is_linked: bool = False
    is_in: bool = True
    is_over: bool = False
    has_incident: bool = False
    is_hand_raised: bool = False
    hand_note: str = ""
    pause: str | None = None
    notes: tuple[Noted, ...] = ()
    lost_ms: int = 0
    credited_ms: int = 0
    app_version: str = ""
    health: Health
    unsent: int = 0
    orders: tuple[OrderLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident that is open; it stands above the stations until it is closed."""

    reference: str
    category: str
    told: str
    stations: tuple[str, ...]
    wall_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """The whole of what is seen.

    Attributes:
        incidents: Open ones, the oldest first.
        rows: Stations, worst first, then by name.
        counts: How many rows there are of each urgency.
        headline: The room in one sentence.
        consoles: How many other consoles of this centre were seen.
    """

    incidents: tuple[IncidentRow, ...]
    rows: tuple[RoomRow, ...]
    counts: Mapping[Urgency, int]
    headline: str
    consoles: int = 0


def room_view(state: RoomState, now_ms: int, *, wall_ms: int, language: str = "en") -> RoomView:
    """The view of a room at a moment.

    Args:
        state: The room.
        now_ms: The console's monotonic clock.
        wall_ms: Its wall clock.
        language: Of the words.
    """
    disputed = conflicts(state)
    rows = sorted(
        (_row(state, station, now_ms, wall_ms, language, disputed) for station in state.stations.values()),
        key=lambda row: (row.urgency, as_counted(row.name), row.station_id),
    )
    counts = {urgency: sum(row.urgency is urgency for row in rows) for urgency in Urgency}
    waiting = counts[Urgency.LOST] + counts[Urgency.ACT]
    key = "room.headline_waiting" if waiting else "room.headline_well"
    names = {station.station_id: station.name for station in state.stations.values()}
    incidents = tuple(
        IncidentRow(
            reference=filed.reference,
            category=filed.category,
            told=filed.told,
            stations=tuple(names.get(each, each) for each in filed.stations),
            wall_ms=filed.wall_ms,
        )
        for filed in state.incidents.values()
        if filed.is_open
    )
    headline = words.say(key, language, stations=len(rows), waiting=waiting)
    return RoomView(incidents=incidents, rows=tuple(rows), counts=counts, headline=headline, consoles=len(state.peers))


def _row(
    state: RoomState, station: Station, now_ms: int, wall_ms: int, language: str, disputed: tuple[Conflict, ...]
) -> RoomRow:
    report = station.report
    sitting = report.sitting if report is not None else None
    orders = tuple(_orders(state, station, language))
    silent_ms = None if station.came_ms is None else max(now_ms - station.came_ms, 0)
    is_linked = station.is_linked(now_ms)
    found = [
        Mark(code=code, urgency=urgency, told=words.say(f"room.mark.{code}", language, **params))
        for code, urgency, params in _marks(station, orders, silent_ms, now_ms, wall_ms)
    ]
    found += [
        Mark(code="seats-differ", urgency=Urgency.ACT, told=one.told(language))
        for one in disputed
        if station.station_id in one.stations
    ]
    marks = tuple(sorted(found, key=lambda mark: mark.urgency))
    quiet = Urgency.IDLE if sitting is None else Urgency.WELL
    head = sitting.head if sitting is not None else None
    limit = sitting.times[0] if sitting is not None and sitting.times else None
    is_running = sitting is not None and sitting.is_running
    passed_ms = silent_ms or 0 if is_running else 0
    return RoomRow(
        station_id=station.station_id,
        name=station.name,
        urgency=min([mark.urgency for mark in marks], default=quiet),
        marks=marks,
        candidate_id=sitting.candidate_id if sitting is not None else station.candidate_id or "",
        candidate_name=sitting.candidate_name if sitting is not None else "",
        state_told=_state_told(station, sitting, language),
        stage=sitting.stage if sitting is not None else "",
        head_seq=head.seq if head is not None else 0,
        head=head.digest if head is not None else "",
        case_number=sitting.case_number if sitting is not None else 0,
        case_count=sitting.case_count if sitting is not None else 0,
        step_number=sitting.step_number if sitting is not None else 0,
        step_count=sitting.step_count if sitting is not None else 0,
        left_ms=None if limit is None else max(limit.left_ms - passed_ms, 0),
        is_running=is_running,
        saved_at_ms=None if sitting is None else sitting.saved_at_ms,
        saved_ago_ms=_saved_ago_ms(report, silent_ms),
        silent_ms=silent_ms,
        is_linked=is_linked,
        is_in=station.is_in,
        is_over=sitting is not None and sitting.stage in _OVER,
        has_incident=any(filed.is_open and station.station_id in filed.stations for filed in state.incidents.values()),
        is_hand_raised=sitting is not None and sitting.is_hand_raised,
        hand_note=sitting.hand_note if sitting is not None else "",
        pause=sitting.pause if sitting is not None else None,
        notes=sitting.notes if sitting is not None else (),
        lost_ms=sitting.lost_ms if sitting is not None else 0,
        credited_ms=sitting.credited_ms if sitting is not None else 0,
        app_version=report.app_version if report is not None else "",
        health=report.health if report is not None else Health(),
        unsent=report.health.outbox_waiting if report is not None else 0,
        orders=orders,
    )


def _saved_ago_ms(report: StationReport | None, silent_ms: int | None) -> int:
    """By the station's own clock: two clocks that are apart say nothing of it."""
    if report is None or report.sitting is None:
        return 0
    return max(report.wall_ms - report.sitting.saved_at_ms, 0) + (silent_ms or 0)


def _state_told(station: Station, sitting: SittingReport | None, language: str) -> str:
    if sitting is None:
        key = "nobody" if station.report is not None else "unheard"
        return words.say(f"room.state.{key}", language)
    if sitting.is_void and sitting.stage in _OVER:
        key = "void"
    elif sitting.is_barred:
        key = "barred"
    elif sitting.pause is not None:
        key = "paused" if sitting.paused_by else "paused-own"
    elif sitting.break_left_ms is not None:
        key = "break"
    else:
        key = sitting.stage if words.has(f"room.state.{sitting.stage}") else "newer"
    return words.say(f"room.state.{key}", language, who=sitting.paused_by, reason=sitting.pause or "")


_Found = tuple[str, Urgency, dict[str, object]]


def _marks(
    station: Station, orders: tuple[OrderLine, ...], silent_ms: int | None, now_ms: int, wall_ms: int
) -> Iterator[_Found]:
    """Every reason, in no order."""
    if not station.is_in:
        if not station.is_out:
            yield "asks-in", Urgency.ACT, {}
        return
    report = station.report
    sitting = report.sitting if report is not None else None
    is_over = sitting is None or sitting.stage in _OVER
    if silent_ms is None and report is not None:
        yield "unheard", Urgency.IDLE if is_over else Urgency.WATCH, {}
    if silent_ms is not None and silent_ms > SILENT_MS:
        yield "silent", Urgency.IDLE if is_over else Urgency.WATCH, {"seconds": silent_ms // 1000}
    if any(line.course == "again" for line in orders):
        yield "order-again", Urgency.ACT, {"count": sum(line.course == "again" for line in orders)}
    if orders and orders[-1].course == "refused":
        yield "order-refused", Urgency.ACT, {"kind": orders[-1].told}
    waiting = sum(line.course in {"asked", "sent"} for line in orders)
    if waiting:
        yield "order-waits", Urgency.WATCH, {"count": waiting}
    if report is not None:
        yield from _of_health(report, station, now_ms, wall_ms)
    if sitting is not None:
        yield from _of_sitting(sitting, station)


def _of_health(report: StationReport, station: Station, now_ms: int, wall_ms: int) -> Iterator[_Found]:
    health = report.health
    if health.disk_free_bytes is not None and health.disk_free_bytes < LITTLE_DISK_BYTES:
        yield "disk", Urgency.ACT, {"megabytes": health.disk_free_bytes // 1_000_000}
    if health.is_on_battery and health.battery_percent is not None and health.battery_percent < HALF_BATTERY_PERCENT:
        is_low = health.battery_percent < LOW_BATTERY_PERCENT
        yield "battery", Urgency.ACT if is_low else Urgency.WATCH, {"percent": health.battery_percent}
    if health.media_fault:
        yield "media", Urgency.ACT, {"code": health.media_fault}
    if health.outbox_waiting and (report.sitting is None or report.sitting.stage in _OVER):
        yield "unsent", Urgency.WATCH, {"count": health.outbox_waiting}
    apart_ms = abs(wall_ms - report.wall_ms)
    if station.is_linked(now_ms) and apart_ms > CLOCKS_APART_MS:
        yield "clock", Urgency.WATCH, {"minutes": apart_ms // 60_000}


def _of_sitting(sitting: SittingReport, station: Station) -> Iterator[_Found]:
    if sitting.saved == "failed":
        yield "save-failed", Urgency.LOST, {}
    if sitting.delivery == "refused":
        yield "result-refused", Urgency.LOST, {}
    if sitting.is_hand_raised:
        answered = station.hand_answered_by
        yield (
            ("hand-answered", Urgency.WATCH, {"who": answered})
            if answered
            else ("hand", Urgency.ACT, {"note": sitting.hand_note})
        )
    if sitting.is_barred:
        yield "barred", Urgency.ACT, {}
    if sitting.stage == "identity":
        yield "identity", Urgency.ACT, {}
    if sitting.pause is not None:
        yield "paused", Urgency.WATCH, {"reason": sitting.pause}
    if station.candidate_id is not None and station.candidate_id != sitting.candidate_id:
        yield "other-seat", Urgency.ACT, {"expected": station.candidate_id}
    if sitting.notes:
        yield "notes", Urgency.WATCH, {"count": len(sitting.notes)}
    if sitting.is_running and sitting.times and sitting.times[0].left_ms <= LITTLE_TIME_MS:
        yield "little-time", Urgency.WATCH, {}


def _orders(state: RoomState, station: Station, language: str) -> Iterator[OrderLine]:
    for came in foreign_orders(state, station.station_id):
        yield OrderLine(
            order_id=came.order_id,
            number=came.number,
            kind=came.kind,
            course=came.outcome,
            told=_order_told(came.kind, came.outcome, language),
            who=came.who,
            is_ours=False,
            why=_why(came.reason, language),
        )
    for order in state.orders.values():
        if order.asked.station_id == station.station_id:
            yield _own(order, language)


def _own(order: Ordered, language: str) -> OrderLine:
    return OrderLine(
        order_id=order.asked.order_id,
        number=order.asked.number,
        kind=order.asked.kind,
        course=order.course,
        told=_order_told(order.asked.kind, order.course, language),
        who=order.asked.who,
        is_ours=True,
        why=_why(order.reason, language),
    )


def _why(code: str, language: str) -> str:
    return words.explain(code, {}, language).what if code else ""


def _order_told(kind: str, course: Course, language: str) -> str:
    name = words.say(f"room.order.{kind}", language) if words.has(f"room.order.{kind}") else kind
    return words.say(f"room.course.{course}", language, order=name)
