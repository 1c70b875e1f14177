"""Write a bundle: the same source always gives the same bytes (formats/bundle 2 to 6).

Each source member is read twice in a stream, once for the digest that its key comes from and once to be encrypted, so
memory stays the same however large it is. A member that changes between the two is refused: one key and salt must
never serve two plaintexts.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.bundle import zip_records as records
from pocus_desktop.bundle.container import MAXIMUM_MEMBERS
from pocus_desktop.bundle.errors import BadSourceError, SourceChangedError, SourceUnreadableError
from pocus_desktop.bundle.index import encode_index
from pocus_desktop.bundle.line_keys import LineKeys, member_context
from pocus_desktop.bundle.manifest import (
    APP_VERSION,
    CONTENT_FOLDER,
    LANGUAGE,
    LARGEST_INTEGER,
    MEDIA_TYPE,
    PAYLOAD_TYPE,
    Manifest,
    Member,
    Mode,
)
from pocus_desktop.bundle.names import collation, require_name
from pocus_desktop.bundle.stored_file import DIGEST_BYTES, SEGMENT_BYTES, segment_count
from pocus_desktop.bundle.whole_file import reason_of, whole_file
from pocus_desktop.bundle.zip_records import Entry
from pocus_desktop.crypto.chunked import Encryptor, stored_size
from pocus_desktop.crypto.dsse import Envelope, Signature, sign
from pocus_desktop.crypto.keys import SIGNATURE_BYTES, SigningKey
from pocus_desktop.crypto.wrap import wrap
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.ids import NAME

OPAQUE_MEDIA_TYPE: Final = "application/octet-stream"
MAXIMUM_SOURCES: Final = MAXIMUM_MEMBERS - 4
"""`mimetype`, manifest, segment table and index take the others."""
_READ_BYTES: Final = 1024 * 1024
_NO_DIGEST: Final = "0" * 64
_NO_CRC32: Final = "0" * 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMember:
    """One file to carry.

    Attributes:
        name: Its real name, such as `media/encounter.en.mp4`.
        media_type: What it is.
        data: Its bytes, or the file that holds them (of any size).
    """

    name: str
    media_type: str
    data: bytes | Path = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSource:
    """What a bundle is made from; the fields are those of `Manifest`.

    Attributes:
        members: In any order; the bundle has its own.
    """

    bundle_id: str
    version: int
    title: Mapping[str, str]
    content_area: str
    languages: tuple[str, ...]
    mode: Mode
    minimum_app: str
    members: tuple[SourceMember, ...]
    not_before_ms: int | None = None
    not_after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A bundle that was written.

    Attributes:
        path: Where it is.
        digest: SHA-256 of the manifest's payload; names the bundle's content, whoever has signed it.
        manifest: As it was signed.
        content_key: The 32 bytes that an admission to a sealed bundle must carry.
    """

    path: Path
    digest: str
    manifest: Manifest
    content_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A member whose plaintext was measured."""

    source: SourceMember
    path: str
    media_type: str
    plain_bytes: int
    plain_sha256: str

    @property
    def stored_bytes(self) -> int:
        return stored_size(self.plain_bytes)


def write_bundle(
    source: BundleSource, *, line_secret: bytes, signers: Iterable[SigningKey], destination: Path
) -> Written:
    """Write, encrypt and sign a bundle.

    Args:
        source: What to carry.
        line_secret: The publisher's 32-byte secret for this line of bundles; the same for all its versions.
        signers: Who signs now; more may sign later (`bundle.signing`).
        destination: Where the file shall be; replaced only by a whole bundle.

    Raises:
        BadSourceError: The source does not fit the format; a name may also raise the errors of `bundle.names`.
        SourceUnreadableError: A source file cannot be read.
        SourceChangedError: A source file changed meanwhile.
        CannotWriteError: The operating system does not take the file.
    """
    _require_source(source)
    signing_keys = tuple(signers)
    if not signing_keys:
        raise BadSourceError(field="signers", reason="is empty")
    keys = LineKeys(secret=line_secret, bundle_id=source.bundle_id)
    content_key = keys.content_key(version=source.version, mode=source.mode)
    planned, index = _plan(source, keys)
    blank = _manifest(source, index, content_key, _NO_CRC32, [_blank(each) for each in planned])
    room = len(_unsigned(blank, signing_keys).to_bytes())
    sizes = [(each.path, each.stored_bytes) for each in planned]
    entries = lay_out([(records.MANIFEST_NAME, room), (records.SEGMENTS_NAME, blank.segment_table_bytes), *sizes])
    with whole_file(destination) as file:
        members, table = _write_members(file, planned, entries[3:], keys, content_key)
        manifest = _manifest(source, index, content_key, f"{zlib.crc32(table):08x}", members)
        payload = canonical.encode(manifest.as_json())
        envelope = sign(PAYLOAD_TYPE, payload, signing_keys).to_bytes()
        _require_room(envelope, room)
        write_container(file, entries, envelope=envelope, table=table, manifest=manifest)
    return Written(path=destination, digest=canonical.digest(payload), manifest=manifest, content_key=content_key)


def lay_out(sizes: Iterable[tuple[str, int]]) -> tuple[Entry, ...]:
    """Where each member lies, `mimetype` first, one after the other; checksums are still missing (2.6)."""
    entries = [records.MIME_ENTRY]
    for name, size in sizes:
        entries.append(Entry(name=name, size=size, crc32=0, offset=entries[-1].end))
    return tuple(entries)


def write_container(
    file: BinaryIO, entries: tuple[Entry, ...], *, envelope: bytes, table: bytes, manifest: Manifest
) -> None:
    """Write all of a bundle but its members' stored bytes.

    Args:
        file: Seekable; the stored bytes stand in it, or will.
        entries: From `lay_out`.
        envelope: The member `manifest.dsse.json`.
        table: The member `segments.sha256`.
        manifest: Tells the members' checksums.
    """
    checksums = [zlib.crc32(envelope), zlib.crc32(table), *(int(member.crc32, 16) for member in manifest.members)]
    whole = [entries[0], *(entry._replace(crc32=crc) for entry, crc in zip(entries[1:], checksums, strict=True))]
    for entry, data in zip(whole, (records.MIME_TYPE, envelope, table), strict=False):
        file.seek(entry.offset)
        file.write(records.local_header(entry) + data)
    for entry in whole[3:]:
        file.seek(entry.offset)
        file.write(records.local_header(entry))
    file.seek(whole[-1].end)
    directory = b"".join(map(records.central_header, whole))
    file.write(directory)
    file.write(records.ending(members=len(whole), directory_offset=whole[-1].end, directory_size=len(directory)))


def _require_source(source: BundleSource) -> None:
    told: tuple[tuple[str, bool, str], ...] = (
        ("bundle_id", NAME.fullmatch(source.bundle_id) is not None, "is not lower-case words joined by hyphens"),
        ("content_area", NAME.fullmatch(source.content_area) is not None, "is not lower-case words joined by hyphens"),
        ("version", 1 <= source.version <= LARGEST_INTEGER, "is not a whole number of 1 or more"),
        ("title", bool(source.title) and all(map(str.strip, source.title.values())), "is missing in a language"),
        ("title", all(map(LANGUAGE.fullmatch, source.title)), "names something that is no language"),
        ("languages", bool(source.languages), "is empty"),
        ("languages", all(map(LANGUAGE.fullmatch, source.languages)), "names something that is no language"),
        ("mode", source.mode in ("open", "sealed"), "is neither open nor sealed"),
        ("minimum_app", APP_VERSION.fullmatch(source.minimum_app) is not None, "is not a version such as 0.1.0"),
        ("members", bool(source.members), "is empty"),
        ("members", len(source.members) <= MAXIMUM_SOURCES, f"has more than {MAXIMUM_SOURCES}"),
    )
    for name, is_right, reason in told:
        if not is_right:
            raise BadSourceError(field=name, reason=reason)
    first, last = source.not_before_ms, source.not_after_ms
    if any(time is not None and not 0 <= time <= LARGEST_INTEGER for time in (first, last)):
        raise BadSourceError(field="not_before_ms or not_after_ms", reason="is not a time")
    if first is not None and last is not None and last <= first:
        raise BadSourceError(field="not_after_ms", reason="is not after not_before_ms")
    taken: set[str] = set()
    for member in source.members:
        require_name(CONTENT_FOLDER + member.name, file=source.bundle_id)
        if not MEDIA_TYPE.fullmatch(member.media_type):
            raise BadSourceError(field="media_type", reason=f"of {member.name} has the wrong form")
        if collation(member.name) in taken:
            raise BadSourceError(field="members", reason=f"names {member.name} twice")
        taken.add(collation(member.name))


def _plan(source: BundleSource, keys: LineKeys) -> tuple[list[_Planned], str | None]:
    """The members in the bundle's order, and the path of the index."""
    if source.mode == "open":
        members = [(CONTENT_FOLDER + member.name, member.media_type, member) for member in source.members]
        index = None
    else:
        members = [(keys.opaque_path(member.name), OPAQUE_MEDIA_TYPE, member) for member in source.members]
        listed = {member.name: (path, member.media_type) for path, _, member in members}
        index = keys.index_path()
        data = encode_index(listed)
        members.append((index, OPAQUE_MEDIA_TYPE, SourceMember(name="index", media_type=OPAQUE_MEDIA_TYPE, data=data)))
    planned = []
    for path, media_type, member in sorted(members, key=lambda each: each[0]):
        size, digest = _measure(member)
        planned.append(_Planned(source=member, path=path, media_type=media_type, plain_bytes=size, plain_sha256=digest))
    return planned, index


def _measure(member: SourceMember) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for block in _blocks(member):
        size += len(block)
        digest.update(block)
    return size, digest.hexdigest()


def _blocks(member: SourceMember) -> Iterator[bytes]:
    with _opened(member) as file:
        while block := file.read(_READ_BYTES):
            yield block


@contextmanager
def _opened(member: SourceMember) -> Iterator[BinaryIO]:
    if isinstance(member.data, bytes):
        yield BytesIO(member.data)
        return
    try:
        with member.data.open("rb") as file:
            yield file
    except OSError as problem:
        raise SourceUnreadableError(member=member.name, reason=reason_of(problem)) from problem


def _blank(planned: _Planned) -> Member:
    """A member as long in JSON as the one that will be signed, so that the manifest's room is known beforehand."""
    return _member(planned, sha256=_NO_DIGEST, crc32=_NO_CRC32, segments=_NO_DIGEST, wrapped_key=bytes(40))


def _member(planned: _Planned, *, sha256: str, crc32: str, segments: str, wrapped_key: bytes) -> Member:
    return Member(
        path=planned.path,
        media_type=planned.media_type,
        plain_bytes=planned.plain_bytes,
        stored_bytes=planned.stored_bytes,
        sha256=sha256,
        crc32=crc32,
        segments_sha256=segments,
        wrapped_key=wrapped_key.hex(),
    )


def _manifest(
    source: BundleSource, index: str | None, content_key: bytes, table_crc32: str, members: list[Member]
) -> Manifest:
    return Manifest(
        bundle_id=source.bundle_id,
        version=source.version,
        title=source.title,
        content_area=source.content_area,
        languages=source.languages,
        mode=source.mode,
        not_before_ms=source.not_before_ms,
        not_after_ms=source.not_after_ms,
        minimum_app=source.minimum_app,
        content_key=content_key if source.mode == "open" else None,
        index=index,
        segment_table_crc32=table_crc32,
        members=tuple(members),
    )


def _unsigned(manifest: Manifest, signers: tuple[SigningKey, ...]) -> Envelope:
    """The envelope with zeros for signatures; only its length is of use."""
    signatures = tuple(Signature(key_id=key.key_id, value=bytes(SIGNATURE_BYTES)) for key in signers)
    return Envelope(payload_type=PAYLOAD_TYPE, payload=canonical.encode(manifest.as_json()), signatures=signatures)


def _write_members(
    file: BinaryIO, planned: list[_Planned], entries: tuple[Entry, ...], keys: LineKeys, content_key: bytes
) -> tuple[list[Member], bytes]:
    """Encrypt each member to its place; returns the members and the table of segment digests."""
    members: list[Member] = []
    table = bytearray()
    for each, entry in zip(planned, entries, strict=True):
        key = keys.member_key(path=each.path, plain_sha256=each.plain_sha256)
        salt = keys.member_salt(path=each.path, plain_sha256=each.plain_sha256)
        encryptor = Encryptor(key, member_context(keys.bundle_id, each.path), salt)
        stored, plain = _Digests(), hashlib.sha256()
        file.seek(entry.data_offset)
        for block in _blocks(each.source):
            plain.update(block)
            if stored.size + len(block) > each.stored_bytes:
                raise SourceChangedError(member=each.source.name)
            stored.take(file, encryptor.update(block))
        stored.take(file, encryptor.finalize())
        if plain.hexdigest() != each.plain_sha256:
            raise SourceChangedError(member=each.source.name)
        digests = stored.segments()
        members.append(
            _member(
                each,
                sha256=stored.whole.hexdigest(),
                crc32=f"{stored.crc32:08x}",
                segments=canonical.digest(digests),
                wrapped_key=wrap(content_key, key),
            )
        )
        table += digests
    return members, bytes(table)


class _Digests:
    """Writes stored bytes and keeps their checksum, their digest and their segments' digests."""

    def __init__(self) -> None:
        self.size = 0
        self.crc32 = 0
        self.whole = hashlib.sha256()
        self._table = bytearray()
        self._segment = hashlib.sha256()

    def take(self, file: BinaryIO, data: bytes) -> None:
        file.write(data)
        self.crc32 = zlib.crc32(data, self.crc32)
        self.whole.update(data)
        view = memoryview(data)
        while view:
            part = view[: SEGMENT_BYTES - self.size % SEGMENT_BYTES]
            self._segment.update(part)
            self.size += len(part)
            view = view[len(part) :]
            if self.size % SEGMENT_BYTES == 0:
                self._close_segment()

    def segments(self) -> bytes:
        if len(self._table) < DIGEST_BYTES * segment_count(self.size):
            self._close_segment()
        return bytes(self._table)

    def _close_segment(self) -> None:
        self._table += self._segment.digest()
        self._segment = hashlib.sha256()


def _require_room(envelope: bytes, room: int) -> None:
    """Every field that is filled in late has one length, so this is a fault of the program if it ever fails."""
    if len(envelope) != room:
        raise PocusError(reason="the manifest took another length than was foreseen")
