"""The outbox: sealed results wait here until a trusted hub has signed for them (formats/sync 4).

    <outbox>/<sha256>             a sealed result
    <outbox>/<sha256>.receipt     the verified receipt for it
    <outbox>/outbox.sqlite        what is due when

Rules kept here:

1. An envelope is in the outbox once `enqueue` returns: its file is durable, then its row (4.1).
2. Files decide after a crash: an envelope without a row is queued, a receipt that verifies makes it delivered; records
   that are damaged are set aside and made anew so (4.2).
3. A failure is tried again, later each time; one that is final sets the envelope aside with its reason (4.3, 4.4).
4. One envelope never blocks another (4.4).
5. Only a receipt that verifies makes an envelope delivered, and it is durable before the row says so (4.5).
6. Nothing is removed that such a receipt does not cover, verified anew at that moment (4.6).
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, files, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.receipt import Receipt, verify_receipt
from pocus_desktop.sync.backoff import delay_ms
from pocus_desktop.sync.errors import (
    BadReceiptError,
    EnvelopeChangedError,
    EnvelopeMissingError,
    NotReceiptedError,
    OutboxUnreadableError,
    SyncError,
    UnknownEnvelopeError,
)
from pocus_desktop.sync.store import Entry, OutboxStore, State
from pocus_desktop.sync.transport import Transport

RECEIPT_SUFFIX: Final = ".receipt"
RECORDS: Final = "outbox.sqlite"
LONGEST_PLAN_MS: Final = 2 * 60 * 60 * 1000
"""No attempt is ever planned further ahead; an entry that says so was planned before the clock was set back."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_DAMAGE: Final = frozenset({"SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR", "a state is unknown"})
"""What the store says of records that no later try can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one delivery came to.

    Attributes:
        receipt: The verified receipt, where there is one.
        error: Why there is none, where there is none.
    """

    digest: str
    receipt: Receipt | None = None
    error: SyncError | None = None


class Outbox:
    """The envelopes of a station that wait for receipts.

    `enqueue`, `entries` and `receipt` may be called from any thread; `run_once` blocks on the network and belongs on a
    worker (`sync.worker`).
    """

    def __init__(
        self,
        folder: Path,
        transport: Transport,
        hub_keys: Sequence[PublicKey],
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Open the outbox and set right what a crash left half done (rule 2).

        Args:
            folder: Its folder; made where it is missing.
            transport: How envelopes leave.
            hub_keys: Whose receipts count, retired keys included.
            chance: Draws evenly from 0 to 1, to spread attempts.

        Raises:
            OutboxUnreadableError: Its records or its folder cannot be read or written.
        """
        self._folder = folder
        self._transport = transport
        self._hub_keys = tuple(hub_keys)
        self._chance = chance
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem
        self._store = self._open_records()
        self._recover()

    def enqueue(self, sealed: Path, *, now_ms: int) -> str:
        """Take a copy of a sealed result; durable when this returns (rule 1). Taking it twice is taking it once.

        Args:
            sealed: The file; where its name is a digest, it must be its own.
            now_ms: Wall time.

        Returns:
            Its digest.

        Raises:
            EnvelopeMissingError: There is no such file.
            EnvelopeChangedError: Its name is another digest than its content's.
            OutboxUnreadableError: The disk does not take it.
        """
        try:
            data = sealed.read_bytes()
        except OSError as problem:
            raise EnvelopeMissingError(reason=problem.strerror or "") from problem
        digest = canonical.digest(data)
        if _DIGEST.fullmatch(sealed.name) and sealed.name != digest:
            raise EnvelopeChangedError
        is_new = self._read(digest) != data
        if is_new:
            self._write(self._folder / digest, data)
        self._store.add(digest, now_ms=now_ms)
        if is_new:  # one that was set aside because its file was missing has it again
            self._store.requeue(digest, now_ms=now_ms)
        return digest

    def entries(self) -> tuple[Entry, ...]:
        """Every envelope with its state, in the order in which they came."""
        return self._store.entries()

    def next_due_ms(self, now_ms: int) -> int | None:
        """When the next attempt is due, as wall time, never before now; None where nothing waits."""
        due = [_due_ms(entry, now_ms) for entry in self._store.entries() if entry.state is State.QUEUED]
        return max(min(due), now_ms) if due else None

    def run_once(
        self,
        now_ms: int,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
        on_attempt: Callable[[Attempt], None] = lambda _attempt: None,
    ) -> tuple[Attempt, ...]:
        """Try every envelope that is due, once.

        Args:
            now_ms: Wall time.
            is_stopped: Asked before each envelope; true ends the round.
            on_attempt: Told of each attempt as soon as it is over.

        Raises:
            OutboxUnreadableError: The records cannot be written; the envelopes stay as they are.
        """
        attempts: list[Attempt] = []
        for entry in self._store.entries():
            if is_stopped():
                break
            if entry.state is State.QUEUED and _due_ms(entry, now_ms) <= now_ms:
                attempts.append(self._attempt(entry, now_ms))
                on_attempt(attempts[-1])
        return tuple(attempts)

    def retry(self, digest: str | None = None, *, now_ms: int) -> None:
        """Make one envelope, or all that wait or were set aside, due at once."""
        for entry in self._store.entries():
            if digest in {None, entry.digest}:
                self._store.requeue(entry.digest, now_ms=now_ms)

    def receipt(self, digest: str) -> bytes | None:
        """The receipt's envelope of a delivered sealed result; None before."""
        return self._read(f"{digest}{RECEIPT_SUFFIX}")

    def forget(self, digest: str) -> None:
        """Remove a sealed result and its receipt from the outbox (rule 6).

        Raises:
            UnknownEnvelopeError: There is none of that digest.
            NotReceiptedError: No receipt here covers it.
        """
        entry = self._store.find(digest)
        if entry is None:
            raise UnknownEnvelopeError
        receipt = self.receipt(digest)
        if entry.state is not State.DELIVERED or receipt is None or not self._is_receipt(receipt, digest):
            raise NotReceiptedError
        self._store.remove(digest)
        try:  # a crash between these sends it once more, which changes nothing at the hub
            self._receipt_path(digest).unlink(missing_ok=True)
            (self._folder / digest).unlink(missing_ok=True)
            files.sync_folder(self._folder)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem

    def close(self) -> None:
        """Let go of the records and the transport."""
        self._transport.close()
        self._store.close()

    def _attempt(self, entry: Entry, now_ms: int) -> Attempt:
        try:
            receipt = self._deliver(entry.digest)
        except SyncError as error:
            self._note(entry, error, now_ms)
            return Attempt(digest=entry.digest, error=error)
        except Exception as bug:  # noqa: BLE001 - a mistake in one delivery must not end the others, nor the thread
            told = SyncError(reason=type(bug).__name__)
            self._note(entry, told, now_ms)
            return Attempt(digest=entry.digest, error=told)
        self._store.delivered(entry.digest, now_ms=now_ms)
        log.event("sync.delivered", digest=entry.digest, carrier=self._transport.name)
        return Attempt(digest=entry.digest, receipt=receipt)

    def _deliver(self, digest: str) -> Receipt:
        data = self._read(digest)
        if data is None:
            raise EnvelopeMissingError(reason="it is gone")
        if canonical.digest(data) != digest:
            raise EnvelopeChangedError
        answer = self._transport.deliver(data, digest)
        try:
            receipt = verify_receipt(answer, self._hub_keys, sealed_digest=digest)
        except PocusError as problem:
            raise BadReceiptError(reason=problem.code) from problem
        self._write(self._receipt_path(digest), answer)
        return receipt

    def _note(self, entry: Entry, error: SyncError, now_ms: int) -> None:
        """Rule 3."""
        log.failure(error)
        attempts = entry.attempts + 1
        reason = str(error.params.get("reason", ""))
        if error.is_final:
            self._store.quarantined(entry.digest, attempts=attempts, problem=error.code, reason=reason)
            return
        wait_ms = delay_ms(attempts, chance=self._chance(), asked_ms=error.retry_after_ms)
        self._store.failed(
            entry.digest, attempts=attempts, next_attempt_ms=now_ms + wait_ms, problem=error.code, reason=reason
        )

    def _open_records(self) -> OutboxStore:
        """The records; damaged ones are set aside, and `_recover` makes them anew from the files (rule 2)."""
        records = self._folder / RECORDS
        try:
            store = OutboxStore(records)
            store.entries()
        except OutboxUnreadableError as error:
            if error.params.get("reason") not in _DAMAGE:
                raise
            log.failure(error)
            self._set_aside(records)
            return OutboxStore(records)
        return store

    def _set_aside(self, records: Path) -> None:
        number = 1
        while (aside := records.with_name(f"{RECORDS}.damaged-{number}")).exists():
            number += 1
        try:
            records.replace(aside)
            records.with_name(f"{RECORDS}-journal").unlink(missing_ok=True)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem

    def _recover(self) -> None:
        """Rule 2."""
        try:
            names = sorted(path.name for path in self._folder.iterdir() if _DIGEST.fullmatch(path.name))
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem
        known = {entry.digest: entry for entry in self._store.entries()}
        for digest in names:
            if digest not in known:
                self._store.add(digest, now_ms=0)
            receipt = self.receipt(digest)
            is_delivered = digest in known and known[digest].state is State.DELIVERED
            if receipt is not None and not is_delivered and self._is_receipt(receipt, digest):
                told = verify_receipt(receipt, self._hub_keys, sealed_digest=digest)
                self._store.delivered(digest, now_ms=told.received_at_ms)

    def _is_receipt(self, envelope: bytes, digest: str) -> bool:
        try:
            verify_receipt(envelope, self._hub_keys, sealed_digest=digest)
        except PocusError as problem:
            log.failure(problem)
            return False
        return True

    def _receipt_path(self, digest: str) -> Path:
        return self._folder / f"{digest}{RECEIPT_SUFFIX}"

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        try:
            return path.read_bytes() if path.is_file() else None
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem

    def _write(self, path: Path, data: bytes) -> None:
        try:
            files.write_atomically(path, data)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem


def _due_ms(entry: Entry, now_ms: int) -> int:
    """When an entry is due; at once where the clock was set back behind its plan."""
    return entry.next_attempt_ms if entry.next_attempt_ms <= now_ms + LONGEST_PLAN_MS else now_ms
