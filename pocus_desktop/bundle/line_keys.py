"""The keys of a bundle's line: all of them come from one secret of the publisher (formats/bundle 6).

Everything is derived, nothing is drawn: the same source gives the same bytes, and a member that did not change keeps
its key, its salt and so its ciphertext from version to version.
"""

from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.bundle.errors import BadSourceError
from pocus_desktop.crypto.chunked import KEY_BYTES, SALT_BYTES
from pocus_desktop.crypto.derive import hkdf
from pocus_desktop.kernel import canonical

SECRET_BYTES: Final = 32
_OPAQUE_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKeys:
    """Derives the keys of one line of bundles.

    Attributes:
        secret: 32 random bytes that only the publisher has.
        bundle_id: The line's bundle id; another line never shares a key even where the secret is the same.

    Raises:
        BadSourceError: The secret is not 32 bytes.
    """

    secret: bytes = field(repr=False)
    bundle_id: str

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise BadSourceError(field="line_secret", reason="is not 32 bytes")

    def content_key(self, *, version: int, mode: str) -> bytes:
        """The key that wraps the member keys of one version (32 bytes; 6.2)."""
        return self._derive("content-key", str(version), mode)

    def member_key(self, *, path: str, plain_sha256: str) -> bytes:
        """The key of one member: another path or another plaintext has another key (32 bytes; 6.3)."""
        return self._derive("member-key", path, plain_sha256)

    def member_salt(self, *, path: str, plain_sha256: str) -> bytes:
        """The Cobblestone-256 salt of one member (24 bytes; 6.3)."""
        return self._derive("member-salt", path, plain_sha256, length=SALT_BYTES)

    def opaque_path(self, name: str) -> str:
        """The path that stands for a real name in a sealed bundle; it tells nothing without the secret (6.5)."""
        return "content/" + self._derive("member-path", name, length=_OPAQUE_BYTES).hex()

    def index_path(self) -> str:
        """The path of a sealed bundle's index; it looks like any other member (6.5)."""
        return "content/" + self._derive("index-path", length=_OPAQUE_BYTES).hex()

    def _derive(self, purpose: str, *parts: str, length: int = KEY_BYTES) -> bytes:
        info = canonical.encode([f"pocus.bundle.v1/{purpose}", self.bundle_id, *parts])
        return hkdf(self.secret, info=info, length=length)


def member_context(bundle_id: str, path: str) -> bytes:
    """What a member's ciphertext is bound to: bundle id and path (6.4)."""
    return f"{bundle_id}|{path}".encode()
