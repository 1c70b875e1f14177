"""A live bundle stays shut at its station until its key is released, and a sitting that was begun goes on."""

import pytest

from pocus_desktop.admission.day_key import DayKey
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.admission.unlock_grant import UnlockWindow, issue, release
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.events import IntegrityNoted
from pocus_desktop.sitting.views import CaseView
from tests.e2e.academy import LEFT, Academy, answer, answered, at, to_case, told

HOUR_MS = 3_600_000
DAY = DayKey(secret=bytes(range(16)))


def desk(academy: Academy) -> UnlockDesk:
    """What `pocus unlock` works on."""
    workshop = academy.workshop
    return UnlockDesk(
        home=workshop.home,
        keys=workshop.station_keys,
        trusting=Trusting.by_hand(workshop.enrolment),
        clock=workshop.clock,
    )


def released(academy: Academy, *, day_key: DayKey | None = None, recipient: SealingKey | None = None) -> bytes:
    """A release from an hour ahead, for one hour."""
    workshop = academy.workshop
    now_ms = workshop.clock.read().wall_ms
    grant = release(
        workshop.built.content_key,
        [(recipient or workshop.station_keys.sealing).public],
        bundle_id=workshop.built.manifest.bundle_id,
        version=workshop.built.manifest.version,
        window=UnlockWindow(not_before_ms=now_ms + HOUR_MS, not_after_ms=now_ms + 2 * HOUR_MS),
        day_key=day_key,
    )
    return issue(grant, [workshop.academy.signing])


def refused(academy: Academy, admission_id: str, code: str) -> None:
    with pytest.raises(PocusError) as problem:
        academy.open(admission_id)
    told(problem.value, code)
    assert not academy.journal(admission_id).exists()


def test_a_release_opens_the_bundle_in_its_window(timed: Academy, clock: ManualClock) -> None:
    admission_id = timed.admit(content_keys=())
    refused(timed, admission_id, "sitting.not_released")
    desk(timed).take_in(released(timed))
    refused(timed, admission_id, "sitting.unlock_too_early")
    clock.advance(ms=HOUR_MS)
    opened = timed.open(admission_id)
    answer(to_case(opened), LEFT)
    note = opened.sitting.recorded[1].event
    assert isinstance(note, IntegrityNoted), "it stands in the write that made the journal"
    [(grant, _)] = desk(timed).standings()
    assert (note.what, note.detail) == ("unlocked", f"grant {grant.grant.grant_id} {grant.digest}")
    clock.set(wall_ms=clock.read().wall_ms + 2 * HOUR_MS)
    timed.restart()
    again = timed.open(admission_id)
    assert answered(at(again, CaseView, "arrival")) == LEFT, "what was begun goes on after the window"


def test_words_open_what_came_before(timed: Academy, clock: ManualClock) -> None:
    admission_id = timed.admit(content_keys=())
    desk(timed).take_in(released(timed, day_key=DAY))
    with pytest.raises(PocusError) as early:
        desk(timed).hear(" ".join(DAY.words()))
    told(early.value, "sitting.unlock_too_early")
    clock.advance(ms=HOUR_MS)
    refused(timed, admission_id, "sitting.words_needed")
    desk(timed).hear(" ".join(DAY.words("es")))
    timed.restart()
    answer(to_case(timed.open(admission_id)), LEFT)
    with pytest.raises(PocusError) as twice:
        desk(timed).hear(" ".join(DAY.words()))
    told(twice.value, "sitting.already_unlocked")


def test_a_clock_set_back_opens_no_window_that_is_over(timed: Academy, clock: ManualClock) -> None:
    envelope = released(timed)
    desk(timed).take_in(envelope)
    clock.advance(ms=3 * HOUR_MS)
    other = timed.admit()
    timed.open(other)
    clock.set(wall_ms=clock.read().wall_ms - 2 * HOUR_MS)
    refused(timed, timed.admit(content_keys=()), "app.clock_set_back")
    with pytest.raises(PocusError) as replayed:
        desk(timed).take_in(envelope)
    told(replayed.value, "app.clock_set_back")


def test_a_release_for_another_station_is_not_taken_in(timed: Academy) -> None:
    with pytest.raises(PocusError) as problem:
        desk(timed).take_in(released(timed, recipient=SealingKey.generate()))
    told(problem.value, "sitting.unlock_not_for_station")
    assert desk(timed).standings() == ()
