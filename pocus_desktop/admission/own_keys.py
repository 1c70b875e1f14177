"""The two keys of a station or a centre in its key store: made once, the same ever after."""

from typing import Final

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.crypto.keystore import KeyStore

_SIGNING: Final = "station-signing"
_SEALING: Final = "station-sealing"


def own_keys(store: KeyStore) -> StationKeys:
    """This installation's keys; one that is there is never replaced, a fresh one is kept before it is used.

    Raises:
        PocusError: `crypto.*`, as the key store says.
    """
    fresh = StationKeys.generate()
    signing = _kept(store, _SIGNING, fresh.signing.seed)
    sealing = _kept(store, _SEALING, fresh.sealing.seed)
    return StationKeys(signing=SigningKey.from_seed(signing), sealing=SealingKey.from_seed(sealing))


def _kept(store: KeyStore, name: str, fresh: bytes) -> bytes:
    """The seed that is there; else the fresh one, once it is kept. A start that was cut short loses neither."""
    seed = store.load(name)
    if seed is not None:
        return seed
    store.store(name, fresh)
    return fresh
