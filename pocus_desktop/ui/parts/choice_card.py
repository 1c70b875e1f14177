"""Radio and check boxes as cards whose words wrap; real radio and check boxes to keyboards and screen readers."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QStyle, QWidget

from pocus_desktop.ui.theme import look

_WIDEST_PICTURE = 260


class _CardFace:
    """Measures and paints the card of one button."""

    def __init__(self, button: QAbstractButton, *, words: str, picture: QPixmap | None, is_round: bool) -> None:
        self.words = words
        self._button = button
        self._picture = picture
        self._is_round = is_round

    def height(self, width: int) -> int:
        worn = look.current()
        words = self._text_rect(width).height()
        picture = self._picture_size().height()
        inside = max(words, self._indicator()) + (picture + worn.space("tight") if picture else 0)
        return max(worn.size("control"), inside + 2 * worn.space("snug"))

    def hint(self) -> QSize:
        worn = look.current()
        metrics = QFontMetrics(worn.font())
        words = metrics.horizontalAdvance(self.words) if self.words else 0
        width = max(words, self._picture_size().width()) + self._indent() + worn.space("base") + 2
        return QSize(width, self.height(width))

    def narrowest(self) -> QSize:
        worn = look.current()
        metrics = QFontMetrics(worn.font())
        longest = max((metrics.horizontalAdvance(word) for word in self.words.split()), default=0)
        width = longest + self._indent() + worn.space("base") + 2
        return QSize(width, worn.size("control"))

    def paint(self) -> None:
        worn = look.current()
        button = self._button
        is_on, is_open = button.isChecked(), button.isEnabled()
        painter = QPainter(button)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = 2.0 if is_on else 1.0
        frame = QRectF(button.rect()).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2)
        ground = "accent_soft" if is_on else "raised" if button.underMouse() and is_open else "surface"
        line = "accent" if is_on else "control_line" if is_open else "line"
        painter.setPen(QPen(worn.colour(line), edge))
        painter.setBrush(worn.colour(ground))
        radius = worn.radius("small")
        painter.drawRoundedRect(frame, radius, radius)
        self._paint_indicator(painter, is_on=is_on, is_open=is_open)
        text = self._text_rect(button.width())
        text.moveTop(worn.space("snug") if self._picture is not None else (button.height() - text.height()) // 2)
        painter.setFont(worn.font())
        painter.setPen(worn.colour("text"))
        painter.drawText(self._mirrored(text), _flags(button), self.words)
        if self._picture is not None:
            size = self._picture_size()
            place = QRect(QPoint(self._indent(), text.bottom() + worn.space("tight")), size)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self._mirrored(place), self._picture)
        painter.end()

    def _paint_indicator(self, painter: QPainter, *, is_on: bool, is_open: bool) -> None:
        worn = look.current()
        edge = self._indicator()
        box = QRectF(self._mirrored(QRect(worn.space("snug"), 0, edge, edge)))
        box.moveTop((self._button.height() - edge) / 2 if self._picture is None else worn.space("snug"))
        box.adjust(1.5, 1.5, -1.5, -1.5)
        line = worn.colour("accent" if is_on else "control_line" if is_open else "line")
        painter.setPen(QPen(line, 2.0))
        fill = worn.colour("accent" if is_on and not self._is_round else "surface")
        painter.setBrush(QBrush(fill))
        if self._is_round:
            painter.drawEllipse(box)
            if is_on:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(line)
                inner = box.width() * 0.26
                painter.drawEllipse(box.center(), inner, inner)
            return
        painter.drawRoundedRect(box, 4, 4)
        if is_on:
            pen = QPen(worn.colour("on_accent"), max(2.0, edge / 9))
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            at = [QPointF(box.left() + box.width() * x, box.top() + box.height() * y) for x, y in _TICK]
            painter.drawPolyline(at)

    def _indicator(self) -> int:
        return look.current().size("icon")

    def _indent(self) -> int:
        worn = look.current()
        return worn.space("snug") + self._indicator() + worn.space("snug")

    def _text_rect(self, width: int) -> QRect:
        worn = look.current()
        room = QRect(self._indent(), 0, max(1, width - self._indent() - worn.space("base")), 100_000)
        found = QFontMetrics(worn.font()).boundingRect(room, Qt.TextFlag.TextWordWrap.value, self.words)
        return QRect(room.left(), 0, room.width(), found.height())

    def _picture_size(self) -> QSize:
        if self._picture is None:
            return QSize(0, 0)
        return self._picture.size().scaled(_WIDEST_PICTURE, _WIDEST_PICTURE, Qt.AspectRatioMode.KeepAspectRatio)

    def _mirrored(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self._button.layoutDirection(), self._button.rect(), rect)


_TICK = ((0.24, 0.54), (0.43, 0.72), (0.78, 0.30))


def _flags(button: QAbstractButton) -> int:
    is_mirrored = button.layoutDirection() == Qt.LayoutDirection.RightToLeft
    across = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
    return Qt.TextFlag.TextWordWrap.value | Qt.AlignmentFlag.AlignVCenter.value | across.value


def _prepare(button: QAbstractButton, words: str) -> None:
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    button.setSizePolicy(policy)
    button.setAccessibleName(words)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setMouseTracking(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class RadioCard(QRadioButton):
    """One of several answers.

    Args:
        words: The answer.
        picture: A picture shown below the words.
        parent: The owner; radio cards of one owner exclude each other.
    """

    def __init__(self, words: str, *, picture: QPixmap | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face = _CardFace(self, words=words, picture=picture, is_round=True)
        _prepare(self, words)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the card."""
        del event
        self._face.paint()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The words on one line."""
        return self._face.hint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The longest word."""
        return self._face.narrowest()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of the wrapped words."""
        return self._face.height(width)

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802 - Qt's name
        """The whole card is the target."""
        return self.rect().contains(pos)


class CheckCard(QCheckBox):
    """One of several answers of which several may hold, or a setting.

    Args:
        words: The answer.
        picture: A picture shown below the words.
        parent: The owner.
    """

    def __init__(self, words: str, *, picture: QPixmap | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face = _CardFace(self, words=words, picture=picture, is_round=False)
        _prepare(self, words)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the card."""
        del event
        self._face.paint()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The words on one line."""
        return self._face.hint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The longest word."""
        return self._face.narrowest()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of the wrapped words."""
        return self._face.height(width)

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802 - Qt's name
        """The whole card is the target."""
        return self.rect().contains(pos)
