"""Places: where the hub keeps bytes outside its database; a folder, or a bucket of an S3 service (`hub.storage.s3`).

One interface, one contract suite (`tests/hub/test_places.py`): what was put is durable when `put` returns, whole or not
at all, and is given back as it was or not at all. Several processes may use a place at the same time.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from pocus_desktop.hub.errors import BadPlaceError, PlaceDamagedError, StoreUnavailableError
from pocus_desktop.kernel import files

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_S3: Final = "s3://"


class Place(Protocol):
    """Bytes by name."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name, in place of any that were there; durable when this returns.

        Raises:
            StoreUnavailableError: They are not kept.
        """

    def put_all(self, several: Mapping[str, bytes]) -> None:
        """The same for several names, in less time than one after the other.

        Raises:
            StoreUnavailableError: One of them is not kept; others may be.
        """

    def get(self, name: str) -> bytes | None:
        """The bytes of a name; None where there are none.

        Raises:
            PlaceDamagedError: There is something that is no bytes.
            StoreUnavailableError: The place does not answer now.
        """

    def may_have(self, name: str) -> bool:
        """Whether a name may have bytes here, as far as that is told at next to no cost; False is certain."""

    def remove(self, name: str) -> None:
        """Forget a name; nothing where it is not there.

        Raises:
            StoreUnavailableError: It stays.
        """

    def names(self) -> Iterator[str]:
        """Every name there is, in order; what was put while this runs may be missing, what is no name is passed over.

        Raises:
            StoreUnavailableError: The place does not answer now.
        """

    def at(self, part: str) -> "Place":
        """A part of this place, with names of its own."""

    def free_bytes(self) -> int | None:
        """How much more it takes; None where it does not say.

        Raises:
            StoreUnavailableError: It does not answer now.
        """


def require_name(name: str) -> None:
    """A name is one or more parts of letters, digits, `_`, `-` and `.`, with `/` between, and leads nowhere else.

    Raises:
        ValueError: This is none.
    """
    if not is_name(name):
        raise ValueError("not a name")


def is_name(text: str) -> bool:
    """Whether a text is a name."""
    return _NAME.fullmatch(text) is not None


def open_place(address: str | None, folder: Path) -> Place:
    """The place that an address names: `s3://bucket/prefix`, a folder's path, or the hub's own folder where omitted.

    Raises:
        BadPlaceError: The address is not understood.
        StoreUnavailableError: It cannot be used.
    """
    if not address:
        return FolderPlace(folder)
    if address.startswith(_S3):
        from pocus_desktop.hub.storage.s3 import open_bucket  # the S3 client; a hub of one room needs none

        return open_bucket(address)
    if "://" in address:
        raise BadPlaceError(address=address.partition("://")[0] + "://…")
    return FolderPlace(Path(address))


class FolderPlace:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._durable: set[Path] = set()

    def put(self, name: str, data: bytes) -> None:
        """As `Place.put`."""
        self.put_all({name: data})

    def put_all(self, several: Mapping[str, bytes]) -> None:
        """As `Place.put_all`."""
        paths = {self._path(name): data for name, data in several.items()}
        try:
            for folder in dict.fromkeys(path.parent for path in paths):
                self._make_durable(folder)
            missing = {path: data for path, data in paths.items() if not _holds(path, data)}
            files.write_several(missing)
            for folder in {path.parent for path in paths if path not in missing}:
                files.sync_folder(folder)  # whoever wrote it may not have come so far
        except OSError as problem:
            raise StoreUnavailableError(reason=problem.strerror or "") from problem

    def get(self, name: str) -> bytes | None:
        """As `Place.get`."""
        path = self._path(name)
        try:
            if path.is_file():
                return path.read_bytes()
            is_there = path.exists()
        except FileNotFoundError:  # let go in between
            return None
        except OSError as problem:  # a disk or a share that fails now may give the same bytes later
            raise StoreUnavailableError(reason=problem.strerror or "") from problem
        if is_there:
            raise PlaceDamagedError(reason="not a file")
        return None

    def may_have(self, name: str) -> bool:
        """As `Place.may_have`."""
        try:
            self._path(name).lstat()
        except FileNotFoundError:
            return False
        except OSError:  # a disk or a share that fails now; whoever puts or gets it is told
            return True
        return True

    def remove(self, name: str) -> None:
        """As `Place.remove`."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as problem:
            if problem.errno == errno.ENOTDIR:
                return
            raise StoreUnavailableError(reason=problem.strerror or "") from problem

    def names(self) -> Iterator[str]:
        """As `Place.names`."""
        try:
            found = sorted(
                (Path(parent) / name).relative_to(self._folder).as_posix()
                for parent, _, inside in os.walk(self._folder, onerror=_raise)
                for name in inside
            )
        except FileNotFoundError:
            found = []
        except OSError as problem:
            raise StoreUnavailableError(reason=problem.strerror or "") from problem
        return filter(is_name, found)  # one that is being written begins with a dot

    def at(self, part: str) -> "FolderPlace":
        """As `Place.at`."""
        return FolderPlace(self._path(part))

    def free_bytes(self) -> int:
        """As `Place.free_bytes`: of the disk or share that it is on."""
        try:
            return shutil.disk_usage(self._folder).free
        except OSError as problem:
            raise StoreUnavailableError(reason=problem.strerror or "") from problem

    def _make_durable(self, folder: Path) -> None:
        """A folder that is there may be another process's, which did not come so far as to sync where it stands."""
        if folder in self._durable and folder.is_dir():
            return
        files.make_folder(folder)
        inside = folder.relative_to(self._folder)
        for each in (self._folder / part for part in (*reversed(inside.parents), inside)):
            if each not in self._durable:
                files.sync_folder(each.parent)
                self._durable.add(each)

    def _path(self, name: str) -> Path:
        require_name(name)
        return self._folder / name


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file is there and has these bytes."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _raise(problem: OSError) -> None:
    raise problem
