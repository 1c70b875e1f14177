"""What is kept of people, sealed to the academy's key: names, addresses, what was said (formats/peer-evaluation 7).

Whoever reads the database or its backup without the academy's keys learns that somebody was asked, not who, nor what
they said. Addresses are compared by a digest under a secret that lies sealed in the same database.

Opening costs more than all else of an evaluator's page, and every page opens the same: what was opened or sealed last
is remembered by the sealed bytes, which are never those of anything else (docs/adr/0266).
"""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from pocus_desktop.admission.admission import folded
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.errors import StoreMismatchError
from pocus_desktop.hub.peers.store import PeerStore
from pocus_desktop.hub.registry.store import SETTING, TakenError
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.programme.peers.mailbox import mailbox

_SETTING: Final = "peer-addresses"
TOKEN_BYTES: Final = 32
REMEMBERED: Final = 1024
"""Documents that are remembered opened, of some kilobytes each at most."""

Document: TypeAlias = Mapping[str, Json]


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
        self._opened = _Opened()

    def seal(self, what: str, name: str, document: Json) -> bytes:
        """Seal a document; `what` and `name` have to be said again to open it, so that no row passes for another."""
        openers = self._ring.openers
        data = canonical.encode(document)
        sealed = hpke.seal(openers[0].public, data, info=_info(what, name))
        self._opened.remember((what, name, sealed), _document(data), openers)
        return sealed

    def open(self, what: str, name: str, sealed: bytes) -> Document:
        """Open what was sealed, with today's key or an older one.

        Raises:
            CannotOpenSealedError: No key opens it, or it is of something else.
        """
        openers = self._ring.openers
        found = self._opened.find((what, name, sealed), openers)
        if found is None:
            found = self._open_anew(what, name, sealed, openers)
            self._opened.remember((what, name, sealed), found, openers)
        return found

    def _open_anew(self, what: str, name: str, sealed: bytes, openers: tuple[SealingKey, ...]) -> Document:
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


class _Opened:
    """What was opened last, as long as the keys are the same; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._openers: tuple[SealingKey, ...] = ()
        self._documents: OrderedDict[tuple[str, str, bytes], Document] = OrderedDict()

    def find(self, sealed: tuple[str, str, bytes], openers: tuple[SealingKey, ...]) -> Document | None:
        """The document; None where it is not remembered."""
        with self._lock:
            self._keep_to(openers)
            found = self._documents.get(sealed)
            if found is not None:
                self._documents.move_to_end(sealed)
            return found

    def remember(self, sealed: tuple[str, str, bytes], document: Document, openers: tuple[SealingKey, ...]) -> None:
        """Remember a document that these keys open, and forget the one that was not asked for longest."""
        with self._lock:
            self._keep_to(openers)
            self._documents[sealed] = document
            if len(self._documents) > REMEMBERED:
                self._documents.popitem(last=False)

    def _keep_to(self, openers: tuple[SealingKey, ...]) -> None:
        """What a key opened that was taken away since is opened no more."""
        if openers != self._openers:
            self._documents.clear()
            self._openers = openers


def _document(data: bytes) -> Document:
    document = canonical.decode(data)
    return MappingProxyType(document if isinstance(document, dict) else {})


def _info(what: str, name: str) -> bytes:
    return canonical.encode(["pocus hub peers v1", what, name])
