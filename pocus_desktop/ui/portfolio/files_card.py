"""Files that prove something: which the academy has, what would be sent to whom, and whether the candidate agrees."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.outgoing import FileStage, FileState
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.sealed_file import limits
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.portfolio.page import fact, moment_in
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_SIGNS: Final = {
    FileStage.HERE: "plain",
    FileStage.WAITING: "waits",
    FileStage.SENDING: "waits",
    FileStage.RECEIVED: "met",
    FileStage.REFUSED: "refused",
    FileStage.MISSING: "missing",
    FileStage.NOT_TAKEN: "missing",
}


class FilesCard(Card):
    """The card.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        asked: A `Work`.
    """

    asked = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._words, self._formats = words, Formats(words)
        self._shown: object = None
        self.setAccessibleName(words("portfolio.files.title"))
        self.body.addWidget(Label(words("portfolio.files.title"), scale="title"))
        self._lead = Label("")
        self.body.addWidget(self._lead)
        self.body.addWidget(Label(words("portfolio.files.limits", **limits()), scale="fine", tone="muted"))
        self._agreed = Label("", weight="medium")
        self.body.addWidget(self._agreed)
        self.agree = self._button("agree", "check")
        self.agree.clicked.connect(lambda _on=False: self._ask(agree, "agreed"))
        self.disagree = self._button("disagree", "circle-x")
        self.disagree.clicked.connect(lambda _on=False: self._ask(disagree, "disagreed"))
        self.again = self._button("again", "refresh-cw")
        self.again.clicked.connect(lambda _on=False: self._ask(try_again, "again_done"))
        row = FlowLayout(gap=look.current().space("tight"))
        for button in (self.agree, self.disagree, self.again):
            row.addWidget(button)
        self.body.addLayout(row)
        self._list = QVBoxLayout()
        self.body.addLayout(self._list)

    def render_view(self, view: PortfolioView) -> None:
        """Show the present."""
        number = view.portfolio.account.candidate_id if view.portfolio.account is not None else None
        shown = (view.files, view.files_agreed_ms, view.academy, number)
        if shown == self._shown:
            return
        self._shown = shown
        words, academy = self._words, view.academy
        named = academy.url or words("portfolio.files.this_academy")
        self._lead.setText(breakable(words("portfolio.files.lead", academy=named)))
        agreed_ms, is_known = view.files_agreed_ms, bool(academy.keys)
        if agreed_ms is not None:
            self._agreed.setText(words("portfolio.files.agreed_since", time=moment_in(agreed_ms, words)))
        else:
            self._agreed.setText(words("portfolio.files.not_agreed" if is_known else "portfolio.files.no_academy"))
        self.agree.setVisible(agreed_ms is None and is_known)
        self.disagree.setVisible(agreed_ms is not None)
        self.again.setVisible(any(one.stage is FileStage.REFUSED for one in view.files))
        clear(self._list)
        for one in view.files:
            self._list.addWidget(self._file(one, has_number=bool(number)))
        if not view.files:
            self._list.addWidget(Label(words("portfolio.files.none"), tone="muted"))

    def _file(self, one: FileState, *, has_number: bool) -> QWidget:
        words = self._words
        proves = ", ".join(dict.fromkeys(self._about(each.kind, each.about) for each in one.named))
        size = self._formats.size(one.file.size_bytes)
        said = self._stage(one, has_number=has_number)
        what = words("portfolio.files.file", name=one.file.name, size=size)
        return fact(_SIGNS[one.stage], what, [said, words("portfolio.files.proves", what=proves)])

    def _stage(self, one: FileState, *, has_number: bool) -> str:
        words = self._words
        match one.stage:
            case FileStage.SENDING:
                percent = self._formats.percent(100 * one.arrived_bytes // max(one.sealed_bytes, 1))
                return words("portfolio.files.sending", percent=percent)
            case FileStage.RECEIVED:
                return words("portfolio.files.received", time=moment_in(one.received_ms or 0, words))
            case FileStage.REFUSED:
                told = words.explain(one.problem)
                return f"{told.what} {told.next}"
            case FileStage.WAITING if not has_number:
                return words("portfolio.files.no_number")
            case _:
                return words(f"portfolio.files.{one.stage.replace('-', '_')}")

    def _about(self, kind: str, about: str) -> str:
        return self._words(f"portfolio.kind.{kind}") if kind == "appeal" else about

    def _button(self, name: str, icon: str) -> Button:
        button = Button(self._words(f"portfolio.files.{name}"), icon_name=icon)
        button.setObjectName(f"files:{name}")
        return button

    def _ask(self, do: Callable[[PortfolioDesk], None], said: str) -> None:
        told = self._words(f"portfolio.files.{said}")

        def work(desk: PortfolioDesk) -> Explanation:
            do(desk)
            return Explanation(what=told, next="")

        self.asked.emit(work)


def agree(desk: PortfolioDesk) -> None:
    """Files go from now on."""
    desk.outgoing.agree(desk.academy.identity)


def disagree(desk: PortfolioDesk) -> None:
    """No file goes any more."""
    desk.outgoing.disagree()


def try_again(desk: PortfolioDesk) -> None:
    """What was refused goes again."""
    desk.outgoing.try_again()
