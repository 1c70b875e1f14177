"""Education at the portfolio's window, by keyboard: tables looked at first, suggestions, evidence, the audit pack."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.portfolio.education_page import EducationPage
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from tests.ui.conftest import named
from tests.ui.portfolio.conftest import Open, settle
from tests.ui.portfolio.test_window import go, press, told, typed


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


def _page(window: PortfolioWindow) -> EducationPage:
    page = window.pages["education"]
    assert isinstance(page, EducationPage)
    return page


def _count(window: PortfolioWindow) -> int:
    assert window.view is not None
    return len(window.view.portfolio.credits)


def test_each_cycle_and_each_credit_says_how_it_stands(open_stage: Open) -> None:
    window = open_stage("educated")
    go(window, "education")
    shown = told(_page(window))
    assert "It is over." in shown
    assert "CCI: does not count; the body accepts none of its approvals." in shown
    assert "ARRT: does not count; the same activity counts already in cycle 2." in shown
    assert "ARDMS: does not count; its day lies in no cycle." in shown


def test_a_table_is_looked_at_before_it_is_taken(open_stage: Open, tmp_path: Path) -> None:
    window = open_stage("begun")
    before = _count(window)
    go(window, "education")
    table = tmp_path / "cme.csv"
    table.write_text("date;activity;provider;credits\n2026-02-28;Pulmón;Otro;1,5\n2026-02-30;X;Y;1\n", encoding="utf-8")
    QTest.keyClick(typed(window, "credits", str(table)), Qt.Key.Key_Return)
    settle()
    assert _count(window) == before
    assert "Row 3, column 1." in told(window)
    assert "Pulmón" in told(_page(window).preview)
    press(named(window, "table:leave"))
    assert not _page(window).preview.isVisible()
    press(named(window, "credits:do"))
    press(named(window, "table:take"))
    assert _count(window) == before + 1
    assert not _page(window).preview.isVisible()


def test_providers_are_suggested_and_taken_by_keys(open_stage: Open) -> None:
    window = open_stage("begun")
    go(window, "education")
    line = typed(window, "credit:provider_name", "gulfcaost")
    assert isinstance(line, QLineEdit)
    suggestions = _page(window).suggestions
    assert suggestions.names == ["Gulfcoast Ultrasound Institute"]
    popup = suggestions.popup()
    assert popup is not None
    assert popup.isVisible()
    assert popup.accessibleName()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    settle()
    assert line.text() == "Gulfcoast Ultrasound Institute"
    QTest.keyClicks(line, "x")
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_a_credit_says_its_subjects_and_its_number(open_stage: Open) -> None:
    window = open_stage("begun")
    go(window, "education")
    for field, text in {
        "completed_on": "2026-10-01",
        "activity": "Carotids",
        "provider_name": "Otro",
        "credits": "1,5",
        "approvals": "ARRT, CCI",
        "subjects": "Sonography cardiovascular",
    }.items():
        typed(window, f"credit:{field}", text)
    QTest.keyClick(typed(window, "credit:activity_id", "N-1"), Qt.Key.Key_Return)
    settle()
    assert window.view is not None
    [one] = [one for one in window.view.portfolio.credits if one.activity == "Carotids"]
    assert (one.approvals, one.subjects) == (("arrt", "cci"), ("sonography", "cardiovascular"))
    assert (one.activity_id, str(one.credits)) == ("N-1", "1.5")


def test_evidence_is_added_and_the_pack_made_in_a_click(open_stage: Open, tmp_path: Path) -> None:
    window = open_stage("begun")
    go(window, "education")
    assert window.view is not None
    proof = tmp_path / "proof.txt"
    proof.write_text("a certificate", encoding="utf-8")
    one = next(one for one in window.view.portfolio.credits if one.approvals)
    _page(window).prove(one.credit_id, proof)
    settle()
    assert "It is added: proof.txt." in told(window)
    press(named(window, "pack:ardms:1"))
    assert "Credits claimed: 1. Files of evidence: 1." in told(window)
    assert (tmp_path / "audit-pack-ardms-1.pdf").read_bytes().startswith(b"%PDF-")
    press(named(window, "report:do"))
    assert (tmp_path / "education.xml").exists()


def test_what_cannot_be_packed_is_not_offered(open_stage: Open) -> None:
    window = open_stage("empty")
    go(window, "education")
    page = _page(window)
    assert not page.pack.isVisible()
    assert not page.report.isVisible()
    assert not [one for one in page.findChildren(Button) if one.objectName().startswith("pack:") and one.isVisible()]
