"""The states that a power cut can leave, from what was done and when it was synced.

The model, on which the names below are built (T. S. Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014;
J. Mohan et al., "Finding Crash-Consistency Bugs with Bounded Black-Box Crash Testing", OSDI 2018):

1. A write, or a change of a file's length, is durable once a sync of that file returned; until then it may be there or
   not, whatever became of those before and after it.
2. A name (made, renamed, removed) is durable once a sync of its folder returned; until then, likewise. The sync of a
   file does not make its name durable, nor the sync of a folder that folder's own name.
3. A write that is not durable may be torn: any of its sectors of 512 bytes is there or not. What a file is long without
   having been written reads as zeros.
4. What was durable stays. A disk that loses what it said was synced is another matter (`pocus doctor`).
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tests.crash.recording import Cut, Make, Mark, Operation, Remove, Rename, Sync, SyncFolder, Write

SECTOR_BYTES: Final = 512
_TORN_SYSTEMATICALLY: Final = 4
"""Of a pending write, so many places are torn; the others by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a power cut left.

    Attributes:
        after: How many operations had been done.
        how: What became of those that were not durable.
        files: Path to content; None for a folder.
        marks: What had been acknowledged.
    """

    after: int
    how: str
    files: Mapping[str, bytes | None]
    marks: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """The same for states that are the same to whoever opens them."""
        told = hashlib.sha256(repr(self.marks).encode())
        for path, data in sorted(self.files.items()):
            told.update(f"{path}\0{-1 if data is None else len(data)}\0".encode())
            told.update(data or b"")
        return told.digest()

    def lay(self, folder: Path) -> None:
        """Put it on the disk, into a folder that is not there yet."""
        folder.mkdir(parents=True)
        for path, data in sorted(self.files.items()):
            if data is None:
                (folder / path).mkdir(parents=True, exist_ok=True)
        for path, data in self.files.items():
            if data is not None:
                (folder / path).write_bytes(data)


class Crashes:
    """All the states of one recording.

    Args:
        operations: What was done.
    """

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        self._operations = operations
        self._durable_at = [self._sync_of(place) for place in range(len(operations))]

    def __len__(self) -> int:
        return len(self._operations)

    def whole(self) -> State:
        """What is there when nothing is cut."""
        return self._state(len(self._operations), {}, "whole")

    def systematic(self) -> Iterator[State]:
        """After each operation: all pending lost, all kept, each alone lost or kept, the first ones kept, some torn."""
        for after in range(len(self._operations) + 1):
            pending = self._pending(after)
            yield self._state(after, {}, "all kept")
            if not pending:
                continue
            yield self._state(after, dict.fromkeys(pending, None), "all lost")
            for number, one in enumerate(pending):
                others = [other for other in pending if other != one]
                yield self._state(after, {one: None}, f"{one} lost")
                yield self._state(after, dict.fromkeys(others, None), f"only {one} kept")
                yield self._state(after, dict.fromkeys(pending[number:], None), f"kept before {one}")
                for torn in self._tears(one):
                    yield self._state(after, {one: torn}, f"{one} torn to {torn}")
                    yield self._state(after, {**dict.fromkeys(others, None), one: torn}, f"only {one}, torn to {torn}")

    def sampled(self, chance: random.Random) -> Iterator[State]:
        """Without end: a moment, and what became of each pending operation, by chance."""
        moments = [after for after in range(len(self._operations) + 1) if self._pending(after)]
        while moments:
            after = chance.choice(moments)
            fate: dict[int, frozenset[int] | None] = {}
            for one in self._pending(after):
                turn = chance.random()
                sectors = self._sectors(one)
                if turn < 0.4:
                    fate[one] = None
                elif turn < 0.7 and len(sectors) > 1:
                    fate[one] = frozenset(sector for sector in sectors if chance.random() < 0.5)
            yield self._state(after, fate, f"by chance {fate}")

    def _sync_of(self, place: int) -> int | None:
        """The sync that makes an operation durable; None where none comes."""
        operation = self._operations[place]
        for later in range(place + 1, len(self._operations)):
            sync = self._operations[later]
            match operation, sync:
                case ((Write(inode=inode) | Cut(inode=inode)), Sync(inode=synced)) if inode == synced:
                    return later
                case ((Make(path=path) | Remove(path=path)), SyncFolder(path=folder)) if _folder(path) == folder:
                    return later
                case Rename(new=path), SyncFolder(path=folder) if _folder(path) == folder:
                    return later
                case _:
                    pass
        return None

    def _pending(self, after: int) -> list[int]:
        """The operations that a power cut may undo."""
        return [
            place
            for place in range(after)
            if not isinstance(self._operations[place], Sync | SyncFolder | Mark)
            and ((durable_at := self._durable_at[place]) is None or durable_at >= after)
        ]

    def _sectors(self, place: int) -> range:
        operation = self._operations[place]
        if not isinstance(operation, Write):
            return range(0)
        return range(operation.offset // SECTOR_BYTES, (operation.offset + len(operation.data) - 1) // SECTOR_BYTES + 1)

    def _tears(self, place: int) -> list[frozenset[int]]:
        sectors = self._sectors(place)
        if len(sectors) < 2:
            return []
        step = max(1, len(sectors) // _TORN_SYSTEMATICALLY)
        first = [frozenset(sectors[:end]) for end in range(1, len(sectors), step)]
        return [
            *first,
            frozenset(sectors[1:]),
            frozenset((*sectors[: len(sectors) // 2], *sectors[len(sectors) // 2 + 1 :])),
        ]

    def _state(self, after: int, fate: Mapping[int, frozenset[int] | None], how: str) -> State:
        """Apply the operations, but those lost; of those torn, the sectors kept."""
        names: dict[str, int] = {}
        folders: set[int] = set()
        contents: dict[int, bytearray] = {}
        marks: list[str] = []
        for place, operation in enumerate(self._operations[:after]):
            if isinstance(operation, Make):
                contents.setdefault(operation.inode, bytearray())
                if operation.is_folder:
                    folders.add(operation.inode)
            if isinstance(operation, Mark):
                marks.append(operation.line)
            elif place not in fate or fate[place] is not None:
                self._apply(operation, fate.get(place), names, contents)
        return State(after=after, how=how, files=_reachable(names, folders, contents), marks=tuple(marks))

    def _apply(
        self, operation: Operation, kept: frozenset[int] | None, names: dict[str, int], contents: dict[int, bytearray]
    ) -> None:
        match operation:
            case Make(path=path, inode=inode):
                names[path] = inode
            case Rename(old=old, new=new, inode=inode):
                names.pop(old, None)
                names[new] = inode
                for path in [
                    path for path in names if path.startswith(f"{old}/")
                ]:  # a folder takes along what is in it
                    names[new + path.removeprefix(old)] = names.pop(path)
            case Remove(path=path):
                names.pop(path, None)
            case Cut(inode=inode, size=size):
                _resize(contents[inode], size)
            case Write(inode=inode, offset=offset, data=data):
                for start, part in _parts(offset, data, kept):
                    if len(contents[inode]) < start + len(part):
                        _resize(contents[inode], start + len(part))
                    contents[inode][start : start + len(part)] = part
            case _:
                pass


def _parts(offset: int, data: bytes, kept: frozenset[int] | None) -> Iterator[tuple[int, bytes]]:
    """A write, or those of its sectors that were kept."""
    if kept is None:
        yield offset, data
        return
    for sector in sorted(kept):
        start, end = max(sector * SECTOR_BYTES, offset), min((sector + 1) * SECTOR_BYTES, offset + len(data))
        yield start, data[start - offset : end - offset]


def _resize(content: bytearray, size: int) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _reachable(
    names: Mapping[str, int], folders: set[int], contents: Mapping[int, bytearray]
) -> dict[str, bytes | None]:
    """What can be found by its name: a file whose folder is lost is lost."""
    found: dict[str, bytes | None] = {}
    for path, inode in sorted(names.items()):
        folder = _folder(path)
        if folder == "." or folder in found:
            found[path] = None if inode in folders else bytes(contents[inode])
    return found
