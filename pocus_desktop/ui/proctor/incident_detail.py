"""One incident, all of its entries, and what can be done with it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.appeals.plain import plain
from pocus_desktop.kernel import words as table
from pocus_desktop.proctoring.incident_folder import Filed
from pocus_desktop.proctoring.incident_telling import attached_told, classed, happened_told, head_told, moment_told
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class IncidentDetail(QWidget):
    """Shows an incident.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        amend_asked: Something is to be added to the incident that is shown.
        report_asked: Its report is to be written.
    """

    amend_asked = Signal()
    report_asked = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("snug"))
        self._scroll = ScrollColumn(words("incident.detail"))
        column.addWidget(self._scroll, 1)
        actions = FlowLayout(gap=worn.space("tight"))
        self.amend = Button(words("incident.amend"), icon_name="pen-line")
        self.amend.setObjectName("amend")
        self.amend.clicked.connect(self.amend_asked)
        self.report = Button(words("incident.write_report"), icon_name="file-text")
        self.report.setObjectName("report")
        self.report.clicked.connect(self.report_asked)
        actions.addWidget(self.amend)
        actions.addWidget(self.report)
        column.addLayout(actions)
        self._held: QWidget | None = None
        self.show_filed(None)

    def show_filed(self, filed: Filed | None) -> None:
        """Show this incident; None for none."""
        if self._held is not None:
            self._scroll.column.removeWidget(self._held)
            self._held.deleteLater()
        self._held = held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.current().space("snug"))
        if filed is None:
            column.addWidget(Label(self._words("incident.none"), tone="muted"))
        else:
            self._fill(column, filed)
        column.addStretch(1)
        self._scroll.column.addWidget(held)
        self.amend.setVisible(filed is not None and not filed.report.incident.last.is_closed)
        self.report.setVisible(filed is not None)

    def _fill(self, column: QVBoxLayout, filed: Filed) -> None:
        incident, language = filed.report.incident, self._words.language
        column.addWidget(Label(table.say("incident.title", language, reference=filed.reference), scale="title"))
        state = table.say("incident.is_closed" if incident.last.is_closed else "incident.is_open", language)
        column.addWidget(Label(f"{classed(incident.last, language)} · {state}", weight="medium"))
        if not incident.last.is_closed:
            told = table.say("incident.reference_told", language, reference=filed.reference)
            column.addWidget(Label(told, scale="fine"))
        sent = (
            table.say("incident.waits", language)
            if filed.receipt is None
            else table.say("incident.sent", language, when=moment_told(filed.receipt.received_at_ms))
        )
        column.addWidget(Label(sent, scale="fine", tone="muted"))
        for entry in incident.entries:
            card = Card(room="base")
            card.body.addWidget(Label(plain(head_told(entry, language)), weight="medium"))
            card.body.addWidget(
                Label(f"{classed(entry, language)} · {happened_told(entry, language)}", scale="fine", tone="muted")
            )
            card.body.addWidget(Label(plain(entry.told, keeps_lines=True)))
            lines = attached_told(entry, language)
            if lines:
                attached = "\n".join(plain(line) for line in lines)
                card.body.addWidget(Label(attached, scale="fine", tone="muted"))
            column.addWidget(card)
