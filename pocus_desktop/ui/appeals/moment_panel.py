"""What held at a moment: the clocks, the screen, what was left of each limit, what played, how the screen was set."""

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.seen import Seen
from pocus_desktop.appeals.stamps import date_told, span_told
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Clock, Shown, Timeline
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_Piece = TypeVar("_Piece", Clock, Shown)
_ROWS: Final = ("wall", "exam", "entry", "clock", "screen", "limits", "playing", "settings")


class MomentPanel(ScrollColumn):
    """Facts, each with its name.

    Args:
        told: The timeline.
        telling: Its words.
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, told: Timeline, telling: Telling, *, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words("replay.moment"), parent=parent)
        self._told, self._telling, self._words = told, telling, words
        worn = look.current()
        held = QWidget()
        grid = QGridLayout(held)
        grid.setContentsMargins(0, 0, worn.space("tight"), 0)
        grid.setHorizontalSpacing(worn.space("base"))
        grid.setVerticalSpacing(worn.space("hair"))
        grid.setColumnStretch(1, 1)
        self._facts: dict[str, Label] = {}
        for row, key in enumerate(_ROWS):
            name = Label(words(f"replay.fact.{key}"), scale="fine", tone="muted", wraps=False)
            fact = Label("", is_tabular=key in {"wall", "exam", "entry"})
            fact.setObjectName(f"fact:{key}")
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(fact, row, 1)
            self._facts[key] = fact
        self.column.addWidget(held)
        self.column.addStretch(1)

    def show_moment(self, at: At, moment: Seen) -> None:
        """Tell what held."""
        clock = _last(self._told.clock, at.elapsed_ms)
        shown = _last(self._told.screens, at.elapsed_ms)
        said = "-"
        if clock is not None:
            is_broken = clock.kind in {"hold", "gap"}
            said = self._telling.interruption(clock) if is_broken else self._telling.clock(clock.kind)
        self._tell("wall", f"{date_told(at.wall_ms)} UTC")
        self._tell("exam", span_told(at.exam_ms))
        self._tell("entry", str(at.seq))
        self._tell("clock", said)
        self._tell("screen", "-" if shown is None else self._screen(shown))
        self._tell("limits", self._limits(moment))
        self._tell("playing", self._playing(moment))
        self._tell("settings", self._settings(moment))

    def _tell(self, key: str, text: str) -> None:
        fact = self._facts[key]
        if fact.text() != text:
            fact.setText(plain(text, keeps_lines=True))
            fact.setAccessibleName(f"{self._words(f'replay.fact.{key}')}: {text}")

    def _screen(self, shown: Shown) -> str:
        if shown.screen != "case":
            return self._telling.screen(shown)
        names = self._telling.names
        parts = [names.case(shown.case), names.phase(shown.phase), names.step(shown.step)]
        if shown.patient:
            parts.append(self._words("replay.patient", state=names.patient(shown.case, shown.patient)))
        return " · ".join(parts)

    def _limits(self, moment: Seen) -> str:
        if moment.view is None or not moment.view.chrome.times:
            return "-"
        names = self._telling.names
        return "\n".join(
            self._words("replay.left_of", scope=names.scope((one.scope, one.scope_id)), time=span_told(one.left_ms))
            for one in moment.view.chrome.times
        )

    def _playing(self, moment: Seen) -> str:
        return (
            "\n".join(
                self._words(
                    "replay.playing_at",
                    clip=self._telling.names.clip(one.play.clip),
                    position=span_told(one.position_ms),
                    what=self._telling.part(one.part.kind),
                )
                for one in moment.playing
            )
            or "-"
        )

    def _settings(self, moment: Seen) -> str:
        if moment.view is None:
            return "-"
        comfort = moment.view.chrome.comfort
        return self._words(
            "replay.settings",
            text=comfort.text_percent,
            theme=self._words(f"replay.theme.{comfort.theme}"),
            captions=self._words("replay.on" if comfort.captions else "replay.off"),
            volume=comfort.volume_percent,
            language=comfort.language,
        )


def _last(track: Sequence[_Piece], elapsed_ms: int) -> _Piece | None:
    """The piece of a track that a moment falls into."""
    return next((one for one in reversed(track) if one.begin.elapsed_ms <= elapsed_ms), None)
