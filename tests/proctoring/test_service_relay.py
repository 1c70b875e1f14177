"""What a relay promises and never does: it holds, it says so, it hands on receipts, and it makes none."""

import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.engine import Stage, Status
from pocus_desktop.sync.errors import (
    BadReceiptError,
    HeldByCentreError,
    RelayRefusedError,
    RelayUnavailableError,
    SyncError,
    UntrustedServerError,
)
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.hub_client import HubAnsweredNoError, HubNotReachedError
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.outlook import tell_outlook, tell_row
from pocus_desktop.sync.relay import RelayClient, RelayTransport, relay_url
from tests.hub.certificates import write_certificate
from tests.hub.school import Sat, School
from tests.proctoring.relays import Centre, Papers, pinned, station
from tests.sync.large import seal_large
from tests.sync.weak_link import cut_going, passes, weak_link

SIZE_BYTES = 300_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[School, Sat, bytes]:
    school = School(folder=tmp_path_factory.mktemp("school"))
    sat = school.sit()
    return school, sat, seal_large(school, sat, SIZE_BYTES)


@pytest.fixture
def hub(large: tuple[School, Sat, bytes], tmp_path: Path) -> Iterator[Hub]:
    school = large[0]
    made = Hub(tmp_path / "hub", school.keys, clock=school.clock)
    yield made
    made.close()


@pytest.fixture
def centre(large: tuple[School, Sat, bytes], hub: Hub, tmp_path: Path) -> Iterator[Centre]:
    school = large[0]
    forward = HttpsTransport("https://hub.invalid", transport=InProcessTransport(create_app(hub)))
    made = Centre(school=school, folder=tmp_path / "centre", forward=forward, stations=[school.station])
    yield made
    made.close()


@pytest.fixture
def url(centre: Centre) -> Iterator[str]:
    with centre.serving() as found:
        yield found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _outbox(folder: Path, school: School, transport: RelayTransport) -> Outbox:
    return Outbox(folder / "station", transport, [school.keys.signing.public], chance=lambda: 0.0)


def test_held_is_said_as_it_is_and_cleared_by_the_hubs_receipt_alone(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, tmp_path: Path
) -> None:
    school, sat, _ = large
    outbox = _outbox(tmp_path, school, station(centre, url))
    digest = outbox.enqueue(sat.final_path, now_ms=0)
    outbox.run_once(0)
    row = outbox.find(digest)
    assert row is not None
    assert (row.stage, row.status, row.problem, row.reason) == (
        Stage.SENT,
        Status.WAITING,
        "sync.held_by_centre",
        "waiting",
    )
    assert row.due_ms <= 60_000, "the receipt is asked for every minute"
    assert outbox.receipt(digest) is None
    outlook = tell_outlook(outbox.rows(), now_ms=0)
    assert outlook is not None
    assert "centre's computer keeps" in outlook.what
    assert "asked for every minute" in tell_row(row, now_ms=0).todo

    [brought] = centre.holding.brought()
    assert (brought.station, brought.row.sitting) == (school.station.signing.key_id, sat.sitting)
    centre.send(1)
    outbox.run_once(60_000)
    row = outbox.find(digest)
    assert row is not None
    assert row.status is Status.DONE
    receipt = outbox.receipt(digest)
    assert receipt is not None
    assert verify_receipt(receipt, [school.keys.signing.public], sealed_digest=digest).sitting == sat.sitting
    outbox.close()


def test_what_is_held_is_not_sent_again(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, tmp_path: Path
) -> None:
    _, sat, _ = large
    transport = station(centre, url)
    for _ in range(2):
        with pytest.raises(HeldByCentreError):
            transport.deliver(sat.final, _digest(sat.final))
    transport.close()
    [_] = centre.holding.brought()


def test_a_cut_link_costs_what_was_cut_and_the_rest_follows(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, tmp_path: Path
) -> None:
    school, _, data = large
    with weak_link(url) as link:
        link.otherwise = cut_going(120_000)
        outbox = _outbox(tmp_path, school, station(centre, link.url.replace("http:", "https:")))
        digest = outbox.take_in(data, now_ms=0)
        now_ms = 0
        for _ in range(12):
            outbox.run_once(now_ms)
            row = outbox.find(digest)
            assert row is not None
            if row.stage is Stage.SENT and row.problem == HeldByCentreError.code:
                break
            now_ms = row.due_ms
        else:
            pytest.fail("it never arrived")
        assert link.count < 12
        outbox.close()
    assert centre.holding.outbox.envelope(digest) == data


def test_pieces_outlive_the_relay_that_took_them(
    large: tuple[School, Sat, bytes], centre: Centre, tmp_path: Path
) -> None:
    _, _, data = large
    heard: list[tuple[str, int]] = []

    def moved(upload: str, offset: int) -> None:
        heard.append((upload, offset))

    with centre.serving() as first, weak_link(first) as link:
        link.otherwise = cut_going(200_000)
        transport = station(centre, link.url.replace("http:", "https:"))
        with pytest.raises(SyncError):
            transport.upload(data, _digest(data), upload="", offset=0, moved=moved, is_wanted=lambda: True)
        transport.close()
    upload, _ = heard[-1]
    centre.close()
    centre.open()
    with centre.serving() as second:
        transport = station(centre, second)
        there = upload.replace(upload.split("/v1/")[0], second)
        with httpx2.Client(verify=centre.trust) as client:
            arrived = client.head(there, headers={"Tus-Resumable": "1.0.0"})
        assert int(arrived.headers["Upload-Offset"]) > 50_000
        with pytest.raises(HeldByCentreError):
            transport.upload(data, _digest(data), upload=there, offset=0, moved=moved, is_wanted=lambda: True)
        transport.close()
    assert centre.holding.outbox.envelope(_digest(data)) == data


def test_a_room_of_another_key_gets_nothing(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, tmp_path: Path
) -> None:
    school, sat, _ = large
    other = pinned(write_certificate(tmp_path / "other.pem", "127.0.0.1"))
    transport = RelayTransport(url, key=school.station.signing, trust=other)
    with pytest.raises(UntrustedServerError):
        transport.deliver(sat.final, _digest(sat.final))
    transport.close()
    with RelayClient(url, trust=other) as client, pytest.raises(HubNotReachedError) as told:
        client.admissions(school.station.signing, now_ms=0)
    assert told.value.params["reason"] == UntrustedServerError.code


def test_older_tls_is_not_spoken(centre: Centre, url: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=str(centre.certificate))
    with httpx2.Client(verify=context) as client, pytest.raises(httpx2.ConnectError):
        client.get(url)


def test_a_stranger_brings_nothing_and_asks_for_nothing(
    large: tuple[School, Sat, bytes], centre: Centre, url: str
) -> None:
    _, sat, data = large
    stranger = StationKeys.generate()
    transport = station(centre, url, stranger)
    with pytest.raises(SyncError) as told:
        transport.deliver(sat.final, _digest(sat.final))
    assert not told.value.is_final
    with pytest.raises(SyncError):
        transport.upload(data, _digest(data), upload="", offset=0, moved=lambda _u, _o: None, is_wanted=lambda: True)
    transport.close()
    with RelayClient(url, trust=centre.trust) as client, pytest.raises(HubAnsweredNoError) as no:
        client.admissions(stranger.signing, now_ms=centre.clock.read().wall_ms)
    assert no.value.params["reason"] == "relay.not_signed"
    assert centre.holding.brought() == ()


def test_clocks_apart_hold_nothing_up(large: tuple[School, Sat, bytes], centre: Centre, tmp_path: Path) -> None:
    _, sat, data = large
    centre.clock = ManualClock(wall_ms=1_000_000_000)
    centre.papers = Papers(envelopes=(b"{}",))
    with centre.serving() as url:
        transport = station(centre, url)
        for one in (sat.final, data):
            with pytest.raises(HeldByCentreError):
                transport.deliver(one, _digest(one))
        transport.close()
        with RelayClient(url, trust=centre.trust) as client:
            assert client.admissions(centre.stations[0].signing, now_ms=5) == (b"{}",)


def test_a_full_disk_is_said_and_takes_nothing(
    large: tuple[School, Sat, bytes], centre: Centre, tmp_path: Path
) -> None:
    school, sat, data = large
    centre.close()
    centre.free_bytes = lambda _folder: 0
    centre.open()
    with centre.serving() as url:
        outbox = _outbox(tmp_path, school, station(centre, url))
        small, big = outbox.enqueue(sat.final_path, now_ms=0), outbox.take_in(data, now_ms=0)
        for attempt in outbox.run_once(0):
            assert isinstance(attempt.error, RelayUnavailableError)
        rows = {row.digest: row for row in outbox.rows()}
        assert {rows[digest].status for digest in (small, big)} == {Status.FAILED}
        assert centre.holding.brought() == ()
        centre.close()
        centre.free_bytes = lambda _folder: 10**12
        outbox.close()
    centre.open()
    with centre.serving() as url:
        outbox = _outbox(tmp_path, school, station(centre, url))
        for attempt in outbox.run_once(10_000_000):
            assert isinstance(attempt.error, HeldByCentreError)
        outbox.close()


def test_changed_bytes_are_refused_by_name_and_sent_again(
    large: tuple[School, Sat, bytes], centre: Centre, url: str
) -> None:
    """By a station whose disk or memory changes them after it had reckoned the digest."""
    _, sat, _ = large
    digest = _digest(sat.final)
    transport = station(centre, url)
    with pytest.raises(SyncError) as told:
        transport.deliver(sat.final + b"x", digest)
    assert (told.value.code, told.value.is_final) == ("sync.damaged_on_the_way", False)
    transport.close()
    assert centre.holding.state(digest) is None


def test_a_lying_relay_gives_a_receipt_of_its_own_make(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, tmp_path: Path
) -> None:
    school, sat, _ = large
    digest = _digest(sat.final)
    other = School(folder=tmp_path / "elsewhere")
    hub = other.hub(is_registered=False)
    made = hub.take(other.sit().final, None)
    hub.close()
    centre.holding.receipt = lambda digest: made.receipt  # type: ignore[method-assign]  # noqa: ARG005
    outbox = _outbox(tmp_path, school, station(centre, url))
    outbox.enqueue(sat.final_path, now_ms=0)
    [attempt] = outbox.run_once(0)
    assert isinstance(attempt.error, BadReceiptError)
    row = outbox.find(digest)
    assert row is not None
    assert row.status is Status.FAILED
    assert outbox.receipt(digest) is None
    outbox.close()


def test_no_answer_of_a_relay_is_final(large: tuple[School, Sat, bytes], centre: Centre, url: str) -> None:
    """Not even one that speaks with the hub's tongue."""
    transport = station(centre, url)
    for status in (400, 401, 413, 415, 422):
        for code in ("hub.envelope_refused", "hub.not_let_in", "relay.too_large", "nonsense", 7):
            answer = httpx2.Response(
                status,
                headers={"Content-Type": "application/problem+json"},
                stream=httpx2.ByteStream(canonical.encode({"code": code, "cause": "sitting.not_sealed_result"})),
            )
            with pytest.raises(SyncError) as told:
                transport.receipt_in(answer, "room")
            assert not told.value.is_final, (status, code)
    transport.close()


def test_what_the_hub_refuses_stays_at_the_centre_and_at_the_station(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, tmp_path: Path
) -> None:
    school, _, _ = large
    outbox = _outbox(tmp_path, school, station(centre, url))
    digest = outbox.take_in(b"rubbish", now_ms=0)
    outbox.run_once(0)
    centre.send(1)
    outbox.run_once(10_000_000)
    row = outbox.find(digest)
    assert row is not None
    assert (row.status, row.reason) == (Status.WAITING, "refused")
    assert "did not take it" in tell_row(row, now_ms=0).todo
    outbox.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "content", "status", "code"),
    [
        ("GET", "/v1/depot/staged/1.json", {}, b"", 404, "relay.not_carried"),
        ("GET", "/v1/depot/bundles/%2e%2e/%2e%2e/room.pem", {}, b"", 404, "relay.not_carried"),
        ("GET", "/v1/depot/bundles/" + "a" * 5000, {}, b"", 404, "relay.not_carried"),
        ("GET", "/v1/stations/me/admissions", {}, b"", 401, "relay.not_signed"),
        ("GET", "/v1/stations/me/releases", {"Authorization": "Pocus-DSSE bm9uZQ=="}, b"", 401, "relay.not_signed"),
        ("GET", "/v1/envelopes/nothing/receipt", {}, b"", 400, "relay.bad_request"),
        ("GET", "/v1/envelopes/" + "a" * 64 + "/receipt", {}, b"", 404, "relay.not_held"),
        ("PUT", "/v1/envelopes/" + "a" * 64, {}, b"x", 415, "relay.other_media_type"),
        (
            "PUT",
            "/v1/envelopes/" + "a" * 64,
            {"Content-Type": "application/vnd.pocus.sealed-result"},
            b"x",
            400,
            "relay.bad_request",
        ),
        ("POST", "/v1/uploads", {}, b"", 412, "relay.other_tus_version"),
        ("POST", "/v1/uploads", {"Tus-Resumable": "1.0.0"}, b"", 401, "relay.not_signed"),
        ("HEAD", "/v1/uploads/" + "a" * 43, {"Tus-Resumable": "1.0.0"}, b"", 404, ""),
        ("DELETE", "/v1/uploads/..", {"Tus-Resumable": "1.0.0"}, b"", 404, ""),
        (
            "PATCH",
            "/v1/uploads/" + "a" * 43,
            {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
            b"x",
            404,
            "relay.no_such_upload",
        ),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(
    centre: Centre, url: str, method: str, path: str, headers: dict[str, str], content: bytes, status: int, code: str
) -> None:
    with httpx2.Client(verify=centre.trust) as client:
        answer = client.request(method, relay_url(url) + path, headers=headers, content=content)
    assert answer.status_code == status
    if code:
        assert answer.json()["code"] == code


def test_a_mistake_of_the_program_is_no_ones_final_answer(
    large: tuple[School, Sat, bytes], centre: Centre, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the sender is told nothing of it."""
    _, sat, _ = large

    def broken(_digest: str) -> bytes | None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(centre.holding, "receipt", broken)
    with httpx2.Client(verify=centre.trust) as client:
        answer = client.get(f"{relay_url(url)}/v1/envelopes/{_digest(sat.final)}/receipt")
    assert (answer.status_code, answer.json()["code"]) == (500, "relay.failed")
    assert "secret" not in answer.text
    transport = station(centre, url)
    with pytest.raises(RelayUnavailableError):
        transport.deliver(sat.final, _digest(sat.final))
    transport.close()


def test_a_signature_is_for_one_question(large: tuple[School, Sat, bytes], centre: Centre, url: str) -> None:
    """One that was heard on the way opens nothing else."""
    key = centre.stations[0].signing
    now_ms = centre.clock.read().wall_ms
    heard = sign_request(key, method="GET", target="/v1/stations/me/admissions", now_ms=now_ms)
    with httpx2.Client(verify=centre.trust) as client:
        address = relay_url(url) + "/v1/stations/me/releases"
        assert client.get(address, headers={"Authorization": heard}).status_code == 401


def test_a_relay_that_takes_nothing_is_no_way(centre: Centre) -> None:
    with centre.serving() as url:
        transport = station(centre, url)
        assert transport.reaches()
    assert not transport.reaches()
    transport.close()


def test_the_depot_is_given_with_ranges(centre: Centre, url: str) -> None:
    folder = centre.folder / "depot" / "bundles"
    folder.mkdir(parents=True)
    (folder / "a.casebundle").write_bytes(bytes(range(256)) * 8192)
    address = relay_url(url) + "/v1/depot/bundles/a.casebundle"
    with httpx2.Client(verify=centre.trust) as client:
        assert client.get(address, headers={"Range": "bytes=1000000-1000009"}).content == bytes(
            (1_000_000 + at) % 256 for at in range(10)
        )
        refused = client.get(address, headers={"Range": "bytes=9999999-"})
        assert (refused.status_code, refused.json()["code"]) == (416, "relay.bad_range")


def test_passing_over_a_healthy_link_needs_one_connection(
    large: tuple[School, Sat, bytes], centre: Centre, url: str
) -> None:
    _, _, data = large
    with weak_link(url) as link:
        link.otherwise = passes
        transport = station(centre, link.url.replace("http:", "https:"))
        with pytest.raises(HeldByCentreError):
            transport.upload(
                data, _digest(data), upload="", offset=0, moved=lambda _u, _o: None, is_wanted=lambda: True
            )
        transport.close()
        assert link.count == 1


def test_a_refusal_names_its_code(centre: Centre, url: str) -> None:
    transport = station(centre, url)
    answer = httpx2.Response(
        413,
        headers={"Content-Type": "application/problem+json"},
        stream=httpx2.ByteStream(canonical.encode({"code": "relay.too_large"})),
    )
    with pytest.raises(RelayRefusedError) as told:
        transport.receipt_in(answer, "room")
    assert told.value.params["reason"] == "relay.too_large"
    transport.close()
