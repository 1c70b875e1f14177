"""Text size and theme, in a menu of their own: they are chosen once."""

from typing import Final

from PySide6.QtWidgets import QMenu

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.tokens import THEMES
from pocus_desktop.ui.words import Words

_TEXT_PERCENTS: Final = (100, 125, 150, 200)


def comfort_button(words: Words) -> Button:
    """The button that opens the menu, for the head of a window."""
    button = Button(words("console.comfort"), icon_name="a-large-small", kind="quiet", is_icon_only=True)
    button.setObjectName("comfort")
    menu = QMenu(button)
    menu.aboutToShow.connect(lambda: _fill(menu, words))
    button.setMenu(menu)
    return button


def _fill(menu: QMenu, words: Words) -> None:
    worn = look.current()
    menu.clear()
    for percent in _TEXT_PERCENTS:
        _add_choice(menu, words("console.text_percent", percent=percent), worn._replace(text_percent=percent))
    menu.addSeparator()
    for theme in THEMES:
        called = words(f"replay.theme.{theme}")
        _add_choice(menu, called[:1].upper() + called[1:], worn._replace(theme=theme))


def _add_choice(menu: QMenu, text: str, wanted: look.Look) -> None:
    entry = menu.addAction(text)
    entry.setCheckable(True)
    entry.setChecked(wanted == look.current())
    entry.triggered.connect(lambda: look.wear(wanted))
