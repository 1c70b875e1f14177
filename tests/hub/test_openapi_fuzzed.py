"""What nobody thought of, asked by the OpenAPI document: every answer is one that the document names.

A short run; `make soak` asks for longer.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.peers.pages import COOKIE
from pocus_desktop.hub.peers.people import About, Person
from pocus_desktop.hub.peers.store import LINK
from pocus_desktop.hub.peers.vault import token_digest
from pocus_desktop.hub.web.app import Policy
from pocus_desktop.hub.web.guard import Limits
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.programme.peers.evaluator import Invited
from tests.hub.loopback import serving
from tests.hub.postgres import Cluster
from tests.hub.school import School

FILE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "hub.openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
EXAMPLES = "POCUS_API_EXAMPLES"
DATABASE = "POCUS_API_DATABASE"
TAKEN = {
    kind: "application/json" if kind.endswith("json") else "application/octet-stream"
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
    for kind in operation.get("requestBody", {}).get("content", {})
    if not kind.endswith("form-urlencoded")
}
for kind, like in TAKEN.items():
    schemathesis.serializer.alias(kind, like)
for path, item in DOCUMENT["paths"].items():
    if path.startswith("/peer/"):  # every request has the session: what lies behind it is asked
        for operation in item.values():
            operation.pop("security", None)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.checks.positive_data_acceptance.enabled = False  # no schema says what is signed, and by whom
SCHEMA.config.checks.negative_data_rejection.expected_statuses = ["4xx"]  # tus refuses by 410, 412 and 460 too
SCHEMA.config.checks.missing_required_header.expected_statuses = ["4xx"]  # the same
SCHEMA.config.phases.coverage.enabled = EXAMPLES in os.environ  # asks each door a hundred things, in the soak
COOKIES: dict[str, str] = {}
MUCH = Rate(burst=10**6, per_minute=10**6)


@pytest.fixture(scope="module")
def records(request: pytest.FixtureRequest) -> str | None:
    """Where the hub's records are: SQLite, or a database of PostgreSQL where the soak asks for that."""
    if os.environ.get(DATABASE) != "postgresql":
        return None
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.url(cluster.create(request.getfixturevalue("hub_template")))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, records: str | None) -> Iterator[str]:
    """A real server."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "depot" / "metadata").mkdir(parents=True)
    hub = School(folder=folder, database_url=records).hub()
    policy = Policy(limits=Limits(stranger=MUCH, doors={}), stall_s=5)
    with serving(hub, depot=folder / "depot", policy=policy) as url:
        COOKIES[COOKIE] = session_of_an_evaluator(hub)
        yield url
    hub.close()


def session_of_an_evaluator(hub: Hub) -> str:
    """Somebody was named, and opened the link."""
    about = About(
        application_id="app",
        candidate_id="C-1",
        candidate_name="Ana",
        area=ContentArea.LUNG,
        closes_ms=hub.clock.read().wall_ms + 10**9,
    )
    person = Person(name="Ben", email="ben@hospital.example", background="Lead")
    (seat,) = hub.peers.desk.panel(hub.peers.desk.nominate(about, [person], who="ada")).seats
    link = {"evaluator_id": seat.evaluator_id, "mail_id": "", "purpose": "answer", "expires_ms": about.closes_ms}
    with hub.peers.desk._store.rows() as rows:
        hub.peers.desk.standings.apply(rows, seat.evaluator_id, Invited(at_ms=1))
        rows.add(LINK, digest=token_digest("t" * 43), **link)
    return hub.peers.answering.begin("t" * 43)


@SCHEMA.parametrize()
@settings(max_examples=int(os.environ.get(EXAMPLES, "4")), deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_of_the_documents(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address, cookies=COOKIES if case.path.startswith("/peer/") else None)
