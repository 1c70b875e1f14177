"""Pack a sitting for another station, and let go of it here (formats/move 3).

In this order, so that a power cut at any moment leaves the sitting to be gone on with in one place:

1. The journal is held exclusively and settled; its chain is whole, and the centre can resume it.
2. The copy is on the stick, durable, and reads back.
3. Where this disk can be written: the note that the sitting is moved away. From here on nobody goes on here.
4. What lets this computer resume it is destroyed; the centre's wrapping stays, for another copy if the stick is lost.
5. The stick says that this computer let go of it.

Until 3 the sitting goes on here; from 3 on with the copy. A disk that can only be read, or is full, gives the copy and
no fence, and the stick says so.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pocus_desktop.kernel import log
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.sitting import chain
from pocus_desktop.sitting.errors import DISK_ERRORS, OtherAdmissionError
from pocus_desktop.sitting.folder import ADMISSION, CLOSED, MOVED, MovedAway, SittingFolder
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.journal import FILE_NAME
from pocus_desktop.sitting.moving import fence
from pocus_desktop.sitting.moving.errors import (
    HandedInAlreadyError,
    NoCentreNamedError,
    NothingOnStickError,
    NothingToMoveError,
    OtherCopyOnStickError,
    SeveralSittingsError,
    StickAlteredError,
)
from pocus_desktop.sitting.moving.move_stick import Contents, PackedSitting, only_on, put_on
from pocus_desktop.sitting.store import JournalStore, Row

_SITTINGS: Final = "sittings"
_LOG: Final = "-wal"


class Point(StrEnum):
    """Moments that a test may stop the process at."""

    HELD = "held"
    COPIED = "copied"
    NOTED = "noted"
    FENCED = "fenced"
    TOLD = "told"


Hook = Callable[[Point], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A journal that is held: everything of it, and whether its own disk takes anything."""

    store: JournalStore
    header: Header
    rows: tuple[Row, ...]
    can_be_fenced: bool


def sitting_folder(place: Path, wanted: str | None = None) -> Path:
    """The folder of the sitting to move.

    Args:
        place: The sitting's own folder, or the home of a station, such as one on a disk that was taken out.
        wanted: The id of its admission, where the home has several.

    Raises:
        NothingToMoveError: There is none.
        SeveralSittingsError: There are several, and none is named.
    """
    if (place / FILE_NAME).exists():
        return place
    folders = [path.parent for path in sorted((place / _SITTINGS).glob(f"*/{FILE_NAME}"))]
    going = [
        path
        for path in folders
        if not path.name.startswith(".") and (path.name == wanted or (wanted is None and _is_going(path)))
    ]
    if not going:
        raise NothingToMoveError(folder=place.name or str(place))
    if len(going) > 1:
        raise SeveralSittingsError(sittings=", ".join(path.name for path in going))
    return going[0]


def pack(folder: Path, stick: Path, *, now_ms: int, hook: Hook = lambda _point: None) -> PackedSitting:
    """Copy a sitting to a stick, and let go of it here where that can be written down.

    Doing it again finishes what was cut off, or makes another copy of what was moved away.

    Args:
        folder: The sitting's.
        stick: Where to.
        now_ms: Wall time.
        hook: Called at each `Point`.

    Raises:
        HandedInAlreadyError: There is nothing to go on with.
        NoCentreNamedError: No centre could permit another computer to go on.
        OtherCopyOnStickError: The stick has a copy that this one does not continue.
        NotCopiedError: The stick does not give back what was written; nothing changed here.
        SittingError: `sitting.*`: the journal is open elsewhere, damaged, altered, or the disk refuses.
        FileRefusedError: The stick does not take it.
    """
    place = SittingFolder(path=folder)
    place.require_journal()
    if place.closed() is not None:
        raise HandedInAlreadyError
    centre = fence.centre_of(place)
    is_moved = (folder / MOVED).exists()  # a note that is damaged is one too
    with _hold(folder, centre) as held:
        hook(Point.HELD)
        packed = _found(held, stick) if is_moved else None
        packed = packed or _copied(place, held, stick, now_ms=now_ms)
        hook(Point.COPIED)
        if not held.can_be_fenced:
            log.event("move.packed", sitting=held.header.sitting, last_seq=packed.contents.last_seq, is_fenced=False)
            return packed
        contents = packed.contents
        if not is_moved:
            note = MovedAway(at_ms=now_ms, to=_name_of(stick), last_seq=contents.last_seq, head=contents.head)
            try:
                place.keep_moved(note)
            except DISK_ERRORS as problem:  # it takes no note: the copy is of use all the same
                log.failure(problem)
                return packed
        hook(Point.NOTED)
        fence.let_go(held.store, centre)
        hook(Point.FENCED)
    told = packed if contents.is_fenced else packed.told_fenced()
    hook(Point.TOLD)
    log.event("move.packed", sitting=contents.sitting, last_seq=contents.last_seq, is_fenced=True)
    return told


def _found(held: _Held, stick: Path) -> PackedSitting | None:
    """The copy that lies on the stick already, if it is this one and whole."""
    try:
        packed = only_on(stick, held.header.sitting)
        packed.read()
    except (NothingOnStickError, StickAlteredError):
        return None
    return packed if packed.contents.head == held.rows[-1].digest.hex() else None


def _copied(place: SittingFolder, held: _Held, stick: Path, *, now_ms: int) -> PackedSitting:
    last = held.rows[-1]
    _require_older(held, stick)
    try:
        admission = (place.path / ADMISSION).read_bytes()
    except OSError as problem:
        raise OtherAdmissionError from problem
    contents = Contents(
        sitting=held.header.sitting,
        admission_id=held.header.admission_id,
        bundle_id=held.header.bundle_id,
        bundle_version=held.header.bundle_version,
        packed_at_ms=now_ms,
        last_seq=last.seq,
        head=last.digest.hex(),
        is_fenced=False,
        files={},
    )
    return put_on(stick, contents, {FILE_NAME: held.store.snapshot(), ADMISSION: admission})


def _require_older(held: _Held, stick: Path) -> None:
    """What lies on the stick of this sitting is part of what replaces it.

    Raises:
        OtherCopyOnStickError: It is not.
    """
    try:
        there = only_on(stick, held.header.sitting).contents
    except NothingOnStickError:
        return
    except StickAlteredError:  # a copy that is of no use is replaced
        return
    if there.sitting != held.header.sitting:
        return
    if there.last_seq > len(held.rows) or held.rows[there.last_seq - 1].digest.hex() != there.head:
        raise OtherCopyOnStickError(stick=_name_of(stick))


@contextmanager
def _hold(folder: Path, centre: str) -> Iterator[_Held]:
    """The journal where it lies; or a copy of it, where its disk takes nothing."""
    with ExitStack() as stack:
        try:
            store = stack.enter_context(JournalStore.open(folder / FILE_NAME))
            store.settle()
            can_be_fenced = True
        except DISK_ERRORS:  # it can only be read, is full, or is dying: what can be read of it is enough
            stack.close()  # before the copy: closing any handle of a file lets go of all its locks
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="pocus-"))
            for source in (folder / FILE_NAME, folder / f"{FILE_NAME}{_LOG}"):
                if source.exists():
                    _copy(source, Path(name) / source.name)
            store = stack.enter_context(JournalStore.open(Path(name) / FILE_NAME))
            can_be_fenced = False
        yield _read(store, centre, can_be_fenced=can_be_fenced)


def _read(store: JournalStore, centre: str, *, can_be_fenced: bool) -> _Held:
    header, rows = Header.from_text(store.header()), store.rows()
    chain.require_whole(header, rows)
    resumers = {wrapping.key_id for wrapping in store.wrappings("resume")}
    if not resumers:
        raise HandedInAlreadyError
    if centre not in resumers:  # to let go of it here would leave it to nobody
        raise NoCentreNamedError
    return _Held(store=store, header=header, rows=rows, can_be_fenced=can_be_fenced)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def _is_going(path: Path) -> bool:
    folder = SittingFolder(path=path)
    return folder.has_journal and not any((path / name).exists() for name in (CLOSED, MOVED))


def _name_of(stick: Path) -> str:
    return (stick.resolve().name or str(stick))[:200]
