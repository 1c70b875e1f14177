"""What an item writer's preview is made of: the compiled case and its media, straight from the source folder.

The preview runs the candidate's own engine and screens in review mode; only where the bytes come from differs.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pocus_desktop.authoring.build.members import gather
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.authoring.source.place import Place
from pocus_desktop.bundle.writer import SourceMember
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import CaseRefusedError, Problem
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.scoring.key import ScoringKey


class NoSuchMemberError(PocusError):
    """The compiled case names a file that was not gathered."""

    code = "authoring.no_such_member"
    blame = Blame.BUG


class SourceContent:
    """The files of a source folder under the names that the compiled case gives them."""

    def __init__(self, members: tuple[SourceMember, ...]) -> None:
        self._members = {member.name: member for member in members}

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self._members))

    def media_type(self, name: str) -> str:
        """The media type of a file."""
        return self._member(name).media_type

    def size_bytes(self, name: str) -> int:
        """The size of a file.

        Raises:
            FileRefusedError: It is gone since the folder was read.
        """
        data = self._member(name).data
        if not isinstance(data, Path):
            return len(data)
        with _told():
            return data.stat().st_size

    def read(self, name: str) -> bytes:
        """The whole of a file; errors as `size_bytes`."""
        data = self._member(name).data
        if not isinstance(data, Path):
            return data
        with _told():
            return data.read_bytes()

    def open(self, name: str) -> BinaryIO:
        """A seekable reader of a file; errors as `size_bytes`."""
        data = self._member(name).data
        if not isinstance(data, Path):
            return io.BytesIO(data)
        with _told():
            return data.open("rb")

    def _member(self, name: str) -> SourceMember:
        try:
            return self._members[name]
        except KeyError as missing:
            raise NoSuchMemberError(name=name) from missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A source folder as it now stands.

    Attributes:
        assessment: The compiled assessment; None while errors stand in the way.
        key: Its scoring key.
        content: Its media.
        problems: Errors and warnings, in the order of the files.
        files: What to watch for changes.
    """

    assessment: Assessment | None
    key: ScoringKey | None
    content: SourceContent
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def read_preview(folder: Path) -> Preview:
    """Read a source folder for preview; what an item writer got wrong is in the problems, never raised."""
    try:
        return _read(folder)
    except OSError as problem:  # a file that an editor was just saving
        name = Path(str(problem.filename)).name if problem.filename else folder.name
        gone = fault("source.file_unreadable", Place(name, 0, 0), reason=problem.strerror or type(problem).__name__)
        return Preview(assessment=None, key=None, content=SourceContent(()), problems=(gone,), files=_files(folder))


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def _read(folder: Path) -> Preview:
    loaded = load_source(folder)
    watched = _files(folder)
    nothing = SourceContent(())
    if not loaded.is_sound:
        return Preview(assessment=None, key=None, content=nothing, problems=loaded.problems, files=watched)
    try:
        gathered = gather(loaded)
    except CaseRefusedError as refused:
        problems = tuple(dict.fromkeys((*loaded.problems, *refused.problems)))
        return Preview(assessment=None, key=None, content=nothing, problems=problems, files=watched)
    return Preview(
        assessment=gathered.assessment,
        key=loaded.key,
        content=SourceContent(gathered.members),
        problems=gathered.warnings,
        files=watched,
    )
