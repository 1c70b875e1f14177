"""The log as files in a folder: for a web server, a witness, a stick (formats/log 5.3)."""

from pathlib import Path

from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.results_log.result_log import ResultLog
from pocus_desktop.kernel import files
from pocus_desktop.sync.errors import FolderDamagedError
from pocus_desktop.tlog.errors import BadNoteError
from pocus_desktop.tlog.note import SignedNote
from pocus_desktop.tlog.tiles import CHECKPOINT, WIDTH, parts


def export_log(log: ResultLog, folder: Path, *, has_entries: bool = True) -> int:
    """Bring a copy up to date; what it holds already is left, parts come first and the checkpoint last.

    Args:
        log: The hub's.
        folder: Made where it is missing.
        has_entries: Whether bundles of entries are written too; stations need none, auditors do.

    Returns:
        How many entries the copy's log has.

    Raises:
        StoreUnavailableError: The records do not answer.
        TlogError: The log's head is not signed by a key of the academy.
        FolderDamagedError: A link leads out of the folder.
        OSError: The folder does not take it.
    """
    signed = log.copy().head
    inside = folder.resolve()
    for part in parts(signed.head.size):
        path = folder / part.path
        if (part.level == "entries" and not has_entries) or (part.width == WIDTH and path.is_file()):
            continue
        data = log.read(part.path)
        if data is None:  # its own head says that it is there
            raise StoreUnavailableError(reason="a part of the log is missing")
        if not path.parent.resolve().is_relative_to(inside):  # a stick may hold links that lead elsewhere
            raise FolderDamagedError(reason="a link leads out of it")
        files.write_atomically(path, data)
    files.write_atomically(folder / CHECKPOINT, signed.checkpoint)
    return signed.head.size


def holds_another_log(folder: Path, origin: str) -> bool:
    """Whether a copy of another academy's log lies there; its parts and ours would have the same names.

    Raises:
        OSError: The folder does not give it.
    """
    try:
        note = SignedNote.parse((folder / CHECKPOINT).read_bytes())
    except (FileNotFoundError, BadNoteError):  # none, or one that is of no use to anyone
        return False
    return note.text.partition("\n")[0] != origin
