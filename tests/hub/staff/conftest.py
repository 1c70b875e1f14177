"""Passwords that cost little in tests; `test_a_password_costs_what_argon2id_costs` keeps one real."""

import hashlib
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from pocus_desktop.crypto import password
from pocus_desktop.crypto.password import Cost


def quick(passphrase: str, salt: bytes, _cost: Cost) -> bytes:
    """In the place of Argon2id: the same form, no work."""
    return hashlib.sha256(salt + passphrase.encode("utf-8", "surrogatepass")).digest()


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Signing in takes no time."""
    with patch.object(password, "_stretch", quick):
        yield
