"""The fence around a sitting that was moved away: this computer can no longer go on with it (formats/move 3.4).

The note is the moment that counts: from when it is on the disk, nobody goes on here. What lets this computer resume is
destroyed after it, now or the next time that anyone looks. The centre's wrapping stays: where the stick is lost, the
centre can permit another copy.
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
    """Destroy what is left that lets anyone but the centre resume a sitting that was moved away; again does no harm.

    Raises:
        AlreadyOpenError: Another program has it open.
        OtherAdmissionError: The admission beside it cannot be read.
        DiskFullError: And the other errors of a disk.
    """
    with JournalStore.open(folder.path / FILE_NAME) as store:
        let_go(store, centre_of(folder))


def let_go(store: JournalStore, centre: str) -> None:
    """Destroy what lets anyone but the centre resume.

    Raises:
        DiskFullError: And the other errors of a disk.
    """
    if any(wrapping.key_id != centre for wrapping in store.wrappings("resume")):
        store.destroy_resume_wrappings(keep=centre)


def centre_of(folder: SittingFolder) -> str:
    """The id of the sealing key of the centre that a sitting's admission names; empty where it names none.

    Raises:
        OtherAdmissionError: The admission cannot be read.
    """
    centre = folder.admission().admission.centre
    return "" if centre is None else centre.key_id
