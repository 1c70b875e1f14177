"""The window of an appeal: walked, searched and zoomed; it shows what was, and takes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.media.player import PlayerState
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.views import CaseView
from pocus_desktop.ui.appeals.transport_bar import typed_place
from pocus_desktop.ui.appeals.window import AppealWindow
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.tokens import THEMES
from pocus_desktop.ui.words import Words
from tests.appeals.eventful import HOSTILE, after_years, eventful, with_grant
from tests.appeals.sealed import appeal_of
from tests.sitting.world import World
from tests.ui.conftest import settle
from tests.ui.gallery_case import GalleryContent

Open: TypeAlias = Callable[..., AppealWindow]


@pytest.fixture
def open_appeal(qtbot: QtBot, world: World) -> Iterator[Open]:
    """Opens windows on the eventful sitting, and closes them."""
    opened: list[AppealWindow] = []

    def make(
        *,
        has_bundle: bool = True,
        is_blind: bool = False,
        language: str = "en",
        lived: Callable[[Sitting], tuple[Recorded, ...]] = with_grant,
    ) -> AppealWindow:
        found: Appeal = appeal_of(world, lived(eventful(world)), has_bundle=has_bundle)
        window = AppealWindow(
            found,
            content=None,
            make_player=lambda sink: FakePlayer(sink, clock=ManualClock()),
            words=Words(language),
            is_blind=is_blind,
        )
        window.resize(1600, 1000)
        opened.append(window)
        with qtbot.waitExposed(window):
            window.show()
        settle()
        return window

    yield make
    for window in opened:
        window.close()
        window.deleteLater()
    settle()


def answered(sitting: Sitting, text: str) -> tuple[Recorded, ...]:
    """The history, and a letter to the doctor after it."""
    last, event = sitting.recorded[-1], events.Answered(item="letter", response=ExtendedTextResponse(text=text))
    return (*sitting.recorded, replace(last, seq=last.seq + 1, event=event))


def fact(window: AppealWindow, key: str) -> str:
    """What the panel tells."""
    label = window.panel.findChild(QLabel, f"fact:{key}")
    assert label is not None
    return label.text()


def test_a_moment_is_shown_by_the_screens_of_the_candidate(open_appeal: Open) -> None:
    window = open_appeal()
    answer = next(one for one in window._appeal.timeline.answers if one.item == "risk-factors" and one.is_final)
    window.walker.go(answer.at.elapsed_ms, seq=answer.at.seq)
    settle()
    inside = window.face.candidate_window
    assert inside is not None
    screen = inside.view.screen
    assert isinstance(screen, CaseView)
    assert screen.step == "risk"
    assert screen.items[0].response == answer.response
    assert fact(window, "exam") == "0:56.0"
    assert "A swollen calf: 24:04.0 left" in fact(window, "limits")


def test_the_screen_takes_nothing_and_says_so(open_appeal: Open) -> None:
    window = open_appeal()
    window.walker.go(50_000)
    settle()
    inside = window.face.candidate_window
    assert inside is not None
    before = inside.view
    choice = next(
        one for one in inside.findChildren(QAbstractButton) if one.text() == "Sport" or "Sport" in one.accessibleName()
    )
    choice.click()
    settle()
    assert inside.view == before
    assert not choice.isChecked()
    assert any("Nothing can be changed" in label.text() for label in window.findChildren(QLabel))


def test_markup_in_an_answer_is_shown_and_never_obeyed(open_appeal: Open) -> None:
    window = open_appeal(lived=lambda sitting: answered(sitting, HOSTILE))
    table = window.events.table
    model, last = table.model(), table.model().columnCount() - 1
    cells = [model.index(row, last) for row in range(model.rowCount())]
    (cell,) = [one for one in cells if "<b>bold</b>" in one.data()]
    tip = QTextDocument()
    tip.setHtml(cell.data(Qt.ItemDataRole.ToolTipRole))
    assert tip.toPlainText() == cell.data()
    window.walker.go(window.events.stops[cell.row()].at.elapsed_ms, seq=window.events.stops[cell.row()].at.seq)
    settle()
    told = [label for label in window.findChildren(QLabel) if label.text()]
    assert [label.text() for label in told if label.textFormat() is not Qt.TextFormat.PlainText] == []


def test_walking_goes_from_event_to_event_and_from_answer_to_answer(open_appeal: Open) -> None:
    window = open_appeal()
    tracks, first = window.tracks, window._appeal.timeline.answers[0].at.seq
    alt, with_shift = (
        Qt.KeyboardModifier.AltModifier,
        Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    tracks.setFocus()
    seen = [window.walker.seq]
    for _ in range(8):
        QTest.keyClick(tracks, Qt.Key.Key_Right, alt)
        seen.append(window.walker.seq)
    assert seen == sorted(set(seen))
    QTest.keyClick(tracks, Qt.Key.Key_Right, with_shift)
    assert window.walker.seq == first
    QTest.keyClick(tracks, Qt.Key.Key_Left, alt)
    assert window.walker.seq < first
    QTest.keyClick(tracks, Qt.Key.Key_Left, with_shift)
    assert any(label.text() == "There is none further." for label in window.findChildren(QLabel))


def test_it_goes_on_by_itself_at_a_pace_and_stays_at_the_end(open_appeal: Open) -> None:
    window = open_appeal()
    window.bar.pace.setCurrentIndex(4)
    window.bar.play.click()
    assert window.walker.is_playing
    window.walker.advance(1_000)
    assert window.walker.elapsed_ms >= 16_000
    window.walker.go(window.walker.elapsed_ms + 10**9)
    window.walker.advance(1)
    assert not window.walker.is_playing


def test_a_clip_stands_where_it_was(open_appeal: Open, qtbot: QtBot, content: GalleryContent) -> None:
    window = open_appeal()
    face = window.face
    face._content = content
    window.walker.go(11_000)
    settle()
    assert face.candidate_window is not None
    assert "stalled" in fact(window, "playing")
    assert "0:04.0" in fact(window, "playing")
    window.walker.go(27_000)
    settle()
    assert "0:10.0, playing" in fact(window, "playing")


def test_where_the_program_did_not_run_no_screen_is_made_up(open_appeal: Open) -> None:
    window = open_appeal()
    window.walker.go(4 * 3_600_000)
    assert window.face.told == "The program did not run"
    assert fact(window, "clock") == "The program did not run: the computer was started anew"
    assert fact(window, "limits") == "-"


def test_without_the_bundle_the_facts_are_there_and_no_screen(open_appeal: Open) -> None:
    window = open_appeal(has_bundle=False)
    window.walker.go(50_000)
    assert window.face.told == "The bundle is not at hand"
    assert len(window.events.stops) > 20
    assert any("ids stand where titles would" in label.text() for label in window.findChildren(QLabel))


def test_a_blind_review_names_nobody(open_appeal: Open) -> None:
    window = open_appeal(is_blind=True)
    window.walker.go(50_000)
    settle()
    texts = [widget.text() for widget in window.findChildren(QLabel)]
    texts += [widget.accessibleName() for widget in window.findChildren(QWidget)]
    assert [text for text in texts if "Ana Roe" in text or "C-17" in text] == []


def test_events_are_searched_and_narrowed(open_appeal: Open) -> None:
    window = open_appeal()
    window.events.search.setText("stall")
    assert {one.mark.kind for one in window.events.stops} == {"media-reported"}
    window.events.search.setText("")
    window.events.kind.setCurrentIndex(1)
    assert len(window.events.stops) == 6
    window.events.kind.setCurrentIndex(4)
    assert all(one.mark.is_refused for one in window.events.stops)
    window.events.table.selectRow(1)
    assert window.walker.seq == window.events.stops[1].at.seq


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1:23", ("time", 83_000)),
        ("1:02:03.5", ("time", 3_723_500)),
        (" #45 ", ("entry", 45)),
        ("0:00", ("time", 0)),
        ("12", None),
        ("abc", None),
        ("1:2:3:4", None),
        ("", None),
    ],
)
def test_what_is_typed_is_a_time_or_an_entry(text: str, place: tuple[str, int] | None) -> None:
    assert typed_place(text) == place


def test_a_typed_place_is_gone_to_and_nonsense_is_told(open_appeal: Open) -> None:
    window = open_appeal()
    typed = window.bar.typed
    for text, elapsed_ms in (("0:50", 50_000), ("#21", 52_000)):
        typed.setText(text)
        QTest.keyClick(typed, Qt.Key.Key_Return)
        assert window.walker.elapsed_ms == elapsed_ms
    window.bar.axis.setCurrentIndex(1)
    typed.setText("1:10")
    QTest.keyClick(typed, Qt.Key.Key_Return)
    assert fact(window, "exam") == "1:10.0"
    assert window.walker.elapsed_ms == 116_000, "46 s of it stood still"
    typed.setText("noon")
    QTest.keyClick(typed, Qt.Key.Key_Return)
    assert any("Type a time such as" in label.text() for label in window.findChildren(QLabel))
    typed.setText("#9999")
    QTest.keyClick(typed, Qt.Key.Key_Return)
    assert any("There is no entry 9999." in label.text() for label in window.findChildren(QLabel))


def test_the_timeline_is_zoomed_and_walked_by_keyboard(open_appeal: Open) -> None:
    window = open_appeal()
    tracks = window.tracks
    tracks.setFocus()
    whole = tracks.stretch
    for _ in range(30):
        QTest.keyClick(tracks, Qt.Key.Key_Plus)
    closest = tracks.stretch
    assert closest.to_ms - closest.from_ms < (whole.to_ms - whole.from_ms) / 1_000
    QTest.keyClick(tracks, Qt.Key.Key_0)
    assert tracks.stretch == whole
    QTest.keyClick(tracks, Qt.Key.Key_End)
    assert window.walker.elapsed_ms == window.face._appeal.history.length_ms
    QTest.keyClick(tracks, Qt.Key.Key_PageUp)
    assert window.walker.elapsed_ms < window.face._appeal.history.length_ms
    QTest.keyClick(tracks, Qt.Key.Key_Home)
    assert window.walker.elapsed_ms == 0
    assert "exam time" in tracks.accessibleDescription()


def test_a_click_goes_to_the_moment_under_it(open_appeal: Open) -> None:
    window = open_appeal()
    tracks = window.tracks
    QTest.mouseClick(tracks.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(tracks.viewport().width() // 2, 40))
    share = window.walker.elapsed_ms / window.face._appeal.history.length_ms
    assert 0.35 < share < 0.55


def test_it_is_drawn_in_every_theme(open_appeal: Open) -> None:
    window = open_appeal()
    window.walker.go(50_000)
    for index, theme in enumerate(THEMES):
        window.theme.setCurrentIndex(index)
        settle()
        assert look.current().theme == theme
        picture = window.grab().toImage()
        assert picture.pixelColor(5, picture.height() - 5) == look.current().colour("canvas")


def test_a_step_whose_pictures_are_not_at_hand_is_told_in_words(open_appeal: Open) -> None:
    window = open_appeal()
    window.walker.go(160_000)
    assert window.face.told == "The pictures of this step are not at hand"
    texts = [label.text() for label in window.face.findChildren(QLabel)]
    assert any("3. Is the vein compressible?\n→ No" in text for text in texts)


def test_everything_one_can_reach_has_a_name(open_appeal: Open) -> None:
    window = open_appeal()
    reachable = [
        widget
        for kind in (QAbstractButton, QComboBox, QLineEdit)
        for widget in window.findChildren(kind)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
    ]
    unnamed = [
        widget
        for widget in [*reachable, window.tracks, window.events.table]
        if not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    assert unnamed == []


def test_the_focus_stays_where_it_was_when_the_screen_changes(open_appeal: Open) -> None:
    window = open_appeal()
    window.events.search.setFocus()
    for elapsed_ms in (10_000, 50_000, 130_000):
        window.walker.go(elapsed_ms)
        settle()
        assert window.focusWidget() is window.events.search


def test_a_gap_of_half_a_century_can_be_walked(open_appeal: Open) -> None:
    window = open_appeal(lived=after_years)
    window.walker.go(50_000)
    for _ in range(40):
        window.tracks.zoom_in()
    window.grab()
    assert window.tracks.stretch.from_ms <= 50_000 <= window.tracks.stretch.to_ms
    window.tracks.show_all()
    window.walker.go(10**15)
    window.grab()
    assert fact(window, "wall").startswith("2026-01-01")


def test_it_speaks_spanish(open_appeal: Open) -> None:
    window = open_appeal(language="es")
    window.walker.go(70_000)
    assert fact(window, "clock") == "Pausa"
    assert "Reloj" in window.tracks._telling.lane("clock")


def test_a_clip_whose_pictures_are_not_at_hand_is_named(open_appeal: Open, tmp_path: Path) -> None:
    del tmp_path
    window = open_appeal()
    window.walker.go(4_000)
    settle()
    inside = window.face.candidate_window
    assert inside is not None
    assert inside.media.playing("arrival.0").state is PlayerState.EMPTY
    assert "Arrival" in fact(window, "playing")
