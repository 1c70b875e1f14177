"""The Qt style sheet, made from the tokens and the template `assets/theme/candidate.qss`."""

import re
from functools import cache
from typing import Final

from pocus_desktop.kernel import assets
from pocus_desktop.ui.theme.tokens import Tokens

_PLACE: Final = re.compile(r"@([a-z]+)-([a-z_]+)")


def style_sheet(tokens: Tokens, theme: str, text_percent: int) -> str:
    """The style sheet of a theme at a text size.

    In the template, `@colour-NAME`, `@space-NAME`, `@radius-NAME`, `@text-NAME` (grown with the text size),
    `@size-NAME` (grown likewise), `@fixed-NAME` and `@weight-NAME` stand for tokens.

    Raises:
        KeyError: The template names a token that is not there.
    """
    grown = text_percent / 100

    def value(match: re.Match[str]) -> str:
        kind, name = match.groups()
        match kind:
            case "colour":
                return tokens.themes[theme][name]
            case "space":
                return f"{tokens.space_px[name]}px"
            case "radius":
                return f"{tokens.radius_px[name]}px"
            case "text":
                return f"{round(tokens.type_px[name] * grown)}px"
            case "size":
                return f"{round(tokens.sizes_px[name] * grown)}px"
            case "fixed":
                return f"{tokens.sizes_px[name]}px"
            case "weight":
                return str(tokens.weights[name])
            case _:
                raise KeyError(match.group())

    return _PLACE.sub(value, _template())


@cache
def _template() -> str:
    return assets.folder("theme", "candidate.qss").read_text(encoding="utf-8")
