"""What waits at the same moment is taken together, on a thread beside the loop that reads: envelopes, and questions.

Who comes first is taken at once, with those of the same turn of the loop; who comes while that goes on waits, and all
that came meanwhile go together. So nobody waits for company, and looks, transactions and waits for the disk are shared
by those who wait anyway.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

TOGETHER: Final = 16
"""What goes in one batch; one holds its transaction, and the others, as long as that takes."""

TOGETHER_BYTES: Final = 16 * 1024 * 1024
"""The bytes of one batch; what is larger goes alone."""

LINGER_S: Final = 0.5
"""How long a thread waits for whoever comes next: while they come, none is begun for each."""

_Offer = TypeVar("_Offer")
_Outcome = TypeVar("_Outcome")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[_Offer, _Outcome]):
    offer: _Offer
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[_Outcome]"


class Gathering(Generic[_Offer, _Outcome]):
    """Takes what the requests of one application bring; any event loop may ask."""

    def __init__(
        self,
        take_all: Callable[[Sequence[_Offer]], Sequence[_Outcome | Exception]],
        *,
        name: str,
        size_of: Callable[[_Offer], int] = lambda _offer: 0,
        side_by_side: int = 1,
    ) -> None:
        """Begin with nobody waiting.

        Args:
            take_all: Takes several and says what became of each; what it raises, it raises for all of them.
            name: Of its threads.
            size_of: The bytes of one.
            side_by_side: Batches under way: more than one where a batch waits for the disk, so that the next one is
                worked on meanwhile.
        """
        self._take_all = take_all
        self._name = name
        self._size_of = size_of
        self._side_by_side = side_by_side
        self._came = threading.Condition()
        self._queue: deque[_Waiting[_Offer, _Outcome]] = deque()
        self._threads = 0
        self._idle = 0

    async def take(self, offer: _Offer) -> _Outcome:
        """Take one, with others that wait; it is done when this returns.

        Raises:
            Exception: Whatever it came to, where it came to one.
        """
        loop = asyncio.get_running_loop()
        waiting: _Waiting[_Offer, _Outcome] = _Waiting(offer, loop, loop.create_future())
        with self._came:
            self._queue.append(waiting)
        loop.call_soon(self._wake)  # after all that came in this turn of the loop: one thread is woken once for them
        return await waiting.answer

    def _wake(self) -> None:
        with self._came:
            if not self._queue:
                return
            is_help_needed = not self._idle and self._threads < self._side_by_side
            self._threads += is_help_needed
            self._came.notify()
        if is_help_needed:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        """Take batches until nobody has come for a while."""
        while batch := self._next():
            outcomes: Sequence[_Outcome | Exception]
            try:
                outcomes = self._take_all([waiting.offer for waiting in batch])
            except Exception as problem:  # noqa: BLE001 - whoever waits must be told, whatever it was
                outcomes = [problem] * len(batch)
            for loop in dict.fromkeys(waiting.loop for waiting in batch):
                told = [pair for pair in zip(batch, outcomes, strict=True) if pair[0].loop is loop]
                try:
                    loop.call_soon_threadsafe(_tell, told)
                except RuntimeError:  # it is closed: whoever waited there is gone
                    continue

    def _next(self) -> list[_Waiting[_Offer, _Outcome]]:
        batch: list[_Waiting[_Offer, _Outcome]] = []
        size = 0
        with self._came:
            self._idle += 1
            self._came.wait_for(lambda: self._queue, LINGER_S)
            self._idle -= 1
            while self._queue and len(batch) < TOGETHER:
                size += self._size_of(self._queue[0].offer)
                if batch and size > TOGETHER_BYTES:
                    break
                batch.append(self._queue.popleft())
            self._threads -= not batch
        return batch


def _tell(told: Sequence[tuple[_Waiting[_Offer, _Outcome], _Outcome | Exception]]) -> None:
    for waiting, outcome in told:
        if waiting.answer.done():  # its request was given up
            continue
        if isinstance(outcome, Exception):
            waiting.answer.set_exception(outcome)
        else:
            waiting.answer.set_result(outcome)
