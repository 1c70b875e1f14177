"""A candidate's page of the paper book of codes, laid out for print."""

from typing import Final, Literal

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF
from PySide6.QtGui import QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter

from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.sheet import Cell
from pocus_desktop.kernel.words import say
from pocus_desktop.proctoring.code_book import COLUMNS, Entry, Page, column_title, instructions
from pocus_desktop.ui.appeals.paper import Paper

_SIZES: Final = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}
_UNITS_A_POINT: Final = 10
_MARGINS_MM: Final = QMarginsF(14, 12, 14, 12)
_FOOT_PT: Final = 18.0
_NUMBER_SHARE: Final = 0.75
"""How wide the column of numbers is against one of codes."""


def code_page(page: Page, *, paper: Literal["a4", "letter"], language: str) -> bytes:
    """The bytes of a PDF of one candidate's codes; an application must exist."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(72 * _UNITS_A_POINT)
    layout = QPageLayout(
        QPageSize(_SIZES[paper]), QPageLayout.Orientation.Portrait, _MARGINS_MM, QPageLayout.Unit.Millimeter
    )
    writer.setPageLayout(layout)
    writer.setTitle(plain(page.admission_id))
    writer.setCreator("POCUS Desktop")
    foot = _FOOT_PT * _UNITS_A_POINT
    sheet = Paper(width=writer.width(), height=writer.height() - foot, point=_UNITS_A_POINT)
    _write(sheet, page, language)
    painter = QPainter(writer)
    for number, one in enumerate(sheet.pages, start=1):
        if number > 1:
            writer.newPage()
        for paint in one.paints:
            paint(painter)
        _foot(painter, sheet, page, say("code.book.page", language, number=number, count=len(sheet.pages)), foot)
    painter.end()
    return bytes(buffer.data().data())


def _write(sheet: Paper, page: Page, language: str) -> None:
    sheet.title(say("code.book.title", language, name=page.candidate_name, candidate_id=page.candidate_id))
    sheet.text(
        say("code.book.of", language, bundle=page.bundle_id, attempt=page.attempt, admission=page.admission_id),
        tone="muted",
    )
    for one in instructions(page, language):
        sheet.text(one)
    head = [
        say("code.book.number", language),
        *(column_title(purpose, minutes, language) for purpose, minutes in COLUMNS),
    ]
    rows = [
        [Cell(text=str(number), is_strong=True), *(_cell(entry) for entry in row)]
        for number, row in enumerate(page.rows, start=1)
    ]
    sheet.table(head, rows, shares=[_NUMBER_SHARE, *(1.0 for _ in COLUMNS)])
    sheet.heading(say("code.book.sign_in", language), keep_with=40)
    sheet.table([], [[_cell(entry) for entry in page.sign_in]], shares=[1.0 for _ in page.sign_in])


def _cell(entry: Entry) -> Cell:
    return Cell(text=entry.shown, fine=entry.challenge.shown, is_strong=True)


def _foot(painter: QPainter, sheet: Paper, page: Page, told: str, foot: float) -> None:
    """Whose page it is, on every sheet: pages of several candidates get mixed up at the printer."""
    font = sheet.font("fine")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(sheet.colour("muted"))
    base = sheet.height + foot - metrics.descent()
    painter.drawText(QPointF(0, base), plain(f"{page.candidate_name} ({page.candidate_id}), {page.admission_id}"))
    painter.drawText(QPointF(sheet.width - metrics.horizontalAdvance(told), base), told)
