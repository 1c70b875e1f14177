"""The look in force: theme, text size and motion, and what the tokens come to under it.

Widgets that paint themselves ask `look.current()` whenever they paint or lay out; all of them are told of a change by
Qt's own `StyleChange` event, which a new style sheet sends to every widget.
"""

from typing import Final, NamedTuple

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from pocus_desktop.ui.theme.fonts import interface_font
from pocus_desktop.ui.theme.style_sheet import style_sheet
from pocus_desktop.ui.theme.tokens import Tokens, tokens


class Look(NamedTuple):
    """A theme at a text size.

    Attributes:
        theme: One of `tokens.THEMES`.
        text_percent: 100 to 200.
        is_reduced_motion: Nothing moves that need not.
    """

    theme: str = "light"
    text_percent: int = 100
    is_reduced_motion: bool = False

    @property
    def tokens(self) -> Tokens:
        """The tokens it is made of."""
        return tokens()

    def colour(self, role: str) -> QColor:
        """The colour of a role."""
        return QColor(self.tokens.themes[self.theme][role])

    def space(self, name: str) -> int:
        """A distance in pixels; distances do not grow with the text."""
        return self.tokens.space_px[name]

    def radius(self, name: str) -> int:
        """A corner radius in pixels."""
        return self.tokens.radius_px[name]

    def text_px(self, name: str) -> int:
        """A text size in pixels under the text size in force."""
        return round(self.tokens.type_px[name] * self.text_percent / 100)

    def size(self, name: str) -> int:
        """The size of a part in pixels, grown with the text."""
        return round(self.tokens.sizes_px[name] * self.text_percent / 100)

    def fixed(self, name: str) -> int:
        """The size of a part in pixels, whatever the text size."""
        return self.tokens.sizes_px[name]

    def motion(self, name: str) -> int:
        """The duration of a motion in milliseconds; 0 where motion is reduced."""
        return 0 if self.is_reduced_motion else self.tokens.motion_ms[name]

    def font(self, size: str = "body", weight: str = "regular", *, is_tabular: bool = False) -> QFont:
        """The shipped font at a size and weight of the scale; with figures of one width where they change in place."""
        return interface_font(pixel_size=self.text_px(size), weight=self.tokens.weights[weight], is_tabular=is_tabular)


class _Wardrobe:
    """Holds the one look in force in this process."""

    look: Look = Look()
    worn: bool = False


_WARDROBE: Final = _Wardrobe()


def current() -> Look:
    """The look in force."""
    return _WARDROBE.look


def wear(look: Look) -> None:
    """Put the application into a look; does nothing where it wears it already.

    Args:
        look: The look to take from now on. A `QApplication` must exist.
    """
    if _WARDROBE.worn and look == _WARDROBE.look:
        return
    _WARDROBE.look = look
    _WARDROBE.worn = True
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - a caller without one is a fault of ours
    application.setFont(look.font())
    application.setPalette(_palette(look))
    application.setStyleSheet(style_sheet(look.tokens, look.theme, look.text_percent))


def _palette(look: Look) -> QPalette:
    palette = QPalette()
    for role, token in (
        (QPalette.ColorRole.Window, "canvas"),
        (QPalette.ColorRole.WindowText, "text"),
        (QPalette.ColorRole.Base, "surface"),
        (QPalette.ColorRole.AlternateBase, "raised"),
        (QPalette.ColorRole.Text, "text"),
        (QPalette.ColorRole.PlaceholderText, "muted"),
        (QPalette.ColorRole.Button, "surface"),
        (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "on_accent"),
        (QPalette.ColorRole.ToolTipBase, "surface"),
        (QPalette.ColorRole.ToolTipText, "text"),
        (QPalette.ColorRole.Link, "accent"),
    ):
        palette.setColor(role, look.colour(token))
    return palette
