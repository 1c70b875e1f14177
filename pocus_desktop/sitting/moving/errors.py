"""Why a sitting is not moved (formats/move); words in `assets/words/*/errors.move.toml`."""

from pocus_desktop.admission.move_permit import MoveError
from pocus_desktop.kernel.errors import Blame


class NothingOnStickError(MoveError):
    """No sitting lies on the stick."""

    code = "move.nothing_on_stick"


class NoStickError(MoveError):
    """No disk is plugged in that a sitting could be written to."""

    code = "move.no_stick"


class SeveralSticksError(MoveError):
    """Several disks are plugged in, and nobody said which."""

    code = "move.several_sticks"


class SeveralSittingsError(MoveError):
    """Several sittings are there, and none was named."""

    code = "move.several_sittings"


class StickAlteredError(MoveError):
    """What lies on the stick is not what was put there: changed, cut, or missing."""

    code = "move.stick_altered"
    blame = Blame.ENVIRONMENT


class NewerMoveError(MoveError):
    """A newer program put the sitting on the stick."""

    code = "move.newer"
    blame = Blame.ENVIRONMENT


class OtherCopyOnStickError(MoveError):
    """The stick has a copy of this sitting that knows more than, or other than, the one that shall replace it."""

    code = "move.other_copy_on_stick"


class NotCopiedError(MoveError):
    """What was written to the stick does not read back as it was written."""

    code = "move.not_copied"
    blame = Blame.ENVIRONMENT


class NothingToMoveError(MoveError):
    """There is no sitting here that could be moved."""

    code = "move.nothing_to_move"


class HandedInAlreadyError(MoveError):
    """The sitting was handed in; its result is what has to be carried."""

    code = "move.handed_in"


class NoCentreNamedError(MoveError):
    """The admission names no centre, so nobody here can let another station resume."""

    code = "move.no_centre_named"


class NotThisCentreError(MoveError):
    """The admission names another centre than this computer."""

    code = "move.not_this_centre"


class NotACentreError(MoveError):
    """This computer is not enrolled as a centre."""

    code = "move.not_a_centre"


class NoCentreHereError(MoveError):
    """This computer is not enrolled with a centre, so it cannot tell whose permits count."""

    code = "move.no_centre_here"


class UnknownStationError(MoveError):
    """No station of that name stands in a roster that was taken in here."""

    code = "move.unknown_station"


class NotFencedError(MoveError):
    """The first station could still go on with the sitting, and nobody said that it is off."""

    code = "move.not_fenced"


class AlreadyPermittedError(MoveError):
    """A permit for this sitting, as it stands or later, was issued here before."""

    code = "move.already_permitted"


class NoPermitError(MoveError):
    """The sitting lies on the stick without a permit."""

    code = "move.no_permit"


class PermitUsedError(MoveError):
    """The permit was used at this station before."""

    code = "move.permit_used"


class OtherJournalError(MoveError):
    """The permit is good, and for another journal than the one beside it: of another sitting, or an older copy."""

    code = "move.other_journal"


class DivergedError(MoveError):
    """This computer has a sitting of that admission which the one on the stick does not continue."""

    code = "move.diverged"


class BundleMissingError(MoveError):
    """The bundle that the sitting was begun with is not in this station's library."""

    code = "move.bundle_missing"
    blame = Blame.ENVIRONMENT
