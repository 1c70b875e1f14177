"""Magnify, brighten, and smooth or sharp pixels: the controls under a picture."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSlider, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class ZoomBar(QWidget):
    """Asks; the panel does.

    Args:
        words: The candidate's language.
        has_sharp: Whether sharp pixels are offered.

    Signals:
        zoom_asked: Steps in (1) or out (-1); 0 fits the whole picture.
        brightness_asked: -100 to 100.
        smooth_asked: Smooth scaling or sharp pixels.
    """

    zoom_asked = Signal(int)
    brightness_asked = Signal(int)
    smooth_asked = Signal(bool)

    def __init__(self, words: Words, *, has_sharp: bool = False) -> None:
        super().__init__()
        worn = look.current()
        row = FlowLayout(self, gap=worn.space("tight"))
        for name, key, icon_name, steps in (
            ("zoom-out", "picture.zoom_out", "zoom-out", -1),
            ("zoom-in", "picture.zoom_in", "zoom-in", 1),
            ("zoom-fit", "picture.zoom_fit", "maximize", 0),
        ):
            button = Button(words(key), icon_name=icon_name, kind="stage", is_icon_only=True)
            button.setObjectName(name)
            button.clicked.connect(lambda _=False, by=steps: self.zoom_asked.emit(by))
            row.addWidget(button)
        sharp = Button(words("picture.sharp"), icon_name="scan-line", kind="stage", is_icon_only=True)
        sharp.setObjectName("sharp")
        sharp.setCheckable(True)
        sharp.clicked.connect(lambda on: self.smooth_asked.emit(not on))
        if not has_sharp:
            sharp.hide()
        row.addWidget(sharp)
        row.addWidget(IconLabel("sun-medium", role="on_stage"))
        self._brightness = QSlider(Qt.Orientation.Horizontal)
        self._brightness.setObjectName("brightness")
        self._brightness.setProperty("ground", "stage")
        self._brightness.setRange(-100, 100)
        self._brightness.setSingleStep(5)
        self._brightness.setPageStep(20)
        self._brightness.setFixedWidth(worn.size("control") * 3)
        self._brightness.setAccessibleName(words("picture.brightness"))
        self._brightness.setToolTip(words("picture.brightness"))
        self._brightness.valueChanged.connect(self.brightness_asked)
        row.addWidget(self._brightness)
