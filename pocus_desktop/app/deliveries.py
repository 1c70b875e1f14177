"""What sittings seal on its way to the hub: into the outbox, out by its worker, and how it fared told to each sitting.

The one place that joins `sitting` to `sync`. It holds on to a sitting only while that is open: a result goes on its way
whether its sitting is open or not, and what was sealed and never came into the outbox is found again by `sweep`.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.app.log_keeping import LogKeeping
from pocus_desktop.app.partials import Partials
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.errors import EnvelopeChangedError, EnvelopeMissingError
from pocus_desktop.sync.outbox import Attempt, Outbox
from pocus_desktop.sync.transport import Transport
from pocus_desktop.sync.worker import OutboxWorker

_LOST: Final = frozenset({EnvelopeMissingError.code, EnvelopeChangedError.code})
"""What the outbox says of a result whose own copy is of no use any more."""


class Deliveries:
    """The outbox of a station and the sittings that wait for word of it."""

    def __init__(
        self, home: Home, *, transport: Transport, hubs: Sequence[PublicKey], clock: Clock, latest: LatestTime
    ) -> None:
        """Open the outbox, take in what was sealed and never sent, and begin to send.

        Raises:
            OutboxUnreadableError: The outbox cannot be read or written.
        """
        self._sittings = home.sittings
        self._hubs = tuple(hubs)
        self._clock = clock
        self._latest = latest
        self._outbox = Outbox(home.outbox, transport, self._hubs)
        self._log = LogKeeping(home, transport, hubs)
        self._worker = OutboxWorker(self._outbox, clock=clock, on_attempt=self._attempted)
        self._partials = Partials(self._outbox, clock=clock, wake=self._worker.wake)
        self._waiting: dict[str, Sitting] = {}
        self._lock = threading.Lock()  # what is read of the outbox is told before it is read again
        self.sweep()
        self._worker.start()
        self._partials.start()

    @property
    def outbox(self) -> Outbox:
        """What waits to be sent, and what was received."""
        return self._outbox

    def watch(self, sitting: Sitting) -> None:
        """Send what it seals from now on, and what it sealed before, and tell it how that fares."""
        sitting.on_sealed(lambda _result: self._send(sitting))
        self._partials.watch(sitting)
        if sitting.sealed is not None:
            self._send(sitting)

    def leave(self, sitting: Sitting) -> None:
        """Tell it nothing more; what it sealed goes on its way."""
        self._partials.leave(sitting)
        with self._lock:
            self._waiting = {digest: other for digest, other in self._waiting.items() if other is not sitting}

    def sweep(self) -> None:
        """Take into the outbox whatever was handed in on this station and is not there yet, nor was forgotten there.

        A crash between sealing and the outbox, or a full disk in that moment, leaves such a result behind; and the
        outbox sets one aside whose file it finds gone or damaged.
        """
        try:
            known = {row.digest for row in self._outbox.rows() if row.problem not in _LOST}
            now_ms = self._clock.read().wall_ms
        except PocusError as error:
            log.failure(error)
            return
        for path in sorted(self._sittings.glob("*/")):
            try:
                sealed = SittingFolder(path=path).closed()
                if sealed is not None and sealed.digest not in known and not self._outbox.was_forgotten(sealed.digest):
                    self._outbox.enqueue(sealed.path, now_ms=now_ms)
                    log.event("station.found_unsent", digest=sealed.digest)
                    self._worker.wake()
            except PocusError as error:  # one damaged folder holds up no other
                log.failure(error)

    def send_now(self) -> None:
        """Try everything that waits at once, and what was set aside once more."""
        self._outbox.retry(now_ms=self._clock.read().wall_ms)
        self._worker.wake()

    def close(self) -> None:
        """Stop after the delivery that is under way; what waits stays on the disk for the next start."""
        ended = [self._partials.close(), self._worker.close()]
        if all(ended):
            self._outbox.close()

    def _send(self, sitting: Sitting) -> None:
        sealed = sitting.sealed
        assert sealed is not None  # noqa: S101 - its callers looked
        with self._lock:
            self._waiting[sealed.sealed_digest] = sitting
        try:
            if not self._outbox.was_forgotten(sealed.sealed_digest):
                self._outbox.enqueue(Path(sealed.sealed_path), now_ms=self._clock.read().wall_ms)
            self._tell(sitting, sealed.sealed_digest)
            self._worker.wake()
        except PocusError as error:  # `sweep` tries again
            log.failure(error)
            sitting.note_delivery(sealed.sealed_digest, "waiting", reason=error.code)

    def _attempted(self, attempt: Attempt) -> None:
        """On the worker's thread."""
        with self._lock:
            sitting = self._waiting.get(attempt.digest)
        if sitting is not None:
            self._tell(sitting, attempt.digest)
        del sitting  # what follows may take its time, and must not hold on to somebody's answers
        document = self._outbox.receipt(attempt.digest) if attempt.receipt is not None else None
        if document is not None:
            self._log.receipt_came(document)

    def _tell(self, sitting: Sitting, digest: str) -> None:
        """Tell a sitting what the outbox now says of its result."""
        with self._lock:
            document = self._outbox.receipt(digest)
            if document is not None:
                self._tell_receipt(sitting, digest, document)
                return
            row = next((row for row in self._outbox.rows() if row.digest == digest), None)
            if row is None or not row.problem:
                sitting.note_delivery(digest, "sending")
            elif row.status is Status.QUARANTINED:
                sitting.note_delivery(digest, "refused", reason=row.problem)
            elif row.is_held:
                sitting.note_delivery(digest, "held", reason=row.reason)
            else:
                sitting.note_delivery(digest, "waiting", reason=row.problem)

    def _tell_receipt(self, sitting: Sitting, digest: str, document: bytes) -> None:
        try:
            receipt = verify_receipt(document, self._hubs, sealed_digest=digest)
        except PocusError as error:  # it was damaged on this disk, or its key is trusted no more
            log.failure(error)
            sitting.note_delivery(digest, "waiting", reason=error.code)
            return
        self._latest.note(receipt.received_at_ms)
        sitting.note_delivery(digest, "received", receipt=receipt, document=document)
