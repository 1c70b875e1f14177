"""What the pages of the portfolio share: a heading, cards, facts, and work that is asked for."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import ClassVar

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.programme.answer import body_told
from pocus_desktop.programme.appealing import is_taken, reason_told
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.parts.scrolled_page import ScrolledPage
from pocus_desktop.ui.portfolio.appeal_sheet import GIVE, AppealSheet
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

SIGNS = {
    "met": ("circle-check", "success"),
    "missing": ("circle-alert", "warning"),
    "refused": ("circle-x", "danger"),
    "waits": ("hourglass", "muted"),
    "info": ("info", "accent"),
    "plain": ("minus", "muted"),
}


class PortfolioPage(ScrolledPage):
    """One page.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        asked: A `Work`, and the form whose fields it came from, or None.
        went: The name of another page.
    """

    name: ClassVar[str]
    asked = Signal(object, object)
    went = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words(f"portfolio.page.{self.name}"), words(f"portfolio.lead.{self.name}"), parent)
        self.words, self.formats = words, Formats(words)

    def render_view(self, view: PortfolioView) -> None:
        """Show the present."""
        raise NotImplementedError

    def day(self, day: date) -> str:
        """A day as the language writes it."""
        return day_in(day, self.words)

    def fact(self, sign: str, what: str, more: str | Iterable[str] = "", *, actions: Iterable[Button] = ()) -> QWidget:
        """A line with its sign; as `fact`."""
        return fact(sign, what, more, actions=actions)

    def appeal(self, about: str, ground: str) -> None:
        """Ask for the words of an appeal, and have it made."""
        sheet = AppealSheet(self.window(), about, ground, self.words)
        sheet.chosen.connect(lambda taken: self.asked.emit(sheet.work(), None) if taken == GIVE else None)
        sheet.ask()

    def appeals(self, view: PortfolioView, about: str) -> list[str]:
        """What became of the appeals against a decision or a result, each in a line."""
        decided = {one.appeal_id: one for one in view.portfolio.appeal_decisions}
        lines = []
        for one in view.portfolio.appeals:
            if one.about != about:
                continue
            decision = decided.get(one.appeal_id)
            if decision is None:
                made = local_day(one.made_at_ms, one.zone)
                lines.append(self.words("portfolio.appeal.waits", day=self.day(made)))
                continue
            key = "granted" if decision.is_granted else "refused" if is_taken(decision) else "not_taken"
            reason = reason_told(decision.reason, self.words.language)
            told = self.words(
                f"portfolio.appeal.{key}", by=decision.by, day=self.day(decision.decided_on), reason=reason
            )
            lines.append(told)
        return lines

    def area(self, area: object) -> str:
        """A content area by its name."""
        return self.words(f"portfolio.area.{area}")

    def body(self, body: str) -> str:
        """A body that gives credentials, by its name."""
        return body_told(body, self.words.language)


def fact(sign: str, what: str, more: str | Iterable[str] = "", *, actions: Iterable[Button] = ()) -> QWidget:
    """A line with its sign: never the colour alone says it."""
    icon, role = SIGNS[sign]
    lines = [more] if isinstance(more, str) else list(more)
    held = QWidget()
    row = QHBoxLayout(held)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.current().space("tight"))
    row.addWidget(IconLabel(icon, role=role), 0, Qt.AlignmentFlag.AlignTop)
    told = QVBoxLayout()
    told.setSpacing(2)
    told.addWidget(Label(breakable(what), weight="medium"))
    for line in lines:
        if line:
            told.addWidget(Label(breakable(line), scale="fine", tone="muted"))
    told.addStretch(1)  # beside a button that is taller, the words stay with their sign
    row.addLayout(told, 1)
    for button in actions:
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return held


def short_day_in(day: date, words: Words) -> str:
    """A day in a table; the month in letters here too."""
    return QLocale(words.language).toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


def day_in(day: date, words: Words) -> str:
    """A day as a language writes it, with the month in letters: never to be mistaken."""
    return QLocale(words.language).toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)


def moment_in(wall_ms: int, words: Words) -> str:
    """A moment by the person's own calendar and clock; the month in letters."""
    local = datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone()
    return f"{short_day_in(local.date(), words)}, {Formats(words).time_of_day(wall_ms)}"
