"""All stations at once, each always in the same place: where in the room something is, before what it is."""

import html
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QToolTip, QWidget

from pocus_desktop.proctoring.check_in import as_counted
from pocus_desktop.ui.proctor.rows import GROUNDS, ROLES, GridRow, Level
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import pixmap
from pocus_desktop.ui.words import Words


class _Tile(NamedTuple):
    station_id: str
    label: str
    level: Level
    icon: str


class SeatMap(QWidget):
    """A tile a station, in the order of their names; the grid says the same to whoever does not see it.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        chosen: A tile was pressed; the station's id.
    """

    chosen = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._tiles: tuple[_Tile, ...] = ()
        self._told: dict[str, str] = {}
        self._size: tuple[look.Look, QSize] | None = None
        self._selected: frozenset[str] = frozenset()
        self.setObjectName("seat-map")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_rows(self, rows: Sequence[GridRow], selected: Sequence[str]) -> None:
        """Show these stations."""
        ordered = sorted(rows, key=lambda row: as_counted(row.name))
        shared = _shared([row.name for row in ordered])
        tiles = tuple(_Tile(row.station_id, row.name[shared:] or row.name, row.level, row.icon) for row in ordered)
        self._told = {row.station_id: row.spoken for row in ordered}
        if (tiles, frozenset(selected)) == (self._tiles, self._selected):
            return
        is_new = [tile.label for tile in tiles] != [tile.label for tile in self._tiles]
        self._tiles, self._selected = tiles, frozenset(selected)
        if is_new:
            self._size = None
            self.updateGeometry()
        needy = sum(tile.level in {"lost", "asks", "watch"} for tile in tiles)
        said = self._words("console.seats_told", count=len(tiles), needy=needy)
        if said != self.accessibleName():
            self.setAccessibleName(said)
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Fewer in a line make more lines."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Of all lines."""
        lines = -(-max(1, len(self._tiles)) // self._across(width))
        return lines * (self._tile_size().height() + self._gap()) - self._gap()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All in one line."""
        size = self._tile_size()
        return QSize(max(1, len(self._tiles)) * (size.width() + self._gap()), size.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One tile a line."""
        return self._tile_size()

    def place_of(self, station_id: str) -> QRect:
        """Where a station's tile is; empty where it has none."""
        for index, tile in enumerate(self._tiles):
            if tile.station_id == station_id:
                return self._place(index)
        return QRect()

    def tip(self, station_id: str) -> str:
        """What a tip says; Qt guesses whether one is markup, and a hand's note is anyone's."""
        return f"<qt>{html.escape(self._told[station_id])}</qt>"

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the station."""
        tile = self._at(event.position().toPoint().x(), event.position().toPoint().y())
        if tile is not None:
            self.chosen.emit(tile.station_id)

    def event(self, event: QEvent) -> bool:
        """A tip says of each tile what its row says."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tile = self._at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), "" if tile is None else self.tip(tile.station_id), self)
            return True
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Every tile: its ground, its sign, its number."""
        del event
        worn = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(worn.font("fine", "medium", is_tabular=True))
        for index, tile in enumerate(self._tiles):
            self._paint_tile(painter, tile, self._place(index))
        painter.end()

    def _paint_tile(self, painter: QPainter, tile: _Tile, place: QRect) -> None:
        worn = look.current()
        is_needy = tile.level in {"lost", "asks"}
        ground = ROLES[tile.level] if is_needy else GROUNDS[tile.level]
        ink = {"lost": "on_danger", "asks": "on_accent"}.get(tile.level, ROLES[tile.level])
        is_selected = tile.station_id in self._selected
        edge = "focus" if is_selected else ROLES[tile.level] if tile.level == "watch" else "line"
        painter.setPen(QPen(worn.colour(edge), 3 if is_selected else 1))
        painter.setBrush(worn.colour(ground))
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), worn.radius("small"), worn.radius("small"))
        size = worn.size("icon") - 4
        room = place.adjusted(worn.space("hair") + 2, 0, -worn.space("hair"), 0)
        sign = pixmap(tile.icon, worn.colour(ink).name(), size, self.devicePixelRatioF())
        at = QRect(room.left(), room.center().y() - size // 2 + 1, size, size)
        painter.drawPixmap(QStyle.visualRect(self.layoutDirection(), place, at), sign)
        words = room.adjusted(size + worn.space("hair"), 0, 0, 0)
        label = painter.fontMetrics().elidedText(tile.label, Qt.TextElideMode.ElideRight, words.width())
        painter.setPen(worn.colour(ink))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(QStyle.visualRect(self.layoutDirection(), place, words), flags, label)

    def _at(self, x: int, y: int) -> _Tile | None:
        for index, tile in enumerate(self._tiles):
            if self._place(index).contains(x, y):
                return tile
        return None

    def _place(self, index: int) -> QRect:
        size, gap, across = self._tile_size(), self._gap(), self._across(self.width())
        line, column = divmod(index, across)
        place = QRect(column * (size.width() + gap), line * (size.height() + gap), size.width(), size.height())
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _across(self, width: int) -> int:
        return max(1, (width + self._gap()) // (self._tile_size().width() + self._gap()))

    def _tile_size(self) -> QSize:
        """Of every tile; measured once for these labels in this look."""
        worn = look.current()
        if self._size is not None and self._size[0] == worn:
            return self._size[1]
        metrics = QFontMetrics(worn.font("fine", "medium", is_tabular=True))
        longest = max((metrics.horizontalAdvance(tile.label) for tile in self._tiles), default=0)
        most = metrics.horizontalAdvance("0000000000")
        wide = worn.size("icon") + 3 * worn.space("hair") + max(min(longest, most), metrics.horizontalAdvance("00"))
        self._size = (worn, QSize(wide, worn.size("target")))
        return self._size[1]

    def _gap(self) -> int:
        return look.current().space("hair")


def _shared(names: Sequence[str]) -> int:
    """How many characters all names begin with, up to their numbers: `Desk 1` and `Desk 12` share `Desk `."""
    if len(names) < 2:
        return 0
    first, last = min(names), max(names)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    while same and first[same - 1].isalnum():
        same -= 1
    return same
