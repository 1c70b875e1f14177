"""The proctor lets a candidate sign in by a code: forgotten codes, windows, clocks, guesses, restarts, old disks."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import room_code, sign_in_lock
from pocus_desktop.admission.admission import Candidate, VerifiedAdmission, Window
from pocus_desktop.admission.errors import TooEarlyError, TooLateError
from pocus_desktop.admission.latest_time import ClockSetBackError, LatestTime
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import NoCodesError
from pocus_desktop.admission.sign_in import WrongSignInCodeError, sign_in_verifier
from pocus_desktop.admission.sign_in_lock import (
    BadTriesError,
    RoomCodeWaitError,
    SignInLock,
    SignInsUsedUpError,
    WrongRoomCodeError,
)
from pocus_desktop.app.letting_in import vouched_ms
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.sitting.errors import DiskFullError
from pocus_desktop.sitting.events import CodeTried, CodeUsed
from pocus_desktop.sitting.store import JournalStore
from pocus_desktop.ui.candidate.desk import RoomCode
from tests.conftest import small_source

SECRET = b"\x07" * 32
HOUR_MS = 3_600_000
NOW_MS = 1_800_000_000_000


class Room:
    """A station with one admission whose candidate forgot their code."""

    def __init__(self, workshop: Workshop, clock: ManualClock) -> None:
        self.workshop, self.clock = workshop, clock
        self.station: Station = workshop.station()
        self.home = workshop.home

    def admit(
        self, *, window: Window | None = None, is_here: bool = True, start_code: str = "4711"
    ) -> VerifiedAdmission:
        """The admission, taken in."""
        plain = admissions.recall(
            self.workshop.admission(
                candidate=Candidate(id="C-1", display_name="Alex"), mode=Mode.LIVE, start_code=start_code
            )
        ).admission
        key = self.workshop.station_keys.sealing.public if is_here else self.workshop.academy.sealing.public
        admitted = plain.model_copy(
            update={
                "window": window or Window(),
                "sign_in_code": sign_in_verifier("K7M-2QX", admission_id=plain.admission_id),
                "code_secrets": room_code.seal_secret(SECRET, [key], admission_id=plain.admission_id),
            }
        )
        envelope = admissions.issue(admitted, [self.workshop.academy.signing])
        self.station.admit(envelope)
        return admissions.recall(envelope)

    def restart(self) -> None:
        self.station.close()
        self.station = self.workshop.station()

    def code(self, source: room_code.Source = "device") -> str:
        """The right code for what the sign-in asks now."""
        [choice] = self.station.choices("en")
        assert choice.challenge is not None
        return room_code.response(SECRET, source, choice.challenge)

    def open(self, admitted: VerifiedAdmission, code: str, start_code: str = "") -> OpenSitting:
        """Sign in by it."""
        return self.station.open(
            candidate_id="C-1",
            admission_id=admitted.admission.admission_id,
            language="en",
            room_code=RoomCode(code=code, start_code=start_code),
        )


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """One academy with its bundle for all tests of this page."""
    folder = tmp_path_factory.mktemp("workshop")
    source = small_source(folder / "source")
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    made = Workshop.open(folder, source=source, recipe=Recipe(), clock=ManualClock())
    yield made
    made.close()


@pytest.fixture
def room(workshop: Workshop) -> Iterator[Room]:
    clock = workshop.clock
    assert isinstance(clock, ManualClock)
    clock.set(monotonic_ms=1_000_000, wall_ms=NOW_MS, boot_id="monday")
    made = Room(workshop, clock)
    yield made
    made.station.close()
    for place in (made.home.admissions, made.home.sittings, made.home.codes):
        shutil.rmtree(place, ignore_errors=True)
    made.home.codes.unlink(missing_ok=True)
    made.home.latest_time.unlink(missing_ok=True)


def tried(opened: OpenSitting) -> list[CodeTried | CodeUsed]:
    """What the journal tells of codes."""
    opened.close()
    return [one.event for one in opened.sitting.recorded if isinstance(one.event, CodeTried | CodeUsed)]


def test_who_forgot_their_code_is_let_in_and_the_journal_tells_every_try(room: Room) -> None:
    admitted = room.admit()
    with pytest.raises(WrongSignInCodeError):
        room.station.open(candidate_id="C-1", admission_id=admitted.admission.admission_id, language="en", code="AAA")
    with pytest.raises(WrongRoomCodeError):
        room.open(admitted, "00000000")
    with pytest.raises(WrongRoomCodeError):
        room.open(admitted, room.code("book"))
    room.restart()
    opened = room.open(admitted, room.code("book"), "4711")
    wrong = CodeTried(purpose="sign-in", number=1)
    assert tried(opened) == [wrong, wrong, CodeUsed(purpose="sign-in", number=1, source="book")]
    again = room.open(admitted, room.code())
    assert tried(again)[3:] == [CodeUsed(purpose="sign-in", number=2, source="device")]  # the rest is told already


def test_what_a_full_disk_kept_from_the_journal_is_told_to_it_the_next_time(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise DiskFullError

    admitted = room.admit()
    with monkeypatch.context() as patched:
        patched.setattr(JournalStore, "append", full)
        opened = room.open(admitted, room.code())
        opened.close()
    room.clock.advance(ms=1_000)
    used = [one.number for one in tried(room.open(admitted, room.code())) if isinstance(one, CodeUsed)]
    assert used == [1, 2]


def test_a_code_counts_once_even_after_a_restart(room: Room) -> None:
    admitted = room.admit()
    code = room.code()
    room.open(admitted, code).close()
    room.restart()
    with pytest.raises(WrongRoomCodeError):
        room.open(admitted, code)


def test_guessing_waits_and_a_restart_does_not_end_that(room: Room) -> None:
    admitted = room.admit()
    for _ in range(3):
        with pytest.raises(WrongRoomCodeError):
            room.open(admitted, "00000000")
    right = room.code()
    room.restart()
    with pytest.raises(RoomCodeWaitError):
        room.open(admitted, right)
    room.clock.set(monotonic_ms=5_000, wall_ms=NOW_MS + HOUR_MS, boot_id="restarted, and the clock set forward")
    with pytest.raises(RoomCodeWaitError):
        room.open(admitted, right)
    room.clock.advance(ms=25_000)
    too_soon = CodeTried(purpose="sign-in", number=1, came_too_soon=True)
    assert tried(room.open(admitted, right))[3:] == [
        too_soon,
        too_soon,
        CodeUsed(purpose="sign-in", number=1, source="device"),
    ]


@pytest.mark.parametrize(
    ("first_ms", "last_ms", "refusal"),
    [(-2 * HOUR_MS, -HOUR_MS, TooLateError), (HOUR_MS, 2 * HOUR_MS, TooEarlyError)],
    ids=["the bus was late, or the clock is ahead", "the clock is behind"],
)
def test_a_window_is_opened_by_the_proctor_whatever_the_clock_says(
    room: Room, first_ms: int, last_ms: int, refusal: type[Exception]
) -> None:
    window = Window(not_before_ms=NOW_MS + first_ms, not_after_ms=NOW_MS + last_ms)
    admitted = room.admit(window=window)
    name = admitted.admission.admission_id
    with pytest.raises(refusal):
        room.station.open(candidate_id="C-1", admission_id=name, language="en", code="K7M-2QX")
    opened = room.open(admitted, room.code())
    assert opened.sitting.recorded[0].at.wall_ms == NOW_MS  # what the clock said stands in the journal
    assert CodeUsed(purpose="sign-in", number=1, source="device") in tried(opened)


def test_a_clock_that_was_set_back_is_overruled_and_what_was_seen_is_kept(room: Room) -> None:
    window = Window(not_before_ms=NOW_MS - HOUR_MS, not_after_ms=NOW_MS + HOUR_MS)
    admitted = room.admit(window=window)
    latest = LatestTime(room.home.latest_time)
    latest.note(NOW_MS + 5 * HOUR_MS)
    with pytest.raises(ClockSetBackError):
        room.station.open(
            candidate_id="C-1", admission_id=admitted.admission.admission_id, language="en", code="K7M-2QX"
        )
    room.open(admitted, room.code()).close()
    assert latest.seen_ms() == NOW_MS + 5 * HOUR_MS


def test_the_moment_that_is_vouched_for_is_the_nearest_in_the_window() -> None:
    window = Window(not_before_ms=10, not_after_ms=20)
    assert [vouched_ms(window, now) for now in (5, 15, 25)] == [10, 15, 20]
    assert vouched_ms(Window(), 7) == 7
    assert vouched_ms(Window(not_before_ms=10), 7) == 10
    assert vouched_ms(Window(not_after_ms=5), 7) == 5


def test_a_station_that_opens_no_secret_offers_and_takes_no_code(room: Room) -> None:
    admitted = room.admit(is_here=False)
    [choice] = room.station.choices("en")
    assert choice.challenge is None
    with pytest.raises(NoCodesError):
        room.open(admitted, "12345678")


def test_a_disk_that_refuses_lets_nobody_in_and_a_damaged_note_is_named(room: Room) -> None:
    admitted = room.admit()
    code = room.code()
    room.home.codes.write_text("a file where the folder must be")
    with pytest.raises(FileRefusedError):
        room.open(admitted, code)
    room.home.codes.unlink()
    room.home.codes.mkdir()
    (room.home.codes / f"{admitted.admission.admission_id}.tried").write_bytes(b'{"cut')
    with pytest.raises(BadTriesError):
        room.open(admitted, code)
    [choice] = room.station.choices("en")
    assert choice.challenge is None
    opened = room.station.open(
        candidate_id="C-1", admission_id=admitted.admission.admission_id, language="en", code="K7M-2QX"
    )
    assert tried(opened) == []


def test_all_numbers_can_be_used_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_lock, "MAXIMUM_NUMBER", 1)
    admitted = room.admit()
    room.open(admitted, room.code()).close()
    with pytest.raises(SignInsUsedUpError):
        room.open(admitted, "12345678")
    [choice] = room.station.choices("en")
    assert choice.challenge is None


def test_a_disk_that_was_set_back_asks_for_a_used_number_again(room: Room, tmp_path: Path) -> None:
    """The station cannot know; the number on its screen is one that the book has struck out, and the device refuses."""
    admitted = room.admit()
    lock, clock = SignInLock(room.home.codes), room.clock
    challenge = lock.challenge(admitted)
    assert challenge is not None
    for number in (1, 2):
        asked = replace(challenge, number=number)
        code = room_code.response(SECRET, "device", asked)
        lock.use(admitted, SECRET, code=code, start_code="", now=clock.read())
        if number == 1:
            shutil.copytree(room.home.codes, tmp_path / "snapshot")
    shutil.rmtree(room.home.codes)
    shutil.copytree(tmp_path / "snapshot", room.home.codes)
    asked_again = lock.challenge(admitted)
    assert asked_again is not None
    assert asked_again.number == 2
