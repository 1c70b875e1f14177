"""The patient's summary and present vital signs; what changed is marked with an arrow and in words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.case.patient import PatientState, Vitals
from pocus_desktop.case.values import Text
from pocus_desktop.sitting.views import PatientCard
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_VITALS = (
    "heart_rate_bpm",
    "blood_pressure",
    "respiratory_rate_per_min",
    "spo2_percent",
    "temperature_c",
    "pain_of_10",
)


class PatientPanel(QWidget):
    """Who they are, how they do.

    Args:
        words: The candidate's language.
        formats: Its numbers.
    """

    def __init__(self, *, words: Words, formats: Formats) -> None:
        super().__init__()
        self._words, self._formats = words, formats
        self._shown: PatientCard | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollColumn(words("patient.title"))
        self._scroll.column.setSpacing(look.current().space("snug"))
        whole.addWidget(self._scroll)

    def show_state(self, card: PatientCard) -> None:
        """Show the summary and the state seen now."""
        if card == self._shown:
            return
        self._shown = card
        column = self._scroll.column
        while (item := column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        parts = (self._summary(card), self._vitals(card))
        for part in reversed(parts) if _has_changed(card) else parts:  # a change is seen without scrolling
            column.addWidget(part)
        column.addStretch(1)

    def _summary(self, shown: PatientCard) -> QWidget:
        words, language = self._words, self._words.language
        patient = shown.patient
        card = Card()
        card.setObjectName("summary")
        card.body.addWidget(Label(patient.name(language), scale="title"))
        sex = words(f"patient.sex_{patient.sex}")
        card.body.addWidget(Label(words("patient.age_sex", age=patient.age_years, sex=sex), tone="muted"))
        card.body.addWidget(Label(patient.complaint(language), scale="lead"))
        for key, entries in (
            ("history", patient.history),
            ("medications", patient.medications),
            ("allergies", patient.allergies),
        ):
            if entries:
                card.body.addWidget(Label(words(f"patient.{key}"), weight="strong"))
                for entry in entries:
                    card.body.addWidget(self._entry(entry))
        return card

    def _entry(self, entry: Text) -> QWidget:
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("tight"))
        row.addWidget(Label("•", tone="muted", wraps=False), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(entry(self._words.language)), 1)
        return held

    def _vitals(self, shown: PatientCard) -> QWidget:
        words = self._words
        card = Card()
        card.setObjectName("vitals")
        card.body.addWidget(Label(words("patient.vitals"), weight="strong"))
        card.body.addWidget(Label(shown.state.title(words.language), tone="muted"))
        held = QWidget()
        flow = FlowLayout(held, gap=look.current().space("wide"))
        for name in _VITALS:
            if self._value(shown.state.vitals, name):
                flow.addWidget(self._vital(name, shown.state, shown.previous))
        card.body.addWidget(held)
        if shown.state.note is not None:
            card.body.addWidget(Label(shown.state.note(words.language)))
        return card

    def _vital(self, name: str, state: PatientState, previous: PatientState | None) -> QWidget:
        words = self._words
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(words(f"patient.{name}"), scale="fine", tone="muted", wraps=False))
        row = QHBoxLayout()
        row.setSpacing(look.current().space("hair"))
        value = self._value(state.vitals, name)
        row.addWidget(Label(value, scale="figure", wraps=False))
        row.addWidget(Label(words(f"patient.unit_{name}"), scale="fine", tone="muted", wraps=False))
        before = self._value(previous.vitals, name) if previous is not None else value
        said = words(
            "patient.vital_said", name=words(f"patient.{name}"), value=value, unit=words(f"patient.unit_{name}")
        )
        if before and before != value and previous is not None:
            is_up = _amount(state.vitals, name) > _amount(previous.vitals, name)
            row.addWidget(IconLabel("chevron-up" if is_up else "chevron-down", role="warning"))
            row.addWidget(Label(words("patient.before", value=before), scale="fine", tone="warning", wraps=False))
            said = " ".join((said, words("patient.before", value=before)))
        row.addStretch(1)
        column.addLayout(row)
        held.setAccessibleName(said)
        return held

    def _value(self, vitals: Vitals, name: str) -> str:
        if name == "blood_pressure":
            if vitals.systolic_mmhg is None or vitals.diastolic_mmhg is None:
                return ""
            return f"{self._formats.number(vitals.systolic_mmhg)}/{self._formats.number(vitals.diastolic_mmhg)}"
        value = getattr(vitals, name)
        if value is None:
            return ""
        return self._formats.number(value, decimals=1 if name == "temperature_c" else None)


def _has_changed(card: PatientCard) -> bool:
    return card.previous is not None and card.previous.vitals != card.state.vitals


def _amount(vitals: Vitals, name: str) -> float:
    value = vitals.systolic_mmhg if name == "blood_pressure" else getattr(vitals, name)
    return float(value or 0)
