"""Whether a station follows an academy's metadata: known without python-tuf, which takes long to import."""

from pathlib import Path
from typing import Final

POINTER: Final = "current"
"""The file of a trust folder that names the state in force."""


def is_enrolled(folder: Path) -> bool:
    """Whether a root was pinned in this trust folder."""
    return (folder / POINTER).is_file()
