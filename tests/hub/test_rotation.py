"""The academy's keys are exchanged while results are under way: nothing is lost, and a stolen key counts no more."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing, NoAcademyKeysError
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import EnrolmentGrant, OtherAcademyError, issue_grant, read_grant
from pocus_desktop.admission.enrolment import Enrolment, accept_grant
from pocus_desktop.crypto.keystore import FileKeyStore, KeyStoreFailedError
from pocus_desktop.hub.errors import EnvelopeRefusedError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.receipt import issue_receipt, require_not_revoked, verify_receipt
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.outbox import Outbox
from tests.hub.school import Sat, School
from tests.hub.test_admissions import admit
from tests.hub.test_enrolments import asking

URL = "https://hub.example.org"
MONTH_MS = 30 * 86_400_000


def no_pin(_root: bytes) -> None:
    """No trust repository here."""


@dataclass
class Desk:
    """A station of the academy, with an outbox and what it was told of the academy's keys."""

    school: School
    hub: Hub
    home: Home
    keys: StationKeys = field(default_factory=StationKeys.generate)

    def __post_init__(self) -> None:
        self.take(self.hub.registry.enrolments.enrol(asking(self.keys, name=self.home.folder.name), who="ada"))

    @property
    def trusted(self) -> tuple[str, ...]:
        return tuple(key.key_id for key in Enrolment.load(self.home.trust).hubs)

    def take(self, grant: bytes) -> None:
        is_first = not self.home.trust.exists()
        trusted = None if is_first else Enrolment.load(self.home.trust).hubs
        accept_grant(self.home, self.keys, grant, academy=None, trusted=trusted, pin=no_pin)

    def renew(self) -> None:
        """Ask the hub as `pocus enrol renew` does."""
        with HubClient(URL, transport=InProcessTransport(create_app(self.hub))) as client:
            self.take(client.grant(self.keys.signing, now_ms=self.school.clock.read().wall_ms))

    def queue(self, sat: Sat) -> str:
        outbox = self._outbox()
        digest = outbox.enqueue(sat.final_path, now_ms=0)
        outbox.close()
        return digest

    def send(self) -> dict[str, tuple[Status, str]]:
        """One round; what the outbox says of each envelope."""
        outbox = self._outbox()
        outbox.retry(now_ms=0)
        outbox.run_once(1)
        found = {row.digest: (row.status, row.problem) for row in outbox.rows()}
        outbox.close()
        return found

    def receipt(self, digest: str) -> bytes:
        found = self._outbox().receipt(digest)
        assert found is not None
        return found

    def _outbox(self) -> Outbox:
        transport = HttpsTransport(URL, key=self.keys.signing, transport=InProcessTransport(create_app(self.hub)))
        return Outbox(self.home.outbox, transport, Enrolment.load(self.home.trust).hubs)


def digest_of(sat: Sat) -> str:
    return hashlib.sha256(sat.final).hexdigest()


def rotated(school: School, ring: AcademyRing) -> AcademyRing:
    """After this the school admits and seals with the new keys."""
    later = ring.rotated(now_ms=school.clock.read().wall_ms)
    school.keys = later.current
    return later


def desk(school: School, hub: Hub, name: str) -> Desk:
    return Desk(school=school, hub=hub, home=Home(folder=school.folder / name))


def test_a_station_that_was_away_loses_nothing_by_a_rotation(school: School) -> None:
    before = AcademyRing(current=school.keys)
    hub = school.hub(keys=before)
    away = desk(school, hub, "away")
    early, late = school.sit(), school.sit()
    away.queue(early)
    assert away.send()[digest_of(early)] == (Status.DONE, "")
    away.queue(late)  # and it goes away, with a result that is sealed to the old key
    hub.close()

    after = rotated(school, before)
    away.hub = hub = school.hub(keys=after)
    found = away.send()
    assert found[digest_of(late)] == (Status.FAILED, "sync.bad_receipt"), "it keeps it, and knows no new key"
    assert (away.home.outbox / digest_of(late)).read_bytes() == late.final
    assert hub.receipt(digest_of(late)) is not None, "the retired key opened it"

    away.renew()
    assert away.trusted == (after.current.signing.key_id, before.current.signing.key_id)
    assert away.send()[digest_of(late)] == (Status.DONE, "")
    verify_receipt(away.receipt(digest_of(late)), [after.current.signing.public])
    verify_receipt(away.receipt(digest_of(early)), after.verifiers)
    assert hub.report(late.sitting) is not None
    hub.close()


def test_a_station_that_slept_through_several_rotations_still_believes_its_grant(school: School) -> None:
    ring = AcademyRing(current=school.keys)
    hub = school.hub(keys=ring)
    away = desk(school, hub, "away")
    for _ in range(3):
        hub.close()
        ring = rotated(school, ring)
        away.hub = hub = school.hub(keys=ring)
    away.renew()
    assert len(away.trusted) == 4
    hub.close()


def test_a_hub_that_runs_finds_rotated_keys_by_itself(school: School) -> None:
    old = AcademyRing(current=school.keys)
    kept = [old]
    hub = school.hub(keys=old, reload=lambda: kept.pop() if kept and kept[-1] is not old else None)
    sat = school.sit()
    new = rotated(school, old)
    sealed_to_new = school.sit()
    with pytest.raises(EnvelopeRefusedError):
        hub.take(sealed_to_new.final)
    kept[:] = [new]
    assert hub.take(sealed_to_new.final).is_new
    assert hub.quarantined() == (), "what was refused before is released"
    verify_receipt(hub.receive(sat.final), [new.current.signing.public])
    school.register(hub)
    assert hub.report(sat.sitting) is not None, "what lies on the shelf is sealed to the retired key"
    hub.close()


def test_a_revoked_key_s_receipts_count_no_more_and_are_given_anew(school: School) -> None:
    old = AcademyRing(current=school.keys)
    hub = school.hub(keys=old)
    station = desk(school, hub, "desk")
    sat = school.sit()
    station.queue(sat)
    station.send()
    before = station.receipt(digest_of(sat))
    hub.close()

    stolen = old.current
    ring = rotated(school, old).with_revoked(stolen.signing.key_id, since_ms=1_000, why="a laptop was stolen")
    station.hub = hub = school.hub(keys=ring)
    assert code_of(station.renew) == "enrolment.other_academy", "only the stolen key could vouch for the new one here"
    grant = hub.registry.enrolments.grant_again("desk")
    accept_grant(station.home, station.keys, grant, academy=ring.verifiers, trusted=None, pin=no_pin)
    assert station.trusted == (ring.current.signing.key_id,)

    backdated = issue_receipt(
        stolen.signing,
        sealed_digest=digest_of(sat),
        sitting=sat.sitting,
        last_seq=1,
        received_at_ms=1,
        is_partial=False,
    )
    known = {stolen.signing.public: 1_000}
    for receipt in (before, backdated):
        assert code_of(lambda receipt=receipt: verify_receipt(receipt, ring.verifiers)) == (  # type: ignore[misc]
            "crypto.not_enough_signatures"
        )
        assert code_of(lambda receipt=receipt: require_not_revoked(receipt, known)) == "sitting.revoked_receipt"  # type: ignore[misc]
    anew = hub.take(sat.final).receipt
    told = verify_receipt(anew, ring.verifiers, sealed_digest=digest_of(sat))
    assert told.received_at_ms == verify_receipt(before, [stolen.signing.public]).received_at_ms
    assert hub.receipt(digest_of(sat)) == anew
    assert station.send()[digest_of(sat)] == (Status.DONE, "")
    hub.close()


def test_a_thief_of_a_revoked_key_wins_no_station_over(school: School) -> None:
    old = AcademyRing(current=school.keys)
    hub = school.hub(keys=old)
    station = desk(school, hub, "desk")
    hub.close()
    ring = rotated(school, old)
    station.hub = hub = school.hub(keys=ring)
    station.renew()
    hub.close()
    revoked = ring.with_revoked(old.current.signing.key_id, since_ms=0, why="stolen")
    station.hub = hub = school.hub(keys=revoked)
    station.renew()
    genuine = read_grant(station.home.grant.read_bytes()).grant
    forged: EnrolmentGrant = genuine.model_copy(
        update={"hubs": (old.current.signing.public,), "granted_at_ms": genuine.granted_at_ms + MONTH_MS}
    )
    with pytest.raises(OtherAcademyError):
        station.take(issue_grant(forged, old.current.signing))
    hub.close()


def test_results_under_a_revoked_key_s_admissions_are_taken_and_marked(school: School) -> None:
    old = AcademyRing(current=school.keys)
    hub = school.hub(keys=old)
    hub.registry.candidates.add(candidate_id="C-17", name="Ana", who="ada")
    genuine = admit(hub.registry).envelope
    early = school.sit()
    hub.take(early.final)
    hub.close()
    school.clock.advance(ms=1_000)
    since_ms = school.clock.read().wall_ms
    ring = rotated(school, old).with_revoked(old.current.signing.key_id, since_ms=since_ms, why="stolen")
    hub = school.hub(keys=ring)
    thiefs = school.sit(signer=old.current)
    assert hub.take(thiefs.final).is_new
    school.count += 1
    school.admission = lambda **_: genuine  # type: ignore[method-assign]
    kept = school.sit(signer=old.current)
    hub.take(kept.final)
    assert {sitting: told for sitting, told in hub.registry.results.remarks().items() if told} == {
        thiefs.sitting: ("revoked-key",)
    }
    hub.registry.marks.decide(thiefs.sitting, "keep", who="ada", why="issued by file on 1 March")
    assert not hub.registry.results.remarks().get(thiefs.sitting)
    hub.close()


def test_a_key_that_was_lost_and_found_opens_what_waits_in_quarantine(school: School) -> None:
    sat = school.sit()
    lost = school.keys
    ring = AcademyRing(current=AcademyKeys.generate())
    hub = school.hub(keys=ring, is_registered=False)
    with pytest.raises(EnvelopeRefusedError, match="not_for_this_key"):
        hub.take(sat.final)
    hub.close()
    hub = school.hub(keys=ring.with_retired(lost, now_ms=0), is_registered=False)
    assert hub.retry_quarantine() == (digest_of(sat),)
    hub.close()


# the key store


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    assert "{" not in "".join(caught.value.explain()) + "".join(caught.value.explain("es"))
    return caught.value.code


def test_the_ring_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path, "correct horse")
    with pytest.raises(NoAcademyKeysError):
        AcademyRing.load(store)
    first = AcademyKeys.generate()
    store.store("academy-signing", first.signing.seed)  # as programs before rotation kept them
    store.store("academy-sealing", first.sealing.seed)
    ring = AcademyRing.load(store)
    assert ring == AcademyRing(current=first)
    later = ring.rotated(now_ms=5).with_revoked(first.signing.key_id, since_ms=3, why="stolen")
    later.save(store)
    assert AcademyRing.load(store) == later
    assert AcademyKeys.load(store) == later.current
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key-academy-ring.json"]
    assert first.signing.seed.hex() not in (tmp_path / "key-academy-ring.json").read_text()


@pytest.mark.parametrize("broken", ["write", "remove"])
def test_a_crash_leaves_the_keys_of_before_or_those_of_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    store = FileKeyStore(tmp_path, "correct horse")
    first = AcademyKeys.generate()
    store.store("academy-signing", first.signing.seed)
    store.store("academy-sealing", first.sealing.seed)
    later = AcademyRing.load(store).rotated(now_ms=5)

    def fail(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        if broken == "write":
            patched.setattr(Path, "replace", fail)
        else:
            patched.setattr(Path, "unlink", fail)
        with pytest.raises(KeyStoreFailedError):
            later.save(store)
    found = AcademyRing.load(store)
    assert found == (AcademyRing(current=first) if broken == "write" else later)
    assert first.sealing in found.openers


@pytest.mark.parametrize(
    "damaged", [b"", b"[]", b'{"format":2}', b'{"format":1,"current":{"signing":"00","sealing":""},"retired":[]}']
)
def test_what_is_no_ring_is_refused_by_name(tmp_path: Path, damaged: bytes) -> None:
    store = FileKeyStore(tmp_path, "correct horse")
    store.store("academy-ring", damaged)
    assert code_of(lambda: AcademyRing.load(store)) == "ring.bad_ring"


def test_only_retired_keys_are_revoked_and_the_earliest_moment_stands() -> None:
    ring = AcademyRing(current=AcademyKeys.generate()).rotated(now_ms=1)
    key_id = ring.retired[0].keys.signing.key_id
    assert code_of(lambda: ring.with_revoked(ring.current.signing.key_id, since_ms=0, why="")) == "ring.current_key"
    assert code_of(lambda: ring.with_revoked("ed25519-00", since_ms=0, why="")) == "ring.no_such_key"
    twice = ring.with_revoked(key_id, since_ms=5, why="a").with_revoked(key_id, since_ms=9, why="b")
    assert twice.revoked == {key_id: 5}
    assert [key["key_id"] for key in twice.public_json()["keys"]] == [  # type: ignore[index, union-attr, call-overload]
        twice.current.signing.key_id,
        twice.current.sealing.key_id,
    ]
    assert ring.with_retired(ring.current, now_ms=2) is ring
