"""A signed document as text to scan, paste or type, in parts that find their own mistakes (formats/admission 7).

    POCUS:1:K7M2QX:2/3:DATA:CHECK

The data are Crockford's base 32 of compressed bytes, so that a QR code takes them in its alphanumeric form and a person
can type them: case, blanks, hyphens and line breaks do not count, and O, I and L are read as 0, 1 and 1.
"""

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final

from pocus_desktop.crypto import dsse
from pocus_desktop.kernel.errors import Blame, PocusError

VERSION: Final = 1
PART_BYTES: Final = 500
"""800 characters: with its frame, a QR code of version 19 that a phone reads from a screen."""

MAXIMUM_BYTES: Final = 256 * 1024
MAXIMUM_PARTS: Final = 999
MAXIMUM_TEXT: Final = 4 * 1024 * 1024
MAXIMUM_STARTS: Final = 10_000
"""Twice as many as that much text has parts: a text of nothing but beginnings is not told one by one."""

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_READ_AS: Final = str.maketrans("OIL", "011")
_BLANK: Final = re.compile(r"[\s-]+")
_START: Final = re.compile(r"P[O0]CUS\s*:")
_COUNT: Final = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")
_SET_CHARACTERS: Final = 6
_CHECK_CHARACTERS: Final = 4
_PLAIN, _ENVELOPE = b"\x00", b"\x01"
_COMMON: Final = (
    b'{"format":"pocus.passphrase-sealed","kdf":{"lanes":4,"memory_kib":65536,"name":"argon2id","passes":3,"salt":"'
    b'"},"nonce":"","purpose":"sign-in code of adm_","start code of adm_","sealed":"","version":1}'
    b'"mode":"demo","mode":"review","mode":"practice","mode":"trial"'
    b"application/vnd.pocus.admission.v1+json"
    b'{"accommodations":{"can_pause":false,"captions":true,"is_reduced_motion":false,"language":null,"text_percent":100,'
    b'"theme":"light","time_factor":1},"admission_id":"adm_","attempt":1,"bundle_id":"","candidate":{"display_name":"",'
    b'"id":""},"centre":{"algorithm":"x25519","key_id":"x25519-","public":""},"centre_id":null,"content_keys":[{"key_id":'
    b'"x25519-","sealed":""}],"credit_cap_ms":900000,"format":2,"minimum_version":1,"mode":"live","photo":null,'
    b'"recipients":[{"algorithm":"x25519","key_id":"x25519-","public":""}],"sign_in_code":"{\\"format\\":\\"'
    b'pocus.passphrase-sealed\\",\\"kdf\\":{\\"lanes\\":4,\\"memory_kib\\":65536,\\"name\\":\\"argon2id\\",\\"passes\\":3,'
    b'\\"salt\\":\\"\\"},\\"nonce\\":\\"\\",\\"purpose\\":\\"sign-in code of adm_\\",'
    b'\\"sealed\\":\\"\\",\\"version\\":1}",'
    b'"start_code":null,"station":null,"walk_in":null,"window":{"not_after_ms":1800000000000,"not_before_ms":'
    b"1800000000000}}ed25519-"
)
"""What admissions have in common: compression refers to it, so it is a part of the version and never changes."""


class ScanError(PocusError):
    """A scanned or typed text is refused; always one of the classes below."""

    code: ClassVar[str] = "scan.refused"
    blame: ClassVar[Blame] = Blame.USER


class NothingScannedError(ScanError):
    """There is no part of a document in the text."""

    code = "scan.nothing"


class BadPartError(ScanError):
    """Parts were typed or scanned wrongly; they are named by their numbers."""

    code = "scan.bad_part"


class MissingPartsError(ScanError):
    """Parts of a document are missing; they are named by their numbers."""

    code = "scan.missing_parts"


class NewerScanError(ScanError):
    """The text was made by a newer program."""

    code = "scan.newer"


class TooLargeToScanError(ScanError):
    """The document, or the text, is larger than anyone scans."""

    code = "scan.too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What came of a text.

    Attributes:
        documents: Those that are whole, in the order in which their first part stands.
        problems: What kept others from being whole.
    """

    documents: tuple[bytes, ...]
    problems: tuple[ScanError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    set_id: str
    number: int
    count: int
    data: bytes


def to_parts(document: bytes) -> tuple[str, ...]:
    """The parts of a document, one a line.

    Raises:
        TooLargeToScanError: It is larger than anyone scans.
    """
    packer = zlib.compressobj(level=9, zdict=_COMMON)
    packed = packer.compress(_packed(document)) + packer.flush()
    slices = [packed[at : at + PART_BYTES] for at in range(0, len(packed), PART_BYTES)]
    if len(document) > MAXIMUM_BYTES or len(slices) > MAXIMUM_PARTS:
        raise TooLargeToScanError(limit_bytes=MAXIMUM_BYTES)
    set_id = _set_id(document)
    return tuple(_written(set_id, number, len(slices), data) for number, data in enumerate(slices, start=1))


def from_text(text: str) -> Scanned:
    """Put documents together from any mix of their parts, in any order, whatever stands between.

    Raises:
        NothingScannedError: There is no part in it.
        TooLargeToScanError: It is larger than anyone scans.
        BadPartError: It begins more parts than anyone scans.
    """
    if len(text) > MAXIMUM_TEXT:
        raise TooLargeToScanError(limit_bytes=MAXIMUM_TEXT)
    upper = text.upper()
    starts = [found.start() for found in islice(_START.finditer(upper), MAXIMUM_STARTS + 1)]
    if not starts:
        raise NothingScannedError
    if len(starts) > MAXIMUM_STARTS:
        raise BadPartError(parts=f"#{MAXIMUM_STARTS + 1}", reason="there are more than anyone scans")
    parts: list[_Part] = []
    problems: list[ScanError] = []
    for place, start in enumerate(starts, start=1):
        end = starts[place] if place < len(starts) else len(upper)
        try:
            parts.append(_read(upper[start:end], place))
        except ScanError as problem:
            problems.append(problem)
    return _joined(parts, problems)


def _joined(parts: Iterable[_Part], problems: list[ScanError]) -> Scanned:
    sets: dict[tuple[str, int], dict[int, bytes]] = defaultdict(dict)
    for part in parts:
        sets[part.set_id, part.count][part.number] = part.data
    documents: list[bytes] = []
    left: list[ScanError] = []
    for (set_id, count), found in sets.items():
        missing = [number for number in range(1, count + 1) if number not in found]
        if missing:
            left.append(MissingPartsError(set=set_id, parts=_listed(missing), count=count))
            continue
        document = _unpacked(b"".join(found[number] for number in range(1, count + 1)))
        if document is None or _set_id(document) != set_id:
            left.append(BadPartError(parts=_listed(sorted(found)), reason="they do not belong together"))
        else:
            documents.append(document)
    # A part that was wrong and is here once more in the right form is no problem any more.
    is_whole = bool(documents) and not left
    return Scanned(documents=tuple(documents), problems=() if is_whole else (*problems, *left))


def _written(set_id: str, number: int, count: int, data: bytes) -> str:
    head = f"{set_id}:{number}/{count}:{_encoded(data)}"
    return f"POCUS:{VERSION}:{head}:{_check(head)}"


def _read(text: str, place: int) -> _Part:
    """One part, from its start to that of the next one.

    Args:
        text: In capitals.
        place: Of the part in the whole text, to name one whose number cannot be read.

    Raises:
        BadPartError, NewerScanError: It is none.
    """
    fields = [_BLANK.sub("", field) for field in text.split(":")]
    if len(fields) > 1 and fields[1].isdecimal() and fields[1].isascii() and fields[1] != str(VERSION):
        raise NewerScanError(found=fields[1][:10], known=VERSION)
    counted = _COUNT.fullmatch(fields[3].translate(_READ_AS)) if len(fields) > 3 else None
    if counted is None or len(fields) < 6 or fields[1] != str(VERSION):
        raise BadPartError(parts=f"#{place}", reason="its frame is not whole")
    number, count = int(counted[1]), int(counted[2])
    set_id, data = (field.translate(_READ_AS) for field in (fields[2], fields[4]))
    check = fields[5].translate(_READ_AS)[:_CHECK_CHARACTERS]
    head = f"{set_id}:{number}/{count}:{data}"
    decoded = _decoded(data)
    if decoded is None or check != _check(head):
        raise BadPartError(parts=str(number), reason="a character is wrong, missing or too many")
    if not 1 <= number <= count <= MAXIMUM_PARTS or len(set_id) != _SET_CHARACTERS:
        raise BadPartError(parts=str(number), reason="its number cannot be")
    return _Part(set_id=set_id, number=number, count=count, data=decoded)


def _packed(document: bytes) -> bytes:
    """An envelope without its base64, which does not compress; any other document as it is."""
    try:
        envelope = dsse.Envelope.parse(document)
    except dsse.BadEnvelopeError:
        return _PLAIN + document
    fields = [envelope.payload_type.encode("utf-8")]
    for signature in envelope.signatures:
        fields += [signature.key_id.encode("utf-8"), signature.value]
    packed = b"".join(len(field).to_bytes(2, "big") + field for field in fields if len(field) < 2**16)
    whole = _ENVELOPE + len(envelope.signatures).to_bytes(1, "big") + packed + envelope.payload
    return whole if _restored(whole[1:]) == document else _PLAIN + document


def _restored(packed: bytes) -> bytes | None:
    at, fields = 1, []
    for _ in range(1 + 2 * packed[0] if packed else 0):
        size = int.from_bytes(packed[at : at + 2], "big")
        fields.append(packed[at + 2 : at + 2 + size])
        at += 2 + size
    if not fields or at > len(packed):
        return None
    try:
        kind, *pairs = fields
        signatures = tuple(
            dsse.Signature(key_id=pairs[each].decode("utf-8"), value=pairs[each + 1])
            for each in range(0, len(pairs), 2)
        )
        envelope = dsse.Envelope(payload_type=kind.decode("utf-8"), payload=packed[at:], signatures=signatures)
    except (UnicodeDecodeError, dsse.BadEnvelopeError):
        return None
    return envelope.to_bytes()


def _unpacked(data: bytes) -> bytes | None:
    """What was packed; None where it was not, or is larger than anyone scans."""
    expander = zlib.decompressobj(zdict=_COMMON)
    try:
        packed = expander.decompress(data, MAXIMUM_BYTES + 1)
    except zlib.error:
        return None
    if not expander.eof or expander.unused_data or not packed:
        return None
    if packed[:1] == _ENVELOPE:
        return _restored(packed[1:])
    return packed[1:] if packed[:1] == _PLAIN else None


def _set_id(document: bytes) -> str:
    return _encoded(hashlib.sha256(document).digest())[:_SET_CHARACTERS]


def _check(head: str) -> str:
    return _encoded(hashlib.sha256(f"{VERSION}:{head}".encode()).digest())[:_CHECK_CHARACTERS]


def _encoded(data: bytes) -> str:
    """Crockford's base 32, the last character filled with zero bits."""
    bits = int.from_bytes(data, "big") << (-8 * len(data) % 5)
    length = (8 * len(data) + 4) // 5
    return "".join(_ALPHABET[bits >> 5 * at & 31] for at in range(length - 1, -1, -1))


def _decoded(text: str) -> bytes | None:
    """The bytes; None where a character is none of the alphabet, or the text has no such length or end."""
    if not text or any(character not in _VALUES for character in text):
        return None
    bits = 0
    for character in text:
        bits = bits << 5 | _VALUES[character]
    size, over = divmod(5 * len(text), 8)
    if over >= 5 or bits & ((1 << over) - 1):
        return None
    return (bits >> over).to_bytes(size, "big")


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
