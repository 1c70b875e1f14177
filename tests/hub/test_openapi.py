"""The OpenAPI document says what the hub does: the same doors, types, answers and codes."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx2
import jsonschema
import pytest

from pocus_desktop.admission.enrolling import REQUEST_TYPE
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.errors import HubError, StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.hub.web.application import Application
from pocus_desktop.hub.web.guard import Limits, Senders
from pocus_desktop.kernel import words
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.sync.asgi import InProcessTransport
from tests.hub.school import School
from tests.hub.test_admissions import enrol
from tests.hub.test_enrolments import HOUR_MS, asking
from tests.hub.test_guard import put, signed

FILE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "hub.openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
OPERATIONS: Mapping[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path): operation for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
}
OF_STAFF = ("/staff", "/static")
FORM = "application/x-www-form-urlencoded"
FEW = Policy(limits=Limits(stranger=Rate(burst=1, per_minute=1), doors={}), proxies=["192.0.2.1"])


def template(path: str) -> str:
    return path.replace("{path:path}", "{path}")


def answers(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            yield status, DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        else:
            yield status, answer


def codes(operation: dict[str, Any]) -> set[tuple[str, str]]:
    return {(status, code) for status, answer in answers(operation) for code in answer.get("x-problem-codes", ())}


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    (tmp_path / "depot" / "metadata").mkdir(parents=True)
    (tmp_path / "depot" / "metadata" / "timestamp.json").write_bytes(b"{}")
    return tmp_path / "depot"


def known_errors() -> dict[str, type[HubError]]:
    found: dict[str, type[HubError]] = {}

    def look(error: type[HubError]) -> None:
        found[error.code] = error
        for child in error.__subclasses__():
            look(child)

    look(HubError)
    return found


def test_the_document_names_every_door_and_no_other(hub: Hub, depot: Path) -> None:
    found = {}
    for route in cast(Application, create_app(hub, depot=depot).app).doors:
        if route.path.startswith(OF_STAFF):  # for people: formats/academy 1
            continue
        for method in (route.methods or set()) - ({"HEAD"} if "GET" in (route.methods or set()) else set()):
            found[method, template(route.path)] = route
    assert set(found) == set(OPERATIONS)
    for key, door in found.items():
        operation = OPERATIONS[key]
        taken = list(operation.get("requestBody", {}).get("content", {}))
        takes = FORM if isinstance(door, Page) and key[0] == "POST" else door.takes
        assert taken == ([takes] if takes else []), key
        given = {kind for status, one in answers(operation) if status[0] == "2" for kind in one.get("content", {})}
        assert given >= set(door.gives), key
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", template(door.path))), key


def test_every_code_is_one_of_ours_with_its_status_and_words() -> None:
    errors = known_errors()
    for operation in OPERATIONS.values():
        for status, code in codes(operation):
            assert words.has(f"errors.{code}.what"), code
            if code in errors and status != "422":
                assert str(errors[code].status) == status, code


def test_every_error_of_the_door_is_in_the_document() -> None:
    """All with a status of their own; those of 500, and those of the desks behind, are never told over the network."""
    told = {code for operation in OPERATIONS.values() for _, code in codes(operation)}
    behind = {
        "hub.not_admitted",
        "hub.sitting_conflict",
        "hub.shelf_damaged",
        "hub.unstorable",
    }  # told as the cause of another
    wanted = {code for code, error in known_errors().items() if code.startswith("hub.") and error.status != 500}
    assert wanted - behind - told == set()


class Witness:
    """Asks, and holds every answer against the document."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client
        self.seen: set[tuple[str, str]] = set()

    def ask(self, method: str, path: str, *, door: str | None = None, **more: Any) -> httpx2.Response:
        answer = self.client.request(method, path, **more)
        self.check(answer, OPERATIONS[method, door or path])
        return answer

    def check(self, answer: httpx2.Response, operation: dict[str, Any]) -> None:
        status = str(answer.status_code)
        documented = dict(answers(operation))
        assert status in documented, (answer.request.method, answer.request.url, status, answer.text)
        kinds = documented[status].get("content", {})
        if answer.request.method != "HEAD" and answer.content:
            assert answer.headers["content-type"].partition(";")[0] in kinds
        for field in documented[status].get("headers", {}):
            assert field in answer.headers, field
        if answer.status_code >= 400 and answer.content:
            schema = {**DOCUMENT["components"]["schemas"]["Problem"], "components": DOCUMENT["components"]}
            jsonschema.validate(answer.json(), schema)
            code = answer.json()["code"]
            assert code in documented[status]["x-problem-codes"], (status, code)
            self.seen.add((status, code))


def client_from(hub: Hub, policy: Policy, depot: Path, peer: str = "192.0.2.7") -> httpx2.Client:
    app = create_app(hub, depot=depot, policy=policy)

    async def from_there(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": (peer, 4711)}, receive, send)

    return httpx2.Client(transport=InProcessTransport(from_there), base_url="http://hub")


def test_real_answers_are_in_the_document(
    school: School, hub: Hub, depot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness(client_from(hub, Policy(senders=Senders.OPEN, maximum_bytes=100_000), depot))
    sat, no_digest, none = school.sit(), "abc", "0" * 64
    envelope = OPERATIONS["PUT", "/v1/envelopes/{digest}"]
    for data in (sat.final, sat.final, b"rubbish", bytes(100_001)):
        witness.check(put(witness.client, data), envelope)
    for fields in (
        {"Content-Type": "text/plain"},
        {"Content-Digest": "sha-256=::"},
        {"Content-Digest": f"sha-256=:{'A' * 43}=:"},
        {"Accept": "text/html"},
    ):
        witness.check(put(witness.client, sat.partial, **fields), envelope)
    for path in (none, no_digest):
        receipt = "/v1/envelopes/{digest}/receipt"
        witness.ask("GET", f"/v1/envelopes/{path}/receipt", door=receipt)
    for path in ("/v1/keys", "/healthz", "/readyz", "/v1/log/checkpoint"):
        witness.ask("GET", path)
        witness.ask("GET", path, headers={"Accept": "text/html"})
        witness.ask("GET", path, content=b"a")
    witness.ask("GET", "/v1/log/tile/0/999", door="/v1/log/{path}")
    depot_door = "/v1/depot/{path}"
    witness.ask("GET", "/v1/depot/metadata/timestamp.json", door=depot_door)
    witness.ask("GET", "/v1/depot/metadata/timestamp.json", door=depot_door, headers={"Range": "bytes=0-0"})
    witness.ask("GET", "/v1/depot/metadata/timestamp.json", door=depot_door, headers={"Range": "bytes=9-"})
    witness.ask("GET", "/v1/depot/none", door=depot_door)
    _ask_uploads(witness, sat.partial)
    _ask_registry(witness, school, hub)
    wrong = witness.client.request("DELETE", "/v1/keys")
    witness.check(wrong, OPERATIONS["GET", "/v1/keys"])
    assert len(witness.seen) >= 19


def _ask_uploads(witness: Witness, data: bytes) -> None:
    all_of_them, one = "/v1/uploads", "/v1/uploads/{upload_id}"
    version = {"Tus-Resumable": "1.0.0"}
    piece = {**version, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    witness.ask("OPTIONS", all_of_them)
    witness.ask("POST", all_of_them)
    witness.ask("POST", all_of_them, headers=version)
    witness.ask("POST", all_of_them, headers={**version, "Upload-Length": "999999999999"})
    for method in ("HEAD", "DELETE"):
        witness.ask(method, f"{all_of_them}/none", door=one, headers=version)
    witness.ask("PATCH", f"{all_of_them}/none", door=one, headers=piece, content=data)
    witness.ask("PATCH", f"{all_of_them}/none", door=one, headers={**piece, "Content-Type": "a/b"}, content=data)


def _ask_registry(witness: Witness, school: School, hub: Hub) -> None:
    enrolments, admissions, grant = "/v1/enrolments", "/v1/stations/me/admissions", "/v1/stations/me/grant"
    kind = {"Content-Type": REQUEST_TYPE}
    witness.ask("POST", enrolments, content=b"{}")
    witness.ask("POST", enrolments, content=b"{}", headers=kind)
    witness.ask("POST", enrolments, content=bytes(2_000_000), headers=kind)
    witness.ask("POST", enrolments, content=asking(code="wrong"), headers=kind)
    code = hub.registry.enrolments.new_code(kind="station", centre_id=None, valid_ms=HOUR_MS, who="ada").code
    witness.ask("POST", enrolments, content=asking(name="New", code=code), headers=kind)
    keys = enrol(hub.registry, "Desk 9")
    now_ms = school.clock.read().wall_ms
    for path in (admissions, grant):
        for made_ms in (now_ms, now_ms - 3_600_000):
            field = sign_request(keys.signing, method="GET", target=path, now_ms=made_ms)
            witness.ask("GET", path, headers={"Authorization": field})
        witness.ask("GET", path)


def test_answers_to_who_is_not_let_in_and_to_who_comes_too_often_are_in_the_document(
    school: School, hub: Hub, depot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness(client_from(hub, FEW, depot))
    known = enrol(hub.registry, "Desk 1").signing
    data, envelope = school.sit().final, OPERATIONS["PUT", "/v1/envelopes/{digest}"]
    now_ms = school.clock.read().wall_ms
    fields: list[Callable[[], str | None]] = [
        lambda: None,
        lambda: signed(SigningKey.generate(), data, now_ms),
        lambda: signed(known, data, 0),
        lambda: signed(known, data, now_ms),
    ]
    for field in fields:
        witness.check(put(client_from(hub, FEW, depot), data, field()), envelope)
    for path in ("/v1/keys", "/v1/log/checkpoint", "/v1/stations/me/grant", "/v1/stations/me/admissions"):
        for _ in range(2):
            witness.ask("GET", path)

    def fail(*_given: object) -> None:
        raise StoreUnavailableError(reason="gone")

    monkeypatch.setattr(hub._intake, "take_all", fail)
    witness.check(put(client_from(hub, FEW, depot), data, signed(known, data, now_ms)), envelope)
    assert {code for _, code in witness.seen} >= {
        "hub.unsigned",
        "hub.unknown_sender",
        "hub.clock_differs",
        "hub.rate_limited",
        "hub.store_unavailable",
    }
