"""Our keys in TUF's terms and back (formats/trust 2).

TUF names a key by any unique text; ours are named as everywhere else in this project.
"""

from typing import Final

from securesystemslib.signer import Key, Signature, Signer, SSlibKey

from pocus_desktop.crypto.encoding import BadEncodingError, from_hex
from pocus_desktop.crypto.keys import PublicKey, SigningKey

_TYPE: Final = "ed25519"
_HOLDER: Final = "x-pocus-holder"


def tuf_key(key: PublicKey, *, holder: str = "") -> SSlibKey:
    """A public Ed25519 key as TUF metadata lists it, with its holder's name for people."""
    more = {_HOLDER: holder} if holder else {}
    return SSlibKey(
        keyid=key.key_id, keytype=_TYPE, scheme=_TYPE, keyval={"public": key.raw.hex()}, unrecognized_fields=more
    )


def holder_of(key: Key) -> str:
    """The name that stands beside a key; empty where none does."""
    name = key.unrecognized_fields.get(_HOLDER, "")
    return name if isinstance(name, str) else ""


def our_key(key: Key) -> PublicKey | None:
    """The Ed25519 key of a metadata entry, checked; None where it is of a kind that never signs our documents.

    Raises:
        PocusError: `crypto.bad_key` or `crypto.weak_key`.
    """
    public = key.keyval.get("public")
    if key.keytype != _TYPE or not isinstance(public, str):
        return None
    try:
        return PublicKey(algorithm="ed25519", raw=from_hex(public, field="public"))
    except BadEncodingError:
        return None


class KeySigner(Signer):
    """Signs TUF metadata with one of our keys."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._public = tuf_key(key.public)

    @property
    def public_key(self) -> Key:
        """The key that verifies."""
        return self._public

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, public_key: Key, secrets_handler: object = None) -> Signer:
        """Not offered: keys come from this project's key stores."""
        raise ValueError(f"{priv_key_uri}: keys come from a key store ({public_key.keyid}, {secrets_handler})")

    def sign(self, payload: bytes) -> Signature:
        """An Ed25519 signature over the payload."""
        return Signature(self._public.keyid, self._key.sign(payload).hex())
