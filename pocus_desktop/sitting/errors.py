"""What can be refused around a sitting, each by its own name (words in `assets/words/*/errors.sitting.toml`)."""

from typing import Final

from pocus_desktop.admission.errors import SittingError
from pocus_desktop.kernel.errors import Blame


class AlreadyOpenError(SittingError):
    """Another program has this sitting open."""

    code = "sitting.already_open"


class AlreadyExistsError(SittingError):
    """A sitting is there already where a new one shall begin."""

    code = "sitting.already_exists"
    blame = Blame.BUG


class NoSittingError(SittingError):
    """There is no sitting in this folder."""

    code = "sitting.no_sitting"
    blame = Blame.ENVIRONMENT


class OtherAdmissionError(SittingError):
    """The admission beside a journal is not the one the sitting began with."""

    code = "sitting.other_admission"
    blame = Blame.ENVIRONMENT


class DiskFullError(SittingError):
    """The disk has no room for the journal."""

    code = "sitting.disk_full"
    blame = Blame.ENVIRONMENT


class DiskReadOnlyError(SittingError):
    """The journal cannot be written: the disk or the folder is read-only."""

    code = "sitting.disk_read_only"
    blame = Blame.ENVIRONMENT


class DiskFailedError(SittingError):
    """The disk answers with an error."""

    code = "sitting.disk_failed"
    blame = Blame.ENVIRONMENT


class NotAJournalError(SittingError):
    """A file is not a journal of a sitting."""

    code = "sitting.not_a_journal"
    blame = Blame.ENVIRONMENT


class JournalDamagedError(SittingError):
    """The database that holds a journal is damaged."""

    code = "sitting.journal_damaged"
    blame = Blame.ENVIRONMENT


class JournalAlteredError(SittingError):
    """A row of a journal is not what was written."""

    code = "sitting.journal_altered"
    blame = Blame.ENVIRONMENT


class JournalCutError(SittingError):
    """Rows that a signed checkpoint vouches for are missing."""

    code = "sitting.journal_cut"
    blame = Blame.ENVIRONMENT


class NewerJournalError(SittingError):
    """A journal was written by a newer program."""

    code = "sitting.newer_journal"
    blame = Blame.ENVIRONMENT


class CannotResumeError(SittingError):
    """No key at hand opens this journal."""

    code = "sitting.cannot_resume"
    blame = Blame.ENVIRONMENT


class AppendOnlyError(SittingError):
    """Something tried to change, remove, skip or replace a row of a journal."""

    code = "sitting.append_only"
    blame = Blame.BUG


class BadEventError(SittingError):
    """A recorded event cannot be read."""

    code = "sitting.bad_event"
    blame = Blame.CONTENT


class NewerEventError(SittingError):
    """A recorded event was written by a newer program."""

    code = "sitting.newer_event"
    blame = Blame.ENVIRONMENT


class BadHistoryError(SittingError):
    """Recorded events do not make a sitting of this assessment."""

    code = "sitting.bad_history"
    blame = Blame.CONTENT


class UnfairHistoryError(SittingError):
    """Recorded events keep to no clock: a limit that ran out did not fire, or time went on in another boot."""

    code = "sitting.unfair_history"
    blame = Blame.CONTENT


class NotSealedResultError(SittingError):
    """A file is not a sealed result."""

    code = "sitting.not_sealed_result"
    blame = Blame.CONTENT


class NewerSealedResultError(SittingError):
    """A sealed result was written by a newer program."""

    code = "sitting.newer_sealed_result"
    blame = Blame.ENVIRONMENT


class SealedResultCutError(SittingError):
    """A sealed result is incomplete."""

    code = "sitting.sealed_result_cut"
    blame = Blame.CONTENT


class SealedResultAlteredError(SittingError):
    """A sealed result is not what was sealed."""

    code = "sitting.sealed_result_altered"
    blame = Blame.CONTENT


class NotForThisKeyError(SittingError):
    """A sealed result was sealed to other keys."""

    code = "sitting.not_for_this_key"
    blame = Blame.ENVIRONMENT


class UnknownStationError(SittingError):
    """A sealed result is signed by a station that is not enrolled."""

    code = "sitting.unknown_station"
    blame = Blame.CONTENT


class SealedResultTooLargeError(SittingError):
    """A sealed result unpacks to more than any sitting can hold."""

    code = "sitting.sealed_result_too_large"
    blame = Blame.CONTENT


class BadReceiptError(SittingError):
    """A signed receipt does not say what a receipt must say."""

    code = "sitting.bad_receipt"
    blame = Blame.CONTENT


class RevokedReceiptError(SittingError):
    """A receipt is signed by a key of the academy that was revoked: who has that key writes any time into it."""

    code = "sitting.revoked_receipt"
    blame = Blame.CONTENT


class OtherReceiptError(SittingError):
    """A receipt is for another sealed result."""

    code = "sitting.other_receipt"
    blame = Blame.CONTENT


class NoScoringKeyError(SittingError):
    """Practice was asked for with a bundle that brings no scoring key."""

    code = "sitting.no_scoring_key"
    blame = Blame.CONTENT


class BadContentError(SittingError):
    """The bundle's case cannot be read."""

    code = "sitting.bad_content"
    blame = Blame.CONTENT


class HandedInError(SittingError):
    """The sitting was handed in; its journal is closed to this station."""

    code = "sitting.handed_in"


class MovedAwayError(SittingError):
    """The sitting was moved to another computer; this one can no longer go on with it."""

    code = "sitting.moved_away"
    blame = Blame.ENVIRONMENT


DISK_ERRORS: Final = (DiskFullError, DiskReadOnlyError, DiskFailedError)
"""What a disk may say that can pass: space is made, a stick is put back."""
