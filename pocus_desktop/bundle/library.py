"""A station's bundles: brought in whole and verified, or not at all (formats/bundle 9).

An import goes through these in order; the third and fourth do not hold the library's lock, so that a long copy blocks
no one:

1. The bundle is verified where it lies, against the highest version seen here.
2. Copies that died are removed, and there is room for this one.
3. It is copied beside its place and synced.
4. The copy, not the original, is verified again and read to its last byte.
5. Under the lock, the highest version seen is asked once more: another process may have been faster.
6. The copy takes its name, and the ledger remembers it.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.bundle import errors
from pocus_desktop.bundle.container_errors import DirectoryDamagedError
from pocus_desktop.bundle.ledger import Ledger, Record
from pocus_desktop.bundle.library_lock import locked
from pocus_desktop.bundle.stored_file import StoredFile
from pocus_desktop.bundle.verifier import Progress, TrustPolicy, VerifiedBundle, open_bundle, payload_digest
from pocus_desktop.bundle.whole_file import reason_of
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.file_lock import try_lock
from pocus_desktop.kernel.files import make_folder, sync_folder

LEDGER_NAME: Final = "library.json"
LOCK_NAME: Final = "library.lock"
SPARE_BYTES: Final = 64 * 1024 * 1024
"""Room that an import leaves free for journals and results."""
_COPY_BYTES: Final = 4 * 1024 * 1024
_PART_PREFIX: Final = ".incoming-"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A bundle in the library.

    Attributes:
        path: Where it lies.
        record: What was verified at its import.
        problem: Why it can no longer be used, or None. What can be told without its keys and without reading its
            content: that it is missing, cut, or not the one that was imported.
    """

    path: Path
    record: Record
    problem: PocusError | None = None

    @property
    def bundle_id(self) -> str:
        """Its line."""
        return self.record.bundle_id

    @property
    def version(self) -> int:
        """Which of the line."""
        return self.record.version

    @property
    def title(self) -> Mapping[str, str]:
        """By language."""
        return self.record.title


class Library:
    """A folder of imported bundles; several processes may use it."""

    def __init__(self, folder: Path) -> None:
        """Take a folder; it is made at the first import."""
        self._folder = folder
        self._ledger_path = folder / LEDGER_NAME
        self._lock_path = folder / LOCK_NAME

    @property
    def folder(self) -> Path:
        """Where the bundles lie."""
        return self._folder

    def seen_version(self, bundle_id: str) -> int | None:
        """The highest version of a bundle ever imported here, even if it was removed since.

        Raises:
            LedgerDamagedError: The library's record cannot be read.
        """
        return Ledger.load(self._ledger_path).seen.get(bundle_id)

    def import_bundle(
        self,
        path: Path,
        policy: TrustPolicy,
        *,
        now_ms: int,
        app_version: str,
        progress: Callable[[Progress], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Entry:
        """Bring a bundle in; the module's docstring lists the steps. What is there already stays whatever happens.

        Args:
            path: The file, on any medium.
            policy: Whom to trust.
            now_ms: The present, in milliseconds since the Unix epoch.
            app_version: Of this program.
            progress: Called with bytes done of copying and checking together.
            cancel: Asked often; true stops.

        Returns:
            The entry; the one that is there where the same bundle was imported before.

        Raises:
            RolledBackError: A newer version was seen here.
            SameVersionDiffersError: Another bundle of this id and version is here.
            NoSpaceError, LibraryBusyError, LedgerDamagedError, CancelledError, CannotWriteError: As they say.
            PocusError: `bundle.*` or `crypto.*`, as `open_bundle` and `VerifiedBundle.verify_everything`.
        """
        with open_bundle(path, policy, now_ms=now_ms, app_version=app_version) as offered:
            ledger = Ledger.load(self._ledger_path)
            record = Record.of(offered.manifest, digest=offered.digest_of_manifest, size_bytes=offered.size_bytes)
            _require_current(ledger, record)
            known = self._usable(ledger, record)
            if known is not None:
                return known
            self._sweep()
            self.require_room(record.size_bytes, name=path.name)
            return self._bring_in(path, record, policy, now_ms, app_version, progress, cancel)

    def adopt(self, file: BinaryIO, part: Path, policy: TrustPolicy, *, now_ms: int, app_version: str) -> Entry:
        """Take in a whole container that lies in this library's folder already: steps 4 to 6 of an import.

        Args:
            file: The part, open and locked by the caller; closed when it takes its name.
            part: Where it lies.
            policy: Whom to trust.
            now_ms: The present, in milliseconds since the Unix epoch.
            app_version: Of this program.

        Raises:
            PocusError: As `import_bundle`; the part stays where it is.
        """
        with open_bundle(part, policy, now_ms=now_ms, app_version=app_version) as offered:
            record = Record.of(offered.manifest, digest=offered.digest_of_manifest, size_bytes=offered.size_bytes)
            offered.verify_everything()
        return self._take_in(file, part, record)

    def held(self, bundle_id: str, version: int) -> Entry | None:
        """A version that is here and can be used, or None.

        Raises:
            LedgerDamagedError: The library's record cannot be read.
        """
        found = [entry for entry in self.entries() if (entry.bundle_id, entry.version) == (bundle_id, version)]
        return found[0] if found and found[0].problem is None else None

    def versions_of(self, bundle_id: str) -> tuple[Path, ...]:
        """The files of a bundle's versions that can be used, the newest first.

        Raises:
            LedgerDamagedError: The library's record cannot be read.
        """
        found = [entry for entry in self.entries() if entry.bundle_id == bundle_id and entry.problem is None]
        return tuple(entry.path for entry in reversed(found))

    def require_room(self, size_bytes: int, *, name: str) -> None:
        """Refuse what does not fit beside the room that journals and results need; makes the folder.

        Raises:
            NoSpaceError: There is less.
            CannotWriteError: The folder cannot be made.
        """
        try:
            make_folder(self._folder)
            free = shutil.disk_usage(self._folder).free
        except OSError as problem:
            raise errors.CannotWriteError(file=name, reason=reason_of(problem)) from problem
        if free < size_bytes + SPARE_BYTES:
            raise _no_space(size_bytes, free, name)

    def refusal_of(self, problem: OSError, size_bytes: int, *, name: str) -> PocusError:
        """What to tell where the operating system refused to write `size_bytes` for the file of this name."""
        if problem.errno in _FULL:
            return _no_space(size_bytes, shutil.disk_usage(self._folder).free, name)
        return errors.CannotWriteError(file=name, reason=reason_of(problem))

    def entries(self) -> tuple[Entry, ...]:
        """Every bundle that was imported and not removed, by id and version; damaged ones say so.

        Raises:
            LedgerDamagedError: The library's record cannot be read.
        """
        ledger = Ledger.load(self._ledger_path)
        records = sorted(ledger.records.values(), key=lambda record: (record.bundle_id, record.version))
        return tuple(self._entry(record) for record in records)

    def find(self, bundle_id: str, minimum_version: int = 1) -> Entry:
        """The newest usable version of a bundle.

        Raises:
            NotInLibraryError: There is none of that version or newer that can be used.
            LedgerDamagedError: The library's record cannot be read.
        """
        for entry in reversed(self.entries()):
            if entry.bundle_id == bundle_id and entry.version >= minimum_version and entry.problem is None:
                return entry
        raise errors.NotInLibraryError(bundle=bundle_id, version=minimum_version)

    def open(self, entry: Entry, policy: TrustPolicy, *, now_ms: int, app_version: str) -> VerifiedBundle:
        """Verify and open a bundle of the library, against the highest version seen here.

        Raises:
            PocusError: `bundle.*` or `crypto.*`, as `open_bundle`.
        """
        seen = self.seen_version(entry.bundle_id)
        return open_bundle(entry.path, policy, now_ms=now_ms, app_version=app_version, seen_version=seen)

    def remove(self, bundle_id: str, version: int) -> None:
        """Remove a bundle; that its version was seen is kept.

        Raises:
            NotInLibraryError: It is not there.
            CannotWriteError: The operating system does not remove it.
            LibraryBusyError, LedgerDamagedError: As they say.
        """
        with locked(self._lock_path):
            ledger = Ledger.load(self._ledger_path)
            for record in ledger.records.values():
                if (record.bundle_id, record.version) == (bundle_id, version):
                    try:
                        (self._folder / record.file_name).unlink(missing_ok=True)
                    except OSError as problem:
                        raise errors.CannotWriteError(file=record.file_name, reason=reason_of(problem)) from problem
                    ledger.without(record).save(self._ledger_path)
                    return
        raise errors.NotInLibraryError(bundle=bundle_id, version=version)

    def _bring_in(
        self,
        path: Path,
        record: Record,
        policy: TrustPolicy,
        now_ms: int,
        app_version: str,
        progress: Callable[[Progress], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> Entry:
        total = 2 * record.size_bytes
        tell = progress if progress is not None else _no_progress
        part: Path | None = None
        try:
            with locked(self._lock_path):  # so that no `_sweep` comes between the copy's making and its own lock
                handle, name = tempfile.mkstemp(prefix=_PART_PREFIX, suffix=".casebundle", dir=self._folder)
                part = Path(name)
                alive = os.fdopen(handle, "w+b")
                try_lock(alive)  # tells `_sweep` of other processes that this copy is alive
            with alive as file:
                _copy(path, file, lambda done: tell(Progress(done_bytes=done, total_bytes=total)), cancel)
                with open_bundle(part, policy, now_ms=now_ms, app_version=app_version) as copied:
                    if (copied.digest_of_manifest, copied.size_bytes) != (record.digest, record.size_bytes):
                        raise errors.ContentDamagedError(file=path.name, member="manifest.dsse.json")
                    copied.verify_everything(
                        lambda at: tell(Progress(done_bytes=record.size_bytes + at.done_bytes, total_bytes=total)),
                        cancel,
                    )
                return self._take_in(file, part, record)
        except PocusError as problem:  # what is wrong with the copy is told of the file that the person named
            if part is not None and problem.params.get("file") == part.name:
                problem.params["file"] = path.name
            raise
        except OSError as problem:
            raise self.refusal_of(problem, record.size_bytes, name=path.name) from problem
        finally:
            if part is not None:
                part.unlink(missing_ok=True)

    def _take_in(self, file: BinaryIO, part: Path, record: Record) -> Entry:
        with locked(self._lock_path):
            ledger = Ledger.load(self._ledger_path)
            _require_current(ledger, record)
            known = self._usable(ledger, record)
            if known is not None:
                return known
            destination = self._folder / record.file_name
            file.close()  # Windows renames no open file; `_sweep` of another process waits for the library's lock
            if os.name == "posix":
                part.chmod(0o644)
            part.replace(destination)
            sync_folder(self._folder)
            try:
                ledger.with_record(record).save(self._ledger_path)
            except BaseException:
                if record.file_name not in ledger.records:  # else it mends a damaged one, which is no loss
                    destination.unlink(missing_ok=True)
                raise
            return Entry(path=destination, record=record)

    def _usable(self, ledger: Ledger, record: Record) -> Entry | None:
        """The entry of this very bundle, where it is here and whole."""
        known = ledger.records.get(record.file_name)
        if known is None:
            return None
        entry = self._entry(known)
        if known.digest == record.digest and entry.problem is None:
            return entry
        if known.digest != record.digest:
            raise errors.SameVersionDiffersError(bundle=record.bundle_id, version=record.version)
        return None

    def _entry(self, record: Record) -> Entry:
        path = self._folder / record.file_name
        problem: PocusError | None = None
        try:
            with StoredFile(path) as file:
                if payload_digest(file) != record.digest or file.size != record.size_bytes:
                    problem = DirectoryDamagedError(file=path.name)
        except PocusError as found:
            problem = found
        return Entry(path=path, record=record, problem=problem)

    def _sweep(self) -> None:
        """Remove copies that a process left when it died; one that is being written is locked, and stays."""
        with locked(self._lock_path):
            for part in self._folder.glob(f"{_PART_PREFIX}*"):
                with suppress(OSError):  # one that cannot be removed now is no one's harm
                    with part.open("r+b") as file:
                        is_abandoned = try_lock(file)
                    if is_abandoned:
                        part.unlink()


def _no_space(size_bytes: int, free_bytes: int, name: str) -> errors.NoSpaceError:
    needed_mb = -(-(size_bytes + SPARE_BYTES) // 10**6)
    return errors.NoSpaceError(file=name, needed_mb=needed_mb, free_mb=free_bytes // 10**6)


def _require_current(ledger: Ledger, record: Record) -> None:
    seen = ledger.seen.get(record.bundle_id, 0)
    if record.version < seen:
        raise errors.RolledBackError(bundle=record.bundle_id, offered=record.version, seen=seen)


def _copy(path: Path, file: BinaryIO, tell: Callable[[int], None], cancel: Callable[[], bool] | None) -> None:
    done = 0
    with StoredFile(path) as source:
        while block := source.read_at(done, _COPY_BYTES):
            if cancel is not None and cancel():
                raise errors.CancelledError(file=path.name)
            file.write(block)
            done += len(block)
            tell(done)
    file.flush()
    os.fsync(file.fileno())


def _no_progress(_: Progress) -> None:
    """Tell no one."""
