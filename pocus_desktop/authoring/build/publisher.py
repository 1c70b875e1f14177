"""The publisher's keys: who signs bundles, and the secret of their line."""

import secrets
from dataclasses import dataclass, field

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.crypto.keystore import KeyStore
from pocus_desktop.kernel.errors import Blame, PocusError

_SIGNING = "publisher-signing"
_LINE = "publisher-line"


class NoPublisherKeysError(PocusError):
    """The key store holds no publisher's keys."""

    code = "authoring.no_publisher_keys"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherKeys:
    """What a publisher signs and encrypts with.

    Attributes:
        signing: The Ed25519 key whose public half stations trust.
        line_secret: 32 bytes from which the keys of every member of the publisher's bundles are derived.
    """

    signing: SigningKey
    line_secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "PublisherKeys":
        """Fresh keys."""
        return cls(signing=SigningKey.generate(), line_secret=secrets.token_bytes(32))

    @classmethod
    def load(cls, store: KeyStore) -> "PublisherKeys":
        """The keys of a key store.

        Raises:
            NoPublisherKeysError: They were never made there.
            PocusError: `crypto.*`, as the key store says.
        """
        seed, line_secret = store.load(_SIGNING), store.load(_LINE)
        if seed is None or line_secret is None:
            raise NoPublisherKeysError(store=store.describe())
        return cls(signing=SigningKey.from_seed(seed), line_secret=line_secret)

    def save(self, store: KeyStore) -> None:
        """Keep the keys in a key store."""
        store.store(_SIGNING, self.signing.seed)
        store.store(_LINE, self.line_secret)
