"""Told to stop (SIGINT, SIGTERM): everything that a rehearsal started is ended before it ends itself."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

STOPPED: Final = 130
"""The status of a rehearsal that was stopped."""


@dataclass(kw_only=True)
class Stopping:
    """Whether a rehearsal was told to stop."""

    is_told: bool = False

    def require_wanted(self) -> None:
        """Go on only where nobody said otherwise: a signal that comes within a slot of Qt ends nothing by itself.

        Raises:
            KeyboardInterrupt: Somebody did.
        """
        if self.is_told:
            raise KeyboardInterrupt

    @contextmanager
    def by_signals(self) -> Iterator[None]:
        """The first signal interrupts, as Ctrl+C does; what comes while everything is being ended changes nothing."""

        def tell(_number: int, _frame: object) -> None:
            if not self.is_told:
                self.is_told = True
                raise KeyboardInterrupt

        before = {one: signal.signal(one, tell) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
