"""A push button with an icon of the theme."""

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import icon

_ICON_ROLES: Final = {
    "primary": "on_accent",
    "secondary": "text",
    "quiet": "text",
    "link": "accent",
    "stage": "on_stage",
}


class Button(QPushButton):
    """One action.

    Args:
        text: What it does; with `is_icon_only` it is the accessible name and the tool tip.
        icon_name: A file of `assets/icons`.
        kind: primary (one a screen), secondary, quiet, link, stage.
        is_icon_only: Shows the icon alone.
        is_trailing: The icon stands after the text (an arrow onwards).
        parent: The owner.
    """

    def __init__(
        self,
        text: str,
        *,
        icon_name: str = "",
        kind: str = "secondary",
        is_icon_only: bool = False,
        is_trailing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._is_icon_only = is_icon_only
        self._is_trailing = is_trailing
        self._kind = kind
        self._text = text
        self._is_folded = False
        self.setProperty("kind", kind)
        if is_icon_only:
            self.setProperty("shape", "icon")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        if is_trailing:
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.say(text)
        self._tint()

    def say(self, text: str, *, tip: str = "") -> None:
        """Change what it says, in sight and to screen readers."""
        self.setAccessibleName(text.replace("&", ""))
        if self._is_icon_only:
            self.setToolTip(tip or text)
        else:
            self._text = text
            self._show_text()
            self.setToolTip(tip)

    def fold(self, is_folded: bool) -> None:  # noqa: FBT001 - a state, like Qt's own setters
        """Show the icon alone where room is short; screen readers and the tool tip say the same as before."""
        if not self._is_icon_only and self._icon_name:
            self._is_folded = is_folded
            self._show_text()

    def show_icon(self, name: str) -> None:
        """Change the icon."""
        if name != self._icon_name:
            self._icon_name = name
            self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icon's colour and size from the look in force."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.EnabledChange):
            self._tint()

    def _show_text(self) -> None:
        space = "\N{EN SPACE}" if self._icon_name else ""  # Qt leaves no room beside an icon
        words = self._text.replace("&", "&&")
        shown = words + space if self._is_trailing else space + words
        self.setText("" if self._is_folded else shown)

    def _tint(self) -> None:
        if not self._icon_name:
            return
        worn = look.current()
        edge = worn.size("icon")
        role = _ICON_ROLES.get(self._kind, "text")
        if self.isEnabled():
            self.setIcon(icon(self._icon_name, worn.colour(role).name(), edge))
        else:
            muted = worn.colour("stage_muted" if self._kind == "stage" else "muted").name()
            self.setIcon(icon(self._icon_name, muted, edge, disabled=muted))
        self.setIconSize(QSize(edge, edge))
