"""The timeline on the screen: drawn to scale, zoomed and walked by mouse and by keyboard."""

from typing import Final

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Timeline
from pocus_desktop.ui.appeals.track_colours import track_colours
from pocus_desktop.ui.appeals.track_painter import By, Stretch, TrackPainter
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_ZOOM: Final = 1.5
_CLOSEST_MS: Final = 2_000
"""No less than so much is ever drawn over the whole width."""

_FINEST_MS: Final = 10
_MOST_UNITS: Final = 10**8
"""A scroll bar counts in units that it has room for, be a gap as long as it may."""


class TrackView(QAbstractScrollArea):
    """Draws one timeline.

    Args:
        told: The timeline.
        telling: Its words.
        words: Of the window.
        parent: The owner.

    Signals:
        chosen: A moment was clicked, or walked to by key; time passed in milliseconds.
    """

    chosen = Signal(object)

    def __init__(self, told: Timeline, telling: Telling, *, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told, self._telling, self._words = told, telling, words
        self._by: By = "elapsed"
        self._zoom = 1.0
        self._elapsed_ms = 0
        self.setObjectName("tracks")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words("replay.tracks"))
        self._painter = self._made()
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)

    @property
    def stretch(self) -> Stretch:
        """What is in sight."""
        start = self.horizontalScrollBar().value() * self._unit_ms
        return Stretch(from_ms=start, to_ms=start + self._seen_ms, by=self._by)

    def show_by(self, by: By) -> None:
        """Draw this axis to scale."""
        self._by, self._zoom = by, 1.0
        self._fit()
        self.keep_in_sight()

    def show_moment(self, elapsed_ms: int, spoken: str) -> None:
        """Where one is, with what screen readers say of it."""
        self._elapsed_ms = elapsed_ms
        self.setAccessibleDescription(spoken)
        self.keep_in_sight()
        self.viewport().update()

    def zoom_in(self) -> None:
        """Closer, about where one is."""
        self._zoom_to(self._zoom * _ZOOM)

    def zoom_out(self) -> None:
        """Further away."""
        self._zoom_to(self._zoom / _ZOOM)

    def show_all(self) -> None:
        """The whole timeline."""
        self._zoom_to(1.0)

    def keep_in_sight(self) -> None:
        """Scroll to where one is."""
        place, stretch = self._place(), self.stretch
        if not stretch.from_ms <= place <= stretch.to_ms:
            self.horizontalScrollBar().setValue(round((place - self._seen_ms / 3) / self._unit_ms))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as its lanes."""
        edge = look.current().space("tight")
        return QSize(480, round(self._painter.height) + 2 * edge + look.current().fixed("scroll"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same, and no narrower than what can be read."""
        return QSize(240, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take colours and sizes from the look in force."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._painter = self._made()
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As much is in sight as before, over another width."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The lanes, and a line where one is."""
        worn = look.current()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), worn.colour("surface"))
        area, stretch = self._area(), self.stretch
        self._painter.paint(painter, area, stretch)
        place = self._place()
        if stretch.from_ms <= place <= stretch.to_ms:
            x = self._painter.x_of(area, stretch, place)
            painter.setPen(QPen(worn.colour("focus"), 2.0))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """To the moment under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The same while it is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose_at(event.position().x())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom with Control, else scroll along."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_to(self._zoom * (_ZOOM if turned > 0 else 1 / _ZOOM))
        else:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - turned * bar.pageStep() // 1200)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows move by a hundredth of what is in sight, Page keys by a tenth, Home and End to the ends."""
        small, large = round(self._seen_ms / 100), round(self._seen_ms / 10)
        ways = {
            Qt.Key.Key_Left: -small,
            Qt.Key.Key_Right: small,
            Qt.Key.Key_PageUp: -large,
            Qt.Key.Key_PageDown: large,
        }
        key = Qt.Key(event.key())
        if key in ways:
            self._choose(self._place() + ways[key])
        elif key is Qt.Key.Key_Home:
            self._choose(0)
        elif key is Qt.Key.Key_End:
            self._choose(self._whole_ms)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_in()
        elif key is Qt.Key.Key_Minus:
            self.zoom_out()
        elif key is Qt.Key.Key_0:
            self.show_all()
        else:
            super().keyPressEvent(event)

    @property
    def _whole_ms(self) -> int:
        axis = self._painter.axis
        return max(axis.length_ms if self._by == "elapsed" else axis.exam_ms, 1)

    @property
    def _unit_ms(self) -> int:
        return max(_FINEST_MS, self._whole_ms // _MOST_UNITS)

    @property
    def _seen_ms(self) -> float:
        return self._whole_ms / self._zoom

    def _made(self) -> TrackPainter:
        worn = look.current()
        font = worn.font("fine", is_tabular=True)
        return TrackPainter(self._told, self._telling, colours=track_colours(worn.theme), font=font)

    def _area(self) -> QRectF:
        edge = look.current().space("tight")
        inside = QRectF(self.viewport().rect()).adjusted(edge + self._painter.gutter, edge, -edge, 0)
        inside.setHeight(self._painter.height)
        return inside

    def _place(self) -> int:
        return round(Stretch(from_ms=0, to_ms=1, by=self._by).place(self._painter.axis.at(self._elapsed_ms)))

    def _choose_at(self, x: float) -> None:
        area, stretch = self._area(), self.stretch
        share = min(max((x - area.left()) / max(area.width(), 1), 0), 1)
        self._choose(round(stretch.from_ms + share * (stretch.to_ms - stretch.from_ms)))

    def _choose(self, place_ms: int) -> None:
        place = min(max(place_ms, 0), self._whole_ms)
        self.chosen.emit(place if self._by == "elapsed" else self._painter.axis.elapsed_at(place))

    def _zoom_to(self, zoom: float) -> None:
        place, before = self._place(), self.stretch
        share = (place - before.from_ms) / max(before.to_ms - before.from_ms, 1)
        share = share if 0 <= share <= 1 else 0.5
        self._zoom = min(max(zoom, 1.0), max(self._whole_ms / _CLOSEST_MS, 1.0))
        self._fit()
        self.horizontalScrollBar().setValue(round((place - share * self._seen_ms) / self._unit_ms))
        self.viewport().update()

    def _fit(self) -> None:
        bar = self.horizontalScrollBar()
        page = max(round(self._seen_ms / self._unit_ms), 1)
        bar.setRange(0, max(round(self._whole_ms / self._unit_ms) - page, 0))
        bar.setPageStep(page)
        bar.setSingleStep(max(page // 20, 1))
