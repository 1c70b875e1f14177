"""The report for an appeals board, as a PDF: laid out here, written whole or not at all."""

from pathlib import Path
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF
from PySide6.QtGui import QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.stamps import date_told
from pocus_desktop.kernel import files
from pocus_desktop.ui.appeals.paper import Paper
from pocus_desktop.ui.appeals.report_parts import ReportParts
from pocus_desktop.ui.words import Words

PaperSize: TypeAlias = Literal["a4", "letter"]

_SIZES: Final = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}
_UNITS_A_POINT: Final = 10
_MARGINS_MM: Final = QMarginsF(16, 14, 16, 14)
_FRAME_PT: Final = 24.0
"""What the head and the foot of a page take each."""


def write_report(appeal: Appeal, path: Path, *, words: Words, paper: PaperSize, is_blind: bool, made_at_ms: int) -> int:
    """Write the report; an application must exist.

    Args:
        appeal: What it is of.
        path: Where to; an older file of this name is replaced once the new one is whole.
        words: Of the reader's language.
        paper: What it is printed on.
        is_blind: Leave out who the candidate is.
        made_at_ms: The present, as wall time; it stands on every page.

    Returns:
        How many pages it has.

    Raises:
        OSError: The file cannot be written.
    """
    data, pages = report(appeal, words=words, paper=paper, is_blind=is_blind, made_at_ms=made_at_ms)
    files.write_atomically(path, data)
    return pages


def report(appeal: Appeal, *, words: Words, paper: PaperSize, is_blind: bool, made_at_ms: int) -> tuple[bytes, int]:
    """The bytes of the report, and how many pages it has; see `write_report`."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(72 * _UNITS_A_POINT)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(_SIZES[paper]), QPageLayout.Orientation.Portrait, _MARGINS_MM, QPageLayout.Unit.Millimeter
        )
    )
    writer.setTitle(words("report.title_of", sitting=plain(appeal.identity.sitting)))
    writer.setCreator("POCUS Desktop")
    frame = _FRAME_PT * _UNITS_A_POINT
    sheet = Paper(width=writer.width(), height=writer.height() - 2 * frame, point=_UNITS_A_POINT)
    ReportParts(appeal, sheet, words=words, is_blind=is_blind).write()
    painter = QPainter(writer)
    for number, page in enumerate(sheet.pages, start=1):
        if number > 1:
            writer.newPage()
        _frame(painter, sheet, words, appeal, number=number, frame=frame, made_at_ms=made_at_ms)
        painter.save()
        painter.translate(QPointF(0, frame))
        for paint in page.paints:
            paint(painter)
        painter.restore()
    painter.end()
    return bytes(buffer.data().data()), len(sheet.pages)


def _frame(
    painter: QPainter, sheet: Paper, words: Words, appeal: Appeal, *, number: int, frame: float, made_at_ms: int
) -> None:
    """What stands on every page: whose report it is, of which file, which page."""
    font = sheet.font("fine")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(sheet.colour("muted"))
    identity = appeal.identity
    top = metrics.ascent()
    painter.drawText(QPointF(0, top), words("report.head", sitting=plain(identity.sitting)))
    made = words("report.made", time=date_told(made_at_ms))
    painter.drawText(QPointF(sheet.width - metrics.horizontalAdvance(made), top), made)
    bottom = sheet.height + 2 * frame - metrics.descent()
    painter.drawText(QPointF(0, bottom), words("report.foot", digest=identity.digest))
    page = words("report.page", number=number, count=len(sheet.pages))
    painter.drawText(QPointF(sheet.width - metrics.horizontalAdvance(page), bottom), page)
    painter.setPen(QPen(sheet.colour("line"), 0.5 * sheet.point))
    for y in (top + metrics.descent() + 3 * sheet.point, bottom - metrics.ascent() - 3 * sheet.point):
        painter.drawLine(QPointF(0, y), QPointF(sheet.width, y))
