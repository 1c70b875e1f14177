"""An academy that asks evaluators, and a mail server."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from tests.browser.chromium import browser, visit
from tests.hub.peers.postbox import Postbox, running_postbox
from tests.hub.peers.world import World
from tests.hub.postgres import database, hub_database, hub_template, postgres
from tests.hub.school import School

__all__ = ["browser", "database", "hub_database", "hub_template", "postgres", "visit"]


@pytest.fixture
def kept_in() -> str:
    return "sqlite"


@pytest.fixture(scope="session")
def post_office() -> Iterator[Postbox]:
    with running_postbox() as box:
        yield box


@pytest.fixture
def postbox(post_office: Postbox) -> Postbox:
    """The mail server, as if new."""
    post_office.taken.clear()
    post_office.replies.clear()
    post_office.content_replies.clear()
    post_office.hangs_up = False
    post_office.arrived = threading.Semaphore(0)
    return post_office


@pytest.fixture
def world(tmp_path: Path, postbox: Postbox, kept_in: str, request: pytest.FixtureRequest) -> Iterator[World]:
    url = request.getfixturevalue("hub_database") if kept_in == "postgresql" else None
    school = School(folder=tmp_path, database_url=url)
    hub: Hub = school.hub(is_registered=False)
    postbox.settings(school.folder / "hub", "http://127.0.0.1:1")
    yield World(school=school, hub=hub, postbox=postbox)
    hub.close()
