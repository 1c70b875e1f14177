"""The candidate's own day at the portfolio's window, by keyboard, over a real database."""

import threading
from datetime import date
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import isValid

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.documents.academy import EntryRefusal
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import NotItsKeyError
from pocus_desktop.programme.step import StepKind
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.log_page import LogPage
from pocus_desktop.ui.portfolio.next_page import PLACES
from pocus_desktop.ui.portfolio.window import PAGES, PortfolioWindow
from tests.ui.conftest import named
from tests.ui.portfolio.conftest import Open, settle
from tests.ui.portfolio.desks import CODE, NOW_MS, FarAcademy


def told(widget: QWidget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def typed(window: PortfolioWindow, name: str, text: str) -> QWidget:
    field = named(window, name)
    field.setFocus()
    if isinstance(field, QLineEdit):
        field.clear()
    QTest.keyClicks(field, text)
    return field


def press(widget: QWidget) -> None:
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Space)
    settle()


def go(window: PortfolioWindow, page: str) -> None:
    window.go_to(page)
    settle()


def entered(window: PortfolioWindow) -> int:
    assert window.view is not None
    return len(window.view.portfolio.entries)


def question() -> Sheet:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Sheet) and one.isVisible())


def test_what_next_is_the_first_thing_one_sees(open_stage: Open) -> None:
    window = open_stage("under-way")
    assert window.page == "next"
    assert "nominate evaluators; still to name: 1 of 3" in told(window)
    assert "days left: 180" in told(window)
    press(named(window, "go:first"))
    assert window.page == "apply"


def test_pages_are_reached_by_keys(open_stage: Open) -> None:
    window = open_stage("begun")
    for number, name in enumerate(PAGES, 1):
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.AltModifier)
        settle()
        assert window.page == name


def test_an_account_and_a_case_by_keyboard_alone(open_stage: Open) -> None:
    window = open_stage("empty")
    press(named(window, "go:first"))
    assert window.page == "account"
    typed(window, "account:name", "Ana Ruiz")
    typed(window, "account:email", "ana@example.org")
    QTest.keyClick(typed(window, "account:zone", "Mars/Base"), Qt.Key.Key_Return)
    settle()
    assert "Time zone" in told(window)
    assert window.focusWidget() is named(window, "account:zone")
    QTest.keyClick(typed(window, "account:zone", "America/Bogota"), Qt.Key.Key_Return)
    settle()
    assert "The account is saved." in told(window)
    go(window, "log")
    typed(window, "case:performed_on", "2026-12-01")
    prose = typed(window, "case:findings", "B-lines. Mr Smith, born 1950-01-02")
    assert isinstance(prose, QPlainTextEdit)
    assert "may tell who the patient was" in told(window)
    QTest.keyClick(prose, Qt.Key.Key_Tab)
    assert window.focusWidget() is named(window, "case:did_perform")
    press(named(window, "case:do"))
    assert "The case is logged." in told(window)
    page = window.pages["log"]
    assert isinstance(page, LogPage)
    assert page.model.rowCount() == 1


def test_a_table_with_a_bad_row_is_looked_at_before_what_can_be_taken_is(open_stage: Open, tmp_path: Path) -> None:
    window = open_stage("begun")
    go(window, "log")
    page = window.pages["log"]
    assert isinstance(page, LogPage)
    before = page.model.rowCount()
    log = tmp_path / "log.csv"
    log.write_text("date,area\n2026-11-01,lung\n01.11.2026,lung\n2026-11-02,cardiac\n", encoding="utf-8")
    typed(window, "csv", str(log))
    press(named(window, "csv:do"))
    assert "New: 2. Known already: 0. Cannot be taken: 1." in told(window)
    assert "Row 3, column 1." in told(window)
    assert page.model.rowCount() == before
    press(named(window, "table:take"))
    assert "New: 2. Known already: 0. Not taken: 1." in told(window)
    assert page.model.rowCount() == before + 2
    assert page.preview.isHidden()
    log.write_text("date,area\n2026-11-05,lung\n", encoding="utf-8")
    typed(window, "csv", str(log))
    press(named(window, "csv:do"))
    assert page.model.rowCount() == before + 3, "a sound one is taken at once"
    rows = "".join(f"2026-10-{day:02},lung\n" for day in range(1, 15))
    log.write_text(f"date,area\n{rows}2026-02-30,lung\n", encoding="utf-8")
    typed(window, "csv", str(log))
    press(named(window, "csv:do"))
    assert "Rows that can be taken and are not shown here: 2." in told(window)
    assert "Further rows with problems" not in told(window)


def test_eligibility_opens_to_its_reasons(open_stage: Open) -> None:
    window = open_stage("begun")
    go(window, "eligibility")
    assert "Cases that count: 22 of 20." in told(window)
    assert "Rule cases-lung-2020" not in told(window)
    press(named(window, "open:lung"))
    assert "Rule cases-lung-2020" in told(window)


def test_nobody_applies_without_a_number_and_the_reason_is_told(open_stage: Open) -> None:
    window = open_stage("begun")
    go(window, "apply")
    press(named(window, "apply:go"))
    assert "Choose at least one area." in told(window)
    press(named(window, "apply:lung"))
    press(named(window, "apply:go"))
    assert "has not given this account an ID number yet" in told(window)


def test_the_clock_is_said_before_it_starts(open_stage: Open) -> None:
    window = open_stage("applied")
    go(window, "apply")
    assert "starts the clock" in told(window)
    typed(window, "voucher:code", CODE)
    press(named(window, "voucher:do"))
    sheet = question()
    assert "June 13, 2027" in told(sheet)
    press(named(sheet, "back"))
    assert entered(window) == 0
    press(named(window, "voucher:do"))
    press(named(question(), "give"))
    assert entered(window) == 1
    assert "The clock runs." in told(window)
    assert "Evaluators" in told(window)


def test_an_application_asks_for_every_statement(open_stage: Open) -> None:
    window = open_stage("applied")
    go(window, "apply")
    press(named(window, "apply:msk-soft-tissue"))
    press(named(window, "apply:go"))
    sheet = question()
    assert "20 " in told(sheet)
    press(named(sheet, "give"))
    assert "A statement is not made yet." in told(sheet)
    for card in sheet.cards:  # type: ignore[attr-defined]
        press(card)
    press(named(sheet, "give"))
    assert window.view is not None
    assert len(window.view.portfolio.applications) == 2


def test_how_evaluators_stand_is_shown_and_never_what_they_said(open_stage: Open) -> None:
    window = open_stage("under-way")
    go(window, "apply")
    assert "Berta Díaz (berta@example.org)\nLung: answered" in told(window)
    assert "Carlos Gil (carlos@example.org)\nLung: named, not written to yet" in told(window)


def test_a_conflict_is_shown_and_settled_by_the_person(open_stage: Open) -> None:
    window = open_stage("conflict")
    press(named(window, "go:first"))
    assert window.page == "account"
    assert "ana@clinic.example" in told(window)
    assert "Europe/Madrid" in told(window)
    press(named(window, "keep:1"))
    assert window.view is not None
    assert window.view.portfolio.conflicts == ()


def test_deadlines_leave_as_a_calendar(open_stage: Open, tmp_path: Path) -> None:
    window = open_stage("under-way")
    typed(window, "calendar", str(tmp_path / "deadlines.ics"))
    press(named(window, "calendar:do"))
    assert (tmp_path / "deadlines.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_results_and_certificates_are_told(open_stage: Open) -> None:
    window = open_stage("certified")
    go(window, "assess")
    said = told(window)
    assert "Lung: passed" in said
    assert "Lung: not passed" in said
    assert "Valid from Tuesday, December 15, 2026 to Sunday, December 14, 2031" in said
    assert "Your appeal was refused by Olga Petrova on Tuesday, December 15, 2026: The recording shows" in said


def test_a_case_is_corrected_from_its_row(open_stage: Open) -> None:
    window = open_stage("begun")
    go(window, "log")
    page = window.pages["log"]
    assert isinstance(page, LogPage)
    page.table.setFocus()
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    wanted = page.model.entry(0)
    typed(window, "case:performed_on", "2026-10-01")
    press(named(window, "case:do"))
    assert "The case is corrected." in told(window)
    assert window.view is not None
    held = window.view.portfolio
    assert len(held.cases) == 34
    written = next(one for one in held.cases if one.case_entry_id == wanted.case_entry_id)
    assert (written.revision, str(written.performed_on)) == (2, "2026-10-01")
    assert written.findings == wanted.findings


def test_the_approach_is_asked_where_the_rule_asks(open_stage: Open) -> None:
    window = open_stage("begun")
    go(window, "log")
    page = window.pages["log"]
    assert isinstance(page, LogPage)
    assert page.form.fields["approach"].isHidden()
    page.form.fill(area="obstetrics-first-trimester")
    assert not page.form.fields["approach"].isHidden()


def test_what_is_being_typed_stays_while_something_comes(open_stage: Open) -> None:
    window = open_stage("under-way")
    go(window, "apply")
    typed(window, "evaluator:name", "Eva S")
    window.do(_write_email)
    settle()
    field = named(window, "evaluator:name")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Eva S"


def test_what_was_typed_under_account_stays_while_something_else_comes(open_stage: Open) -> None:
    window = open_stage("under-way")
    go(window, "account")
    typed(window, "account:name", "Ana Maria Roe")
    typed(window, "academy:url", "https://other.example.org")
    language = named(window, "account:language")
    assert isinstance(language, DropDown)
    language.setCurrentIndex(language.findData("es"))
    named(window, "account:zone").setFocus()
    window.do(_write_email)
    settle()
    shown = {name: named(window, name) for name in ("account:name", "account:email", "academy:url")}
    assert {name: field.text() for name, field in shown.items() if isinstance(field, QLineEdit)} == {
        "account:name": "Ana Maria Roe",
        "account:email": "new@example.org",
        "academy:url": "https://other.example.org",
    }
    assert language.currentData() == "es"


def _say_done(_desk: PortfolioDesk) -> Explanation:
    return Explanation(what="It is done.", next="")


def _write_email(desk: PortfolioDesk) -> None:
    desk.write(changes.write_account(desk.portfolio(), now_ms=desk.now_ms, email="new@example.org"))


def test_a_network_that_hangs_keeps_nothing_from_being_written(open_stage: Open) -> None:
    hangs = threading.Event()
    window = open_stage("applied", sync=hangs.wait)
    window.synchronise()
    window.do(_write_email)
    while window.view is None or window.view.portfolio.account is None or window.view.portfolio.account.revision == 1:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    hangs.set()
    settle()


def test_a_form_that_is_gone_when_its_work_is_done_is_no_fault(open_stage: Open) -> None:
    window = open_stage("under-way")
    go(window, "apply")
    form = named(window, "evaluator:name").parentWidget()
    assert isinstance(form, Form)
    window.do(_write_email)
    settle()
    assert not isValid(form)
    window.do(_say_done, form)
    settle()
    assert "It is done." in told(window)


def test_a_certificate_is_opened_as_pdf_and_tells_of_when_its_status_is(open_stage: Open, tmp_path: Path) -> None:
    window = open_stage("certified")
    shown: list[Path] = []

    def nothing_opens(path: Path) -> bool:
        shown.append(path)
        return False

    window._show_file = nothing_opens
    go(window, "assess")
    assert "Cardiac: suspended" in told(window)
    assert "(less than an hour old) by the academy's lists." in told(window)
    assert window.view is not None
    name = next(one.certificate_id for one in window.view.portfolio.certificates if str(one.area) == "lung")
    press(named(window, f"paper:{name}"))
    assert [path.name for path in shown] == [f"{name}-en.pdf"]
    assert "No program on this computer opens this file." in told(window)
    typed(window, "paper", str(tmp_path / "certificate.pdf"))
    press(named(window, "paper:do"))
    assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF-")


def test_what_was_ticked_for_one_evaluator_is_not_ticked_for_the_next(open_stage: Open) -> None:
    window = open_stage("under-way")
    go(window, "apply")
    typed(window, "evaluator:name", "Eva Soto")
    typed(window, "evaluator:email", "eva@example.org")
    typed(window, "evaluator:background", "Sonographer")
    press(named(window, "evaluator:has_agreed"))
    press(named(window, "evaluator:do"))
    assert "Eva Soto is named." in told(window)
    agreed = named(window, "evaluator:has_agreed")
    assert isinstance(agreed, CheckCard)
    assert not agreed.isChecked()


def test_every_step_has_a_page_on_which_it_is_taken() -> None:
    assert set(PLACES) == set(StepKind)
    assert set(PLACES.values()) <= set(PAGES)


def test_an_application_that_led_to_a_certificate_says_so_and_asks_for_nobody_more(open_stage: Open) -> None:
    window = open_stage("certified")
    go(window, "apply")
    assert "Lung: approved\nThe certificate was issued on Tuesday, December 15, 2026." in told(window)
    assert not window.findChildren(QWidget, "evaluator:do")


def test_a_stick_is_written_and_read_by_keyboard(open_stage: Open, tmp_path: Path) -> None:
    window = open_stage("begun")
    go(window, "account")
    press(named(window, "stick:do"))
    assert named(window, "stick").hasFocus(), "nothing was named: that is where to go on"
    typed(window, "stick", str(tmp_path / "gone"))
    press(named(window, "stick:do"))
    assert "It is not known yet which academy" in told(window)
    typed(window, "academy-keys", "academy.json")
    press(named(window, "academy-keys:do"))
    press(named(window, "stick:do"))
    assert "The folder that is carried is not there." in told(window)
    stick = tmp_path / "stick"
    stick.mkdir()
    typed(window, "stick", str(stick))
    press(named(window, "stick:other"))
    assert "There is no answer of the academy on this stick." in told(window)
    press(named(window, "stick:do"))
    assert "It may be pulled out." in told(window)
    assert {path.parent.name for path in stick.glob("*/*")} == {"submissions", "questions"}
    assert window.view is not None
    assert window.view.waiting == 38


def test_it_is_said_which_files_go_to_whom_and_where_each_stands(open_stage: Open) -> None:
    window = open_stage("filed")
    assert "Files that cannot go to the academy as they are: 3" in told(window)
    press(named(window, "go:files_in_trouble"))
    assert window.page == "account"
    said = told(window)
    for line in (
        "go to https://hub.example.org, sealed",
        "at most 32 MB each, 200 files and 256 MB together",
        "The academy has it, since",
        "On its way: 39",
        "Waits to be sent.",
        "is not of the kind or size that its document says",
        "Not on this computer, or altered.",
        "the academy takes no file of this kind or size",
        "Not taken: 1",
    ):
        assert line in said.replace("\u200b", ""), line
    press(named(window, "files:again"))
    assert "is not of the kind" not in told(window)
    press(named(window, "files:disagree"))
    assert "You have not agreed: no file is sent." in told(window)
    assert named(window, "files:disagree").isHidden()
    go(window, "next")
    assert "Files that prove something, and stay here: 3." in told(window)
    press(named(window, "go:files_here"))
    press(named(window, "files:agree"))
    assert window.view is not None
    assert (window.view.files_agreed_ms, window.view.files_waiting) == (NOW_MS, 3)


def test_what_a_body_asks_by_level_is_told_once_the_level_is_written(open_stage: Open) -> None:
    window = open_stage("under-way")
    for level in ("", "Registered"):
        go(window, "account")
        for field, said in (("body", "CCI"), ("credential", "rvs"), ("issued_on", "2024-03-01"), ("level", level)):
            typed(window, f"credential:{field}", said)
        press(named(window, "credential:do"))
        go(window, "next")
        assert ("asked for by level (certified, registered)" in told(window)) is not bool(level)
        assert ("CCI: 0 of 36 credits" in told(window)) is bool(level)


def test_a_key_that_is_not_the_accounts_is_told_and_the_way_to_the_other_computer_is_there(
    open_stage: Open, tmp_path: Path
) -> None:
    window = open_stage("begun")
    window.do(lambda desk: desk.note_trouble(NotItsKeyError(key="ed25519-77")))
    settle()
    assert "ed25519-77" in told(window), "what next, first of all"
    go(window, "account")
    assert "ed25519-77" in told(window)
    typed(window, "computer", str(tmp_path / "stick"))
    press(named(window, "computer:do"))
    assert (tmp_path / "stick" / "portfolio.jsonl").is_file()
    press(named(window, "computer:do"))
    assert "is in that folder already" in told(window)
    press(named(window, "computer:other"))
    assert "New here: 0. To be settled: 0." in told(window)


def test_where_each_assessment_is_sat_is_told_what_can_be_done_first(open_stage: Open) -> None:
    opened: list[str] = []
    window = open_stage("to-sit", sit=opened.append)
    go(window, "assess")
    said = told(window)
    order = ["Lung: breathless", "North Hospital, Bogotá", "no voucher was entered", "the admission is not on this"]
    assert sorted(said.index(one) for one in order) == [said.index(one) for one in order]
    buttons = [one.objectName() for one in window.findChildren(Button) if one.objectName().startswith("sit:")]
    assert buttons == ["sit:lung"]
    press(named(window, "sit:lung"))
    assert opened == ["adm-lung"]
    assert "the window for the assessment opens" in told(window)


def test_an_entry_that_does_not_count_is_told_where_the_next_voucher_is_entered(open_stage: Open) -> None:
    academy = FarAcademy()
    window = open_stage("under-way", academy)
    assert window.view is not None
    [entry] = window.view.portfolio.entries
    refusal = EntryRefusal(
        entry_id=entry.entry_id, voucher_id=entry.voucher_id, code="voucher.entered_already", day=date(2026, 12, 1)
    )
    window.do(lambda desk: academy.give(desk, refusal))
    settle()
    go(window, "apply")
    assert "This voucher was entered already, on 1 December 2026." in told(window)
    assert named(window, "voucher:code").isVisible()
    go(window, "assess")
    assert "This voucher was entered already, on 1 December 2026." in told(window)
