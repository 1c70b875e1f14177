"""Who may deliver, and how often: signatures, wrong clocks, strangers, floods."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.admission.station_request import FRESH_WITH_CONTENT_MS, sign_request
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.hub.web.guard import Limits, Senders
from pocus_desktop.hub.web.sender_address import sender_address
from pocus_desktop.kernel.rate import Bucket, Limiter, Rate, draw
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.errors import NotLetInError
from pocus_desktop.sync.https import HttpsTransport
from tests.hub.school import Sat, School
from tests.hub.test_admissions import enrol

URL = "https://hub.example.org"
ONCE = Rate(burst=2, per_minute=60)


def sender(hub: Hub, key: SigningKey | None, policy: Policy | None = None) -> HttpsTransport:
    return HttpsTransport(URL, key=key, transport=InProcessTransport(create_app(hub, policy=policy or Policy())))


def web(hub: Hub, policy: Policy | None = None, *, peer: str = "192.0.2.7") -> httpx2.Client:
    app = create_app(hub, policy=policy or Policy())

    async def from_there(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": (peer, 4711)}, receive, send)

    return httpx2.Client(transport=InProcessTransport(from_there), base_url=URL)


def put(client: httpx2.Client, data: bytes, authorization: str | None = None, **more: str) -> httpx2.Response:
    digest = hashlib.sha256(data)
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        **({} if authorization is None else {"Authorization": authorization}),
        **more,
    }
    return client.put(f"/v1/envelopes/{digest.hexdigest()}", content=data, headers=headers)


def signed(key: SigningKey, data: bytes, now_ms: int, **changes: Any) -> str:
    digest = hashlib.sha256(data).hexdigest()
    fields = {"method": "PUT", "target": f"/v1/envelopes/{digest}", "now_ms": now_ms, "content_digest": digest}
    return sign_request(key, **{**fields, **changes})


def digest_of(sat: Sat) -> str:
    return hashlib.sha256(sat.final).hexdigest()


@pytest.mark.parametrize("end", ["active", "retired", "revoked"])
def test_whoever_was_ever_enrolled_may_deliver(school: School, hub: Hub, end: str) -> None:
    keys = enrol(hub.registry, "Desk 1")
    if end == "retired":
        hub.registry.enrolments.retire("Desk 1", who="ada", why="")
    if end == "revoked":
        hub.registry.enrolments.revoke("Desk 1", who="ada", why="")
    sat = school.sit()
    receipt = sender(hub, keys.signing).deliver(sat.final, digest_of(sat))
    verify_receipt(receipt, [school.keys.signing.public], sealed_digest=digest_of(sat))


def test_a_centre_delivers_for_its_stations(school: School, hub: Hub) -> None:
    centre = enrol(hub.registry, "North", kind="centre", centre_id="north")
    sat = school.sit()
    assert sender(hub, centre.signing).deliver(sat.final, digest_of(sat))


@pytest.mark.parametrize(
    ("key", "code"), [(None, "hub.unsigned"), (SigningKey.from_seed(b"s" * 32), "hub.unknown_sender")]
)
def test_a_stranger_keeps_the_result_and_is_told_what_to_do(
    school: School, hub: Hub, key: SigningKey | None, code: str
) -> None:
    enrol(hub.registry, "Desk 1")
    sat = school.sit()
    with pytest.raises(NotLetInError) as told:
        sender(hub, key).deliver(sat.final, digest_of(sat))
    assert (told.value.params["reason"], told.value.is_final) == (code, False)
    assert "pocus enrol" in told.value.explain().next
    assert (hub.standings(), hub.quarantined()) == ((), ()), "nothing of a stranger's is read"


@pytest.mark.parametrize(
    ("senders", "is_enrolled", "is_taken"),
    [
        (Senders.AUTO, False, True),
        (Senders.AUTO, True, False),
        (Senders.OPEN, True, True),
        (Senders.ENROLLED, False, False),
    ],
)
def test_the_policy_says_whether_a_stranger_may_deliver(
    school: School, hub: Hub, senders: Senders, is_enrolled: bool, is_taken: bool
) -> None:
    if is_enrolled:
        enrol(hub.registry, "Desk 1")
    answer = put(web(hub, Policy(senders=senders)), school.sit().final)
    assert answer.status_code == (201 if is_taken else 401)
    assert ("www-authenticate" in answer.headers) != is_taken


def test_a_door_closes_as_soon_as_someone_is_enrolled(school: School, hub: Hub) -> None:
    client = web(hub)
    assert put(client, school.sit().final).status_code == 201
    enrol(hub.registry, "Desk 1")
    assert put(client, school.sit().final).status_code == 401


@pytest.mark.parametrize("off_days", [-9000, -2, 2, 9000])
def test_a_wrong_clock_keeps_no_result_back(
    school: School, hub: Hub, off_days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = enrol(hub.registry, "Desk 1")
    now_ms = school.clock.read().wall_ms + off_days * 86_400_000
    monkeypatch.setattr("time.time_ns", lambda: now_ms * 1_000_000)
    sat = school.sit()
    assert sender(hub, keys.signing).deliver(sat.final, digest_of(sat)) == hub.receipt(digest_of(sat))


def test_a_time_shifted_signature_learns_the_hubs_time(school: School, hub: Hub) -> None:
    keys = enrol(hub.registry, "Desk 1")
    client, data, now_ms = web(hub), school.sit().final, school.clock.read().wall_ms
    late = signed(keys.signing, data, now_ms - FRESH_WITH_CONTENT_MS - 1)
    answer = put(client, data, late)
    assert (answer.status_code, answer.json()["code"]) == (401, "hub.clock_differs")
    assert answer.json()["params"] == {"hub_time_ms": now_ms}
    held_by_a_proxy = signed(keys.signing, data, now_ms - FRESH_WITH_CONTENT_MS)
    assert put(client, data, held_by_a_proxy).status_code == 201


def test_a_signature_sent_again_changes_nothing(school: School, hub: Hub) -> None:
    keys = enrol(hub.registry, "Desk 1")
    client, data, other = web(hub), school.sit().final, school.sit().final
    field = signed(keys.signing, data, school.clock.read().wall_ms)
    first = put(client, data, field)
    again = put(client, data, field)
    assert (first.status_code, again.status_code, again.content) == (201, 200, first.content)
    assert put(client, other, field).json()["code"] == "hub.unsigned", "it is good for these bytes alone"
    assert len(hub.standings()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"method": "POST"},
        {"target": "/v1/envelopes/" + "0" * 64},
        {"content_digest": "0" * 64},
        {"content_digest": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_signature_over_something_else_is_none(school: School, hub: Hub, change: dict[str, Any]) -> None:
    keys = enrol(hub.registry, "Desk 1")
    data = school.sit().final
    answer = put(web(hub), data, signed(keys.signing, data, school.clock.read().wall_ms, **change))
    assert (answer.status_code, answer.json()["code"]) == (401, "hub.unsigned")


def test_a_station_is_counted_by_its_key_and_told_when(school: School, hub: Hub) -> None:
    one, other = enrol(hub.registry, "Desk 1"), enrol(hub.registry, "Desk 2")
    client = web(hub, Policy(limits=Limits(station=ONCE, stranger=ONCE, doors={})))
    data = school.sit().final
    now_ms = school.clock.read().wall_ms
    statuses = [put(client, data, signed(one.signing, data, now_ms)).status_code for _ in range(3)]
    assert statuses == [201, 200, 429]
    answer = put(client, data, signed(one.signing, data, now_ms))
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("hub.rate_limited", "1")
    assert put(client, data, signed(other.signing, data, now_ms)).status_code == 200
    school.clock.advance(ms=1_000)
    assert put(client, data, signed(one.signing, data, now_ms)).status_code == 200


def test_strangers_next_door_hold_up_no_station(school: School, hub: Hub) -> None:
    keys = enrol(hub.registry, "Desk 1")
    client = web(hub, Policy(limits=Limits(stranger=ONCE, doors={})))
    data = school.sit().final
    assert [put(client, b"rubbish").status_code for _ in range(3)] == [401, 401, 429]
    assert put(client, data, signed(keys.signing, data, school.clock.read().wall_ms)).status_code == 201


@pytest.mark.parametrize("path", ["/v1/keys", f"/v1/envelopes/{'0' * 64}/receipt", "/v1/stations/me/admissions"])
def test_strangers_are_counted_by_address_and_health_is_not(hub: Hub, path: str) -> None:
    policy = Policy(limits=Limits(stranger=ONCE, doors={}), proxies=["192.0.2.1"])
    client = web(hub, policy, peer="192.0.2.1")
    one, other = {"X-Forwarded-For": "198.51.100.9, 2001:db8::1"}, {"X-Forwarded-For": "2001:db8:0:1::1"}
    assert [client.get(path, headers=one).status_code == 429 for _ in range(3)] == [False, False, True]
    same_network = {"X-Forwarded-For": "2001:db8::ffff"}
    assert client.get(path, headers=same_network).status_code == 429
    assert client.get(path, headers=other).status_code != 429
    assert [client.get("/healthz", headers=one).status_code for _ in range(4)] == [200] * 4


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("198.51.100.7", "203.0.113.5", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 10.0.0.1", "203.0.113.5"),
        ("10.0.0.1", "Ana Roe", None),
        ("10.0.0.1", "", None),
        ("127.0.0.1", "203.0.113.5", None),
        (None, "203.0.113.5", None),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("2001:db8::1", "", "2001:db8::/64"),
    ],
)
def test_only_a_named_proxy_is_believed(peer: str | None, forwarded: str, found: str | None) -> None:
    assert sender_address(peer, forwarded, {"10.0.0.1"}) == found


@given(st.integers(1, 50), st.integers(1, 600), st.lists(st.integers(-1_000, 60_000), min_size=1, max_size=200))
def test_no_sequence_of_requests_passes_more_than_the_rate(burst: int, per_minute: int, gaps_ms: list[int]) -> None:
    rate, bucket, now_ms, passed = Rate(burst=burst, per_minute=per_minute), None, 0, 0
    latest_ms = 0
    for gap_ms in gaps_ms:
        now_ms = max(now_ms + gap_ms, 0)
        latest_ms = max(latest_ms, now_ms)
        bucket, wait_ms = draw(bucket, rate, now_ms)
        passed += wait_ms == 0
        assert 0 <= bucket.tokens <= burst
        if wait_ms:
            assert draw(bucket, rate, bucket.at_ms + wait_ms + 1)[1] == 0, "who waits as told passes"
    assert passed <= burst + latest_ms * per_minute / 60_000 + 1e-6


def test_a_clock_set_back_takes_nothing_away() -> None:
    assert draw(Bucket(tokens=1.0, at_ms=5_000), ONCE, 0) == (Bucket(tokens=0.0, at_ms=5_000), 0)


def test_so_many_senders_are_remembered_and_no_more() -> None:
    limiter = Limiter(most=2)
    tell: Callable[[str], int] = lambda who: limiter.draw("keys", who, Rate(burst=1, per_minute=1), 0)  # noqa: E731
    assert [tell(who) for who in ("a", "b", "a", "c", "b")] == [0, 0, 60_000, 0, 0]
