"""Signed notes (C2SP signed-note v1.0): a text, and under it a line for each Ed25519 signature.

    text
    <empty line>
    — <key name> base64(key id || signature)

The key id is the first four bytes of SHA-256(name || 0x0A || 0x01 || public key); name and id together say which key
it is. Signatures of others are passed over, so that witnesses may add theirs; one by a known key that fails spoils the
note.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.tlog.errors import BadNoteError, NotSignedError

MAXIMUM_BYTES: Final = 16 * 1024
MAXIMUM_SIGNATURES: Final = 64

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH: Final = "\u2014 "
_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line, not verified by being here."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """As it stands in a note."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A text with signatures that are not verified by being here; see `verify`.

    Attributes:
        text: What is signed, with its last newline.
        signatures: In the order of the note.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """The note as it is stored and sent."""
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}".encode()

    @classmethod
    def parse(cls, data: bytes) -> "SignedNote":
        """Read a note.

        Raises:
            BadNoteError: It is something else.
        """
        if len(data) > MAXIMUM_BYTES:
            raise BadNoteError(reason="too long")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise BadNoteError(reason="not UTF-8") from problem
        if _CONTROL.search(whole) is not None:
            raise BadNoteError(reason="a control character")
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise BadNoteError(reason="no signature lines")
        found = lines[:-1].split("\n")
        if len(found) > MAXIMUM_SIGNATURES:
            raise BadNoteError(reason="too many signatures")
        return cls(text=f"{text}\n", signatures=tuple(_signature(line) for line in found))


def key_id(name: str, key: PublicKey) -> bytes:
    """The four bytes that name an Ed25519 key beside its name."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:_KEY_ID_BYTES]


def verifier_key(name: str, key: PublicKey) -> str:
    """A key as other tools for signed notes take it: name, id and key in one text."""
    return f"{name}+{key_id(name, key).hex()}+{to_base64(_ED25519 + key.raw)}"


def sign(text: str, name: str, keys: Iterable[SigningKey]) -> SignedNote:
    """A note signed by each key under one name.

    Args:
        text: Ends with a newline and holds no control character besides.
        name: Of whoever signs; no spaces, no plus sign.
        keys: In the order in which their lines shall stand.

    Raises:
        BadNoteError: Text or name cannot stand in a note.
    """
    if not text.endswith("\n") or not _is_name(name):
        raise BadNoteError(reason="text or name cannot be signed")
    signatures = tuple(
        NoteSignature(name=name, key_id=key_id(name, key.public), value=key.sign(text.encode())) for key in keys
    )
    return SignedNote.parse(SignedNote(text=text, signatures=signatures).to_bytes())


def verify(note: SignedNote, name: str, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Which trusted keys signed a note under a name, at least one.

    Raises:
        NotSignedError: None did, or a signature that claims to be of one is not.
    """
    known = {key_id(name, key): key for key in keys if key.algorithm == "ed25519"}
    signers: list[PublicKey] = []
    for signature in note.signatures:
        key = known.get(signature.key_id) if signature.name == name else None
        if key is None:
            continue
        if not key.verifies(signature.value, note.text.encode()):
            raise NotSignedError(reason="a signature does not fit", origin=name)
        signers.append(key)
    if not signers:
        raise NotSignedError(reason="no trusted key", origin=name)
    return tuple(dict.fromkeys(signers))


def _signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _is_name(name):
        raise BadNoteError(reason="a signature line")
    try:
        raw = from_base64(encoded, field="signature")
    except BadEncodingError as problem:
        raise BadNoteError(reason="a signature line") from problem
    if len(raw) <= _KEY_ID_BYTES:
        raise BadNoteError(reason="a signature line")
    return NoteSignature(name=name, key_id=raw[:_KEY_ID_BYTES], value=raw[_KEY_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and "+" not in name and name.split() == [name]
