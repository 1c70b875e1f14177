"""Where a `pocus conform` command takes its input from, and how a refusal leaves it."""

import functools
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import click

from pocus_desktop.cli.main import fail
from pocus_desktop.crypto.chunked import ByteSource, BytesSource, FileSource
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError

STANDARD_INPUT: Final = "-"


class UnreadableInputError(PocusError):
    """The file of a case cannot be read."""

    code: ClassVar[str] = "cli.unreadable_input"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


def refusing(command: Callable[..., None]) -> Callable[..., None]:
    """Tell a refusal as JSON and leave with status 1."""

    @functools.wraps(command)
    def told(*args: object, **options: object) -> None:
        try:
            command(*args, **options)
        except PocusError as error:
            fail(error, as_json=True)
        except OSError as problem:  # a disk or a stick that goes away while it is read
            fail(FileRefusedError.of(problem), as_json=True)
        else:
            return
        click.get_current_context().exit(1)

    return told


def read_input(file: str) -> bytes:
    """All of a file, or of standard input where it is called "-".

    Raises:
        UnreadableInputError: There is none, or it is a folder, or it may not be read.
    """
    if file == STANDARD_INPUT:
        if sys.stdin is None:
            raise UnreadableInputError(reason="closed")
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as problem:
        raise UnreadableInputError(reason=type(problem).__name__) from problem


@contextmanager
def open_input(file: str) -> Iterator[ByteSource]:
    """The file, to be read at any place; all of standard input, or of what cannot be read so, in memory.

    Raises:
        UnreadableInputError: As `read_input` does.
    """
    if file == STANDARD_INPUT:
        yield BytesSource(read_input(file))
        return
    try:
        is_regular = stat.S_ISREG(Path(file).stat().st_mode)
        source = FileSource(Path(file)) if is_regular else None
    except (OSError, ValueError) as problem:
        raise UnreadableInputError(reason=type(problem).__name__) from problem
    if source is None:
        yield BytesSource(read_input(file))
        return
    with source:
        yield source
