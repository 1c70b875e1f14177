"""Preflight: everything that would keep a sitting from beginning is found days before, by name and with a remedy."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pocus_desktop.admission.admission import StationKeys, Window
from pocus_desktop.admission.allowance import Allowance, AllowedBundle, issue_allowance
from pocus_desktop.admission.day_key import DayKey
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.preflight_report import STATION, Check, Report, read, sign
from pocus_desktop.admission.room_code import new_secret, seal_secret
from pocus_desktop.admission.roster import Roster, issue_roster
from pocus_desktop.admission.roster_folder import take_in
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.admission.unlock_grant import UnlockWindow, issue, release
from pocus_desktop.app.preflight import Day, Preflight
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.academy import AcademyPolicy, StaleRule
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.volumes import Medium, Volume
from pocus_desktop.ui.check import disk
from tests.e2e.academy import LEFT, Academy, answer, hand_in, to_case

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DAY_KEY = DayKey(secret=bytes(range(16)))
ENGINE = Check(subject=STATION, level="ok", code="engine_ok", params={"version": "3"})


@pytest.fixture(autouse=True)
def _a_disk_like_a_stations(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is to say of the disk that the tests are run on is no matter of these."""
    monkeypatch.setattr(disk, "volume_of", lambda _folder: Volume(medium=Medium.DISK))
    monkeypatch.setattr(disk, "commit_times_ms", lambda _folder: [2.0])


@pytest.fixture(scope="module")
def sound() -> bytes:
    return encode_clip(samples=(0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)).data


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_ms=1_800_000_000_000)


@pytest.fixture
def academy(source: Path, sound: bytes, tmp_path: Path, clock: ManualClock) -> Iterator[Academy]:
    (source / "media" / "arrival.ogg").write_bytes(sound)
    made = Academy.found(tmp_path, source=source, clock=clock)
    yield made
    made.close()


def look(academy: Academy, day: Day | None = None, **changes: Any) -> Report:
    workshop = academy.workshop
    given: dict[str, Any] = {
        "home": workshop.home,
        "keys": workshop.station_keys,
        "trusting": Trusting.by_hand(workshop.enrolment),
        "clock": workshop.clock,
        "look_at_engine": lambda: ENGINE,
    }
    return Preflight(**{**given, **changes}).inspect(day)


def codes(report: Report, subject: str, *levels: str) -> list[str]:
    return [each.code for each in report.checks if each.subject == subject and each.level in (levels or each.level)]


def problems(report: Report) -> list[tuple[str, str]]:
    return [(each.subject, each.code) for each in report.checks if each.level == "problem"]


def coming(clock: ManualClock) -> Window:
    now_ms = clock.read().wall_ms
    return Window(not_before_ms=now_ms + 3 * DAY_MS, not_after_ms=now_ms + 4 * DAY_MS)


def desk(academy: Academy) -> UnlockDesk:
    workshop = academy.workshop
    trusting = Trusting.by_hand(workshop.enrolment)
    return UnlockDesk(home=workshop.home, keys=workshop.station_keys, trusting=trusting, clock=workshop.clock)


def released(academy: Academy, window: Window, *, day_key: DayKey | None = None, content: bytes | None = None) -> None:
    workshop = academy.workshop
    assert window.not_before_ms is not None
    assert window.not_after_ms is not None
    grant = release(
        content or workshop.built.content_key,
        [workshop.station_keys.sealing.public],
        bundle_id=workshop.built.manifest.bundle_id,
        version=1,
        window=UnlockWindow(not_before_ms=window.not_before_ms, not_after_ms=window.not_after_ms),
        day_key=day_key,
    )
    desk(academy).take_in(issue(grant, [workshop.academy.signing]))


def test_a_station_that_has_everything_is_ready(academy: Academy, clock: ManualClock) -> None:
    admission_id = academy.admit(window=coming(clock))
    report = look(academy)
    assert report.is_ready, problems(report)
    assert codes(report, admission_id) == ["admission_sound", "trust_by_hand", "bundle_here", "key_here", "bytes_sound"]
    assert codes(report, STATION) == ["clock_ok", "disk_ok", "engine_ok"]


def test_a_station_that_takes_no_codes_for_an_admission_is_told_and_ready(academy: Academy, clock: ManualClock) -> None:
    before, here = SealingKey.generate().public, academy.workshop.station_keys.sealing.public
    told = {}
    for name, keys in (("others", [before]), ("ours-too", [before, here])):
        secrets = seal_secret(new_secret(), keys, admission_id=name)
        told[academy.admit(window=coming(clock), code_secrets=secrets)] = name
    report = look(academy)
    assert report.is_ready, problems(report)
    assert {told[subject]: codes(report, subject, "note") for subject in told} == {
        "others": ["code.not_for_station"],
        "ours-too": [],
    }


def test_a_key_that_is_to_come_is_told_how(academy: Academy, clock: ManualClock) -> None:
    window = coming(clock)
    admission_id = academy.admit(window=window, content_keys=())
    assert codes(look(academy), admission_id, "note") == ["key_to_come"]
    released(academy, window, day_key=DAY_KEY)
    report = look(academy)
    assert report.is_ready
    assert codes(report, admission_id, "note") == ["key_by_words"]
    clock.advance(ms=3 * DAY_MS)
    desk(academy).hear(" ".join(DAY_KEY.words()))
    assert codes(look(academy), admission_id) == [
        "admission_sound", "trust_by_hand", "bundle_here", "key_here", "bytes_sound",
    ]  # fmt: skip


def test_a_key_that_is_due_and_not_here_is_a_problem(academy: Academy, clock: ManualClock) -> None:
    window = coming(clock)
    admission_id = academy.admit(window=window, content_keys=())
    clock.advance(ms=3 * DAY_MS)
    assert problems(look(academy)) == [(admission_id, "sitting.not_released")]
    released(academy, window, content=b"\x07" * 32)
    assert problems(look(academy)) == [(admission_id, "bundle.wrong_content_key")]


def test_a_release_that_begins_after_the_admission_is_told(academy: Academy, clock: ManualClock) -> None:
    window = coming(clock)
    assert window.not_before_ms is not None
    admission_id = academy.admit(window=window, content_keys=())
    released(academy, window.model_copy(update={"not_before_ms": window.not_before_ms + HOUR_MS}))
    assert codes(look(academy), admission_id, "note") == ["key_later"]


def _no_bundle(academy: Academy) -> None:
    manifest = academy.workshop.built.manifest
    academy.library.remove(manifest.bundle_id, manifest.version)


def _spoilt_bundle(academy: Academy) -> None:
    [entry] = academy.library.entries()
    data = bytearray(entry.path.read_bytes())
    data[len(data) // 2] ^= 1
    entry.path.write_bytes(data)


def _forged(academy: Academy) -> None:
    [path] = academy.workshop.home.admissions.glob("*.admission")
    path.write_bytes(path.read_bytes()[:-40])


def _lost_journal(academy: Academy) -> None:
    [path] = academy.workshop.home.admissions.glob("*.admission")
    path.with_suffix(".begun").write_bytes(b"")


SPOILT: dict[str, tuple[Callable[[Academy], object], dict[str, Any], str]] = {
    "no bundle": (_no_bundle, {}, "bundle.not_in_library"),
    "a damaged byte": (_spoilt_bundle, {}, "bundle.content_damaged"),
    "a cut admission": (_forged, {}, "crypto.bad_envelope"),
    "another station's": (lambda _: None, {"station": StationKeys.generate().station_id}, "sitting.wrong_station"),
    "a newer version": (lambda _: None, {"version": 4}, "bundle.not_in_library"),
    "a lost journal": (_lost_journal, {}, "app.journal_lost"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_missing_or_spoilt_is_named_with_its_remedy(academy: Academy, clock: ManualClock, name: str) -> None:
    spoil, changes, code = SPOILT[name]
    admission_id = academy.admit(window=coming(clock), **changes)
    spoil(academy)
    report = look(academy)
    assert problems(report) == [(admission_id, code)]
    assert not report.is_ready
    [check] = [each for each in report.checks if each.level == "problem"]
    for language in words.languages():
        assert check.explain(language).next in report.text(language)
    assert check.explain("en") != check.explain("es")


def test_what_the_station_knows_of_the_academy_is_judged_by_the_day(academy: Academy, clock: ManualClock) -> None:
    window = coming(clock)
    admission_id = academy.admit(window=window)
    state = TrustState(
        versions={}, issued_ms=0, expires_ms=clock.read().wall_ms + DAY_MS, expiring="timestamp", programmes={},
        academy=AcademyPolicy(stale={"trial": StaleRule.OVERRIDE}),
    )  # fmt: skip
    enrolment = academy.workshop.enrolment
    trusting = Trusting(policy=enrolment.policy(), hubs=enrolment.hubs, state=state)
    assert problems(look(academy, trusting=trusting)) == [(admission_id, "sitting.stale_needs_override")]
    allowed = AcademyPolicy(stale={"trial": StaleRule.ALLOW})
    lenient = Trusting(
        policy=enrolment.policy(),
        hubs=enrolment.hubs,
        state=TrustState(
            versions={}, issued_ms=0, expires_ms=state.expires_ms, expiring="timestamp", programmes={}, academy=allowed
        ),
    )
    assert codes(look(academy, trusting=lenient), admission_id, "note") == ["trust_over_but_allowed"]
    fresh = TrustState(
        versions={},
        issued_ms=0,
        expires_ms=clock.read().wall_ms + 9 * DAY_MS,
        expiring="timestamp",
        programmes={},
        academy=allowed,
    )
    current = Trusting(policy=enrolment.policy(), hubs=enrolment.hubs, state=fresh)
    assert "trust_fresh" in codes(look(academy, trusting=current), admission_id, "ok")


def test_a_sitting_that_was_begun_or_handed_in_is_told(academy: Academy, clock: ManualClock) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    academy.leave()
    assert codes(look(academy), admission_id) == ["to_be_resumed", "bytes_sound"]
    opened = academy.open(admission_id)
    hand_in(opened)
    academy.leave()
    report = look(academy)
    assert codes(report, admission_id) == ["handed_in"]
    assert "no_admissions" in codes(report, STATION)


def test_a_sitting_whose_version_is_gone_is_a_problem(academy: Academy) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    academy.leave()
    _no_bundle(academy)
    assert problems(look(academy)) == [(admission_id, "app.version_missing")]


def test_only_the_day_that_is_asked_about(academy: Academy, clock: ManualClock) -> None:
    admission_id = academy.admit(window=coming(clock))
    today = clock.read().utc.astimezone().date()
    assert codes(look(academy, Day(today)), STATION, "note") == ["no_admissions"]
    assert look(academy, Day(today)).subjects() == (STATION,)
    for days in (3, 4):
        report = look(academy, Day(today + timedelta(days=days)))
        assert admission_id in report.subjects()
        assert report.day == (today + timedelta(days=days)).isoformat()
    assert admission_id not in look(academy, Day(today + timedelta(days=5))).subjects()


def test_a_window_that_is_over_is_no_problem(academy: Academy, clock: ManualClock) -> None:
    admission_id = academy.admit(window=coming(clock))
    clock.advance(ms=9 * DAY_MS)
    report = look(academy)
    assert report.is_ready
    assert codes(report, admission_id) == ["sitting.too_late"]


def test_a_clock_that_cannot_be_right_is_a_problem(academy: Academy, clock: ManualClock) -> None:
    LatestTime(academy.workshop.home.latest_time).note(clock.read().wall_ms + HOUR_MS)
    assert problems(look(academy)) == [(STATION, "app.clock_set_back")]
    clock.set(wall_ms=0)
    assert problems(look(academy)) == [(STATION, "clock_wrong")]


def test_a_full_disk_is_a_problem(academy: Academy, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    academy.admit(window=coming(clock))
    monkeypatch.setattr("pocus_desktop.app.preflight.SITTING_BYTES", 10**18)
    assert problems(look(academy)) == [(STATION, "disk_full")]


def test_a_bundle_that_two_admissions_need_is_read_once(academy: Academy, clock: ManualClock) -> None:
    both = [academy.admit(window=coming(clock)) for _ in range(2)]
    told: list[Progress] = []
    workshop = academy.workshop
    report = Preflight(
        home=workshop.home, keys=workshop.station_keys, trusting=Trusting.by_hand(workshop.enrolment), clock=clock,
        look_at_engine=lambda: ENGINE,
    ).inspect(progress=told.append)  # fmt: skip
    assert all("bytes_sound" in codes(report, each) for each in both)
    [entry] = Library(workshop.home.library).entries()
    assert told[-1].done_bytes <= entry.record.size_bytes == told[-1].total_bytes


def test_a_damaged_release_is_told_and_is_no_problem_by_itself(academy: Academy, clock: ManualClock) -> None:
    academy.admit(window=coming(clock))
    academy.workshop.home.unlocks.mkdir()
    (academy.workshop.home.unlocks / "a.unlock").write_bytes(b"{")
    report = look(academy)
    assert report.is_ready
    assert codes(report, STATION, "note") == ["crypto.bad_envelope"]


def test_the_report_is_signed_by_its_station_and_read_back(academy: Academy, clock: ManualClock) -> None:
    academy.admit(window=coming(clock))
    report = look(academy)
    keys = academy.workshop.station_keys
    assert read(sign(report, keys.signing), [keys.signing.public]) == report
    assert "Alex Moreno" not in report.text("en") + sign(report, keys.signing).decode()
    assert f"{datetime.fromtimestamp(report.made_at_ms / 1000, tz=UTC):%Y-%m-%d}" in report.text("es")
    assert "READY" in report.text("en")


def test_nothing_is_begun_by_looking(academy: Academy, clock: ManualClock) -> None:
    admission_id = academy.admit()
    before = {path: path.stat().st_mtime_ns for path in sorted(academy.workshop.home.folder.rglob("*"))}
    look(academy)
    after = {path: path.stat().st_mtime_ns for path in sorted(academy.workshop.home.folder.rglob("*"))}
    assert {path for path in after if path.is_file()} == {path for path in before if path.is_file()}
    to_case(academy.open(admission_id))


def take_roster(academy: Academy, window: Window, *, bundle_id: str, content_key: bytes | None = None) -> None:
    """A centre's day without admissions, in which two may walk in."""
    hub, centre = academy.workshop.academy.signing, StationKeys.generate()
    north = Centre(signing=centre.signing.public, sealing=centre.sealing.public, centre_id="north", name="North Clinic")
    assert window.not_before_ms is not None
    assert window.not_after_ms is not None
    allowance = Allowance(
        allowance_id="alw_1",
        centre=north,
        not_before_ms=window.not_before_ms,
        not_after_ms=window.not_after_ms,
        count=2,
        bundles=(AllowedBundle(bundle_id=bundle_id, mode=Mode.TRIAL, content_key=content_key),),
        recipients=(academy.workshop.academy.sealing.public,),
        credit_cap_ms=0,
    )
    roster = Roster(
        roster_id="ros_1", centre=north, day=date(2027, 1, 18), zone="UTC", made_at_ms=1,
        allowance=issue_allowance(allowance, hub),
    )  # fmt: skip
    take_in(academy.workshop.home, issue_roster(roster, hub), hubs=[hub.public], grant=None)


def test_what_walk_ins_may_sit_is_looked_at_too(academy: Academy, clock: ManualClock) -> None:
    window, bundle_id = coming(clock), academy.workshop.built.manifest.bundle_id
    take_roster(academy, window, bundle_id=bundle_id)
    report = look(academy)
    assert report.is_ready
    assert codes(report, "alw_1") == ["walk_ins", "trust_by_hand", "bundle_here", "key_to_come", "bytes_sound"]
    assert "no_admissions" not in codes(report, STATION)
    released(academy, window)
    assert codes(look(academy), "alw_1")[3] == "key_here"
    today = clock.read().utc.astimezone().date()
    assert "alw_1" not in look(academy, Day(today)).subjects()
    clock.advance(ms=9 * DAY_MS)
    assert "alw_1" not in look(academy).subjects()


def test_a_walk_ins_key_that_comes_with_its_admission_is_not_looked_for(academy: Academy, clock: ManualClock) -> None:
    take_roster(academy, coming(clock), bundle_id=academy.workshop.built.manifest.bundle_id, content_key=b"sealed")
    assert codes(look(academy), "alw_1") == ["walk_ins", "trust_by_hand", "bundle_here", "bytes_sound"]


def test_a_bundle_that_walk_ins_lack_is_a_problem(academy: Academy, clock: ManualClock) -> None:
    take_roster(academy, coming(clock), bundle_id="lung")
    assert problems(look(academy)) == [("alw_1", "bundle.not_in_library")]


def test_an_admission_of_another_centre_is_a_problem(academy: Academy, clock: ManualClock) -> None:
    admission_id = academy.admit(window=coming(clock), centre_id="north")
    assert problems(look(academy, centre_id="south")) == [(admission_id, "sitting.wrong_centre")]
    assert look(academy, centre_id="north").is_ready


def test_a_bundle_that_is_over_by_then_is_a_problem(
    source: Path, sound: bytes, tmp_path: Path, clock: ManualClock
) -> None:
    (source / "media" / "arrival.ogg").write_bytes(sound)
    now = clock.read().utc
    recipe = Recipe(mode="sealed", not_after=now + timedelta(days=1))
    academy = Academy.found(tmp_path / "a", source=source, clock=clock, recipe=recipe)
    try:
        admission_id = academy.admit(window=coming(clock))
        assert problems(look(academy)) == [(admission_id, "bundle.expired")]
    finally:
        academy.close()
