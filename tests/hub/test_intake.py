"""What the hub takes, what it answers, and what it refuses."""

import hashlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.admission import Accommodations, Candidate, StationKeys
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import Assessment
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.errors import (
    EnvelopeRefusedError,
    NameMismatchError,
    QuarantineFullError,
    StoreUnavailableError,
    TooLargeError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.intake import MAXIMUM_ENVELOPE_BYTES
from pocus_desktop.hub.marking import mark
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.sitting import events
from pocus_desktop.sitting.receipt import verify_receipt
from tests.hub.school import ASSESSMENT, CHEAPER_KEY, VERSION, Sat, School, with_first

Vector = Callable[[School, Sat], bytes]


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    """Everything here holds on both."""
    return str(request.param)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_result_is_receipted_replayed_and_scored(school: School, hub: Hub) -> None:
    sat = school.sit(vein="yes", plan="treat")
    answer = hub.take(sat.final, _digest(sat.final))
    receipt = verify_receipt(answer.receipt, [school.keys.signing.public], sealed_digest=_digest(sat.final))
    assert (answer.is_new, receipt.sitting, receipt.is_partial) == (True, sat.sitting, False)
    assert receipt.received_at_ms == school.clock.read().wall_ms
    report = hub.report(sat.sitting)
    assert report is not None
    assert (report.points, report.max_points, report.result) == (3, 4, "pass")
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.status, standing.candidate_id, standing.problem) == (Status.SCORED, "C-1", "")


def test_the_same_bytes_get_the_same_receipt_however_late(school: School, hub: Hub) -> None:
    sat = school.sit()
    first = hub.take(sat.final)
    school.clock.advance(ms=3_600_000)
    again = hub.take(sat.final)
    assert (again.receipt, again.is_new) == (first.receipt, False)
    assert hub.receipt(_digest(sat.final)) == first.receipt


def test_the_same_bytes_at_the_same_time_make_one_row(school: School, hub: Hub) -> None:
    sat = school.sit()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: hub.take(sat.final), range(16)))
    assert len({answer.receipt for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1
    assert [standing.sitting for standing in hub.standings()] == [sat.sitting]


@pytest.mark.parametrize("order", [("partial", "final"), ("final", "partial")])
def test_the_latest_history_speaks_for_a_sitting_in_any_order(school: School, hub: Hub, order: tuple[str, str]) -> None:
    sat = school.sit()
    receipts = [hub.receive(getattr(sat, name)) for name in order]
    assert receipts[0] != receipts[1]
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.digest, standing.is_partial) == (_digest(sat.final), False)
    assert (standing.status, standing.has_fork) == (Status.SCORED, False)
    report = hub.report(sat.sitting)
    assert report is not None
    assert report.points == 4


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_any_order_with_repetitions_comes_to_the_same(school: School, hub: Hub, order: tuple[int, ...]) -> None:
    sat = school.sit()
    middle = school.seal(sat.recorded[:-1], sat.admission, is_partial=True)
    several = [sat.partial, middle, sat.final]
    for index in (*order, *order):
        hub.receive(several[index])
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.digest, standing.status, standing.has_fork) == (_digest(sat.final), Status.SCORED, False)
    assert [one.sitting for one in hub.standings()] == [sat.sitting]
    assert all(hub.receipt(_digest(data)) is not None for data in several)


def test_the_latest_history_speaks_when_all_come_at_once(school: School, hub: Hub) -> None:
    sat = school.sit()
    several = [school.seal(sat.recorded[:end], sat.admission, is_partial=True) for end in range(7, len(sat.recorded))]
    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(hub.take, [sat.final, *several]))
        standing = hub.standing(sat.sitting)
        assert standing is not None
        assert (standing.digest, standing.status) == (_digest(sat.final), Status.SCORED)


@pytest.mark.parametrize("kept_in", ["sqlite"])
def test_an_envelope_and_its_sitting_are_entered_together_or_not_at_all(school: School, hub: Hub) -> None:
    sat = school.sit()
    path = school.folder / "hub" / "hub.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TRIGGER refuse BEFORE INSERT ON result BEGIN SELECT RAISE(ABORT, 'no'); END")
        with pytest.raises(StoreUnavailableError):
            hub.take(sat.final)
        other.execute("DROP TRIGGER refuse")
    assert hub.receipt(_digest(sat.final)) is None
    assert hub.take(sat.final).is_new
    assert hub.report(sat.sitting) is not None


def test_a_partial_result_is_scored_as_far_as_it_goes(school: School, hub: Hub) -> None:
    sat = school.sit()
    hub.receive(sat.partial)
    report = hub.report(sat.sitting)
    assert report is not None
    assert [line.status for line in report.items] == ["scored", "not-reached"]


def test_sittings_stand_beside_each_other(school: School, hub: Hub) -> None:
    good, bad = school.sit(), school.sit(vein="yes", plan="wait")
    hub.receive(bad.final)
    hub.receive(good.final)
    found = {sat.sitting: hub.report(sat.sitting) for sat in (good, bad)}
    assert {name: report.points for name, report in found.items() if report} == {good.sitting: 4, bad.sitting: 0}


def test_a_result_is_taken_before_its_bundle_is_known_and_scored_once_it_is(school: School) -> None:
    hub = school.hub(is_registered=False)
    sat = school.sit()
    assert hub.take(sat.final).is_new
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.status, hub.report(sat.sitting)) == (Status.WAITING_FOR_KEY, None)
    school.register(hub)
    report = hub.report(sat.sitting)
    assert report is not None
    assert report.points == 4
    hub.close()


def test_a_corrected_key_scores_everyone_anew(school: School, hub: Hub) -> None:
    sat = school.sit(vein="yes")
    hub.receive(sat.final)
    school.register(hub, CHEAPER_KEY)
    report = hub.report(sat.sitting)
    assert report is not None
    assert (report.points, report.max_points) == (1, 2)


def test_a_sitting_of_another_build_is_kept_and_not_scored(school: School) -> None:
    hub = school.hub(is_registered=False)
    school.register(hub, manifest_digest="cd" * 32)
    sat = school.sit()
    assert hub.take(sat.final).is_new
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.status, standing.problem) == (Status.FAILED, "hub.other_bundle")
    hub.close()


def test_a_history_whose_limits_never_fire_is_receipted_and_not_scored(tmp_path: Path) -> None:
    school = School(tmp_path, assessment=Assessment.model_validate({**ASSESSMENT, "time_limit": "10m"}))
    hub = school.hub()
    sat = school.sit()
    hour_ms = 60 * 60_000
    recorded = [
        replace(one, at=replace(one.at, monotonic_ms=one.at.monotonic_ms + hour_ms, wall_ms=one.at.wall_ms + hour_ms))
        if isinstance(one.event, events.Answered)
        else one
        for one in sat.recorded
    ]
    assert hub.take(school.seal(recorded, sat.admission)).is_new
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.status, standing.problem) == (Status.FAILED, "sitting.unfair_history")
    assert hub.report(sat.sitting) is None
    hub.close()


def test_a_row_of_records_that_fails_after_acceptance_costs_no_receipt(
    school: School, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any, **_more: Any) -> None:
        raise StoreUnavailableError(reason="SQLITE_FULL")

    sat = school.sit()
    monkeypatch.setattr(HubStore, "settle", full)
    assert hub.take(sat.final).is_new
    monkeypatch.undo()
    assert hub.report(sat.sitting) is None
    again = school.hub(is_registered=False)
    assert again.report(sat.sitting) is not None
    again.close()


def test_two_histories_of_one_sitting_are_kept_and_marked(school: School, hub: Hub) -> None:
    sat, other = school.sit(), school.sit(vein="yes")
    forged = [*sat.recorded[:7], *other.recorded[7:9]]
    hub.receive(sat.final)
    hub.receive(school.seal(forged, sat.admission, is_partial=True))
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.digest, standing.has_fork) == (_digest(sat.final), True)
    assert (standing.status, len(hub.standings())) == (Status.SCORED, 1)


def test_another_history_that_comes_while_a_sitting_is_scored_stays_marked(
    school: School, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat, other = school.sit(), school.sit(vein="yes")
    forged = school.seal([*sat.recorded[:7], *other.recorded[7:9]], sat.admission, is_partial=True)
    waiting = [forged]

    def marked(*given: Any) -> Any:
        if waiting:
            hub.receive(waiting.pop())  # as another thread may: it is compared and marked before this one goes on
        return mark(*given)

    monkeypatch.setattr("pocus_desktop.hub.settling.mark", marked)
    hub.receive(sat.final)
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.digest, standing.status, standing.has_fork) == (_digest(sat.final), Status.SCORED, True)


def test_two_sittings_under_one_admission_are_kept_and_marked(school: School, hub: Hub) -> None:
    admitted: dict[str, Any] = {"admission_id": "adm_once", "candidate": Candidate(id="C-1", display_name="Ana Roe")}
    first, second, other = school.sit(**admitted), school.sit(vein="yes", **admitted), school.sit()
    for sat in (first, other):
        hub.receive(sat.final)
    assert not any(standing.has_fork for standing in hub.standings())
    hub.receive(second.final)
    marked = {standing.sitting: standing.has_fork for standing in hub.standings()}
    assert marked == {first.sitting: True, second.sitting: True, other.sitting: False}
    alone = hub.standing(first.sitting)
    assert alone is not None
    assert (alone.has_fork, alone.status) == (True, Status.SCORED)


def test_a_hub_opened_again_answers_as_before(school: School) -> None:
    sat = school.sit()
    first = school.hub()
    receipt = first.receive(sat.final)
    first.close()
    again = school.hub(is_registered=False)
    assert again.receive(sat.final) == receipt
    assert again.report(sat.sitting) is not None
    again.close()


def test_retired_keys_still_open_late_results(school: School) -> None:
    sat = school.sit()
    fresh = AcademyKeys.generate()
    hub = school.hub(keys=fresh, retired=[school.keys])
    receipt = verify_receipt(hub.receive(sat.final), [fresh.signing.public])
    assert (receipt.key_id, hub.report(sat.sitting) is not None) == (fresh.signing.key_id, True)
    hub.close()


def _cut_in_its_header(school: School, sat: Sat) -> bytes:
    return sat.final[:30]


def _cut_at_its_end(school: School, sat: Sat) -> bytes:
    return sat.final[:-1]


def _changed(school: School, sat: Sat) -> bytes:
    return sat.final[:-1] + bytes([sat.final[-1] ^ 1])


def _rubbish(school: School, sat: Sat) -> bytes:
    return b"hello"


def _empty(school: School, sat: Sat) -> bytes:
    return b""


def _for_another_academy(school: School, sat: Sat) -> bytes:
    return school.seal(sat.recorded, sat.admission, recipients=[SealingKey.generate().public])


def _own_admission(school: School, sat: Sat) -> bytes:
    mine = AcademyKeys.generate()
    return school.sit(signer=mine).final


def _more_time(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, time_factor=2.0), sat.admission)


def _more_credit(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, credit_cap_ms=10**9), sat.admission)


def _other_person(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, candidate_id="C-99"), sat.admission)


def _other_mode(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, mode=Mode.LIVE), sat.admission)


def _own_pauses(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, can_pause=True), sat.admission)


def _endless_name(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, sitting="s" * 121), sat.admission)


def _nameless(school: School, sat: Sat) -> bytes:
    return school.seal(with_first(sat.recorded, sitting="Ana Roe's"), sat.admission)


def _version_that_no_bundle_has(school: School, sat: Sat) -> bytes:
    # Canonical JSON cannot say it, another writer can: the hub must not stumble over it when it writes its row.
    return school.seal_as_no_station_would(sat, bundle_version=2**70)


def _older_version(school: School, sat: Sat) -> bytes:
    admission = school.admission(admission_id="adm_strict", minimum_version=VERSION + 1)
    strict = with_first(
        sat.recorded,
        admission_id="adm_strict",
        admission_digest=_digest(admission),
        candidate_id=f"C-{school.count}",
    )
    return school.seal(strict, admission)


def _attempt_that_no_record_holds(school: School, sat: Sat) -> bytes:
    return school.sit(attempt=2**31).final


def _candidate_that_no_record_holds(school: School, sat: Sat) -> bytes:
    return school.sit(candidate=Candidate(id="C\0", display_name="Ana Roe")).final


def _name_that_no_record_holds(school: School, sat: Sat) -> bytes:
    return school.sit(candidate=Candidate(id="C-98", display_name="Ana\0")).final


def _second_admission(school: School, sat: Sat) -> bytes:
    other = school.sit()
    return school.seal(with_first(other.recorded, sitting=sat.sitting), other.admission)


REFUSALS: list[tuple[Vector, str]] = [
    (_cut_in_its_header, "sitting.sealed_result_cut"),
    (_cut_at_its_end, "sitting.sealed_result_altered"),
    (_changed, "sitting.sealed_result_altered"),
    (_rubbish, "sitting.not_sealed_result"),
    (_empty, "sitting.not_sealed_result"),
    (_for_another_academy, "sitting.not_for_this_key"),
    (_own_admission, "crypto.not_enough_signatures"),
    (_more_time, "hub.not_admitted"),
    (_more_credit, "hub.not_admitted"),
    (_other_person, "hub.not_admitted"),
    (_other_mode, "hub.not_admitted"),
    (_own_pauses, "hub.not_admitted"),
    (_endless_name, "hub.not_admitted"),
    (_nameless, "hub.not_admitted"),
    (_older_version, "hub.not_admitted"),
    (_version_that_no_bundle_has, "hub.not_admitted"),
    (_attempt_that_no_record_holds, "hub.not_admitted"),
    (_candidate_that_no_record_holds, "hub.not_admitted"),
    (_name_that_no_record_holds, "hub.not_admitted"),
    (_second_admission, "hub.sitting_conflict"),
]


@pytest.mark.parametrize(("make", "code"), REFUSALS, ids=[make.__name__.strip("_") for make, _ in REFUSALS])
def test_what_is_refused_is_kept_with_its_reason(school: School, hub: Hub, make: Vector, code: str) -> None:
    sat = school.sit()
    hub.receive(sat.final)
    data = make(school, sat)
    with pytest.raises(EnvelopeRefusedError) as told:
        hub.take(data)
    assert told.value.params == {"reason": code}
    assert [(refused.digest, refused.reason) for refused in hub.quarantined()] == [(_digest(data), code)]
    assert hub.receipt(_digest(data)) is None
    assert [standing.digest for standing in hub.standings()] == [_digest(sat.final)]
    held = [path.parent.name + path.name for path in (school.folder / "hub" / "objects").glob("*/*")]
    assert held == [_digest(sat.final)]


def test_no_byte_of_a_result_is_free_and_no_part_of_it_is_one(school: School, hub: Hub) -> None:
    data = school.sit().final
    places = range(0, len(data), max(1, len(data) // 30))
    changed = [data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :] for at in places]
    for hostile in [*changed, *(data[:at] for at in places), data + b"\0"]:
        with pytest.raises(EnvelopeRefusedError):
            hub.take(hostile)
    assert hub.standings() == ()
    assert hub.take(data).is_new


def test_an_unknown_station_is_refused_where_stations_are_enrolled(school: School) -> None:
    hub = school.hub(stations=[school.station.signing.public])
    sat = school.sit()
    assert hub.take(sat.final).is_new
    stranger = school.seal(sat.recorded, sat.admission, station=StationKeys.generate())
    with pytest.raises(EnvelopeRefusedError) as told:
        hub.take(stranger)
    assert told.value.params == {"reason": "sitting.unknown_station"}
    hub.close()


def test_an_accommodation_that_was_granted_is_accepted(school: School, hub: Hub) -> None:
    sat = school.sit(accommodations=Accommodations(time_factor=1.5, can_pause=True))
    assert hub.take(sat.final).is_new


def test_a_name_that_is_not_its_own_is_refused_and_not_kept(school: School, hub: Hub) -> None:
    with pytest.raises(NameMismatchError):
        hub.take(school.sit().final, "0" * 64)
    assert hub.quarantined() == ()


def test_what_is_larger_than_any_sitting_is_refused_unread(hub: Hub) -> None:
    with pytest.raises(TooLargeError):
        hub.take(bytes(MAXIMUM_ENVELOPE_BYTES + 1))
    assert hub.quarantined() == ()


def test_the_quarantine_never_grows_past_its_room(school: School) -> None:
    hub = school.hub(maximum_quarantine_bytes=5_000)  # a file counts with its place on the disk
    for data in (b"rubbish", b"rubbish"):  # offered again it takes no more room
        with pytest.raises(EnvelopeRefusedError):
            hub.take(data)
    with pytest.raises(QuarantineFullError):
        hub.take(b"more of it")
    assert sum(refused.size_bytes for refused in hub.quarantined()) == len(b"rubbish")
    assert hub.take(school.sit().final).is_new
    hub.close()


def test_what_was_refused_is_taken_once_its_key_is_there(school: School) -> None:
    older = school.keys
    sat = school.sit()
    newer = AcademyKeys.generate()
    hub = school.hub(keys=newer)
    with pytest.raises(EnvelopeRefusedError):
        hub.take(sat.final)
    assert hub.retry_quarantine() == ()
    hub.close()
    hub = school.hub(keys=newer, retired=[older], is_registered=False)
    assert hub.retry_quarantine() == (_digest(sat.final),)
    assert (hub.quarantined(), hub.report(sat.sitting) is not None) == ((), True)
    hub.close()


@pytest.mark.parametrize(("kept_in", "broken"), [("sqlite", "objects"), ("sqlite", "database")])
def test_a_broken_disk_promises_nothing(school: School, broken: str) -> None:
    hub = school.hub()
    sat = school.sit()
    folder = school.folder / "hub"
    if broken == "objects":
        target = folder / "objects" / _digest(sat.final)[:2]
        target.parent.mkdir()
        target.write_bytes(b"a file where a folder should be")
    else:
        hub.close()  # what is used afterwards connects anew
        for companion in folder.glob("hub.sqlite-*"):
            companion.unlink()
        (folder / "hub.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnavailableError):
        hub.take(sat.final)
    hub.close()


def test_a_mistake_in_marking_costs_no_result(school: School, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_given: Any) -> None:
        raise RuntimeError("an answer could stand here")

    sat = school.sit()
    monkeypatch.setattr("pocus_desktop.hub.settling.mark", stumble)
    assert hub.take(sat.final).is_new
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert (standing.status, standing.problem) == (Status.FAILED, "kernel.unexpected")
    monkeypatch.undo()
    assert hub.settle(sat.sitting) is Status.SCORED


def test_an_accepted_file_that_was_changed_on_the_disk_is_told_and_the_receipt_stands(school: School, hub: Hub) -> None:
    sat = school.sit()
    receipt = hub.receive(sat.final)
    digest = _digest(sat.final)
    path: Path = school.folder / "hub" / "objects" / digest[:2] / digest[2:]
    path.write_bytes(sat.final[:-1])
    assert hub.settle(sat.sitting) is Status.FAILED
    standing = hub.standing(sat.sitting)
    assert standing is not None
    assert standing.problem == "hub.object_damaged"
    assert hub.receive(sat.final) == receipt


@pytest.mark.parametrize("is_known_station", [True, False], ids=["judged well", "judged badly"])
def test_what_is_held_is_answered_with_its_receipt_though_its_file_is_gone(
    school: School, hub: Hub, is_known_station: bool
) -> None:
    sat = school.sit()
    given = hub.receive(sat.final)
    digest = _digest(sat.final)
    (school.folder / "hub" / "objects" / digest[:2] / digest[2:]).unlink()
    hub.close()
    stations = None if is_known_station else [SigningKey.generate().public]
    hub = school.hub(stations=stations)
    taken = hub.take(sat.final)
    assert (taken.receipt, taken.is_new, hub.quarantined(), len(hub.held())) == (given, False, (), 1)
    hub.close()


def test_nothing_on_the_disk_can_be_read_without_the_academys_keys(school: School, hub: Hub) -> None:
    hub.receive(school.sit().final)
    for path in (school.folder / "hub").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Ana Roe" not in data
            assert b"Is the vein compressible?" not in data


def test_no_key_of_another_kind_is_published(school: School, hub: Hub) -> None:
    listed = hub.public_keys()["keys"]
    assert isinstance(listed, list)
    assert [(key["use"], key["key_id"], key["is_retired"]) for key in listed] == [
        ("sign", school.keys.signing.key_id, False),
        ("seal", school.keys.sealing.key_id, False),
    ]
    assert isinstance(school.keys.signing, SigningKey)
    assert school.keys.signing.seed.hex() not in str(listed)
