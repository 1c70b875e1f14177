"""Keys: Ed25519 for signing, X25519 for sealing (formats/primitives 2).

A `PublicKey` that exists is one that may be used: malformed and low-order keys are refused when it is made. Secret
keys never show in a representation.
"""

import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final, Generic, Literal, Self, TypeAlias, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pocus_desktop.crypto import points
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, from_hex
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import Blame, PocusError

KeyAlgorithm: TypeAlias = Literal["ed25519", "x25519"]
_LibraryKey = TypeVar("_LibraryKey", Ed25519PrivateKey, X25519PrivateKey)

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
_HEX_DIGITS: Final = 2 * KEY_BYTES


class BadKeyError(PocusError):
    """A key has the wrong size, algorithm or form."""

    code: ClassVar[str] = "crypto.bad_key"
    blame: ClassVar[Blame] = Blame.CONTENT


class WeakKeyError(PocusError):
    """A public key is of low order: it would accept forged signatures or share a secret that everyone knows."""

    code: ClassVar[str] = "crypto.weak_key"
    blame: ClassVar[Blame] = Blame.CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key that was checked.

    Attributes:
        algorithm: `ed25519` verifies signatures, `x25519` receives sealed messages.
        raw: Its 32 bytes (RFC 8032 section 5.1.5, RFC 7748 section 6.1).

    Raises:
        BadKeyError: Not 32 bytes, not a canonical encoding, or not a point on the curve.
        WeakKeyError: A point of low order.
    """

    algorithm: KeyAlgorithm
    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise BadKeyError(reason="size", algorithm=str(self.algorithm))
        match self.algorithm:
            case "ed25519":
                is_weak, is_sound = points.is_low_order_edwards(self.raw), points.is_edwards_point(self.raw)
            case "x25519":
                is_weak, is_sound = points.is_low_order_montgomery(self.raw), points.is_canonical_montgomery(self.raw)
            case _:
                raise BadKeyError(reason="algorithm", algorithm=str(self.algorithm))
        if is_weak:
            raise WeakKeyError(algorithm=self.algorithm)
        if not is_sound:
            raise BadKeyError(reason="not a point of the curve", algorithm=self.algorithm)

    @property
    def key_id(self) -> str:
        """Its name in documents: the algorithm and the first 32 hexadecimal digits of SHA-256 of the raw key."""
        return _key_id(self.algorithm, self.raw)

    def as_json(self) -> dict[str, Json]:
        """The key as documents hold it (formats/primitives 2.4)."""
        return {"algorithm": self.algorithm, "key_id": self.key_id, "public": self.raw.hex()}

    @classmethod
    def from_json(cls, document: object) -> "PublicKey":
        """Read a key from a document (formats/primitives 2.4).

        Args:
            document: An object with `algorithm`, `public` and, where present, the matching `key_id`.

        Raises:
            BadKeyError: The object is not such a key, or its `key_id` is another key's.
            WeakKeyError: The key is of low order.
        """
        if not isinstance(document, Mapping):
            raise BadKeyError(reason="not an object", algorithm="?")
        algorithm, public = document.get("algorithm"), document.get("public")
        if algorithm not in ("ed25519", "x25519") or not isinstance(public, str):
            raise BadKeyError(reason="algorithm or public is missing or unknown", algorithm="?")
        try:
            key = cls(algorithm=algorithm, raw=from_hex(public, field="public"))
        except BadEncodingError as problem:
            raise BadKeyError(reason="public is not hexadecimal", algorithm=algorithm) from problem
        if document.get("key_id", key.key_id) != key.key_id:
            raise BadKeyError(reason="key_id names another key", algorithm=algorithm)
        return key

    @classmethod
    def from_text(cls, text: str, *, algorithm: KeyAlgorithm) -> "PublicKey":
        """Read a key as other programs write it: 64 hexadecimal digits, base64 of the raw key, or PEM.

        Raises:
            BadKeyError: The text is none of these, or holds a key of another algorithm.
            WeakKeyError: The key is of low order.
        """
        text = text.strip()
        if text.startswith("-----BEGIN"):
            return cls(algorithm=algorithm, raw=_from_pem(text, algorithm))
        try:
            is_hex = len(text) == _HEX_DIGITS
            raw = from_hex(text, field="public") if is_hex else from_base64(text, field="public")
        except BadEncodingError as problem:
            raise BadKeyError(reason="neither hexadecimal, base64 nor PEM", algorithm=algorithm) from problem
        return cls(algorithm=algorithm, raw=raw)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether an Ed25519 signature (64 bytes) over `message` is this key's.

        Raises:
            BadKeyError: This key is not a signing key.
        """
        if self.algorithm != "ed25519":
            raise BadKeyError(reason="not a signing key", algorithm=self.algorithm)
        try:
            _verifier(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@lru_cache(maxsize=4096)  # a hub names the same keys, and verifies by them, all day
def _key_id(algorithm: KeyAlgorithm, raw: bytes) -> str:
    return f"{algorithm}-{hashlib.sha256(raw).hexdigest()[:32]}"


@lru_cache(maxsize=4096)
def _verifier(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeyPair(ABC, Generic[_LibraryKey]):
    """What both kinds of key pair share: they are all made from a seed of 32 secret bytes.

    The library's key and the public half follow from the seed. They are made when they are first asked for, and kept:
    making one costs a hub more than a signature does.
    """

    algorithm: ClassVar[KeyAlgorithm]
    seed: bytes = field(repr=False)
    _private: _LibraryKey | None = field(default=None, init=False, repr=False, compare=False)
    _public: PublicKey | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_BYTES:
            raise BadKeyError(reason="size", algorithm=self.algorithm)

    @classmethod
    def generate(cls) -> Self:
        """A fresh key from the operating system's random source."""
        return cls(seed=secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a stored or derived seed of 32 bytes."""
        return cls(seed=seed)

    @property
    def public(self) -> PublicKey:
        """The half that others are given."""
        public = self._public
        if public is None:
            public = PublicKey(algorithm=self.algorithm, raw=self.private.public_key().public_bytes_raw())
            object.__setattr__(self, "_public", public)
        return public

    @property
    def key_id(self) -> str:
        """The name of the public half."""
        return self.public.key_id

    @property
    def private(self) -> _LibraryKey:
        """The library's key; for this room alone."""
        private = self._private
        if private is None:
            private = self._load()
            object.__setattr__(self, "_private", private)
        return private

    @abstractmethod
    def _load(self) -> _LibraryKey:
        """The library's key of the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey(_KeyPair[Ed25519PrivateKey]):
    """An Ed25519 key pair (RFC 8032); the public half verifies.

    Attributes:
        seed: The 32 secret bytes; kept out of every representation.

    Raises:
        BadKeyError: The seed is not 32 bytes.
    """

    algorithm: ClassVar[KeyAlgorithm] = "ed25519"

    def sign(self, message: bytes) -> bytes:
        """Sign; always the same 64 bytes for the same message."""
        return self.private.sign(message)

    def _load(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey(_KeyPair[X25519PrivateKey]):
    """An X25519 key pair (RFC 7748) that opens what was sealed to its public half.

    Attributes:
        seed: The 32 secret bytes; kept out of every representation.

    Raises:
        BadKeyError: The seed is not 32 bytes.
    """

    algorithm: ClassVar[KeyAlgorithm] = "x25519"

    def _load(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.seed)


def _from_pem(text: str, algorithm: KeyAlgorithm) -> bytes:
    try:
        loaded = load_pem_public_key(text.encode("utf-8"))
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise BadKeyError(reason="not a PEM public key", algorithm=algorithm) from problem
    if isinstance(loaded, Ed25519PublicKey) and algorithm == "ed25519":
        return loaded.public_bytes_raw()
    if isinstance(loaded, X25519PublicKey) and algorithm == "x25519":
        return loaded.public_bytes_raw()
    raise BadKeyError(reason="the PEM holds a key of another algorithm", algorithm=algorithm)
