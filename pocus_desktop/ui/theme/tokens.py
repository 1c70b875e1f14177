"""The design tokens: the one source of colours, sizes, spacing and motion (`assets/theme/tokens.json`).

Named tuples, since the first paint waits for these and a dataclass takes five times as long to make.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from pocus_desktop.kernel import assets

THEMES: Final = ("light", "dark", "high-contrast")
"""The themes that every tokens file has, in the order in which they are offered."""


class ContrastRule(NamedTuple):
    """A colour role that must be told apart from others.

    Attributes:
        of: The foreground role.
        on: The background roles it is used on.
        at_least: The lowest WCAG contrast ratio (4.5 for text, 3 for parts of controls).
    """

    of: str
    on: tuple[str, ...]
    at_least: float


class Tokens(NamedTuple):
    """All design tokens.

    Attributes:
        space_px: Distances by name.
        radius_px: Corner radii by name.
        family: The shipped font's family.
        type_px: Text sizes at 100 % by name.
        weights: Font weights by name.
        sizes_px: Sizes of parts at 100 % by name.
        motion_ms: Durations of motion by name.
        themes: Theme name to colour role to `#rrggbb`.
        contrast: What the colours promise.
    """

    space_px: Mapping[str, int]
    radius_px: Mapping[str, int]
    family: str
    type_px: Mapping[str, int]
    weights: Mapping[str, int]
    sizes_px: Mapping[str, int]
    motion_ms: Mapping[str, int]
    themes: Mapping[str, Mapping[str, str]]
    contrast: tuple[ContrastRule, ...]


@cache
def tokens() -> Tokens:
    """The shipped tokens.

    Raises:
        OSError: The file is missing: a broken installation.
        ValueError: It is not JSON.
    """
    read = json.loads(assets.folder("theme", "tokens.json").read_text(encoding="utf-8"))
    return Tokens(
        space_px=read["space_px"],
        radius_px=read["radius_px"],
        family=read["type"]["family"],
        type_px=read["type"]["sizes_px"],
        weights=read["type"]["weights"],
        sizes_px=read["sizes_px"],
        motion_ms=read["motion_ms"],
        themes=read["themes"],
        contrast=tuple(
            ContrastRule(of=rule["of"], on=tuple(rule["on"]), at_least=rule["at_least"]) for rule in read["contrast"]
        ),
    )
