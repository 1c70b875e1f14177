"""A sitting's events as lines for people: who did what when, and what of it counted.

Answers are left out unless they are asked for, by someone who opened the sealed result or sat for practice.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pocus_desktop.admission import proctor_order
from pocus_desktop.admission.move_permit import told_by
from pocus_desktop.case.items.registry import Response
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scenario.vocabulary import value_of
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.events import Event
from pocus_desktop.sitting.fold import begin, fold
from pocus_desktop.sitting.state import SittingState, Stage, span

_SILENT: Final = (events.Heartbeat,)
_LOST: Final = {"gap": "-", "credit": "+", "dark": "+"}
"""Lines of the ledger that are told: time that was lost, and what of it did not count against the candidate."""

_HIDDEN: Final = frozenset({"v", "type", "response", "candidate_name", "answers", "note", "detail"})


def lines(recorded: Sequence[Recorded], course: Course, *, with_answers: bool = False) -> list[str]:
    """One line an event (heartbeats left out), and a line for every step, stage and refusal that came of it.

    Args:
        recorded: A whole history.
        course: The assessment that was sat.
        with_answers: Whether what was answered is told.

    Raises:
        BadHistoryError: The history is not one of this assessment.
    """
    told: list[str] = []
    state: SittingState | None = None
    for one in recorded:
        later = begin(course, one) if state is None else fold(course, state, one)
        if not isinstance(one.event, _SILENT):
            told.append(f"{_stamp(one, later)}  {_plain(_event(one.event, with_answers=with_answers))}")
        told += [f"{'':>41}  {line}" for line in _consequences(state, later)]
        state = later
    return told


def _stamp(one: Recorded, state: SittingState) -> str:
    return f"{one.seq:>5}  {_wall(one.at.wall_ms):>23}  {_clock(state.ledger.consumed_ms)}"


def _wall(ms: int) -> str:
    """Date and time; a history by a station that does not play fair may name a moment that no calendar has."""
    if not 0 <= ms <= LATEST_MS:
        return f"{ms} ms"
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC):%Y-%m-%d %H:%M:%S}.{ms % 1000:03}"


def _plain(text: str) -> str:
    """On one line, and without characters that would steer a terminal; the text may be anyone's."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 60:>3}:{seconds % 60:02}.{rest // 100}"


def _event(event: Event, *, with_answers: bool) -> str:
    if isinstance(event, events.Opened):
        return (
            f"opened {event.sitting} ({event.mode}) for {event.candidate_id}: {event.bundle_id} {event.bundle_version}"
        )
    if isinstance(event, events.Moved):
        return f"moved to {event.station}: {_permitted(event.permit)}"
    if isinstance(event, events.Ordered):
        return f"ordered {_ordered(event.order)}"
    if isinstance(event, events.Answered):
        told = f": {_answer(event.response)}" if with_answers else ""
        return f"answered {event.item}{told}"
    fields = event.model_dump(mode="json")
    rest = ", ".join(
        f"{name}={value}" for name, value in fields.items() if name not in _HIDDEN and value not in ("", [])
    )
    return f"{event.type} {rest}".rstrip()


def _permitted(envelope: bytes) -> str:
    """What the permit of a move says of itself; whether its centre signed it, the hub tells beside the score."""
    try:
        permit = told_by(envelope)
    except PocusError as problem:
        return f"the permit cannot be read ({problem.code})"
    return f"{permit.permit_id} by {permit.centre_id}, {permit.who}: {permit.why}"


def _ordered(envelope: bytes) -> str:
    """What an order says of itself; whether its centre signed it, the hub tells beside the score."""
    try:
        order = proctor_order.told_by(envelope)
    except PocusError as problem:
        return f"what cannot be read ({problem.code})"
    act = ", ".join(f"{name}={value}" for name, value in order.act.model_dump(mode="json").items() if name != "kind")
    told = f"{order.act.kind} {act}".strip()
    why = f": {order.reason}" if order.reason else ""
    return f"{told} ({order.order_id}, {order.console} {order.number}) by {order.centre_id}, {order.who}{why}"


def _answer(response: Response) -> str:
    value = value_of(response)
    if value is None:
        return "(taken back)"
    if value is True:
        return getattr(response, "text", "") or str(getattr(response, "points", ""))
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _consequences(before: SittingState | None, now: SittingState) -> list[str]:
    if before is None:
        return []
    found: list[str] = []
    if now.stage is not before.stage:
        found.append(f"→ {now.stage}")
    if now.place.step != before.place.step and now.place.step is not None and now.stage is Stage.CASE:
        found.append(f"→ step {now.place.step} ({now.place.phase})")
    if now.rest is not None and now.rest is not before.rest:
        found.append(f"→ break of {span(now.rest.length_ms)}")
    if now.place.patient != before.place.patient and now.place.patient is not None:
        found.append(f"→ patient {now.place.patient}")
    found += [f"! {one.refused}" for one in now.orders[len(before.orders) :] if one.refused]
    if now.notices is not before.notices:
        found += [f"! {notice.code}" for notice in now.notices if notice.kind != "info"]
    found += [
        f"{_LOST[entry.kind]} {entry.kind} {span(entry.amount_ms)} ({entry.reason})"
        for entry in now.ledger.entries[len(before.ledger.entries) :]
        if entry.kind in _LOST
    ]
    found += [f"! clock {note.kind} by {note.delta_ms} ms" for note in now.ledger.notes[len(before.ledger.notes) :]]
    return found
