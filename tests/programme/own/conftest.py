"""A real hub, and a candidate before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import ManualClock
from tests.hub.school import School
from tests.programme.own.ana import NOW_MS, Ana


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(folder=tmp_path / "school", clock=ManualClock(wall_ms=NOW_MS))


@pytest.fixture
def hub(school: School) -> Iterator[Hub]:
    made = school.hub()
    yield made
    made.close()


@pytest.fixture
def ana(hub: Hub, tmp_path: Path) -> Iterator[Ana]:
    made = Ana(hub, tmp_path / "portfolio")
    yield made
    made.desk.close()
