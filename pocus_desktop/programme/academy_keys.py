"""What keys the academy has, as it says itself to portfolios (formats/academy 3.9).

1. Today's signing key signs it, and each retired one that was not revoked: who knows one of them follows a rotation.
2. It counts where a key signed that the reader believes, and that it does not itself revoke.
3. One that is older than what counted before is left: no key comes back, and none that is newer is lost.
4. A key that was revoked stays so, whoever says otherwise later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Key
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

KEYS_TYPE: Final = "application/vnd.pocus.academy-keys.v1+json"
_MOST: Final = 200


class NotTheAcademysKeysError(PocusError):
    """What came is no word of the academy on its keys."""

    code: ClassVar[str] = "portfolio.bad_keys"
    blame: ClassVar[Blame] = Blame.CONTENT


class AcademyKeysSaid(Part):
    """What is signed.

    Attributes:
        keys: Today's signing and sealing key, and retired signing keys whose signatures count.
        revoked: Signing keys that are believed no more.
    """

    format: Literal[1] = 1
    keys: tuple[Key, ...] = Field(min_length=2, max_length=_MOST)
    revoked: tuple[Key, ...] = Field(default=(), max_length=_MOST)
    said_at_ms: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKeys:
    """What a reader knows of an academy's keys.

    Attributes:
        said_at_ms: Of when that is; 0 where a person brought them.
    """

    keys: tuple[PublicKey, ...]
    revoked: tuple[PublicKey, ...] = ()
    said_at_ms: int = 0


def say_keys(
    keys: Sequence[PublicKey], revoked: Sequence[PublicKey], signers: Iterable[SigningKey], *, now_ms: int
) -> bytes:
    """The envelope (rule 1)."""
    fields = {"keys": tuple(keys), "revoked": tuple(revoked), "said_at_ms": now_ms}
    return signed(KEYS_TYPE, checked(AcademyKeysSaid, fields), signers)


def follow(envelope: bytes, known: KnownKeys) -> KnownKeys:
    """What is known after it: the same where it says nothing new (rules 2 to 4).

    Raises:
        NotTheAcademysKeysError: No key that is believed signed it, or it is something else.
    """
    try:
        parsed = dsse.Envelope.parse(bounded(envelope))
        said = read_payload(AcademyKeysSaid, parsed.payload)
        gone = {*known.revoked, *said.revoked}
        believed = [key for key in known.keys if key.algorithm == "ed25519" and key not in gone]
        dsse.verify(parsed, payload_type=KEYS_TYPE, keys=believed)
    except PocusError as problem:
        raise NotTheAcademysKeysError(reason=problem.code) from problem
    if said.said_at_ms < known.said_at_ms:
        return known
    keys = tuple(key for key in said.keys if key not in gone)
    if {key.algorithm for key in keys} != {"ed25519", "x25519"}:
        raise NotTheAcademysKeysError(reason="it leaves no key to sign or to seal")
    if (set(keys), gone) == (set(known.keys), set(known.revoked)):
        return known
    return KnownKeys(keys=keys, revoked=tuple(sorted(gone, key=lambda key: key.key_id)), said_at_ms=said.said_at_ms)
