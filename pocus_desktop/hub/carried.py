"""Results that come by folder: a USB stick, a share (formats/sync 3). The hub reads results and writes receipts."""

from dataclasses import dataclass
from pathlib import Path

from pocus_desktop.hub.errors import PlaceMissingError, PlaceOfAnotherError, StoreUnavailableError, TooLargeError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.intake import MAXIMUM_ENVELOPE_BYTES
from pocus_desktop.hub.results_log.export import export_log, holds_another_log
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.kernel import files
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.errors import FolderDamagedError, FolderNotWritableError, NoFolderError
from pocus_desktop.sync.folder import LOG, RECEIPT_SUFFIX, RECEIPTS, RESULTS, read_at_most, require_no_links


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of one file of the folder.

    Attributes:
        is_new: Whether the hub did not hold it before.
        is_answered: It is a question of a portfolio, and the answer lies there.
        is_unanswered: It is one, and the folder does not take the answer.
        error: Why there is no receipt, or no answer; None where there is one.
    """

    digest: str
    is_new: bool = False
    is_answered: bool = False
    is_unanswered: bool = False
    error: PocusError | None = None


def take_folder(hub: Hub, folder: Path) -> tuple[Carried, ...]:
    """Take every result of a folder and leave a receipt beside each; one that is refused holds up no other.

    A copy of the log is left as well, for the stations that read the receipts, unless another academy's lies there
    (formats/log 5.4).

    Raises:
        NoFolderError: There is no folder with results there.
        FolderDamagedError: A link leads out of it, or it cannot be read.
        FolderNotWritableError: It takes no receipts, or gives others back; the results that came before that are held
            all the same.
        StoreUnavailableError, PlaceMissingError, PlaceOfAnotherError: The hub cannot take anything now.
    """
    results = folder / RESULTS
    if not results.is_dir():
        raise NoFolderError
    require_no_links(folder)
    try:
        names = sorted(path.name for path in results.iterdir() if is_digest(path.name))
    except OSError as problem:
        raise FolderDamagedError(reason=problem.strerror or "") from problem
    taken = tuple(_take(hub, folder, results / name) for name in names)
    try:
        if not holds_another_log(folder / LOG, hub.log.origin):
            export_log(hub.log, folder / LOG, has_entries=False)
    except OSError as problem:
        raise FolderNotWritableError(reason=problem.strerror or "") from problem
    return taken


def _take(hub: Hub, folder: Path, path: Path) -> Carried:
    try:
        data = _read(path)
        result = hub.take(data, path.name)
    except (StoreUnavailableError, PlaceMissingError, PlaceOfAnotherError):  # as it would be for every other result
        raise
    except PocusError as error:
        return Carried(digest=path.name, error=error)
    receipt = folder / RECEIPTS / f"{path.name}{RECEIPT_SUFFIX}"
    try:
        files.write_atomically(receipt, result.receipt)
        is_there = receipt.read_bytes() == result.receipt
    except OSError as problem:
        raise FolderNotWritableError(reason=problem.strerror or "") from problem
    if not is_there:
        raise FolderNotWritableError(reason="what was written is not what is there")
    return Carried(digest=path.name, is_new=result.is_new)


def _read(path: Path) -> bytes:
    try:
        data = read_at_most(path, MAXIMUM_ENVELOPE_BYTES + 1)
    except OSError as problem:
        raise FolderDamagedError(reason=problem.strerror or "") from problem
    if len(data) > MAXIMUM_ENVELOPE_BYTES:
        raise TooLargeError(limit_bytes=MAXIMUM_ENVELOPE_BYTES)
    return data
