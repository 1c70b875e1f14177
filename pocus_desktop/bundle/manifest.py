"""A bundle's manifest: who, what, when, and every member with its digests and wrapped key (formats/bundle 3).

Fields that this program does not know are kept. One document is signed once: its bytes are what counts, and nothing
here writes a manifest anew from one that was read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, NoReturn, TypeAlias

from pocus_desktop.bundle.errors import ManifestInvalidError, require_known_format
from pocus_desktop.bundle.names import require_name
from pocus_desktop.bundle.stored_file import DIGEST_BYTES, segment_count
from pocus_desktop.crypto.chunked import KEY_BYTES, stored_size
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.ids import NAME

FORMAT: Final = 1
PAYLOAD_TYPE: Final = "application/vnd.pocus.manifest.v1+json"
CONTENT_FOLDER: Final = "content/"
LARGEST_INTEGER: Final = 2**53 - 1

Mode: TypeAlias = Literal["open", "sealed"]

_HEX: Final = re.compile(r"[0-9a-f]*")
_HEX_LENGTHS: Final = (64, 8, 64, 2 * (KEY_BYTES + 8))
_NOTHING: Final[Mapping[str, Json]] = MappingProxyType({})
_CRC32: Final = re.compile(r"[0-9a-f]{8}")
_KEY: Final = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(?:; ?[a-z0-9-]+=[A-Za-z0-9.,_-]+)*")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
APP_VERSION: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")
_HALF_A_CHARACTER: Final = re.compile("[\ud800-\udfff]")
_OPAQUE_PATH: Final = re.compile(r"content/[0-9a-f]{32}")
_MEMBER_FIELDS: Final = frozenset(
    {"path", "media_type", "plain_bytes", "stored_bytes", "sha256", "crc32", "segments_sha256", "wrapped_key"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member as the manifest describes it.

    Attributes:
        path: Its name in the container; begins with `content/`.
        media_type: What it is; `application/octet-stream` in a sealed bundle, whose index knows better.
        plain_bytes: How long it is once decrypted.
        stored_bytes: How long its ciphertext is.
        sha256: Of the stored bytes.
        crc32: Of the stored bytes, eight hexadecimal digits; ties the ZIP records to the signature.
        segments_sha256: SHA-256 over the SHA-256 digests of its 1 MiB segments, in order.
        wrapped_key: Its key under the version's content key (AES Key Wrap), 80 hexadecimal digits.
        unknown: Fields of a later minor revision.
    """

    path: str
    media_type: str
    plain_bytes: int
    stored_bytes: int
    sha256: str
    crc32: str
    segments_sha256: str
    wrapped_key: str
    unknown: Mapping[str, Json] = field(default_factory=lambda: _NOTHING)

    def as_json(self) -> dict[str, Json]:
        """The member as it stands in the manifest."""
        return {
            **self.unknown,
            "path": self.path,
            "media_type": self.media_type,
            "plain_bytes": self.plain_bytes,
            "stored_bytes": self.stored_bytes,
            "sha256": self.sha256,
            "crc32": self.crc32,
            "segments_sha256": self.segments_sha256,
            "wrapped_key": self.wrapped_key,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        bundle_id: Names the line of bundles; lower-case words joined by hyphens.
        version: Which of the line; counts up from 1.
        title: By language.
        content_area: What is assessed; the trust policy may ask for this area's own keys.
        languages: What the content speaks.
        mode: `open` carries its content key, for tutorials and practice; `sealed` needs an admission.
        not_before_ms: First millisecond (Unix, UTC) at which it may be opened, if it has one.
        not_after_ms: Last one.
        minimum_app: The lowest version of this program that can deliver it, such as `0.3.1`.
        content_key: 32 bytes in an open bundle, else None.
        index: Path of the encrypted index of a sealed bundle, else None.
        segment_table_crc32: Of the member `segments.sha256`, eight hexadecimal digits.
        members: In ascending order of path.
        unknown: Fields of a later minor revision.
    """

    bundle_id: str
    version: int
    title: Mapping[str, str]
    content_area: str
    languages: tuple[str, ...]
    mode: Mode
    not_before_ms: int | None
    not_after_ms: int | None
    minimum_app: str
    content_key: bytes | None = field(repr=False)
    index: str | None
    segment_table_crc32: str
    members: tuple[Member, ...]
    unknown: Mapping[str, Json] = field(default_factory=lambda: _NOTHING)

    @property
    def segment_table_bytes(self) -> int:
        """How long the table of segment digests is: 32 bytes for each segment of each member."""
        return DIGEST_BYTES * sum(segment_count(member.stored_bytes) for member in self.members)

    def as_json(self) -> dict[str, Json]:
        """The manifest as the document that is signed (3.2)."""
        document: dict[str, Json] = {
            **self.unknown,
            "format": FORMAT,
            "bundle_id": self.bundle_id,
            "version": self.version,
            "title": dict(self.title),
            "content_area": self.content_area,
            "languages": list(self.languages),
            "mode": self.mode,
            "not_before_ms": self.not_before_ms,
            "not_after_ms": self.not_after_ms,
            "minimum_app": self.minimum_app,
            "segment_table_crc32": self.segment_table_crc32,
            "members": [member.as_json() for member in self.members],
        }
        if self.content_key is not None:
            document["content_key"] = self.content_key.hex()
        if self.index is not None:
            document["index"] = self.index
        return document

    @classmethod
    def parse(cls, payload: bytes, *, file: str) -> "Manifest":
        """Read the payload of a manifest's envelope.

        Args:
            payload: The signed bytes.
            file: The bundle's file name, for errors.

        Raises:
            FormatTooNewError: It is written in a later format.
            ManifestInvalidError: It is not what formats/bundle 3 says.
        """
        try:
            document = canonical.decode(payload)
        except BadJsonError as problem:
            raise ManifestInvalidError(file=file, reason="it is not JSON") from problem
        reader = _Fields(document, file)
        require_known_format(document, known=FORMAT, file=file)
        reader.integer("format", lowest=1)
        mode = reader.text("mode")
        if mode not in ("open", "sealed"):
            reader.refuse("mode is neither open nor sealed")
        manifest = cls(
            bundle_id=reader.text("bundle_id", NAME),
            version=reader.integer("version", lowest=1),
            title=reader.titles("title"),
            content_area=reader.text("content_area", NAME),
            languages=reader.texts("languages", LANGUAGE),
            mode=mode,
            not_before_ms=reader.optional("not_before_ms", reader.integer),
            not_after_ms=reader.optional("not_after_ms", reader.integer),
            minimum_app=reader.text("minimum_app", APP_VERSION),
            content_key=bytes.fromhex(reader.text("content_key", _KEY)) if mode == "open" else None,
            index=reader.text("index") if mode == "sealed" else None,
            segment_table_crc32=reader.text("segment_table_crc32", _CRC32),
            members=tuple(_member(entry, file) for entry in reader.items("members")),
            unknown=reader.rest(),
        )
        _require_whole(manifest, file)
        return manifest


class _Fields:
    """Takes typed fields out of a JSON object and refuses by field name."""

    def __init__(self, document: Json, file: str, place: str = "") -> None:
        self._file = file
        self._place = place
        if not isinstance(document, dict):
            self.refuse("it is not an object")
        self._left: dict[str, Json] = dict(document)

    def refuse(self, reason: str) -> NoReturn:
        raise ManifestInvalidError(file=self._file, reason=self._place + reason)

    def text(self, name: str, pattern: re.Pattern[str] | None = None) -> Any:
        value = self._take(name)
        if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
            self.refuse(f"{name} has the wrong form")
        return value

    def texts(self, name: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        values = self.items(name)
        if not values or not all(isinstance(value, str) and pattern.fullmatch(value) for value in values):
            self.refuse(f"{name} has the wrong form")
        return tuple(str(value) for value in values)

    def titles(self, name: str) -> Mapping[str, str]:
        value = self._take(name)
        if not isinstance(value, dict) or not value:
            self.refuse(f"{name} is not an object with a language")
        for language, text in value.items():
            if not LANGUAGE.fullmatch(language) or not isinstance(text, str) or not text.strip():
                self.refuse(f"{name} has a language without text")
            if _HALF_A_CHARACTER.search(text):
                self.refuse(f"{name} is not Unicode text")
        return MappingProxyType(value)

    def integer(self, name: str, lowest: int = 0) -> int:
        value = self._take(name)
        if type(value) is not int or not lowest <= value <= LARGEST_INTEGER:
            self.refuse(f"{name} is not a whole number of {lowest} or more")
        return int(value)

    def optional(self, name: str, read: Callable[[str], int]) -> int | None:
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return None
        return read(name)

    def items(self, name: str) -> list[Json]:
        value = self._take(name)
        if not isinstance(value, list):
            self.refuse(f"{name} is not a list")
        return value

    def rest(self) -> Mapping[str, Json]:
        return MappingProxyType(self._left)

    def _take(self, name: str) -> Any:
        if name not in self._left:
            self.refuse(f"{name} is missing")
        return self._left.pop(name)


def _member(entry: Json, file: str) -> Member:
    """Read one member; a bundle may have thousands, so a right one passes few checks."""
    if not isinstance(entry, dict):
        raise ManifestInvalidError(file=file, reason="a member is not an object")
    get: Callable[[str], Any] = entry.get
    path, media_type, plain, stored = get("path"), get("media_type"), get("plain_bytes"), get("stored_bytes")
    hexadecimal = (get("sha256"), get("crc32"), get("segments_sha256"), get("wrapped_key"))
    reason = ""
    if type(path) is not str or not path.startswith(CONTENT_FOLDER):
        reason = "a member's path is missing or outside content/"
    elif type(media_type) is not str or not _is_media_type(media_type):
        reason = "a member's media_type has the wrong form"
    elif not _is_hexadecimal(hexadecimal):
        reason = "a member's digest, checksum or wrapped key has the wrong form"
    elif type(plain) is not int or type(stored) is not int or not 0 <= plain <= LARGEST_INTEGER:
        reason = "a member's sizes are not whole numbers"
    elif stored != stored_size(plain):
        reason = "a member's sizes do not fit each other"
    if reason:
        raise ManifestInvalidError(file=file, reason=reason)
    unknown = _NOTHING
    if len(entry) > len(_MEMBER_FIELDS):
        unknown = MappingProxyType({name: value for name, value in entry.items() if name not in _MEMBER_FIELDS})
    return Member(
        path=path,
        media_type=media_type,
        plain_bytes=plain,
        stored_bytes=stored,
        sha256=hexadecimal[0],
        crc32=hexadecimal[1],
        segments_sha256=hexadecimal[2],
        wrapped_key=hexadecimal[3],
        unknown=unknown,
    )


def _is_hexadecimal(texts: tuple[Any, ...]) -> bool:
    """Whether each text has its length, and all of them only the sixteen digits."""
    return (
        all(type(text) is str for text in texts)
        and tuple(map(len, texts)) == _HEX_LENGTHS
        and _HEX.fullmatch("".join(texts)) is not None
    )


@lru_cache(maxsize=256)
def _is_media_type(text: str) -> bool:
    return MEDIA_TYPE.fullmatch(text) is not None


def _require_whole(manifest: Manifest, file: str) -> None:
    """Refuse a manifest whose fields do not fit each other (3.3 to 3.6)."""
    paths = [member.path for member in manifest.members]
    reason = ""
    if not paths:
        reason = "it names no member"
    elif any(later <= earlier for earlier, later in pairwise(paths)):
        reason = "its members are not in ascending order of path"
    elif manifest.mode == "sealed" and "content_key" in manifest.unknown:
        reason = "it is sealed, yet carries its content key"
    elif manifest.mode == "sealed" and not all(map(_OPAQUE_PATH.fullmatch, paths)):
        reason = "it is sealed, yet a path is not opaque"
    elif manifest.mode == "sealed" and manifest.index not in paths:
        reason = "its index is not among its members"
    elif None not in (manifest.not_before_ms, manifest.not_after_ms) and not (
        manifest.not_before_ms < manifest.not_after_ms  # type: ignore[operator]  # neither is None
    ):
        reason = "it ends before it begins"
    if reason:
        raise ManifestInvalidError(file=file, reason=reason)
    for path in paths:
        require_name(path, file=file)
