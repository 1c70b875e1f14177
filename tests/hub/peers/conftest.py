"""An academy that asks evaluators, and a mail server."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import browser, visit
from tests.hub.peers.candidate import Candidate
from tests.hub.peers.moments import Begin, Moments, Story, world_in
from tests.hub.peers.postbox import Postbox, running_postbox
from tests.hub.peers.world import World
from tests.hub.postgres import Cluster, database, hub_database, hub_template, postgres

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
    made = world_in(tmp_path, postbox, url)
    yield made
    made.hub.close()


@pytest.fixture(scope="session")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(make_folder=lambda: tmp_path_factory.mktemp("moment"))


@pytest.fixture
def begin(
    moments: Moments, tmp_path: Path, postbox: Postbox, kept_in: str, request: pytest.FixtureRequest
) -> Iterator[Begin]:
    """Begin where a story ends: it is told once for all tests, and each has a copy of how it came out."""
    begun: list[Candidate] = []
    made: list[str] = []
    cluster: Cluster | None = request.getfixturevalue("postgres") if kept_in == "postgresql" else None
    template = "" if cluster is None else request.getfixturevalue("hub_template")

    def from_there(live: Story) -> Candidate:
        moment, name = moments.of(live, postbox, cluster, template)
        if cluster is not None:
            made.append(cluster.create(name))
        begun.append(moment.again(tmp_path, postbox, cluster.url(made[-1]) if cluster is not None else None))
        return begun[-1]

    yield from_there
    for one in begun:
        one.desk.close()
        one.world.hub.close()
    for name in made:
        assert cluster is not None
        cluster.drop(name)
