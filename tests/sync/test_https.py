"""What stands between a station and the hub: portals, proxies, cut lines; each told by its own name."""

import hashlib
import json
import socket
import ssl
from pathlib import Path

import pytest

from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.errors import (
    BadAddressError,
    CaptivePortalError,
    CutOffError,
    DamagedOnTheWayError,
    HubRefusedError,
    HubUnavailableError,
    NoConnectionError,
    RedirectedError,
    StalledError,
    StrangeAnswerError,
    SyncError,
    UntrustedServerError,
)
from pocus_desktop.sync.https import LONGEST_WAIT_ASKED_MS, HttpsTransport
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE, RECEIPT_MEDIA_TYPE
from tests.hub.certificates import write_certificate
from tests.hub.loopback import answering, read_request, serving
from tests.hub.school import School

DATA = b"a sealed result, as far as the network knows"
DATE = "Wed, 21 Oct 2026 07:25:00 GMT"
DIGEST = hashlib.sha256(DATA).hexdigest()


def _answer(status: str, kind: str, body: bytes, *more: str, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {size}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _problem(status: str, code: str, *more: str, **members: str) -> bytes:
    return _answer(status, PROBLEM_MEDIA_TYPE, json.dumps({"code": code, **members}).encode(), *more)


def _deliver_to(answer: bytes) -> bytes:
    def reply(connection: socket.socket) -> None:
        assert read_request(connection) == DATA
        connection.sendall(answer)

    with answering(reply) as url:
        transport = HttpsTransport(url)
        try:
            return transport.deliver(DATA, DIGEST)
        finally:
            transport.close()


NOT_A_RECEIPT: list[tuple[str, bytes, type[SyncError]]] = [
    ("a sign-in page", _answer("200 OK", "text/html; charset=utf-8", b"<html>Welcome</html>"), CaptivePortalError),
    ("a sign-in page by its status", _answer("511 Sign in", "text/plain", b""), CaptivePortalError),
    ("a page that refuses", _answer("403 Forbidden", "text/html", b"<html>"), CaptivePortalError),
    ("a redirection", _answer("302 Found", "text/html", b"", "Location: https://example.org/"), RedirectedError),
    ("a lasting redirection", _answer("308 Moved", "text/plain", b"", "Location: /v2"), RedirectedError),
    ("another document", _answer("200 OK", "application/json", b"{}"), StrangeAnswerError),
    ("no content", _answer("204 Nothing", RECEIPT_MEDIA_TYPE, b""), StrangeAnswerError),
    ("a receipt without end", _answer("200 OK", RECEIPT_MEDIA_TYPE, bytes(70_000)), StrangeAnswerError),
    ("a receipt that is cut", _answer("201 Created", RECEIPT_MEDIA_TYPE, b"{", length=900), CutOffError),
    ("silence", b"", CutOffError),
    ("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n", CutOffError),
    ("half a head", b"HTTP/1.1 201 Created\r\nContent-", CutOffError),
    ("a head without end", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, CutOffError),
    ("a full hub", _problem("503 Away", "hub.store_unavailable"), HubUnavailableError),
    ("a broken proxy", _answer("502 Bad Gateway", "text/html", b"<html>"), HubUnavailableError),
    ("too many at once", _answer("429 Too Many", "text/plain", b""), HubUnavailableError),
    ("changed on the way", _problem("400 Bad", "hub.content_digest_mismatch"), DamagedOnTheWayError),
    ("changed in its address", _problem("400 Bad", "hub.name_mismatch"), DamagedOnTheWayError),
    ("a slow sender", _problem("408 Slow", "hub.slow_sender"), StrangeAnswerError),
    ("a wrong address", _problem("404 Not Found", "hub.not_found"), StrangeAnswerError),
    ("a refusal that no hub signed", _answer("422 No", "application/json", b"{}"), StrangeAnswerError),
    ("a refusal by something else", _problem("422 No", "proxy.dislikes_it"), StrangeAnswerError),
    ("a refusal that is no JSON", _answer("422 No", PROBLEM_MEDIA_TYPE, b"<html>"), StrangeAnswerError),
    ("a refusal that is a list", _answer("422 No", PROBLEM_MEDIA_TYPE, b"[]"), StrangeAnswerError),
]


@pytest.mark.parametrize(("answer", "error"), [row[1:] for row in NOT_A_RECEIPT], ids=[row[0] for row in NOT_A_RECEIPT])
def test_what_is_no_receipt_is_told_by_its_name_and_tried_again(answer: bytes, error: type[SyncError]) -> None:
    with pytest.raises(error) as told:
        _deliver_to(answer)
    assert not told.value.is_final
    assert "{" not in str(told.value)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            _problem("422 No", "hub.envelope_refused", cause="sitting.not_for_this_key"),
            "sitting.not_for_this_key",
        ),
        (_problem("422 No", "hub.envelope_refused", cause="<script>"), "hub.envelope_refused"),
        (_problem("413 Large", "hub.too_large"), "hub.too_large"),
        (_problem("415 Kind", "hub.wrong_media_type"), "hub.wrong_media_type"),
    ],
    ids=["with its cause", "with a cause that is no code", "too large", "wrong kind"],
)
def test_only_the_hubs_own_refusal_is_final(answer: bytes, reason: str) -> None:
    with pytest.raises(HubRefusedError) as told:
        _deliver_to(answer)
    assert told.value.is_final
    assert told.value.params["reason"] == reason


@pytest.mark.parametrize(
    ("field", "wait_ms"),
    [
        ("120", 120_000),
        ("99999999", LONGEST_WAIT_ASKED_MS),
        ("99999999999999999999", None),
        ("-5", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 180_000),
        ("Wednesday, 21-Oct-26 07:28:00 GMT", 180_000),
        ("Wed, 21 Oct 2026 07:20:00 GMT", 0),
        ("Wed, 21 Oct 2199 07:28:00 GMT", LONGEST_WAIT_ASKED_MS),
        ("Wed, 32 Oct 2026 07:28:00 GMT", None),
        ("tomorrow", None),
        ("²", None),
    ],
)
def test_a_hub_may_ask_to_be_left_alone_for_a_while(field: str, wait_ms: int | None) -> None:
    answer = _problem("503 Away", "hub.store_unavailable").replace(
        b"Content-Length", f"Date: {DATE}\r\nRetry-After: {field}\r\nContent-Length".encode("latin-1"), 1
    )
    with pytest.raises(HubUnavailableError) as told:
        _deliver_to(answer)
    assert told.value.retry_after_ms == wait_ms


def test_a_date_to_wait_for_says_nothing_without_the_clock_that_wrote_it() -> None:
    answer = _problem("503 Away", "hub.store_unavailable", f"Retry-After: {DATE}")
    with pytest.raises(HubUnavailableError) as told:
        _deliver_to(answer)
    assert told.value.retry_after_ms is None


def test_a_redirection_is_not_followed() -> None:
    seen: list[bytes] = []

    def elsewhere(connection: socket.socket) -> None:
        seen.append(connection.recv(100))

    with answering(elsewhere) as other, pytest.raises(RedirectedError):
        _deliver_to(_answer("307 Elsewhere", "text/plain", b"", f"Location: {other}/v1/envelopes/{DIGEST}"))
    assert seen == []


def test_what_stops_moving_is_given_up() -> None:
    def hold(connection: socket.socket) -> None:
        read_request(connection)
        assert connection.recv(1) == b""  # until the sender gives up

    with answering(hold) as url:
        transport = HttpsTransport(url, stall_s=0.05)
        with pytest.raises(StalledError):
            transport.deliver(DATA, DIGEST)
        transport.close()


def test_a_hub_that_does_not_listen_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = HttpsTransport(f"http://127.0.0.1:{port}")
    with pytest.raises(NoConnectionError):
        transport.deliver(DATA, DIGEST)
    transport.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://hub.example.org",
        "http://192.168.1.7:8765",
        "http://127.0.0.1.example.org",
        "ftp://hub.example.org",
        "file:///hub",
        "hub.example.org",
        "",
        "https://",
        "https://user:secret@hub.example.org",
        "https://hub.example.org/?to=elsewhere",
        "https://hub.example.org/#part",
        "https://[hub",
    ],
)
def test_an_address_that_could_leak_results_is_refused(url: str) -> None:
    with pytest.raises(BadAddressError) as told:
        HttpsTransport(url)
    assert "secret" not in str(told.value)


def test_a_path_before_the_hub_is_kept() -> None:
    heads: list[bytes] = []

    def note(connection: socket.socket) -> None:
        heads.append(connection.recv(200).split(b"\r\n")[0])

    with answering(note) as url:
        transport = HttpsTransport(f"{url}/academy/hub")
        with pytest.raises(CutOffError):
            transport.deliver(DATA, DIGEST)
        transport.close()
    assert heads == [f"PUT /academy/hub/v1/envelopes/{DIGEST} HTTP/1.1".encode()]


def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    hub, data = school.hub(), school.sit().final
    with serving(hub) as url:
        transport = HttpsTransport(url)
        verify_receipt(transport.deliver(data, hashlib.sha256(data).hexdigest()), [school.keys.signing.public])
        transport.close()
    hub.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that no system trusts, with its key in the same file."""
    return write_certificate(tmp_path / "server.pem", "127.0.0.1")


def test_a_certificate_that_the_system_does_not_trust_is_refused(school: School, certificate: Path) -> None:
    hub, data = school.hub(), school.sit().final
    with serving(hub, certificate=certificate) as url:
        transport = HttpsTransport(url)
        with pytest.raises(UntrustedServerError):
            transport.deliver(data, hashlib.sha256(data).hexdigest())
        transport.close()
    assert hub.standings() == ()
    hub.close()


def test_a_certificate_that_is_trusted_carries_the_result(school: School, certificate: Path) -> None:
    hub, data = school.hub(), school.sit().final
    with serving(hub, certificate=certificate) as url:
        transport = HttpsTransport(url, trust=ssl.create_default_context(cafile=str(certificate)))
        answer = transport.deliver(data, hashlib.sha256(data).hexdigest())
        transport.close()
    verify_receipt(answer, [school.keys.signing.public])
    hub.close()


def test_a_trusted_certificate_for_another_address_is_refused(school: School, tmp_path: Path) -> None:
    hub, data = school.hub(), school.sit().final
    other = write_certificate(tmp_path / "other.pem", "192.0.2.1")
    with serving(hub, certificate=other) as url:
        transport = HttpsTransport(url, trust=ssl.create_default_context(cafile=str(other)))
        with pytest.raises(UntrustedServerError):
            transport.deliver(data, hashlib.sha256(data).hexdigest())
        transport.close()
    hub.close()
