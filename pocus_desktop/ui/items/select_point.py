"""Select point: mark places on an image or on frames of a cine."""

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.case.items.select_point import Point, SelectPointItem, SelectPointResponse
from pocus_desktop.case.media import Cine
from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.items.answering import Answering, ItemContext
from pocus_desktop.ui.items.frame_bar import FrameBar
from pocus_desktop.ui.items.point_pad import PointPad
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class SelectPointAnswering(Answering):
    """The picture, its marks, and the marks as a list from which each can be removed.

    With room for one mark, placing anew moves it. Where all marks are placed, a further one is refused with a reason.
    """

    def __init__(self, state: ItemState, context: ItemContext) -> None:
        super().__init__(state, context)
        assert isinstance(state.item, SelectPointItem)  # noqa: S101 - the registry pairs them
        self._item = state.item
        worn = look.current()
        picture = self._item.picture
        self._points: tuple[Point, ...] = ()
        self._is_open = True
        self._pad = PointPad(picture.alt(context.language))
        self._pad.setObjectName("pad")
        self._pad.setMaximumHeight(look.current().fixed("pad"))
        self._pad.setAccessibleDescription(context.words("item.pad_keys"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("tight"))
        column.addWidget(self._pad)
        self._frames: FrameBar | None = None
        if isinstance(picture, Cine):
            count = context.pictures.cine(picture).info.frame_count
            self._frames = FrameBar(count=count, words=context.words, formats=context.formats)
            column.addWidget(self._frames)
            self._frames.moved.connect(self._on_frame)
        column.addWidget(Label(context.words("item.pad_keys"), scale="fine", tone="muted"))
        self._list = QWidget()
        self._listed = QVBoxLayout(self._list)
        self._listed.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._list)
        self._refused = Label("", tone="danger")
        self._refused.hide()
        column.addWidget(self._refused)
        self._pad.show_image(context.pictures.picture(picture))
        self._pad.placed.connect(self._place)
        self._pad.removed.connect(self._remove_seen)
        self._pad.pointed.connect(self._tell_place)
        self.render_state(state)

    def render_state(self, state: ItemState) -> None:
        """Show the marks and whether they can still be changed."""
        points = state.response.points if isinstance(state.response, SelectPointResponse) else ()
        self._is_open = state.locked_reason is None
        self._show(points)

    def _show(self, points: tuple[Point, ...]) -> None:
        is_same = points == self._points and self._listed.count() == len(points)
        self._points = points
        seen = tuple(
            (QPointF(point.x_px, point.y_px), self.context.formats.number(index + 1))
            for index, point in enumerate(points)
            if self._is_seen(point)
        )
        self._pad.show_marks(seen, is_open=self._is_open)
        if not is_same:
            self._fill_list()
        for index in range(self._listed.count()):
            item = self._listed.itemAt(index)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setEnabled(self._is_open)

    def _fill_list(self) -> None:
        while (item := self._listed.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        words, formats = self.context.words, self.context.formats
        for index, point in enumerate(self._points):
            where = self._where(QPointF(point.x_px, point.y_px))
            text = words("item.mark", number=formats.number(index + 1), where=where)
            if point.frame is not None:
                text = words("item.mark_on_frame", mark=text, frame=formats.number(point.frame + 1))
            row = QWidget()
            across = QHBoxLayout(row)
            across.setContentsMargins(0, 0, 0, 0)
            button = Button(words("item.remove_mark", mark=text), icon_name="trash-2", is_icon_only=True)
            button.setObjectName(f"mark:{index}")
            button.clicked.connect(lambda _=False, at=index: self._remove(at))
            across.addWidget(button)
            across.addWidget(Label(text), 1)
            self._listed.addWidget(row)
        self._list.setVisible(bool(self._points))

    def _is_seen(self, point: Point) -> bool:
        return self._frames is None or point.frame == self._frames.frame

    def _on_frame(self, frame: int) -> None:
        self._pad.show_image(self.context.pictures.picture(self._item.picture, frame))
        self._show(self._points)

    def _place(self, place: QPointF) -> None:
        frame = self._frames.frame if self._frames is not None else None
        point = Point(x_px=round(place.x(), 1), y_px=round(place.y(), 1), frame=frame)
        if self._item.max_points == 1:
            self._respond((point,))
        elif len(self._points) < self._item.max_points:
            self._respond((*self._points, point))
        else:
            told = self.context.words("item.marks_full", most=self._item.max_points)
            self._refused.setText(told)
            self._refused.show()
            announce(self._pad, told)
            return
        announce(self._pad, self.context.words("item.mark_placed", where=self._where(place)))

    def _remove_seen(self, seen_index: int) -> None:
        seen = [index for index, point in enumerate(self._points) if self._is_seen(point)]
        self._remove(seen[seen_index])

    def _remove(self, index: int) -> None:
        self._respond(self._points[:index] + self._points[index + 1 :])
        self._pad.setFocus()
        announce(self._pad, self.context.words("item.mark_removed"))

    def _respond(self, points: tuple[Point, ...]) -> None:
        self._refused.hide()
        self._show(points)
        self.respond(SelectPointResponse(points=points))

    def _tell_place(self, place: QPointF) -> None:
        self._pad.setAccessibleDescription(self._where(place))

    def _where(self, place: QPointF) -> str:
        image = self._pad.image
        formats = self.context.formats
        return self.context.words(
            "item.where",
            across=formats.percent(round(100 * place.x() / max(1, image.width()))),
            down=formats.percent(round(100 * place.y() / max(1, image.height()))),
        )
