"""Argon2id takes its time on purpose, at every admission, sign-in and key that is opened; here its place is taken.

What is shown with the stand-in is all but the cost: each passphrase, salt and cost makes a key of its own. The real one
is tried in `tests/crypto`, by every process that tests start, and wherever a test is marked `argon2`: such tests share
with processes, or with files that were made before, what lies under a passphrase.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pocus_desktop.crypto import password


class Quick:
    """A key of the same form, and no work."""

    def __init__(self, **how: Any) -> None:
        self._length = how["length"]
        self._how = repr(sorted(how.items())).encode()

    def derive(self, typed: bytes) -> bytes:
        """The key."""
        return hashlib.sha256(hashlib.sha256(self._how).digest() + typed).digest()[: self._length]


class Once:
    """The real one, which makes the same key again for the same: nothing is worked out twice."""

    def __init__(self, **how: Any) -> None:
        self._how = tuple(sorted(how.items()))

    def derive(self, typed: bytes) -> bytes:
        """The key."""
        return _derived(typed, self._how)


@cache
def _derived(typed: bytes, how: tuple[tuple[str, Any], ...]) -> bytes:
    return Argon2id(**dict(how)).derive(typed)


@contextmanager
def really() -> Iterator[None]:
    """As long as it lasts, the real one works each time."""
    with patch.object(password, "Argon2id", Argon2id):
        yield
