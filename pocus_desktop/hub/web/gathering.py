"""Group intake: envelopes that wait at the same moment are taken together, on a thread beside the loop that reads.

Who comes first is taken at once, alone; who comes while that goes on waits, and all that came meanwhile go together. So
nobody waits for company, and looks, transactions and waits for the disk are shared by those who wait anyway.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pocus_desktop.hub.intake import IntakeResult, Offer
from pocus_desktop.kernel import log

TOGETHER: Final = 16
"""Envelopes of one batch; one holds its transaction, and the others, as long as that takes."""

TOGETHER_BYTES: Final = 16 * 1024 * 1024
"""The bytes of one batch; a larger envelope goes alone."""

SIDE_BY_SIDE: Final = 2
"""Batches under way: while one waits for the disk or the database, the next one is judged. Each holds one envelope
unpacked at a time, which may be tens of megabytes."""

LINGER_S: Final = 0.5
"""How long a thread waits for the next envelope: while they come, none is begun for each."""

Outcome: TypeAlias = IntakeResult | Exception


@dataclass(frozen=True, slots=True)
class _Waiting:
    offer: Offer
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[IntakeResult]"


class Gathering:
    """Takes envelopes for the requests of one application; any event loop may ask."""

    def __init__(self, take_all: Callable[[Sequence[Offer]], Sequence[Outcome]]) -> None:
        """Begin with nobody waiting.

        Args:
            take_all: Takes several and says what became of each; what it raises, it raises for all of them.
        """
        self._take_all = take_all
        self._came = threading.Condition()
        self._queue: deque[_Waiting] = deque()
        self._threads = 0
        self._idle = 0

    async def take(self, data: bytes, digest: str) -> IntakeResult:
        """Take one envelope, with others that wait; durable when this returns.

        Raises:
            PocusError: As `Hub.take`.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(Offer(data=data, digest=digest, about=log.told_about()), loop, loop.create_future())
        with self._came:
            self._queue.append(waiting)
            is_help_needed = not self._idle and self._threads < SIDE_BY_SIDE
            self._threads += is_help_needed
            self._came.notify()
        if is_help_needed:
            threading.Thread(target=self._work, name="hub-intake", daemon=True).start()
        return await waiting.answer

    def _work(self) -> None:
        """Take batches until nobody has come for a while."""
        while batch := self._next():
            outcomes: Sequence[Outcome]
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

    def _next(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        with self._came:
            self._idle += 1
            self._came.wait_for(lambda: self._queue, LINGER_S)
            self._idle -= 1
            while self._queue and len(batch) < TOGETHER:
                size += len(self._queue[0].offer.data)
                if batch and size > TOGETHER_BYTES:
                    break
                batch.append(self._queue.popleft())
            self._threads -= not batch
        return batch


def _tell(told: Sequence[tuple[_Waiting, Outcome]]) -> None:
    for waiting, outcome in told:
        if waiting.answer.done():  # its request was given up
            continue
        if isinstance(outcome, IntakeResult):
            waiting.answer.set_result(outcome)
        else:
            waiting.answer.set_exception(outcome)
