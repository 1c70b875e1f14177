"""A line that tells what happened and what to do next."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look

_SIGNS: Final = {
    "info": ("info", "accent"),
    "warning": ("triangle-alert", "warning"),
    "refused": ("circle-alert", "danger"),
    "lost": ("circle-x", "danger"),
    "success": ("circle-check", "success"),
    "message": ("mail", "accent"),
}


class Banner(QFrame):
    """What happened in strong words, what to do next below; with an icon, since colour alone says nothing.

    Args:
        kind: info, warning, refused, lost, success or message.
        what: What happened.
        next_step: What to do; may be empty.
        dismiss: The words of a button that closes it; without them it stays.
        action: The words of a button below them; none without.
        parent: The owner.

    Signals:
        dismissed: The close button was pressed.
        acted: The button below was pressed.
    """

    dismissed = Signal()
    acted = Signal()

    def __init__(
        self,
        *,
        kind: str,
        what: str,
        next_step: str = "",
        dismiss: str = "",
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "banner")
        self.setProperty("kind", kind)
        self.setAccessibleName(f"{what} {next_step}".strip())
        worn = look.current()
        sign, role = _SIGNS[kind]
        row = QHBoxLayout(self)
        row.setContentsMargins(worn.space("snug"), worn.space("tight"), worn.space("snug"), worn.space("tight"))
        row.setSpacing(worn.space("snug"))
        row.addWidget(IconLabel(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label(what, weight="medium"))
        if next_step:
            words.addWidget(Label(next_step))
        row.addLayout(words, 1)
        if action:
            button = Button(action, kind="secondary")
            button.setObjectName("action")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where the person works
            button.clicked.connect(self.acted)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        if dismiss:
            close = Button(dismiss, icon_name="x", kind="quiet", is_icon_only=True)
            close.setObjectName("dismiss")
            close.clicked.connect(self.dismissed)
            row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
