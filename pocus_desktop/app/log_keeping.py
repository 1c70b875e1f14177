"""The academy's log as a station watches it: each receipt's head remembered, and compared with the log when one comes.

Nothing here holds up a result: what goes wrong is logged, kept as evidence where it is one, and shown by the system
check.
"""

from collections.abc import Sequence

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.receipt import verify_entered
from pocus_desktop.sync.log_watch import LogWatch, exchange_heads
from pocus_desktop.sync.transport import CarriesLog, Transport


class LogKeeping:
    """Joins the outbox's way to the hub with what is remembered; for one thread at a time."""

    def __init__(
        self, home: Home, transport: Transport, hubs: Sequence[PublicKey], *, shows_heads: bool = True
    ) -> None:
        """Join them; `shows_heads` is False where nothing may be written to what carries results."""
        self._shows_heads = shows_heads
        self._hubs = tuple(hubs)
        self._watch = LogWatch(home.academy_log, hubs)
        self._carrier = transport if isinstance(transport, CarriesLog) else None

    def receipt_came(self, document: bytes) -> None:
        """Remember the head of a receipt, and have the log prove that it goes on from what was known."""
        try:
            entered = verify_entered(document, self._hubs)
            if entered.head is not None:
                self._watch.note(entered.head)
                self._compare()
        except PocusError as error:
            log.failure(error)

    def _compare(self) -> None:
        if self._carrier is None:
            return
        if self._shows_heads and self._carrier.heads is not None:
            for problem in exchange_heads(self._watch, self._carrier.heads, self._hubs):
                log.failure(problem)
        self._watch.prove(self._carrier.read_log, is_live=self._carrier.is_live)
