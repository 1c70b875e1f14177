"""What a fuzz target is, and what targets share."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from tests.fuzz.tellable import require_tellable
from tests.hostile import people

Seeds = Callable[[], tuple[bytes, ...]]
KIB: Final = 1024
HUBS: Final = (people.HUB.public,)
_KEPT: Final[list[tempfile.TemporaryDirectory[str]]] = []


class WrongResultError(AssertionError):
    """A reader took what it must not take, or gave something else than what was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that reads bytes which others wrote.

    Attributes:
        name: As it is asked for.
        read: Takes the bytes; raises nothing but a `PocusError`.
        seeds: What it begins with.
        kinds: Of the hostile corpus, which files are read by this.
        maximum_bytes: How long an input of a guided run may become.
    """

    name: str
    read: Callable[[bytes], object]
    seeds: Seeds
    kinds: tuple[str, ...] = ()
    maximum_bytes: int = 16 * KIB

    def try_one(self, data: bytes) -> str:
        """Read one input; the code of the error it was refused with, empty where it was read.

        Raises:
            Exception: A finding.
        """
        try:
            self.read(data)
        except PocusError as problem:
            require_tellable(problem)
            return problem.code
        return ""


def documents(*made: people.Document) -> Seeds:
    """Documents as seeds, not signed."""
    return lambda: tuple(canonical.encode(each) for each in made)


@cache
def folder() -> Path:
    """A folder for the files of this process; removed when it ends."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="pocus-fuzz-"))
    return Path(_KEPT[-1].name)


def file_of(name: str, data: bytes) -> Path:
    """Bytes as a file."""
    path = folder() / name
    path.write_bytes(data)
    return path
