"""Incidents at the academy: over the network and by stick, idempotent, kept though they contradict, answered signed."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.cli.hub_incidents import _take
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.incident_folder import IncidentFolder
from pocus_desktop.proctoring.incident_report import SEALED_TYPE, SignedReport, read_receipt, seal_report, sign_report
from pocus_desktop.proctoring.incident_sending import send_waiting
from pocus_desktop.proctoring.incidents import Incident, amend, begin
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.incident_carrier import FolderIncidents, HubIncidents
from tests.hub.school import School
from tests.hub.test_admissions import enrol
from tests.hub.test_openapi import Witness
from tests.proctoring.reports import CONSOLE
from tests.proctoring.test_incidents import LATER, NOW, REFERENCE, draft

DOOR = "/v1/incidents/{digest}"


@pytest.fixture
def centre(hub: Hub) -> StationKeys:
    return enrol(hub.registry, "North", kind="centre", centre_id="north")


@pytest.fixture
def client(hub: Hub) -> Iterator[HubClient]:
    transport = InProcessTransport(create_app(hub, policy=Policy(stall_s=1)))
    with HubClient("https://hub.example.org", transport=transport) as made:
        yield made


def incident(centre_id: str = "north") -> Incident:
    return begin(draft(), reference=REFERENCE, centre_id=centre_id, console=CONSOLE, now=NOW)


def sealed(report: SignedReport, school: School) -> bytes:
    return seal_report(report, [school.keys.sealing.public])


def code(hub: Hub, data: bytes, digest: str) -> str:
    with pytest.raises(PocusError) as caught:
        hub.registry.incidents.take(data, digest)
    return caught.value.code


def test_a_report_goes_over_the_network_and_its_receipt_comes_back(
    school: School, hub: Hub, centre: StationKeys, client: HubClient, tmp_path: Path
) -> None:
    folder = IncidentFolder(tmp_path, centres=[centre.signing.public], hubs=[school.keys.signing.public])
    folder.keep(sign_report(incident(), centre.signing))
    carrier = HubIncidents(client, centre.signing, school.clock)
    (sent,) = send_waiting(folder, carrier, [school.keys.sealing.public])
    assert sent.error is None
    assert sent.receipt is not None
    assert sent.receipt.is_extending
    assert send_waiting(folder, carrier, [school.keys.sealing.public]) == ()
    later = amend(folder.find(REFERENCE).report.incident, draft(told="It was a drill.", is_closed=True), now=LATER)
    folder.keep(sign_report(later, centre.signing))
    assert len(send_waiting(folder, carrier, [school.keys.sealing.public])) == 1
    (one,) = hub.registry.incidents.all()
    assert (one.reference, one.centre_id, one.standing) == (REFERENCE, "north", "active")
    assert (one.reports, one.entries, one.is_closed, one.is_contradicted) == (2, 2, True, False)


def test_a_clock_that_is_wrong_keeps_no_report_back(
    school: School, hub: Hub, centre: StationKeys, client: HubClient
) -> None:
    report = sign_report(incident(), centre.signing)
    carrier = HubIncidents(client, centre.signing, ManualClock())
    receipt = carrier.deliver(sealed(report, school), report.digest)
    assert read_receipt(receipt, [school.keys.signing.public], digest=report.digest).entries == 1


def test_the_same_report_sealed_anew_is_one_report(school: School, hub: Hub, centre: StationKeys) -> None:
    report = sign_report(incident(), centre.signing)
    first = hub.registry.incidents.take(sealed(report, school), report.digest)
    again = hub.registry.incidents.take(sealed(report, school), report.digest)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.receipt == again.receipt
    assert len(hub.registry.incidents.reports(REFERENCE)) == 1


def test_a_report_that_rewrites_another_is_kept_and_marked(school: School, hub: Hub, centre: StationKeys) -> None:
    for one in (
        incident(),
        begin(draft(told="Nothing happened."), reference=REFERENCE, centre_id="north", console=CONSOLE, now=NOW),
    ):
        report = sign_report(one, centre.signing)
        receipt = hub.registry.incidents.take(sealed(report, school), report.digest).receipt
    assert not read_receipt(receipt, [school.keys.signing.public], digest=report.digest).is_extending
    (listed,) = hub.registry.incidents.all()
    assert listed.is_contradicted
    assert len(hub.registry.incidents.reports(REFERENCE)) == 2


def test_an_earlier_version_that_comes_late_contradicts_nothing(school: School, hub: Hub, centre: StationKeys) -> None:
    for one in (amend(incident(), draft(), now=LATER), incident()):
        report = sign_report(one, centre.signing)
        hub.registry.incidents.take(sealed(report, school), report.digest)
    (listed,) = hub.registry.incidents.all()
    assert not listed.is_contradicted
    assert listed.entries == 2


def test_what_is_not_a_centres_own_is_refused_by_name(school: School, hub: Hub, centre: StationKeys) -> None:
    station = enrol(hub.registry, "Desk 1", centre_id="north").signing
    south = enrol(hub.registry, "South", kind="centre", centre_id="south").signing
    for signer, of in ((station, "north"), (south, "north"), (centre.signing, "south"), (centre.signing, "nowhere")):
        report = sign_report(incident(of), signer)
        assert code(hub, sealed(report, school), report.digest) == "incident.not_the_centres"
    report = sign_report(incident(), centre.signing)
    other = seal_report(report, [AcademyKeys.generate().sealing.public])
    assert code(hub, other, report.digest) == "incident.not_for_us"
    assert code(hub, sealed(report, school), "0" * 64) == "hub.name_mismatch"
    altered = json.loads(sealed(report, school))
    altered["digest"] = "0" * 64
    assert code(hub, canonical.encode(altered), "0" * 64) == "crypto.cannot_open_sealed"
    assert code(hub, b"{}", report.digest) == "enrolment.bad_document"
    assert hub.registry.incidents.all() == ()


def test_a_revoked_centres_report_is_kept_and_says_so(school: School, hub: Hub, centre: StationKeys) -> None:
    hub.registry.enrolments.revoke("North", who="ada", why="stolen")
    report = sign_report(incident(), centre.signing)
    hub.registry.incidents.take(sealed(report, school), report.digest)
    assert [one.standing for one in hub.registry.incidents.all()] == ["revoked"]


def test_a_stick_carries_reports_there_and_receipts_back(
    school: School, hub: Hub, centre: StationKeys, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    folder = IncidentFolder(tmp_path / "in", centres=[centre.signing.public], hubs=[school.keys.signing.public])
    folder.keep(sign_report(incident(), centre.signing))
    keys = [school.keys.sealing.public]
    (waits,) = send_waiting(folder, FolderIncidents(stick), keys)
    assert waits.error is not None
    assert waits.error.code == "sync.no_receipt_yet"
    (stick / "incidents" / ("0" * 64)).write_bytes(b"rubbish")
    taken = _take(hub.registry.incidents.take, stick)
    assert sorted(is_taken for _, is_taken in taken) == [False, True], "one that is refused holds up no other"
    (sent,) = send_waiting(folder, FolderIncidents(stick), keys)
    assert sent.receipt is not None
    assert folder.waiting() == ()


def test_a_stick_with_links_leads_nowhere(school: School, hub: Hub, centre: StationKeys, tmp_path: Path) -> None:
    stick, elsewhere = tmp_path / "stick", tmp_path / "elsewhere"
    stick.mkdir()
    elsewhere.mkdir()
    (stick / "incidents").symlink_to(elsewhere)
    with pytest.raises(PocusError):
        _take(hub.registry.incidents.take, stick)
    report = sign_report(incident(), centre.signing)
    with pytest.raises(PocusError):
        FolderIncidents(stick).deliver(sealed(report, school), report.digest)
    assert list(elsewhere.iterdir()) == []


def test_real_answers_are_in_the_document(school: School, hub: Hub, centre: StationKeys) -> None:
    witness = Witness(httpx2.Client(transport=InProcessTransport(create_app(hub)), base_url="http://hub"))
    report = sign_report(incident(), centre.signing)
    now_ms = school.clock.read().wall_ms
    carried: list[tuple[SigningKey, bytes, str, str]] = [
        (centre.signing, sealed(report, school), report.digest, SEALED_TYPE),
        (centre.signing, sealed(report, school), report.digest, SEALED_TYPE),
        (centre.signing, b"{}", report.digest, SEALED_TYPE),
        (centre.signing, sealed(report, school), "0" * 64, SEALED_TYPE),
        (centre.signing, sealed(report, school), "abc", SEALED_TYPE),
        (SigningKey.generate(), sealed(report, school), report.digest, SEALED_TYPE),
        (centre.signing, bytes(4_000_000), report.digest, SEALED_TYPE),
        (centre.signing, b"a", report.digest, "text/plain"),
    ]
    given = []
    for key, data, digest, kind in carried:
        checksum, path = canonical.digest(data), f"/v1/incidents/{digest}"
        field = sign_request(key, method="PUT", target=path, now_ms=now_ms, content_digest=checksum)
        headers = {
            "Authorization": field,
            "Content-Type": kind,
            "Content-Digest": f"sha-256=:{to_base64(bytes.fromhex(checksum))}:",
        }
        given.append(witness.ask("PUT", path, door=DOOR, content=data, headers=headers).status_code)
    assert given == [201, 200, 422, 400, 400, 401, 413, 415]
