"""The shelf: what the hub can score by, and what it refuses to score by."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.bundle.errors import NotTrustedError, NotYetValidError, ScoringKeyMismatchError
from pocus_desktop.bundle.scoring_key import seal_scoring_key
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.writer import BundleSource, SourceMember, Written, write_bundle
from pocus_desktop.case.models import Assessment
from pocus_desktop.crypto.dsse import NotEnoughSignaturesError
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.errors import (
    BadScoringKeyError,
    HubError,
    NotFoundError,
    ShelfDamagedError,
    StoreMismatchError,
    StoreUnavailableError,
    VersionTakenError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.shelf import Shelf
from pocus_desktop.hub.storage.places import FolderPlace
from tests.hub.school import ASSESSMENT, BUNDLE, CHEAPER_KEY, KEY, VERSION, School

PUBLISHER = SigningKey.from_seed(b"p" * 32)
POLICY = TrustPolicy(keys=(PUBLISHER.public,))
DAY_MS = 86_400_000


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    """Everything here holds on both."""
    return str(request.param)


def _publish(
    school: School,
    *,
    mode: Literal["open", "sealed"] = "sealed",
    not_before_ms: int | None = None,
    signer: SigningKey = PUBLISHER,
) -> Written:
    case = SourceMember(name="case.json", media_type="application/json", data=school.assessment.to_json())
    return write_bundle(
        BundleSource(
            bundle_id=BUNDLE,
            version=VERSION,
            title={"en": "A leg"},
            content_area="lower-extremity-dvt",
            languages=("en",),
            mode=mode,
            not_before_ms=not_before_ms,
            not_after_ms=None,
            minimum_app="0.1.0",
            members=(case,),
        ),
        line_secret=bytes(32),
        signers=[signer],
        destination=school.folder / "short-leg.casebundle",
    )


def _key_file(
    school: School,
    *,
    document: dict[str, Any] = KEY,
    recipient: PublicKey | None = None,
    version: int = VERSION,
    signer: SigningKey = PUBLISHER,
) -> bytes:
    return seal_scoring_key(
        school.key(document).to_json(),
        bundle_id=BUNDLE,
        version=version,
        recipient=recipient or school.keys.sealing.public,
        signers=[signer],
    )


@pytest.fixture
def bare(school: School) -> Iterator[Hub]:
    """A hub that knows no assessment yet."""
    hub = school.hub(is_registered=False)
    yield hub
    hub.close()


def _shelf_file(school: School) -> Path:
    (path,) = (school.folder / "hub" / "shelf").iterdir()
    return path


@pytest.mark.parametrize("mode", ["open", "sealed"])
def test_a_bundle_and_its_key_are_registered_from_their_files(
    school: School, bare: Hub, mode: Literal["open", "sealed"]
) -> None:
    written = _publish(school, mode=mode)
    sat = school.sit(manifest_digest=written.digest)
    bare.receive(sat.final)
    registered = bare.register_bundle(
        written.path,
        scoring_key=_key_file(school),
        policy=POLICY,
        content_key=written.content_key if mode == "sealed" else None,
    )
    assert (registered.bundle_id, registered.bundle_version) == (BUNDLE, VERSION)
    assert registered.settled == (sat.sitting,)
    report = bare.report(sat.sitting)
    assert report is not None
    assert report.points == 4


def test_a_bundle_is_registered_before_its_day_by_naming_the_day(school: School, bare: Hub) -> None:
    now_ms = school.clock.read().wall_ms
    written = _publish(school, mode="open", not_before_ms=now_ms + DAY_MS)
    with pytest.raises(NotYetValidError):
        bare.register_bundle(written.path, scoring_key=_key_file(school), policy=POLICY)
    bare.register_bundle(written.path, scoring_key=_key_file(school), policy=POLICY, at_ms=now_ms + DAY_MS)


def test_a_bundle_that_no_trusted_publisher_signed_is_not_registered(school: School, bare: Hub) -> None:
    written = _publish(school, mode="open", signer=SigningKey.generate())
    with pytest.raises(NotTrustedError):
        bare.register_bundle(written.path, scoring_key=_key_file(school), policy=POLICY)


def test_a_scoring_key_that_is_not_for_us_or_not_of_this_bundle(school: School, bare: Hub) -> None:
    path = _publish(school, mode="open").path
    stranger = SealingKey.generate().public
    with pytest.raises(BadScoringKeyError) as told:
        bare.register_bundle(path, scoring_key=_key_file(school, recipient=stranger), policy=POLICY)
    assert told.value.params["reason"] == "not_for_this_academy"
    with pytest.raises(ScoringKeyMismatchError):
        bare.register_bundle(path, scoring_key=_key_file(school, version=VERSION + 1), policy=POLICY)
    with pytest.raises(NotEnoughSignaturesError):
        bare.register_bundle(path, scoring_key=_key_file(school, signer=SigningKey.generate()), policy=POLICY)
    assert not (school.folder / "hub" / "shelf").exists()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({**KEY, "entries": KEY["entries"][:1]}, "missing"),
        ({**KEY, "entries": [*KEY["entries"], {"item": "other", "correct": ["a"]}]}, "unknown_item"),
        ({**KEY, "assessment_id": "other-leg"}, "other_assessment"),
    ],
)
def test_a_scoring_key_that_does_not_fit(school: School, bare: Hub, document: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadScoringKeyError) as told:
        school.register(bare, document)
    assert told.value.params["reason"] == reason


def test_a_version_is_one_assessment_for_ever(school: School, hub: Hub) -> None:
    changed: dict[str, Any] = {**ASSESSMENT, "title": {"en": "Another leg"}}
    school.assessment = Assessment.model_validate(changed)
    with pytest.raises(VersionTakenError):
        school.register(hub)
    school.assessment = Assessment.model_validate(ASSESSMENT)
    with pytest.raises(VersionTakenError):
        school.register(hub, manifest_digest="cd" * 32)
    school.register(hub, CHEAPER_KEY)


def test_the_shelf_is_sealed_and_outlives_its_key(school: School, hub: Hub) -> None:
    assert b"treat" not in _shelf_file(school).read_bytes()
    newer = AcademyKeys.generate()
    later = school.hub(keys=newer, retired=[school.keys], is_registered=False)
    sat = school.sit()
    later.receive(sat.final)
    assert later.report(sat.sitting) is not None
    later.close()


def test_a_shelf_that_cannot_be_read_keeps_no_result_out(school: School, hub: Hub) -> None:
    sat = school.sit()
    path = _shelf_file(school)
    path.write_bytes(path.read_bytes()[:-5])
    assert hub.take(sat.final).is_new
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.status, standing.problem) == (Status.FAILED, "hub.shelf_damaged")
    path.unlink()
    school.register(hub)
    assert hub.report(sat.sitting) is not None


@pytest.mark.parametrize(
    ("bundle_id", "version"),
    [("../hub", 1), ("", 1), ("short-leg", 0), ("short-leg", -1), ("short-leg", 2**60), ("SHORT-LEG", VERSION)],
)
def test_no_bundle_that_cannot_be_called_so_is_looked_for(
    school: School, hub: Hub, bundle_id: str, version: int
) -> None:
    assert (
        Shelf(FolderPlace(school.folder / "hub" / "shelf"), lambda: hub.ring.openers).find(bundle_id, version) is None
    )


def test_a_shelf_file_under_another_name_is_not_taken_for_it(school: School, hub: Hub) -> None:
    path = _shelf_file(school)
    path.rename(path.with_name(f"{BUNDLE}-v{VERSION + 1}.shelf"))
    with pytest.raises(ShelfDamagedError):
        Shelf(FolderPlace(path.parent), lambda: hub.ring.openers).find(BUNDLE, VERSION + 1)


def test_a_key_that_comes_while_a_result_is_marked_is_not_missed(
    school: School, bare: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat = school.sit()
    settle = HubStore.settle

    def late(store: HubStore, sitting: str, **given: Any) -> None:
        monkeypatch.undo()
        school.register(other)  # by another process, between marking and noting
        settle(store, sitting, **given)

    other = school.hub(is_registered=False)
    monkeypatch.setattr(HubStore, "settle", late)
    bare.receive(sat.final)
    standing = bare.standing(sat.sitting)
    assert standing is not None
    assert standing.status is Status.SCORED
    other.close()


def test_two_processes_share_one_folder(school: School, hub: Hub) -> None:
    other = school.hub(is_registered=False)
    sat = school.sit()
    assert [one.take(sat.final).is_new for one in (hub, other, hub)] == [True, False, False]
    assert other.report(sat.sitting) == hub.report(sat.sitting)
    other.close()


def test_a_sitting_that_is_not_known(hub: Hub) -> None:
    assert (hub.standing("sit_none"), hub.report("sit_none")) == (None, None)
    for ask in (hub.opened, hub.settle):
        with pytest.raises(NotFoundError):
            ask("sit_none")


@pytest.mark.parametrize(
    "url", ["nonsense", "oracle9://user:secret@db/hub", "sqlite:////nowhere/at/all/hub.sqlite"], ids=str
)
def test_a_database_that_cannot_be_used_is_named_without_its_secret(school: School, url: str) -> None:
    with pytest.raises(StoreUnavailableError) as told:
        school.hub(database_url=url)
    assert "secret" not in str(told.value)


def test_another_database_can_be_named(school: School) -> None:
    hub = school.hub(database_url=f"sqlite:///{school.folder / 'elsewhere.sqlite'}")
    sat = school.sit()
    hub.receive(sat.final)
    hub.close()
    assert not (school.folder / "hub" / "hub.sqlite").exists()
    again = school.hub(database_url=f"sqlite:///{school.folder / 'elsewhere.sqlite'}")
    assert again.report(sat.sitting) is not None
    again.close()


@pytest.mark.parametrize("kept_in", ["sqlite"])
def test_a_database_of_a_later_version_is_left_alone(school: School, hub: Hub) -> None:
    hub.close()
    path = school.folder / "hub" / "hub.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE about SET format = 2")
    connection.close()
    with pytest.raises(StoreMismatchError) as told:
        school.hub()
    assert isinstance(told.value, HubError)
    assert told.value.params == {"found": 2, "known": 1}
