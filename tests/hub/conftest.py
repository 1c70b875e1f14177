"""The people around a hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from tests.hub.postgres import database, postgres
from tests.hub.school import School

__all__ = ["database", "postgres"]


@pytest.fixture
def school(tmp_path: Path) -> School:
    """An academy with a station."""
    return School(folder=tmp_path)


@pytest.fixture
def hub(school: School) -> Iterator[Hub]:
    """Its hub, which knows the assessment."""
    made = school.hub()
    yield made
    made.close()
