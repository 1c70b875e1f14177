"""The academy's keys change and are revoked: a portfolio follows as far as a key that it believes says so."""

import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.programme.academy_keys import KnownKeys, NotTheAcademysKeysError, follow, say_keys
from pocus_desktop.programme.certificate.records import CertificateRecord
from pocus_desktop.programme.certificate.verify import Verdict
from pocus_desktop.programme.own.certificates import NotACertificateError
from pocus_desktop.programme.own.desk import CERTIFICATES
from pocus_desktop.programme.submission import read_receipt
from tests.hub.school import School
from tests.programme.own.ana import NOW_MS, Ana
from tests.programme.own.test_certificates_come import BY, issued

__all__ = ["issued"]

OLD, NEW, THIEF = (SigningKey.from_seed(bytes([at]) * 32) for at in (1, 2, 3))
SEAL = SealingKey.generate().public
KNOWN = KnownKeys(keys=(OLD.public, SEAL))


def said(keys: list[SigningKey], *by: SigningKey, gone: tuple[PublicKey, ...] = (), at_ms: int = NOW_MS) -> bytes:
    return say_keys([*(key.public for key in keys), SEAL], gone, by, now_ms=at_ms)


def test_a_rotation_is_followed_and_a_revocation_stays() -> None:
    both = follow(said([NEW, OLD], NEW, OLD), KNOWN)
    assert set(both.keys) == {OLD.public, NEW.public, SEAL}
    after = follow(said([NEW], NEW, gone=(OLD.public,), at_ms=NOW_MS + 5), both)
    assert (set(after.keys), after.revoked) == ({NEW.public, SEAL}, (OLD.public,))
    assert follow(said([NEW, OLD], NEW, at_ms=NOW_MS + 9), after) == after, "what was revoked does not come back"
    assert follow(said([NEW, THIEF], NEW, at_ms=NOW_MS + 1), after) == after, "what is older changes nothing"


@pytest.mark.parametrize(
    "envelope",
    [
        pytest.param(said([THIEF], THIEF), id="by a key of its own"),
        pytest.param(said([NEW], OLD, gone=(OLD.public,)), id="by the key that it revokes"),
        pytest.param(b"{}", id="something else"),
    ],
)
def test_what_no_believed_key_says_is_left(envelope: bytes) -> None:
    with pytest.raises(NotTheAcademysKeysError):
        follow(envelope, KNOWN)


def test_a_key_that_was_revoked_vouches_for_nothing_any_more(
    school: School, hub: Hub, ana: Ana, issued: CertificateRecord
) -> None:
    ana.send()
    before = ana.desk.view()
    [kept] = before.kept
    stolen = ana.folder / "stolen.json"
    stolen.write_bytes((ana.folder / CERTIFICATES / f"{kept.certificate_id}.json").read_bytes())
    first = hub.ring.current.signing
    ring = AcademyRing(current=school.keys).rotated(now_ms=ana.now_ms)
    _turn(hub, ring)
    ana.wait(1000)
    assert ana.send().error is None
    assert ring.current.signing.public in ana.desk.academy.verifiers, "followed, since the old key said so too"
    _turn(hub, ring.with_revoked(first.key_id, since_ms=ana.now_ms, why="stolen"))
    ana.wait(1000)
    hub.certificates.sign_again(**BY)
    assert ana.send().error is None
    view = ana.desk.view()
    assert first.public not in ana.desk.academy.verifiers
    assert [one.verdict for one in view.kept] == [Verdict.VALID], "signed anew by the key of today"
    assert view.portfolio.certificates == before.portfolio.certificates, "and so is what it had said"
    assert view.portfolio.results == before.portfolio.results
    with pytest.raises(NotACertificateError) as told:
        ana.desk.keep_certificate(stolen)
    assert told.value.params["verdict"] == Verdict.KEY_REVOKED


def test_receipts_by_a_key_that_was_revoked_are_given_anew(school: School, hub: Hub, ana: Ana) -> None:
    ana.account()
    ana.send()
    ana.hold(b"%PDF-1.7\n" + bytes(range(256)))
    ana.desk.pack()
    ana.agree()
    document = ana.desk.next_waiting()
    assert document is not None
    assert ana.desk.next_waiting({document.digest}) is None, "what was sent before has its receipt"
    data = ana.desk.sealed(document)
    old = hub.academy.portfolios.take(data, document.digest).receipt
    [state] = ana.desk.file_states()
    file = ana.desk.file_parcel(state)
    assert file is not None
    hub.academy.files.take(file.sealed, file.digest)
    ring = AcademyRing(current=school.keys).rotated(now_ms=ana.now_ms)
    _turn(hub, ring.with_revoked(school.keys.signing.key_id, since_ms=ana.now_ms, why="stolen"))
    today = [ring.current.signing.public]
    again = hub.academy.portfolios.take(data, document.digest)
    said = read_receipt(again.receipt, today, digest=document.digest)
    assert said == read_receipt(old, [school.keys.signing.public], digest=document.digest)
    receipt = hub.academy.files.receipt(file.digest)
    assert receipt is not None
    assert read_receipt(receipt, today, digest=file.digest).candidate_id == ana.number


def _turn(hub: Hub, ring: AcademyRing) -> None:
    assert isinstance(ring.current, AcademyKeys)
    hub.ring._ring = ring
