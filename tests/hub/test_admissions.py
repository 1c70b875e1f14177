"""Candidates and admissions in the hub's registry, and results that a person has to look at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission.admission import Accommodations, Admission, StationKeys, Window
from pocus_desktop.admission.enrolling import Kind, request_enrolment
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import AdmissionState, Admitted, Order
from pocus_desktop.admission.room_code import open_secret
from pocus_desktop.admission.sign_in import is_sign_in_code
from pocus_desktop.admission.windows import Rules, window_of
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.kernel.errors import PocusError
from tests.admission.test_admission import _picture
from tests.hub.school import BUNDLE, VERSION, Sat, School

ORDER = Order(candidate_id="C-17", forms=(Form(bundle_id=BUNDLE, minimum_version=VERSION),), mode=Mode.TRIAL)
SECRET = bytes(range(32))
DAY_MS = 86_400_000


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    return caught.value.code


@pytest.fixture
def registry(hub: Hub) -> Registry:
    """With one candidate."""
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Roe", who="ada")
    return hub.registry


def enrol(registry: Registry, name: str, *, kind: Kind = "station", centre_id: str | None = None) -> StationKeys:
    keys = StationKeys.generate()
    request = request_enrolment(keys, kind=kind, name=name, centre_id=centre_id, code=None, now_ms=1)
    registry.enrolments.enrol(request, who="ada")
    return keys


def admit(registry: Registry, **changes: Any) -> Admitted:
    return registry.admissions.admit(replace(ORDER, **changes), who="ada")


def opened(school: School, admitted: Admitted) -> Admission:
    return documents.verify(admitted.envelope, [school.keys.signing.public]).admission


def sit(school: School, admitted: Admitted, folder: str = "sat") -> Sat:
    """Sit an admission that the hub issued."""
    school.count += 1
    school.admission = lambda **_: admitted.envelope  # type: ignore[method-assign]
    return school.sit()


# candidates


def test_a_candidate_is_entered_once_and_corrected_on_purpose(registry: Registry) -> None:
    people = registry.candidates
    assert code_of(lambda: people.add(candidate_id=" c-17", name="Ben", who="ada")) == "registry.candidate_exists"
    photo = _picture("WEBP", quality=50)
    people.add(candidate_id="C-17", name="Ana Roe Paz", photo=photo, who="bob", why="married", is_replacing=True)
    found = people.find("c-17")
    assert (found.candidate_id, found.name, found.photo_bytes) == ("C-17", "Ana Roe Paz", len(photo))
    people.add(candidate_id="C-17", name="Ana", who="bob", is_replacing=True)
    assert people.find("C-17").photo_bytes == len(photo), "no photo keeps the one that was there"
    assert [entry.action for entry in people.history("C-17")] == ["added", "corrected", "corrected"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"candidate_id": "  "}, "registry.bad_order"),
        ({"candidate_id": "C\x0018"}, "registry.bad_order"),
        ({"candidate_id": "C" * 81}, "registry.bad_order"),
        ({"name": ""}, "registry.bad_order"),
        ({"name": "a\nb"}, "registry.bad_order"),
        ({"photo": b"no picture"}, "registry.bad_photo"),
        ({"is_replacing": True}, "registry.unknown_candidate"),
    ],
)
def test_what_is_no_candidate_is_refused_by_name(registry: Registry, change: dict[str, Any], code: str) -> None:
    given = {"candidate_id": "C-18", "name": "Ben", "who": "ada", **change}
    assert code_of(lambda: registry.candidates.add(**given)) == code


def test_accommodations_are_kept_once_and_stand_in_every_admission(school: School, registry: Registry) -> None:
    assert opened(school, admit(registry)).accommodations == Accommodations()
    fair = Accommodations(time_factor=1.5, can_pause=True)
    registry.candidates.accommodate("C-17", fair, who="ada", why="letter of 2026-02-01")
    for attempt in (2, 3):
        assert opened(school, admit(registry, attempt=attempt)).accommodations == fair
    (_, entry) = registry.candidates.history("C-17")
    assert (entry.action, entry.why) == ("accommodated", "letter of 2026-02-01")


# admissions


def test_an_admission_has_everything_and_its_codes_are_told_once(school: School, registry: Registry) -> None:
    photo = _picture("PNG")
    registry.candidates.add(candidate_id="C-17", name="Ana Roe", photo=photo, who="ada", is_replacing=True)
    window = window_of(date(2026, 3, 2), date(2026, 3, 2), ZoneInfo("Europe/Madrid"))
    made = admit(registry, mode=Mode.LIVE, window=window)
    found = opened(school, made)
    assert (found.candidate.id, found.candidate.display_name, found.photo) == ("C-17", "Ana Roe", photo)
    assert (found.attempt, found.window, found.recipients) == (1, window, (school.keys.sealing.public,))
    assert is_sign_in_code(found, made.sign_in_code)
    assert documents.is_start_code(found, made.start_code)
    for file in (school.folder / "hub").glob("hub.sqlite*"):
        assert made.sign_in_code.encode() not in file.read_bytes()
    assert registry.admissions.envelope(found.admission_id) == made.envelope


def test_the_content_key_opens_at_the_stations_of_the_centre_and_nowhere_else(
    school: School, registry: Registry
) -> None:
    north = enrol(registry, "North", kind="centre", centre_id="north")
    here, there = enrol(registry, "Desk 1", centre_id="north"), enrol(registry, "Desk 2")
    found = opened(school, admit(registry, centre_id="north", content_keys={BUNDLE: SECRET}))
    assert (found.centre, found.centre_id, found.station) == (north.sealing.public, "north", None)
    for keys in (north, here):
        assert documents.content_key(found, [keys.sealing]) == SECRET
    secret = open_secret(found, [north.sealing])
    assert secret is not None
    assert open_secret(found, [here.sealing]) == secret
    assert open_secret(found, [there.sealing]) is None
    assert code_of(lambda: documents.content_key(found, [there.sealing])) == "sitting.no_content_key"
    only = opened(school, admit(registry, attempt=2, station="Desk 1", content_keys={BUNDLE: SECRET}))
    assert (only.station, only.centre_id) == (here.station_id, "north")
    assert documents.content_key(only, [here.sealing]) == SECRET
    assert open_secret(only, [north.sealing]) not in {None, secret}
    assert opened(school, admit(registry, attempt=3)).code_secrets == ()  # nobody there to answer a challenge


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"candidate_id": "C-99"}, "registry.unknown_candidate"),
        ({"centre_id": "nowhere"}, "registry.unknown_centre"),
        ({"station": "Desk 9"}, "registry.unknown_enrolment"),
        ({"station": "North"}, "registry.bad_order"),
        ({"station": "Desk 2", "centre_id": "north"}, "registry.bad_order"),
        ({"content_keys": {BUNDLE: SECRET}}, "registry.bad_order"),
        ({"content_keys": {BUNDLE: b"short"}, "centre_id": "north"}, "registry.bad_order"),
        ({"forms": (Form(bundle_id="", minimum_version=1),)}, "registry.bad_order"),
        ({"forms": ()}, "sitting.no_forms"),
        ({"attempt": 2}, "windows.out_of_turn"),
        ({"zone": "Mars/Olympus"}, "windows.unknown_zone"),
    ],
)
def test_what_cannot_be_admitted_is_refused_by_name(registry: Registry, change: dict[str, Any], code: str) -> None:
    enrol(registry, "North", kind="centre", centre_id="north")
    enrol(registry, "Desk 2")
    assert code_of(lambda: admit(registry, **change)) == code
    assert registry.admissions.of("C-17") == ()


def test_attempts_follow_each_other_by_the_rules(school: School, hub: Hub, registry: Registry) -> None:
    rules = Rules(maximum_attempts=2, retake_after_days=30)
    registry.admissions.set_rules(BUNDLE, rules, who="ada", why="board")
    assert registry.admissions.rules(BUNDLE) == rules
    first = admit(registry)
    assert code_of(lambda: admit(registry, attempt=1)) == "registry.attempt_taken"
    hub.take(sit(school, first).final)
    sat_ms = school.clock.read().wall_ms
    school.clock.advance(ms=3 * DAY_MS)
    second = opened(school, admit(registry))
    assert second.attempt == 2
    assert second.window.not_before_ms is not None
    assert 29 * DAY_MS < second.window.not_before_ms - sat_ms <= 30 * DAY_MS, "counted from the day it was sat"
    assert code_of(lambda: admit(registry)) == "windows.too_many_attempts"
    soon = Window(not_after_ms=school.clock.read().wall_ms)
    registry.admissions.withdraw(second.admission_id, who="ada", why="ill")
    assert code_of(lambda: admit(registry, window=soon)) == "windows.retake_too_soon"


def test_a_withdrawn_admission_frees_its_attempt_and_one_that_was_sat_stays(
    school: School, hub: Hub, registry: Registry
) -> None:
    first = admit(registry)
    registry.admissions.withdraw(first.admission_id, who="ada", why="wrong day")
    assert (
        code_of(lambda: registry.admissions.withdraw(first.admission_id, who="a", why="")) == "registry.attempt_taken"
    )
    again = admit(registry)
    assert opened(school, again).attempt == 1
    hub.take(sit(school, again).final)
    assert (
        code_of(lambda: registry.admissions.withdraw(again.admission_id, who="a", why="")) == "registry.attempt_taken"
    )
    assert code_of(lambda: registry.admissions.withdraw("adm_x", who="a", why="")) == "registry.unknown_admission"
    assert {one.state for one in registry.admissions.of("C-17")} == {AdmissionState.OPEN, AdmissionState.WITHDRAWN}
    assert [entry.action for entry in registry.admissions.history(first.admission_id)] == ["admitted", "withdrawn"]


def test_of_several_forms_no_one_gets_the_same_twice_while_another_is_left(school: School, registry: Registry) -> None:
    forms = tuple(Form(bundle_id=f"leg-{name}", minimum_version=1) for name in "abc")
    drawn = [opened(school, admit(registry, forms=forms)) for _ in range(3)]
    assert sorted(one.bundle_id for one in drawn) == ["leg-a", "leg-b", "leg-c"]
    assert [one.attempt for one in drawn] == [1, 2, 3]
    (entry,) = registry.admissions.history(drawn[0].admission_id)
    assert "drawn of 3 forms by seed" in entry.why


# results that a person has to look at


def test_results_of_a_retired_station_arrive_and_those_of_a_revoked_one_are_kept_and_marked(
    school: School, hub: Hub, registry: Registry
) -> None:
    request = request_enrolment(school.station, kind="station", name="Desk", centre_id=None, code=None, now_ms=1)
    registry.enrolments.enrol(request, who="ada")
    before, retired, after = school.sit(), school.sit(), school.sit()
    hub.take(before.final)
    registry.enrolments.retire("Desk", who="ada", why="old")
    hub.take(retired.final)
    assert registry.marks.all() == ()
    school.clock.advance(ms=10)
    registry.enrolments.revoke("Desk", who="ada", why="stolen")
    hub.take(after.final)
    (mark,) = registry.marks.all()
    assert (mark.sitting, mark.reason, mark.decision) == (after.sitting, "revoked-station", "")
    standing = hub.standing(after.sitting)
    assert standing is not None
    assert standing.status is Status.SCORED, "kept and scored all the same"
    (mark,) = registry.marks.decide(after.sitting, "keep", who="bob", why="sat before the theft")
    assert (mark.decision, mark.who) == ("keep", "bob")
    (mark,) = registry.marks.decide(after.sitting, "set-aside", who="cyd", why="was not")
    assert mark.decision == "set-aside"
    assert code_of(lambda: registry.marks.decide(before.sitting, "keep", who="b", why="")) == "registry.unknown_sitting"


def test_a_revocation_can_count_from_earlier(school: School, hub: Hub, registry: Registry) -> None:
    request = request_enrolment(school.station, kind="station", name="Desk", centre_id=None, code=None, now_ms=1)
    registry.enrolments.enrol(request, who="ada")
    stolen_ms = school.clock.read().wall_ms
    sat = school.sit()
    hub.take(sat.final)
    registry.enrolments.revoke("Desk", who="ada", why="stolen", since_ms=stolen_ms)
    assert [mark.sitting for mark in registry.marks.all(sat.sitting)] == [sat.sitting]


def test_where_anyone_is_enrolled_results_of_others_are_marked(school: School, hub: Hub, registry: Registry) -> None:
    sat = school.sit()
    hub.take(sat.final)
    assert registry.marks.all() == ()
    enrol(registry, "Desk 1")
    assert [mark.reason for mark in registry.marks.all()] == ["unknown-station"]


def test_a_registry_of_a_later_program_is_refused(school: School) -> None:
    school.hub().close()
    with create_engine(f"sqlite:///{school.folder / 'hub' / 'hub.sqlite'}").begin() as connection:
        connection.exec_driver_sql("UPDATE registry_about SET format = 9")
    assert code_of(school.hub) == "hub.store_mismatch"
