"""The stage of a step: one panel a medium, as tabs where there are several."""

from typing import TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pocus_desktop.sitting.views import CineState, ClipState, Comfort, ImageState, PatientCard, StageState
from pocus_desktop.ui.candidate.screens.screen import ScreenContext
from pocus_desktop.ui.candidate.stage.cine_panel import CinePanel
from pocus_desktop.ui.candidate.stage.clip_panel import ClipPanel
from pocus_desktop.ui.candidate.stage.image_panel import ImagePanel
from pocus_desktop.ui.candidate.stage.patient_panel import PatientPanel
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.theme import look

_Panel: TypeAlias = ClipPanel | CinePanel | ImagePanel | PatientPanel


class StagePane(QWidget):
    """Tabs and panels.

    Args:
        states: What stands on the stage.
        context: What screens are made with.

    Signals:
        intended: What the panels ask for.
        shown: The key of the medium that is now in front.
        volume_wanted: The candidate changes the volume.
    """

    intended = Signal(object)
    shown = Signal(str)
    volume_wanted = Signal(int)

    def __init__(self, states: tuple[StageState, ...], context: ScreenContext) -> None:
        super().__init__()
        self._context = context
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("tight"))
        self._tabs: dict[str, Button] = {}
        self._tab_row = QWidget()
        row = FlowLayout(self._tab_row, gap=worn.space("hair"))
        self._stack = QStackedWidget()
        self._panels: dict[str, _Panel] = {}
        for number, state in enumerate(states, start=1):
            panel = self._panel(state)
            self._panels[state.key] = panel
            self._stack.addWidget(panel)
            title, icon_name = self._title(state, number)
            tab = Button(title, icon_name=icon_name, kind="tab")
            tab.setProperty("part", "tab")
            tab.setObjectName(f"tab:{state.key}")
            tab.setCheckable(True)
            tab.setAutoExclusive(True)
            tab.setAccessibleName(context.words("stage.tab", title=title, number=number, count=len(states)))
            tab.clicked.connect(lambda _=False, key=state.key: self.show_medium(key))
            self._tabs[state.key] = tab
            row.addWidget(tab)
        if len(states) <= 1:
            self._tab_row.hide()
        column.addWidget(self._tab_row)
        column.addWidget(self._stack, 1)
        self._front = states[0].key if states else ""
        if states:
            self._tabs[self._front].setChecked(True)

    @property
    def front(self) -> str:
        """The key of the medium in front."""
        return self._front

    @property
    def tabs_height(self) -> int:
        """The height of the row of tabs with the space below it, in pixels; 0 where there is one medium."""
        if self._tab_row.isHidden():
            return 0
        return self._tab_row.heightForWidth(self.width()) + look.current().space("tight")

    def render_states(self, states: tuple[StageState, ...], comfort: Comfort) -> None:
        """Show the media as they stand."""
        for state in states:
            panel = self._panels[state.key]
            match state:
                case ClipState() if isinstance(panel, ClipPanel):
                    panel.render_state(state, comfort)
                case PatientCard() if isinstance(panel, PatientPanel):
                    panel.show_state(state)
                case _:
                    pass

    def show_medium(self, key: str) -> None:
        """Bring a medium to the front; what plays elsewhere is held."""
        self._front = key
        self._tabs[key].setChecked(True)
        self._stack.setCurrentWidget(self._panels[key])
        self._context.media.pause()
        self.shown.emit(key)

    def flush(self) -> None:
        """Tell at once where cines stand."""
        for panel in self._panels.values():
            if isinstance(panel, CinePanel):
                panel.flush()

    def _panel(self, state: StageState) -> _Panel:
        context = self._context
        words, formats, pictures = context.words, context.formats, context.pictures
        match state:
            case ClipState():
                clip = ClipPanel(state, context)
                clip.volume_wanted.connect(self.volume_wanted)
                return clip
            case CineState():
                cine = CinePanel(state, words=words, formats=formats, pictures=pictures)
                cine.intended.connect(self.intended)
                return cine
            case ImageState():
                return ImagePanel(state, words=words, pictures=pictures)
            case PatientCard():
                patient = PatientPanel(words=words, formats=formats)
                patient.show_state(state)
                return patient

    def _title(self, state: StageState, number: int) -> tuple[str, str]:
        words = self._context.words
        match state:
            case ClipState():
                given, key = state.clip.title, "stage.video" if state.clip.video is not None else "stage.audio"
                icon_name = "video" if state.clip.video is not None else "headphones"
            case CineState():
                given, key, icon_name = state.cine.title, "stage.cine", "scan-line"
            case ImageState():
                given, key, icon_name = state.image.title, "stage.image", "image"
            case PatientCard():
                given, key, icon_name = None, "stage.patient", "user"
        return (given(words.language) if given is not None else words(key, number=number)), icon_name
