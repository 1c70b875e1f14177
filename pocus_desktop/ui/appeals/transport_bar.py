"""The bar under the timeline: from stop to stop, from answer to answer, on by itself, to a time that is typed."""

import re
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from pocus_desktop.ui.appeals.walker import PACES
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_PLAY_KEY: Final = "Ctrl+Space"
_ENTRY: Final = re.compile(r"#\s*(\d{1,9})")
_TIME: Final = re.compile(r"(?:(\d{1,4}):)?(\d{1,5}):(\d{1,2})(?:[.,](\d))?")


def typed_place(text: str) -> tuple[str, int] | None:
    """What a person typed: `("entry", 12)` for `#12`, `("time", ms)` for `1:23` or `1:02:03.5`; None for all else."""
    entry, time = _ENTRY.fullmatch(text.strip()), _TIME.fullmatch(text.strip())
    if entry is not None:
        return "entry", int(entry.group(1))
    if time is None:
        return None
    hours, minutes, seconds, tenths = (int(part or 0) for part in time.groups())
    return "time", ((hours * 60 + minutes) * 60 + seconds) * 1000 + tenths * 100


class TransportBar(QFrame):
    """Buttons and fields; every one is named and has a key.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        stepped: To the next (1) or last (-1) event.
        answer_stepped: The same from answer to answer.
        play_asked: Go on by itself, or stay.
        pace_chosen: How many times as fast.
        place_typed: A time or an entry was typed, as `typed_place` reads it; None where it is neither.
        axis_chosen: Which axis is drawn to scale: `elapsed` or `exam`.
        zoomed: Closer (1), further away (-1) or all (0).
    """

    stepped = Signal(int)
    answer_stepped = Signal(int)
    play_asked = Signal()
    pace_chosen = Signal(int)
    place_typed = Signal(object)
    axis_chosen = Signal(str)
    zoomed = Signal(int)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        worn = look.current()
        row = FlowLayout(self, gap=worn.space("hair"))
        row.setContentsMargins(0, worn.space("hair"), 0, worn.space("hair"))
        self.play = self._button("play", "play", _PLAY_KEY)
        self.play.clicked.connect(self.play_asked)
        for name, icon_name, key, signal, way in (
            ("answer_back", "skip-back", "Alt+Shift+Left", self.answer_stepped, -1),
            ("event_back", "step-back", "Alt+Left", self.stepped, -1),
        ):
            self._add(row, name, icon_name, key).clicked.connect(lambda _=False, s=signal, w=way: s.emit(w))
        row.addWidget(self.play)
        for name, icon_name, key, signal, way in (
            ("event_on", "step-forward", "Alt+Right", self.stepped, 1),
            ("answer_on", "skip-forward", "Alt+Shift+Right", self.answer_stepped, 1),
        ):
            self._add(row, name, icon_name, key).clicked.connect(lambda _=False, s=signal, w=way: s.emit(w))
        self.pace = DropDown(words("replay.pace"))
        self.pace.setObjectName("pace")
        for pace in PACES:
            self.pace.addItem(words("replay.pace_of", pace=pace), pace)
        self.pace.currentIndexChanged.connect(lambda _: self.pace_chosen.emit(self.pace.currentData()))
        row.addWidget(self.pace)
        self.typed = QLineEdit()
        self.typed.setObjectName("jump")
        self.typed.setPlaceholderText(words("replay.jump"))
        self.typed.setAccessibleName(words("replay.jump_spoken"))
        self.typed.setToolTip(words("replay.jump_spoken"))
        self.typed.setFixedWidth(worn.size("stage") // 3)
        self.typed.returnPressed.connect(lambda: self.place_typed.emit(typed_place(self.typed.text())))
        row.addWidget(self.typed)
        self.axis = DropDown(words("replay.axis"))
        self.axis.setObjectName("axis")
        for axis in ("elapsed", "exam"):
            self.axis.addItem(words(f"replay.axis_of.{axis}"), axis)
        self.axis.currentIndexChanged.connect(lambda _: self.axis_chosen.emit(self.axis.currentData()))
        row.addWidget(self.axis)
        for name, icon_name, key, way in (
            ("zoom_out", "zoom-out", "Ctrl+-", -1),
            ("zoom_all", "maximize", "Ctrl+0", 0),
            ("zoom_in", "zoom-in", "Ctrl++", 1),
        ):
            self._add(row, name, icon_name, key).clicked.connect(lambda _=False, w=way: self.zoomed.emit(w))

    def show_playing(self, is_playing: bool) -> None:  # noqa: FBT001 - a slot of a signal
        """Say whether it goes on by itself."""
        self.play.show_icon("pause" if is_playing else "play")
        self.play.say(self._words("replay.pause" if is_playing else "replay.play"), tip=self._tip("play", _PLAY_KEY))

    def _add(self, row: FlowLayout, name: str, icon_name: str, key: str) -> Button:
        button = self._button(name, icon_name, key)
        row.addWidget(button)
        return button

    def _button(self, name: str, icon_name: str, key: str) -> Button:
        button = Button(self._words(f"replay.{name}"), icon_name=icon_name, kind="secondary", is_icon_only=True)
        button.setObjectName(name)
        QShortcut(QKeySequence(key), self).activated.connect(button.click)  # at once; a button's own comes later
        button.say(self._words(f"replay.{name}"), tip=self._tip(name, key))
        return button

    def _tip(self, name: str, key: str) -> str:
        return self._words("replay.with_key", what=self._words(f"replay.{name}"), key=key)
