"""Films that a player cannot play, each for one cause."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final


def _garbage(film: Path) -> None:
    """Nothing of it is a film any more."""
    film.write_bytes(bytes(range(256)) * (film.stat().st_size // 256))


def _garbage_inside(film: Path) -> None:
    """It begins as a film does, and is noise from there on."""
    data = film.read_bytes()
    film.write_bytes(data[:600] + bytes(range(255, -1, -1)) * ((len(data) - 600) // 256))


def _cut(film: Path) -> None:
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 3])


def _headers_only(film: Path) -> None:
    film.write_bytes(film.read_bytes()[:600])


SPOILT_FILMS: Final[Mapping[str, Callable[[Path], object]]] = {
    "no film at all": _garbage,
    "noise inside": _garbage_inside,
    "cut": _cut,
    "only its head": _headers_only,
}
