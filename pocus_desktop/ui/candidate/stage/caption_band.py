"""Captions, drawn by us under the picture in the candidate's size and contrast."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from pocus_desktop.case.webvtt import Line, Run
from pocus_desktop.ui.candidate.stage.caption_place import PlacedLine
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.caption_colours import READABLE_ON_BLACK

LINES: Final = 2
"""How many lines of text have room without the band growing."""


class CaptionBand(QWidget):
    """A band of black with the active cues in the middle, largest where wanted.

    The band keeps its height while there is nothing to say, so that the picture does not jump.
    """

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("captions-band")
        self._lines: tuple[PlacedLine, ...] = ()
        self._percent = 100
        self._now_ms = 0
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    @property
    def text(self) -> str:
        """What is shown, without looks."""
        return "\n".join(placed.line.text for placed in self._lines)

    def show_lines(self, lines: Sequence[PlacedLine], *, caption_percent: int, now_ms: int = 0) -> None:
        """Show the lines of the active cues.

        Args:
            lines: Lines of runs, as `case.webvtt.runs` makes them, each at its place.
            caption_percent: The candidate's caption size on top of the text size.
            now_ms: Where the clip is; words with a later time stamp are dimmed.
        """
        if (tuple(lines), caption_percent, now_ms) == (self._lines, self._percent, self._now_ms):
            return
        is_taller = caption_percent != self._percent
        self._lines, self._percent, self._now_ms = tuple(lines), caption_percent, now_ms
        self.setAccessibleName(self.text)
        if is_taller:
            self.updateGeometry()
        self.update()

    def show_plain(self, text: str, *, caption_percent: int) -> None:
        """Show one plain line: the sample of the comfort screen."""
        self.show_lines([PlacedLine(line=Line(runs=(Run(text=text),)))], caption_percent=caption_percent)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a few lines of the caption size."""
        return QSize(240, round(self._pixel_size() * 1.36 * LINES) + 2 * look.current().space("tight"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the lines, the last ones where not all have room; smaller before any word is lost."""
        del event
        worn = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), worn.colour("caption_back"))
        if self._lines:
            size = self._pixel_size()
            layouts, height = self._laid_out(size)
            while height > self.height() and size > worn.text_px("fine"):
                size -= 1
                layouts, height = self._laid_out(size)
            y = (self.height() - height) / 2 if height < self.height() else self.height() - height
            for layout in layouts:
                layout.draw(painter, QPointF(0, y))
                y += layout.boundingRect().height()
        painter.end()

    def _pixel_size(self) -> int:
        return round(look.current().text_px("lead") * self._percent / 100)

    def _laid_out(self, pixel_size: int) -> tuple[list[QTextLayout], float]:
        worn = look.current()
        font = worn.font("lead", "medium")
        font.setPixelSize(pixel_size)
        margin = worn.space("base")
        layouts: list[QTextLayout] = []
        height = 0.0
        room = max(1, self.width() - 2 * margin)
        for placed in self._lines:
            line, place = placed.line, placed.place
            layout = QTextLayout(line.text, font)
            option = QTextOption(place.alignment)
            option.setWrapMode(QTextOption.WrapMode.WordWrap)
            layout.setTextOption(option)
            layout.setFormats(self._formats(line, worn.colour("caption_text")))
            layout.beginLayout()
            y = 0.0
            while (row := layout.createLine()).isValid():
                row.setLineWidth(max(1, room * place.width))
                row.setPosition(QPointF(margin + room * place.left, y))
                y += row.height()
            layout.endLayout()
            layouts.append(layout)
            height += QRectF(layout.boundingRect()).height()
        return layouts, height

    def _formats(self, line: Line, colour: QColor) -> list[QTextLayout.FormatRange]:
        ranges: list[QTextLayout.FormatRange] = []
        at = 0
        for run in line.runs:
            look_of_run = QTextCharFormat()
            asked = READABLE_ON_BLACK.get(run.color or "")
            shade = QColor(colour if asked is None or look.current().theme == "high-contrast" else asked)
            if run.active_from_ms is not None and run.active_from_ms > self._now_ms:
                shade.setAlphaF(0.62)
            look_of_run.setForeground(shade)
            if run.is_bold:
                look_of_run.setFontWeight(QFont.Weight.DemiBold)
            look_of_run.setFontItalic(run.is_italic)
            look_of_run.setFontUnderline(run.is_underlined)
            part = QTextLayout.FormatRange()
            part.start, part.length, part.format = at, len(run.text), look_of_run
            ranges.append(part)
            at += len(run.text)
        return ranges
