"""The people around a hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from tests.browser.chromium import browser, visit
from tests.hub.postgres import database, hub_database, hub_template, postgres
from tests.hub.s3 import s3
from tests.hub.school import School

__all__ = ["browser", "database", "hub_database", "hub_template", "postgres", "s3", "visit"]


@pytest.fixture
def kept_in() -> str:
    """Which database the hub's records are in; a module that is run on both has a fixture of its own (`BOTH`)."""
    return "sqlite"


@pytest.fixture
def school(tmp_path: Path, kept_in: str, request: pytest.FixtureRequest) -> School:
    """An academy with a station."""
    url = request.getfixturevalue("hub_database") if kept_in == "postgresql" else None
    return School(folder=tmp_path, database_url=url)


@pytest.fixture
def hub(school: School) -> Iterator[Hub]:
    """Its hub, which knows the assessment."""
    made = school.hub()
    yield made
    made.close()
