"""Certificates come with what else the academy has, and how they stand comes with them; over a real hub."""

from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.hub.hub import Hub
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.paper_reader import credential_in
from pocus_desktop.programme.certificate.records import CertificateRecord
from pocus_desktop.programme.certificate.verify import Verdict
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.certificates import KeptCertificate
from pocus_desktop.programme.own.desk import CERTIFICATES
from pocus_desktop.sync.hub_client import HubAnsweredNoError
from tests.hub.school import School
from tests.programme.own.ana import Ana

BY: Any = {"who": "Olu", "why": "decided"}
DAY_MS = 86_400_000


@pytest.fixture
def issued(school: School, hub: Hub, ana: Ana) -> CertificateRecord:
    """Ana is known at the academy, and has a certificate there."""
    hub.registry.enrolments.set_terms(hub_url="https://hub.example.org")
    hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
    ana.account()
    ana.send()
    number = ana.number
    done = school.sit(mode=Mode.LIVE, candidate=Candidate(id=number, display_name="Ana"))
    hub.take(done.final)
    return hub.certificates.issue(number, done.sitting, **BY, is_despite=True)


def kept(ana: Ana) -> dict[str, KeptCertificate]:
    return {one.certificate_id: one for one in ana.desk.view().kept}


def test_it_comes_with_its_openings_papers_and_lists(hub: Hub, ana: Ana, issued: CertificateRecord) -> None:
    name = issued.certificate.certificate_id
    assert ana.send().new_papers == 3, "the result, a document that tells of the certificate, the certificate"
    (one,) = ana.desk.view().kept
    assert one == KeptCertificate(
        certificate=issued.certificate, verdict=Verdict.VALID, as_of_ms=ana.now_ms, papers=("en", "es")
    )
    folder = ana.folder / CERTIFICATES
    assert (folder / f"{name}.json").read_bytes() == issued.credential
    opening = Opening.parse((folder / "openings" / f"{name}-lower-extremity-dvt.json").read_bytes())
    assert opening.sealed_digest == hub.held()[0]
    out = ana.folder / "out.pdf"
    ana.desk.save_certificate(name, out, language="es")
    assert credential_in(out.read_bytes()) == issued.credential
    assert ana.send().new_papers == 0


def test_all_of_it_comes_by_a_stick(hub: Hub, ana: Ana, issued: CertificateRecord, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert ana.by_stick(stick).new_papers == 3
    (one,) = ana.desk.view().kept
    assert (one.verdict, one.as_of_ms, one.papers) == (Verdict.VALID, ana.now_ms, ("en", "es"))
    [first] = (stick / "answers").iterdir()
    ana.wait(1000)
    hub.certificates.revoke(one.certificate_id, **BY)
    ana.by_stick(stick)
    assert kept(ana)[one.certificate_id].verdict is Verdict.REVOKED
    [second] = {*(stick / "answers").iterdir()} - {first}
    assert second.stat().st_size < first.stat().st_size / 2, "papers that are here come no more"


def test_what_is_known_grows_old_without_a_network(hub: Hub, ana: Ana, issued: CertificateRecord) -> None:
    ana.send()
    as_of_ms = ana.now_ms
    ana.wait(DAY_MS + 1000)
    (one,) = ana.desk.view().kept
    assert (one.verdict, one.as_of_ms) == (Verdict.STATUS_OLD, as_of_ms)
    ana.send()
    (one,) = ana.desk.view().kept
    assert (one.verdict, one.as_of_ms) == (Verdict.VALID, ana.now_ms)


def test_suspension_and_revocation_come_and_are_not_taken_back_by_older_lists(
    hub: Hub, ana: Ana, issued: CertificateRecord
) -> None:
    name = issued.certificate.certificate_id
    older = hub.answers.papers(ana.account_id)
    ana.wait(1000)
    hub.certificates.suspend(name, **BY)
    ana.send()
    assert kept(ana)[name].verdict is Verdict.SUSPENDED
    ana.wait(1000)
    hub.certificates.reinstate(name, **BY)
    ana.send()
    assert kept(ana)[name].verdict is Verdict.VALID
    ana.wait(1000)
    hub.certificates.revoke(name, **BY)
    ana.send()
    ana.desk.take_papers(older)
    assert kept(ana)[name].verdict is Verdict.REVOKED
    assert (ana.folder / CERTIFICATES / f"{name}.json").is_file(), "it is shown as what it is"


def test_a_renewal_comes_beside_the_first(hub: Hub, ana: Ana, issued: CertificateRecord) -> None:
    ana.send()
    ana.wait(4 * 365 * DAY_MS + 200 * DAY_MS)
    renewed = hub.certificates.renew(issued.certificate.certificate_id, knowledge_checked=True, **BY)
    ana.send()
    found = kept(ana)
    assert {one.verdict for one in found.values()} == {Verdict.VALID, Verdict.NOT_YET}
    assert found[renewed.certificate.certificate_id].papers == ("en", "es")


def test_what_was_damaged_on_the_disk_comes_again(ana: Ana, issued: CertificateRecord) -> None:
    ana.send()
    for path in (ana.folder / CERTIFICATES).rglob("*.json"):
        path.write_bytes(path.read_bytes()[:40])
    assert ana.desk.view().kept == ()
    ana.send()
    (one,) = ana.desk.view().kept
    assert (one.verdict, one.papers) == (Verdict.VALID, ("en", "es"))


def test_nobody_is_given_what_is_anothers(hub: Hub, ana: Ana, issued: CertificateRecord, tmp_path: Path) -> None:
    eve = Ana(hub, tmp_path / "eve")
    eve.account()
    eve.send()
    assert eve.send().new_papers == 0
    assert eve.desk.view().kept == ()
    with eve.client() as client, pytest.raises(HubAnsweredNoError) as caught:
        client.certificate_paper(eve.key, issued.certificate.certificate_id, "en", now_ms=eve.now_ms)
    assert caught.value.params["reason"] == "certificate.unknown"
    eve.desk.close()


def test_a_disk_that_is_full_is_told_and_the_next_time_makes_it_good(ana: Ana, issued: CertificateRecord) -> None:
    (ana.folder / CERTIFICATES).write_bytes(b"in the way")  # as a disk that takes nothing there
    synced = ana.send()
    assert synced.error is not None
    assert synced.error.code == "kernel.file_refused"
    (ana.folder / CERTIFICATES).unlink()
    assert ana.send().error is None
    assert len(kept(ana)) == 1


def test_a_paper_that_the_academy_cannot_set_is_asked_for_again_after_a_month_and_not_at_each_round(
    school: School, hub: Hub, ana: Ana
) -> None:
    """A name in letters that the typesetter's font has not; the credential is the same."""
    hub.registry.enrolments.set_terms(hub_url="https://hub.example.org")
    hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
    fields = {"name": "ანა რუისი", "email": "ana@example.org", "zone": "Asia/Tbilisi", "language": "en"}
    ana.desk.write(changes.write_account(ana.desk.portfolio(), now_ms=ana.desk.now_ms, **fields))
    ana.send()
    done = school.sit(mode=Mode.LIVE, candidate=Candidate(id=ana.number, display_name="ანა რუისი"))
    hub.take(done.final)
    hub.certificates.issue(ana.number, done.sitting, **BY, is_despite=True)
    assert ana.send().error is None
    [one] = ana.desk.view().kept
    assert (one.verdict, one.papers) == (Verdict.VALID, ())
    assert ana.desk.wanted_papers() == ()
    ana.wait(31 * DAY_MS)
    assert len(ana.desk.wanted_papers()) == 2, "its fonts may have changed by then"
