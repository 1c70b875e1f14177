"""A wrong candidate, a wrong admission: refused by name at sign-in, and the right one sits afterwards."""

from collections.abc import Callable

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys, Window
from pocus_desktop.admission.mode import Mode
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.views import CaseView
from tests.e2e.academy import LEFT, Academy, answer, answered, at, to_case, told

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def _sits(academy: Academy) -> None:
    _, opened = academy.begin()
    answer(opened, LEFT)


def test_a_wrong_candidate_is_refused_and_leaves_no_trace(academy: Academy) -> None:
    admission_id = academy.admit()
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id, candidate_id="C-9999")
    shown = told(refused.value, "sitting.wrong_candidate")
    assert "C-1001" not in shown.what + shown.next, "a stranger is not told whose admission it is"
    assert not academy.journal(admission_id).exists()
    academy.open(admission_id, candidate_id=" c-1001 ")


def test_a_wrong_candidate_cannot_take_up_a_sitting_that_was_begun(academy: Academy) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    academy.restart()
    before = academy.journal(admission_id).read_bytes()
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id, candidate_id="C-9999")
    told(refused.value, "sitting.wrong_candidate")
    assert academy.journal(admission_id).read_bytes() == before
    assert answered(at(academy.open(admission_id), CaseView, "arrival")) == LEFT


def _for_another_station(academy: Academy) -> bytes:
    return academy.issue(station=StationKeys.generate().station_id)


def _key_for_another_station(academy: Academy) -> bytes:
    admission_id = admissions.new_admission_id()
    elsewhere = StationKeys.generate().sealing.public
    sealed = admissions.seal_content_key(academy.workshop.built.content_key, [elsewhere], admission_id=admission_id)
    return academy.issue(admission_id=admission_id, content_keys=sealed)


def _key_of_another_admission(academy: Academy) -> bytes:
    keys = [academy.workshop.station_keys.sealing.public]
    sealed = admissions.seal_content_key(academy.workshop.built.content_key, keys, admission_id="adm_elsewhere")
    return academy.issue(content_keys=sealed)


def _wrong_key(academy: Academy) -> bytes:
    return academy.issue(content_key=b"\x07" * 32)


def _no_key(academy: Academy) -> bytes:
    return academy.issue(content_keys=())


def _over(academy: Academy) -> bytes:
    now_ms = academy.workshop.clock.read().wall_ms
    return academy.issue(window=Window(not_before_ms=now_ms - 2 * HOUR_MS, not_after_ms=now_ms - HOUR_MS))


def _to_come(academy: Academy) -> bytes:
    return academy.issue(window=Window(not_before_ms=academy.workshop.clock.read().wall_ms + HOUR_MS))


def _for_another_bundle(academy: Academy) -> bytes:
    return academy.issue(bundle_id="lung-b-lines")


def _for_a_newer_version(academy: Academy) -> bytes:
    return academy.issue(version=7)


AT_SIGN_IN: dict[str, tuple[Callable[[Academy], bytes], str]] = {
    "for another station": (_for_another_station, "sitting.wrong_station"),
    "content key for another station": (_key_for_another_station, "sitting.no_content_key"),
    "content key cut out of another admission": (_key_of_another_admission, "crypto.cannot_open_sealed"),
    "content key of another bundle": (_wrong_key, "bundle.wrong_content_key"),
    "no content key": (_no_key, "sitting.not_released"),
    "window over": (_over, "sitting.too_late"),
    "window to come": (_to_come, "sitting.too_early"),
    "for another bundle": (_for_another_bundle, "bundle.not_in_library"),
    "for a newer version": (_for_a_newer_version, "bundle.not_in_library"),
}


@pytest.mark.parametrize("name", AT_SIGN_IN)
def test_a_wrong_admission_is_refused_at_sign_in(academy: Academy, name: str) -> None:
    make, code = AT_SIGN_IN[name]
    admission_id = academy.station.admit(make(academy))
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id)
    told(refused.value, code)
    assert not academy.journal(admission_id).exists()
    assert len(academy.station.choices("es")) == 1, "it is still listed"
    _sits(academy)


def _forged(academy: Academy) -> bytes:
    return academy.issue(signer=SigningKey.generate())


def _altered(academy: Academy) -> bytes:
    envelope = academy.issue()
    place = envelope.index(b'"payload":"') + 200
    return envelope[:place] + (b"B" if envelope[place : place + 1] != b"B" else b"C") + envelope[place + 1 :]


def _cut(academy: Academy) -> bytes:
    return academy.issue()[:300]


def _letter(academy: Academy) -> bytes:
    del academy
    return b"Dear station, let them sit."


AT_THE_DOOR: dict[str, tuple[Callable[[Academy], bytes], str]] = {
    "signed by a stranger": (_forged, "crypto.not_enough_signatures"),
    "altered after signing": (_altered, "crypto.not_enough_signatures"),
    "cut": (_cut, "crypto.bad_envelope"),
    "another kind of file": (_letter, "crypto.bad_envelope"),
}


@pytest.mark.parametrize("name", AT_THE_DOOR)
def test_a_forged_admission_is_refused_at_the_door(academy: Academy, name: str) -> None:
    make, code = AT_THE_DOOR[name]
    with pytest.raises(PocusError) as refused:
        academy.station.admit(make(academy))
    told(refused.value, code)
    assert academy.station.choices("en") == ()
    _sits(academy)


@pytest.mark.parametrize("name", AT_THE_DOOR)
def test_a_forged_admission_put_into_the_folder_is_listed_with_its_reason(academy: Academy, name: str) -> None:
    make, code = AT_THE_DOOR[name]
    path = academy.workshop.home.admission("adm_forged")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(make(academy))
    [choice] = academy.station.choices("en")
    with pytest.raises(PocusError) as refused:
        academy.open(choice.admission_id)
    shown = told(refused.value, code)
    assert choice.told == f"{shown.what} {shown.next}"
    _sits(academy)


def test_a_copy_of_an_admission_opens_no_second_sitting(academy: Academy) -> None:
    admission_id = academy.admit()
    home = academy.workshop.home
    home.admission("adm_second").write_bytes(home.admission(admission_id).read_bytes())
    opened = academy.open("adm_second")
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id)
    told(refused.value, "sitting.already_open")
    assert [path.name for path in home.sittings.iterdir()] == [admission_id]
    answer(to_case(opened), LEFT)


def test_the_admission_kept_beside_a_sitting_cannot_be_exchanged(academy: Academy) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    academy.restart()
    kept = academy.journal(admission_id).with_name("admission.dsse.json")
    right = kept.read_bytes()
    kept.write_bytes(academy.issue(admission_id=admission_id, accommodations=admissions.Accommodations(time_factor=3)))
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id)
    told(refused.value, "sitting.other_admission")
    kept.write_bytes(right)
    assert answered(at(academy.open(admission_id), CaseView, "arrival")) == LEFT


def test_a_window_that_ends_during_the_sitting_does_not_shut_the_candidate_out(
    timed: Academy, clock: ManualClock
) -> None:
    """The window says when a sitting may begin; one that was begun in it goes on after an interruption."""
    ends_ms = clock.read().wall_ms + HOUR_MS
    admission_id, opened = timed.begin(window=Window(not_after_ms=ends_ms))
    answer(opened, LEFT)
    timed.leave()
    clock.advance(ms=2 * HOUR_MS)
    timed.restart()
    assert answered(at(timed.open(admission_id), CaseView)) == LEFT
    late = timed.admit(window=Window(not_after_ms=ends_ms))
    with pytest.raises(PocusError) as refused:
        timed.open(late)
    told(refused.value, "sitting.too_late")


def test_a_newer_bundle_does_not_shut_out_a_sitting_that_was_begun(academy: Academy) -> None:
    """A sitting goes on with the version that it began with, whatever was imported meanwhile."""
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    newer = academy.build(version=2)
    academy.take_in(newer.bundle)
    academy.restart()
    again = academy.open(admission_id)
    assert answered(at(again, CaseView, "arrival")) == LEFT
    assert again.sitting.state.opened.bundle_version == 1
    fresh = academy.open(academy.admit(version=2, content_key=newer.content_key))
    assert fresh.sitting.state.opened.bundle_version == 2


def test_a_sitting_whose_bundle_was_removed_says_which_version_it_needs(academy: Academy) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    newer = academy.build(version=2)
    academy.take_in(newer.bundle)
    academy.restart()
    academy.library.remove("sore-leg", 1)
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id)
    told(refused.value, "app.version_missing")
    assert academy.journal(admission_id).exists()


def test_a_live_sitting_needs_its_start_code(academy: Academy) -> None:
    with pytest.raises(PocusError) as refused:
        academy.issue(mode=Mode.LIVE)
    told(refused.value, "sitting.no_start_code")


def test_an_attempt_that_was_begun_is_not_begun_again_with_another_admission(academy: Academy) -> None:
    first = academy.admit(attempt=1)
    academy.open(first)
    academy.leave()
    second = academy.admit(attempt=1)
    with pytest.raises(PocusError) as refused:
        academy.open(second)
    told(refused.value, "windows.attempt_begun")
    assert academy.open(first).sitting.state.opened.attempt == 1
    academy.open(academy.admit(attempt=2))


def test_an_admission_that_can_no_longer_be_read_shuts_nobody_else_out(academy: Academy) -> None:
    first = academy.admit()
    academy.open(first)
    academy.leave()
    academy.station.close()
    home = academy.workshop.home
    home.admission(first).write_bytes(b"{")
    academy.station = academy.workshop.station()
    assert academy.open(academy.admit()).sitting.state.opened.attempt == 2
