"""Results on a stick: written, read back, and safe to pull out; receipts taken from it (formats/sync 3).

A stick may go through several centres and several hubs. Names are digests, so nothing on it is taken for another's, and
nothing that lies there is removed or written over with other bytes.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pocus_desktop.kernel import files, log
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.errors import FolderNotWritableError, NoFolderError, NoReceiptYetError, SyncError
from pocus_desktop.sync.folder import EVERY, FolderTransport
from pocus_desktop.sync.outbox import Outbox

Became: TypeAlias = Literal["written", "received", "failed", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStick:
    """What became of one envelope at a stick.

    Attributes:
        became: `written` and read back, `received` because its receipt was there, `failed`, or `nothing` to take.
        error: Why it failed; None where it did not.
    """

    digest: str
    became: Became
    error: SyncError | None = None


def export(outbox: Outbox, stick: Path, *, now_ms: int) -> tuple[OnStick, ...]:
    """Write every envelope without a receipt to a stick, and take the receipts that lie there.

    One that does not go holds up no other; the outbox keeps all of them until their receipts are here.

    Raises:
        NoFolderError: There is no such folder.
        OutboxUnreadableError: The outbox cannot be read or written.
    """
    if not stick.is_dir():
        raise NoFolderError
    return _each(outbox, lambda digest: _carry(outbox, FolderTransport(stick), digest, now_ms))


def take_receipts(outbox: Outbox, stick: Path, *, now_ms: int) -> tuple[OnStick, ...]:
    """Take the receipts that a stick has brought back; nothing is written to it.

    Raises:
        NoFolderError: There is no such folder.
        OutboxUnreadableError: The outbox cannot be read or written.
    """
    if not stick.is_dir():
        raise NoFolderError
    return _each(outbox, lambda digest: _take(outbox, FolderTransport(stick), digest, now_ms))


def flush(stick: Path) -> None:
    """Have the system write everything to the medium; when this returns, it says that it has.

    Raises:
        FolderNotWritableError: It says that it has not.
    """
    try:
        for folder in (*(stick / name for name in EVERY), stick):
            if folder.is_dir():
                files.sync_folder(folder)
        if hasattr(os, "sync"):  # every file was synced by itself; this is for what the medium keeps about them
            os.sync()
    except OSError as problem:
        raise FolderNotWritableError(reason=problem.strerror or type(problem).__name__) from problem


def _each(outbox: Outbox, work: Callable[[str], OnStick]) -> tuple[OnStick, ...]:
    found: list[OnStick] = []
    for row in outbox.rows():
        if row.status is not Status.DONE:
            try:
                found.append(work(row.digest))
            except SyncError as error:
                log.failure(error)
                found.append(OnStick(digest=row.digest, became="failed", error=error))
    return tuple(found)


def _carry(outbox: Outbox, stick: FolderTransport, digest: str, now_ms: int) -> OnStick:
    try:
        answer = stick.deliver(outbox.envelope(digest), digest)
    except NoReceiptYetError:
        outbox.carried(digest, stick.name, now_ms=now_ms)
        return OnStick(digest=digest, became="written")
    outbox.take_receipt(digest, answer, now_ms=now_ms)
    return OnStick(digest=digest, became="received")


def _take(outbox: Outbox, stick: FolderTransport, digest: str, now_ms: int) -> OnStick:
    answer = stick.receipt(digest)
    if answer is None:
        return OnStick(digest=digest, became="nothing")
    outbox.take_receipt(digest, answer, now_ms=now_ms)
    return OnStick(digest=digest, became="received")
