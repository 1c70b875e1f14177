"""Where the shipped files are: beside the package in a checkout, inside it once installed."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def root() -> Path:
    """The folder of shipped assets (words, theme, fonts, icons, templates)."""
    installed = _PACKAGE / "_assets"
    return installed if installed.is_dir() else _PACKAGE.parent / "assets"


def folder(*parts: str) -> Path:
    """A folder or file below the assets."""
    return root().joinpath(*parts)
