"""The proctor's orders in a history (formats/order): what each says, and whether it was refused."""

from collections.abc import Iterable
from typing import Final

from pocus_desktop.admission import proctor_order as order_document
from pocus_desktop.admission.proctor_order import ProctorOrder, told_by
from pocus_desktop.kernel.errors import PocusError, Safe
from pocus_desktop.sitting import events
from pocus_desktop.sitting.orders import Obeyed, find

_ENDS: Final = (order_document.End, order_document.Void)


def order_of(event: events.Ordered) -> ProctorOrder | None:
    """What was ordered; None where that cannot be read."""
    try:
        return told_by(event.order)
    except PocusError:
        return None


def is_end(event: events.Event) -> bool:
    """Whether it is an order that the sitting end."""
    order = order_of(event) if isinstance(event, events.Ordered) else None
    return order is not None and isinstance(order.act, _ENDS)


def _variant(order: ProctorOrder) -> str:
    is_running = isinstance(order.act, order_document.Break) and not order.act.is_clock_held
    return "break-running" if is_running else order.act.kind


def ordered_fields(event: events.Ordered, orders: Iterable[Obeyed] | None) -> tuple[tuple[str, Safe], ...]:
    """What an order says, with `refused`, the code of why it changed nothing.

    Args:
        event: The order.
        orders: What came of all orders so far; None where that is not known.
    """
    order = order_of(event)
    if order is None:
        return (("act", "unreadable"),)
    act = order.act.model_dump(mode="json")
    known: dict[str, Safe] = {
        "order_id": order.order_id,
        "console": order.console,
        "number": order.number,
        "act": _variant(order),
        "who": order.who,
        "reason": order.reason,
        **{name: value for name, value in act.items() if name != "kind" and isinstance(value, str | int | bool)},
    }
    found = None if orders is None else find(orders, order.order_id)
    if found is not None and found.refused:
        known["refused"] = found.refused
    return tuple((name, value) for name, value in known.items() if value != "")
