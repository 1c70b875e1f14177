"""What a station remembers of the academy's log, so that no other story can be told to it later (formats/log 6).

    <folder>/seen.checkpoint              the largest head that was proved to continue those before
    <folder>/unproved/<name>.checkpoint   heads of receipts, and of other stations, that wait for a proof
    <folder>/keys.json                    the academy's keys that were trusted when that was
    <folder>/lock                         held while a head is replaced
    <folder>/evidence/<name>.json         two signed heads that cannot both be true, or a log that went back

Rules kept here:

1. The first head is believed; every other one is proved to continue it, or to be continued by it (6.1, 6.2).
2. A fork, a log that shrank, a second log: both signed heads are on the disk before anyone is told (6.3).
3. A copy that does not tell proves nothing and alleges nothing (6.5).
4. Nothing here holds up a result (6.4): whoever calls goes on when this raises.
5. Two programs may watch at once: what one remembered meanwhile is not replaced by what was never compared with it.
"""

import errno
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, files, log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.file_lock import try_lock
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.sync.folder import read_at_most
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog.copy import Fork, ForkFoundError, LogCopy
from pocus_desktop.tlog.errors import OtherLogError, ShrunkLogError, TlogError, UnprovedLogError
from pocus_desktop.tlog.head import SignedHead
from pocus_desktop.tlog.note import MAXIMUM_BYTES
from pocus_desktop.tlog.tiles import Read

SEEN: Final = "seen.checkpoint"
KEYS: Final = "keys.json"
UNPROVED: Final = "unproved"
EVIDENCE: Final = "evidence"
SUFFIX: Final = ".checkpoint"
MOST_UNPROVED: Final = 256
"""Heads that wait for a copy of the log to prove them; where none comes for so long, further ones are let go."""

_NAME_DIGITS: Final = 16
_LOCK: Final = "lock"
_PATIENCE_S: Final = 5.0
_PAUSE_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that the academy has to explain.

    Attributes:
        code: `tlog.forked`, `tlog.shrunk` or `tlog.other_log`.
        path: Where both signed heads lie.
    """

    code: str
    path: Path


class LogWatch:
    """The memory of one station; one thread at a time calls."""

    def __init__(self, folder: Path, keys: Iterable[PublicKey]) -> None:
        """Prepare.

        Args:
            folder: Made when there is something to remember.
            keys: The academy's signing keys, retired ones included.
        """
        self._folder = folder
        self._keys = tuple(key for key in keys if key.algorithm == "ed25519")

    def seen(self) -> SignedHead | None:
        """The head that is remembered; None before the first, or where it was spoilt on this disk.

        A key that was trusted when it was remembered counts for it for ever: who revokes a key must not make stations
        forget what it signed.
        """
        return self._read(self._folder / SEEN, [*self._keys, *self._known()])

    def unproved(self) -> tuple[SignedHead, ...]:
        """Heads that wait for a proof, the smallest first."""
        found = [self._read(path) for path in self._names(UNPROVED, SUFFIX)]
        return tuple(sorted((head for head in found if head is not None), key=lambda signed: signed.head.size))

    def alarms(self) -> tuple[Alarm, ...]:
        """What the academy has to explain; empty where all is well."""
        found: list[Alarm] = []
        for path in self._names(EVIDENCE, ".json"):
            try:
                document = canonical.decode(path.read_bytes())
            except (OSError, canonical.BadJsonError):
                continue
            code = document.get("code") if isinstance(document, dict) else None
            found.append(Alarm(code=str(code), path=path))
        return tuple(found)

    def note(self, signed: SignedHead) -> None:
        """Remember a head: of a receipt, or one that another station shows.

        Raises:
            ForkedLogError, OtherLogError: It cannot be true beside the one remembered.
            FileRefusedError: The disk does not take it.
        """
        seen = self.seen()
        if seen is None and self._remember(signed, beside=None):
            return
        seen = seen or self.seen() or signed  # another program was first
        if signed.head == seen.head:
            return
        if signed.head.origin != seen.head.origin:
            raise self._other_log(seen, signed)
        if signed.head.size == seen.head.size:
            fork = Fork(first=seen.checkpoint, second=signed.checkpoint, first_root=signed.head.root, proof=())
            raise self._forked(ForkFoundError(fork, seen, signed))
        self._wait(signed)

    def prove(self, read: Read, *, is_live: bool) -> SignedHead:
        """Compare all that is remembered with a copy of the log; the head that is remembered afterwards.

        Args:
            read: Gives the copy's parts.
            is_live: Whether the hub itself gives it, so that it must be as new as what it gave before.

        Raises:
            ForkedLogError, ShrunkLogError, OtherLogError: The academy has to explain it; kept as evidence.
            UnprovedLogError: The copy is older than something remembered; what it shows is well.
            TlogError: The copy does not tell.
            FileRefusedError: The disk does not take what is to be remembered.
        """
        known = [signed for signed in (self.seen(), *self.unproved()) if signed is not None]
        copy = LogCopy(read, self._keys)
        self.note(copy.head)
        seen = self.seen() or copy.head
        waiting = [signed for signed in self.unproved() if signed.head != copy.head.head]
        if is_live:  # beside what was known before it was asked: what is noted in between may well be newer
            self._require_not_shrunk(copy.head, known)
        if seen.head.size > copy.head.head.size:
            raise UnprovedLogError(origin=seen.head.origin, first=seen.head.size, second=copy.head.head.size)
        proved = [signed for signed in (seen, *waiting) if signed.head.size <= copy.head.head.size]
        for signed in proved:
            try:
                copy.require_continues(signed)
            except ForkFoundError as fork:
                raise self._forked(fork) from None
        if self._remember(copy.head, beside=seen):
            self._forget(copy.head.head.size)
        return self.seen() or copy.head

    def _require_not_shrunk(self, offered: SignedHead, known: Iterable[SignedHead]) -> None:
        largest = max(known, key=lambda signed: signed.head.size, default=offered)
        if offered.head.size >= largest.head.size:
            return
        document: dict[str, Json] = {
            "format": 1,
            "code": ShrunkLogError.code,
            "first": offered.checkpoint.decode(),
            "second": largest.checkpoint.decode(),
        }
        self._keep(canonical.encode(document), (ShrunkLogError.code, largest.checkpoint.decode()))
        raise ShrunkLogError(origin=offered.head.origin, offered=offered.head.size, seen=largest.head.size)

    def _forked(self, fork: ForkFoundError) -> ForkFoundError:
        """Rule 2."""
        self._keep(fork.fork.to_bytes(), (fork.code, fork.fork.first.decode()))
        return fork

    def _other_log(self, seen: SignedHead, signed: SignedHead) -> OtherLogError:
        document: dict[str, Json] = {
            "format": 1,
            "code": OtherLogError.code,
            "first": seen.checkpoint.decode(),
            "second": signed.checkpoint.decode(),
        }
        self._keep(canonical.encode(document), (OtherLogError.code, signed.head.origin))
        return OtherLogError(origin=signed.head.origin, expected=seen.head.origin)

    def _keep(self, data: bytes, what: tuple[str, str]) -> None:
        """Once for each deed against a head remembered: a log that grows on would bring another each time."""
        path = self._folder / EVIDENCE / f"{_name(canonical.encode(list(what)))}.json"
        if not path.is_file():
            self._write(path, data)
            log.event("station.log_contradicts_itself", evidence=path.name)

    def _forget(self, size: int) -> None:
        """All that was proved up to a size waits no more; evidence stays until someone takes it away (6.3)."""
        gone: list[Path] = []
        for path in self._names(UNPROVED, SUFFIX):
            signed = self._read(path)
            if signed is None or signed.head.size <= size:
                gone.append(path)
        try:
            for path in gone:
                path.unlink(missing_ok=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem

    def _names(self, part: str, suffix: str) -> list[Path]:
        return sorted((self._folder / part).glob(f"*{suffix}"))

    def _remember(self, signed: SignedHead, *, beside: SignedHead | None) -> bool:
        """Keep a head, and before it the keys that it was verified with.

        Returns:
            Whether it is kept: not where another one than it was compared with is there by now (rule 5); then it waits.
        """
        with self._alone():
            now = self.seen()
            if now is not None and (beside is None or now.head != beside.head):
                self._wait(signed)
                return False
            known = self._known()
            if not set(self._keys) <= set(known):
                keys = [key.as_json() for key in dict.fromkeys((*known, *self._keys))]
                self._write(self._folder / KEYS, canonical.encode({"format": 1, "keys": keys}))
            self._write(self._folder / SEEN, signed.checkpoint)
        return True

    def _wait(self, signed: SignedHead) -> None:
        if len(self._names(UNPROVED, SUFFIX)) < MOST_UNPROVED:
            self._write(self._folder / UNPROVED / f"{_name(signed.checkpoint)}{SUFFIX}", signed.checkpoint)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other programs from remembering; only reading and writing of small files belongs here.

        Raises:
            FileRefusedError: Another one held it all the time, or the disk does not take the lock's file.
        """
        try:
            files.make_folder(self._folder)
            file = (self._folder / _LOCK).open("a+b")
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        with file:
            end = time.monotonic() + _PATIENCE_S
            while not try_lock(file):
                if time.monotonic() >= end:
                    raise FileRefusedError.of(OSError(errno.EBUSY, "another program holds it"))
                time.sleep(_PAUSE_S)
            yield

    def _known(self) -> tuple[PublicKey, ...]:
        path = self._folder / KEYS
        try:
            document = canonical.decode(path.read_bytes()) if path.is_file() else {"keys": []}
            listed = document["keys"] if isinstance(document, dict) else []
            return tuple(PublicKey.from_json(key) for key in listed) if isinstance(listed, list) else ()
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        except (PocusError, KeyError):  # spoilt on this disk: the keys of today are left
            return ()

    def _read(self, path: Path, keys: Sequence[PublicKey] = ()) -> SignedHead | None:
        try:
            return heads.verify(path.read_bytes(), keys or self._keys) if path.is_file() else None
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        except TlogError as problem:  # spoilt on this disk, or its key is trusted no more: nothing is known of it
            log.failure(problem)
            return None

    def _write(self, path: Path, data: bytes) -> None:
        try:
            files.write_atomically(path, data)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem


def exchange_heads(watch: LogWatch, folder: Path, keys: Iterable[PublicKey]) -> tuple[PocusError, ...]:
    """Compare heads with other stations over a folder: leave the own one there, take note of theirs (formats/log 5.4).

    Returns:
        What cannot be true beside the own one.

    Raises:
        FileRefusedError: The folder takes nothing.
    """
    trusted = tuple(keys)
    found: list[PocusError] = []
    for path in sorted(folder.glob(f"*{SUFFIX}"))[:MOST_UNPROVED]:
        try:
            watch.note(heads.verify(read_at_most(path, MAXIMUM_BYTES + 1), trusted))
        except OSError:  # a stick that does not give it back tells nothing
            continue
        except TlogError as problem:
            found.append(problem)
    seen = watch.seen()
    if seen is not None:
        own = folder / f"{_name(seen.checkpoint)}{SUFFIX}"
        try:
            if not own.is_file():
                files.write_atomically(own, seen.checkpoint)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
    return tuple(found)


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_NAME_DIGITS]
