"""The proctor's orders in a sealed result, as the academy judges them (formats/order 5). Pure.

An order in a history holds where:

1. It is signed by the centre that the admission names.
2. It is of this sitting and this admission.
3. It is for the station that wrote the history where it stands.

Nothing is refused for it (adr/0093): a result with an order that does not hold is kept and scored, and marked, for a
person to decide. So is one in which time was given, or the clock held, in a proctor's name that nobody signed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.admission import move_permit
from pocus_desktop.admission.proctor_order import ProctorOrder, Void, read_order, require_for
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.orders import Obeyed, find, last_number, outcome
from pocus_desktop.sitting.sealed import Opened

Remark: TypeAlias = Literal["void", "unsigned-order", "unsigned-act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a history says that a proctor did.

    Attributes:
        held: Orders that hold, in order, refused ones among them.
        remarks: What must be known beside the score.
        centre: The signing key's id of the centre whose orders hold; empty where none do.
    """

    held: tuple[ProctorOrder, ...] = ()
    remarks: tuple[Remark, ...] = ()
    centre: str = ""


def has_any(recorded: Iterable[Recorded]) -> bool:
    """Whether a proctor did anything in a history."""
    return any(isinstance(one.event, events.Ordered) or _is_unsigned(one.event) for one in recorded)


def orders_of(opened: Opened, centre: PublicKey | None) -> Orders:
    """Which orders hold; rules 1 to 3.

    Args:
        opened: A sealed result.
        centre: The signing key of the centre that its admission names; None where it names none that is known.
    """
    keys = () if centre is None else (centre,)
    sitting, admission_id = opened.header.sitting, opened.header.admission_id
    held: list[ProctorOrder] = []
    remarks: list[Remark] = []
    for event, station in _with_station(opened):
        if _is_unsigned(event):
            remarks.append("unsigned-act")
        if not isinstance(event, events.Ordered):
            continue
        try:
            order = read_order(event.order, keys).order
            require_for(order, sitting=sitting, admission_id=admission_id, station=station)
        except PocusError:
            remarks.append("unsigned-order")
            continue
        held.append(order)
    if any(isinstance(order.act, Void) for order in _in_turn(held)):
        remarks.append("void")
    is_vouched = centre is not None and bool(held)
    return Orders(
        held=tuple(held),
        remarks=tuple(dict.fromkeys(remarks)),
        centre=centre.key_id if centre is not None and is_vouched else "",
    )


def _is_unsigned(event: events.Event) -> bool:
    """Whether it is an act in a proctor's name from before there were orders, which any station can write."""
    match event:
        case events.TimeGranted():
            return True
        case events.Paused() | events.Continued():
            return bool(event.by)
        case _:
            return False


_NAMING: Final = (*events.CAME_BACK, events.ClocksShown)
"""Events that name the station that writes."""


def _with_station(opened: Opened) -> Iterator[tuple[events.Event, str]]:
    """Every event with the station that wrote it."""
    station = _first_station(opened)
    for one in opened.events:
        if isinstance(one.event, _NAMING):
            station = one.event.station
        yield one.event, station


def _first_station(opened: Opened) -> str:
    """Who wrote first: named by itself, or by the permit with which another went on; else who signed the result."""
    for one in opened.events:
        if isinstance(one.event, events.Moved):
            try:
                return move_permit.told_by(one.event.permit).from_station.raw.hex()
            except PocusError:
                break
        if isinstance(one.event, _NAMING):
            return one.event.station
    return opened.station.raw.hex()


def _in_turn(orders: Iterable[ProctorOrder]) -> Iterator[ProctorOrder]:
    """Those that came once and in their turn; others changed nothing."""
    known: list[Obeyed] = []
    for order in orders:
        if find(known, order.order_id) is not None:
            continue
        if order.after <= last_number(known, order.console) < order.number:
            yield order
        known.append(outcome(order))
