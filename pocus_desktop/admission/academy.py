"""The academy's keys: one signs admissions and receipts, the other opens sealed results."""

from dataclasses import dataclass

from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.crypto.keystore import KeyStore
from pocus_desktop.kernel.errors import Blame, PocusError

_SIGNING = "academy-signing"
_SEALING = "academy-sealing"


class NoAcademyKeysError(PocusError):
    """The key store holds no academy's keys."""

    code = "sitting.no_academy_keys"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class AcademyKeys:
    """The academy's secret keys.

    Attributes:
        signing: Ed25519, signs admissions and receipts.
        sealing: X25519, opens sealed results and scoring keys.
    """

    signing: SigningKey
    sealing: SealingKey

    @classmethod
    def generate(cls) -> "AcademyKeys":
        """Fresh keys."""
        return cls(signing=SigningKey.generate(), sealing=SealingKey.generate())

    @classmethod
    def load(cls, store: KeyStore) -> "AcademyKeys":
        """The keys of a key store.

        Raises:
            NoAcademyKeysError: They were never made there.
            PocusError: `crypto.*`, as the key store says.
        """
        signing, sealing = store.load(_SIGNING), store.load(_SEALING)
        if signing is None or sealing is None:
            raise NoAcademyKeysError(store=store.describe())
        return cls(signing=SigningKey.from_seed(signing), sealing=SealingKey.from_seed(sealing))

    def save(self, store: KeyStore) -> None:
        """Keep the keys in a key store."""
        store.store(_SIGNING, self.signing.seed)
        store.store(_SEALING, self.sealing.seed)

    @property
    def public(self) -> tuple[PublicKey, PublicKey]:
        """The public halves: signing, sealing."""
        return self.signing.public, self.sealing.public
