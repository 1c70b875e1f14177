"""The outbox: sealed results wait here until a trusted hub has signed for them (formats/sync 4).

    <outbox>/<sha256>             a sealed result
    <outbox>/<sha256>.receipt     the verified receipt for it
    <outbox>/<sha256>.forgotten   the same, of one that was let go: it is not taken in again by itself
    <outbox>/outbox.sqlite        how far each is, and what is due when

What an event does to an envelope is decided by `sync.engine`; this is the shell that gives it events and does what it
says. Rules kept here:

1. An envelope is in the outbox once `enqueue` returns: its file is durable, then its row (4.1).
2. Files decide after a crash: an envelope without a row is queued, a receipt that verifies makes it done; records
   that are damaged are set aside and made anew so (4.2).
3. A row is durable before anything is done because of it, and one envelope never blocks another (4.4).
4. Only a receipt that verifies makes an envelope done, and it is durable before the row says so (4.5).
5. Nothing is removed that such a receipt does not cover, verified anew at that moment (4.6), but a partial envelope for
   which a newer one of its sitting is sound here or signed for (4.9).
"""

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, files, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.receipt import Receipt, verify_receipt
from pocus_desktop.sync import engine
from pocus_desktop.sync.engine import Remove, Row, Send, Status, Way
from pocus_desktop.sync.errors import (
    BadReceiptError,
    EnvelopeChangedError,
    EnvelopeMissingError,
    GaveWayError,
    NotReceiptedError,
    NoUploadsError,
    OutboxUnreadableError,
    SyncError,
    UnknownEnvelopeError,
)
from pocus_desktop.sync.rows import front_of, row_of, told_by_file
from pocus_desktop.sync.store import open_records
from pocus_desktop.sync.transport import PiecewiseTransport, Transport

RECEIPT_SUFFIX: Final = ".receipt"
FORGOTTEN_SUFFIX: Final = ".forgotten"
RECORDS: Final = "outbox.sqlite"

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


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

    `enqueue`, `rows` and `receipt` may be called from any thread; `run_once` blocks on the network and belongs on a
    worker (`sync.worker`).
    """

    def __init__(
        self,
        folder: Path,
        transport: Transport,
        hub_keys: Sequence[PublicKey],
        *,
        chance: Callable[[], float] = random.random,
        is_alone: bool = True,
        lets_go: bool = True,
    ) -> None:
        """Open the outbox and set right what a crash left half done (rule 2).

        Args:
            folder: Its folder; made where it is missing.
            transport: How envelopes leave.
            hub_keys: Whose receipts count, retired keys included.
            chance: Draws evenly from 0 to 1, to spread attempts.
            is_alone: False beside a program that may be sending (`pocus outbox`): its attempts are left to it.
            lets_go: False where envelopes come from others: what their headers say then removes nothing (rule 5).

        Raises:
            OutboxOfLaterVersionError: A later version of this program wrote its records.
            OutboxUnreadableError: Its records or its folder cannot be read or written.
        """
        self._folder = folder
        self._transport = transport
        self._hub_keys = tuple(hub_keys)
        self._chance = chance
        self._is_alone = is_alone
        self._lets_go = lets_go
        self._has_urgent = threading.Event()
        self._round = threading.Lock()
        try:
            files.make_folder(folder)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem
        self._store = open_records(folder / RECORDS)
        self._recover()

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    def believe(self, hub_keys: Sequence[PublicKey]) -> None:
        """Let receipts of these keys count from now on."""
        self._hub_keys = tuple(hub_keys)

    def reaches(self) -> bool:
        """Whether a hub would take something in pieces now; never where nobody can say without carrying it."""
        return isinstance(self._transport, PiecewiseTransport) and self._transport.reaches()

    @property
    def carrier(self) -> str:
        """What takes its envelopes."""
        return self._transport.name

    def enqueue(self, sealed: Path, *, now_ms: int) -> str:
        """Take a copy of a sealed result; durable when this returns (rule 1). Taking it twice is taking it once.

        Older partial envelopes of the same sitting that only this station holds are let go (rule 5).

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
        if _DIGEST.fullmatch(sealed.name) and sealed.name != canonical.digest(data):
            raise EnvelopeChangedError
        return self.take_in(data, now_ms=now_ms)

    def take_in(self, data: bytes, *, now_ms: int) -> str:
        """Take a sealed result that stands nowhere else yet; as `enqueue`.

        Raises:
            OutboxUnreadableError: The disk does not take it.
        """
        digest = canonical.digest(data)
        is_new = self._read(digest) != data
        if is_new:
            self._write(self._folder / digest, data)
        row = row_of(digest, data, len(data), now_ms=now_ms)
        self._store.add(row)
        if is_new:  # one that was set aside because its file was missing has it again
            self._step(digest, engine.Asked(), now_ms)
        self._has_urgent.set()
        self._let_go_of_older(row.sitting)
        return digest

    def rows(self) -> tuple[Row, ...]:
        """Every envelope and how far it is, in the order in which they came."""
        return self._store.rows()

    def find(self, digest: str) -> Row | None:
        """One envelope and how far it is; None where there is none of that digest."""
        return self._store.find(digest)

    def next_due_ms(self, now_ms: int) -> int | None:
        """When the next attempt is due, as wall time, never before now; None where nothing waits."""
        due = [moment for row in self._store.rows() if (moment := engine.due_ms(row, now_ms)) is not None]
        return max(min(due), now_ms) if due else None

    def run_once(
        self,
        now_ms: int,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
        on_attempt: Callable[[Attempt], None] = lambda _attempt: None,
    ) -> tuple[Attempt, ...]:
        """Try every envelope that is due, once; what comes meanwhile and goes first, goes first.

        One round at a time. What an earlier one left `active`, because its records could not be written as the attempt
        ended, goes again.

        Args:
            now_ms: Wall time.
            is_stopped: Asked before each envelope; true ends the round.
            on_attempt: Told of each attempt as soon as it is over.

        Raises:
            OutboxUnreadableError: The records cannot be written; the envelopes stay as they are.
        """
        with self._round:
            self._end_attempts()
            return self._try_each(now_ms, is_stopped, on_attempt)

    def _try_each(
        self, now_ms: int, is_stopped: Callable[[], bool], on_attempt: Callable[[Attempt], None]
    ) -> tuple[Attempt, ...]:
        attempts: list[Attempt] = []
        tried: set[str] = set()
        while not is_stopped():
            self._has_urgent.clear()  # whatever comes from here on is seen among the rows, or calls an attempt off
            due = [row for row in self._store.rows() if row.digest not in tried and _is_due(row, now_ms)]
            if not due:
                break
            digest = min(due, key=engine.goes_before).digest
            tried.add(digest)
            attempt = self._attempt(digest, now_ms)
            if attempt is not None:
                attempts.append(attempt)
                on_attempt(attempt)
        return tuple(attempts)

    def retry(self, digest: str | None = None, *, now_ms: int) -> None:
        """Make one envelope, or all that wait or were set aside, due at once."""
        for row in self._store.rows():
            if digest in {None, row.digest}:
                self._step(row.digest, engine.Asked(), now_ms)

    def envelope(self, digest: str) -> bytes:
        """The sealed result itself.

        Raises:
            EnvelopeMissingError: Its file is gone.
            EnvelopeChangedError: It is no longer what it was.
            OutboxUnreadableError: The disk does not give it.
        """
        data = self._read(digest)
        if data is None:
            raise EnvelopeMissingError(reason="it is gone")
        if canonical.digest(data) != digest:
            raise EnvelopeChangedError
        return data

    def carried(self, digest: str, carrier: str, *, now_ms: int) -> None:
        """Note that someone carries an envelope, besides whatever else takes it."""
        self._step(digest, engine.Carried(carrier=carrier), now_ms)

    def receipt(self, digest: str) -> bytes | None:
        """The receipt's envelope of a delivered sealed result, forgotten or not; None before."""
        found = self._read(f"{digest}{RECEIPT_SUFFIX}")
        return self._read(f"{digest}{FORGOTTEN_SUFFIX}") if found is None else found

    def was_forgotten(self, digest: str) -> bool:
        """Whether a person let a sealed result go, and the receipt kept as the note of it verifies still."""
        note = self._read(f"{digest}{FORGOTTEN_SUFFIX}")
        return note is not None and self._is_receipt(note, digest)

    def take_receipt(self, digest: str, answer: bytes, *, now_ms: int) -> Receipt:
        """Take a receipt that came by any way (rule 4).

        Raises:
            UnknownEnvelopeError: There is no such envelope here.
            BadReceiptError: It is no receipt of a trusted hub for this envelope.
            OutboxUnreadableError: The disk does not take it.
        """
        row = self._store.find(digest)
        if row is None:
            raise UnknownEnvelopeError
        receipt = self._verified(digest, answer)
        self._write(self._receipt_path(digest), answer)
        self._step(digest, engine.Receipted(received_ms=now_ms), now_ms)
        self._let_go_of_older(row.sitting)
        return receipt

    def forget(self, digest: str) -> None:
        """Remove a sealed result from the outbox (rule 5); its receipt stays, as a note that it need not come again.

        Raises:
            UnknownEnvelopeError: There is none of that digest.
            NotReceiptedError: No receipt here covers it.
        """
        row = self._store.find(digest)
        if row is None:
            raise UnknownEnvelopeError
        receipt = self.receipt(digest)
        if row.status is not Status.DONE or receipt is None or not self._is_receipt(receipt, digest):
            raise NotReceiptedError
        self._write(self._folder / f"{digest}{FORGOTTEN_SUFFIX}", receipt)
        self._store.remove(digest, lambda now: now.status is Status.DONE)
        self._remove_files(digest)  # after a crash before this it is here and done, and may be forgotten again

    def close(self) -> None:
        """Let go of the records and the transport."""
        self._transport.close()
        self._store.close()

    def _attempt(self, digest: str, now_ms: int) -> Attempt | None:
        """One attempt; None where another process was faster, or it gave way."""
        done = self._step(digest, engine.Due(carrier=self._transport.name), now_ms)
        send = next((effect for effect in done.effects if isinstance(effect, Send)), None) if done else None
        if done is None or send is None:
            return None
        row = done.row
        try:
            receipt = self._deliver(row, send, now_ms)
        except GaveWayError:
            self._step(digest, engine.Restarted(), now_ms)
            self._let_go_of_older(row.sitting)
            return None
        except SyncError as error:
            self._note(row, error, now_ms)
            return Attempt(digest=digest, error=error)
        except Exception as bug:  # noqa: BLE001 - a mistake in one delivery must not end the others, nor the thread
            told = SyncError(reason=type(bug).__name__)
            self._note(row, told, now_ms)
            return Attempt(digest=digest, error=told)
        self._step(digest, engine.Receipted(received_ms=now_ms), now_ms)
        log.event("sync.delivered", digest=digest, carrier=self._transport.name)
        self._let_go_of_older(row.sitting)
        return Attempt(digest=digest, receipt=receipt)

    def _deliver(self, row: Row, send: Send, now_ms: int) -> Receipt:
        digest, transport = row.digest, self._transport
        data = self.envelope(digest)

        def moved(upload: str, offset: int) -> None:
            self._step(digest, engine.Moved(upload=upload, offset=offset), now_ms)

        if send.way is Way.PIECES and isinstance(transport, PiecewiseTransport):
            answer = transport.upload(
                data,
                digest,
                upload=send.upload,
                offset=send.offset,
                moved=moved,
                is_wanted=lambda: not (row.is_partial and self._has_urgent.is_set()),
            )
        else:
            answer = transport.deliver(data, digest)
        receipt = self._verified(digest, answer)
        self._write(self._receipt_path(digest), answer)
        return receipt

    def _note(self, row: Row, error: SyncError, now_ms: int) -> None:
        """Tell the engine why there is no receipt."""
        log.failure(error)
        now = self._store.find(row.digest)
        failed = engine.Failed(
            problem=error.code,
            reason=str(error.params.get("reason", "")),
            is_final=error.is_final,
            has_arrived=error.has_arrived,
            is_cut=error.is_cut,
            has_no_pieces=isinstance(error, NoUploadsError),
            asked_ms=error.retry_after_ms,
            chance=self._chance(),
            moved_bytes=now.offset - row.offset if now is not None else 0,
            longest_ms=error.longest_ms,
            carrier=self._transport.name,
        )
        self._step(row.digest, failed, now_ms)
        if row.is_partial:
            self._let_go_of_older(row.sitting)  # something newer may have come meanwhile

    def _step(self, digest: str, event: engine.Event, now_ms: int) -> engine.Step | None:
        """Give an event to the engine and keep what it says (rule 3); None where there is no such row."""
        done: list[engine.Step] = []

        def work(row: Row) -> Row:
            done.append(engine.step(row, event, now_ms))
            return done[-1].row

        self._store.change(digest, work)
        return done[-1] if done else None

    def _let_go_of_older(self, sitting: str) -> None:
        """Rule 5, of the partial envelopes of a sitting."""
        for newer in self._store.rows() if sitting and self._lets_go else ():
            if newer.sitting == sitting:
                self._let_go_for(newer)

    def _let_go_for(self, newer: Row) -> None:
        is_done = newer.status is Status.DONE
        event = engine.Superseded(sitting=newer.sitting, last_seq=newer.last_seq, is_done=is_done)
        older = [row for row in self._store.rows() if Remove() in engine.step(row, event, 0).effects]
        if not older or not (is_done or self._can_go(newer)):
            return
        for row in older:
            if self._store.remove(row.digest, lambda now: Remove() in engine.step(now, event, 0).effects):
                log.event("sync.superseded", digest=row.digest, by=newer.digest)
                self._remove_files(row.digest)

    def _can_go(self, row: Row) -> bool:
        """Whether an envelope is sound on this disk, and not set aside."""
        data = self._read(row.digest)
        return row.status is not Status.QUARANTINED and data is not None and canonical.digest(data) == row.digest

    def _recover(self) -> None:
        """Rule 2."""
        try:
            found = sorted(path for path in self._folder.iterdir() if _DIGEST.fullmatch(path.name))
            seen = {path.name: (path.stat().st_size, front_of(path)) for path in found if path.is_file()}
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem
        known = {row.digest: row for row in self._store.rows()}
        for digest, (size_bytes, front) in seen.items():
            self._store.add(row_of(digest, front, size_bytes, now_ms=0))
            if digest in known and not known[digest].size_bytes:  # from format 1, which did not know it
                self._store.change(digest, partial(told_by_file, front=front, size_bytes=size_bytes))
            is_done = digest in known and known[digest].status is Status.DONE
            receipt = self.receipt(digest)
            if receipt is not None and not is_done and self._is_receipt(receipt, digest):
                told = verify_receipt(receipt, self._hub_keys, sealed_digest=digest)
                self._step(digest, engine.Receipted(received_ms=told.received_at_ms), told.received_at_ms)
        self._end_attempts()
        for sitting in {row.sitting for row in self._store.rows() if row.is_partial}:
            self._let_go_of_older(sitting)

    def _end_attempts(self) -> None:
        """Nothing is under way now: whatever says so is due again, if this program is the one that sends."""
        for row in self._store.rows() if self._is_alone else ():
            if row.status is Status.ACTIVE:
                self._step(row.digest, engine.Restarted(), row.due_ms)

    def _verified(self, digest: str, answer: bytes) -> Receipt:
        try:
            return verify_receipt(answer, self._hub_keys, sealed_digest=digest)
        except PocusError as problem:
            raise BadReceiptError(reason=problem.code) from problem

    def _is_receipt(self, envelope: bytes, digest: str) -> bool:
        try:
            self._verified(digest, envelope)
        except PocusError as problem:
            log.failure(problem)
            return False
        return True

    def _receipt_path(self, digest: str) -> Path:
        return self._folder / f"{digest}{RECEIPT_SUFFIX}"

    def _remove_files(self, digest: str) -> None:
        try:
            self._receipt_path(digest).unlink(missing_ok=True)
            (self._folder / digest).unlink(missing_ok=True)
            files.sync_folder(self._folder)
        except OSError as problem:
            raise OutboxUnreadableError(reason=problem.strerror or "") from problem

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


def _is_due(row: Row, now_ms: int) -> bool:
    moment = engine.due_ms(row, now_ms)
    return moment is not None and moment <= now_ms
