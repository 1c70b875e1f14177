"""What a sitting keeps of the proctor's orders: what came of each, what was told with it, and who ended the sitting."""

from collections.abc import Iterable
from dataclasses import dataclass

from pocus_desktop.admission.proctor_order import Kind, ProctorOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Obeyed:
    """What came of an order.

    Attributes:
        order_id: Which.
        console: The console that numbered it.
        number: Its number.
        kind: What it asked for.
        seq: The event that it is; 0 where it is none, for it was not taken down.
        refused: The code of why it changed nothing; empty where it was obeyed.
    """

    order_id: str
    console: str
    number: int
    kind: Kind
    seq: int
    refused: str = ""

    @property
    def is_obeyed(self) -> bool:
        """Whether it was."""
        return not self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the proctor told the candidate, until they say that they read it, and after.

    Attributes:
        order_id: With which order.
        kind: `message`, `lower-hand`, `add-time` or `remove-time`.
        who: The proctor.
        text: What they wrote: the message or answer, or why time was given or taken back.
        amount_ms: How much time; 0 where it is about none.
    """

    order_id: str
    kind: Kind
    who: str
    text: str
    amount_ms: int = 0
    is_seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The proctor ended the sitting.

    Attributes:
        is_void: So that it shall not count.
    """

    order_id: str
    who: str
    reason: str
    is_void: bool


def outcome(order: ProctorOrder, *, seq: int = 0, refused: str = "") -> Obeyed:
    """What came of an order: obeyed as an event, or refused with a code."""
    return Obeyed(
        order_id=order.order_id,
        console=order.console,
        number=order.number,
        kind=order.act.kind,
        seq=seq,
        refused=refused,
    )


def find(orders: Iterable[Obeyed], order_id: str) -> Obeyed | None:
    """What came of an order by its id; None where it never came."""
    return next((one for one in orders if one.order_id == order_id), None)


def last_number(orders: Iterable[Obeyed], console: str) -> int:
    """The highest number that came from a console; 0 where none did."""
    return max((one.number for one in orders if one.console == console), default=0)
