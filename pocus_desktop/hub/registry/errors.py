"""What the registry refuses, each with its HTTP status where it is asked over the network."""

from typing import ClassVar

from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel.errors import Blame


class RegistryError(HubError):
    """The registry does not do what was asked; always one of the classes below."""

    code: ClassVar[str] = "registry.refused"
    blame: ClassVar[Blame] = Blame.USER
    status: ClassVar[int] = 422


class UnknownEnrolmentError(RegistryError):
    """No station or centre has that id or name."""

    code = "registry.unknown_enrolment"


class AmbiguousEnrolmentError(RegistryError):
    """Several stations or centres have that name."""

    code = "registry.ambiguous_enrolment"


class EnrolmentEndedError(RegistryError):
    """The station or centre is retired or revoked."""

    code = "registry.enrolment_ended"


class UnknownCentreError(RegistryError):
    """No active centre has that id."""

    code = "registry.unknown_centre"


class CentreTakenError(RegistryError):
    """Another centre has that id."""

    code = "registry.centre_taken"


class KeysTakenError(RegistryError):
    """One of the keys is enrolled already, under another request."""

    code = "registry.keys_taken"


class BadCodeError(RegistryError):
    """A one-time code is unknown, used or expired; which of them is not told."""

    code = "registry.bad_code"
    status = 403


class CodeMismatchError(RegistryError):
    """A one-time code was made for another kind of computer or another centre."""

    code = "registry.code_mismatch"


class TooManyTriesError(RegistryError):
    """Too many wrong codes in a short time; wait."""

    code = "registry.too_many_tries"
    status = 429


class NotSignedInError(RegistryError):
    """A request of a station is not signed by an active station, or not for this address and moment."""

    code = "registry.not_signed_in"
    status = 401


class UnknownCandidateError(RegistryError):
    """No candidate has that ID number."""

    code = "registry.unknown_candidate"


class CandidateExistsError(RegistryError):
    """A candidate of that ID number is there already."""

    code = "registry.candidate_exists"


class BadPhotoError(RegistryError):
    """A photo is no PNG or WebP, or too large."""

    code = "registry.bad_photo"


class UnknownAdmissionError(RegistryError):
    """No admission has that id."""

    code = "registry.unknown_admission"


class AttemptTakenError(RegistryError):
    """The attempt is admitted or sat already."""

    code = "registry.attempt_taken"


class UnknownSittingError(RegistryError):
    """No result of that sitting waits for a decision."""

    code = "registry.unknown_sitting"


class AlreadyReconciledError(RegistryError):
    """A walk-in was matched or rejected before."""

    code = "registry.already_reconciled"


class NoMatchError(RegistryError):
    """A walk-in does not fit the admission it shall be matched to."""

    code = "registry.no_match"


class BadOrderError(RegistryError):
    """What shall be admitted or allowed contradicts itself."""

    code = "registry.bad_order"
