"""Signing in: refusals keep what was typed, and the next candidate finds nothing of the last."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.errors import WrongCandidateError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import Challenge
from pocus_desktop.admission.unlock_errors import WordsNeededError
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.sitting.moving.errors import BundleMissingError, NoStickError
from pocus_desktop.sitting.views import FarewellView, HandedInView, PausedView, View
from pocus_desktop.ui.candidate.code_sheet import CodeSheet
from pocus_desktop.ui.candidate.desk import AdmissionChoice, Link, MoveOffer, RoomCode, RoomLink
from pocus_desktop.ui.candidate.host import SittingHost
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.launch import show_sign_in
from tests.ui.conftest import host_of, named, settle
from tests.ui.gallery import CHROME, GalleryHost, in_comfort
from tests.ui.gallery_case import GalleryContent

CHOICES = (
    AdmissionChoice(admission_id="adm-1", title="Lower-extremity DVT", told="Assessment", is_resumable=True),
    AdmissionChoice(admission_id="adm-2", title="Lung", told="Practice"),
)


OFFER = MoveOffer(sitting="sit_1", title="Lower-extremity DVT", candidate_id="C-20417")


class Sticks:
    """A stick with one sitting that was moved here."""

    def __init__(self, refusal: PocusError | None = None) -> None:
        self.offered: tuple[MoveOffer, ...] = (OFFER,)
        self.refusal = refusal
        self.trouble: PocusError | None = None
        self.packed: list[str] = []

    def offers(self, language: str) -> Sequence[MoveOffer]:
        del language
        if self.trouble is not None:
            raise self.trouble
        return self.offered

    def pack_out(self, admission_id: str) -> None:
        self.packed.append(admission_id)
        if self.refusal is not None:
            raise self.refusal

    def take_in(self, offer: MoveOffer) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.offered = tuple(one for one in self.offered if one != offer)


class CounterDesk:
    """A desk that knows one candidate."""

    def __init__(self, choices: Sequence[AdmissionChoice], host: GalleryHost) -> None:
        self._choices = choices
        self._host = host
        self.asked: list[tuple[str, str, str]] = []
        self.codes: list[str] = []
        self.words: list[str] = []
        self.room_codes: list[RoomCode | None] = []
        self.now: Link = "none"
        self.room: RoomLink = "none"
        self.late: Explanation | None = None

    def choices(self, language: str) -> Sequence[AdmissionChoice]:
        del language
        return self._choices

    def set_choices(self, choices: Sequence[AdmissionChoice]) -> None:
        self._choices = choices

    def open(
        self,
        *,
        candidate_id: str,
        admission_id: str,
        language: str,
        code: str = "",
        words: str = "",
        room_code: RoomCode | None = None,
    ) -> SittingHost:
        self.asked.append((candidate_id, admission_id, language))
        self.codes.append(code)
        self.words.append(words)
        self.room_codes.append(room_code)
        if admission_id == "adm-embargoed" and not words:
            raise WordsNeededError(bundle="lung")
        if candidate_id != "C-20417":
            raise WrongCandidateError
        return self._host

    def waiting(self, language: str) -> Explanation | None:
        del language
        return self.late

    def link(self) -> Link:
        return self.now

    def room_link(self) -> RoomLink:
        return self.room


OpenShell: TypeAlias = Callable[..., tuple[CandidateShell, CounterDesk]]


@pytest.fixture
def open_shell(qtbot: QtBot, content: GalleryContent, tmp_path: Path) -> Iterator[OpenShell]:
    opened: list[CandidateShell] = []
    clock = ManualClock()

    def make(
        choices: Sequence[AdmissionChoice] = CHOICES, moves: Sticks | None = None
    ) -> tuple[CandidateShell, CounterDesk]:
        chrome = in_comfort(CHROME, theme="dark", text_percent=150)
        desk = CounterDesk(choices, GalleryHost(View(chrome=chrome, screen=FarewellView()), content))
        sign_in = show_sign_in()
        rooms = Rooms(
            desk=desk,
            clock=clock,
            make_player=lambda sink: FakePlayer(sink, clock=clock),
            check_engine=lambda: EngineFindings(error=None),
            folder=tmp_path,
            moves=moves,
        )
        shell = CandidateShell(sign_in, rooms)
        opened.append(shell)
        settle()
        return shell, desk

    yield make
    for shell in opened:
        if shell.window is not None:
            shell.window.close()
            shell.window.deleteLater()
        shell.sign_in.close()
        shell.sign_in.deleteLater()
    settle()


def told(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def press(window: QWidget, name: str) -> None:
    widget = named(window, name)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())
    settle()


def test_the_sitting_of_the_chosen_admission_is_opened(open_shell: OpenShell) -> None:
    shell, desk = open_shell()
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "admission:adm-2")
    press(shell.sign_in, "primary")
    assert desk.asked == [("C-20417", "adm-2", "en")]
    assert shell.window is not None
    assert shell.window.isVisible()
    assert not shell.sign_in.isVisible()


@pytest.mark.parametrize(("mode", "is_whole"), [(Mode.LIVE, True), (Mode.TRIAL, True), (Mode.DEMO, False)])
def test_a_sitting_that_counts_takes_the_whole_screen(open_shell: OpenShell, mode: Mode, is_whole: bool) -> None:
    shell, desk = open_shell()
    view = desk._host.view()
    desk._host.show(replace(view, chrome=replace(view.chrome, mode=mode)))
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert shell.window is not None
    assert shell.window.isFullScreen() is is_whole


def test_a_code_is_asked_for_where_the_admission_has_one(open_shell: OpenShell) -> None:
    shell, desk = open_shell((CHOICES[0], CHOICES[1]._replace(needs_code=True)))
    assert shell.sign_in.findChild(QWidget, "sign-in-code") is None
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "admission:adm-2")
    field = named(shell.sign_in, "sign-in-code")
    assert field.isVisible()
    press(shell.sign_in, "admission:adm-1")
    assert not field.isVisible()
    press(shell.sign_in, "admission:adm-2")
    assert field.isVisible()
    press(shell.sign_in, "primary")
    assert desk.asked == []
    assert "Your sign-in code is missing." in told(shell.sign_in)
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, " k7m-2qx ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert (desk.asked, desk.codes) == ([("C-20417", "adm-2", "en")], ["k7m-2qx"])


def test_the_words_for_the_day_are_asked_for_where_the_bundle_waits_for_them(open_shell: OpenShell) -> None:
    shell, desk = open_shell((AdmissionChoice(admission_id="adm-embargoed", title="Lung", told="Assessment"),))
    assert shell.sign_in.findChild(QWidget, "sign-in-words") is None
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert WordsNeededError(bundle="lung").explain().what in told(shell.sign_in)
    field = named(shell.sign_in, "sign-in-words")
    assert field.isVisible()
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, "boy forest lucky")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert desk.words == ["", "boy forest lucky"]
    assert shell.window is not None


def test_the_tab_key_goes_from_top_to_bottom_whatever_was_made_first(open_shell: OpenShell) -> None:
    shell, _desk = open_shell((CHOICES[0]._replace(needs_code=True), CHOICES[1]))
    shell.sign_in.offer_practice()
    shell.sign_in.refuse(Explanation(what="It waits.", next="Type the words."), needs_words=True)
    settle()
    field = named(shell.sign_in, "candidate-id")
    field.setFocus()
    met = []
    while (focused := QApplication.focusWidget()) is not None and focused.objectName() not in met:
        met.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    below = ["sign-in-code", "sign-in-words", "language:en", "language:es", "practise", "primary"]
    assert [name for name in met if name in ("candidate-id", "admission:adm-1", *below)] == [
        "candidate-id",
        "admission:adm-1",
        *below,
    ]


def test_enter_signs_in_to_what_is_to_be_resumed(open_shell: OpenShell) -> None:
    shell, desk = open_shell()
    assert "continue where it was left" in named(shell.sign_in, "admission:adm-1").accessibleName()
    field = named(shell.sign_in, "candidate-id")
    QTest.keyClicks(field, " C-20417 ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert desk.asked == [("C-20417", "adm-1", "en")]


def test_a_sitting_that_was_moved_here_is_offered_and_taken_in(open_shell: OpenShell) -> None:
    sticks = Sticks()
    shell, desk = open_shell((), sticks)
    assert "A sitting was moved here: Lower-extremity DVT, candidate C-20417." in told(shell.sign_in)
    desk.set_choices(CHOICES)
    press(shell.sign_in, "take-in:sit_1")
    assert "A sitting was moved here" not in told(shell.sign_in)
    assert "continue where it was left" in named(shell.sign_in, "admission:adm-1").accessibleName()
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert shell.window is not None


def test_a_sitting_that_cannot_be_taken_in_says_why_and_stays(open_shell: OpenShell) -> None:
    refusal = BundleMissingError(bundle="dvt", version=3)
    shell, _ = open_shell(CHOICES, Sticks(refusal))
    press(shell.sign_in, "take-in:sit_1")
    assert refusal.explain().what in told(shell.sign_in)
    assert "A sitting was moved here" in told(shell.sign_in)


def test_a_stick_that_is_dying_keeps_nobody_from_signing_in_or_leaving(open_shell: OpenShell) -> None:
    sticks = Sticks()
    shell, _ = open_shell(CHOICES, sticks)
    sticks.trouble = FileRefusedError(file="stick", reason="Input/output error")
    left: list[object] = []
    shell.left.connect(left.append)
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert shell.window is not None
    press(shell.window, "primary")
    settle()
    assert len(left) == 1
    assert shell.sign_in.isVisible()
    assert "A sitting was moved here" not in told(shell.sign_in)


def test_a_refusal_says_why_and_keeps_what_was_typed(open_shell: OpenShell) -> None:
    shell, _ = open_shell()
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-1")
    press(shell.sign_in, "primary")
    assert shell.window is None
    assert named(shell.sign_in, "refusal").isVisible()
    assert WrongCandidateError().explain().what in told(shell.sign_in)
    field = named(shell.sign_in, "candidate-id")
    assert isinstance(field, QLineEdit)
    assert field.text() == "C-1"


def test_without_an_id_nothing_is_opened_and_it_says_so(open_shell: OpenShell) -> None:
    shell, desk = open_shell()
    press(shell.sign_in, "primary")
    assert desk.asked == []
    assert "Your candidate ID is missing." in told(shell.sign_in)


def test_without_an_admission_it_says_where_to_get_one(open_shell: OpenShell) -> None:
    shell, _ = open_shell(())
    assert "There is no admission on this computer." in told(shell.sign_in)
    assert "USB" in told(shell.sign_in)


def test_the_language_can_be_changed_before_signing_in(open_shell: OpenShell) -> None:
    shell, desk = open_shell()
    press(shell.sign_in, "language:es")
    assert "Iniciar sesión" in told(shell.sign_in)
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert desk.asked[-1][2] == "es"


def test_another_language_keeps_what_was_typed(open_shell: OpenShell) -> None:
    shell, _ = open_shell()
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "language:es")
    field = named(shell.sign_in, "candidate-id")
    assert isinstance(field, QLineEdit)
    assert field.text() == "C-20417"


@pytest.mark.parametrize("typed", ["", "C-1"])
def test_a_refusal_is_told_to_screen_readers(
    open_shell: OpenShell, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    shell, _ = open_shell()
    spoken: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: spoken.append(event.message()))
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), typed)
    press(shell.sign_in, "primary")
    assert spoken == [named(shell.sign_in, "refusal").accessibleName()]


def test_the_next_candidate_finds_nothing_of_the_last(open_shell: OpenShell) -> None:
    shell, _ = open_shell()
    left: list[object] = []
    shell.left.connect(left.append)
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    (window,) = [window for window in [shell.window] if window is not None]
    press(window, "primary")
    settle()
    assert len(left) == 1
    assert shell.window is None
    assert shell.sign_in.isVisible()
    field = named(shell.sign_in, "candidate-id")
    assert isinstance(field, QLineEdit)
    assert field.text() == ""
    assert shell.sign_in.grab().toImage().pixelColor(640, 30).name() == "#ffffff"


def test_the_link_is_told_as_the_desk_tells_it(open_shell: OpenShell, qtbot: QtBot) -> None:
    shell, desk = open_shell()
    desk.now, desk.room = "online", "joined"
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert shell.window is not None
    assert "Online" in told(shell.window)
    assert "Room connected" in told(shell.window)
    desk.now = "offline"
    qtbot.waitUntil(lambda: shell.window is not None and "Offline" in told(shell.window), timeout=10_000)


def test_what_waits_to_be_sent_stands_where_one_signs_in_and_where_one_hands_in(open_shell: OpenShell) -> None:
    shell, desk = open_shell()
    assert shell.sign_in.findChild(QWidget, "waiting") is None
    desk.late = Explanation(what="Results that wait to be sent: 2.", next="They are sent by themselves.")
    shell._tell_link()
    banner = shell.sign_in.findChild(QWidget, "waiting")
    assert banner is not None
    assert banner.accessibleName() == "Results that wait to be sent: 2. They are sent by themselves."
    desk.late = None
    shell._tell_link()
    settle()
    assert shell.sign_in.findChild(QWidget, "waiting") is None


def test_what_waits_is_asked_again_as_soon_as_a_result_has_arrived(open_shell: OpenShell) -> None:
    shell, desk = open_shell()
    handed_in = HandedInView(
        sealed_path="/sealed",
        sealed_digest="3f" * 32,
        delivery="sending",
        delivery_told=Explanation("It goes.", "Wait."),
    )
    desk._host.shown = View(chrome=CHROME, screen=handed_in)
    desk.late = Explanation(what="Results that wait to be sent: 1.", next="They are sent by themselves.")
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "primary")
    assert shell.window is not None
    assert "wait to be sent: 1" in told(shell.window)
    desk.late, desk.now = None, "online"
    desk._host.show(View(chrome=CHROME, screen=replace(handed_in, delivery="received")))
    settle()
    assert "wait to be sent" not in told(shell.window), "it would contradict what stands above"
    assert "Online" in told(shell.window)


def test_the_proctor_lets_in_by_a_code_who_has_none_of_their_own(open_shell: OpenShell) -> None:
    challenge = Challenge(purpose="sign-in", number=1, admission_digest="ab" * 32)
    with_codes = AdmissionChoice(admission_id="adm-1", title="Lung", needs_code=True, challenge=challenge)
    shell, desk = open_shell((with_codes, AdmissionChoice(admission_id="adm-2", title="Leg")))
    button = named(shell.sign_in, "room-code")
    assert button.isVisible()
    press(shell.sign_in, "room-code")
    assert shell.sign_in.findChildren(CodeSheet) == []
    assert "ID" in told(shell.sign_in)  # who signs in is asked first
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "room-code")
    (sheet,) = shell.sign_in.findChildren(CodeSheet)
    assert named(sheet, "challenge").accessibleName() == " ".join(challenge.digits)
    QTest.keyClicks(named(sheet, "room-code"), "12345678")
    QTest.keyClicks(named(sheet, "room-start-code"), "4711")
    QTest.keyClick(named(sheet, "room-start-code"), Qt.Key.Key_Return)
    settle()
    assert desk.room_codes == [RoomCode(code="12345678", start_code="4711")]
    assert desk.codes == [""]
    assert shell.window is not None


def test_an_admission_without_codes_offers_none(open_shell: OpenShell) -> None:
    challenge = Challenge(purpose="sign-in", number=1, admission_digest="ab" * 32)
    shell, _ = open_shell(
        (
            AdmissionChoice(admission_id="adm-1", title="Lung", challenge=challenge),
            AdmissionChoice(admission_id="adm-2", title="Leg"),
        )
    )
    press(shell.sign_in, "admission:adm-2")
    assert not named(shell.sign_in, "room-code").isVisible()


def to_move(shell: CandidateShell) -> None:
    """Sign in, show that the sitting is paused for a move, and press the button."""
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-20417")
    press(shell.sign_in, "admission:adm-2")
    press(shell.sign_in, "primary")
    assert shell.window is not None
    reason = Explanation(what="This sitting is to go on at another station.", next="")
    paused = PausedView(reason=reason, can_resume=False, is_to_move=True)
    host_of(shell.window).show(View(chrome=CHROME, screen=paused))
    settle()
    press(shell.window, "primary")


def test_a_sitting_that_is_to_move_is_written_to_the_stick_from_its_own_window(open_shell: OpenShell) -> None:
    sticks = Sticks()
    shell, _ = open_shell(CHOICES, sticks)
    to_move(shell)
    assert sticks.packed == ["adm-2"]
    assert shell.window is None
    assert "The sitting is on the stick" in told(shell.sign_in)
    shell.sign_in.show_waiting(Explanation(what="A result waits.", next=""))
    assert "The sitting is on the stick" in told(shell.sign_in)  # until somebody signs in


def test_without_a_stick_the_sign_in_says_so_and_nothing_is_lost(open_shell: OpenShell) -> None:
    shell, _ = open_shell(CHOICES, Sticks(NoStickError()))
    to_move(shell)
    assert NoStickError().explain().what in told(shell.sign_in)
    assert "The sitting is on the stick" not in told(shell.sign_in)
