"""One cycle of a body: how far it is, what is missing, what does not count."""

from PySide6.QtWidgets import QProgressBar

from pocus_desktop.programme.answer import spoken
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.programme.values import format_credits
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.page import PortfolioPage


class CycleCard(Card):
    """A cycle.

    Args:
        one: How far it is.
        page: Where it stands.
        is_over: Whether its last day has passed.
    """

    def __init__(self, one: Progress, page: PortfolioPage, *, is_over: bool) -> None:
        super().__init__()
        words, body = page.words, page.body(one.cycle.body)
        self.setAccessibleName(body)
        self.body.addWidget(Label(body, scale="title"))
        span = words("portfolio.education.cycle", first=page.day(one.cycle.first), last=page.day(one.cycle.last))
        over = f" {words('portfolio.education.over')}" if is_over else ""
        self.body.addWidget(Label(f"{span}.{over}", tone="muted"))
        told = words("portfolio.education.have", have=format_credits(one.have), need=format_credits(one.need))
        left = words("portfolio.education.missing", count=format_credits(one.missing)) if one.missing else ""
        self.body.addWidget(page.fact("met" if one.is_met else "missing", told, left))
        self.body.addWidget(_bar(one, told))
        for share in one.shares:
            said = words(
                "portfolio.education.share",
                subject=spoken(share.subject, words.language),
                have=format_credits(share.have),
                need=format_credits(share.need),
            )
            self.body.addWidget(page.fact("missing" if share.missing else "met", said))
        if one.left:
            count = page.formats.number(len(one.left))
            self.body.addWidget(page.fact("plain", words("portfolio.education.left", count=count)))
        if one.without_evidence:
            count = page.formats.number(len(one.without_evidence))
            self.body.addWidget(page.fact("missing", words("portfolio.education.evidence", count=count)))
        if not one.cycle.is_stated:
            self.body.addWidget(Label(words("portfolio.education.from_issue"), scale="fine", tone="muted"))
        self.pack = Button(words("portfolio.education.pack"), icon_name="file-text")
        self.pack.setObjectName(f"pack:{one.cycle.body}:{one.cycle.number}")
        self.pack.setAccessibleName(words("portfolio.education.pack_of", body=body, number=one.cycle.number))
        row = FlowLayout(gap=0)
        row.addWidget(self.pack)
        self.body.addLayout(row)
        if not one.counted:  # there is nothing to claim
            self.pack.hide()


def _bar(one: Progress, told: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setRange(0, max(round(one.need * 100), 1))
    bar.setValue(min(round(one.have * 100), round(one.need * 100)) if one.need else 1)
    bar.setAccessibleName(told)
    return bar
