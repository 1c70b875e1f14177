"""A key's fingerprint, for people who compare it aloud or on paper (formats/trust 2.4)."""

from functools import cache

from mnemonic import Mnemonic

from pocus_desktop.crypto.keys import PublicKey


def digits(key_id: str) -> str:
    """The 32 digits of a key id in groups of four."""
    plain = key_id.rpartition("-")[2]
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))


def words(key: PublicKey) -> str:
    """The same 128 bits as twelve English words (BIP 39); the last holds a checksum, so a slip shows."""
    return _words().to_mnemonic(bytes.fromhex(key.key_id.rpartition("-")[2]))


@cache
def _words() -> Mnemonic:
    return Mnemonic("english")
