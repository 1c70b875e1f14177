"""Orders on their way from a room's link into the sitting at a station, which verifies and obeys (formats/order 3).

1. An order is given to the sitting once. It comes again with every report until the room knows what came of it.
2. One for another sitting waits: its candidate may not have signed in yet. The room asks its proctor after a while.
3. One that came before those that it follows is given again when it comes again; so is one that the disk does not take
   yet, for it may turn out to be such a one.
4. What the sitting does not even take down, because nobody of this centre signed it or the sitting is over, is told to
   the room as refused.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.proctor_order import OrderForOtherSittingError, ProctorOrder, told_by
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.documents import OrderCame
from pocus_desktop.sitting.orders import Obeyed

GAP: Final = "order.gap"
NO_CENTRE: Final = "order.not_the_centres"
MOST_REFUSED: Final = 20
_MOST_GIVEN: Final = 500


class TakesOrders(Protocol):
    """A sitting, as far as orders go."""

    def obey(
        self, envelope: bytes, *, centre: Centre, take: Callable[[Obeyed | None], None] | None = None
    ) -> ProctorOrder:
        """As `sitting.session.Sitting.obey`."""


class Obeying:
    """One station's orders; any thread may call.

    Args:
        sitting: The sitting that is open; None where nobody sits.
        centre: This station's, of its enrolment; None where it has none, and so obeys no one.
        on_change: Something is to be told to the room.
    """

    def __init__(
        self, sitting: Callable[[], TakesOrders | None], *, centre: Centre | None, on_change: Callable[[], None]
    ) -> None:
        self._sitting = sitting
        self._centre = centre
        self._on_change = on_change
        self._lock = threading.Lock()
        self._given_to: TakesOrders | None = None
        self._given: OrderedDict[str, None] = OrderedDict()
        self._refused: OrderedDict[str, OrderCame] = OrderedDict()

    def take(self, envelope: bytes) -> None:
        """Take an order that came.

        Raises:
            PocusError: It is no order at all.
        """
        order = told_by(envelope)
        sitting = self._sitting()
        if sitting is None:
            return
        with self._lock:
            if sitting is not self._given_to:  # resumed, or another candidate's: nothing was given to that one
                self._given_to = sitting
                self._given.clear()
            if order.order_id in self._given or order.order_id in self._refused:
                return
            self._given[order.order_id] = None
            while len(self._given) > _MOST_GIVEN:
                self._given.popitem(last=False)
        if self._centre is None:
            self._refuse(order, NO_CENTRE)
            return
        try:
            sitting.obey(envelope, centre=self._centre, take=lambda came: self._came(order, came))
        except OrderForOtherSittingError:
            self._forget(order)
        except PocusError as error:
            log.failure(error)
            self._refuse(order, error.code)

    def not_taken_down(self) -> tuple[OrderCame, ...]:
        """What came of orders that stand in no journal."""
        with self._lock:
            return tuple(self._refused.values())

    def _came(self, order: ProctorOrder, came: Obeyed | None) -> None:
        """On the sitting's writer: hands on only."""
        if came is None or came.refused == GAP:
            self._forget(order)
        elif came.seq == 0 and came.refused:
            self._refuse(order, came.refused)
        self._on_change()

    def _forget(self, order: ProctorOrder) -> None:
        with self._lock:
            self._given.pop(order.order_id, None)

    def _refuse(self, order: ProctorOrder, code: str) -> None:
        with self._lock:
            self._refused[order.order_id] = OrderCame(
                order_id=order.order_id,
                console=order.console,
                number=order.number,
                kind=order.act.kind,
                seq=0,
                outcome="refused",
                reason=code,
                who=order.who,
            )
            while len(self._refused) > MOST_REFUSED:
                self._refused.popitem(last=False)
        self._on_change()
