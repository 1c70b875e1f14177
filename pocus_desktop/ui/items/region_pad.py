"""A picture with regions that can be selected: each is a real check box to keyboards and screen readers."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QRegion, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from pocus_desktop.case.items.hotspot import Area, Ellipse, Polygon, Rectangle
from pocus_desktop.ui.parts.picture import PictureView
from pocus_desktop.ui.parts.tip import plain_tip
from pocus_desktop.ui.theme import look


class _RegionBox(QCheckBox):
    """The check box over a region; the pad paints the outline, so it paints nothing."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        del event

    def hitButton(self, _pos: object) -> bool:  # noqa: N802 - Qt's name
        return True

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(24, 24)


class RegionPad(PictureView):
    """Regions over a picture; Tab goes from one to the next, Space selects.

    Args:
        name: What the picture shows.
        regions: Id, label and area of each, in the order of the keyboard.
        parent: The owner.

    Signals:
        toggled: A region's id and whether it is now selected.
    """

    toggled = Signal(str, bool)

    def __init__(self, name: str, regions: Sequence[tuple[str, str, Area]], *, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self._areas = {region_id: (label, area) for region_id, label, area in regions}
        self._boxes: dict[str, _RegionBox] = {}
        for region_id, label, _ in regions:
            box = _RegionBox(self)
            box.setObjectName(f"region:{region_id}")
            box.setAccessibleName(label)
            box.setCursor(Qt.CursorShape.PointingHandCursor)
            box.setToolTip(plain_tip(label))
            box.clicked.connect(lambda checked, at=region_id: self.toggled.emit(at, checked))
            box.toggled.connect(self.update)
            self._boxes[region_id] = box
        self.zoomed.connect(self._lay_boxes)

    def show_selected(self, selected: Sequence[str], *, is_open: bool) -> None:
        """Show which regions are selected, and whether that can be changed."""
        for region_id, box in self._boxes.items():
            box.setChecked(region_id in selected)
            box.setEnabled(is_open)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the check boxes on their regions."""
        super().resizeEvent(event)
        self._lay_boxes()

    def paint_marks(self, painter: QPainter) -> None:
        """Outlines, then their labels; selected ones are filled and ticked."""
        worn = look.current()
        for region_id, (_, area) in self._areas.items():
            path = self._path(area)
            is_on = self._boxes[region_id].isChecked()
            if is_on:
                fill = worn.colour("mark")
                fill.setAlphaF(0.28)
                painter.fillPath(path, fill)
            for role, width in (("mark_edge", 5.0 if is_on else 3.5), ("mark", 3.0 if is_on else 1.5)):
                painter.setPen(QPen(worn.colour(role), width, Qt.PenStyle.SolidLine if is_on else Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(path)
        painter.setFont(worn.font("fine", "strong"))
        for region_id, box in self.label_boxes().items():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(worn.colour("mark_edge"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(worn.colour("mark"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._label(region_id))

    def label_boxes(self) -> dict[str, QRectF]:
        """Where each region's label stands: above its region, else below, where no other label is in the way."""
        metrics = QFontMetricsF(look.current().font("fine", "strong"))
        bounds = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        boxes: dict[str, QRectF] = {}
        for region_id, (_, area) in self._areas.items():
            box = metrics.boundingRect(self._label(region_id)).adjusted(-6, -3, 6, 3)
            outline = self._path(area).boundingRect()
            box.moveCenter(outline.center())
            box.moveLeft(min(max(box.left(), bounds.left()), max(bounds.left(), bounds.right() - box.width())))
            above, below = outline.top() - 3 - box.height(), outline.bottom() + 3
            tops = (max(above, bounds.top()), min(below, bounds.bottom() - box.height()))
            places = [box.translated(0, top - box.top()) for top in tops]  # beside the region: it hides nothing of it
            is_free = [not any(place.intersects(other) for other in boxes.values()) for place in places]
            boxes[region_id] = places[is_free.index(True) if any(is_free) else 0]
        return boxes

    def _label(self, region_id: str) -> str:
        label, _ = self._areas[region_id]
        return f"✓ {label}" if self._boxes[region_id].isChecked() else label

    def _lay_boxes(self) -> None:
        if self.image.isNull():
            return
        for region_id, (_, area) in self._areas.items():
            path = self._path(area)
            bounds = path.boundingRect().toAlignedRect().intersected(self.rect())
            box = self._boxes[region_id]
            box.setGeometry(bounds)
            inside = path.translated(-QPointF(bounds.topLeft()))
            box.setMask(QRegion(inside.toFillPolygon().toPolygon()))

    def _path(self, area: Area) -> QPainterPath:
        path = QPainterPath()
        match area:
            case Rectangle():
                path.addPolygon(
                    QPolygonF(
                        [
                            self.to_widget(QPointF(x, y))
                            for x, y in (
                                (area.left, area.top),
                                (area.right, area.top),
                                (area.right, area.bottom),
                                (area.left, area.bottom),
                            )
                        ]
                    )
                )
            case Ellipse():
                corner = self.to_widget(QPointF(area.x - area.radius_x, area.y - area.radius_y))
                other = self.to_widget(QPointF(area.x + area.radius_x, area.y + area.radius_y))
                path.addEllipse(QRectF(corner, other))
            case Polygon():
                path.addPolygon(QPolygonF([self.to_widget(QPointF(x, y)) for x, y in area.points]))
        path.closeSubpath()
        return path
