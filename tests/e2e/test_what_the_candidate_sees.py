"""Bad luck as a candidate meets it, in the real windows with the real player: words with a next step, never a wall."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.kernel.words import explain
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import CaseView, ClipState, StoppedView
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.screens.stopped import StoppedScreen
from pocus_desktop.ui.candidate.sign_in_window import SignInWindow
from pocus_desktop.ui.launch import run_candidate
from tests.e2e.academy import (
    CANDIDATE,
    CLIP,
    LEFT,
    Academy,
    answer,
    answered,
    at,
    delivered,
    hand_in,
    no_growth,
    points,
    to_case,
)
from tests.e2e.spoilt_films import SPOILT_FILMS
from tests.e2e.windows import Seat, find, has, words_on

pytestmark = pytest.mark.slow

TakeSeat = Callable[..., Seat]


def _clip(seat: Seat) -> ClipState:
    screen = seat.host.view().screen
    assert isinstance(screen, CaseView)
    [state] = [state for state in screen.stage if isinstance(state, ClipState)]
    return state


def _sit(seat: Seat, admission_id: str) -> None:
    """Sign in, and go on to the first step of the case."""
    seat.sign_in(CANDIDATE, admission_id)
    seat.wait(lambda: seat.shell.window is not None)
    to_case(seat.host)
    seat.wait(lambda: has(seat.window, f"clip:{CLIP}"))


def _play(seat: Seat) -> None:
    seat.click(find(_panel(seat), QAbstractButton, "play"))


def _panel(seat: Seat) -> QWidget:
    return find(seat.window, QWidget, f"clip:{CLIP}")


def _read_script(seat: Seat) -> None:
    """The written script is one key away."""
    seat.press(Qt.Key.Key_F2)
    seat.wait(lambda: "Good morning." in words_on(find(seat.window, QWidget, "script-panel")))


def _finish(seat: Seat, *, is_registered: bool = True) -> None:
    """The sitting goes on to its receipt, and where the hub has the bundle's key to its score."""
    answer(seat.host, LEFT)
    hand_in(seat.host)
    delivered(seat.host, "received")
    if is_registered:
        assert points(seat.academy) == 1


def test_a_refusal_at_sign_in_is_told_and_the_next_try_succeeds(academy: Academy, take_seat: TakeSeat) -> None:
    admission_id = academy.admit()
    seat = take_seat(academy)
    seat.sign_in("C-9999", admission_id)
    refusal = find(seat.shell.sign_in, QWidget, "refusal")
    told = explain("sitting.wrong_candidate", {})
    assert told.what in words_on(refusal)
    assert told.next in words_on(refusal)
    seat.sign_in(CANDIDATE, admission_id)
    seat.wait(lambda: seat.shell.window is not None)
    assert "Alex Moreno" in words_on(seat.window)


def test_a_refusal_is_told_in_the_candidates_language(academy: Academy, take_seat: TakeSeat) -> None:
    admission_id = academy.admit(bundle_id="lung-b-lines")
    seat = take_seat(academy, language="es")
    seat.sign_in(CANDIDATE, admission_id)
    told = explain("bundle.not_in_library", {"bundle": "lung-b-lines", "version": 1}, "es")
    refusal = words_on(find(seat.shell.sign_in, QWidget, "refusal"))
    assert told.what in refusal
    assert told.next in refusal


def test_a_sitting_open_elsewhere_is_told_at_sign_in(academy: Academy, take_seat: TakeSeat) -> None:
    admission_id, opened = academy.begin()
    seat = take_seat(academy)
    seat.sign_in(CANDIDATE, admission_id)
    assert explain("sitting.already_open", {}).next in words_on(find(seat.shell.sign_in, QWidget, "refusal"))
    answer(opened, LEFT)
    academy.leave()
    seat.sign_in(CANDIDATE, admission_id)
    seat.wait(lambda: seat.shell.window is not None)
    assert answered(seat.window.view) == LEFT


def test_a_library_that_cannot_be_read_is_told_at_sign_in(academy: Academy, take_seat: TakeSeat) -> None:
    admission_id = academy.admit()
    (academy.library.folder / "library.json").write_text("{")
    seat = take_seat(academy)
    seat.sign_in(CANDIDATE, admission_id)
    refusal = words_on(find(seat.shell.sign_in, QWidget, "refusal"))
    assert explain("bundle.ledger_damaged", {"file": "library.json"}).next in refusal


def test_a_disk_that_refuses_shows_the_stopped_screen_and_the_way_back(academy: Academy, take_seat: TakeSeat) -> None:
    admission_id = academy.admit()
    seat = take_seat(academy)
    _sit(seat, admission_id)
    answer(seat.host, LEFT)
    with no_growth():
        seat.host.handle(intents.Flag(item="side", is_flagged=True))
        seat.wait(lambda: isinstance(seat.window.view.screen, StoppedView))
        screen = seat.window.view.screen
        assert isinstance(seat.window.screen_shown, StoppedScreen)
        assert isinstance(screen, StoppedView)
        shown = words_on(seat.window)
    assert screen.told.what in shown
    assert screen.told.next in shown
    assert screen.code in shown
    seat.wait(lambda: isinstance(seat.window.view.screen, CaseView))  # the window's own timer tries again
    assert answered(seat.window.view) == LEFT
    _finish(seat)


def test_a_bundle_changed_on_the_disk_during_the_sitting(cinema: Academy, take_seat: TakeSeat) -> None:
    """What was verified at the start is verified again at every read: the film is refused, the sitting goes on."""
    [entry] = cinema.library.entries()
    admission_id = cinema.admit()
    seat = take_seat(cinema)
    _sit(seat, admission_id)
    whole = entry.path.read_bytes()
    with entry.path.open("r+b") as file:
        file.seek(len(whole) // 3)
        file.write(b"\x00" * (len(whole) // 3))
    _play(seat)
    seat.wait(lambda: _clip(seat).failure != "")
    assert _clip(seat).failure == "bundle.content_damaged"
    seat.wait_for_words("is damaged or was changed")
    shown = words_on(_panel(seat))
    assert "Answers given so far are safe." in shown
    assert (_clip(seat).plays_used, _clip(seat).plays_left) == (0, 2), "the play is given back"
    seat.wait_for_words(explain("sitting.play_given_back", {}).what)
    answer(seat.host, LEFT)
    entry.path.write_bytes(whole)  # the proctor puts the file right again, in its place
    _play(seat)
    seat.wait(lambda: _clip(seat).position_ms > 0)
    assert (_clip(seat).failure, _clip(seat).plays_used) == ("", 1)
    seat.wait(lambda: "is damaged or was changed" not in words_on(_panel(seat)))
    _finish(seat)


def test_a_bundle_cut_on_the_disk_during_the_sitting(cinema: Academy, take_seat: TakeSeat) -> None:
    [entry] = cinema.library.entries()
    admission_id = cinema.admit()
    seat = take_seat(cinema)
    _sit(seat, admission_id)
    with entry.path.open("r+b") as file:
        file.truncate(2_000)
    _play(seat)
    seat.wait(lambda: _clip(seat).failure != "")
    assert _clip(seat).failure.startswith("bundle.")
    assert _clip(seat).plays_used == 0
    seat.wait_for_words("Answers given so far are safe.")
    _finish(seat)


@pytest.mark.parametrize("name", SPOILT_FILMS)
def test_a_film_that_cannot_be_played(cinema: Academy, take_seat: TakeSeat, name: str) -> None:
    """Signed by a publisher whose tools looked at nothing: told in the panel, given back, and the script is there."""
    film = cinema.source / "media" / "arrival.webm"
    written = cinema.press(version=2, spoil=lambda: SPOILT_FILMS[name](film))
    cinema.take_in(written.path)
    admission_id = cinema.admit(version=2, content_key=written.content_key)
    seat = take_seat(cinema)
    _sit(seat, admission_id)
    _play(seat)
    seat.wait(lambda: _clip(seat).failure != "")
    code = _clip(seat).failure
    assert code in {"media.unplayable", "media.cut_short", "media.no_picture"}
    assert _clip(seat).plays_left == 2, "the play is given back"
    seat.wait_for_words("Use the written script of the clip and go on")
    assert "{" not in words_on(_panel(seat))
    _read_script(seat)
    _finish(seat, is_registered=False)


def test_a_film_that_cannot_be_played_costs_no_play_over_a_restart(cinema: Academy, take_seat: TakeSeat) -> None:
    film = cinema.source / "media" / "arrival.webm"
    written = cinema.press(version=2, spoil=lambda: SPOILT_FILMS["no film at all"](film))
    cinema.take_in(written.path)
    admission_id = cinema.admit(version=2, content_key=written.content_key)
    seat = take_seat(cinema)
    _sit(seat, admission_id)
    _play(seat)
    seat.wait(lambda: _clip(seat).failure != "")
    seat.host.close()
    seat.leave()
    cinema.restart()
    again = take_seat(cinema)
    again.sign_in(CANDIDATE, admission_id)
    at(again.host, CaseView, "arrival")
    again.wait(lambda: has(again.window, f"clip:{CLIP}"))
    assert _clip(again).plays_left == 2
    _play(again)
    again.wait_for_words("Use the written script of the clip and go on")
    _finish(again, is_registered=False)


def test_a_station_that_cannot_start_says_so_in_its_first_window(academy: Academy, qtbot: QtBot) -> None:
    """The rooms behind the sign-in are made after it is painted; what they refuse is told in it."""
    home = academy.workshop.home
    academy.station.close()
    records = home.outbox / "outbox.sqlite"
    records.unlink(missing_ok=True)
    records.mkdir()  # such as a backup program leaves

    def rooms() -> Rooms:
        academy.station = academy.workshop.station()
        raise AssertionError("it started")

    seen: list[str] = []

    def look() -> None:
        [window] = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, SignInWindow)]
        seen.append(words_on(window))
        window.close()

    QTimer.singleShot(700, look)
    assert run_candidate(rooms) == 0
    [shown] = seen
    assert explain("sync.outbox_unreadable", {}).next in shown
    records.rmdir()
    academy.station = academy.workshop.station()
