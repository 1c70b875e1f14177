"""The room's own tests derive each key anew."""

import inspect

import pytest

from pocus_desktop.crypto import password


@pytest.fixture(autouse=True)
def _a_passphrase_is_stretched_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "_stretch", inspect.unwrap(password._stretch))
