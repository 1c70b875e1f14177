"""Certificates over HTTP: what anyone is shown who has an address, what nobody finds, the page in a real browser."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
import pytest

from pocus_desktop.crypto.multibase import from_multikey
from pocus_desktop.hub.certificates.errors import UnknownCertificateError
from pocus_desktop.hub.certificates.store import CERTIFICATE
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.hub.web.certificates_door import CertificatesDoor
from pocus_desktop.hub.web.guard import Guard, Limits
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.programme.certificate.records import CertificateRecord
from pocus_desktop.programme.certificate.verify import Trust, Verdict, verified_list, verify
from pocus_desktop.sync.asgi import InProcessTransport
from tests.browser.accessible import violations
from tests.browser.chromium import DESKTOP, PHONE, Visit
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.hub.test_certificates import BOTH, BY, URL, academy, issued, sat, school
from tests.hub.test_openapi import Witness

__all__ = ["academy", "issued", "school"]
PAGE = "/certificates/{certificate_id}"
FROM = {"X-Forwarded-For": "192.0.2.7"}
UNKNOWN = "crt_0123456789abcdefghjk"


@pytest.fixture
def witness(academy: Hub) -> Iterator[Witness]:
    transport = InProcessTransport(create_app(academy))
    with httpx2.Client(transport=transport, base_url=URL) as client:
        yield Witness(client)


@pytest.fixture
def other(school: School, academy: Hub) -> Iterator[Hub]:
    """Another process of the same hub."""
    hub = school.hub()
    yield hub
    hub.close()


def page_of(record: CertificateRecord) -> str:
    return f"/certificates/{record.certificate.certificate_id}"


def test_a_stranger_verifies_with_what_the_hub_publishes(
    school: School, academy: Hub, issued: CertificateRecord, witness: Witness
) -> None:
    credential = witness.ask("GET", page_of(issued) + "/credential", door=PAGE + "/credential")
    keys = witness.ask("GET", "/.well-known/did.json").json()["verificationMethod"]
    assert witness.ask("GET", "/did.json").json()["verificationMethod"] == keys
    trust = Trust(keys=frozenset(from_multikey(key["publicKeyMultibase"]) for key in keys))
    now_ms = school.clock.read().wall_ms
    lists = []
    for status in credential.json()["credentialStatus"]:
        path = status["statusListCredential"].removeprefix(URL)
        found = witness.ask("GET", path, door="/certificates/status/{name}")
        assert found.headers["cache-control"] == "public, max-age=300"
        lists.append(verified_list(found.content, trust, now_ms=now_ms))
    assert verify(credential.content, trust, now_ms=now_ms, lists=lists).verdict is Verdict.VALID


def test_what_is_given_follows_from_what_is_asked_for(issued: CertificateRecord, witness: Witness) -> None:
    for accept, kind in {
        "": "text/html",
        "*/*": "text/html",
        "text/html,application/xhtml+xml,*/*;q=0.8": "text/html",
        "application/json": "application/vc",
        "application/vc, text/html;q=0.5": "application/vc",
        "application/ld+json": "application/vc",
        "image/png": "text/html",
    }.items():
        answer = witness.ask("GET", page_of(issued), door=PAGE, headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == kind, accept
        if kind == "application/vc":
            assert answer.content == issued.credential


def test_a_page_tells_what_the_certificate_tells_and_no_more(
    academy: Hub, issued: CertificateRecord, witness: Witness
) -> None:
    academy.certificates.revoke(issued.certificate.certificate_id, who="Olu", why="Another person sat it")
    for language, told in (("en", "Revoked"), ("es", "Revocado")):
        answer = witness.ask("GET", f"{page_of(issued)}/{language}", door=PAGE + "/{language}")
        text = answer.text
        assert told in text
        assert answer.headers["content-language"] == language
        assert "Ana María Ruiz" in text
        for secret in (
            "C-17",
            "Another person sat it",
            "Olu",
            issued.openings[0].salt,
            issued.openings[0].sealed_digest,
        ):
            assert secret not in text
        assert "script" not in answer.headers["content-security-policy"]
        assert "<script" not in text


@BOTH
def test_every_process_shows_how_it_stands_now(
    school: School, academy: Hub, other: Hub, issued: CertificateRecord
) -> None:
    """Though each has shown the page before: nothing old is shown, neither of a row nor of a clock."""
    name = issued.certificate.certificate_id
    clients = [httpx2.Client(transport=InProcessTransport(create_app(hub)), base_url=URL) for hub in (academy, other)]

    def shown() -> set[str]:
        pages = [client.get(page_of(issued)).text for client in clients]
        assert {client.get(f"{page_of(issued)}/credential").content for client in clients} == {credential}
        moment = datetime.fromtimestamp(school.clock.read().wall_ms / 1000, tz=UTC)
        assert all(f"{moment:%Y-%m-%d %H:%M} UTC" in page for page in pages)
        return {page.partition("<strong>")[2].partition("</strong>")[0] for page in pages}

    credential = issued.credential
    assert shown() == {"Valid"}
    academy.certificates.suspend(name, **BY)
    assert shown() == {"Suspended"}
    school.clock.advance(ms=61_000)
    other.certificates.reinstate(name, **BY)
    assert shown() == {"Valid"}
    school.clock.set(wall_ms=issued.certificate.valid_until_ms + 1000)
    assert shown() == {"Expired"}
    other.certificates.revoke(name, **BY)
    assert shown() == {"Revoked"}
    with academy.certificates._store.rows() as rows:
        credential = issued.credential.replace("María".encode(), b"Maria")
        rows.change(CERTIFICATE, {"certificate_id": name}, credential=credential)
    assert shown() == {"Altered since it was signed"}, "what the row holds is judged, not what was judged before"


def test_one_that_cannot_be_read_spoils_it_for_nobody(academy: Hub, issued: CertificateRecord) -> None:
    door = CertificatesDoor(academy.certificates, academy.ring, academy.clock, cast("Guard", None))
    name = issued.certificate.certificate_id
    (found,) = door._judged([name])
    assert not isinstance(found, PocusError)
    assert [type(one) for one in door._judged([UNKNOWN, name])] == [UnknownCertificateError, type(found)]
    with academy.certificates._store.rows() as rows:
        rows.change(CERTIFICATE, {"certificate_id": name}, credential=b"{}")
    assert isinstance(door._judged([UNKNOWN, name])[1], PocusError)


def test_a_stored_name_is_shown_as_it_is(school: School, academy: Hub, witness: Witness) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}}"
    academy.registry.candidates.add(candidate_id="C-17", name=hostile, is_replacing=True, **BY)
    record = academy.certificates.issue("C-17", sat(school, academy), **BY, is_despite=True)
    text = witness.ask("GET", page_of(record), door=PAGE).text
    assert hostile not in text
    assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in text


def test_what_is_not_there_is_told_alike(witness: Witness) -> None:
    pages = (f"/certificates/{UNKNOWN}", "/certificates/1", "/certificates/" + "x" * 500, f"/certificates/{UNKNOWN}/fr")
    for path in pages:
        for accept, kind in (("application/json", "application/problem+json"), ("text/html", "text/html")):
            answer = witness.client.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (404, kind), path
    for name in ("2-revocation", "0-revocation", "1-message", "..", "1-revocation-2", "9" * 12 + "-revocation"):
        assert witness.client.get(f"/certificates/status/{name}").status_code == 404, name
    assert witness.client.get(f"/certificates/{UNKNOWN}/credential").status_code == 404


def test_who_asks_too_often_waits(academy: Hub) -> None:
    few = Policy(limits=Limits(doors={"certificates": Rate(burst=3, per_minute=1)}), proxies=["127.0.0.1"])
    with serving(academy, policy=few) as address, httpx2.Client(base_url=address, headers=FROM) as client:
        statuses = [client.get(f"/certificates/{UNKNOWN}").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]


def test_without_an_address_nothing_is_published(hub: Hub) -> None:
    with httpx2.Client(transport=InProcessTransport(create_app(hub)), base_url=URL) as client:
        for path in ("/.well-known/did.json", "/certificates/status/1-revocation"):
            assert client.get(path).status_code == 404


def test_the_page_is_for_everyone(academy: Hub, issued: CertificateRecord, visit: Visit) -> None:
    """On a phone and a large screen, light and dark, valid and suspended, without a script, by keyboard alone."""
    name = issued.certificate.certificate_id
    with serving(academy) as address:
        url = f"{address}/certificates/{name}"
        page = visit(url, viewport=PHONE, language="en")
        assert violations(page) == []
        assert page.locator("h2").inner_text() == "Ana María Ruiz"
        box = page.locator("main").bounding_box()
        assert box is not None
        assert box["width"] <= PHONE["width"]
        page.locator("nav a[lang=es]").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/es")
        assert page.locator("html").get_attribute("lang") == "es"
        academy.certificates.suspend(name, **BY)
        page = visit(url, viewport=DESKTOP, language="es", colours="dark")
        assert violations(page) == []
        assert page.locator("[role=status] strong").inner_text() == "Suspendido"
        missing = visit(f"{address}/certificates/{UNKNOWN}", viewport=PHONE, language="es")
        assert violations(missing) == []


def test_what_is_downloaded_is_the_credential(academy: Hub, issued: CertificateRecord, visit: Visit) -> None:
    with serving(academy) as address:
        page = visit(f"{address}{page_of(issued)}")
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Download the signed credential").click()
        saved: Any = downloading.value
    assert json.loads(saved.path().read_bytes()) == json.loads(issued.credential)
