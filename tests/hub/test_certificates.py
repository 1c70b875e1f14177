"""Certificates at the hub: on what they are issued, what becomes of them, and what anyone is shown."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.crypto.multibase import from_multikey
from pocus_desktop.hub.certificates import certificates as desk
from pocus_desktop.hub.certificates.errors import (
    BadCertificateStepError,
    NoAddressError,
    NoKnowledgeCheckError,
    NoNameError,
    NotPassedError,
    SittingTakenError,
    TooEarlyError,
    UnknownCertificateError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.errors import UnknownCandidateError
from pocus_desktop.programme.certificate.document import AppliedRule
from pocus_desktop.programme.certificate.errors import BadCertificateError
from pocus_desktop.programme.certificate.records import CertificateRecord
from pocus_desktop.programme.certificate.verify import Trust, Verdict, verified_list, verify
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School

BOTH = pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
URL = "https://hub.example.org"
BY: Any = {"who": "Olu", "why": "decided"}
DAY_MS = 86_400_000


@pytest.fixture
def school(school: School) -> School:
    school.clock.set(wall_ms=int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() * 1000))
    return school


@pytest.fixture
def academy(hub: Hub) -> Hub:
    """A hub with an address, a name and a candidate."""
    hub.registry.enrolments.set_terms(hub_url=URL)
    hub.certificates.set_issuer("Academy of Example", **BY)
    hub.registry.candidates.add(candidate_id="C-17", name="Ana María Ruiz", **BY)
    return hub


def sat(school: School, hub: Hub, candidate_id: str = "C-17", **changes: Any) -> str:
    """A sitting of a candidate, which the hub has scored."""
    given: dict[str, Any] = {"mode": Mode.LIVE, "candidate": Candidate(id=candidate_id, display_name="Ana")}
    done = school.sit(**{**given, **changes})
    hub.take(done.final)
    return done.sitting


@pytest.fixture
def issued(school: School, academy: Hub) -> CertificateRecord:
    return academy.certificates.issue("C-17", sat(school, academy), **BY, is_despite=True)


def verdict(hub: Hub, record: CertificateRecord) -> Verdict:
    """As a stranger with the hub's public keys and lists finds it."""
    now_ms = hub.clock.read().wall_ms
    revoked = frozenset(key for key in hub.ring.verifiers if key.key_id in hub.ring.revoked)
    trust = Trust(keys=frozenset(hub.ring.believed), revoked=revoked)
    lists = [verified_list(one, trust, now_ms=now_ms) for one in hub.certificates.published.status_lists().values()]
    return verify(
        hub.certificates.find(record.certificate.certificate_id).credential, trust, now_ms=now_ms, lists=lists
    ).verdict


def set_day(school: School, year: int, month: int, day: int) -> None:
    school.clock.set(wall_ms=int(datetime(year, month, day, 12, tzinfo=UTC).timestamp() * 1000))


@BOTH
def test_a_certificate_is_issued_on_a_sitting_that_was_passed(academy: Hub, issued: CertificateRecord) -> None:
    certificate = issued.certificate
    assert verdict(academy, issued) is Verdict.VALID
    assert academy.certificates.find(certificate.certificate_id) == issued
    assert academy.certificates.of("c-17") == (issued,)
    assert (certificate.holder, certificate.issuer, certificate.areas) == (
        "Ana María Ruiz",
        "Academy of Example",
        ("lower-extremity-dvt",),
    )
    assert datetime.fromtimestamp(certificate.valid_until_ms / 1000, tz=UTC) == datetime(
        2031, 3, 1, 23, 59, 59, tzinfo=UTC
    )
    assert certificate.rules[0] == AppliedRule(rule_id="certificate-2020", since=date(2020, 1, 1))
    (opening,) = issued.openings
    assert opening.opens(certificate.proved[0].commitment)
    assert opening.sealed_digest == academy.held()[0]
    assert b"C-17" not in issued.credential
    (entry,) = academy.certificates.history(certificate.certificate_id)
    assert (entry.action, entry.who, entry.why) == ("issued", "Olu", "decided")


def test_what_is_issued_on_29_february_ends_on_the_28th(school: School, academy: Hub) -> None:
    sitting = sat(school, academy)
    set_day(school, 2028, 2, 29)
    record = academy.certificates.issue("C-17", sitting, **BY, is_despite=True)
    assert datetime.fromtimestamp(record.certificate.valid_until_ms / 1000, tz=UTC).date() == date(2033, 2, 28)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"vein": "yes", "plan": "wait"}, "not passed", id="failed"),
        pytest.param({"mode": Mode.TRIAL}, "not live", id="a trial"),
        pytest.param({"candidate": Candidate(id="C-18", display_name="Ben")}, "another candidate", id="another's"),
    ],
)
def test_a_sitting_that_proves_nothing_gives_no_certificate(
    school: School, academy: Hub, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NotPassedError, match=reason):
        academy.certificates.issue("C-17", sat(school, academy, **changes), **BY, is_despite=True)


def test_what_is_not_whole_not_known_or_in_doubt_gives_none(school: School, academy: Hub) -> None:
    partial = school.sit(mode=Mode.LIVE, candidate=Candidate(id="C-17", display_name="Ana"))
    academy.take(partial.partial)
    twice = [sat(school, academy, admission_id="adm_x", attempt=2) for _ in range(2)]
    for sitting, reason in (
        (partial.sitting, "not whole"),
        ("sit_none", "nothing is known"),
        (twice[0], "in doubt"),
    ):
        with pytest.raises(NotPassedError, match=reason):
            academy.certificates.issue("C-17", sitting, **BY, is_despite=True)


def test_one_result_is_certified_once_unless_that_was_revoked(academy: Hub, issued: CertificateRecord) -> None:
    sitting = academy.standings()[0].sitting
    with pytest.raises(SittingTakenError):
        academy.certificates.issue("c-17", sitting, **BY, is_despite=True)
    academy.certificates.revoke(issued.certificate.certificate_id, **BY)
    again = academy.certificates.issue("c-17", sitting, **BY, is_despite=True)
    assert verdict(academy, again) is Verdict.VALID


def test_nobody_unknown_gets_one_and_no_hub_without_name_and_address_gives_one(school: School, hub: Hub) -> None:
    sitting = sat(school, hub)
    with pytest.raises(UnknownCandidateError):
        hub.certificates.issue("C-17", sitting, **BY, is_despite=True)
    hub.registry.candidates.add(candidate_id="C-17", name="Ana", **BY)
    with pytest.raises(NoNameError):
        hub.certificates.issue("C-17", sitting, **BY, is_despite=True)
    hub.certificates.set_issuer("Academy of Example", **BY)
    with pytest.raises(NoAddressError):
        hub.certificates.issue("C-17", sitting, **BY, is_despite=True)
    with pytest.raises(NoAddressError):
        hub.certificates.published.controller()
    with pytest.raises(BadCertificateError):
        hub.certificates.set_issuer("two\nlines", **BY)


@BOTH
def test_suspension_is_lifted_and_revocation_is_not(academy: Hub, issued: CertificateRecord) -> None:
    name = issued.certificate.certificate_id
    certificates = academy.certificates
    certificates.suspend(name, **BY)
    assert verdict(academy, issued) is Verdict.SUSPENDED
    with pytest.raises(BadCertificateStepError):
        certificates.suspend(name, **BY)
    certificates.reinstate(name, **BY)
    assert verdict(academy, issued) is Verdict.VALID
    with pytest.raises(BadCertificateStepError):
        certificates.reinstate(name, **BY)
    certificates.revoke(name, who="Olu", why="Another person sat it")
    assert verdict(academy, issued) is Verdict.REVOKED
    for step in (certificates.suspend, certificates.reinstate, certificates.revoke, certificates.renew):
        with pytest.raises(BadCertificateStepError):
            step(name, **BY)
    history = certificates.history(name)
    assert [entry.action for entry in history] == ["issued", "suspended", "reinstated", "revoked"]
    assert (history[-1].was, history[-1].now, history[-1].why) == ("active", "revoked", "Another person sat it")


@BOTH
def test_renewal_waits_for_its_time_and_follows_the_last_day(
    school: School, academy: Hub, issued: CertificateRecord
) -> None:
    name = issued.certificate.certificate_id
    set_day(school, 2030, 8, 29)  # 184 days before the last one
    with pytest.raises(TooEarlyError) as refused:
        academy.certificates.renew(name, knowledge_checked=True, **BY)
    assert refused.value.params["opens"] == "2030-08-30"
    set_day(school, 2030, 8, 30)
    with pytest.raises(NoKnowledgeCheckError):
        academy.certificates.renew(name, **BY)
    renewed = academy.certificates.renew(name, knowledge_checked=True, **BY)
    assert renewed.renews == name
    assert datetime.fromtimestamp(renewed.certificate.valid_until_ms / 1000, tz=UTC).date() == date(2036, 3, 1)
    assert renewed.openings[0].sealed_digest == issued.openings[0].sealed_digest
    assert renewed.openings[0].salt != issued.openings[0].salt
    assert verdict(academy, renewed) is Verdict.NOT_YET
    set_day(school, 2031, 3, 2)
    assert (verdict(academy, renewed), verdict(academy, issued)) == (Verdict.VALID, Verdict.EXPIRED)
    with pytest.raises(BadCertificateStepError):
        academy.certificates.renew(name, knowledge_checked=True, **BY)
    assert [entry.action for entry in academy.certificates.history(name)] == ["issued", "renewed"]


def test_what_is_renewed_long_after_it_ended_begins_anew(
    school: School, academy: Hub, issued: CertificateRecord
) -> None:
    set_day(school, 2032, 1, 15)
    renewed = academy.certificates.renew(issued.certificate.certificate_id, knowledge_checked=True, **BY)
    assert datetime.fromtimestamp(renewed.certificate.valid_until_ms / 1000, tz=UTC).date() == date(2037, 1, 15)


def test_a_list_that_is_full_is_followed_by_the_next(
    school: School, academy: Hub, issued: CertificateRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = sat(school, academy, attempt=2)
    draws: Iterator[int] = iter([issued.certificate.place.index] * desk.DRAWS + [5])
    monkeypatch.setattr("secrets.randbelow", lambda _entries: next(draws))
    later = academy.certificates.issue("C-17", sitting, **BY, is_despite=True)
    assert (later.certificate.place.number, later.certificate.place.index) == (2, 5)
    assert set(academy.certificates.published.status_lists()) == {
        "1-revocation.json",
        "1-suspension.json",
        "2-revocation.json",
        "2-suspension.json",
    }
    academy.certificates.revoke(later.certificate.certificate_id, **BY)
    assert verdict(academy, later) is Verdict.REVOKED
    assert verdict(academy, issued) is Verdict.VALID


def test_after_a_rotation_the_old_signature_counts_until_its_key_is_revoked(
    school: School, academy: Hub, issued: CertificateRecord
) -> None:
    academy.close()
    ring = AcademyRing(current=school.keys).rotated(now_ms=1)
    with_new = school.hub(keys=ring)
    assert verdict(with_new, issued) is Verdict.VALID
    assert [from_multikey(key["publicKeyMultibase"]) for key in _methods(with_new)] == list(ring.verifiers)
    with_new.close()
    old = school.keys.signing
    revoked = school.hub(keys=ring.with_revoked(old.key_id, since_ms=1, why="stolen"))
    assert verdict(revoked, issued) is Verdict.KEY_REVOKED
    assert [from_multikey(key["publicKeyMultibase"]) for key in _methods(revoked)] == [ring.current.signing.public]
    assert revoked.certificates.sign_again(**BY) == 1
    assert revoked.certificates.sign_again(**BY) == 0
    assert verdict(revoked, issued) is Verdict.VALID
    again = revoked.certificates.find(issued.certificate.certificate_id)
    assert replace(again, credential=issued.credential) == issued
    assert [entry.action for entry in revoked.certificates.history(issued.certificate.certificate_id)][
        -1
    ] == "signed-anew"
    revoked.close()


def _methods(hub: Hub) -> list[dict[str, Any]]:
    methods: list[dict[str, Any]] = json.loads(json.dumps(hub.certificates.published.controller()))[
        "verificationMethod"
    ]
    return methods


def test_nothing_is_known_of_other_ids(academy: Hub) -> None:
    for name in ("crt_0123456789abcdefghjk", "", "x" * 500):
        with pytest.raises(UnknownCertificateError):
            academy.certificates.find(name)
        with pytest.raises(UnknownCertificateError):
            academy.certificates.history(name)
    assert academy.certificates.published.status_list(2, "revocation") is None
    assert academy.certificates.published.status_list(1, "message") is None


def test_who_has_an_account_is_told_in_their_portfolio(school: School, hub: Hub) -> None:
    hub.registry.enrolments.set_terms(hub_url=URL)
    hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
    ana = Applicant(hub).register()
    assert ana.number is not None
    record = hub.certificates.issue(ana.number, sat(school, hub, ana.number), **BY, is_despite=True)
    (told,) = hub.academy.portfolios.papers(ana.account_id).certificates
    assert (told.certificate_id, told.area) == (record.certificate.certificate_id, "lower-extremity-dvt")
    assert (told.issued_on, told.last_on, told.revoked_on) == (date(2026, 3, 1), date(2031, 3, 1), None)
    hub.certificates.revoke(told.certificate_id, **BY)
    papers = hub.academy.portfolios.papers(ana.account_id)
    assert [one.revoked_on for one in papers.certificates] == [date(2026, 3, 1)]
    assert papers.conflicts == ()


def test_what_strangers_ask_for_waits_for_nobody_who_writes(academy: Hub, issued: CertificateRecord) -> None:
    with academy.academy.tables.rows():
        assert academy.certificates.published.controller()["id"] == issued.certificate.address.did
        assert set(academy.certificates.published.status_lists()) == {"1-revocation.json", "1-suspension.json"}
        assert academy.certificates.of(issued.candidate_id) == (issued,)
