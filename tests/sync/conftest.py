"""A school whose candidates' results are to be carried."""

from pathlib import Path

import pytest

from tests.hub.school import School


@pytest.fixture
def school(tmp_path: Path) -> School:
    """An academy with a station."""
    return School(folder=tmp_path)
