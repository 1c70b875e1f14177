"""Whatever is thrown at the hub's door, the answer is its own: a problem document with a stable code, and no trace."""

import base64
import json
import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.hub.errors import NoRoomError, StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.hub.web.application import Application
from pocus_desktop.hub.web.body import TRICKLE_BYTES
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.figures import figures
from pocus_desktop.hub.web.guard import Limits, Senders
from pocus_desktop.hub.web.metrics import Metrics, exposed
from pocus_desktop.hub.web.observed import REQUEST_ID
from pocus_desktop.hub.web.protocol import HEAD_BYTES
from pocus_desktop.hub.web.readiness import Readiness
from pocus_desktop.hub.web.serve import configuration
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE
from tests.hub.loopback import running
from tests.hub.school import School
from tests.hub.test_admissions import enrol
from tests.hub.test_guard import put, signed

pytestmark = pytest.mark.slow

PERSON = ("Ana Roe", "Ana%20Roe", "C-4711", "ana@example.org", "203.0.113.77")
MANY = Rate(burst=1_000_000, per_minute=1_000_000)
OPEN = Policy(senders=Senders.OPEN, limits=Limits(station=MANY, stranger=MANY, doors={}))
HEAD_S, STALL_S, CONNECTIONS = 0.3, 0.3, 3


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    (tmp_path / "depot" / "metadata").mkdir(parents=True)
    (tmp_path / "depot" / "metadata" / "timestamp.json").write_bytes(b"{}")
    (tmp_path / "depot" / "secret").write_bytes(b"for no one")
    return tmp_path / "depot"


@pytest.fixture
def port(hub: Hub, depot: Path) -> Iterator[int]:
    """A real server that is impatient and small."""
    policy = Policy(senders=Senders.OPEN, stall_s=STALL_S)
    with running(configuration(hub, depot=depot, policy=policy, head_s=HEAD_S, most_connections=CONNECTIONS)) as found:
        yield found


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def all_of(connection: socket.socket) -> bytes:
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def exchange(port: int, request: bytes) -> bytes:
    """Send bytes, and read until the hub closes."""
    with connected(port) as connection:
        connection.sendall(request)
        return all_of(connection)


def require_problem(answer: bytes, *codes: str) -> dict[str, Any]:
    """The one answer on a connection is a problem document, with one of these codes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower(), answer[:300]
    document: dict[str, Any] = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % document["status"])
    assert document["code"] in codes
    return document


def require_ours(answer: httpx2.Response) -> None:
    """Good, or a problem document whose code has words; of a page, one that says so, or the way elsewhere on it."""
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers[REQUEST_ID])
    assert answer.status_code != 500
    if answer.is_success:
        return
    is_page = re.match(r"/(v1/|healthz|readyz|\.well-known/)", answer.request.url.path) is None
    if answer.is_redirect:
        assert is_page
        assert re.match(r"/[a-z]", answer.headers["location"])
        return
    if answer.request.method == "HEAD":
        return
    if answer.headers["content-type"].startswith("text/html"):
        assert is_page
        assert "<h1" in answer.text
        for code in re.findall(r"<code>([a-z_]+\.[a-z_.]+)</code>", answer.text):
            assert words.has(f"errors.{code}.what")
        return
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE, answer.text
    document = answer.json()
    assert words.has(f"errors.{document['code']}.what")
    assert document["status"] == answer.status_code
    assert document["instance"] == f"urn:pocus:request:{answer.headers[REQUEST_ID]}"


def doors(hub: Hub, depot: Path) -> list[Door]:
    return list(cast(Application, create_app(hub, depot=depot).app).doors)


def client_of(hub: Hub, depot: Path, policy: Policy = OPEN) -> httpx2.Client:
    app = create_app(hub, depot=depot, policy=policy)
    return httpx2.Client(transport=InProcessTransport(app), base_url="http://hub")


# in bytes


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"hello\r\n\r\n", id="no HTTP"),
        pytest.param(
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n", id="TLS to a plain port"
        ),
        pytest.param(b"GET /v1/keys\r\n\r\n", id="HTTP 0.9"),
        pytest.param(b"GET /v1/keys HTTP/1.1\r\n\r\n", id="no Host"),
        pytest.param(b"GET /v1/keys HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two Hosts"),
        pytest.param(b"GET /v1/keys HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", id="NUL in a field"),
        pytest.param(b"GET /v1/keys HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n", id="blank before the colon"),
        pytest.param(b"GET /v1/\xff HTTP/1.1\r\nHost: a\r\n\r\n", id="bytes in the target"),
        pytest.param(b"GET /v1/a b HTTP/1.1\r\nHost: a\r\n\r\n", id="blank in the target"),
        pytest.param(
            b"PUT /v1/keys HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", id="two lengths"
        ),
        pytest.param(b"PUT /v1/keys HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello", id="negative length"),
        pytest.param(b"PUT /v1/keys HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nhello", id="other coding"),
    ],
)
def test_what_is_no_request_is_told_so(port: int, request_: bytes) -> None:
    require_problem(exchange(port, request_), "hub.bad_request")


def test_another_version_of_http_is_answered_and_closed(port: int) -> None:
    require_problem(exchange(port, b"PRI * HTTP/2.0\r\nConnection: close\r\n\r\n"), "hub.not_found")


def test_a_head_that_is_too_large_is_told_so(port: int) -> None:
    padding = b"X: " + b"a" * (HEAD_BYTES + 1)
    document = require_problem(exchange(port, b"GET /v1/keys HTTP/1.1\r\nHost: a\r\n" + padding), "hub.head_too_large")
    assert document["status"] == 431


@pytest.mark.parametrize("begun", [b"", b"GET /v1/ke", b"GET /v1/keys HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_head_that_does_not_come_whole_is_given_up(port: int, begun: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(begun)
        require_problem(all_of(connection), "hub.slow_head")


def test_a_second_head_that_stops_on_the_same_connection_is_given_up_too(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        while not answer.endswith(b'{"status":"ok"}'):
            answer += connection.recv(65536)
        connection.sendall(b"GET /healthz HT")
        require_problem(all_of(connection), "hub.slow_head")


def trickle(port: int, head: bytes) -> bytes:
    """Announce much, and send a byte now and then until there is an answer."""
    with connected(port) as connection:
        connection.sendall(head)
        for _ in range(TRICKLE_BYTES):  # more than the floor, were it not for the time that passes between
            is_answered, _, _ = select.select([connection], [], [], STALL_S / 10)
            if is_answered:
                break
            connection.sendall(b"a")
        return all_of(connection)


def test_content_that_trickles_is_given_up(port: int) -> None:
    head = (
        b"PUT /v1/envelopes/%b HTTP/1.1\r\nHost: a\r\nContent-Type: application/vnd.pocus.sealed-result\r\n"
        b"Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\nContent-Length: 100000\r\n\r\n"
    )
    require_problem(trickle(port, head % (b"0" * 64)), "hub.slow_sender")


def test_a_piece_that_trickles_is_given_up_and_what_came_is_kept(port: int) -> None:
    version = b"Host: a\r\nTus-Resumable: 1.0.0\r\nConnection: close\r\n"
    metadata = b"filename " + base64.b64encode(b"0" * 64)
    begun = exchange(
        port,
        b"POST /v1/uploads HTTP/1.1\r\n%bUpload-Length: 100000\r\nUpload-Metadata: %b\r\n\r\n" % (version, metadata),
    )
    found = re.search(rb"location: (uploads/[^\r]+)", begun)
    assert found, begun
    piece = b"Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 100000\r\n\r\n"
    require_problem(trickle(port, b"PATCH /v1/%b HTTP/1.1\r\n%b%b" % (found[1], version, piece)), "hub.slow_sender")
    so_far = exchange(port, b"HEAD /v1/%b HTTP/1.1\r\n%b\r\n" % (found[1], version))
    assert re.search(rb"upload-offset: [1-9]", so_far), so_far


def test_content_whose_chunks_are_broken_is_no_result(port: int, hub: Hub) -> None:
    head = (
        b"PUT /v1/envelopes/%b HTTP/1.1\r\nHost: a\r\nContent-Type: application/vnd.pocus.sealed-result\r\n"
        b"Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    answer = exchange(port, head % (b"0" * 64) + b"5\r\nhello\r\nzz\r\n")
    require_problem(answer, "hub.bad_request")
    assert hub.quarantined() == ()


def test_two_ways_to_tell_a_length_hide_no_second_request(port: int) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    fields = b"Host: a\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(hidden))
    request = b"POST /v1/keys HTTP/1.1\r\n" + fields
    answer = exchange(port, request + hidden)
    assert b'"status":"ok"' not in answer or answer.count(b"HTTP/1.1 ") == 2, "one reading, and the same for both"
    assert answer.startswith((b"HTTP/1.1 405 ", b"HTTP/1.1 400 "))


def test_more_connections_than_are_answered_are_told_to_come_later(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            held = stack.enter_context(connected(port))
            held.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert held.recv(65536)  # it counts from now on
        answer = exchange(port, b"GET /v1/keys HTTP/1.1\r\nHost: a\r\n\r\n")
    document = require_problem(answer, "hub.too_busy")
    assert document["status"] == 503
    assert b"retry-after: 10\r\n" in answer.lower()


@pytest.mark.parametrize(
    "target",
    [
        b"//v1/keys",
        b"/v1/keys/",
        b"/v1/./keys",
        b"/v1/../v1/keys",
        b"/v1/keys%00",
        b"/V1/keys",
        b"http://elsewhere.example/v1/nothing",
        b"/v1/envelopes/%2e%2e/receipt",
        b"/v1/envelopes/..%2f..%2fhub.sqlite/receipt",
        b"/v1/depot/../secret",
        b"/v1/depot/%2e%2e/secret",
        b"/v1/depot/metadata/../../secret",
        b"/v1/depot/metadata/%2e%2e/%2e%2e/hub/hub.sqlite",
        b"/v1/depot//etc/passwd",
        b"/v1/depot/metadata/timestamp.json%00",
        b"/v1/depot/metadata\\timestamp.json",
        b"/v1/depot/metadata/" + b"a" * 300,
        b"/v1/depot/metadata/" + b"a/" * 3000,
        b"/v1/keys?next=1",
    ],
)
def test_no_trick_with_an_address_leads_anywhere(port: int, target: bytes) -> None:
    answer = exchange(port, b"GET %b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % target)
    require_problem(answer, "hub.not_found", "hub.bad_digest", "hub.bad_request")
    assert b"for no one" not in answer


def test_nothing_that_is_sent_becomes_a_field_of_the_answer(port: int) -> None:
    request = (
        b"GET /v1/none%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        b"X-Request-ID: 0123456789abcdef%0d%0aSet-Cookie: a=b\r\nX-Forwarded-For: Ana Roe\r\n\r\n"
    )
    answer = exchange(port, request)
    require_problem(answer, "hub.not_found")
    assert b"set-cookie" not in answer.lower()
    assert b"0123456789abcdef%" not in answer
    assert b"nosniff" in answer


# at every door


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_every_door_answers_every_method(hub: Hub, depot: Path, method: str) -> None:
    client = client_of(hub, depot)
    for door in doors(hub, depot):
        path = door.path.replace("{digest}", "0" * 64).replace("{upload_id}", "u" * 43)
        answer = client.request(method, path.replace("{path:path}", "metadata/timestamp.json"))
        require_ours(answer)
        if answer.status_code == 405:
            assert answer.headers["allow"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html"},
        {"Accept": "application/json;q=0"},
        {"Content-Type": "text/html"},
        {"Content-Encoding": "br"},
        {"Authorization": "Pocus-DSSE e30="},
        {"Authorization": "Basic QW5hOlJvZQ=="},
        {"Tus-Resumable": "9.9.9"},
        {"Tus-Resumable": "1.0.0", "Upload-Length": "9" * 40},
        {"Tus-Resumable": "1.0.0", "Upload-Offset": "-1", "Content-Type": "application/offset+octet-stream"},
        {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Metadata": b"filename \xc3\xb1"},
        {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Upload-Checksum": b"sha1 \xc3\xb1",
            "Content-Type": "application/offset+octet-stream",
        },
        {"Range": "bytes=99999999999-"},
        {"Expect": "something"},
    ],
    ids=lambda headers: next(iter(headers.items()))[0] + " " + next(iter(headers.values()))[:20],
)
def test_every_door_answers_strange_fields(hub: Hub, depot: Path, headers: Any) -> None:
    client = client_of(hub, depot)
    for door in doors(hub, depot):
        for method in door.methods or ():
            path = door.path.replace("{digest}", "0" * 64).replace("{upload_id}", "u" * 43)
            path = path.replace("{path:path}", "metadata/timestamp.json")
            require_ours(client.request(method, path, headers=headers))


def test_a_question_with_content_is_refused(hub: Hub, depot: Path) -> None:
    answer = client_of(hub, depot).request("GET", "/v1/keys", content=b"a")
    assert (answer.status_code, answer.json()["code"]) == (400, "hub.bad_request")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_asked_the_answer_is_ours(hub: Hub, depot: Path, data: st.DataObject) -> None:
    """Methods, paths, fields and content at random, near enough to real ones to come past the first check."""
    client = client_of(hub, depot)
    names = ["v1", "envelopes", "0" * 64, "receipt", "keys", "uploads", "u" * 43, "depot", "stations", "me", "é", ".."]
    letters = st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="#?")  # these end a path
    text = st.text(letters, max_size=5)
    path = "/" + "/".join(data.draw(st.lists(st.sampled_from(names) | text, max_size=5)))
    kinds = [door.takes for door in doors(hub, depot) if door.takes] + ["text/plain", "", "a;b", "\t"]
    headers = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "Content-Type": st.sampled_from(kinds),
                "Content-Digest": st.sampled_from(
                    ["sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "sha-256=::", ","]
                ),
                "Authorization": st.sampled_from(["Pocus-DSSE", "Pocus-DSSE e30=", "x"]),
                "Accept": st.sampled_from(["*/*", "application/*", ";q", "application/json;q=x", ",,,"]),
                "Tus-Resumable": st.just("1.0.0"),
                "Upload-Length": st.sampled_from(["1", "x", "99999999999"]),
                "Upload-Metadata": st.sampled_from(["filename", "filename e30=", "filename !"]),
                "X-Request-ID": st.sampled_from(["a" * 32, "Ana Roe"]),
            },
        )
    )
    method = data.draw(st.sampled_from(["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO"]))
    url = httpx2.URL("http://hub").copy_with(path=path if not path.startswith("//") else "/" + path.lstrip("/"))
    require_ours(client.request(method, url, headers=headers, content=data.draw(st.binary(max_size=20))))


# what stays behind


def test_nothing_of_a_person_stays_in_the_log(
    school: School, hub: Hub, depot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every door, with personal data in every part of a request, refused ones and broken ones too."""
    file = tmp_path / "hub.log"
    log.start(file, maximum_bytes=1 << 28, is_strict=True)
    keys = enrol(hub.registry, "Ana Roe")
    try:
        with client_of(hub, depot) as client:
            for door in doors(hub, depot):
                for value in PERSON:
                    for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
                        path = re.sub(r"\{[^}]*\}", value.replace(" ", "%20"), door.path)
                        fields = dict.fromkeys(
                            ("Accept", "Content-Type", "Content-Digest", "Authorization", "Upload-Metadata"), value
                        )
                        fields |= {
                            "X-Request-ID": value,
                            "X-Forwarded-For": value,
                            "User-Agent": value,
                            "Referer": value,
                        }
                        client.request(method, path, headers=fields, content=value)
                        kinds = {"Content-Type": door.takes or "text/plain", "Tus-Resumable": "1.0.0"}
                        client.request(method, path, headers=kinds, content=value)
            sat = school.sit()
            put(client, sat.final, signed(keys.signing, sat.final, school.clock.read().wall_ms))

            def stumble(*_given: object) -> None:
                raise RuntimeError("Ana Roe said no")

            monkeypatch.setattr(hub._intake, "take_all", stumble)
            assert put(client, sat.partial).json()["code"] == "kernel.unexpected"
        with running(configuration(hub, policy=OPEN)) as port:
            exchange(port, b"Ana Roe C-4711\r\n\r\n")
            exchange(port, b"GET /Ana%20Roe HTTP/1.1\r\nHost: ana@example.org\r\nConnection: close\r\n\r\n")
    finally:
        log.stop()
    told = file.read_text()
    lines = [json.loads(line) for line in told.splitlines()]
    requests = [line for line in lines if line["event"] == "hub.request"]
    assert {line["route"] for line in requests} >= {door.path for door in doors(hub, depot)}
    assert all(
        set(line)
        == {"at_ms", "level", "from", "event", "request_id", "method", "route", "status", "code", "duration_ms"}
        for line in requests
    )
    assert any(line["event"] == "hub.accepted" and "request_id" in line for line in lines)
    assert any(line.get("kind") == "RuntimeError" for line in lines)
    for person in (*PERSON, "Roe", "127.0.0.1", "said no"):
        assert person not in told


@pytest.mark.parametrize(
    ("peer", "given_id", "is_taken"),
    [
        ("192.0.2.1", "0123456789abcdef-0123", True),
        ("192.0.2.2", "0123456789abcdef-0123", False),
        ("192.0.2.1", "Ana Roe", False),
        ("192.0.2.1", "a" * 65, False),
        ("192.0.2.1", "ABCDEFABCDEFABCDEF", False),
    ],
)
def test_a_request_id_is_taken_over_from_a_named_proxy_only(hub: Hub, peer: str, given_id: str, is_taken: bool) -> None:
    app = create_app(hub, policy=Policy(proxies=["192.0.2.1"]))

    async def from_there(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": (peer, 1)}, receive, send)

    with httpx2.Client(transport=InProcessTransport(from_there), base_url="http://hub") as client:
        answer = client.get("/v1/none", headers={REQUEST_ID: given_id})
    assert (answer.headers[REQUEST_ID] == given_id) == is_taken
    assert answer.json()["instance"].endswith(answer.headers[REQUEST_ID])


# figures


def test_figures_tell_what_happened_and_of_nobody(school: School, hub: Hub, depot: Path) -> None:
    metrics = Metrics()
    metrics.watch(lambda: figures(hub))
    app = create_app(hub, depot=depot, metrics=metrics)
    sat = school.sit()
    with httpx2.Client(transport=InProcessTransport(app), base_url="http://hub") as client:
        for data in (sat.final, sat.final, b"rubbish"):
            put(client, data)
        client.get("/v1/none/Ana%20Roe")
    with exposed(metrics, 0) as port:
        answer = exchange(port or 0, b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    told = answer.decode()
    for line in (
        "pocus_hub_envelopes_accepted_total 1.0",
        "pocus_hub_receipts_repeated_total 1.0",
        'pocus_hub_refused_total{code="hub.envelope_refused"} 1.0',
        'pocus_hub_sittings{status="scored"} 1.0',
        "pocus_hub_scoring_queue 0.0",
        "pocus_hub_quarantine_files 1.0",
        "pocus_hub_is_ready 1.0",
        'pocus_hub_request_seconds_count{method="PUT",route="/v1/envelopes/{digest}",status="2xx"} 2.0',
        'pocus_hub_request_seconds_count{method="GET",route="-",status="4xx"} 1.0',
    ):
        assert f"\n{line}\n" in told, line
    assert "Roe" not in told
    assert sat.sitting not in told


def test_figures_are_given_without_a_database_too(hub: Hub) -> None:
    def fail() -> Any:
        raise StoreUnavailableError(reason="gone")

    metrics = Metrics()
    metrics.watch(fail)
    assert b"pocus_hub_is_ready 0.0" in metrics.told()


def test_a_disk_that_is_nearly_full_is_not_ready(hub: Hub) -> None:
    Readiness(hub).require()
    with pytest.raises(NoRoomError) as told:
        Readiness(hub, minimum_free_bytes=2**62).require()
    assert "{" not in "".join(told.value.explain())
