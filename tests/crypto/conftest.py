"""The room's own tests stretch each passphrase, and each time."""

from collections.abc import Iterator

import pytest

from tests import stretching


@pytest.fixture(autouse=True)
def _a_passphrase_is_stretched_each_time() -> Iterator[None]:
    with stretching.really():
        yield
