"""Verify a bundle, and hand out the only type that shows content.

`open_bundle` goes through these in order and reads no content, so that its cost does not grow with the bundle:

1. The container is well formed (formats/bundle 2).
2. The manifest's envelope is signed by a trusted key; until then none of it is read (4.1).
3. The manifest is what its format says (3).
4. As many keys trusted for its content area as the policy asks have signed, and it was not withdrawn (4.2 to 4.6).
5. Its version is not lower than the highest seen (5.1).
6. Now is inside its validity (5.2).
7. This program is new enough for it (5.3).
8. The members in the container are exactly those of the manifest: names, order, sizes, checksums (5.4).

After that every read verifies what it reads (7), and `VerifiedBundle.verify_everything` reads all of it (8).
"""

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, NoReturn, Self

from pocus_desktop.bundle import errors
from pocus_desktop.bundle import zip_records as records
from pocus_desktop.bundle.container import read_container
from pocus_desktop.bundle.container_errors import ChecksumError, HeaderDisagreesError
from pocus_desktop.bundle.content import BundleContent, open_content
from pocus_desktop.bundle.manifest import Manifest, Member
from pocus_desktop.bundle.names import shown
from pocus_desktop.bundle.stored_file import DIGEST_BYTES, SEGMENT_BYTES, StoredFile, VerifiedSource, segment_count
from pocus_desktop.bundle.trust.policy import TrustPolicy, require_release, signers_of
from pocus_desktop.bundle.zip_records import Entry
from pocus_desktop.crypto.dsse import Envelope
from pocus_desktop.crypto.keys import PublicKey

__all__ = ["Progress", "TrustPolicy", "VerifiedBundle", "open_bundle"]

MAXIMUM_MANIFEST_BYTES: Final = 32 * 1024 * 1024
_LEADING_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")
_MADE_HERE: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a long task is, in bytes."""

    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What the checks of `open_bundle` leave behind."""

    path: Path
    manifest: Manifest
    digest: str
    envelope: Envelope
    envelope_bytes: bytes
    signers: tuple[PublicKey, ...]
    entries: tuple[Entry, ...]


class _Place(NamedTuple):
    """A member, its ZIP entry, and where its segments' digests begin in the file."""

    member: Member
    entry: Entry
    table_offset: int


def open_bundle(
    path: Path, policy: TrustPolicy, *, now_ms: int, app_version: str, seen_version: int | None = None
) -> "VerifiedBundle":
    """Verify a bundle without reading its content; the module's docstring lists the checks.

    Args:
        path: The file.
        policy: Whom to trust.
        now_ms: The present, in milliseconds since the Unix epoch; never earlier than the latest time seen.
        app_version: Of this program, such as `0.1.0`.
        seen_version: The highest version of this bundle that this station has seen, if it has seen one.

    Raises:
        PocusError: `bundle.*` or `crypto.*`, by cause.
    """
    return _open(path, lambda file: _check(file, path, policy, now_ms, app_version, seen_version))


def open_known_bundle(path: Path, *, digest: str) -> "VerifiedBundle":
    """Open a bundle that was verified here before, by the digest of its manifest's payload (formats/bundle 5.7).

    For a sitting that was begun with it: it goes on whatever was revoked, withdrawn or over since. In place of the
    checks 2 and 4 to 7 of `open_bundle` stands the digest.

    Raises:
        ContentDamagedError: It is another bundle.
        PocusError: `bundle.*` or `crypto.*`, by cause.
    """

    def check(file: StoredFile) -> _Checked:
        entries = read_container(file)
        data = _read_envelope(file, entries)
        envelope = Envelope.parse(data)
        if hashlib.sha256(envelope.payload).hexdigest() != digest:
            raise errors.ContentDamagedError(file=file.name, member=records.MANIFEST_NAME)
        manifest = Manifest.parse(envelope.payload, file=file.name)
        _require_members(entries, manifest, file.name)
        return _checked(path, entries, data, envelope, manifest, ())

    return _open(path, check)


def require_usable(manifest: Manifest, *, now_ms: int, app_version: str, seen_version: int | None = None) -> None:
    """The checks 5 to 7 of `open_bundle`, which take the manifest alone; the arguments are the same.

    Raises:
        RolledBackError: A higher version was seen.
        NotYetValidError, ExpiredError: Now is outside its validity.
        AppTooOldError: It needs a newer program.
    """
    told = manifest.bundle_id
    if seen_version is not None and manifest.version < seen_version:
        raise errors.RolledBackError(bundle=told, offered=manifest.version, seen=seen_version)
    if manifest.not_before_ms is not None and now_ms < manifest.not_before_ms:
        raise errors.NotYetValidError(bundle=told, from_utc=_utc(manifest.not_before_ms))
    if manifest.not_after_ms is not None and now_ms > manifest.not_after_ms:
        raise errors.ExpiredError(bundle=told, until_utc=_utc(manifest.not_after_ms))
    if _numbers(app_version) < _numbers(manifest.minimum_app):
        raise errors.AppTooOldError(bundle=told, needed=manifest.minimum_app, have=app_version)


def _open(path: Path, check: Callable[[StoredFile], _Checked]) -> "VerifiedBundle":
    file = StoredFile(path)
    try:
        return VerifiedBundle(_MADE_HERE, file, check(file))
    except BaseException:
        file.close()
        raise


def _check(
    file: StoredFile, path: Path, policy: TrustPolicy, now_ms: int, app_version: str, seen_version: int | None
) -> _Checked:
    entries = read_container(file)  # 1
    data = _read_envelope(file, entries)
    envelope = Envelope.parse(data)
    signers = signers_of(envelope, policy, file=file.name)  # 2
    manifest = Manifest.parse(envelope.payload, file=file.name)  # 3
    require_release(signers, manifest, policy, file=file.name)  # 4
    require_usable(manifest, now_ms=now_ms, app_version=app_version, seen_version=seen_version)  # 5 to 7
    _require_members(entries, manifest, file.name)  # 8
    return _checked(path, entries, data, envelope, manifest, signers)


def _checked(
    path: Path,
    entries: tuple[Entry, ...],
    data: bytes,
    envelope: Envelope,
    manifest: Manifest,
    signers: tuple[PublicKey, ...],
) -> _Checked:
    return _Checked(
        path=path,
        manifest=manifest,
        digest=hashlib.sha256(envelope.payload).hexdigest(),
        envelope=envelope,
        envelope_bytes=data,
        signers=signers,
        entries=entries,
    )


def payload_digest(file: StoredFile) -> str:
    """SHA-256 of the manifest's payload in a well-formed container, without judging who signed it.

    For comparing a file with one that was verified before; nothing of the payload is handed out.

    Raises:
        PocusError: `bundle.*` or `crypto.*`: the container or the envelope is malformed.
    """
    envelope = Envelope.parse(_read_envelope(file, read_container(file)))
    return hashlib.sha256(envelope.payload).hexdigest()


class VerifiedBundle:
    """A bundle that passed every check of `open_bundle`; that it exists is the proof.

    It cannot be made, subclassed, copied or pickled elsewhere. Close it, or use it as a context manager.
    """

    __slots__ = ("_checked", "_file", "_places", "_tables")

    def __init__(self, proof: object, file: StoredFile, checked: _Checked) -> None:
        if proof is not _MADE_HERE:
            raise TypeError("only pocus_desktop.bundle.verifier.open_bundle makes a VerifiedBundle")
        self._file = file
        self._checked = checked
        self._places: dict[str, _Place] = {}
        self._tables: dict[str, bytes] = {}

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("VerifiedBundle has no subclasses")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a VerifiedBundle cannot be copied or pickled")

    @property
    def path(self) -> Path:
        """Where the file was opened."""
        return self._checked.path

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of itself, as signed."""
        return self._checked.manifest

    @property
    def digest_of_manifest(self) -> str:
        """SHA-256 of the manifest's payload; the same whoever has signed."""
        return self._checked.digest

    @property
    def signers(self) -> tuple[PublicKey, ...]:
        """The trusted keys that signed."""
        return self._checked.signers

    @property
    def envelope(self) -> Envelope:
        """The manifest's envelope with all its signatures, those of unknown keys too."""
        return self._checked.envelope

    @property
    def envelope_bytes(self) -> bytes:
        """The manifest's envelope as it stands in the file."""
        return self._checked.envelope_bytes

    @property
    def size_bytes(self) -> int:
        """How long the file is."""
        return self._file.size

    def segment_digests(self, path: str) -> bytes:
        """The verified SHA-256 digests of a member's 1 MiB segments, 32 bytes each; read once, then kept (7.2).

        Raises:
            NoSuchMemberError: The manifest does not name the member.
            SegmentTableDamagedError: The table in the file is not the one that was signed.
            UnreadableError, ClosedError: The file gives no bytes.
        """
        if path not in self._tables:
            self._tables[path] = self._read_table(path)
        return self._tables[path]

    def stored_range(self, path: str) -> tuple[int, int]:
        """Where a member's stored bytes lie in the file: offset and size, in bytes.

        Raises:
            NoSuchMemberError: The manifest does not name the member.
        """
        place = self._place(path)
        return place.entry.data_offset, place.entry.size

    def stored(self, path: str) -> VerifiedSource:
        """A member's ciphertext, verified by segment as it is read; for carrying it elsewhere.

        Raises:
            NoSuchMemberError, SegmentTableDamagedError, UnreadableError, ClosedError: As `segment_digests`.
        """
        return self._source(self._place(path).member)

    def unlock(self, content_key: bytes | None = None) -> BundleContent:
        """The content, readable.

        Args:
            content_key: The 32 bytes from an admission; not needed for an open bundle.

        Raises:
            ContentLockedError: The bundle is sealed and no key is given.
            WrongContentKeyError: The key is another version's or bundle's.
            PocusError: `bundle.*` or `crypto.*`, where the encrypted index cannot be read.
        """
        return open_content(self.manifest, self._source, content_key)

    def verify_everything(
        self, progress: Callable[[Progress], None] | None = None, cancel: Callable[[], bool] | None = None
    ) -> None:
        """Read the whole file once and check every byte of it (8).

        Args:
            progress: Called after each segment, on this thread.
            cancel: Asked before each segment; true stops.

        Raises:
            CancelledError: `cancel` said so.
            PocusError: `bundle.*`: the file is no longer the one that was opened, or never was what was signed.
        """
        checked = self._checked
        entries = read_container(self._file)
        if entries != checked.entries or self._file.size != self._file.current_size():
            raise errors.ContentDamagedError(file=self._file.name, member="the directory")
        if _read_envelope(self._file, entries) != checked.envelope_bytes:
            raise errors.ContentDamagedError(file=self._file.name, member=records.MANIFEST_NAME)
        total = sum(member.stored_bytes for member in self.manifest.members)
        done = 0
        buffer = memoryview(bytearray(SEGMENT_BYTES))
        for member in self.manifest.members:
            digests = self._read_table(member.path)
            offset, size = self.stored_range(member.path)
            for index in range(segment_count(size)):
                if cancel is not None and cancel():
                    raise errors.CancelledError(file=self._file.name)
                wanted = min(SEGMENT_BYTES, size - index * SEGMENT_BYTES)
                got = self._file.read_into(offset + index * SEGMENT_BYTES, buffer[:wanted])
                found = hashlib.sha256(buffer[:got]).digest()
                if found != digests[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES]:
                    raise errors.ContentDamagedError(file=self._file.name, member=member.path)
                done += wanted
                if progress is not None:
                    progress(Progress(done_bytes=done, total_bytes=total))

    def close(self) -> None:
        """Close the file; content that is still open then raises `ClosedError`."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _place(self, path: str) -> "_Place":
        if not self._places:  # made at the first read, as opening needs none of it
            table_offset = self._checked.entries[2].data_offset
            for member, entry in zip(self.manifest.members, self._checked.entries[3:], strict=True):
                self._places[member.path] = _Place(member, entry, table_offset)
                table_offset += DIGEST_BYTES * segment_count(member.stored_bytes)
        if path not in self._places:
            raise errors.NoSuchMemberError(bundle=self.manifest.bundle_id, name=shown(path))
        return self._places[path]

    def _read_table(self, path: str) -> bytes:
        member, _, table_offset = self._place(path)
        found = self._file.read_at(table_offset, DIGEST_BYTES * segment_count(member.stored_bytes))
        if hashlib.sha256(found).hexdigest() != member.segments_sha256:
            raise errors.SegmentTableDamagedError(file=self._file.name, member=path)
        return found

    def _source(self, member: Member) -> VerifiedSource:
        offset, size = self.stored_range(member.path)
        digests = self.segment_digests(member.path)
        return VerifiedSource(self._file, member=member.path, offset=offset, size=size, digests=digests)


def _read_envelope(file: StoredFile, entries: tuple[Entry, ...]) -> bytes:
    """The bytes of `manifest.dsse.json`, whole as far as its checksum tells."""
    names = [entry.name for entry in entries[1:3]]
    if names[:1] != [records.MANIFEST_NAME]:
        is_elsewhere = any(entry.name == records.MANIFEST_NAME for entry in entries)
        kind = errors.MemberOrderError if is_elsewhere else errors.ManifestMissingError
        raise kind(file=file.name, member=records.MANIFEST_NAME)
    entry = entries[1]
    if entry.size > MAXIMUM_MANIFEST_BYTES:
        raise errors.ManifestTooLargeError(file=file.name, limit_bytes=MAXIMUM_MANIFEST_BYTES)
    data = file.read_exactly(entry.data_offset, entry.size)
    if zlib.crc32(data) != entry.crc32:
        raise ChecksumError(file=file.name, member=records.MANIFEST_NAME)
    return data


def _require_members(entries: tuple[Entry, ...], manifest: Manifest, file: str) -> None:
    """The container's members after the manifest are exactly those that are signed (5.4)."""
    table = (records.SEGMENTS_NAME, manifest.segment_table_bytes, int(manifest.segment_table_crc32, 16))
    signed = [table, *((each.path, each.stored_bytes, int(each.crc32, 16)) for each in manifest.members)]
    if [entry[:3] for entry in entries[2:]] == signed:
        return
    named = {name for name, _, _ in signed}
    present = {entry.name for entry in entries[2:]}
    for entry in entries[2:]:
        if entry.name not in named:
            raise errors.MemberNotInManifestError(file=file, member=shown(entry.name))
    for name, _, _ in signed:
        if name not in present:
            raise errors.MemberMissingError(file=file, member=name)
    for entry, (name, size, _) in zip(entries[2:], signed, strict=True):
        if entry.name != name:
            raise errors.MemberOrderError(file=file, member=shown(entry.name))
        if entry.size != size:
            raise errors.MemberSizeError(file=file, member=name)
    raise HeaderDisagreesError(file=file, member="a checksum")


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, without trailing zeros, so that 1.2 and 1.2.0 are the same."""
    found = _LEADING_NUMBERS.match(version)
    numbers = [int(part) for part in found.group().split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _utc(time_ms: int) -> str:
    try:
        return datetime.fromtimestamp(time_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return f"{time_ms} ms"
