"""The hub's keys: those of today, and retired ones, which still open late results (formats/primitives 2.5).

The ring can be read anew while the hub runs: something sealed to a key that it has not met may be the first sign that
the keys were rotated.
"""

import threading
from collections.abc import Callable, Mapping

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.crypto.dsse import MAXIMUM_SIGNATURES
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.academy_keys import say_keys


class KeyRing:
    """Every key of the academy that still matters; any thread may ask.

    Args:
        ring: As it is now.
        reload: Reads it anew where it has changed; None where it has not.
    """

    def __init__(self, ring: AcademyRing, reload: Callable[[], AcademyRing | None] = lambda: None) -> None:
        self._ring = ring
        self._reload = reload
        self._lock = threading.Lock()

    def refresh(self) -> bool:
        """Read the keys anew; whether they have changed. Keys that cannot be read leave those that are here."""
        with self._lock:
            try:
                ring = self._reload()
            except PocusError as error:
                log.failure(error)
                return False
            if ring is None:
                return False
            self._ring = ring
        log.event("hub.keys_read_anew", retired=len(ring.retired))
        return True

    @property
    def current(self) -> AcademyKeys:
        """Keys of today: one signs receipts, the other is what is sealed to."""
        return self._ring.current

    @property
    def signer(self) -> SigningKey:
        """Who signs receipts."""
        return self._ring.current.signing

    @property
    def grantors(self) -> tuple[SigningKey, ...]:
        """Who signs grants: today's key, and retired ones that still count, for stations that know only those."""
        kept = [each.keys for each in self._ring.retired if each.revoked_since_ms is None]
        return tuple(keys.signing for keys in (self._ring.current, *kept))[:MAXIMUM_SIGNATURES]

    @property
    def openers(self) -> tuple[SealingKey, ...]:
        """What may open a sealed result or a scoring key, today's first."""
        return self._ring.openers

    @property
    def verifiers(self) -> tuple[PublicKey, ...]:
        """Whose signature makes an admission ours; revoked keys too: doubt is marked, never refused (docs/adr/0093)."""
        return tuple(keys.signing.public for keys in self._all())

    @property
    def believed(self) -> tuple[PublicKey, ...]:
        """Whose signature stations shall believe."""
        return self._ring.verifiers

    @property
    def revoked(self) -> Mapping[str, int]:
        """Ids of revoked signing keys, and since when."""
        return self._ring.revoked

    def say_keys(self, *, now_ms: int) -> bytes:
        """What portfolios are told of the keys (formats/academy 3.9)."""
        current, *kept = self._ring.verifiers
        gone = [key.signing.public for key in self._all() if key.signing.key_id in self._ring.revoked]
        listed = (current, self._ring.current.sealing.public, *kept)
        return say_keys(listed, gone, self.grantors, now_ms=now_ms)

    def as_json(self) -> dict[str, Json]:
        """The public halves, as the hub publishes them (formats/sync 2.9)."""
        listed: list[Json] = []
        for keys in self._all():
            for use, key in (("sign", keys.signing.public), ("seal", keys.sealing.public)):
                told = {**key.as_json(), "use": use, "is_retired": keys is not self._ring.current}
                since_ms = self._ring.revoked.get(key.key_id)
                listed.append(told if since_ms is None else {**told, "revoked_since_ms": since_ms})
        return {"format": 1, "keys": listed}

    def _all(self) -> tuple[AcademyKeys, ...]:
        return self._ring.current, *(each.keys for each in self._ring.retired)
