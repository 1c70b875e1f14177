"""A report on paper: its parts as the sheet has them, and the sitting drawn to scale (`track_painter`)."""

from functools import partial
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.axis import Axis, step_for
from pocus_desktop.appeals.sheet import Sheet, Table
from pocus_desktop.appeals.stamps import span_told
from pocus_desktop.appeals.timeline import Clock
from pocus_desktop.ui.appeals.paper import Paper
from pocus_desktop.ui.appeals.track_colours import track_colours
from pocus_desktop.ui.appeals.track_painter import Stretch, TrackPainter
from pocus_desktop.ui.words import Words

_STRIPS: Final = 12
"""How many strips a timeline is drawn in, at most, before gaps are left out."""


class ReportParts:
    """Writes one report.

    Args:
        appeal: What it is of.
        sheet: What it is written on.
        words: Of the reader's language.
        is_blind: Leave out who the candidate is.
    """

    def __init__(self, appeal: Appeal, sheet: Paper, *, words: Words, is_blind: bool) -> None:
        self._told = appeal.timeline
        self._sheet = sheet
        self._words = words
        self._parts = Sheet(appeal, words, words.language, is_blind=is_blind)
        self._telling = self._parts.telling
        self._axis = Axis(appeal.timeline)

    def write(self) -> None:
        """All of it, in order."""
        words, sheet = self._words, self._sheet
        sheet.title(words("report.title"))
        sheet.text(self._parts.title, tone="muted")
        for doubt in self._told.doubts:
            said = self._telling.doubt(doubt)
            sheet.banner(said.what, said.next)
        for table in self._parts.before_the_drawing():
            self._set(table)
        self._draw()
        for table in self._parts.behind_the_drawing():
            self._set(table)
        sheet.heading(words("report.verify"))
        for step in self._parts.how_to_verify():
            sheet.text(step)

    def _set(self, table: Table) -> None:
        if table.heading:
            self._sheet.heading(table.heading)
        if table.rows:
            self._sheet.table(table.head, table.rows, shares=table.shares)
        else:
            self._sheet.text(table.empty, tone="muted")

    def _draw(self) -> None:
        """The timeline in strips of equal length; a long time in which nothing was is told in words."""
        words, sheet = self._words, self._sheet
        painter = TrackPainter(
            self._told,
            self._telling,
            colours=track_colours("light"),
            font=sheet.font("fine"),
            point=sheet.point,
        )
        sheet.heading(words("report.drawn"), keep_with=160)
        sheet.text(words("report.drawn_how"), size="fine", tone="muted")
        length = self._axis.length_ms
        strip = step_for(sum(one.lasted_ms for one in self._told.clock if not self._is_empty(one)), at_most=_STRIPS)
        start = 0
        while start == 0 or start < length:
            empty = next((one for one in self._told.clock if self._covers(one, start, strip)), None)
            if empty is not None:
                end = empty.end.elapsed_ms // strip * strip
                told = self._telling.interruption(empty) if empty.kind in {"hold", "gap"} else ""
                what = told or self._telling.clock(empty.kind)
                sheet.text(words("report.not_drawn", time=span_told(end - start), what=what), tone="muted")
                start = end
                continue
            stretch = Stretch(from_ms=start, to_ms=start + strip)
            sheet.drawing(painter.height, partial(_paint, tracks=painter, stretch=stretch))
            start += strip
        sheet.text(words("report.legend"), size="fine", tone="muted")

    def _is_empty(self, clock: Clock) -> bool:
        """Whether nothing happened in a stretch of the clock."""
        begin, end = clock.begin.elapsed_ms, clock.end.elapsed_ms
        return clock.kind != "run" and not any(begin < one.at.elapsed_ms < end for one in self._told.marks)

    def _covers(self, clock: Clock, start: int, strip: int) -> bool:
        return self._is_empty(clock) and clock.begin.elapsed_ms < start and start + 2 * strip <= clock.end.elapsed_ms


def _paint(painter: QPainter, rect: QRectF, *, tracks: TrackPainter, stretch: Stretch) -> None:
    tracks.paint(painter, rect.adjusted(tracks.gutter, 0, 0, 0), stretch)
