"""Draws a timeline: rulers of wall and exam clock, and a lane each for clock, screens, media, answers and events.

One painter for the window and for paper: it takes a rectangle, a stretch of time, and how large a point is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from pocus_desktop.appeals.axis import Axis, step_for
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.stamps import short_span, time_told
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Answer, Clock, Mark, Part, Timeline
from pocus_desktop.ui.appeals.track_colours import TrackColours

By: TypeAlias = Literal["elapsed", "exam"]
"""Which axis is drawn to scale."""

LANES: Final = ("clock", "screens", "media", "answers", "events")
"""Top to bottom; the words are `ui.replay.lane.…`."""

_HEIGHTS: Final = {"clock": 20.0, "screens": 20.0, "media": 16.0, "answers": 18.0, "events": 18.0}
_RULER: Final = 16.0
_BETWEEN: Final = 3.0
_SIGN: Final = 4.0
_TICK_ROOM: Final = 62.0
_HIDDEN_EVENTS: Final = frozenset(
    {"answered", "media-reported", "play-started", "cine-left", "comfort-set", "went-on", "clocks-shown"}
)
"""Events that other lanes show already, or that screens show by what came of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is drawn: from a place on the axis to another, in milliseconds of it."""

    from_ms: float
    to_ms: float
    by: By = "elapsed"

    def place(self, at: At) -> float:
        """Where a place stands on the axis."""
        return at.elapsed_ms if self.by == "elapsed" else at.exam_ms


class TrackPainter:
    """Paints one timeline.

    Args:
        told: The timeline.
        telling: Its words.
        colours: What it is painted with.
        font: For everything written; its size is the caller's.
        point: How large a point is on what it paints on.
    """

    def __init__(
        self, told: Timeline, telling: Telling, *, colours: TrackColours, font: QFont, point: float = 1.0
    ) -> None:
        self.axis: Final = Axis(told)
        self._told = told
        self._telling = telling
        self._colours = colours
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._point = max(point, self._metrics.height() / 15.0)
        self._titles = {lane: telling.lane(lane) for lane in LANES}

    @property
    def gutter(self) -> float:
        """How wide the lanes' names are, at their left."""
        return max(map(self._metrics.horizontalAdvance, self._titles.values())) + 6 * self._point

    @property
    def height(self) -> float:
        """How high all of it is."""
        lanes = sum(_HEIGHTS.values()) + _BETWEEN * (len(LANES) + 1)
        return (lanes + 2 * _RULER) * self._point

    def lane_rect(self, rect: QRectF, lane: str) -> QRectF:
        """Where a lane is within the whole."""
        top = rect.top() + (_RULER + _BETWEEN) * self._point
        for name in LANES:
            height = _HEIGHTS[name] * self._point
            if name == lane:
                return QRectF(rect.left(), top, rect.width(), height)
            top += height + _BETWEEN * self._point
        return QRectF(rect.left(), top, rect.width(), _RULER * self._point)

    def x_of(self, rect: QRectF, stretch: Stretch, place_ms: float) -> float:
        """Where a moment of the axis is."""
        whole = max(stretch.to_ms - stretch.from_ms, 1)
        return rect.left() + rect.width() * (place_ms - stretch.from_ms) / whole

    def paint(self, painter: QPainter, rect: QRectF, stretch: Stretch) -> None:
        """All of it; the lanes' names stand left of the rectangle, in the gutter."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        painter.fillRect(rect, self._colours.ground)
        for lane in LANES:
            across = self.lane_rect(rect, lane)
            painter.fillRect(across, self._colours.lane)
            painter.setPen(self._colours.muted)
            beside = QRectF(rect.left() - self.gutter, across.top(), self.gutter, across.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter.value, self._titles[lane])
        self._rulers(painter, rect, stretch)
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        for clock in self._within(self._told.clock, stretch):
            self._clock(painter, self._box(rect, stretch, "clock", clock.begin, clock.end), clock)
        for index, shown in enumerate(self._told.screens):
            if _meets(stretch, shown.begin, shown.end):
                box = self._box(rect, stretch, "screens", shown.begin, shown.end)
                fill = self._colours.gap if shown.screen == "off" else self._colours.screen
                is_odd = bool(index % 2) and shown.screen != "off"
                self._bar(painter, box, self._colours.other_screen if is_odd else fill, self._colours.line)
                self._write(painter, box, self._telling.screen(shown))
        for play in self._told.plays:
            for part in play.parts:
                if _meets(stretch, part.begin, part.end):
                    self._part(painter, self._box(rect, stretch, "media", part.begin, part.end), part)
            if _meets(stretch, play.begin, play.end):
                box = self._box(rect, stretch, "media", play.begin, play.end)
                self._write(painter, box, self._telling.names.clip(play.clip), colour=self._colours.on_play)
        for answer in self._told.answers:
            if _meets(stretch, answer.at, answer.at):
                self._answer(painter, self._spot(rect, stretch, "answers", answer.at), answer)
        for mark in self._told.marks:
            if self._is_drawn(mark) and _meets(stretch, mark.at, mark.at):
                self._mark(painter, self._spot(rect, stretch, "events", mark.at), mark)
        painter.restore()

    def _is_drawn(self, mark: Mark) -> bool:
        return mark.kind not in _HIDDEN_EVENTS or mark.is_refused or bool(mark.drift_ms)

    def _within(self, clocks: tuple[Clock, ...], stretch: Stretch) -> Iterator[Clock]:
        return (one for one in clocks if _meets(stretch, one.begin, one.end))

    def _box(self, rect: QRectF, stretch: Stretch, lane: str, begin: At, end: At) -> QRectF:
        """A piece of a lane, at least a hair wide: what happened is seen, however short it was."""
        across = self.lane_rect(rect, lane)
        left = max(self.x_of(rect, stretch, stretch.place(begin)), rect.left() - self._point)
        right = min(self.x_of(rect, stretch, stretch.place(end)), rect.right() + self._point)
        return QRectF(left, across.top(), max(right - left, self._point), across.height())

    def _spot(self, rect: QRectF, stretch: Stretch, lane: str, at: At) -> QPointF:
        return QPointF(self.x_of(rect, stretch, stretch.place(at)), self.lane_rect(rect, lane).center().y())

    def _rulers(self, painter: QPainter, rect: QRectF, stretch: Stretch) -> None:
        """Wall time above, exam time below; both count in steps that people count in."""
        span = stretch.to_ms - stretch.from_ms
        step = step_for(round(span), at_most=int(rect.width() / (_TICK_ROOM * self._point)))
        top, bottom = rect.top() + _RULER * self._point, self.lane_rect(rect, "").top()
        painter.setPen(QPen(self._colours.line, 0.6 * self._point))
        painter.drawLine(QLineF(rect.left(), top, rect.right(), top))
        painter.drawLine(QLineF(rect.left(), bottom, rect.right(), bottom))
        for place in _steps(stretch.from_ms, stretch.to_ms, step):
            elapsed = place if stretch.by == "elapsed" else self.axis.elapsed_at(place)
            x = self.x_of(rect, stretch, place)
            self._tick(painter, x, rect.right(), top, -1, time_told(self.axis.at(elapsed).wall_ms)[:-2])
        for exam in self._exam_marks(stretch, step):
            place = exam if stretch.by == "exam" else self.axis.elapsed_at(exam)
            self._tick(painter, self.x_of(rect, stretch, place), rect.right(), bottom, 1, short_span(exam))

    def _exam_marks(self, stretch: Stretch, step: int) -> Iterator[int]:
        if stretch.by == "exam":
            return _steps(stretch.from_ms, stretch.to_ms, step)
        first = self.axis.at(round(stretch.from_ms)).exam_ms
        last = self.axis.at(round(stretch.to_ms)).exam_ms
        marks = _steps(first, last, step)
        return (one for one in marks if stretch.from_ms <= self.axis.elapsed_at(one) <= stretch.to_ms)

    def _tick(self, painter: QPainter, x: float, right: float, y: float, way: int, text: str) -> None:
        """A mark on a ruler, with what it says where there is room for it before the end."""
        length = 4 * self._point
        painter.setPen(QPen(self._colours.line, 0.6 * self._point))
        painter.drawLine(QLineF(x, y, x, y + way * length))
        if x + 2 * self._point + self._metrics.horizontalAdvance(text) > right:
            return
        painter.setPen(self._colours.muted)
        baseline = y - 3 * self._point if way < 0 else y + self._metrics.ascent() + self._point
        painter.drawText(QPointF(x + 2 * self._point, baseline), text)

    def _bar(self, painter: QPainter, box: QRectF, fill: QColor, line: QColor) -> None:
        painter.fillRect(box, fill)
        painter.setPen(QPen(line, 0.6 * self._point))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)

    def _hatch(self, painter: QPainter, box: QRectF, colour: QColor, way: int) -> None:
        """Slanting lines: drawn, not a brush, so that paper keeps them as lines."""
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        painter.setPen(QPen(colour, 0.5 * self._point))
        step = 5 * self._point
        x = box.left() - box.height()
        while x < box.right():
            start, end = (box.bottom(), box.top()) if way > 0 else (box.top(), box.bottom())
            painter.drawLine(QLineF(x, start, x + box.height(), end))
            x += step
        painter.restore()

    def _clock(self, painter: QPainter, box: QRectF, clock: Clock) -> None:
        colours = self._colours
        match clock.kind:
            case "run":
                self._bar(painter, box, colours.run, colours.run_line)
            case "hold":
                self._bar(painter, box, colours.hold, colours.hold_line)
                self._hatch(painter, box, colours.hold_line, 1)
            case "gap":
                self._bar(painter, box, colours.gap, colours.gap_line)
                self._hatch(painter, box, colours.gap_line, -1)
            case _:
                self._bar(painter, box, colours.lane, colours.line)
        is_broken = clock.kind in {"hold", "gap"}
        said = self._telling.interruption(clock) if is_broken else self._telling.clock(clock.kind)
        self._write(painter, box, said, has_ground=is_broken)

    def _part(self, painter: QPainter, box: QRectF, part: Part) -> None:
        colours = self._colours
        if part.kind == "playing":
            self._bar(painter, box, colours.play, colours.play)
            return
        is_bad = part.kind in {"stalled", "away"}
        self._bar(painter, box, colours.gap if is_bad else colours.lane, colours.gap_line if is_bad else colours.play)
        self._hatch(painter, box, colours.gap_line if is_bad else colours.play, -1 if is_bad else 1)

    def _answer(self, painter: QPainter, spot: QPointF, answer: Answer) -> None:
        """A disc for the last word, a ring for one that was replaced, a cross for one that did not count."""
        size, colours = _SIGN * self._point, self._colours
        painter.setPen(QPen(colours.gap_line if answer.is_counted is False else colours.play, 1.2 * self._point))
        if answer.is_counted is False:
            painter.drawLine(QLineF(spot.x() - size, spot.y() - size, spot.x() + size, spot.y() + size))
            painter.drawLine(QLineF(spot.x() - size, spot.y() + size, spot.x() + size, spot.y() - size))
            return
        painter.setBrush(QBrush(colours.play) if answer.is_final else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot, size, size)

    def _mark(self, painter: QPainter, spot: QPointF, mark: Mark) -> None:
        """A shape a kind: cross refused, square a limit, plus granted, flag, diamond noted, stroke anything else."""
        size, colours = _SIGN * self._point, self._colours
        painter.setPen(QPen(colours.text, 1.1 * self._point))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = spot.x(), spot.y()
        if mark.is_refused:
            painter.setPen(QPen(colours.gap_line, 1.2 * self._point))
            painter.drawLine(QLineF(x - size, y - size, x + size, y + size))
            painter.drawLine(QLineF(x - size, y + size, x + size, y - size))
        elif mark.kind in {"timer-fired", "time-over"}:
            painter.setBrush(QBrush(colours.hold_line))
            painter.drawRect(QRectF(x - size, y - size, 2 * size, 2 * size))
        elif mark.kind == "time-granted" or ("act", "add-time") in mark.fields:
            painter.setPen(QPen(colours.run_line, 2 * self._point))
            painter.drawLine(QLineF(x - size, y, x + size, y))
            painter.drawLine(QLineF(x, y - size, x, y + size))
        elif mark.kind == "flagged":
            flag = [QPointF(x, y - size), QPointF(x + 2 * size, y - size / 3), QPointF(x, y + size / 3)]
            painter.setBrush(QBrush(colours.text))
            painter.drawPolygon(QPolygonF(flag))
            painter.drawLine(QLineF(x, y - size, x, y + size))
        elif mark.noted or mark.drift_ms:
            painter.setBrush(QBrush(colours.hold))
            corners = [(0, -1), (1, 0), (0, 1), (-1, 0)]
            painter.drawPolygon(QPolygonF([QPointF(x + size * a, y + size * b) for a, b in corners]))
        else:
            painter.setPen(QPen(colours.muted, 1.1 * self._point))
            painter.drawLine(QLineF(x, y - size, x, y + size))

    def _write(
        self, painter: QPainter, box: QRectF, text: str, *, colour: QColor | None = None, has_ground: bool = False
    ) -> None:
        """A name inside a piece, as far as there is room; none where there is not."""
        inside = box.adjusted(3 * self._point, 0, -2 * self._point, 0)
        if inside.width() < 2.5 * self._metrics.averageCharWidth():
            return
        shown = self._metrics.elidedText(plain(text), Qt.TextElideMode.ElideRight, inside.width())
        if len(shown) < 2:  # nothing but the dots
            return
        if has_ground:
            ground = QRectF(
                inside.left() - self._point, inside.top() + self._point, 0, inside.height() - 2 * self._point
            )
            ground.setWidth(min(self._metrics.horizontalAdvance(shown) + 2 * self._point, inside.width()))
            painter.fillRect(ground, self._colours.ground)
        painter.setPen(colour or self._colours.text)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter.value | Qt.AlignmentFlag.AlignLeft.value, shown)


def _meets(stretch: Stretch, begin: At, end: At) -> bool:
    return stretch.place(begin) <= stretch.to_ms and stretch.place(end) >= stretch.from_ms


def _steps(from_ms: float, to_ms: float, step: int) -> Iterator[int]:
    place = -(-round(from_ms) // step) * step
    while place <= to_ms:
        yield place
        place += step
