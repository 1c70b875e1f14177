"""The window of a sitting: going on, refusals, comfort, time, notices, media; told as a candidate lives it."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtCore import QBuffer, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QCloseEvent, QPalette, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPlainTextEdit, QSlider, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.media.errors import UnplayableError
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.media.player import PlayerState
from pocus_desktop.sitting.intents import (
    AcceptAgreement,
    Answer,
    AnswerSurvey,
    CallProctor,
    ConfirmIdentity,
    Flag,
    GoBack,
    GoNext,
    GoTo,
    HandIn,
    Intent,
    Leave,
    PassSystemCheck,
    Pause,
    PlayClip,
    ReportCine,
    ReportMedia,
    SetComfort,
)
from pocus_desktop.sitting.views import CaseView, ClipState, Notice, View
from pocus_desktop.ui.candidate.desk import RoomLink
from pocus_desktop.ui.candidate.screens.case import CaseScreen
from pocus_desktop.ui.candidate.screens.handed_in import HandedInScreen
from pocus_desktop.ui.candidate.stage.caption_band import CaptionBand
from pocus_desktop.ui.candidate.stage.cine_panel import CinePanel
from pocus_desktop.ui.candidate.stage.video_face import VideoFace
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.parts.phase_progress import PhaseProgress
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.contrast import ratio
from tests.ui.conftest import OpenWindow, host_of, named, settle
from tests.ui.gallery import GalleryHost, case, case_chrome, in_comfort, item_state, screens
from tests.ui.gallery_case import CARD, CINE, CLIP, GalleryContent

ALL = screens()


def press(window: QWidget, name: str) -> None:
    widget = named(window, name)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())
    settle()


def sheet_of(window: CandidateWindow) -> Sheet:
    (sheet,) = [sheet for sheet in window.findChildren(Sheet) if sheet.isVisible()]
    return sheet


def last(window: CandidateWindow) -> Intent:
    return host_of(window).intents[-1]


def told(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_going_on_names_the_step_that_is_left(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    press(window, "primary")
    assert last(window) == GoNext(step="femoral-view")


def test_ctrl_enter_goes_on_from_anywhere(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    QTest.keyClick(named(window, "field"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert last(window) == GoNext(step="femoral-view")


def test_what_was_typed_is_sent_before_the_step_is_left(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    QTest.keyClicks(named(window, "field"), "popliteal")
    press(window, "primary")
    answer, leave = host_of(window).intents[-2:]
    assert isinstance(answer, Answer)
    assert leave == GoNext(step="femoral-view")


def test_the_step_is_left_only_once_the_answer_is_on_disk(open_window: OpenWindow) -> None:
    screen = case(item_state("vein", 1))
    window = open_window(case_chrome(), screen)
    host = host_of(window)

    def slow(at: GalleryHost, intent: Intent) -> None:
        if isinstance(intent, Answer):
            at.shown = View(chrome=case_chrome(saved="saving"), screen=screen)

    host.answer = slow
    QTest.keyClicks(named(window, "field"), "p")
    press(window, "primary")
    assert not any(isinstance(intent, GoNext) for intent in host.intents)
    host.show(View(chrome=case_chrome(), screen=screen))
    settle()
    assert last(window) == GoNext(step="femoral-view")


def test_questions_without_an_answer_are_told_before_going_on(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 6), unanswered=(6,)))
    press(window, "primary")
    sheet = sheet_of(window)
    assert "Question 6 has no answer yet." in told(sheet)
    press(sheet, "stay")
    assert host_of(window).intents == []
    press(window, "primary")
    press(sheet_of(window), "go-on")
    assert last(window) == GoNext(is_confirmed=True, step="femoral-view")


def test_escape_is_the_way_back_from_every_question(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 6), unanswered=(6,)))
    press(window, "primary")
    QTest.keyClick(sheet_of(window), Qt.Key.Key_Escape)
    settle()
    assert host_of(window).intents == []
    assert QApplication.activeModalWidget() is None


def test_what_may_not_be_left_says_why(open_window: OpenWindow) -> None:
    why = Explanation(what="Start the recording first.", next="Press Play.")
    window = open_window(case_chrome(), case(stage=(CLIP,), next_refused=why))
    assert named(window, "primary").isEnabled()
    press(window, "primary")
    assert "Start the recording first." in told(sheet_of(window))
    assert "Press Play." in told(sheet_of(window))
    press(sheet_of(window), "stay")
    assert host_of(window).intents == []


def test_a_question_covers_its_words(open_window: OpenWindow) -> None:
    for percent in (100, 200):
        chrome = in_comfort(case_chrome(), text_percent=percent)
        window = open_window(chrome, case(item_state("vein", 6), unanswered=(6, 7, 8)))
        press(window, "primary")
        settle()
        sheet = sheet_of(window)
        for label in sheet.findChildren(QLabel):
            if label.text() and percent == 100:
                bottom = label.mapTo(sheet, QPoint(0, label.height())).y()
                assert bottom <= named(sheet, "stay").mapTo(sheet, QPoint(0, 0)).y()
        press(sheet, "stay")


def test_an_error_of_the_sitting_is_told_and_nothing_is_lost(open_window: OpenWindow) -> None:
    class RefusedError(PocusError):
        code = "sitting.too_late"
        blame = Blame.USER

    def refuse(_host: GalleryHost, _intent: Intent) -> None:
        raise RefusedError

    window = open_window(case_chrome(), case(item_state("vein", 1)))
    host_of(window).answer = refuse
    press(window, "primary")
    assert named(window, "notice:sitting.too_late").isVisible()


def test_flag_marks_the_question_that_has_the_focus(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1), item_state("compressible", 2)))
    named(window, "choice:no").setFocus()
    QTest.keyClick(window.screen_shown, Qt.Key.Key_F8)
    assert last(window) == Flag(item="compressible", is_flagged=True)


def test_back_and_the_jump_list_of_review(open_window: OpenWindow) -> None:
    jumps = (("arrival", "Arrival"), ("femoral-view", "Femoral view"))
    window = open_window(case_chrome(), case(item_state("vein", 1), can_go_back=True, jumps=jumps))
    press(window, "back")
    assert last(window) == GoBack()
    QTest.keyClick(named(window, "jump"), Qt.Key.Key_Up)
    assert last(window) == GoTo(step="arrival")


def test_the_proctor_is_called_with_a_note(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    QTest.keyClick(window.screen_shown, Qt.Key.Key_F9)
    settle()
    sheet = sheet_of(window)
    note = named(sheet, "note")
    assert isinstance(note, QPlainTextEdit)
    note.setPlainText("My headphones are broken")
    press(sheet, "call")
    assert last(window) == CallProctor(note="My headphones are broken")


def test_captions_are_a_key_away(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    QTest.keyClick(window.screen_shown, Qt.Key.Key_F3)
    wanted = last(window)
    assert isinstance(wanted, SetComfort)
    assert not wanted.captions


def test_the_script_is_a_key_away_and_gives_the_focus_back(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    QTest.keyClick(window.screen_shown, Qt.Key.Key_F2)
    panel = named(window, "script-panel")
    assert panel.isVisible()
    text = named(window, "script")
    assert "My left calf is swollen" in QAccessible.queryAccessibleInterface(text).text(QAccessible.Text.Value)
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert not panel.isVisible()


@pytest.mark.parametrize(
    ("key", "down", "expected"),
    [
        pytest.param(Qt.Key.Key_F4, 1, ("text_percent", 125), id="text size"),
        pytest.param(Qt.Key.Key_F5, 2, ("theme", "high-contrast"), id="contrast"),
    ],
)
def test_text_size_and_contrast_are_menus(
    open_window: OpenWindow, key: Qt.Key, down: int, expected: tuple[str, object]
) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    QTest.keyClick(window.screen_shown, key)
    settle()
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.isVisible()]
    for _ in range(down):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle()
    wanted = last(window)
    assert isinstance(wanted, SetComfort)
    assert getattr(wanted, expected[0]) == expected[1]


def test_larger_text_keeps_the_place_of_the_focus(open_window: OpenWindow) -> None:
    screen = case(item_state("compressible", 1), item_state("vein", 2))
    window = open_window(case_chrome(), screen)
    before = window.screen_shown
    named(window, "choice:no").setFocus()
    host_of(window).show(View(chrome=in_comfort(case_chrome(), text_percent=150), screen=screen))
    settle()
    assert window.screen_shown is not before
    ring = next(ring for ring in window.findChildren(FocusRing))
    assert ring.target is not None
    assert ring.target.objectName() == "choice:no"


def test_another_theme_keeps_the_screen(open_window: OpenWindow) -> None:
    screen = case(item_state("vein", 1))
    window = open_window(case_chrome(), screen)
    before = window.screen_shown
    host_of(window).show(View(chrome=in_comfort(case_chrome(), theme="dark"), screen=screen))
    settle()
    assert window.screen_shown is before


def test_a_new_visit_of_the_same_step_is_a_new_screen(open_window: OpenWindow) -> None:
    screen = case(item_state("vein", 1))
    window = open_window(case_chrome(), screen)
    before = window.screen_shown
    host_of(window).show(View(chrome=case_chrome(), screen=replace(screen, visit=2)))
    settle()
    assert window.screen_shown is not before


def test_time_counts_on_between_views_and_stands_still_in_a_pause(open_window: OpenWindow, clock: ManualClock) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    bar = window.top_bar
    assert bar.time.left_ms == 71_000
    clock.advance(ms=11_000)
    bar.time.refresh()
    assert bar.time.left_ms == 60_000
    assert "1:00" in told(bar)
    paused = tuple(replace(time, is_running=False) for time in case_chrome().times)
    host_of(window).show(View(chrome=case_chrome(times=paused), screen=case(item_state("vein", 1))))
    settle()
    clock.advance(ms=60_000)
    bar.time.refresh()
    assert bar.time.left_ms == 71_000


def test_hidden_time_shows_no_figures_and_can_be_shown_again(open_window: OpenWindow) -> None:
    window = open_window(in_comfort(case_chrome(), is_clock_hidden=True), case(item_state("vein", 1)))
    assert "1:11" not in told(window.top_bar)
    assert "Time hidden" in told(window.top_bar)
    press(window, "hide-time")
    wanted = last(window)
    assert isinstance(wanted, SetComfort)
    assert not wanted.is_clock_hidden


def test_a_warning_is_shown_and_spoken_once(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = case(item_state("vein", 1))
    window = open_window(case_chrome(), screen)
    spoken: list[str] = []
    monkeypatch.setattr(
        QAccessible,
        "updateAccessibility",
        lambda event: spoken.append(event.message()),
    )
    warning = Notice(
        kind="warning",
        told=Explanation(what="5 minutes left for the case.", next="Go on."),
        code="sitting.minutes_left_5",
    )
    for _ in range(2):
        host_of(window).show(View(chrome=case_chrome(notices=(warning,)), screen=screen))
        settle()
    assert spoken == ["5 minutes left for the case. Go on."]
    press(window, "dismiss")
    assert not named(window, "notices").isVisible()
    host_of(window).show(View(chrome=case_chrome(notices=(warning,)), screen=screen))
    settle()
    assert not named(window, "notices").isVisible()


@pytest.mark.parametrize(("saved", "words"), [("saved", "Saved"), ("saving", "Saving"), ("failed", "Not saved")])
def test_saved_says_what_is_so(open_window: OpenWindow, saved: str, words: str) -> None:
    window = open_window(case_chrome(saved=saved), case(item_state("vein", 1)))
    assert words in told(window.top_bar)


def test_a_pause_is_the_candidates_only_where_the_mode_lets_them(open_window: OpenWindow) -> None:
    live = open_window(case_chrome(), case(item_state("vein", 1)))
    assert not named(live, "pause").isVisible()
    practice = open_window(case_chrome(mode=Mode.PRACTICE), case(item_state("vein", 1)))
    press(practice, "pause")
    assert last(practice) == Pause(reason="break")


def test_a_link_is_shown_where_one_is_wanted(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    assert "line" not in told(window.top_bar)
    window.show_link("offline")
    assert "Offline" in told(window.top_bar)
    window.show_link("online")
    assert "Online" in told(window.top_bar)


def test_the_proctors_room_is_shown_where_there_is_one(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    assert "Room" not in told(window.top_bar)
    shown: list[tuple[RoomLink, str]] = [
        ("offline", "Room offline"),
        ("asking", "Room asked"),
        ("joined", "Room connected"),
    ]
    for room, words in shown:
        window.show_room(room)
        assert words in told(window.top_bar)


def playing(clip: ClipState) -> ClipState:
    return replace(clip, plays_used=clip.plays_used + 1, plays_left=(clip.plays_left or 1) - 1, is_started=True)


def test_a_play_is_counted_before_the_player_starts(open_window: OpenWindow, qtbot: QtBot, clock: ManualClock) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    host = host_of(window)
    press(window, "play")
    assert host.intents == [PlayClip(clip="arrival")]
    assert window.media.playing("arrival").state is PlayerState.EMPTY
    assert window.media.playing("arrival").is_waiting
    host.show(View(chrome=case_chrome(), screen=case(stage=(playing(CLIP),))))
    qtbot.waitUntil(lambda: window.media.playing("arrival").state is PlayerState.PLAYING)
    clock.advance(ms=1_500)
    qtbot.waitUntil(lambda: any(isinstance(i, ReportMedia) and i.what == "position" for i in host.intents))
    band = next(band for band in window.findChildren(CaptionBand))
    qtbot.waitUntil(lambda: "Good morning, Ms Ortega" in band.text)
    assert band.text.startswith("Dr Ruiz: ")
    press(window, "play")
    qtbot.waitUntil(lambda: any(isinstance(i, ReportMedia) and i.what == "paused" for i in host.intents))
    press(window, "play")
    qtbot.waitUntil(lambda: any(isinstance(i, ReportMedia) and i.what == "resumed" for i in host.intents))
    assert sum(isinstance(intent, PlayClip) for intent in host.intents) == 1


def test_a_click_on_the_picture_plays_too(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    (face,) = window.findChildren(VideoFace)
    QTest.mouseClick(face, Qt.MouseButton.LeftButton)
    assert host_of(window).intents == [PlayClip(clip="arrival")]


def test_a_refused_play_starts_nothing(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    press(window, "play")
    refusal = Notice(kind="refused", told=Explanation(what="No plays left.", next="Read the script."), code="x.y")
    host_of(window).show(View(chrome=case_chrome(notices=(refusal,)), screen=case(stage=(CLIP,))))
    settle()
    assert not window.media.playing("arrival").is_waiting
    assert window.media.playing("arrival").state is PlayerState.EMPTY


def test_an_interrupted_play_goes_on_without_being_counted_again(open_window: OpenWindow, qtbot: QtBot) -> None:
    left = replace(playing(CLIP), position_ms=4_200)
    window = open_window(case_chrome(), case(stage=(left,)))
    press(window, "play")
    qtbot.waitUntil(lambda: window.media.playing("arrival").state is PlayerState.PLAYING)
    assert window.media.playing("arrival").position_ms >= 4_200
    qtbot.waitUntil(lambda: any(isinstance(i, ReportMedia) and i.what == "resumed" for i in host_of(window).intents))
    assert not any(isinstance(intent, PlayClip) for intent in host_of(window).intents)


def test_no_plays_left_is_told_with_what_still_helps(open_window: OpenWindow) -> None:
    spent = replace(CLIP, plays_used=2, plays_left=0, is_started=True, is_ended=True)
    window = open_window(case_chrome(), case(stage=(spent,)))
    press(window, "play")
    assert host_of(window).intents == []
    assert "may not be played again" in told(window)
    assert "script stays available" in told(window)


@pytest.mark.parametrize(
    ("seek", "is_started", "reason"),
    [
        pytest.param("none", False, "cannot be wound", id="never"),
        pytest.param("free", False, "Play the recording first", id="not before it plays"),
        pytest.param("back", True, "only be wound back", id="back only"),
    ],
)
def test_winding_that_is_refused_says_why(
    open_window: OpenWindow, qtbot: QtBot, seek: Literal["free", "back", "none"], is_started: bool, reason: str
) -> None:
    clip = replace(CLIP, clip=CLIP.clip.model_copy(update={"seek": seek}))
    window = open_window(case_chrome(), case(stage=(clip,)))
    if is_started:
        window.media.ask_play(clip.key)
        window.media.follow(
            View(chrome=case_chrome(), screen=case(stage=(replace(clip, plays_used=1, is_started=True),)))
        )
        qtbot.waitUntil(lambda: window.media.playing(clip.key).state is PlayerState.PLAYING)
    slider = named(window, "seek")
    assert slider.isEnabled()
    QTest.keyClick(slider, Qt.Key.Key_PageUp)
    settle()
    assert reason in told(window)
    assert isinstance(slider, QSlider)
    assert slider.value() < 1_000


def test_a_silent_clip_can_have_its_picture_back(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    silent = replace(window.media.playing(CLIP.key), state=PlayerState.PLAYING, is_silent=True)
    monkeypatch.setattr(window.media, "playing", lambda _key: silent)
    window.media.changed.emit(CLIP.key)
    settle()
    assert "The sound reaches no device." in told(window)
    press(window.screen_shown, "dismiss")
    window.media.changed.emit(CLIP.key)
    settle()
    assert "The sound reaches no device." not in told(window)


def test_a_clip_that_cannot_be_played_says_why_and_is_told(
    open_window: OpenWindow, qtbot: QtBot, content: GalleryContent
) -> None:
    kept = content.members["media/arrival.mp4"]
    content.members["media/arrival.mp4"] = b"not a video"
    try:
        window = open_window(case_chrome(), case(stage=(CLIP,)))
        press(window, "play")
        host_of(window).show(View(chrome=case_chrome(), screen=case(stage=(playing(CLIP),))))
        qtbot.waitUntil(lambda: any(isinstance(i, ReportMedia) and i.what == "failed" for i in host_of(window).intents))
    finally:
        content.members["media/arrival.mp4"] = kept
    settle()
    failed = next(i for i in host_of(window).intents if isinstance(i, ReportMedia) and i.what == "failed")
    assert failed.reason == "media.unplayable"
    assert UnplayableError().explain().what in told(window)


def test_leaving_the_step_stops_the_clip_and_tells_where(
    open_window: OpenWindow, qtbot: QtBot, clock: ManualClock
) -> None:
    window = open_window(case_chrome(), case(stage=(CLIP,)))
    press(window, "play")
    host_of(window).show(View(chrome=case_chrome(), screen=case(stage=(playing(CLIP),))))
    qtbot.waitUntil(lambda: window.media.playing("arrival").state is PlayerState.PLAYING)
    clock.advance(ms=700)
    settle()
    host_of(window).show(View(chrome=case_chrome(), screen=case(item_state("vein", 1), step="next-step")))
    qtbot.waitUntil(lambda: any(isinstance(i, ReportMedia) and i.what == "paused" for i in host_of(window).intents))
    assert window.media.playing("arrival").state is PlayerState.EMPTY


def test_the_frame_a_cine_was_left_on_is_told(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(case_chrome(), case(stage=(CINE,)))
    press(window, "step-on")
    press(window, "step-on")
    scrub = named(window, "scrub")
    assert isinstance(scrub, QSlider)
    assert scrub.value() == 5
    qtbot.waitUntil(lambda: ReportCine(cine="cfv", frame=5) in host_of(window).intents)


def test_large_text_puts_the_stage_above_the_questions(open_window: OpenWindow) -> None:
    screen = case(item_state("compressible", 1), stage=(CINE,))
    wide = open_window(case_chrome(), screen)
    assert isinstance(wide.screen_shown, CaseScreen)
    stage, question = named(wide, "picture"), named(wide, "item:compressible")
    assert stage.mapTo(wide, QPoint(0, 0)).x() < question.mapTo(wide, QPoint(0, 0)).x() - 200
    large = open_window(in_comfort(case_chrome(), text_percent=200), screen)
    stage, question = named(large, "picture"), named(large, "item:compressible")
    assert stage.mapTo(large, QPoint(0, 0)).y() < question.mapTo(large, QPoint(0, 0)).y() - 200


def test_the_system_check_reports_what_is_not_in_order(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(*ALL["02-system-check"])
    qtbot.waitUntil(lambda: "One screen" in told(window) or "The screen is small" in told(window))
    press(window, "sound-not-heard")
    assert "You do not hear the test sound." in told(window)
    press(window, "primary")
    passed = last(window)
    assert isinstance(passed, PassSystemCheck)
    assert "sound_not_heard" in passed.findings


def test_without_the_tick_the_agreement_says_what_is_missing(open_window: OpenWindow) -> None:
    window = open_window(*ALL["03-agreement"])
    press(window, "primary")
    assert named(window, "missing").isVisible()
    assert host_of(window).intents == []
    QTest.keyClick(named(window, "accept"), Qt.Key.Key_Space)
    press(window, "primary")
    assert last(window) == AcceptAgreement(version="1")


def test_the_start_code_goes_with_the_identity(open_window: OpenWindow) -> None:
    window = open_window(*ALL["01-identity"])
    QTest.keyClicks(named(window, "start-code"), "4711")
    QTest.keyClick(named(window, "start-code"), Qt.Key.Key_Return)
    assert last(window) == ConfirmIdentity(start_code="4711")


def test_hand_in_asks_and_names_what_is_missing(open_window: OpenWindow) -> None:
    window = open_window(*ALL["20-review"])
    press(window, "primary")
    assert "Question 6 has no answer." in told(sheet_of(window))
    press(sheet_of(window), "stay")
    assert host_of(window).intents == []
    press(window, "primary")
    press(sheet_of(window), "hand-in")
    assert last(window) == HandIn(is_confirmed=True)


def test_review_goes_back_only_to_what_is_open(open_window: OpenWindow) -> None:
    window = open_window(*ALL["20-review"])
    assert [w.objectName() for w in window.findChildren(QWidget) if w.objectName().startswith("return:")] == [
        "return:compressible",
        "return:diameter",
    ]
    press(window, "return:compressible")
    assert last(window) == GoTo(step="femoral-view")


def test_the_receipt_leads_on_and_its_code_can_be_scanned(open_window: OpenWindow) -> None:
    window = open_window(*ALL["31-receipt"])
    assert isinstance(window.screen_shown, HandedInScreen)
    code = named(window, "qr")
    image = code.grab().toImage()
    assert image.pixelColor(1, 1).name() == "#ffffff"
    dark = sum(image.pixelColor(x, y).lightness() < 128 for x in range(0, image.width(), 3) for y in range(0, 90, 3))
    assert dark > 100
    press(window, "primary")
    assert last(window) == GoNext()


def test_the_survey_sends_what_was_chosen(open_window: OpenWindow) -> None:
    window = open_window(*ALL["32-survey"])
    press(window, "media:good")
    press(window, "primary")
    assert last(window) == AnswerSurvey(answers=(("media", "good"),))


def test_a_screen_of_a_case_is_rendered_from_its_view_alone(open_window: OpenWindow) -> None:
    window = open_window(*ALL["18-case-feedback"])
    view = window.view.screen
    assert isinstance(view, CaseView)
    assert "Partly correct" in told(window)
    assert "Practice" in told(window.top_bar)


@pytest.mark.parametrize(("is_reduced", "frame", "plays"), [(False, 0, True), (True, 0, False), (False, 3, False)])
def test_a_loop_begins_by_itself_only_where_nothing_speaks_against_it(
    open_window: OpenWindow, is_reduced: bool, frame: int, plays: bool
) -> None:
    chrome = in_comfort(case_chrome(), is_reduced_motion=is_reduced)
    window = open_window(chrome, case(stage=(replace(CINE, frame=frame),)))
    (panel,) = window.findChildren(CinePanel)
    assert panel.playback is not None
    assert panel.playback.is_playing is plays


def test_a_loop_that_is_not_in_front_stands_still(open_window: OpenWindow) -> None:
    chrome = in_comfort(case_chrome(), is_reduced_motion=False)
    window = open_window(chrome, case(stage=(CARD, replace(CINE, frame=0))))
    (panel,) = window.findChildren(CinePanel)

    def is_playing() -> bool:
        return panel.playback is not None and panel.playback.is_playing

    seen = [is_playing()]
    for tab in ("tab:cfv", "tab:patient"):
        press(window, tab)
        seen.append(is_playing())
    assert seen == [False, True, False]


@pytest.mark.parametrize("name", ["12-case-cine", "20-review", "03-agreement"])
def test_a_question_first_stands_on_the_way_back(open_window: OpenWindow, name: str) -> None:
    window = open_window(*ALL[name])
    press(window, "decline" if name == "03-agreement" else "primary")
    focused = sheet_of(window).focusWidget()
    assert focused is not None
    assert focused.objectName() in ("stay", "keep")


def test_the_ring_around_a_note_is_seen_whole(open_window: OpenWindow) -> None:
    window = open_window(*ALL["12-case-cine"])
    press(window, "action:call_proctor")
    sheet = sheet_of(window)
    settle()
    note = named(sheet, "note")
    (ring,) = sheet.findChildren(FocusRing)
    assert ring.target is note
    assert ring.geometry().contains(QRect(note.mapTo(sheet, QPoint(0, 0)), note.size()).adjusted(-2, -2, 2, 2))


def test_an_agreement_is_read_from_its_beginning(open_window: OpenWindow) -> None:
    chrome, screen = ALL["03-agreement"]
    window = open_window(in_comfort(chrome, text_percent=200), screen)
    assert window.screen_shown.findChildren(ScrollColumn)[0].verticalScrollBar().value() == 0


def test_the_focus_begins_at_the_answer_that_was_given(open_window: OpenWindow) -> None:
    window = open_window(*ALL["12-case-cine"])
    focused = window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "choice:no"


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_hints_in_empty_fields_can_be_read(open_window: OpenWindow, theme: str) -> None:
    chrome, screen = case_chrome(), case(item_state("diameter", 1), item_state("plan", 2))
    window = open_window(in_comfort(chrome, theme=theme), screen)
    for field in window.screen_shown.findChildren(QLineEdit):
        hint = field.palette().color(QPalette.ColorRole.PlaceholderText)
        assert hint.alpha() == 255
        assert ratio(hint.name(), look.current().colour("surface").name()) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_parts_passed_are_full_and_parts_to_come_are_hollow(open_window: OpenWindow, theme: str) -> None:
    chrome, screen = case_chrome(), case(item_state("vein", 1))
    window = open_window(in_comfort(chrome, theme=theme), screen)
    bar = window.top_bar.findChildren(PhaseProgress)[0]
    image = window.top_bar.grab().toImage()

    def middle_of(part: int) -> str:
        place = bar.mapTo(window.top_bar, QPoint(bar.width() * (2 * part + 1) // 14, bar.height() // 2))
        return image.pixelColor(place).name()

    accent, surface = look.current().colour("accent").name(), look.current().colour("surface").name()
    assert [middle_of(part) for part in (0, 3, 4, 5, 6)] == [accent, accent, accent, surface, surface]


def test_a_new_step_is_announced_once(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    spoken: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: spoken.append(event.message()))
    there = View(chrome=case_chrome(step_title="Popliteal view"), screen=case(item_state("risks", 2), step="popliteal"))
    for _ in range(2):
        host_of(window).show(there)
        settle()
    assert spoken == ["Popliteal view"]
    host_of(window).show(View(chrome=in_comfort(there.chrome, text_percent=150), screen=there.screen))
    settle()
    assert spoken == ["Popliteal view"]


@pytest.mark.parametrize("percent", [100, 200])
def test_what_the_agreement_misses_is_said_and_seen(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, percent: int
) -> None:
    chrome, screen = ALL["03-agreement"]
    window = open_window(in_comfort(chrome, text_percent=percent), screen)
    spoken: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: spoken.append(event.message()))
    press(window, "primary")
    settle()
    assert spoken == [named(window, "missing").accessibleName()]
    box = named(window, "accept")
    assert window.focusWidget() is box
    assert box.visibleRegion().boundingRect() == box.rect()


def test_a_view_that_comes_after_the_window_is_gone_harms_nothing(clock: ManualClock) -> None:
    host = GalleryHost(View(chrome=case_chrome(), screen=case(item_state("vein", 1))), GalleryContent())
    window = CandidateWindow(
        host,
        clock=clock,
        make_player=lambda sink: FakePlayer(sink, clock=clock),
        check_engine=lambda: EngineFindings(error=None),
        folder=Path(),
    )
    window.close()
    window.deleteLater()
    settle()
    assert not isValid(window)
    host.show(host.view())


def test_the_proctor_sees_the_photo_beside_the_name(open_window: OpenWindow) -> None:
    chrome, screen = ALL["01-identity"]
    window = open_window(chrome, screen)
    assert window.findChild(QLabel, "portrait") is None
    picture = QPixmap(60, 80)
    picture.fill(Qt.GlobalColor.darkCyan)
    data = QBuffer()
    picture.save(data, "PNG")
    host_of(window).photo = bytes(data.data().data())
    host_of(window).show(View(chrome=in_comfort(chrome, language="es"), screen=screen))
    settle()
    portrait = window.findChild(QLabel, "portrait")
    assert portrait is not None
    assert portrait.isVisible()
    assert portrait.pixmap().height() == 120
    assert portrait.accessibleName()


def test_a_view_that_waited_in_the_queue_does_not_undo_a_later_click(open_window: OpenWindow) -> None:
    """Settled when it was made, yet older than what was clicked while it waited: a click must not be lost to it."""
    state = replace(item_state("risks", 1), response=None)
    window = open_window(case_chrome(), case(state))
    host = host_of(window)
    first, second = "flight", "pill"
    press(window, f"choice:{first}")
    answered = replace(state, response=ChoiceResponse(choices=(first,)))
    host.shown = View(chrome=replace(case_chrome(), saved="saving"), screen=case(answered))
    press(window, f"choice:{second}")
    for callback in host.callbacks:
        callback(View(chrome=case_chrome(), screen=case(answered)))
    settle()
    press(window, f"choice:{first}")  # takes the first back; the second is still chosen
    told_last = last(window)
    assert isinstance(told_last, Answer)
    assert told_last.response == ChoiceResponse(choices=(second,))


class FromTheTitleBar(QCloseEvent):
    """As the window system sends it."""

    def spontaneous(self) -> bool:
        return True


def test_who_closes_the_window_leaves_and_a_program_that_closes_it_does_not(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    window.close()
    assert Leave() not in host_of(window).intents
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    window.closeEvent(FromTheTitleBar())
    assert host_of(window).intents[-1] == Leave()


def test_a_machine_that_shuts_down_is_no_one_who_leaves(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QApplication, "isSavingSession", lambda _application: True)
    window = open_window(case_chrome(), case(item_state("vein", 1)))
    window.closeEvent(FromTheTitleBar())
    assert Leave() not in host_of(window).intents
