"""Steps through the frames of a cine that an item asks about."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class FrameBar(QWidget):
    """Back, scrub, on, and which frame it is.

    Args:
        count: How many frames there are.
        words: The candidate's language.
        formats: Its numbers.

    Signals:
        moved: The frame to show, counted from 0.
    """

    moved = Signal(int)

    def __init__(self, *, count: int, words: Words, formats: Formats) -> None:
        super().__init__()
        self._count = count
        self._words = words
        self._formats = formats
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("tight"))
        back = Button(words("cine.step_back"), icon_name="step-back", is_icon_only=True)
        back.setObjectName("frame-back")
        on = Button(words("cine.step_on"), icon_name="step-forward", is_icon_only=True)
        on.setObjectName("frame-on")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("frames")
        self._slider.setAccessibleName(words("cine.frame"))
        self._slider.setRange(0, count - 1)
        self._told = Label("", scale="fine", tone="muted", wraps=False, is_tabular=True)
        row.addWidget(back)
        row.addWidget(self._slider, 1)
        row.addWidget(on)
        row.addWidget(self._told)
        back.clicked.connect(lambda: self._slider.setValue(self._slider.value() - 1))
        on.clicked.connect(lambda: self._slider.setValue(self._slider.value() + 1))
        self._slider.valueChanged.connect(self._move)
        self._tell(0)

    @property
    def frame(self) -> int:
        """The frame shown, counted from 0."""
        return self._slider.value()

    def show_frame(self, frame: int) -> None:
        """Go to a frame."""
        self._slider.setValue(frame)

    def _move(self, frame: int) -> None:
        self._tell(frame)
        self.moved.emit(frame)

    def _tell(self, frame: int) -> None:
        told = self._words(
            "cine.frame_of", frame=self._formats.number(frame + 1), count=self._formats.number(self._count)
        )
        self._told.setText(told)
        self._slider.setAccessibleDescription(told)
