"""Handed in: sealed, where the file is, whether the academy has it, the receipt; in practice, the score."""

import re
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.views import Feedback, HandedInView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.standstill import Standstill
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.fingerprint import Fingerprint
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.parts.qr import QrCode
from pocus_desktop.ui.theme import look

_DIGEST: Final = re.compile(r"(?:[a-z0-9]+-)?[0-9a-f]{32,}")
"""A SHA-256 or a key's id: what people compare by eye."""
_DELIVERIES: Final = {
    "waiting": ("hourglass", "warning"),
    "sending": ("send", "accent"),
    "held": ("hard-drive", "accent"),
    "received": ("circle-check", "success"),
    "refused": ("circle-alert", "danger"),
}
_VERDICTS: Final = {
    "correct": ("circle-check", "success"),
    "partly": ("circle-alert", "warning"),
    "incorrect": ("circle-x", "danger"),
    "unanswered": ("circle", "muted"),
    "pending": ("hourglass", "muted"),
}


class HandedInScreen(CandidateScreen):
    """The receipt.

    Signals:
        continued: The candidate goes on to the survey.
    """

    continued = Signal()

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        worn = look.current()
        self._page = self.hold(Page(heading=words("handed_in.title"), lead=words("handed_in.lead"), is_wide=True))
        self._ended_block = QVBoxLayout()
        self._page.body.addLayout(self._ended_block)
        self._delivery = Standstill(icon_name="hourglass", role="warning")
        self._delivery.setObjectName("delivery")
        self._page.body.addWidget(self._delivery)
        self._waiting_block = QVBoxLayout()
        self._page.body.addLayout(self._waiting_block)
        self._waiting: Explanation | None = None
        self._receipt = Card()
        self._receipt.setObjectName("receipt")
        row = QHBoxLayout()
        row.setSpacing(worn.space("wide"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        row.addLayout(self._lines, 1)
        frame = QFrame()
        frame.setProperty("part", "qr")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(0, 0, 0, 0)
        self._qr = QrCode(words("handed_in.qr"))
        self._qr.setObjectName("qr")
        inside.addWidget(self._qr)
        row.addWidget(frame, 0, Qt.AlignmentFlag.AlignTop)
        self._receipt.body.addLayout(row)
        self._page.body.addWidget(self._receipt)
        self._score = Card()
        self._score.setObjectName("score")
        self._page.body.addWidget(self._score)
        kept = Card(part="well", room="base")
        kept.body.addWidget(Label(words("handed_in.kept"), weight="medium"))
        self._path = Label("", scale="fine")
        self._digest = QVBoxLayout()
        self._digest.setSpacing(0)
        self._path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        kept.body.addWidget(self._path)
        kept.body.addLayout(self._digest)
        self._page.body.addWidget(kept)
        self._page.add_primary(words("handed_in.go")).clicked.connect(self.continued)
        self._shown: HandedInView | None = None

    def render_view(self, view: View) -> None:
        """Show delivery, receipt and score."""
        screen = view.screen
        assert isinstance(screen, HandedInView)  # noqa: S101 - the window pairs them
        if screen == self._shown:
            return
        self._shown = screen
        words = self.context.words
        self._tell_ended(screen)
        self._delivery.sign(*_DELIVERIES[screen.delivery])
        self._delivery.tell(screen.delivery_told.what, screen.delivery_told.next)
        _clear(self._lines)
        self._receipt.setVisible(bool(screen.receipt_lines))
        if screen.receipt_lines:
            self._lines.addWidget(Label(words("handed_in.receipt"), weight="strong"))
        for name, value in screen.receipt_lines:
            self._lines.addSpacing(look.current().space("snug"))
            self._lines.addWidget(Label(name, scale="fine", tone="muted"))
            is_compared = _DIGEST.fullmatch(value) is not None
            self._lines.addWidget(Fingerprint(value, name=name) if is_compared else Label(breakable(value)))
        self._lines.addStretch(1)
        self._qr.show_text(screen.receipt_qr)
        self._path.setText(breakable(screen.sealed_path))
        _clear(self._digest)
        if screen.sealed_digest:
            self._digest.addWidget(Label(words("handed_in.digest"), scale="fine", tone="muted"))
            self._digest.addWidget(Fingerprint(screen.sealed_digest, name=words("handed_in.digest")))
        self._show_score(screen)

    def show_waiting(self, told: Explanation | None) -> None:
        """Show what waits to be sent from this computer; None for nothing."""
        if told == self._waiting:
            return
        self._waiting = told
        _clear(self._waiting_block)
        if told is not None:
            banner = Banner(kind="info", what=told.what, next_step=told.next)
            banner.setObjectName("waiting")
            self._waiting_block.addWidget(banner)

    def _tell_ended(self, screen: HandedInView) -> None:
        """Who ended it and why, where the proctor did; the heading says it too."""
        words = self.context.words
        _clear(self._ended_block)
        if screen.ended is None:
            return
        self._page.heading.setText(words("handed_in.void" if screen.is_void else "handed_in.ended"))
        told = Standstill(icon_name="circle-slash-2" if screen.is_void else "info", role="warning")
        told.setObjectName("ended")
        told.tell(screen.ended.what, screen.ended.next)
        self._ended_block.addWidget(told)

    def _show_score(self, screen: HandedInView) -> None:
        words, formats = self.context.words, self.context.formats
        _clear(self._score.body)
        self._score.setVisible(screen.score is not None)
        if screen.score is None:
            return
        points, most = screen.score
        told = words("handed_in.score", points=formats.number(points), most=formats.number(most))
        self._score.body.addWidget(Label(told, scale="title"))
        for prompt, feedback in screen.score_lines:
            self._score.body.addWidget(self._score_line(prompt, feedback))

    def _score_line(self, prompt: str, feedback: Feedback) -> QWidget:
        words, formats = self.context.words, self.context.formats
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("snug"))
        sign, role = _VERDICTS[feedback.verdict]
        row.addWidget(IconLabel(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Label(prompt))
        points = words(
            "feedback.points", points=formats.number(feedback.points), most=formats.number(feedback.max_points)
        )
        texts.addWidget(Label(" · ".join((words(f"feedback.{feedback.verdict}"), points)), scale="fine", tone="muted"))
        row.addLayout(texts, 1)
        return held


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
