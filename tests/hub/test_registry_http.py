"""The registry over HTTP: enrolling by code, and a station's own admissions."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import REQUEST_TYPE, read_grant
from pocus_desktop.admission.handing_out import read_admissions
from pocus_desktop.admission.station_request import FRESH_MS, sign_request, verify_request
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.errors import TooManyTriesError
from pocus_desktop.hub.registry.tries import LIMIT, WITHIN_MS, Tries
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.hub_client import ADMISSIONS, HubClient
from tests.hub.school import School
from tests.hub.test_admissions import admit, code_of, enrol
from tests.hub.test_enrolments import HOUR_MS, asking

URL = "https://hub.example.org/pocus/"


@pytest.fixture
def transport(hub: Hub) -> InProcessTransport:
    return InProcessTransport(create_app(hub, policy=Policy(stall_s=1)))


@pytest.fixture
def client(transport: InProcessTransport) -> Iterator[HubClient]:
    with HubClient("https://hub.example.org", transport=transport) as made:
        yield made


@pytest.fixture
def web(transport: InProcessTransport) -> Iterator[httpx2.Client]:
    with httpx2.Client(transport=transport, base_url="https://hub.example.org") as made:
        yield made


def reason(action: Callable[[], object]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    assert "{" not in "".join(caught.value.explain())
    return str(caught.value.params["reason"])


# enrolling


def test_a_station_is_enrolled_by_a_code_that_works_once(school: School, hub: Hub, client: HubClient) -> None:
    code = hub.registry.enrolments.new_code(kind="station", centre_id=None, valid_ms=HOUR_MS, who="ada").code
    keys = StationKeys.generate()
    request = asking(keys, code=code)
    grant = client.enrol(request)
    assert read_grant(grant, own=keys, academy=[school.keys.signing.public]).grant.name == "Desk 1"
    assert client.enrol(request) == grant, "the answer may have been lost"
    assert reason(lambda: client.enrol(asking(code=code))) == "registry.bad_code"
    assert reason(lambda: client.enrol(b"{}")) == "crypto.bad_envelope"
    assert reason(lambda: client.enrol(b" " * 2_000_000)) == "hub.too_large"


def test_what_the_hub_says_is_told_in_our_words(hub: Hub, client: HubClient) -> None:
    enrol(hub.registry, "North", kind="centre", centre_id="north")
    code = hub.registry.enrolments.new_code(kind="station", centre_id="north", valid_ms=HOUR_MS, who="ada").code
    with pytest.raises(PocusError, match=r"sync\.hub_answered_no") as caught:
        client.enrol(asking(kind="centre", centre_id="x", code=code))
    assert "station of the centre north" in caught.value.explain().what
    assert "centro north" in caught.value.explain("es").what


def test_many_wrong_codes_make_everyone_wait(school: School, hub: Hub, client: HubClient) -> None:
    code = hub.registry.enrolments.new_code(kind="station", centre_id=None, valid_ms=HOUR_MS, who="ada").code
    for _ in range(LIMIT):
        assert reason(lambda: client.enrol(asking(code="wrong"))) == "registry.bad_code"
    assert reason(lambda: client.enrol(asking(code=code))) == "registry.too_many_tries"
    school.clock.advance(ms=WITHIN_MS)
    client.enrol(asking(code=code))


def test_waiting_is_told_with_its_time_and_the_wrong_kind_is_refused(hub: Hub, web: httpx2.Client) -> None:
    answer = web.post("/v1/enrolments", content=asking(code="wrong"), headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "hub.wrong_media_type")
    for _ in range(LIMIT + 1):
        answer = web.post("/v1/enrolments", content=asking(code="w"), headers={"Content-Type": REQUEST_TYPE})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert web.get("/v1/enrolments").status_code == 405


def test_tries_are_forgotten_one_by_one() -> None:
    tries = Tries(limit=2, within_ms=100)
    for now_ms in (0, 50):
        tries.require(now_ms)
        tries.fail(now_ms)
    with pytest.raises(TooManyTriesError):
        tries.require(99)
    tries.require(100)
    tries.fail(100)
    with pytest.raises(TooManyTriesError):
        tries.require(149)


# admissions


def test_a_station_gets_its_own_and_its_centres_admissions_and_no_one_elses(
    school: School, hub: Hub, client: HubClient
) -> None:
    registry = hub.registry
    for number in range(6):
        registry.candidates.add(candidate_id=f"C-{17 + number}", name="Ana", who="ada")
    for name in ("north", "south"):
        enrol(registry, name, kind="centre", centre_id=name)
    mine, other = enrol(registry, "Desk 1", centre_id="north"), enrol(registry, "Desk 2", centre_id="north")
    wanted = {
        admit(registry, station="Desk 1").admission_id,
        admit(registry, candidate_id="C-18", centre_id="north").admission_id,
    }
    admit(registry, candidate_id="C-19", station="Desk 2")
    admit(registry, candidate_id="C-20", centre_id="south")
    admit(registry, candidate_id="C-21")
    gone = admit(registry, candidate_id="C-22", centre_id="north")
    registry.admissions.withdraw(gone.admission_id, who="ada", why="")
    now_ms = school.clock.read().wall_ms
    found = client.admissions(mine.signing, now_ms=now_ms)
    assert {documents.verify(each, [school.keys.signing.public]).admission.admission_id for each in found} == wanted
    assert len(client.admissions(other.signing, now_ms=now_ms)) == 2
    registry.enrolments.move("Desk 1", centre_id="south", who="ada", why="")
    assert len(client.admissions(mine.signing, now_ms=now_ms)) == 1, (
        "what it was admitted for at its old centre stays there"
    )


def test_who_is_not_an_active_station_gets_nothing(school: School, hub: Hub, client: HubClient) -> None:
    keys = enrol(hub.registry, "Desk 1")
    now_ms = school.clock.read().wall_ms
    assert client.admissions(keys.signing, now_ms=now_ms) == ()
    assert reason(lambda: client.admissions(SigningKey.generate(), now_ms=now_ms)) == "registry.not_signed_in"
    for off in (-FRESH_MS - 1, FRESH_MS + 1):
        assert client.admissions(keys.signing, now_ms=now_ms + off) == (), (
            "it asks again for the time that the hub tells"
        )
    hub.registry.enrolments.retire("Desk 1", who="ada", why="")
    assert reason(lambda: client.admissions(keys.signing, now_ms=now_ms)) == "registry.not_signed_in"


def test_a_signature_is_for_one_question_only(hub: Hub, web: httpx2.Client, school: School) -> None:
    keys = enrol(hub.registry, "Desk 1")
    now_ms = school.clock.read().wall_ms
    for method, target in (("PUT", ADMISSIONS), ("GET", "/v1/keys")):
        field = sign_request(keys.signing, method=method, target=target, now_ms=now_ms)
        answer = web.get(ADMISSIONS, headers={"Authorization": field})
        assert (answer.status_code, answer.json()["params"]["reason"]) == (401, "another question was signed")
    assert web.get(ADMISSIONS).status_code == 401
    late = sign_request(keys.signing, method="GET", target=ADMISSIONS, now_ms=now_ms - FRESH_MS - 1)
    answer = web.get(ADMISSIONS, headers={"Authorization": late})
    assert (answer.status_code, answer.json()["params"]) == (401, {"hub_time_ms": now_ms})
    good = sign_request(keys.signing, method="GET", target=ADMISSIONS, now_ms=now_ms)
    assert web.get(ADMISSIONS, headers={"Authorization": good}).headers["cache-control"] == "no-store"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.binary(max_size=60))
def test_whatever_stands_in_the_field_only_our_errors_come_out(text: str, data: bytes) -> None:
    key = SigningKey.from_seed(b"k" * 32)
    for field in (text, f"Pocus-DSSE {text}", f"pocus-dsse {data.hex()}"):
        with pytest.raises(PocusError):
            verify_request(field, method="GET", target="/", now_ms=0, find=lambda _id: key.public)
    with pytest.raises(PocusError):
        read_admissions(data)


def test_what_answers_in_the_hubs_place_is_told() -> None:
    def ask(answer: httpx2.Response) -> str:
        with HubClient(URL, transport=httpx2.MockTransport(lambda _request: answer)) as client:
            return reason(lambda: client.enrol(b""))

    problem: dict[str, Any] = {"code": "registry.nothing_such", "params": {"a": "\x00", "b": ["x"]}}
    plain = {"Content-Type": "application/problem+json"}
    told = json.dumps(problem).encode()
    assert ask(httpx2.Response(200, content=iter([b"hello"]))) == "status 200"
    assert ask(httpx2.Response(404, content=iter([b"{"]), headers=plain)) == "status 404"
    assert ask(httpx2.Response(422, content=iter([told]), headers=plain)) == "-"
    assert code_of(lambda: HubClient("http://hub.example.org")) == "sync.bad_address"
