"""A small fact with its icon: saved, link, time."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class Chip(QFrame):
    """Icon and words; the tone is never the only sign.

    Args:
        name: What screen readers call the fact.
        icon_name: A file of `assets/icons`.
        text: The fact.
        parent: The owner.
    """

    def __init__(self, name: str, *, icon_name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "chip")
        self.setProperty("kind", "")
        self._name = name
        self._icon = IconLabel(icon_name, role="muted")
        self._text = Label(text, scale="fine", weight="medium", wraps=False, is_tabular=True)
        row = QHBoxLayout(self)
        worn = look.current()
        row.setContentsMargins(worn.space("tight"), worn.space("hair"), worn.space("tight"), worn.space("hair"))
        row.setSpacing(worn.space("hair") + 2)
        row.addWidget(self._icon)
        row.addWidget(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.tell(text, icon_name=icon_name)

    def tell(self, text: str, *, icon_name: str, kind: str = "", spoken: str = "") -> None:
        """Change the fact.

        Args:
            text: In sight.
            icon_name: A file of `assets/icons`.
            kind: Nothing, accent, warning or danger.
            spoken: For screen readers, where it differs.
        """
        role = kind or "muted"
        self._icon.display(icon_name, role)
        if self._text.text() != text:
            self._text.setText(text)
        self._text.set_tone(role if kind else "")
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            self.style().polish(self)
        said = f"{self._name}: {spoken or text}"
        if self.accessibleName() != said:
            self.setAccessibleName(said)
