"""What every test of a sitting starts from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sitting.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub, an academy, a station and a clock."""
    made = World(folder=tmp_path)
    yield made
    made.close()
