"""A page that differs between its readers in few places: rendered once, and filled at those places for each reader.

1. The template is rendered with marks where values shall stand, and cut there. What it decides by itself, and its
   words, are those of one rendering: whoever keeps a stencil keeps it by everything that the template decides by.
2. What is filled in is text, and escaped.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

_OPEN: Final = "\ue000"
_CLOSE: Final = "\ue001"
"""Of Unicode's private use: no words and no template have them, and no escaping changes them."""

_MARK: Final = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


class Stencil:
    """A page with places; any thread may fill it.

    Args:
        page: As it was rendered with `place` where something shall be filled in.
    """

    def __init__(self, page: str) -> None:
        self._pieces = _MARK.split(page)  # text, name, text, name, …, text
        self._at: dict[str, list[int]] = {}
        for at in range(1, len(self._pieces), 2):
            self._at.setdefault(self._pieces[at], []).append(at)
            self._pieces[at] = ""

    @property
    def places(self) -> frozenset[str]:
        """The names of the places."""
        return frozenset(self._at)

    def filled(self, values: Mapping[str, str]) -> str:
        """The page for one reader.

        Args:
            values: What stands at each place; a place that is not named stays empty.

        Raises:
            KeyError: There is no place of a name.
        """
        pieces = list(self._pieces)
        for name, value in values.items():
            escaped = escape(value)
            for at in self._at[name]:
                pieces[at] = escaped
        return "".join(pieces)


def place(name: str) -> str:
    """What a template is given instead of the value that shall be filled in there."""
    return f"{_OPEN}{name}{_CLOSE}"
