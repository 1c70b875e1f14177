"""A centre's day: made by the hub, taken in by the centre and its stations, walk-ins admitted and reconciled."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission import walk_ins
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolment import accept_grant
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import AdmissionState, MadeRoster, RosterOrder, WalkInState
from pocus_desktop.admission.room_code import open_secret
from pocus_desktop.admission.roster import PAYLOAD_TYPE, verify_roster
from pocus_desktop.admission.roster_folder import TakenIn, rosters, take_in, walk_in
from pocus_desktop.admission.sign_in import is_sign_in_code
from pocus_desktop.admission.walk_ins import IssuedWalkIn, WalkInOrder
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.intake import Point
from pocus_desktop.hub.registry import admissions as registry_admissions
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from tests.hub.school import BUNDLE, VERSION, Sat, School
from tests.hub.test_admissions import ORDER, SECRET, admit, code_of, enrol

FORM = Form(bundle_id=BUNDLE, minimum_version=VERSION)


class Day:
    """The hub, a centre and its two stations on one day."""

    def __init__(self, school: School, hub: Hub) -> None:
        self.school, self.hub, self.registry = school, hub, hub.registry
        self.hubs = (school.keys.signing.public,)
        for number in (17, 18, 19):
            self.registry.candidates.add(candidate_id=f"C-{number}", name=f"Person {number}", who="ada")
        self.homes: dict[str, Home] = {}
        self.keys = {
            "north": enrol(self.registry, "North", kind="centre", centre_id="north"),
            "desk-1": enrol(self.registry, "Desk 1", centre_id="north"),
            "desk-2": enrol(self.registry, "Desk 2", centre_id="north"),
        }
        for name, keys in self.keys.items():
            home = self.homes[name] = Home(folder=school.folder / name)
            grant = self.registry.enrolments.grant_again(keys.station_id)
            accept_grant(home, keys, grant, academy=None, trusted=None, pin=lambda _root: None)

    @property
    def now_ms(self) -> int:
        return self.school.clock.read().wall_ms

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now_ms / 1000, tz=UTC).date()

    def make(self, **changes: Any) -> MadeRoster:
        order = RosterOrder(centre_id="north", day=self.today)
        return self.registry.rosters.make(replace(order, **changes), who="ada")

    def allowing(self, count: int = 2, **changes: Any) -> MadeRoster:
        given = {"walk_ins": count, "bundles": ((FORM, Mode.TRIAL),), "content_keys": {BUNDLE: SECRET}}
        return self.make(**{**given, **changes})

    def take(self, where: str, made: MadeRoster, **more: Any) -> TakenIn:
        grant = self.registry.enrolments.grant_again(self.keys[where].station_id)
        verified = accept_grant(
            self.homes[where], self.keys[where], grant, academy=None, trusted=self.hubs, pin=lambda _root: None
        )
        return take_in(self.homes[where], made.envelope, hubs=self.hubs, grant=verified, **more)

    def walk(self, candidate_id: str = "W-1", *, where: str = "north", **changes: Any) -> IssuedWalkIn:
        order = WalkInOrder(candidate_id=candidate_id, name="Late Comer", **changes)
        return walk_in(self.homes[where], order, hubs=self.hubs, own=self.keys[where], now_ms=self.now_ms)

    def sit(self, walked: IssuedWalkIn, desk: str = "desk-1") -> Sat:
        self.school.count += 1
        self.school.station = self.keys[desk]
        self.school.admission = lambda **_: walked.envelope  # type: ignore[method-assign]
        return self.school.sit()

    def held(self, where: str) -> list[str]:
        return sorted(path.stem for path in self.homes[where].admissions.glob("*"))


@pytest.fixture
def day(school: School, hub: Hub) -> Day:
    return Day(school, hub)


def test_a_roster_holds_the_days_admissions_of_a_centre_and_its_stations(day: Day) -> None:
    registry = day.registry
    ours = [
        admit(registry, centre_id="north"),
        admit(registry, candidate_id="C-18", station="Desk 1"),
    ]
    admit(registry, candidate_id="C-19")  # for any station: not the centre's to hand out
    gone = admit(registry, candidate_id="C-19", centre_id="north")
    registry.admissions.withdraw(gone.admission_id, who="ada", why="ill")
    made = day.make()
    found = verify_roster(made.envelope, day.hubs)
    assert {one.admission.admission_id for one in found.admissions} == {one.admission_id for one in ours}
    assert {station.name for station in found.roster.stations} == {"Desk 1", "Desk 2"}
    assert (found.allowance, found.roster.day) == (None, day.today)
    assert verify_roster(day.make(day=date(2099, 1, 1)).envelope, day.hubs).admissions != ()


def test_everyone_takes_in_what_may_be_sat_there_and_again_changes_nothing(day: Day) -> None:
    both = admit(day.registry, centre_id="north").admission_id
    first = admit(day.registry, candidate_id="C-18", station="Desk 1").admission_id
    made = day.make()
    assert (day.take("desk-1", made).new, day.take("desk-2", made).left) == (2, 1)
    assert (day.held("desk-1"), day.held("desk-2")) == (sorted([both, first]), [both])
    assert day.take("north", made).new == 2
    again = day.take("desk-1", made)
    assert (again.new, again.known) == (0, 2)
    assert [one.roster.roster_id for one in rosters(day.homes["desk-1"], day.hubs)] == [made.roster_id]


def test_a_roster_is_taken_in_whole_or_not_at_all(day: Day) -> None:
    for number in (17, 18, 19):
        admit(day.registry, candidate_id=f"C-{number}", centre_id="north")
    made = day.make()
    seen: list[Path] = []

    def cut(path: Path) -> None:
        seen.append(path)
        if len(seen) == 3:
            raise OSError(28, "No space left on device")

    with pytest.raises(PocusError, match=r"kernel\.file_refused"):
        day.take("desk-1", made, hook=cut)
    assert list(day.homes["desk-1"].admissions.iterdir()) == []
    assert rosters(day.homes["desk-1"], day.hubs) == ()
    assert day.take("desk-1", made).new == 3


def test_an_admission_that_is_here_otherwise_stops_the_whole_roster(day: Day) -> None:
    first = admit(day.registry, centre_id="north").admission_id
    second = admit(day.registry, candidate_id="C-18", centre_id="north").admission_id
    home = day.homes["desk-1"]
    home.admissions.mkdir(parents=True)
    home.admission(first).write_bytes(b"something else")
    with pytest.raises(PocusError, match=r"roster\.conflict"):
        day.take("desk-1", day.make())
    assert not home.admission(second).exists()


def test_a_station_of_another_centre_takes_nothing_in(day: Day) -> None:
    enrol(day.registry, "South", kind="centre", centre_id="south")
    made = day.make()
    day.registry.enrolments.move("Desk 1", centre_id="south", who="ada", why="")
    assert code_of(lambda: day.take("desk-1", made)) == "sitting.wrong_centre"
    day.registry.enrolments.move("Desk 1", centre_id=None, who="ada", why="")
    assert code_of(lambda: day.take("desk-1", made)) == "sitting.wrong_centre"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"centre_id": "nowhere"}, "registry.unknown_centre"),
        ({"walk_ins": 1}, "registry.bad_order"),
        ({"bundles": ((FORM, Mode.TRIAL),)}, "registry.bad_order"),
        ({"walk_ins": 501, "bundles": ((FORM, Mode.TRIAL),)}, "registry.bad_order"),
        (
            {"walk_ins": 1, "bundles": ((FORM, Mode.TRIAL),), "content_keys": {BUNDLE: b"short"}},
            "registry.bad_order",
        ),
        ({"day": date.max}, "windows.no_such_day"),
    ],
)
def test_what_can_be_no_roster_is_refused_by_name(day: Day, change: dict[str, Any], code: str) -> None:
    assert code_of(lambda: day.make(**change)) == code


# walk-ins


def test_a_walk_in_is_admitted_by_the_centre_and_sat_at_its_stations(day: Day) -> None:
    day.take("north", day.allowing())
    walked = day.walk()
    found = documents.verify(walked.envelope, day.hubs)
    assert found.signers == (day.keys["north"].signing.public,)
    assert is_sign_in_code(found.admission, walked.sign_in_code)
    for desk in ("desk-1", "desk-2", "north"):
        assert documents.content_key(found.admission, [day.keys[desk].sealing]) == SECRET
        assert open_secret(found.admission, [day.keys[desk].sealing]) is not None
    documents.check(found.admission, now_ms=day.now_ms, candidate_id="w-1", centre_id="north")
    assert walked.admission.admission_id in day.held("north")


def test_the_allowance_is_used_up_number_by_number_and_never_twice_for_a_person(day: Day) -> None:
    day.take("north", day.allowing())
    admit(day.registry, centre_id="north")
    numbers = [day.walk(name).admission.walk_in for name in ("W-1", "W-2")]
    assert [one.number for one in numbers if one is not None] == [1, 2]
    assert code_of(lambda: day.walk("W-3")) == "roster.used_up"
    day.take("north", day.allowing())
    assert code_of(lambda: day.walk("C-17")) == "roster.has_admission"
    day.walk("W-3")
    day.school.clock.advance(ms=1)
    day.take("north", day.allowing(count=9))
    day.registry.admissions.withdraw(day.registry.admissions.of("C-17")[0].admission_id, who="ada", why="")
    day.school.clock.advance(ms=1)
    day.take("north", day.allowing(count=9))
    assert code_of(lambda: day.walk("C-17")) == "roster.has_admission", "an older roster still lists it"
    for name in (" w-3", "W-1"):
        assert code_of(partial(day.walk, name)) == "roster.has_admission", "under whichever allowance"


def test_walk_ins_are_refused_by_name(day: Day) -> None:
    assert code_of(day.walk) == "roster.no_allowance"
    made = day.allowing()
    day.take("north", made)
    day.take("desk-1", made)
    assert code_of(lambda: day.walk(where="desk-1")) == "roster.not_the_centre"
    assert code_of(lambda: day.walk(bundle_id="lung")) == "roster.no_allowance"
    assert code_of(lambda: day.walk("")) == "sitting.bad_admission"
    day.school.clock.advance(ms=2 * 86_400_000)
    assert code_of(day.walk) == "roster.no_allowance"


def test_a_walk_ins_result_waits_for_a_person_and_is_matched(day: Day) -> None:
    day.take("north", day.allowing())
    walked = day.walk("c18")  # typed at the door
    sat = day.sit(walked)
    day.hub.take(sat.final)
    day.hub.take(sat.partial)
    (waiting,) = day.registry.walk_ins.all()
    assert (waiting.candidate_id, waiting.number, waiting.state) == ("c18", 1, WalkInState.WAITING)
    assert day.registry.results.remarks() == {sat.sitting: ("provisional",)}
    standing = day.hub.standing(sat.sitting)
    assert standing is not None
    assert standing.status is Status.SCORED, "scored like any other"
    real = admit(day.registry, candidate_id="C-18", centre_id="north")
    matched = day.registry.walk_ins.match(
        sat.sitting, candidate_id="C-18", admission_id=real.admission_id, who="bob", why="same document"
    )
    assert (matched.state, matched.candidate, matched.attempt) == (WalkInState.MATCHED, "C-18", 1)
    (record,) = day.registry.admissions.of("C-18")
    assert record.state is AdmissionState.WALKED_IN
    assert day.registry.results.remarks() == {}
    assert code_of(lambda: day.registry.walk_ins.reject(sat.sitting, who="b", why="")) == "registry.already_reconciled"


def test_where_there_was_no_admission_one_is_entered_and_its_attempt_counts(day: Day) -> None:
    day.take("north", day.allowing())
    sat = day.sit(day.walk("C-18"))
    day.hub.take(sat.final)
    admit(day.registry, candidate_id="C-18")
    matched = day.registry.walk_ins.match(sat.sitting, candidate_id="C-18", admission_id=None, who="bob", why="x")
    assert matched.attempt == 2, "the first one was admitted already"
    assert code_of(lambda: admit(day.registry, candidate_id="C-18", attempt=2)) == "registry.attempt_taken"
    report = canonical.decode(day.registry.results.report(sat.sitting).encode())
    assert isinstance(report, dict)
    assert (report["candidate"], report["attempt"], report["remarks"]) == ("C-18", 2, [])


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"candidate_id": "C-19"}, "another candidate"),
        ({"forms": (Form(bundle_id="lung", minimum_version=1),)}, "another assessment"),
        ({"mode": Mode.LIVE}, "another assessment or mode"),
    ],
)
def test_a_walk_in_is_matched_to_what_fits_only(day: Day, order: dict[str, Any], reason: str) -> None:
    day.take("north", day.allowing())
    sat = day.sit(day.walk())
    day.hub.take(sat.final)
    real = day.registry.admissions.admit(replace(ORDER, **{"candidate_id": "C-18", **order}), who="ada")
    with pytest.raises(PocusError, match=r"registry\.no_match") as caught:
        day.registry.walk_ins.match(sat.sitting, candidate_id="C-18", admission_id=real.admission_id, who="b", why="")
    assert reason in str(caught.value.params["reason"])
    assert day.registry.walk_ins.all()[0].state is WalkInState.WAITING


def test_a_rejected_walk_in_is_kept_and_says_so(day: Day) -> None:
    day.take("north", day.allowing())
    sat = day.sit(day.walk())
    day.hub.take(sat.final)
    rejected = day.registry.walk_ins.reject(sat.sitting, who="bob", why="no document")
    assert (rejected.state, rejected.why) == (WalkInState.REJECTED, "no document")
    assert day.registry.results.remarks() == {sat.sitting: ("rejected-walk-in",)}
    assert day.hub.receipt(day.hub.standings()[0].digest) is not None


def test_a_number_that_was_used_twice_shows(day: Day) -> None:
    made = day.allowing()
    day.take("north", made)
    first = day.walk("W-1")
    for path in day.homes["north"].rosters.glob("*-001.admission"):
        path.unlink()
    second = day.walk("W-2")
    one, other = day.sit(first), day.sit(second, "desk-2")
    day.hub.take(one.final)
    day.hub.take(other.final)
    assert set(day.registry.results.remarks().values()) == {("provisional", "number-used-twice")}


def test_walk_ins_of_a_revoked_centre_are_kept_and_marked(day: Day) -> None:
    day.take("north", day.allowing())
    one, other = day.sit(day.walk("W-1")), day.sit(day.walk("W-2"))
    day.hub.take(one.final)
    day.school.clock.advance(ms=1)
    day.registry.enrolments.revoke("North", who="ada", why="sold admissions")
    day.hub.take(other.final)
    assert day.registry.results.remarks() == {
        one.sitting: ("provisional",),
        other.sitting: ("revoked-centre", "provisional"),
    }


def _no_verifier(_code: str, *, admission_id: str) -> str:
    """In the place of slow work that would keep threads from meeting."""
    return admission_id


def test_a_crash_after_the_result_was_taken_loses_no_walk_in(day: Day) -> None:
    day.take("north", day.allowing())
    sat = day.sit(day.walk())
    day.hub.close()

    def stop(point: Point) -> None:
        if point is Point.COMMITTED:
            raise RuntimeError("the power went")

    broken = day.school.hub(hook=stop)
    with pytest.raises(RuntimeError):
        broken.take(sat.final)
    assert broken.registry.walk_ins.all() == ()
    broken.close()
    again = day.school.hub()
    assert [one.sitting for one in again.registry.walk_ins.all()] == [sat.sitting]
    again.close()


def test_two_windows_at_a_time_never_use_a_number_twice(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk_ins, "sign_in_verifier", _no_verifier)
    day.take("north", day.allowing(count=6))
    with ThreadPoolExecutor(max_workers=6) as pool:
        walked = list(pool.map(lambda number: day.walk(f"W-{number}"), range(6)))
    numbers = {one.admission.walk_in.number for one in walked if one.admission.walk_in is not None}
    assert numbers == set(range(1, 7))


def test_an_attempt_that_two_people_admit_at_a_time_is_admitted_once(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_admissions, "sign_in_verifier", _no_verifier)

    def try_it(_number: int) -> str:
        try:
            admit(day.registry, attempt=1)
        except PocusError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(max_workers=4) as pool:
        told = sorted(pool.map(try_it, range(4)))
    assert told == ["", *3 * ["registry.attempt_taken"]]


# double sittings


def test_the_same_attempt_under_two_admissions_shows(day: Day) -> None:
    day.take("north", day.allowing())
    first = admit(day.registry, centre_id="north")  # after the roster was carried away
    walked = day.walk("C-17")
    one = day.sit(walked)
    day.school.admission = lambda **_: first.envelope  # type: ignore[method-assign]
    day.school.count += 1
    other = day.school.sit()
    for sat in (one, other):
        day.hub.take(sat.final)
    remarks = day.registry.results.remarks()
    assert "attempt-sat-twice" in remarks[one.sitting]
    assert remarks[other.sitting] == ("attempt-sat-twice",)
    assert {name: day.registry.results.remarks_of(name) for name in remarks} == remarks


def test_a_walk_in_whose_number_is_typed_in_another_case_keeps_no_result_from_being_in_doubt(day: Day) -> None:
    day.take("north", day.allowing())
    first = admit(day.registry, centre_id="north")  # after the roster was carried away
    one = day.sit(day.walk("c-17"))
    day.school.admission = lambda **_: first.envelope  # type: ignore[method-assign]
    day.school.count += 1
    other = day.school.sit()
    for sat in (one, other):
        day.hub.take(sat.final)
    results = day.registry.results
    assert "attempt-sat-twice" in results.remarks()[other.sitting]
    for sat in (one, other):
        assert results.remarks_of(sat.sitting) == results.remarks()[sat.sitting]
    assert results.doubts_of(other.sitting) == {"attempt-sat-twice"}


def test_the_same_admission_at_two_stations_shows(day: Day) -> None:
    walked = day.sit(_as_walk_in(day), "desk-1"), day.sit(_as_walk_in(day), "desk-2")
    for sat in walked:
        day.hub.take(sat.final)
    assert all("admission-sat-twice" in told for told in day.registry.results.remarks().values())
    assert len(day.registry.results.remarks()) == 2


def _as_walk_in(day: Day, made: dict[int, Any] = {}) -> Any:  # noqa: B006 - the same admission both times
    return made.setdefault(id(day), admit(day.registry, centre_id="north"))


# the document


def _spoiled(at: Day, /, **changes: Any) -> bytes:
    document = canonical.decode(dsse.Envelope.parse(at.allowing().envelope).payload)
    assert isinstance(document, dict)
    return dsse.sign(PAYLOAD_TYPE, canonical.encode({**document, **changes}), [at.school.keys.signing]).to_bytes()


def test_a_roster_that_contradicts_itself_is_refused_whole(day: Day) -> None:
    south = enrol(day.registry, "South", kind="centre", centre_id="south")
    one = to_base64(admit(day.registry, centre_id="south").envelope)
    good = to_base64(admit(day.registry, candidate_id="C-18", centre_id="north").envelope)
    other = {"centre_id": "south", "name": "S", **_pair(south)}
    for changes, code in (
        ({"admissions": [one]}, "roster.contradictory"),
        ({"admissions": [good, good]}, "roster.contradictory"),
        ({"admissions": [good], "centre": other}, "roster.contradictory"),
        ({"centre": other}, "roster.contradictory"),
        ({"admissions": ["AAAA"]}, "crypto.bad_envelope"),
        ({"allowance": good}, "crypto.wrong_payload_type"),
        ({"format": 2}, "enrolment.newer_document"),
        ({"day": "2011-02-30"}, "enrolment.bad_document"),
    ):
        assert code_of(partial(verify_roster, _spoiled(day, **changes), day.hubs)) == code
    stranger = SigningKey.generate()
    assert code_of(lambda: verify_roster(day.make().envelope, [stranger.public])) == "crypto.not_enough_signatures"


def _pair(keys: StationKeys) -> dict[str, Any]:
    return {"signing": keys.signing.public.as_json(), "sealing": keys.sealing.public.as_json()}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3))
def test_whatever_came_only_our_errors_come_out(data: bytes, fields: dict[str, str]) -> None:
    key = SigningKey.from_seed(b"r" * 32)
    for envelope in (data, dsse.sign(PAYLOAD_TYPE, data, [key]).to_bytes()):
        with pytest.raises(PocusError):
            verify_roster(envelope, [key.public])
    with pytest.raises(PocusError):
        verify_roster(dsse.sign(PAYLOAD_TYPE, canonical.encode(fields), [key]).to_bytes(), [key.public])
