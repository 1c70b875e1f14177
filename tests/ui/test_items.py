"""The widgets of the interactions: by mouse and by keyboard, what they emit, and what they show of a view."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TypeAlias

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QSlider, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotResponse
from pocus_desktop.case.items.registry import RESPONSES
from pocus_desktop.case.items.select_point import Point, SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.scoring.rules.registry import ENTRIES
from pocus_desktop.sitting.intents import Answer, Flag
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.items import choice
from pocus_desktop.ui.items.answering import ItemContext
from pocus_desktop.ui.items.item_card import ItemCard
from pocus_desktop.ui.items.point_pad import PointPad
from pocus_desktop.ui.items.region_pad import RegionPad
from pocus_desktop.ui.items.registry import ANSWERINGS
from pocus_desktop.ui.parts.choice_card import CheckCard, RadioCard
from pocus_desktop.ui.pictures import Pictures
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words
from tests.ui.conftest import named, settle
from tests.ui.gallery import FEEDBACK, LOCKED, item_state
from tests.ui.gallery_case import GalleryContent

Said: TypeAlias = list[object]
ShowCard: TypeAlias = Callable[..., tuple[ItemCard, Said]]


@pytest.fixture
def show_card(qtbot: QtBot, content: GalleryContent) -> Iterator[ShowCard]:
    holders: list[QWidget] = []

    def make(item_id: str, *, language: str = "en", **changes: object) -> tuple[ItemCard, Said]:
        words = Words(language)
        context = ItemContext(words=words, formats=Formats(words), pictures=Pictures(content))
        holder = QWidget()
        holders.append(holder)
        column = QVBoxLayout(holder)
        card = ItemCard(item_state(item_id, 1, **changes), context)
        column.addWidget(card)
        column.addStretch(1)
        said: Said = []
        card.intended.connect(said.append)
        holder.resize(620, 900)
        with qtbot.waitExposed(holder):
            holder.show()
        holder.activateWindow()

        settle()
        return card, said

    yield make
    for holder in holders:
        holder.close()
        holder.deleteLater()


def click(card: ItemCard, name: str) -> None:
    widget = named(card, name)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def write(field: QWidget, text: str) -> None:
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def texts(card: ItemCard) -> str:
    return "\n".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def test_every_interaction_has_a_model_a_rule_and_a_widget() -> None:
    assert set(ANSWERINGS) == set(RESPONSES) == set(ENTRIES)


def test_a_single_choice_is_answered_by_mouse_and_by_arrow_keys(show_card: ShowCard) -> None:
    card, said = show_card("compressible")
    click(card, "choice:no")
    assert said == [Answer(item="compressible", response=ChoiceResponse(choices=("no",)))]
    QTest.keyClick(named(card, "choice:no"), Qt.Key.Key_Down)
    assert said[-1] == Answer(item="compressible", response=ChoiceResponse(choices=("unclear",)))


def test_several_choices_keep_the_order_of_the_item_and_the_bound(show_card: ShowCard) -> None:
    card, said = show_card("risks", choice_order=("cancer", "pill", "flight"))
    click(card, "choice:pill")
    QTest.keyClick(named(card, "choice:flight"), Qt.Key.Key_Space)
    assert said[-1] == Answer(item="risks", response=ChoiceResponse(choices=("flight", "pill")))
    click(card, "choice:cancer")
    assert len(said) == 2
    cancer = named(card, "choice:cancer")
    assert isinstance(cancer, CheckCard)
    assert not cancer.isChecked()
    assert "No more than 2" in texts(card)


def test_choices_are_radio_and_check_boxes_to_screen_readers(show_card: ShowCard) -> None:
    single, _ = show_card("compressible")
    several, _ = show_card("risks")
    assert isinstance(named(single, "choice:no"), RadioCard)
    assert isinstance(named(several, "choice:pill"), CheckCard)


def test_a_view_older_than_the_answer_changes_nothing(show_card: ShowCard) -> None:
    card, said = show_card("risks")
    click(card, "choice:flight")
    click(card, "choice:pill")
    first, second = (answer.response for answer in said if isinstance(answer, Answer))
    card.render_state(item_state("risks", 1, response=first), is_settled=False)
    pill = named(card, "choice:pill")
    assert isinstance(pill, CheckCard)
    assert pill.isChecked()
    card.render_state(item_state("risks", 1, response=second), is_settled=False)
    assert pill.isChecked()
    card.render_state(item_state("risks", 1, response=None), is_settled=True)
    assert not pill.isChecked()


def test_a_number_waits_until_typing_rests(show_card: ShowCard, qtbot: QtBot) -> None:
    card, said = show_card("diameter")
    field = named(card, "field")
    write(field, "1")
    write(field, "1")
    assert said == []
    qtbot.waitUntil(lambda: len(said) == 1)
    assert said == [Answer(item="diameter", response=TextEntryResponse(text="11", unit=None))]
    click(card, "unit:mm")
    assert said[-1] == Answer(item="diameter", response=TextEntryResponse(text="11", unit="mm"))


def test_what_is_being_typed_is_sent_on_at_once_when_the_step_is_left(show_card: ShowCard) -> None:
    card, said = show_card("vein")
    write(named(card, "field"), "Vena poplítea")
    card.flush()
    assert said == [Answer(item="vein", response=TextEntryResponse(text="Vena poplítea"))]
    card.flush()
    assert len(said) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("110", "unusually high", id="above the maximum"),
        pytest.param("0.2", "unusually low", id="below the minimum"),
        pytest.param("wide", "not a number", id="no number"),
    ],
)
def test_a_slip_is_questioned_and_never_refused(show_card: ShowCard, text: str, told: str) -> None:
    card, said = show_card("diameter")
    write(named(card, "field"), text)
    card.flush()
    assert told in texts(card)
    assert isinstance(said[-1], Answer)


def test_sentences_are_counted_and_bounded(show_card: ShowCard) -> None:
    card, said = show_card("plan")
    field = named(card, "field")
    assert isinstance(field, QPlainTextEdit)
    assert field.tabChangesFocus()
    write(field, "Empezamos hoy el tratamiento.")
    card.flush()
    assert said == [Answer(item="plan", response=ExtendedTextResponse(text="Empezamos hoy el tratamiento."))]
    assert "4 words" in texts(card)
    write(field, "x" * 3000)
    assert len(field.toPlainText()) == 2000


def test_a_point_is_placed_by_mouse_in_picture_pixels(show_card: ShowCard) -> None:
    card, said = show_card("artery")
    pad = named(card, "pad")
    assert isinstance(pad, PointPad)
    at = pad.to_widget(QPointF(180, 170)).toPoint()
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    answer = said[-1]
    assert isinstance(answer, Answer)
    assert isinstance(answer.response, SelectPointResponse)
    (point,) = answer.response.points
    assert (point.x_px, point.y_px) == pytest.approx((180, 170), abs=1)
    assert point.frame is None


def test_a_point_is_placed_moved_and_removed_by_keyboard(show_card: ShowCard) -> None:
    card, said = show_card("artery")
    pad = named(card, "pad")
    assert isinstance(pad, PointPad)
    pad.setFocus(Qt.FocusReason.TabFocusReason)
    before = pad.crosshair
    QTest.keyClick(pad, Qt.Key.Key_Right)
    QTest.keyClick(pad, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(pad, Qt.Key.Key_Return)
    answer = said[-1]
    assert isinstance(answer, Answer)
    assert isinstance(answer.response, SelectPointResponse)
    (point,) = answer.response.points
    assert point.x_px == pytest.approx(before.x() + 2.4, abs=0.2)
    assert point.y_px == pytest.approx(before.y() - 24, abs=0.2)
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert said[-1] == Answer(item="artery", response=SelectPointResponse())


def test_points_on_a_cine_belong_to_their_frame(show_card: ShowCard) -> None:
    card, said = show_card("walls")
    pad, frames = named(card, "pad"), named(card, "frames")
    assert isinstance(pad, PointPad)
    assert isinstance(frames, QSlider)
    for _ in range(3):
        QTest.keyClick(frames, Qt.Key.Key_Right)
    QTest.keyClick(pad, Qt.Key.Key_Space)
    click(card, "frame-on")
    for _ in range(2):
        QTest.keyClick(pad, Qt.Key.Key_Space)
        QTest.keyClick(pad, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    answer = said[-1]
    assert isinstance(answer, Answer)
    assert isinstance(answer.response, SelectPointResponse)
    assert [point.frame for point in answer.response.points] == [3, 4, 4]
    count = len(said)
    QTest.keyClick(pad, Qt.Key.Key_Space)
    assert len(said) == count
    assert "All 3 marks" in texts(card)
    click(card, "mark:0")
    last = said[-1]
    assert isinstance(last, Answer)
    assert isinstance(last.response, SelectPointResponse)
    assert [point.frame for point in last.response.points] == [4, 4]


def test_a_region_is_selected_by_mouse_and_by_keyboard(show_card: ShowCard) -> None:
    card, said = show_card("which-vein")
    click(card, "region:a")
    assert said[-1] == Answer(item="which-vein", response=HotspotResponse(regions=("a",)))
    QTest.keyClick(named(card, "region:b"), Qt.Key.Key_Space)
    assert said[-1] == Answer(item="which-vein", response=HotspotResponse(regions=("b",)))
    assert "Selected: Region B" in texts(card)


def test_regions_follow_the_picture_when_it_is_resized(show_card: ShowCard) -> None:
    card, _ = show_card("which-vein")
    box = named(card, "region:b")
    before = box.geometry()
    window = card.window()
    window.resize(420, 900)
    settle()
    assert box.geometry() != before
    pad = box.parentWidget()
    assert pad is not None
    assert pad.rect().contains(box.geometry())


@pytest.mark.parametrize(
    ("item_id", "control"),
    [("compressible", "choice:no"), ("which-vein", "region:a"), ("risks", "choice:pill")],
)
def test_a_locked_item_says_why_and_keeps_its_answer(show_card: ShowCard, item_id: str, control: str) -> None:
    card, said = show_card(item_id, locked_reason=LOCKED)
    assert LOCKED.what in texts(card)
    assert not named(card, control).isEnabled()
    click(card, control)
    assert said == []


def test_a_locked_field_can_be_read_but_not_written(show_card: ShowCard) -> None:
    card, said = show_card("vein", locked_reason=LOCKED, response=TextEntryResponse(text="popliteal"))
    field = named(card, "field")
    assert isinstance(field, QLineEdit)
    assert field.isReadOnly()
    assert field.text() == "popliteal"
    QTest.keyClick(field, Qt.Key.Key_X)
    card.flush()
    assert said == []


def test_a_locked_picture_takes_no_marks(show_card: ShowCard) -> None:
    card, said = show_card(
        "artery", locked_reason=LOCKED, response=SelectPointResponse(points=(Point(x_px=9, y_px=9),))
    )
    pad = named(card, "pad")
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton)
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert said == []


def test_feedback_tells_verdict_points_rationale_and_source(show_card: ShowCard) -> None:
    card, _ = show_card("compressible", feedback=FEEDBACK, locked_reason=LOCKED)
    told = texts(card)
    for words in ("Partly correct", "0.5 of 1 points", FEEDBACK.rationale, FEEDBACK.citations[0]):
        assert words in told


def test_an_answer_can_be_cleared_and_a_question_flagged(show_card: ShowCard) -> None:
    card, said = show_card("compressible", response=ChoiceResponse(choices=("no",)))
    click(card, "clear:compressible")
    assert said[-1] == Answer(item="compressible", response=ChoiceResponse())
    click(card, "flag:compressible")
    assert said[1:] == [Flag(item="compressible", is_flagged=True)]


def test_a_picture_that_cannot_be_shown_is_told(show_card: ShowCard, content: GalleryContent) -> None:
    kept = content.members["media/still.png"]
    content.members["media/still.png"] = b"not a picture"
    try:
        card, _ = show_card("artery")
    finally:
        content.members["media/still.png"] = kept
    assert "cannot be shown" in texts(card)


def test_words_follow_the_language(show_card: ShowCard) -> None:
    card, _ = show_card("compressible", language="es")
    assert "¿Es la vena femoral común totalmente compresible en esta vista?" in texts(card)
    assert "Pregunta 1" in texts(card)


def test_a_choice_too_many_is_told_to_screen_readers_and_until_the_next(
    show_card: ShowCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(choice, "announce", lambda _widget, text: heard.append(text))
    card, _ = show_card("risks", response=ChoiceResponse(choices=("flight", "pill")))
    click(card, "choice:cancer")
    assert heard == ["No more than 2 can be selected. Deselect one first."]
    card.render_state(item_state("risks", 1, response=ChoiceResponse(choices=("flight",))))
    (told,) = [label for label in card.findChildren(QLabel) if label.text() == "Select up to 2; 1 selected."]
    assert told.property("tone") == "muted"


def test_an_essay_is_continued_at_its_end(show_card: ShowCard) -> None:
    card, said = show_card("plan", response=ExtendedTextResponse(text="We found a clot"))
    write(named(card, "field"), ".")
    card.flush()
    assert said == [Answer(item="plan", response=ExtendedTextResponse(text="We found a clot."))]


@pytest.mark.parametrize("percent", [100, 200])
def test_no_label_of_a_region_hides_another(show_card: ShowCard, percent: int) -> None:
    look.wear(look.Look(text_percent=percent))
    card, _ = show_card("which-vein")
    pad = named(card, "pad")
    assert isinstance(pad, RegionPad)
    boxes = list(pad.label_boxes().values())
    assert len(boxes) == 3
    assert not any(one.intersects(other) for one, other in combinations(boxes, 2))
    assert all(QRectF(pad.rect()).contains(box) for box in boxes)
