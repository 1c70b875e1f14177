"""Stage beside questions, or above them where there is no room; whatever the text size, nothing is cut off."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pocus_desktop.ui.candidate.stage.stage_pane import StagePane
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_STAGE_SHARE = 0.5
"""Height of a stage above the questions, as a share of the width."""

_STAGE_MOST = 0.8
"""The most of the height that such a stage takes, so that the questions below it show."""

_QUESTIONS_PX = 700
"""Width at 100 % text beyond which questions gain nothing; what a wider window has is the picture's."""

_BESIDE_FROM_PX = 880
"""Width at 100 % text from which stage and questions stand side by side; a small screen has it with a script open."""


class CaseBody(QWidget):
    """Arranges two widgets by the room there is.

    Args:
        stage: The stage; None where the step has none.
        questions: The questions.
        has_items: Without items the stage gets most of the room.
        words: The candidate's language.
    """

    def __init__(self, *, stage: StagePane | None, questions: QWidget, has_items: bool, words: Words) -> None:
        super().__init__()
        worn = look.current()
        self._stage, self._questions = stage, questions
        self._modes = QStackedWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._modes)
        wide, base = worn.space("wide"), worn.space("base")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(worn.fixed("handle"))
        left = QWidget(self)
        left.hide()
        self._left_column = QVBoxLayout(left)
        is_mirrored = words.direction == Qt.LayoutDirection.RightToLeft  # Qt does not mirror margins
        self._left_column.setContentsMargins(0 if is_mirrored else wide, base, wide if is_mirrored else 0, base)
        self._scroll = ScrollColumn(
            words("case.questions"), widest_px=0 if stage is not None else min(worn.size("column"), worn.fixed("page"))
        )
        near, far = worn.space("tight"), wide
        self._scroll.column.setContentsMargins(far if is_mirrored else near, base, near if is_mirrored else far, base)
        if stage is not None:
            self._splitter.addWidget(left)
            left.show()
        self._splitter.addWidget(self._scroll)
        if stage is not None:
            handle = self._splitter.handle(1)
            handle.setAccessibleName(words("case.splitter"))
        self._modes.addWidget(self._splitter)
        self._stacked = ScrollColumn(words("case.questions"))
        self._stacked.column.setContentsMargins(base, base, base, base)
        self._stacked.column.setSpacing(base)
        self._modes.addWidget(self._stacked)
        self._shares = (11, 9) if has_items else (14, 6)
        self._is_stacked: bool | None = None
        self._is_moved = False
        self._splitter.splitterMoved.connect(self._on_moved)
        self._arrange(is_stacked=stage is not None and self._is_narrow(1280))

    @property
    def is_stacked(self) -> bool:
        """Whether the stage stands above the questions."""
        return bool(self._is_stacked)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the arrangement for the room there is."""
        super().resizeEvent(event)
        self._arrange(is_stacked=self._stage is not None and self._is_narrow(self.width()))
        if self._stage is not None and self._is_stacked:
            self._stage.setFixedHeight(self._stage_height(self._stage))
        elif self._stage is not None and not self._is_moved:
            self._share(self.width())

    def _stage_height(self, stage: StagePane) -> int:
        """So high that a picture is large; yet all of it is seen together with its controls, tabs scrolled away."""
        seen = self.height() - 2 * look.current().space("base") + stage.tabs_height
        wanted = min(round(self.width() * _STAGE_SHARE), round(self.height() * _STAGE_MOST))
        return max(min(look.current().size("stage"), seen), wanted, stage.minimumSizeHint().height())

    def _share(self, width: int) -> None:
        """Give the questions their share, up to what they can use, and the stage all the rest."""
        most = round(_QUESTIONS_PX * look.current().text_percent / 100)
        questions = min(width * self._shares[1] // sum(self._shares), most)
        self._splitter.setSizes([width - questions, questions])

    def _on_moved(self, _position: int, _index: int) -> None:
        self._is_moved = True

    def _is_narrow(self, width: int) -> bool:
        return width < _BESIDE_FROM_PX * look.current().text_percent / 100

    def _arrange(self, *, is_stacked: bool) -> None:
        if is_stacked == self._is_stacked:
            return
        is_first = self._is_stacked is None
        self._is_stacked = is_stacked
        if is_stacked and self._stage is not None:
            self._stacked.column.addWidget(self._stage)
            self._stacked.column.addWidget(self._questions, 1)
            self._modes.setCurrentWidget(self._stacked)
            return
        if self._stage is not None:
            self._stage.setMinimumHeight(0)
            self._stage.setMaximumHeight(16_777_215)
            self._left_column.addWidget(self._stage)
            self._share(max(self.width(), 1280))
        self._scroll.column.addWidget(self._questions)
        self._modes.setCurrentWidget(self._splitter)
        if not is_first:
            self._questions.show()
