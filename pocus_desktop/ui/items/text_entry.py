"""Text entry: a number with its unit, or a short text."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from pocus_desktop.case.items.text_entry import TextEntryItem, TextEntryResponse, parse_number
from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.items.answering import SETTLE_MS, Answering, ItemContext
from pocus_desktop.ui.parts.choice_card import RadioCard
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class TextEntryAnswering(Answering):
    """One line; a number is questioned at once where it looks like a slip, and never refused for it.

    Signals:
        responded: A `TextEntryResponse`, when typing rests, the field is left, or a unit is chosen.
    """

    def __init__(self, state: ItemState, context: ItemContext) -> None:
        super().__init__(state, context)
        assert isinstance(state.item, TextEntryItem)  # noqa: S101 - the registry pairs them
        self._item = state.item
        worn = look.current()
        self._field = QLineEdit()
        self._field.setObjectName("field")
        self._field.setMaxLength(self._item.max_length)
        self._field.setAccessibleName(state.item.prompt(context.language))
        self._units: dict[str, RadioCard] = {}
        self._group = QButtonGroup(self)
        line = QWidget()
        row = FlowLayout(line, gap=worn.space("tight"))
        row.addWidget(self._field)
        if self._item.kind == "number":
            self._field.setPlaceholderText(context.words("item.number_hint", example=context.formats.number(7.5)))
            self._field.setFixedWidth(worn.size("control") * 4)
            self._add_units(row)
        else:
            self._field.setMinimumWidth(worn.size("control") * 6)
            self._field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("tight"))
        column.addWidget(line if self._item.kind == "number" else self._field)
        self._doubt = QWidget()
        doubt_row = QHBoxLayout(self._doubt)
        doubt_row.setContentsMargins(0, 0, 0, 0)
        doubt_row.addWidget(IconLabel("triangle-alert", role="warning"), 0, Qt.AlignmentFlag.AlignTop)
        self._doubt_text = Label("", tone="warning")
        doubt_row.addWidget(self._doubt_text, 1)
        column.addWidget(self._doubt)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(self._tell)
        self._told: TextEntryResponse | None = None
        self._field.textEdited.connect(self._on_edited)
        self._field.editingFinished.connect(self.flush)
        self.render_state(state)

    def render_state(self, state: ItemState) -> None:
        """Show what is written, unless the candidate is writing."""
        response = state.response if isinstance(state.response, TextEntryResponse) else TextEntryResponse()
        if not self._settled.isActive() and response != self._told:
            self._told = response
            if self._field.text() != response.text:
                self._field.setText(response.text)
            for unit, card in self._units.items():
                card.setChecked(unit == response.unit)
        is_open = state.locked_reason is None
        self._field.setReadOnly(not is_open)
        for card in self._units.values():
            card.setEnabled(is_open)
        self._question()

    def flush(self) -> None:
        """Send on at once what is still being typed."""
        if self._settled.isActive():
            self._settled.stop()
            self._tell()

    def _add_units(self, row: FlowLayout) -> None:
        if len(self._item.units) == 1:
            row.addWidget(Label(self._item.units[0], weight="medium", wraps=False))
            return
        for unit in self._item.units:
            card = RadioCard(unit)
            card.setObjectName(f"unit:{unit}")
            card.setAccessibleName(self.context.words("item.unit", unit=unit))
            self._units[unit] = card
            self._group.addButton(card)
            row.addWidget(card)
            card.clicked.connect(self._on_unit)

    def _on_edited(self) -> None:
        self._settled.start()
        self._doubt.hide()

    def _on_unit(self) -> None:
        self._settled.stop()
        self._tell()

    def _unit(self) -> str | None:
        if len(self._item.units) == 1:
            return self._item.units[0]
        return next((unit for unit, card in self._units.items() if card.isChecked()), None)

    def _tell(self) -> None:
        text = self._field.text()
        response = TextEntryResponse(text=text, unit=self._unit() if text.strip() or self._units else None)
        self._question()
        if response != self._told:
            self._told = response
            self.respond(response)

    def _question(self) -> None:
        doubt = self._doubtful()
        self._doubt_text.setText(doubt)
        self._doubt.setVisible(bool(doubt))

    def _doubtful(self) -> str:
        text = self._field.text().strip()
        if self._item.kind != "number" or not text:
            return ""
        number = parse_number(text)
        words, formats = self.context.words, self.context.formats
        if number is None:
            return words("item.not_a_number", example=formats.number(7.5))
        if self._item.minimum is not None and number < self._item.minimum:
            return words("item.unusually_low", number=formats.number(number))
        if self._item.maximum is not None and number > self._item.maximum:
            return words("item.unusually_high", number=formats.number(number))
        if self._units and self._unit() is None:
            return words("item.choose_unit")
        return ""
