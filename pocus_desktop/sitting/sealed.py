"""The sealed result: a sitting's events, signed by the station and encrypted to the academy (formats/sealed-result).

    magic   8 bytes    "POCUSSR" and the format's number as a byte
    size    4 bytes    of the header, big-endian
    header  canonical JSON: sitting, bundle, last seq, whether partial, recipients with the key sealed to each
    body    Cobblestone-256 under a fresh key; its context is the SHA-256 of all bytes before it
            inside: a DSSE envelope by the station
            inside: zlib
            inside: canonical JSON with the admission and every event

Opening, in this order:

1. Magic, size and header are well formed and of a known format (2).
2. A key at hand opens the sealed key (3).
3. The body decrypts whole under it, bound to this very header (4).
4. The envelope inside is signed by the station it names, and by an enrolled one where those are given (5.1).
5. The payload unpacks within bounds, and says of itself what the header says (5.2, 5.3).
6. Its events are numbered from 1 to the last without a gap, and the first opens the sitting (5.4).
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt
from pydantic import ValidationError as BadShapeError

from pocus_desktop.admission.errors import NoRecipientError
from pocus_desktop.admission.shape import Base64, first_fault
from pocus_desktop.crypto import chunked, dsse, hpke
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SealingKey, SigningKey, WeakKeyError
from pocus_desktop.kernel import canonical, files
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import (
    NewerSealedResultError,
    NotForThisKeyError,
    NotSealedResultError,
    SealedResultAlteredError,
    SealedResultCutError,
    SealedResultTooLargeError,
    UnknownStationError,
)
from pocus_desktop.sitting.events import Opened as OpenedEvent

MAGIC: Final = b"POCUSSR"
FORMAT: Final = 1
PAYLOAD_TYPE: Final = "application/vnd.pocus.result.v1+zlib"
MEDIA_TYPE: Final = "application/vnd.pocus.sealed-result"
MAXIMUM_HEADER_BYTES: Final = 256 * 1024
MAXIMUM_PLAIN_BYTES: Final = 64 * 1024 * 1024
MAXIMUM_MARKS: Final = 2_000_000
"""Of `[`, `{` and `,` in the payload: what three bytes open takes thirty times their room once it is parsed. An event
has about nine."""

_SIZE: Final = struct.Struct(">I")
_FIXED_BYTES: Final = len(MAGIC) + 1 + _SIZE.size
MAXIMUM_FRONT_BYTES: Final = _FIXED_BYTES + MAXIMUM_HEADER_BYTES
"""What of a file is enough for `read_header`."""


class SealedKey(BaseModel):
    """The body's key, sealed to one recipient."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow")

    key_id: str
    sealed: Base64


class Header(BaseModel):
    """What stands readable before the body; nothing of the candidate.

    Attributes:
        last_seq: The last event inside.
        is_partial: Whether the sitting went on after this was sealed.
        recipients: Who can open it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow")

    format: Literal[1] = 1
    sitting: str = Field(min_length=1)
    admission_id: str
    bundle_id: str
    bundle_version: StrictInt
    last_seq: StrictInt = Field(ge=1)
    is_partial: StrictBool
    sealed_at_ms: StrictInt
    recipients: tuple[SealedKey, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedResult:
    """A sealed result on the disk.

    Attributes:
        path: Where; its name is the digest.
        digest: SHA-256 of the file.
        last_seq: The last event inside.
        is_partial: Whether the sitting goes on.
    """

    path: Path
    digest: str
    last_seq: int
    is_partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was inside, verified.

    Attributes:
        header: What stood readable outside.
        events: Everything that happened, in order.
        admission: The admission's envelope; the hub verifies its own signature on it.
        station: The key that signed.
        head: Digest of the journal's last row.
        is_partial: Whether the sitting went on after this was sealed.
        digest: SHA-256 of the sealed bytes.
    """

    header: Header
    events: tuple[Recorded, ...]
    admission: bytes
    station: PublicKey
    head: str
    is_partial: bool
    digest: str


def seal(
    folder: Path,
    events: Sequence[Recorded],
    *,
    admission: bytes,
    head: bytes,
    station: SigningKey,
    recipients: Iterable[PublicKey],
    sealed_at_ms: int,
    is_partial: bool,
) -> SealedResult:
    """Seal events into a file named by its digest, whole or not at all.

    Raises:
        NoRecipientError: There is no one to seal to.
        OSError: The disk does not take it; the caller knows what that means for the sitting.
    """
    data = seal_bytes(
        events,
        admission=admission,
        head=head,
        station=station,
        recipients=recipients,
        sealed_at_ms=sealed_at_ms,
        is_partial=is_partial,
    )
    digest = canonical.digest(data)
    path = folder / digest
    files.write_atomically(path, data)
    return SealedResult(path=path, digest=digest, last_seq=events[-1].seq, is_partial=is_partial)


def seal_bytes(
    events: Sequence[Recorded],
    *,
    admission: bytes,
    head: bytes,
    station: SigningKey,
    recipients: Iterable[PublicKey],
    sealed_at_ms: int,
    is_partial: bool,
) -> bytes:
    """The bytes of a sealed result.

    Raises:
        NoRecipientError: There is no one to seal to.
    """
    readers = tuple(dict.fromkeys(recipients))
    if not readers:
        raise NoRecipientError
    opened = _opening(events)
    key = token_bytes(chunked.KEY_BYTES)
    header = Header(
        sitting=opened.sitting,
        admission_id=opened.admission_id,
        bundle_id=opened.bundle_id,
        bundle_version=opened.bundle_version,
        last_seq=events[-1].seq,
        is_partial=is_partial,
        sealed_at_ms=sealed_at_ms,
        recipients=tuple(
            SealedKey(key_id=reader.key_id, sealed=hpke.seal(reader, key, info=_info(opened.sitting)))
            for reader in readers
        ),
    )
    document: dict[str, Json] = {
        "format": FORMAT,
        "sitting": opened.sitting,
        "station": station.public.as_json(),
        "is_partial": is_partial,
        "head": head.hex(),
        "admission": to_base64(admission),
        "events": [one.as_json() for one in events],
    }
    payload = zlib.compress(canonical.encode(document), 9)
    envelope = dsse.sign(PAYLOAD_TYPE, payload, [station]).to_bytes()
    written = canonical.encode(header.model_dump(mode="json"))
    front = MAGIC + bytes((FORMAT,)) + _SIZE.pack(len(written)) + written
    return front + chunked.encrypt(key, _context(front), envelope)


def read_header(data: bytes) -> Header:
    """Rule 1: what a sealed result says outside; proves nothing yet.

    Raises:
        NotSealedResultError: It is something else.
        NewerSealedResultError: A newer program wrote it.
        SealedResultCutError: It ends within its front.
    """
    return _front(data)[0]


def open_sealed_result(
    data: bytes, keys: Sequence[SealingKey], *, stations: Iterable[PublicKey] | None = None
) -> Opened:
    """Open and verify; rules 1 to 6.

    Args:
        data: The whole file.
        keys: Keys of the academy, retired ones included.
        stations: Enrolled stations; None takes any station that signed, and leaves the judgement to the caller.

    Raises:
        NotSealedResultError: Rule 1.
        NewerSealedResultError: Rule 1.
        SealedResultCutError: Rules 1 and 3.
        NotForThisKeyError: Rule 2.
        SealedResultAlteredError: Rules 2 to 6.
        UnknownStationError: Rule 4.
        SealedResultTooLargeError: Rule 5.
        BadEventError: Rule 6: an event inside is none.
        NewerEventError: Rule 6: a newer program wrote an event.
    """
    header, size = _front(data)
    key = _open_key(header, keys)
    try:
        body = chunked.decrypt(key, _context(data[:size]), data[size:])
    except chunked.TruncatedError as problem:
        raise SealedResultCutError from problem
    except (chunked.WrongKeyError, chunked.ChunkAlteredError) as problem:
        raise SealedResultAlteredError(reason="the body does not decrypt") from problem
    document, station = _verified(body)
    if stations is not None and station not in set(stations):
        raise UnknownStationError(station=station.key_id)
    events = _events(document, header)
    admission, head = document.get("admission"), document.get("head")
    if not isinstance(admission, str) or not isinstance(head, str):
        raise SealedResultAlteredError(reason="admission or head is missing")
    try:
        envelope = from_base64(admission, field="admission")
    except BadEncodingError as problem:
        raise SealedResultAlteredError(reason="the admission is not base64") from problem
    if canonical.digest(envelope) != _opening(events).admission_digest:
        raise SealedResultAlteredError(reason="the admission is another")
    return Opened(
        header=header,
        events=events,
        admission=envelope,
        station=station,
        head=head,
        is_partial=header.is_partial,
        digest=canonical.digest(data),
    )


def _front(data: bytes) -> tuple[Header, int]:
    """Rule 1: the header, and where the body begins."""
    if data[: len(MAGIC)] != MAGIC[: len(data)] or not data:
        raise NotSealedResultError(reason="it does not begin as one")
    if len(data) < _FIXED_BYTES:
        raise SealedResultCutError
    version = data[len(MAGIC)]
    if version > FORMAT:
        raise NewerSealedResultError(found=version, known=FORMAT)
    if version != FORMAT:
        raise NotSealedResultError(reason="its format was never written")
    (size,) = _SIZE.unpack_from(data, len(MAGIC) + 1)
    if size > MAXIMUM_HEADER_BYTES:
        raise NotSealedResultError(reason="its header is too long")
    end = _FIXED_BYTES + size
    if len(data) < end:
        raise SealedResultCutError
    try:
        return Header.model_validate(canonical.decode(data[_FIXED_BYTES:end])), end
    except canonical.BadJsonError as problem:
        raise NotSealedResultError(reason="its header is not JSON") from problem
    except BadShapeError as problem:
        raise NotSealedResultError(reason=f"its header is not sound at {first_fault(problem)}") from problem


def _open_key(header: Header, keys: Sequence[SealingKey]) -> bytes:
    """Rule 2."""
    mine = {key.key_id: key for key in keys}
    for entry in header.recipients:
        if entry.key_id in mine:
            try:
                key = hpke.open_sealed(mine[entry.key_id], entry.sealed, info=_info(header.sitting))
            except hpke.CannotOpenSealedError as problem:
                raise SealedResultAlteredError(reason="the key does not open") from problem
            if len(key) != chunked.KEY_BYTES:
                raise SealedResultAlteredError(reason="the key has the wrong size")
            return key
    raise NotForThisKeyError


def _verified(body: bytes) -> tuple[Mapping[str, Json], PublicKey]:
    """Rules 4 and 5.

    The station's key is named inside what it signed; whoever could swap it would have to sign, and then it is theirs.
    """
    try:
        envelope = dsse.Envelope.parse(body)
        document = _unpack(envelope.payload)
        station = PublicKey.from_json(document.get("station"))
        dsse.verify(envelope, payload_type=PAYLOAD_TYPE, keys=[station])
    except dsse.BadEnvelopeError as problem:
        raise SealedResultAlteredError(reason="there is no envelope inside") from problem
    except dsse.WrongPayloadTypeError as problem:
        raise SealedResultAlteredError(reason="another kind of document is inside") from problem
    except (BadKeyError, WeakKeyError, dsse.NotEnoughSignaturesError) as problem:
        raise SealedResultAlteredError(reason="the station's signature does not hold") from problem
    return document, station


def _unpack(payload: bytes) -> Mapping[str, Json]:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(payload, MAXIMUM_PLAIN_BYTES)
    except zlib.error as problem:
        raise SealedResultAlteredError(reason="the payload does not unpack") from problem
    if unpacker.unconsumed_tail:
        raise SealedResultTooLargeError
    if not unpacker.eof or unpacker.unused_data:
        raise SealedResultAlteredError(reason="the payload does not unpack")
    if sum(map(plain.count, (b"[", b"{", b","))) > MAXIMUM_MARKS:
        raise SealedResultTooLargeError
    try:
        document = canonical.decode(plain)
    except canonical.BadJsonError as problem:
        raise SealedResultAlteredError(reason="the payload is not JSON") from problem
    if not isinstance(document, Mapping):
        raise SealedResultAlteredError(reason="the payload is no object")
    return document


def _events(document: Mapping[str, Json], header: Header) -> tuple[Recorded, ...]:
    """Rules 5 (what it says of itself) and 6."""
    if document.get("sitting") != header.sitting or document.get("is_partial") is not header.is_partial:
        raise SealedResultAlteredError(reason="header and payload differ")
    listed = document.get("events")
    if not isinstance(listed, list):
        raise SealedResultAlteredError(reason="there are no events")
    events = tuple(Recorded.from_json(one) for one in listed)
    if [one.seq for one in events] != list(range(1, header.last_seq + 1)):
        raise SealedResultAlteredError(reason="events are missing")
    opened = _opening(events)
    told = (opened.sitting, opened.admission_id, opened.bundle_id, opened.bundle_version)
    if told != (header.sitting, header.admission_id, header.bundle_id, header.bundle_version):
        raise SealedResultAlteredError(reason="header and events differ")
    return events


def _opening(events: Sequence[Recorded]) -> OpenedEvent:
    first = events[0].event if events else None
    if not isinstance(first, OpenedEvent):
        raise SealedResultAlteredError(reason="the first event does not open a sitting")
    return first


def _info(sitting: str) -> bytes:
    return b"pocus sealed result v1\x00" + sitting.encode("utf-8", "surrogatepass")


def _context(front: bytes) -> bytes:
    return b"pocus sealed result v1\x00" + bytes.fromhex(canonical.digest(front))
