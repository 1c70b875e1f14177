"""What a row knows of an envelope by its file."""

from dataclasses import replace
from pathlib import Path

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.sealed import MAXIMUM_FRONT_BYTES, read_header
from pocus_desktop.sync import engine
from pocus_desktop.sync.engine import Row


def front_of(path: Path) -> bytes:
    """As much of a file as its header can take.

    Raises:
        OSError: As the operating system says.
    """
    with path.open("rb") as file:
        return file.read(MAXIMUM_FRONT_BYTES)


def row_of(digest: str, front: bytes, size_bytes: int, *, now_ms: int) -> Row:
    """The first row of an envelope that is durable on this disk.

    Args:
        digest: Of the file.
        front: Its beginning; whatever is no sealed result is carried all the same, for the hub to judge.
        size_bytes: Of the whole.
        now_ms: Wall time.
    """
    return told_by_file(engine.arrived(digest, now_ms=now_ms), front, size_bytes)


def told_by_file(row: Row, front: bytes, size_bytes: int) -> Row:
    """A row with what its file says outside."""
    told = replace(row, size_bytes=size_bytes)
    try:
        header = read_header(front)
    except PocusError:
        pass  # the hub says what it is, and the row then carries that reason
    else:
        told = replace(told, sitting=header.sitting, last_seq=header.last_seq, is_partial=header.is_partial)
    return replace(told, way=engine.first_way(told))
