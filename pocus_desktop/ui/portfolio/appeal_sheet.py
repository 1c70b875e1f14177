"""An appeal in the candidate's words."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own import changes, looking_ahead
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.words import Words

GIVE = "give"

Work: TypeAlias = Callable[[PortfolioDesk], Explanation | Path | None]
"""What is to be done with the portfolio, on a worker: words to be told, a file to be opened, or nothing."""


class AppealSheet(Sheet):
    """Asks why.

    Args:
        owner: The window it covers.
        about: The id of the decision or the result.
        ground: One of the grounds of the rule.
        words: Of the window.
    """

    def __init__(self, owner: QWidget, about: str, ground: str, words: Words) -> None:
        lead = words(f"portfolio.appeal.{ground}")
        super().__init__(owner, title=words("portfolio.appeal.title"), text=lead)
        self.setObjectName("appeal-sheet")
        self._about, self._ground, self._words = about, ground, words
        title = words("portfolio.appeal.why")
        label = Label(title, weight="medium")
        self.prose = QPlainTextEdit()
        self.prose.setObjectName("appeal:words")
        self.prose.setTabChangesFocus(True)
        self.prose.setAccessibleName(title)
        label.setBuddy(self.prose)
        self.body.addWidget(label)
        self.body.addWidget(self.prose)
        self.add_action("back", words("portfolio.not_now"), icon_name="arrow-left")
        self.add_action(GIVE, words("portfolio.appeal.do"), kind="primary", icon_name="flag", allows=self._is_whole)
        self.prose.setFocus()

    def work(self) -> Work:
        """What is to be done once it was answered."""
        about, ground, said, words = self._about, self._ground, self.prose.toPlainText().strip(), self._words

        def do(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            made = changes.make_appeal(
                view.portfolio,
                view.rules,
                about=about,
                ground=ground,
                decided_on=looking_ahead.decided_on(view.portfolio, about),
                words=said,
                now_ms=view.now_ms,
            )
            desk.write(made)
            return Explanation(what=words("portfolio.appeal.done"), next="")

        return do

    def _is_whole(self) -> bool:
        if self.prose.toPlainText().strip():
            return True
        self.prose.setFocus()
        return False
