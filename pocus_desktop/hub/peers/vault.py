"""What is kept of people, sealed to the academy's key: names, addresses, what was said (formats/peer-evaluation 7).

Whoever reads the database or its backup without the academy's keys learns that somebody was asked, not who, nor what
they said. Addresses are compared by a digest under a secret that lies sealed in the same database.
"""

import hashlib
import hmac
import secrets
from typing import Final

from pocus_desktop.admission.admission import folded
from pocus_desktop.crypto import hpke
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.errors import StoreMismatchError
from pocus_desktop.hub.peers.store import PeerStore
from pocus_desktop.hub.registry.store import SETTING, TakenError
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.programme.peers.mailbox import mailbox

_SETTING: Final = "peer-addresses"
TOKEN_BYTES: Final = 32


def new_token() -> str:
    """256 bits of chance, as it may stand in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_digest(token: str) -> str:
    """By which a token is known; nothing else of it is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Vault:
    """Seals and opens; any thread may call.

    Args:
        ring: The academy's keys.
        store: Where the secret for addresses lies.
    """

    def __init__(self, ring: KeyRing, store: PeerStore) -> None:
        self._ring = ring
        self._store = store
        self._key: bytes | None = None

    def seal(self, what: str, name: str, document: Json) -> bytes:
        """Seal a document; `what` and `name` have to be said again to open it, so that no row passes for another."""
        return hpke.seal(self._ring.openers[0].public, canonical.encode(document), info=_info(what, name))

    def open(self, what: str, name: str, sealed: bytes) -> dict[str, Json]:
        """Open what was sealed, with today's key or an older one.

        Raises:
            CannotOpenSealedError: No key opens it, or it is of something else.
        """
        openers = self._ring.openers
        for key in openers[:-1]:
            try:
                return _document(hpke.open_sealed(key, sealed, info=_info(what, name)))
            except hpke.CannotOpenSealedError:
                continue
        return _document(hpke.open_sealed(openers[-1], sealed, info=_info(what, name)))

    def address_digest(self, address: str) -> str:
        """By which an address is known again, however it is written."""
        return self._digest(mailbox(address))

    def person_key(self, candidate_id: str, address: str) -> str:
        """By which somebody whom one candidate names for several areas is known to be one."""
        return self._digest(canonical.encode([folded(candidate_id), mailbox(address)]).decode())

    def _digest(self, text: str) -> str:
        if self._key is None:
            self._key = self._secret()
        return hmac.new(self._key, text.encode("utf-8"), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        found = self._store.look(SETTING, name=_SETTING)
        if not found:
            fresh = self.seal("secret", _SETTING, secrets.token_hex(32))
            try:
                with self._store.rows() as rows:
                    rows.add(SETTING, name=_SETTING, value=fresh)
            except TakenError:  # another process made it at the same moment
                pass
            found = self._store.look(SETTING, name=_SETTING)
        for key in self._ring.openers:
            try:
                text = canonical.decode(hpke.open_sealed(key, found[0]["value"], info=_info("secret", _SETTING)))
            except hpke.CannotOpenSealedError:
                continue
            return bytes.fromhex(str(text))
        raise StoreMismatchError(found=0, known=1)


def _document(data: bytes) -> dict[str, Json]:
    document = canonical.decode(data)
    return document if isinstance(document, dict) else {}


def _info(what: str, name: str) -> bytes:
    return canonical.encode(["pocus hub peers v1", what, name])
