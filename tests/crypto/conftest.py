"""The room's own tests stretch each passphrase, and each time."""

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pocus_desktop.crypto import password


@pytest.fixture(autouse=True)
def _a_passphrase_is_stretched_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "Argon2id", Argon2id)
