"""Paper: text, tables and drawings laid out into pages, every text as it is and never as markup.

What is written on paper comes from people who may want a report to say something else. Nothing here parses: a text is
laid out by `QTextLayout`, character by character (docs/adr/0141). Rows of a table stay whole where a page has room for
them; a table that goes on has its head again; a heading is never the last thing on a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextLayout, QTextLine, QTextOption

from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.sheet import Cell
from pocus_desktop.ui.theme.fonts import interface_font
from pocus_desktop.ui.theme.tokens import tokens

Paint: TypeAlias = Callable[[QPainter, float], None]
"""Paints something whose top is at a height of the page."""

_SIZES_PT: Final = {"title": 20.0, "heading": 13.0, "body": 9.0, "fine": 7.6}
_PADDING_PT: Final = 3.5
_LEADING: Final = 1.25
_REPLACING: Final = ("calt", "liga", "clig", "ccmp", "locl")
"""OpenType features by which a font puts another glyph in place of a character's own."""
_LEAST_PT: Final = 60.0
"""A row that goes over several pages begins on this one only where so much is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of text, laid out; the layout is kept alive with it."""

    layout: QTextLayout
    line: QTextLine
    height: float
    colour: QColor


@dataclass(slots=True)
class Page:
    """What is painted on a page."""

    paints: list[Callable[[QPainter], None]] = field(default_factory=list)


class Paper:
    """Fills pages from top to bottom.

    Args:
        width: Of what is written on, in the units of what it is painted on.
        height: The same.
        point: How many of those units a point has.
    """

    def __init__(self, *, width: float, height: float, point: float) -> None:
        self.width: Final = width
        self.height: Final = height
        self.point: Final = point
        self.pages: Final[list[Page]] = [Page()]
        self._y = 0.0
        roles = tokens().themes["light"]
        self._colours = {name: QColor(value) for name, value in roles.items()}

    @property
    def left(self) -> float:
        """How much is left of the page."""
        return self.height - self._y

    def colour(self, role: str) -> QColor:
        """A colour of the light theme: paper is white."""
        return self._colours[role]

    def font(self, size: str, *, is_strong: bool = False) -> QFont:
        """The shipped font, one glyph a character.

        Glyphs that stand for others where they look better (a multiplication sign for the x in `8x2`, figures of one
        width) would be copied out of a PDF as other characters, and show an id otherwise than it is.
        """
        weight = tokens().weights["strong" if is_strong else "regular"]
        font = interface_font(pixel_size=round(_SIZES_PT[size] * self.point), weight=weight)
        for feature in _REPLACING:
            font.setFeature(QFont.Tag(feature), 0)
        return font

    def space(self, points: float) -> None:
        """Leave room; none at the top of a page."""
        if self._y:
            self._y += points * self.point

    def title(self, text: str) -> None:
        """The report's own heading."""
        self._lines(self._laid(text, "title", self.width, is_strong=True), 0.0)
        self.space(4)

    def heading(self, text: str, *, keep_with: float = 60.0) -> None:
        """A heading, on a page that has room for something below it.

        Args:
            text: What it says.
            keep_with: Points that must be left below.
        """
        lines = self._laid(text, "heading", self.width, is_strong=True)
        self.space(14)
        self._need(sum(one.height for one in lines) + keep_with * self.point)
        self._lines(lines, 0.0)
        self.space(4)

    def text(self, text: str, *, size: str = "body", tone: str = "text", is_strong: bool = False) -> None:
        """A paragraph."""
        self._lines(self._laid(text, size, self.width, tone=tone, is_strong=is_strong), 0.0)
        self.space(3)

    def banner(self, what: str, next_step: str, *, tone: str = "danger") -> None:
        """Something that must not be overlooked: framed, with a bar at its side."""
        inside, bar = 8 * self.point, 4 * self.point
        room = self.width - 2 * inside - bar
        lines = self._laid(what, "body", room, tone=tone, is_strong=True) + self._laid(next_step, "body", room)
        height = sum(one.height for one in lines) + 2 * inside
        self._need(height)
        frame, ground = self.colour(tone), self.colour(f"{tone}_soft")

        def paint(painter: QPainter, top: float) -> None:
            painter.fillRect(QRectF(0, top, self.width, height), ground)
            painter.fillRect(QRectF(0, top, bar, height), frame)
            _paint_lines(painter, lines, bar + inside, top + inside)

        self._put(height, paint)
        self.space(6)

    def drawing(self, height: float, paint: Callable[[QPainter, QRectF], None]) -> None:
        """A drawing over the whole width, kept on one page."""
        self._need(height)
        self._put(height, lambda painter, top: paint(painter, QRectF(0, top, self.width, height)))
        self.space(6)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[Cell]], *, shares: Sequence[float]) -> None:
        """A table; its head stands again on every page it goes on to.

        Args:
            head: The columns' headings; none for a table without.
            rows: Each with a cell a column.
            shares: How wide the columns are, against each other.
        """
        whole = sum(shares)
        widths = [self.width * share / whole for share in shares]
        titles = [Cell(text=one, tone="muted", is_strong=True) for one in head]
        top = [self._cell(cell, width) for cell, width in zip(titles, widths, strict=False)]
        is_headed = False
        for row in rows:
            cells = [self._cell(cell, width) for cell, width in zip(row, widths, strict=True)]
            is_headed = self._row(cells, widths, top, is_headed=is_headed)
        self.space(4)

    def _row(self, cells: list[list[_Line]], widths: list[float], head: list[list[_Line]], *, is_headed: bool) -> bool:
        """One row, whole where any page could hold it; whether the page now has the table's head."""
        head_height = self._row_height(head) if head else 0.0
        height = self._row_height(cells)
        room = self.height - self._y - (0.0 if is_headed else head_height)
        is_whole_elsewhere = height <= self.height - head_height
        if self._y and height > room and (is_whole_elsewhere or room < _LEAST_PT * self.point):
            self._turn()
            is_headed = False
        while True:
            if head and not is_headed:
                self._put_row(head, widths, head_height, is_head=True)
                is_headed = True
            fitting, cells = _split(cells, self.height - self._y - 2 * _PADDING_PT * self.point)
            self._put_row(fitting, widths, self._row_height(fitting), is_head=False)
            if not any(cells):
                return True
            self._turn()
            is_headed = False

    def _put_row(self, cells: list[list[_Line]], widths: list[float], height: float, *, is_head: bool) -> None:
        padding = _PADDING_PT * self.point
        ground, line = self.colour("sunken"), self.colour("line")

        def paint(painter: QPainter, top: float) -> None:
            if is_head:
                painter.fillRect(QRectF(0, top, self.width, height), ground)
            painter.setPen(QPen(line, 0.5 * self.point))
            painter.drawLine(QPointF(0, top + height), QPointF(self.width, top + height))
            left = 0.0
            for lines, width in zip(cells, widths, strict=True):
                _paint_lines(painter, lines, left + padding, top + padding)
                left += width

        self._put(height, paint)

    def _row_height(self, cells: list[list[_Line]]) -> float:
        return max((sum(one.height for one in lines) for lines in cells), default=0.0) + 2 * _PADDING_PT * self.point

    def _cell(self, cell: Cell, width: float) -> list[_Line]:
        room = width - 2 * _PADDING_PT * self.point
        size = "fine" if cell.tone == "muted" and cell.is_strong else "body"
        lines = self._laid(cell.text, size, room, tone=cell.tone or "text", is_strong=cell.is_strong)
        return lines + (self._laid(cell.fine, "fine", room, tone="muted") if cell.fine else [])

    def _laid(self, text: str, size: str, width: float, *, tone: str = "text", is_strong: bool = False) -> list[_Line]:
        font = self.font(size, is_strong=is_strong)
        height = QFontMetricsF(font).height() * (_LEADING if size in {"body", "fine"} else 1.1)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        found: list[_Line] = []
        for paragraph in plain(text, keeps_lines=True).split("\n"):
            layout = QTextLayout(paragraph, font)
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
                found.append(_Line(layout=layout, line=line, height=height, colour=self.colour(tone)))
            layout.endLayout()
        return found

    def _lines(self, lines: list[_Line], left: float) -> None:
        for one in lines:
            self._need(one.height)
            self._put(one.height, _painting([one], left))

    def _need(self, height: float) -> None:
        if self._y and self._y + height > self.height:
            self._turn()

    def _turn(self) -> None:
        self.pages.append(Page())
        self._y = 0.0

    def _put(self, height: float, paint: Paint) -> None:
        top = self._y
        self.pages[-1].paints.append(lambda painter: paint(painter, top))
        self._y += height


def _painting(lines: list[_Line], left: float) -> Paint:
    return lambda painter, top: _paint_lines(painter, lines, left, top)


def _paint_lines(painter: QPainter, lines: Sequence[_Line], left: float, top: float) -> None:
    for one in lines:
        painter.setPen(one.colour)
        one.line.draw(painter, QPointF(left - one.line.x(), top - one.line.y()))
        top += one.height


def _split(cells: list[list[_Line]], room: float) -> tuple[list[list[_Line]], list[list[_Line]]]:
    """The lines of each cell that fit, and the rest."""
    fitting, rest = [], []
    for lines in cells:
        count, used = 0, 0.0
        while count < len(lines) and used + lines[count].height <= room:
            used += lines[count].height
            count += 1
        fitting.append(lines[:count])
        rest.append(lines[count:])
    return fitting, rest
