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

from pocus_desktop.hub.web.app import Policy
from pocus_desktop.hub.web.guard import Limits
from pocus_desktop.kernel.rate import Rate
from tests.hub.loopback import serving
from tests.hub.school import School

FILE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "hub.openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
EXAMPLES = "POCUS_API_EXAMPLES"
TAKEN = {
    kind: "application/json" if kind.endswith("json") else "application/octet-stream"
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
    for kind in operation.get("requestBody", {}).get("content", {})
}
for kind, like in TAKEN.items():
    schemathesis.serializer.alias(kind, like)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.checks.positive_data_acceptance.enabled = False  # no schema says what is signed, and by whom
SCHEMA.config.checks.negative_data_rejection.expected_statuses = ["4xx"]  # tus refuses by 410, 412 and 460 too
SCHEMA.config.phases.coverage.enabled = EXAMPLES in os.environ  # asks each door a hundred things, in the soak
MUCH = Rate(burst=10**6, per_minute=10**6)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "depot" / "metadata").mkdir(parents=True)
    hub = School(folder=folder).hub()
    policy = Policy(limits=Limits(stranger=MUCH, doors={}), stall_s=5)
    with serving(hub, depot=folder / "depot", policy=policy) as url:
        yield url
    hub.close()


@SCHEMA.parametrize()
@settings(max_examples=int(os.environ.get(EXAMPLES, "4")), deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_of_the_documents(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)
