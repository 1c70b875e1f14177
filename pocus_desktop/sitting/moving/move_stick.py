"""A sitting on a stick: its folder, what it holds, and how it is written and read (formats/move 3.1 to 3.3).

    pocus-moves/SITTING/contents.json         what the others are, with their digests; written last
    pocus-moves/SITTING/journal.sqlite        settled: without a log beside it
    pocus-moves/SITTING/admission.dsse.json
    pocus-moves/SITTING/permit.dsse.json      once the centre permits the move

Nothing is opened where it lies: files are read whole, compared with their digests, and looked into elsewhere.
"""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission.move_permit import MAXIMUM_BYTES as MAXIMUM_PERMIT_BYTES
from pocus_desktop.kernel import canonical, files
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.sitting.folder import ADMISSION, PERMIT
from pocus_desktop.sitting.journal import FILE_NAME
from pocus_desktop.sitting.moving.errors import (
    NewerMoveError,
    NotCopiedError,
    NothingOnStickError,
    SeveralSittingsError,
    StickAlteredError,
)

FOLDER: Final = "pocus-moves"
CONTENTS: Final = "contents.json"
FORMAT: Final = 1
MAXIMUM_BYTES: Final = 256 * 1024 * 1024
"""A journal of three hours is below 4 MiB."""

_NAMES: Final = frozenset({FILE_NAME, ADMISSION})
_STAGED: Final = ".packing-"
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StickFile(BaseModel):
    """A file as it must read back."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    size: int = Field(ge=0, le=MAXIMUM_BYTES)
    sha256: _Digest


class Contents(BaseModel):
    """What a packed sitting says of itself; it proves nothing, but that it arrived as it was sent.

    Attributes:
        last_seq: The last row of the journal.
        head: That row's digest.
        is_fenced: Whether the computer it comes from let go of it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow")

    format: Literal[1] = FORMAT
    sitting: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,120}$")
    admission_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    bundle_id: str
    bundle_version: int
    packed_at_ms: int = Field(ge=0, le=LATEST_MS)
    last_seq: int = Field(ge=1)
    head: _Digest
    is_fenced: bool
    files: dict[str, StickFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedSitting:
    """A sitting on a stick."""

    path: Path
    contents: Contents

    def read(self) -> Mapping[str, bytes]:
        """Its files by name.

        Raises:
            StickAlteredError: One is not what was put there.
        """
        return {name: self._file(name, told) for name, told in self.contents.files.items()}

    def permit(self) -> bytes | None:
        """The permit as it lies there, unverified; None where there is none.

        Raises:
            StickAlteredError: It cannot be read, or is longer than any is.
        """
        try:
            with (self.path / PERMIT).open("rb") as file:
                data = file.read(MAXIMUM_PERMIT_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise StickAlteredError(file=PERMIT) from problem
        if len(data) > MAXIMUM_PERMIT_BYTES:
            raise StickAlteredError(file=PERMIT)
        return data

    def keep_permit(self, envelope: bytes) -> None:
        """Put the permit beside the journal, and read it back.

        Raises:
            FileRefusedError: The stick does not take it.
            NotCopiedError: It does not read back.
        """
        _write(self.path / PERMIT, envelope)

    def told_fenced(self) -> "PackedSitting":
        """The same, saying that the computer it comes from let go of it.

        Raises:
            FileRefusedError, NotCopiedError: The stick does not take it.
        """
        contents = self.contents.model_copy(update={"is_fenced": True})
        _write(self.path / CONTENTS, _encoded(contents))
        return PackedSitting(path=self.path, contents=contents)

    def _file(self, name: str, told: StickFile) -> bytes:
        try:
            with (self.path / name).open("rb") as file:
                data = file.read(told.size + 1)
        except OSError as problem:
            raise StickAlteredError(file=name) from problem
        if len(data) != told.size or canonical.digest(data) != told.sha256:
            raise StickAlteredError(file=name)
        return data


def put_on(stick: Path, contents: Contents, held: Mapping[str, bytes]) -> PackedSitting:
    """Write a sitting to a stick, read it back, and only then let it take its place.

    Args:
        stick: Any folder.
        contents: What is said of it; its `files` are filled in here.
        held: The files.

    Raises:
        FileRefusedError: The stick does not take it.
        NotCopiedError: It does not read back as it was written.
    """
    place = stick / FOLDER / contents.sitting
    staged = place.with_name(f"{_STAGED}{secrets.token_hex(4)}")
    told = {name: StickFile(size=len(data), sha256=canonical.digest(data)) for name, data in held.items()}
    contents = contents.model_copy(update={"files": told})
    try:
        files.make_folder(place.parent)
        for left in place.parent.glob(f"{_STAGED}*"):  # of a program that died
            shutil.rmtree(left)
        staged.mkdir()
        try:
            for name, data in held.items():
                _write(staged / name, data)
            _write(staged / CONTENTS, _encoded(contents))
            _take_place(staged, place)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return PackedSitting(path=place, contents=contents)


def found_on(stick: Path) -> tuple[PackedSitting, ...]:
    """The sittings on a stick; one that cannot be read is passed over.

    Whoever names one gets to know what is wrong with it.

    Raises:
        FileRefusedError: The stick itself cannot be read.
    """
    found = []
    for path in _folders_on(stick):
        try:
            found.append(_packed(path))
        except (NothingOnStickError, StickAlteredError, NewerMoveError):
            continue
    return tuple(found)


def only_on(stick: Path, sitting: str | None = None) -> PackedSitting:
    """The one sitting on a stick, or the one that is named.

    Args:
        stick: Any folder, or the sitting's own folder on it.
        sitting: Its id, or that of its admission.

    Raises:
        NothingOnStickError: There is none.
        SeveralSittingsError: There are several, and none is named.
        StickAlteredError, NewerMoveError: It cannot be read.
        FileRefusedError: The stick itself cannot be read.
    """
    folders = _folders_on(stick)
    if not folders and os.path.exists(stick / CONTENTS):  # noqa: PTH110 - no error where the stick is dying
        return _packed(stick)
    if sitting is None and len(folders) == 1:
        return _packed(folders[0])
    wanted = [one for one in found_on(stick) if sitting in {None, one.contents.sitting, one.contents.admission_id}]
    if len(wanted) > 1:
        raise SeveralSittingsError(sittings=", ".join(one.contents.admission_id for one in wanted))
    if wanted:
        return wanted[0]
    if sitting is not None and stick / FOLDER / sitting in folders:
        return _packed(stick / FOLDER / sitting)
    raise NothingOnStickError(stick=stick.name or str(stick))


def _folders_on(stick: Path) -> list[Path]:
    try:
        return [path for path in sorted((stick / FOLDER).glob("*/")) if not path.name.startswith(".")]
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def _packed(path: Path) -> PackedSitting:
    try:
        with (path / CONTENTS).open("rb") as file:
            document = canonical.decode(file.read(64 * 1024))
    except FileNotFoundError as problem:
        raise NothingOnStickError(stick=path.name) from problem
    except (OSError, canonical.BadJsonError) as problem:
        raise StickAlteredError(file=CONTENTS) from problem
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise NewerMoveError(found=found, known=FORMAT)
    try:
        contents = Contents.model_validate(document)
    except ValidationError as problem:
        raise StickAlteredError(file=CONTENTS) from problem
    if contents.files.keys() != _NAMES:
        raise StickAlteredError(file=CONTENTS)
    return PackedSitting(path=path, contents=contents)


def _encoded(contents: Contents) -> bytes:
    return canonical.encode(contents.model_dump(mode="json"))


def _write(path: Path, data: bytes) -> None:
    """Write a file durably, and read it back from the stick and not from memory, as far as the system lets us."""
    try:
        files.write_atomically(path, data)
        with path.open("rb") as file:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            back = file.read()
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    if back != data:
        raise NotCopiedError(file=path.name)


def _take_place(staged: Path, place: Path) -> None:
    """An older copy goes only once the new one is there whole."""
    older = place.with_name(f"{_STAGED}older-{secrets.token_hex(4)}")
    if place.exists():
        place.replace(older)
    staged.replace(place)
    files.sync_folder(place.parent)
    shutil.rmtree(older, ignore_errors=True)
