"""A secret under a passphrase: Argon2id and AES-256-GCM (RFC 9106; formats/primitives 7).

The cost of guessing is written in the file, so a file that asks for too little is refused on read (a swapped file must
not weaken a passphrase), and one that asks for too much is refused as well (it must not stop the computer). Everything
in the file is bound to the ciphertext.
"""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import ClassVar, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pocus_desktop.crypto import aead
from pocus_desktop.crypto.encoding import BadEncodingError, from_hex
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.errors import Blame, PocusError

FORMAT: Final = "pocus.passphrase-sealed"
VERSION: Final = 1
SALT_BYTES: Final = 16

_ONE_AT_A_TIME: Final = Lock()
"""Two derivations of several lanes at once wait for each other for ever in the library's pool of threads."""

_FIELDS: Final = frozenset({"format", "version", "purpose", "kdf", "nonce", "sealed"})
_KDF_FIELDS: Final = frozenset({"name", "memory_kib", "passes", "lanes", "salt"})


class BadPassphraseFileError(PocusError):
    """A file is not a secret under a passphrase, or is one for another purpose."""

    code: ClassVar[str] = "crypto.bad_passphrase_file"
    blame: ClassVar[Blame] = Blame.CONTENT


class WeakPassphraseFileError(PocusError):
    """A file asks for less, or more, work per guess than this program allows."""

    code: ClassVar[str] = "crypto.weak_passphrase_file"
    blame: ClassVar[Blame] = Blame.CONTENT


class WrongPassphraseError(PocusError):
    """The passphrase is not the one the secret was sealed with, or the file was altered."""

    code: ClassVar[str] = "crypto.wrong_passphrase"
    blame: ClassVar[Blame] = Blame.USER


class EmptyPassphraseError(PocusError):
    """An empty passphrase protects nothing."""

    code: ClassVar[str] = "crypto.empty_passphrase"
    blame: ClassVar[Blame] = Blame.USER


class NotEnoughMemoryError(PocusError):
    """The computer has not the memory that the passphrase's work takes."""

    code: ClassVar[str] = "crypto.not_enough_memory"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess costs.

    Attributes:
        memory_kib: Memory, in KiB.
        passes: Passes over it.
        lanes: Threads that may share the work.
    """

    memory_kib: int
    passes: int
    lanes: int


FLOOR: Final = Cost(memory_kib=64 * 1024, passes=3, lanes=1)
CEILING: Final = Cost(memory_kib=1024 * 1024, passes=16, lanes=16)
DEFAULT: Final = Cost(memory_kib=64 * 1024, passes=3, lanes=4)
"""The second recommended choice of RFC 9106 section 4: for machines whose memory is not known."""


def seal_under_passphrase(secret: bytes, passphrase: str, *, purpose: str, cost: Cost = DEFAULT) -> bytes:
    """The bytes of a file that holds a secret under a passphrase.

    Args:
        secret: What to keep.
        passphrase: As typed; it is read in Unicode form NFC, so that keyboards agree.
        purpose: What the secret is; must be given again to open it, so that files cannot be exchanged.
        cost: Work per guess, between `FLOOR` and `CEILING`.

    Raises:
        EmptyPassphraseError: There is no passphrase.
        WeakPassphraseFileError: The cost is out of range.
        NotEnoughMemoryError: The computer cannot do that work.
    """
    _require_allowed(cost)
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(aead.NONCE_BYTES)
    header: dict[str, Json] = {
        "format": FORMAT,
        "version": VERSION,
        "purpose": purpose,
        "kdf": {
            "name": "argon2id",
            "memory_kib": cost.memory_kib,
            "passes": cost.passes,
            "lanes": cost.lanes,
            "salt": salt.hex(),
        },
        "nonce": nonce.hex(),
    }
    sealed = aead.seal(_stretch(passphrase, salt, cost), nonce, secret, canonical.encode(header))
    return canonical.encode({**header, "sealed": sealed.hex()})


def open_with_passphrase(data: bytes, passphrase: str, *, purpose: str) -> bytes:
    """The secret of such a file.

    Raises:
        BadPassphraseFileError: The bytes are something else, or hold a secret for another purpose.
        WeakPassphraseFileError: The file's cost is out of range.
        NotEnoughMemoryError: The computer cannot do that work.
        EmptyPassphraseError: There is no passphrase.
        WrongPassphraseError: The passphrase is another, or the file was altered.
    """
    try:
        document = canonical.decode(data)
    except BadJsonError as problem:
        raise BadPassphraseFileError(reason="not JSON") from problem
    if not isinstance(document, Mapping) or document.keys() != _FIELDS:
        raise BadPassphraseFileError(reason="fields are missing or unknown")
    if document["format"] != FORMAT or document["version"] != VERSION:
        raise BadPassphraseFileError(reason="another format or version")
    if document["purpose"] != purpose:
        raise BadPassphraseFileError(reason="it holds another secret")
    cost, salt = _kdf(document["kdf"])
    nonce, sealed = _bytes(document, "nonce"), _bytes(document, "sealed")
    if len(nonce) != aead.NONCE_BYTES:
        raise BadPassphraseFileError(reason="nonce has the wrong size")
    header = {name: value for name, value in document.items() if name != "sealed"}
    try:
        return aead.open_sealed(_stretch(passphrase, salt, cost), nonce, sealed, canonical.encode(header))
    except aead.CannotDecryptError as problem:
        raise WrongPassphraseError from problem


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    if not passphrase:
        raise EmptyPassphraseError
    # A lone surrogate cannot be typed; "surrogatepass" keeps it from being an error of another kind.
    typed = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    function = Argon2id(
        salt=salt, length=aead.KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    try:
        with _ONE_AT_A_TIME:
            return function.derive(typed)
    except MemoryError as problem:
        raise NotEnoughMemoryError(memory_mib=cost.memory_kib // 1024) from problem


def _kdf(document: object) -> tuple[Cost, bytes]:
    if not isinstance(document, Mapping) or document.keys() != _KDF_FIELDS or document["name"] != "argon2id":
        raise BadPassphraseFileError(reason="an unknown key derivation")
    salt = _bytes(document, "salt")
    if len(salt) != SALT_BYTES:
        raise BadPassphraseFileError(reason="salt has the wrong size")
    cost = Cost(
        memory_kib=_whole(document, "memory_kib"), passes=_whole(document, "passes"), lanes=_whole(document, "lanes")
    )
    _require_allowed(cost)
    return cost, salt


def _require_allowed(cost: Cost) -> None:
    is_allowed = (
        FLOOR.memory_kib <= cost.memory_kib <= CEILING.memory_kib
        and FLOOR.passes <= cost.passes <= CEILING.passes
        and FLOOR.lanes <= cost.lanes <= CEILING.lanes
    )
    if not is_allowed:
        raise WeakPassphraseFileError(memory_kib=cost.memory_kib, passes=cost.passes, lanes=cost.lanes)


def _whole(document: Mapping[str, object], name: str) -> int:
    value = document[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadPassphraseFileError(reason=f"{name} is not a whole number")
    return value


def _bytes(document: Mapping[str, object], name: str) -> bytes:
    value = document[name]
    if not isinstance(value, str):
        raise BadPassphraseFileError(reason=f"{name} is not a string")
    try:
        return from_hex(value, field=name)
    except BadEncodingError as problem:
        raise BadPassphraseFileError(reason=f"{name} is not hexadecimal") from problem
