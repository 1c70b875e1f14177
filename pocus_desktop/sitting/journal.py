"""The journal: encrypted, chained, signed, durable (formats/journal).

Opening a journal verifies, in this order:

1. The header is of a version that is known (2.1).
2. A key at hand opens the sitting's key (5.2).
3. Rows are numbered from 1 without a gap, and each names the digest of the one before, the first the header's (3.2).
4. Each row's digest is that of its bytes; its ciphertext opens with place and stamp as associated data (3.3, 3.4).
5. The last checkpoint is signed by the station (or one that went on) and names the digest of a row that is there; the
   chain makes it vouch for all rows before (6.2).

What fails 3 or 4 is altered, what fails 5 is cut or altered; both are refused by name. A power cut that leaves half a
write is neither: SQLite drops what was not committed, and what was never acknowledged may be missing.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from pocus_desktop.crypto import aead, dsse, hpke
from pocus_desktop.crypto.aead import CannotDecryptError
from pocus_desktop.crypto.derive import hkdf
from pocus_desktop.crypto.dsse import BadEnvelopeError, NotEnoughSignaturesError, WrongPayloadTypeError
from pocus_desktop.crypto.hpke import CannotOpenSealedError
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import chain, codec
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import (
    CannotResumeError,
    HandedInError,
    JournalAlteredError,
    JournalCutError,
)
from pocus_desktop.sitting.events import CAME_BACK, Event
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.store import JournalStore, Row, Wrapping
from pocus_desktop.sitting.unswept import unswept

FILE_NAME: Final = "journal.sqlite"
CHECKPOINT_TYPE: Final = "application/vnd.pocus.checkpoint.v1+json"
_decode: Final = lru_cache(maxsize=64)(codec.decode_event)
"""Most events of a sitting are heartbeats, whose bytes are the same; equal bytes are equal events."""

CHECKPOINT_EVERY: Final = 32
"""Events between signed checkpoints."""


class Journal:
    """An open journal and the key to it; used by one thread at a time."""

    def __init__(self, path: Path, store: JournalStore, header: Header, key: bytes, signer: SigningKey) -> None:
        self._path = path
        self._store = store
        self.header = header
        self._key = key
        self._signer = signer
        self._place_of_all = chain.place_of_all(header.sitting)
        self._seq = 0
        self._head = chain.first_digest(header)
        self._last = (self._seq, self._head)
        self._stations = [header.station]
        self._pending: Row | None = None

    @classmethod
    def create(
        cls,
        folder: Path,
        header: Header,
        first: Sequence[Event],
        at: Reading,
        *,
        signer: SigningKey,
        academy: Iterable[PublicKey],
        resume: Iterable[PublicKey],
    ) -> tuple["Journal", tuple[Recorded, ...]]:
        """Begin a journal in a folder with its first events, in one write: all of them are there, or no journal is.

        A fresh key is sealed to who may read and to who may resume.

        Raises:
            AlreadyExistsError: There is one.
            DiskFullError: And the other errors of a disk.
        """
        key = secrets.token_bytes(aead.KEY_BYTES)
        wrappings = [
            Wrapping(
                purpose=purpose,
                key_id=reader.key_id,
                sealed=hpke.seal(reader, key, info=_info(purpose, header.sitting)),
            )
            for purpose, readers in (("academy", academy), ("resume", resume))
            for reader in dict.fromkeys(readers)
        ]
        rows: list[Row] = []
        for seq, event in enumerate(first, start=1):
            rows.append(_seal(key, header, seq, event, at, rows[-1].digest if rows else chain.first_digest(header)))
        path = folder / FILE_NAME
        store = JournalStore.create(path, header=header.to_text(), wrappings=wrappings, rows=rows)
        journal = cls(path, store, header, key, signer)
        journal._advance(rows[-1])
        return journal, tuple(Recorded(seq=row.seq, at=at, event=one) for row, one in zip(rows, first, strict=True))

    @classmethod
    def open(
        cls, folder: Path, *, keys: Sequence[SealingKey], signer: SigningKey, purpose: str = "resume"
    ) -> tuple["Journal", tuple[Recorded, ...]]:
        """Open a journal to go on with it; rules 1 to 5.

        Returns:
            The journal, and all that was recorded.

        Raises:
            NoSittingError: There is none.
            AlreadyOpenError: Another program has it open.
            NotAJournalError: Rule 1; or not a journal at all.
            NewerJournalError: Rule 1.
            HandedInError: It was handed in: there are no wrappings to resume from.
            CannotResumeError: Rule 2.
            JournalAlteredError: Rules 3, 4 or 5.
            JournalCutError: Rule 5.
            JournalDamagedError: SQLite cannot read it.
            BadEventError: A row opens to something that is no event.
            NewerEventError: A row was written by a newer program.
        """
        return cls._opened(folder, signer, lambda store, header: _open_key(store, header, keys, purpose))

    @classmethod
    def open_by_key(cls, folder: Path, *, key: bytes, signer: SigningKey) -> tuple["Journal", tuple[Recorded, ...]]:
        """Open a journal with the sitting's own key, as a permit brings it; else as `open`."""
        return cls._opened(folder, signer, lambda _store, _header: key)

    @classmethod
    def _opened(
        cls, folder: Path, signer: SigningKey, find_key: Callable[[JournalStore, Header], bytes]
    ) -> tuple["Journal", tuple[Recorded, ...]]:
        path = folder / FILE_NAME
        store = JournalStore.open(path)
        try:
            header = Header.from_text(store.header())
            journal = cls(path, store, header, find_key(store, header), signer)
            recorded = journal._read()
        except BaseException:
            store.close()
            raise
        return journal, recorded

    @property
    def last_seq(self) -> int:
        """The number of the last durable event."""
        return self._seq

    @property
    def last(self) -> tuple[int, bytes]:
        """Number and digest of the last durable event, of one moment; any thread may look."""
        return self._last

    @property
    def head(self) -> bytes:
        """The digest of the last durable row (of the header, where there is none)."""
        return self._head

    @property
    def station(self) -> PublicKey:
        """The signing key of the station that went on last."""
        return self._stations[-1]

    def seal_key_to(self, reader: PublicKey, *, info: bytes) -> bytes:
        """The sitting's key for someone, for a purpose of theirs (formats/move 2.4)."""
        return hpke.seal(reader, self._key, info=info)

    def hand_over(self, station: PublicKey, *, keep: PublicKey) -> None:
        """Let another station resume, beside the centre, and nobody else (formats/move 4.4).

        Raises:
            DiskFullError: And the other errors of a disk.
        """
        sealed = hpke.seal(station, self._key, info=_info("resume", self.header.sitting))
        own = Wrapping(purpose="resume", key_id=station.key_id, sealed=sealed)
        self._store.replace_resume_wrappings(own, keep=keep.key_id)

    @property
    def sign_key(self) -> bytes:
        """What signs of life are checked with (`sitting.alive`)."""
        return hkdf(self._key, info=b"pocus sign of life v2\x00" + self.header.sitting.encode("utf-8"))

    def append(self, event: Event, at: Reading, *more: Event, is_signed: bool = False) -> tuple[Recorded, ...]:
        """Write an event; durable when this returns.

        Args:
            event: What happened.
            at: When it arrived.
            more: What is written with it, at the same moment: all of it is durable, or nothing.
            is_signed: Sign a checkpoint at this event, whatever its number (hand-in, a move).

        Raises:
            DiskFullError: And the other errors of a disk. Nothing is acknowledged then; call `recover` before the next.
        """
        rows: list[Row] = []
        for one in (event, *more):
            seq, head = (rows[-1].seq + 1, rows[-1].digest) if rows else (self._seq + 1, self._head)
            rows.append(_seal(self._key, self.header, seq, one, at, head))
        last = self._pending = rows[-1]
        is_due = is_signed or any(row.seq % CHECKPOINT_EVERY == 0 for row in rows)
        self._store.append(*rows, checkpoint=self._sign(last) if is_due else None)
        self._advance(last)
        return tuple(Recorded(seq=row.seq, at=at, event=one) for row, one in zip(rows, (event, *more), strict=True))

    def recover(self) -> bool:
        """After a failed append: open the file anew, and see what of it is durable.

        A commit whose last sync failed may be on the disk or not. Only what is read back and settled counts.

        Returns:
            Whether the event of the failed append is durable after all.

        Raises:
            DiskFullError: And the other errors of a disk: still not to be used.
            JournalAlteredError: The file is not the one that was written to.
        """
        self._store.close()
        self._store = JournalStore.open(self._path)
        self._store.settle()
        last, pending = self._store.last(), self._pending
        if (last or (0, self._head)) == (self._seq, self._head):
            return False
        if pending is not None and last == (pending.seq, pending.digest):
            self._advance(pending)
            return True
        raise JournalAlteredError(seq=self._seq)

    def can_be_resumed(self) -> bool:
        """Whether anything that resumes this sitting is left in the file."""
        return bool(self._store.wrappings("resume"))

    def finish(self) -> None:
        """After sealing: the end of everything that resumes this sitting (formats/journal 5.3).

        Calling it again does no harm.

        Raises:
            DiskFullError: And the other errors of a disk; call it again then.
        """
        self._store.destroy_resume_wrappings()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _advance(self, row: Row) -> None:
        self._seq, self._head, self._pending = row.seq, row.digest, None
        self._last = (row.seq, row.digest)

    def _sign(self, row: Row) -> bytes:
        document: dict[str, Json] = {
            "sitting": self.header.sitting,
            "seq": row.seq,
            "digest": row.digest.hex(),
            "wall_ms": row.wall_ms,
        }
        return dsse.sign(CHECKPOINT_TYPE, canonical.encode(document), [self._signer]).to_bytes()

    @unswept()
    def _read(self) -> tuple[Recorded, ...]:
        """Rules 3 to 5."""
        rows = self._store.rows()
        recorded: list[Recorded] = []
        for row in rows:
            one = self._open_row(row)
            recorded.append(one)
            if isinstance(one.event, CAME_BACK):
                self._stations.append(PublicKey(algorithm="ed25519", raw=bytes.fromhex(one.event.station)))
            self._advance(row)
        for seq, envelope in self._store.checkpoints()[-1:]:
            if seq > len(rows):
                raise JournalCutError(seq=len(rows), signed=seq)
            if self._signed_digest(seq, envelope, set(self._stations)) != rows[seq - 1].digest.hex():
                raise JournalAlteredError(seq=seq)
        return tuple(recorded)

    def _open_row(self, row: Row) -> Recorded:
        at = Reading(monotonic_ms=row.monotonic_ms, wall_ms=row.wall_ms, boot_id=row.boot_id)
        if row.seq != self._seq + 1 or row.previous != self._head:
            raise JournalAlteredError(seq=self._seq + 1)
        place = chain.place(self._place_of_all, row.seq, at, row.previous)
        if chain.digest(place, row.nonce, row.ciphertext) != row.digest or len(row.nonce) != aead.NONCE_BYTES:
            raise JournalAlteredError(seq=row.seq)
        try:
            plaintext = aead.open_sealed(self._key, row.nonce, row.ciphertext, place)
        except CannotDecryptError as problem:
            raise JournalAlteredError(seq=row.seq) from problem
        return Recorded(seq=row.seq, at=at, event=_decode(plaintext))

    def _signed_digest(self, seq: int, envelope: bytes, stations: Iterable[PublicKey]) -> object:
        try:
            signed = dsse.Envelope.parse(envelope)
            dsse.verify(signed, payload_type=CHECKPOINT_TYPE, keys=stations)
            document = canonical.decode(signed.payload)
        except (BadEnvelopeError, WrongPayloadTypeError, NotEnoughSignaturesError, BadJsonError) as problem:
            raise JournalAlteredError(seq=seq) from problem
        if (
            not isinstance(document, dict)
            or document.get("sitting") != self.header.sitting
            or document.get("seq") != seq
        ):
            raise JournalAlteredError(seq=seq)
        return document.get("digest")


def _seal(key: bytes, header: Header, seq: int, event: Event, at: Reading, previous: bytes) -> Row:
    nonce = secrets.token_bytes(aead.NONCE_BYTES)
    place = chain.place(chain.place_of_all(header.sitting), seq, at, previous)
    ciphertext = aead.seal(key, nonce, codec.encode_event(event), place)
    return Row(
        seq=seq,
        monotonic_ms=at.monotonic_ms,
        wall_ms=at.wall_ms,
        boot_id=at.boot_id,
        previous=previous,
        nonce=nonce,
        ciphertext=ciphertext,
        digest=chain.digest(place, nonce, ciphertext),
    )


def read_header(folder: Path) -> Header:
    """The readable header of the sitting in a folder.

    Raises:
        NoSittingError: There is none.
        AlreadyOpenError: A program has it open.
        NotAJournalError: The file is something else.
        NewerJournalError: A newer program wrote it.
        JournalDamagedError: SQLite cannot read it.
    """
    with JournalStore.open(folder / FILE_NAME) as store:
        return Header.from_text(store.header())


def _open_key(store: JournalStore, header: Header, keys: Sequence[SealingKey], purpose: str) -> bytes:
    """Rule 2."""
    wrappings = store.wrappings(purpose)
    if not wrappings and purpose == "resume":
        raise HandedInError
    mine = {key.key_id: key for key in keys}
    for wrapping in wrappings:
        if wrapping.key_id in mine:
            try:
                return hpke.open_sealed(mine[wrapping.key_id], wrapping.sealed, info=_info(purpose, header.sitting))
            except CannotOpenSealedError as problem:
                raise CannotResumeError from problem
    raise CannotResumeError


def _info(purpose: str, sitting: str) -> bytes:
    return b"pocus sitting key v1\x00" + purpose.encode("utf-8") + b"\x00" + sitting.encode("utf-8")
