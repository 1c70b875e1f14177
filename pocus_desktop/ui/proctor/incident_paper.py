"""The report of an incident as a PDF: every entry in order, with its evidence and the report's digest on each page."""

from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF
from PySide6.QtGui import QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter

from pocus_desktop.appeals.sheet import Cell
from pocus_desktop.kernel import words as table
from pocus_desktop.proctoring.incident_folder import Filed
from pocus_desktop.proctoring.incident_telling import (
    attached_told,
    classed,
    happened_told,
    head_told,
    moment_told,
)
from pocus_desktop.ui.appeals.paper import Paper
from pocus_desktop.ui.words import Words

PaperSize: TypeAlias = Literal["a4", "letter"]

_SIZES: Final = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}
_UNITS_A_POINT: Final = 10
_MARGINS_MM: Final = QMarginsF(16, 14, 16, 14)
_FRAME_PT: Final = 24.0
"""What the head and the foot of a page take each."""


def incident_pdf(filed: Filed, *, words: Words, paper: PaperSize = "a4") -> tuple[bytes, int]:
    """The report on paper; an application must exist.

    Args:
        filed: What it is of.
        words: Of the reader's language.
        paper: What it is printed on.

    Returns:
        Its bytes, and how many pages it has.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(72 * _UNITS_A_POINT)
    size, unit = QPageSize(_SIZES[paper]), QPageLayout.Unit.Millimeter
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, _MARGINS_MM, unit))
    title = table.say("incident.title", words.language, reference=filed.reference)
    writer.setTitle(title)
    writer.setCreator("POCUS Desktop")
    frame = _FRAME_PT * _UNITS_A_POINT
    sheet = Paper(width=writer.width(), height=writer.height() - 2 * frame, point=_UNITS_A_POINT)
    _write(sheet, filed, words, title)
    painter = QPainter(writer)
    for number, page in enumerate(sheet.pages, start=1):
        if number > 1:
            writer.newPage()
        _foot(painter, sheet, filed, words, number=number, frame=frame)
        painter.save()
        painter.translate(QPointF(0, frame))
        for paint in page.paints:
            paint(painter)
        painter.restore()
    painter.end()
    return bytes(buffer.data().data()), len(sheet.pages)


def _write(sheet: Paper, filed: Filed, words: Words, title: str) -> None:
    incident, language = filed.report.incident, words.language
    state = "is_closed" if incident.last.is_closed else "is_open"
    standing = (
        table.say("incident.waits", language)
        if filed.receipt is None
        else table.say("incident.sent", language, when=moment_told(filed.receipt.received_at_ms))
    )
    sheet.title(title)
    sheet.table(
        (),
        (
            (Cell(text=words("incident.centre"), tone="muted"), Cell(text=incident.centre_id)),
            (Cell(text=words("incident.class"), tone="muted"), Cell(text=classed(incident.last, language))),
            (Cell(text=words("incident.state"), tone="muted"), Cell(text=table.say(f"incident.{state}", language))),
            (Cell(text=words("incident.academy"), tone="muted"), Cell(text=standing)),
        ),
        shares=(1, 4),
    )
    for entry in incident.entries:
        sheet.heading(head_told(entry, language))
        sheet.text(f"{classed(entry, language)} · {happened_told(entry, language)}", tone="muted")
        sheet.text(entry.told)
        lines = attached_told(entry, language)
        if lines:
            sheet.table((words("incident.attached"),), [(Cell(text=line),) for line in lines], shares=(1,))


def _foot(painter: QPainter, sheet: Paper, filed: Filed, words: Words, *, number: int, frame: float) -> None:
    """What stands on every page: which report it is, and which page."""
    font = sheet.font("fine")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(sheet.colour("muted"))
    bottom = sheet.height + 2 * frame - metrics.descent()
    painter.drawText(QPointF(0, bottom), words("incident.foot", digest=filed.report.digest))
    page = words("incident.page", number=number, count=len(sheet.pages))
    painter.drawText(QPointF(sheet.width - metrics.horizontalAdvance(page), bottom), page)
