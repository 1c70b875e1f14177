"""The hub over HTTP: status, media types and problem documents, without a network between."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.errors import HubError, LogDamagedError, NoContentDigestError, PlaceDamagedError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.hub.web.digest_field import sha256_of
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE, RECEIPT_MEDIA_TYPE
from tests.hub.school import School

LIMIT = 200_000


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx2.Client]:
    app = create_app(hub, policy=Policy(maximum_bytes=LIMIT))
    with httpx2.Client(transport=InProcessTransport(app), base_url="http://hub") as made:
        yield made


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _headers(data: bytes, changes: dict[str, str | None]) -> dict[str, str]:
    checked = base64.b64encode(hashlib.sha256(data).digest()).decode()
    given = {"Content-Type": MEDIA_TYPE, "Content-Digest": f"sha-256=:{checked}:", **changes}
    return {name: value for name, value in given.items() if value is not None}


def _put(
    client: httpx2.Client, data: bytes, *, digest: str | None = None, changes: dict[str, str | None] | None = None
) -> httpx2.Response:
    return client.put(f"/v1/envelopes/{digest or _digest(data)}", content=data, headers=_headers(data, changes or {}))


def _problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_MEDIA_TYPE)
    document: dict[str, Any] = answer.json()
    assert (document["status"], document["code"], document["type"]) == (status, code, f"urn:pocus:problem:{code}")
    assert document["what"] == document["detail"]
    assert "{" not in document["what"] + document["next"]
    assert document["next"]
    return document


def test_a_result_is_put_and_put_again(school: School, client: httpx2.Client) -> None:
    data = school.sit().final
    first = _put(client, data)
    assert (first.status_code, first.headers["content-type"]) == (201, RECEIPT_MEDIA_TYPE)
    assert first.headers["location"] == f"/v1/envelopes/{_digest(data)}/receipt"
    verify_receipt(first.content, [school.keys.signing.public], sealed_digest=_digest(data))
    again = _put(client, data)
    assert (again.status_code, again.content) == (200, first.content)
    fetched = client.get(first.headers["location"])
    assert (fetched.status_code, fetched.content) == (200, first.content)


def test_the_keys_are_published(school: School, client: httpx2.Client) -> None:
    answer = client.get("/v1/keys")
    assert answer.headers["content-type"] == "application/json"
    listed = [PublicKey.from_json(key) for key in answer.json()["keys"]]
    assert listed == list(school.keys.public)


def test_readiness_is_that_of_the_store(school: School, hub: Hub, client: httpx2.Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}
    school.clock.advance(ms=1_000)
    hub.close()
    for companion in (school.folder / "hub").glob("hub.sqlite-*"):
        companion.unlink()
    Path(school.folder / "hub" / "hub.sqlite").write_bytes(b"not a database" * 1000)
    assert client.get("/healthz").json() == {"status": "ok"}, "the process lives all the same"
    answer = client.get("/readyz")
    _problem(answer, 503, "hub.store_unavailable")
    assert answer.headers["retry-after"] == "30"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"Content-Digest": None}, 400, "hub.no_content_digest", id="no Content-Digest"),
        pytest.param({"Content-Digest": "sha-256=abc"}, 400, "hub.no_content_digest", id="malformed Content-Digest"),
        pytest.param({"Content-Digest": "sha-512=:YQ==:"}, 400, "hub.no_content_digest", id="other algorithm"),
        pytest.param(
            {"Content-Digest": f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"},
            400,
            "hub.content_digest_mismatch",
            id="other Content-Digest",
        ),
        pytest.param({"Content-Type": None}, 415, "hub.wrong_media_type", id="no media type"),
        pytest.param({"Content-Type": "application/json"}, 415, "hub.wrong_media_type", id="other media type"),
        pytest.param({"Content-Encoding": "gzip"}, 415, "hub.wrong_media_type", id="compressed"),
    ],
)
def test_a_request_that_is_not_as_it_must_be(
    school: School, hub: Hub, client: httpx2.Client, changes: dict[str, str | None], status: int, code: str
) -> None:
    _problem(_put(client, school.sit().final, changes=changes), status, code)
    assert (hub.standings(), hub.quarantined()) == ((), ())


@pytest.mark.parametrize(
    ("name", "code"),
    [("0" * 64, "hub.name_mismatch"), ("abc", "hub.bad_digest"), ("A" * 64, "hub.bad_digest")],
    ids=["another digest", "no digest", "upper case"],
)
def test_an_address_that_is_not_the_envelopes_own(
    school: School, hub: Hub, client: httpx2.Client, name: str, code: str
) -> None:
    _problem(_put(client, school.sit().final, digest=name), 400, code)
    assert (hub.standings(), hub.quarantined()) == ((), ())


def test_an_envelope_that_is_refused_names_its_cause(hub: Hub, client: httpx2.Client) -> None:
    document = _problem(_put(client, b"hello"), 422, "hub.envelope_refused")
    assert document["cause"] == "sitting.not_sealed_result"
    assert [refused.digest for refused in hub.quarantined()] == [_digest(b"hello")]


@pytest.mark.parametrize("failure", [LogDamagedError(part="checkpoint", reason="-"), PlaceDamagedError(reason="-")])
def test_what_fails_at_the_hub_is_no_fault_of_the_envelope(
    school: School, hub: Hub, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, failure: HubError
) -> None:
    def fail(*_given: Any) -> None:
        raise failure

    data = school.sit().final
    with monkeypatch.context() as broken:
        broken.setattr("pocus_desktop.hub.results_log.result_log.ResultLog.enter", fail)
        _problem(_put(client, data), 503, failure.code)
    assert hub.quarantined() == ()
    assert _put(client, data).status_code == 201


@pytest.mark.parametrize("is_told", [True, False], ids=["with its length told", "with its length found"])
def test_an_envelope_that_is_too_large_is_refused(hub: Hub, client: httpx2.Client, is_told: bool) -> None:
    data = bytes(LIMIT + 1)
    content = data if is_told else iter([data[:LIMIT], data[LIMIT:]])
    answer = client.put(f"/v1/envelopes/{_digest(data)}", content=content, headers=_headers(data, {}))
    _problem(answer, 413, "hub.too_large")
    assert hub.quarantined() == ()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "hub.not_found"),
        ("GET", "/v1/results", 404, "hub.not_found"),
        ("GET", f"/v1/envelopes/{'0' * 64}", 405, "hub.bad_method"),
        ("POST", f"/v1/envelopes/{'0' * 64}", 405, "hub.bad_method"),
        ("DELETE", f"/v1/envelopes/{'0' * 64}/receipt", 405, "hub.bad_method"),
        ("GET", f"/v1/envelopes/{'0' * 64}/receipt", 404, "hub.no_receipt"),
        ("GET", "/v1/envelopes/..%2f..%2fhub.sqlite/receipt", 404, "hub.not_found"),
        ("GET", "/v1/envelopes/zz/receipt", 400, "hub.bad_digest"),
    ],
)
def test_addresses_that_give_nothing(client: httpx2.Client, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    _problem(answer, status, code)
    assert ("allow" in answer.headers) == (status == 405)


def test_a_mistake_of_the_program_is_told_without_its_text(
    school: School, hub: Hub, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_given: object) -> None:
        raise RuntimeError("an answer could stand here")

    monkeypatch.setattr(hub._intake, "take_all", stumble)
    answer = _put(client, school.sit().final)
    _problem(answer, 500, "kernel.unexpected")
    assert "could stand here" not in answer.text


def test_the_log_names_no_person(school: School, client: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="pocus_desktop")
    _put(client, school.sit().final)
    _put(client, b"hello")
    told = json.dumps([{"event": record.getMessage(), **getattr(record, "safe", {})} for record in caplog.records])
    assert "hub.accepted" in told
    assert "hub.envelope_refused" in told
    assert "Ana Roe" not in told
    assert "C-1" not in told
    assert '"no"' not in told


@pytest.mark.parametrize(
    "field",
    [
        "sha-256=:{0}:",
        "sha-512=:YQ==:, sha-256=:{0}:",
        "sha-256=:{0}:,sha-512=:YQ==:",
        "sha-256=:YQ==:, sha-256=:{0}:",
        "sha-256=:{0}:;note=1",
        " sha-256=:{0}: ",
    ],
)
def test_content_digest_is_read_as_a_dictionary(field: str) -> None:
    value = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert sha256_of(field.format(value)) == _digest(b"x")


@pytest.mark.parametrize(
    "field", [None, "", "sha-256", "sha-256=::", "sha-256=:YQ==:", "sha-256=:*:", "sha-256=:{0}", "SHA-256=:{0}:", ","]
)
def test_content_digest_that_names_no_sha256(field: str | None) -> None:
    value = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    with pytest.raises(NoContentDigestError):
        sha256_of(field.format(value) if field else field)


@given(st.text(max_size=80) | st.text(alphabet='sha-256512=:;, "AZ+/', max_size=120))
def test_content_digest_is_a_sha256_or_refused(field: str) -> None:
    try:
        found = sha256_of(field)
    except NoContentDigestError:
        return
    assert len(bytes.fromhex(found)) == 32
