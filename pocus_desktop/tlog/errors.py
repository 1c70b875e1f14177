"""What can be wrong with a log, its heads and its proofs.

A damaged copy and a log that tells two stories are told apart: only the latter is someone's deed, and is kept as
evidence.
"""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class TlogError(PocusError):
    """A log, a head or a proof is not what it must be."""

    blame: ClassVar[Blame] = Blame.CONTENT


class BadNoteError(TlogError):
    """Bytes are not a signed note."""

    code = "tlog.bad_note"


class NotSignedError(TlogError):
    """No trusted key signed a head."""

    code = "tlog.not_signed"


class BadHeadError(TlogError):
    """A signed note is not the head of a log."""

    code = "tlog.bad_head"


class OtherLogError(TlogError):
    """A head is of another log than the one expected of these keys."""

    code = "tlog.other_log"


class BadProofError(TlogError):
    """Bytes are not a proof of inclusion."""

    code = "tlog.bad_proof"


class NotIncludedError(TlogError):
    """A proof does not lead from the entry to the signed head."""

    code = "tlog.not_included"


class NotInLogError(TlogError):
    """A log does not hold an entry anywhere."""

    code = "tlog.not_in_log"


class ForkedLogError(TlogError):
    """Two signed heads of one log cannot both be true: it was rewritten, or tells different people different things."""

    code = "tlog.forked"


class ShrunkLogError(TlogError):
    """The head that a log gives now is older than one it gave before."""

    code = "tlog.shrunk"


class UnprovedLogError(TlogError):
    """What a log gives does not show that one of its heads continues another."""

    code = "tlog.unproved"
    blame = Blame.ENVIRONMENT


class IncompleteLogError(TlogError):
    """A part of a log that its head needs is missing or cut."""

    code = "tlog.incomplete"
    blame = Blame.ENVIRONMENT


class DamagedLogError(TlogError):
    """A part of a log is not what its signed head says."""

    code = "tlog.damaged"
