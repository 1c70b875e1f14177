"""Why a sitting is not admitted here and now (formats/admission, roster, embargo)."""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class SittingError(PocusError):
    """Anything a sitting refuses; always one of the classes below."""

    code: ClassVar[str] = "sitting.refused"
    blame: ClassVar[Blame] = Blame.USER


class BadAdmissionError(SittingError):
    """A signed admission does not say what an admission must say."""

    code = "sitting.bad_admission"
    blame = Blame.CONTENT


class NewerAdmissionError(SittingError):
    """An admission was written by a newer program."""

    code = "sitting.newer_admission"
    blame = Blame.ENVIRONMENT


class WrongCandidateError(SittingError):
    """The candidate who signed in is not the one admitted."""

    code = "sitting.wrong_candidate"


class WrongBundleError(SittingError):
    """The bundle at hand is not the one the admission is for."""

    code = "sitting.wrong_bundle"
    blame = Blame.ENVIRONMENT


class BundleTooOldError(SittingError):
    """The bundle at hand is older than the admission asks for."""

    code = "sitting.bundle_too_old"
    blame = Blame.ENVIRONMENT


class TooEarlyError(SittingError):
    """The admission's window has not begun."""

    code = "sitting.too_early"


class TooLateError(SittingError):
    """The admission's window is over."""

    code = "sitting.too_late"


class WrongStationError(SittingError):
    """The admission names another computer."""

    code = "sitting.wrong_station"
    blame = Blame.ENVIRONMENT


class WrongCentreError(SittingError):
    """The admission is for the stations of another centre."""

    code = "sitting.wrong_centre"


class NoContentKeyError(SittingError):
    """The admission carries no content key that this station or centre can open."""

    code = "sitting.no_content_key"
    blame = Blame.ENVIRONMENT


class NoStartCodeError(SittingError):
    """An admission to a live sitting carries no start code."""

    code = "sitting.no_start_code"
    blame = Blame.CONTENT


class NoRecipientError(SittingError):
    """An admission names no one who may read the result."""

    code = "sitting.no_recipient"
    blame = Blame.CONTENT
