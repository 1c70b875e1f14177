"""The page of incidents: filing by keyboard, adding, the report; nothing is filed that is not whole, or not durable."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.proctor_order import Message, told_by
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.proctoring.documents import Head
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.taxonomy import taxonomy
from pocus_desktop.ui.errand import Errands
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.proctor.incident_page import IncidentPage
from pocus_desktop.ui.proctor.incident_sheet import IncidentSheet
from pocus_desktop.ui.words import Words
from tests.proctoring.reports import report, sitting
from tests.ui.conftest import named
from tests.ui.proctor.conftest import settle
from tests.ui.proctor.incidents import draft, fill, open_room

STATIONS = [f"x25519-{number:032x}" for number in (1, 2)]


@pytest.fixture
def room(tmp_path: Path, clock: ManualClock) -> Iterator[LiveRoom]:
    made = open_room(tmp_path / "room", clock, stations=2)
    yield made
    made.close()


@pytest.fixture
def desk(room: LiveRoom, tmp_path: Path, clock: ManualClock) -> IncidentDesk:
    return IncidentDesk.of(room, tmp_path / "room", clock=clock)


@pytest.fixture
def page(desk: IncidentDesk, tmp_path: Path, qtbot: QtBot) -> Iterator[IncidentPage]:
    errands = Errands()
    made = IncidentPage(desk, Words("en"), errands=errands, ask_path=lambda name: tmp_path / name)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    errands.setParent(made)
    settle()
    yield made
    errands.close()
    made.close()
    made.deleteLater()
    settle()


def type_into(sheet: IncidentSheet, told: str, who: str) -> None:
    sheet.told.setFocus()
    QTest.keyClicks(sheet.told, told)
    QTest.keyClick(sheet.told, Qt.Key.Key_Tab)
    sheet.who.setFocus()
    QTest.keyClicks(sheet.who, who)


def go(sheet: IncidentSheet) -> None:
    QTest.keyClick(named(sheet, "go"), Qt.Key.Key_Space)
    settle()


def test_an_incident_is_filed_by_keyboard_and_its_reference_is_told(
    page: IncidentPage, desk: IncidentDesk, room: LiveRoom, qtbot: QtBot
) -> None:
    sheet = page.file([STATIONS[1]])
    settle()
    type_into(sheet, "The alarm rang.", "P. Roctor")
    with qtbot.waitSignal(page.filed) as caught:
        go(sheet)
    (one,) = desk.all().filed
    assert caught.args == [one.reference]
    assert one.report.incident.last.told == "The alarm rang."
    assert [each.candidate_id for each in one.report.incident.last.evidence] == ["C-2"]
    assert any(one.reference in banner.accessibleName() for banner in page.findChildren(Banner))
    assert one.reference in room.state.incidents
    assert room.state.incidents[one.reference].is_open
    (order,) = room.state.orders.values()
    act = told_by(order.asked.envelope).act
    assert order.asked.station_id == STATIONS[1]
    assert isinstance(act, Message)
    assert one.reference in act.text


def test_without_words_or_a_name_nothing_is_filed_and_it_says_what_is_missing(
    page: IncidentPage, desk: IncidentDesk
) -> None:
    sheet = page.file()
    settle()
    go(sheet)
    assert named(sheet, "missing").isVisible()
    assert sheet.isVisible()
    assert desk.all().filed == ()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    settle()
    assert desk.all().filed == ()


def test_every_kind_can_be_chosen(page: IncidentPage) -> None:
    sheet = page.file()
    settle()
    for index, (category, kinds) in enumerate(taxonomy().items()):
        sheet.category.setCurrentIndex(index)
        assert sheet.category.currentData() == category
        assert [sheet.kind.itemData(at) for at in range(sheet.kind.count())] == list(kinds)
    sheet.reject()


def test_what_is_added_stands_below_and_closing_ends_it(page: IncidentPage, desk: IncidentDesk) -> None:
    filed = desk.file(draft(), STATIONS)
    page.refresh()
    settle()
    QTest.keyClick(named(page.detail, "amend"), Qt.Key.Key_Space)
    settle()
    (sheet,) = page.findChildren(IncidentSheet)
    type_into(sheet, "It was a drill.", "Someone else")
    closes = named(sheet, "closes")
    QTest.keyClick(closes, Qt.Key.Key_Space)
    go(sheet)
    incident = desk.find(filed.reference).report.incident
    assert [entry.told for entry in incident.entries] == [draft().told, "It was a drill."]
    assert incident.last.is_closed
    assert (incident.last.category, incident.last.kind) == ("environment", "alarm")
    assert not page.detail.amend.isVisible()


def test_the_list_has_open_ones_first_and_tells_whole_rows(page: IncidentPage, desk: IncidentDesk) -> None:
    fill(desk)
    page.refresh()
    settle()
    model = page.list.rows
    assert [one.report.incident.last.is_closed for one in model.filed] == [False, False, True]
    told = model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert model.filed[0].reference in told
    assert "Waiting" in told
    assert page.send.isVisible()


def test_the_report_is_written_whole(page: IncidentPage, desk: IncidentDesk, tmp_path: Path) -> None:
    filed = desk.file(draft(told="Line one.\n" + "A long story. " * 200), STATIONS)
    page.refresh()
    settle()
    QTest.keyClick(named(page.detail, "report"), Qt.Key.Key_Space)
    settle()
    signed = (tmp_path / f"{filed.reference.replace(' ', '-')}.incident").read_bytes()
    assert signed == filed.report.envelope
    data = (tmp_path / f"{filed.reference.replace(' ', '-')}.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data.rstrip().endswith(b"%%EOF")


def test_a_disk_that_refuses_is_told_and_nothing_is_claimed(
    page: IncidentPage, desk: IncidentDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    sheet = page.file()
    settle()
    type_into(sheet, "The alarm rang.", "P. Roctor")
    monkeypatch.setattr("pocus_desktop.kernel.files.write_atomically", refuse)
    go(sheet)
    assert desk.all().filed == ()
    assert any(banner.property("kind") == "refused" for banner in page.findChildren(Banner))
    again = next(one for one in page.findChildren(IncidentSheet) if one.isVisible())
    assert again.told.toPlainText() == "The alarm rang.", "what was written is not written twice"
    monkeypatch.undo()
    go(again)
    assert len(desk.all().filed) == 1


def test_a_file_that_was_spoilt_is_named_on_the_page(page: IncidentPage, desk: IncidentDesk, tmp_path: Path) -> None:
    desk.file(draft(), STATIONS)
    path = next((tmp_path / "room" / "incidents").rglob("*.report"))
    path.write_bytes(path.read_bytes()[:-9])
    page.refresh()
    settle()
    assert any(path.name in banner.accessibleName() for banner in page.findChildren(Banner))


def test_what_was_filed_when_the_program_ended_is_told_to_the_room(
    desk: IncidentDesk, room: LiveRoom, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "file_incident", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.file(draft(), STATIONS)
    monkeypatch.undo()
    assert room.state.incidents == {}
    again = IncidentDesk.of(room, tmp_path / "room", clock=clock)
    (one,) = again.all().filed
    assert room.state.incidents[one.reference].is_open
    before = room.state
    IncidentDesk.of(room, tmp_path / "room", clock=clock)
    assert room.state.incidents == before.incidents


def test_what_is_added_begins_where_the_evidence_before_ended(desk: IncidentDesk, room: LiveRoom) -> None:
    first = desk.file(draft(), [STATIONS[0]]).report.incident
    assert [(one.first_seq, one.last_seq) for one in first.last.evidence] == [(1, 41)]
    moved = report(
        station_id=STATIONS[0],
        number=2,
        sitting=sitting(sitting="sit_1", candidate_id="C-1", head=Head(seq=90, digest="e" * 64)),
    )
    room.report(moved)
    later = desk.amend(first.reference, draft(told="It went on."), [STATIONS[0]]).report.incident
    assert [(one.first_seq, one.last_seq) for one in later.last.evidence] == [(41, 90)]


def test_candidates_are_not_told_where_the_proctor_says_so(
    page: IncidentPage, desk: IncidentDesk, room: LiveRoom
) -> None:
    sheet = page.file(STATIONS)
    settle()
    type_into(sheet, "Something that is better said by voice.", "P. Roctor")
    assert sheet.tells is not None
    QTest.keyClick(sheet.tells, Qt.Key.Key_Space)
    go(sheet)
    assert len(desk.all().filed) == 1
    assert room.state.orders == {}
