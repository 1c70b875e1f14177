"""The bar below the case: Captions, Script, Text size, Contrast, Flag, Call proctor, Back, Next."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QMenu, QWidget

from pocus_desktop.sitting.views import Comfort
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.tokens import THEMES
from pocus_desktop.ui.words import Words

TEXT_SIZES: Final = (100, 125, 150, 175, 200)
"""The text sizes offered, in percent."""


class ActionBar(QFrame):
    """Everything that is one key away; one primary action at its end.

    Args:
        words: The candidate's language.
        parent: The owner.

    Signals:
        comforted: The `Comfort` that the candidate now wants.
        script_asked: Show or hide the written script.
        flag_asked: Mark or unmark the question under work.
        proctor_asked: Call the proctor.
        back_asked: To the step before.
        next_asked: On.
    """

    comforted = Signal(object)
    script_asked = Signal()
    flag_asked = Signal()
    proctor_asked = Signal()
    back_asked = Signal()
    next_asked = Signal()

    def __init__(self, *, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "bar-bottom")
        self._words = words
        self._comfort = Comfort()
        worn = look.current()
        row = FlowLayout(self, gap=worn.space("tight"))
        row.setContentsMargins(worn.space("wide"), worn.space("tight"), worn.space("wide"), worn.space("tight"))
        self.captions = self._add(row, "captions", "captions", "F3", self._on_captions)
        self.captions.setCheckable(True)
        self.script = self._add(row, "script", "file-text", "F2", self.script_asked.emit)
        self.script.setCheckable(True)
        self.text_size = self._add(row, "text_size", "a-large-small", "F4", self._open_text_sizes)
        self.contrast = self._add(row, "contrast", "contrast", "F5", self._open_themes)
        self.flag = self._add(row, "flag", "flag", "F8", self.flag_asked.emit)
        self.flag.setCheckable(True)
        self.proctor = self._add(row, "call_proctor", "hand", "F9", self.proctor_asked.emit)
        self.back = Button(words("action.back"), icon_name="arrow-left")
        self.back.setToolTip(words("action.back"))
        self.back.setObjectName("back")
        self.back.clicked.connect(self.back_asked)
        row.add_end(self.back)
        self.next = Button(words("action.next"), icon_name="arrow-right", kind="primary", is_trailing=True)
        self.next.setObjectName("primary")
        self.next.clicked.connect(self.next_asked)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.next_asked)
        row.addWidget(self.next)
        self._row = row
        self._tools = (self.captions, self.script, self.text_size, self.contrast, self.flag, self.proctor, self.back)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep to one row: with large text on a small screen the picture needs the room more than the words do."""
        super().resizeEvent(event)
        self._fit()

    def show_comfort(self, comfort: Comfort, *, has_script: bool, is_script_open: bool) -> None:
        """Show the settings in force."""
        self._comfort = comfort
        self.captions.setChecked(comfort.captions)
        self.captions.show_icon("captions" if comfort.captions else "captions-off")
        state = self._words("action.captions_on" if comfort.captions else "action.captions_off")
        self.captions.setAccessibleDescription(state)
        self.script.setVisible(has_script)
        self.script.setChecked(is_script_open)
        self.text_size.setAccessibleDescription(self._words("format.percent", value=comfort.text_percent))
        self.contrast.setAccessibleDescription(self._words(f"comfort.theme_{comfort.theme}"))
        self._fit()

    def show_navigation(self, *, can_go_back: bool, is_last: bool, is_flagged: bool, has_items: bool) -> None:
        """Show what can be done on this step."""
        self.back.setVisible(can_go_back)
        self._say(self.next, "finish_case" if is_last else "next", "Ctrl+Enter")
        self.flag.setChecked(is_flagged)
        self._say(self.flag, "flagged" if is_flagged else "flag", "F8")
        self.flag.setVisible(has_items)
        self._fit()

    def _fit(self) -> None:
        for button in self._tools:
            button.fold(False)
        if self._row.sizeHint().width() > self.width():
            for button in self._tools:
                button.fold(True)

    def _add(self, row: FlowLayout, key: str, icon_name: str, shortcut: str, act: Callable[[], object]) -> Button:
        button = Button(self._words(f"action.{key}"), icon_name=icon_name, kind="quiet")
        button.setObjectName(f"action:{key}")
        self._say(button, key, shortcut)
        QShortcut(QKeySequence(shortcut), self).activated.connect(button.click)
        button.clicked.connect(lambda _=False: act())
        row.addWidget(button)
        return button

    def _say(self, button: Button, key: str, shortcut: str) -> None:
        text = self._words(f"action.{key}")
        button.say(text, tip=self._words("action.with_key", action=text, key=shortcut))

    def _on_captions(self) -> None:
        self.comforted.emit(replace(self._comfort, captions=self.captions.isChecked()))

    def _open_text_sizes(self) -> None:
        options = [
            (self._words("format.percent", value=size), size == self._comfort.text_percent) for size in TEXT_SIZES
        ]
        self._open(
            self.text_size,
            self._words("action.text_size"),
            options,
            lambda index: replace(self._comfort, text_percent=TEXT_SIZES[index]),
        )

    def _open_themes(self) -> None:
        options = [(self._words(f"comfort.theme_{theme}"), theme == self._comfort.theme) for theme in THEMES]
        self._open(
            self.contrast,
            self._words("action.contrast"),
            options,
            lambda index: replace(self._comfort, theme=THEMES[index]),
        )

    def _open(
        self, button: Button, name: str, options: list[tuple[str, bool]], chosen: Callable[[int], Comfort]
    ) -> None:
        menu = QMenu(button)
        menu.setObjectName("menu")
        menu.setAccessibleName(name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for index, (text, is_on) in enumerate(options):
            action = QAction(text, menu)
            action.setCheckable(True)
            action.setChecked(is_on)
            action.triggered.connect(lambda _=False, at=index: self.comforted.emit(chosen(at)))
            group.addAction(action)
            menu.addAction(action)
            if is_on:
                menu.setActiveAction(action)
        menu.ensurePolished()
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
