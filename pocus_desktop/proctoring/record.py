"""The record of what was ordered: one line an order that the proctor gave, to however many stations. Pure."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pocus_desktop.admission.proctor_order import Act, AddTime, Break, LowerHand, Message, RemoveTime, told_by
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.room_state import Course, Ordered, RoomState

_BREATH_MS: Final = 2_000
"""How far apart the orders of one question are at most: each is signed and written before the next."""

_COURSES: Final[tuple[Course, ...]] = ("again", "refused", "asked", "sent", "obeyed", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """What was ordered at one moment.

    Attributes:
        detail: Minutes or words, where it has any.
        order_ids: One a station, and `stations` their names.
        outcome: How far they are, in words.
        open_ids: Those that did not arrive yet: they can be given up.
        again_ids: Those that did not arrive in time: the proctor decides.
    """

    kind: str
    told: str
    detail: str
    who: str
    reason: str
    wall_ms: int
    order_ids: tuple[str, ...]
    stations: tuple[str, ...]
    outcome: str
    open_ids: tuple[str, ...]
    again_ids: tuple[str, ...]
    refused: int


def record(state: RoomState, language: str = words.SOURCE_LANGUAGE, *, most: int = 200) -> tuple[RecordLine, ...]:
    """The latest first.

    Args:
        state: The room.
        language: Of the words.
        most: How many lines at most.
    """
    batches: list[list[Ordered]] = []
    for order in state.orders.values():
        if batches and _is_one(batches[-1], order):
            batches[-1].append(order)
        else:
            batches.append([order])
    return tuple(_line(state, batch, language) for batch in reversed(batches[-most:]))


def _is_one(batch: list[Ordered], order: Ordered) -> bool:
    """Whether an order was given together with those before it: the same to another station, in one breath."""
    last, asked = batch[-1].asked, order.asked
    is_same = (last.kind, last.who, last.reason) == (asked.kind, asked.who, asked.reason)
    is_breath = 0 <= asked.wall_ms - last.wall_ms <= _BREATH_MS
    is_other = all(one.asked.station_id != asked.station_id for one in batch)
    return is_same and is_breath and is_other and _act(last.envelope) == _act(asked.envelope)


def _line(state: RoomState, orders: list[Ordered], language: str) -> RecordLine:
    asked = orders[0].asked
    counts = Counter(order.course for order in orders)
    outcome = ", ".join(
        words.say(f"record.{course}", language, count=counts[course]) for course in _COURSES if counts[course]
    )
    named = f"room.order.{asked.kind}"
    return RecordLine(
        kind=asked.kind,
        told=words.say(named, language) if words.has(named) else asked.kind,
        detail=_detail(asked.envelope, language),
        who=asked.who,
        reason=asked.reason,
        wall_ms=asked.wall_ms,
        order_ids=tuple(order.asked.order_id for order in orders),
        stations=tuple(state.stations[order.asked.station_id].name for order in orders),
        outcome=outcome,
        open_ids=tuple(order.asked.order_id for order in orders if order.course in {"asked", "sent"}),
        again_ids=tuple(order.asked.order_id for order in orders if order.course == "again"),
        refused=counts["refused"],
    )


@lru_cache(maxsize=4096)
def _act(envelope: bytes) -> Act | None:
    try:
        return told_by(envelope).act
    except PocusError:  # a newer console's journal: the order is told by its kind alone
        return None


def _detail(envelope: bytes, language: str) -> str:
    match _act(envelope):
        case AddTime(extra_ms=extra_ms) | RemoveTime(extra_ms=extra_ms):
            return words.say("record.minutes", language, count=extra_ms // 60_000)
        case Break(minutes=minutes):
            return words.say("record.minutes", language, count=minutes)
        case Message(text=text) | LowerHand(text=text):
            return text
        case _:
            return ""
