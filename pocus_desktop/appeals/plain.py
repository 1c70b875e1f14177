"""Texts that anyone may have written, made fit to be shown: no character that steers stays unseen.

An answer, a proctor's reason or an id in a made-up history can hold control characters, or marks that turn the
direction of everything after them, so that a report reads otherwise than it is written. Each is shown by its number.
"""

from typing import Final

_LINES: Final = {
    "\n": "\n",
    "\r": "\n",
    "\t": " ",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
}
_JOINERS: Final = frozenset("\u200c\u200d\u00ad")
"""Characters without a shape that scripts need; they steer nothing."""

_PLACEHOLDER: Final = "\ufffc"
"""Stands for an object inside a text; what draws texts may look for one."""


def plain(text: str, *, keeps_lines: bool = False) -> str:
    """A text as it may be shown.

    Args:
        text: By anyone.
        keeps_lines: Whether its line breaks stay; they become spaces otherwise.
    """
    shown = "".join(_shown(one) for one in text.replace("\r\n", "\n"))
    return shown if keeps_lines else " ".join(shown.split("\n"))


def _shown(one: str) -> str:
    if one in _LINES:
        return _LINES[one]
    if (one.isprintable() and one != _PLACEHOLDER) or one in _JOINERS or one.isspace():
        return one
    return f"\u27e8U+{ord(one):04X}\u27e9"
