"""A still on the stage."""

from PySide6.QtWidgets import QFrame, QVBoxLayout

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.views import ImageState
from pocus_desktop.ui.candidate.stage.panning import Panning
from pocus_desktop.ui.candidate.stage.zoom_bar import ZoomBar
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.picture import PictureView
from pocus_desktop.ui.pictures import Pictures
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class ImagePanel(QFrame):
    """The picture, its description, and the controls.

    Args:
        state: The still.
        words: The candidate's language.
        pictures: Where it comes from.
    """

    def __init__(self, state: ImageState, *, words: Words, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("part", "stage")
        worn = look.current()
        column = QVBoxLayout(self)
        inside = worn.space("tight")
        column.setContentsMargins(inside, inside, inside, inside)
        column.setSpacing(inside)
        alt = state.image.alt(words.language)
        try:
            image = pictures.still(state.image)
        except PocusError as error:
            told = error.explain(words.language)
            column.addWidget(Banner(kind="lost", what=told.what, next_step=told.next))
            column.addStretch(1)
            return
        self._view = PictureView(alt)
        self._view.setObjectName("picture")
        self._view.show_image(image)
        self._panning = Panning(self._view, words("picture.move"))
        column.addWidget(self._view, 1)
        column.addWidget(Label(alt, scale="fine", tone="stage-muted"))
        bar = ZoomBar(words, has_sharp=True)
        bar.zoom_asked.connect(self._on_zoom)
        bar.brightness_asked.connect(self._view.set_brightness)
        bar.smooth_asked.connect(self._view.set_smooth)
        column.addWidget(bar)

    def _on_zoom(self, steps: int) -> None:
        if steps:
            self._view.step_zoom(steps)
        else:
            self._view.set_zoom(1.0)
        self._panning.follow_zoom()
