"""The fence around a sitting that was moved away: this computer can no longer go on with it (formats/move 3.4).

The note is the moment that counts: from when it is on the disk, nobody goes on here. What would resume the sitting is
destroyed after it, now or the next time that anyone looks.
"""

from pocus_desktop.admission.errors import SittingError
from pocus_desktop.kernel import log
from pocus_desktop.sitting.errors import MovedAwayError
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.journal import FILE_NAME
from pocus_desktop.sitting.store import JournalStore


def require_here(folder: SittingFolder) -> None:
    """The sitting was not moved away; a fence that a power cut left half put up is finished.

    Raises:
        MovedAwayError: It was; says when and onto what.
    """
    try:
        folder.require_here()
    except MovedAwayError:
        try:
            finish(folder)
        except SittingError as problem:  # a disk that takes nothing; the note stands, and the next look tries again
            log.failure(problem)
        raise


def finish(folder: SittingFolder) -> None:
    """Destroy what is left that resumes a sitting that was moved away; doing it again does no harm.

    Raises:
        AlreadyOpenError: Another program has it open.
        DiskFullError: And the other errors of a disk.
    """
    with JournalStore.open(folder.path / FILE_NAME) as store:
        if store.wrappings("resume"):
            store.destroy_resume_wrappings()
