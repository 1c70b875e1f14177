"""What staff's accounts and sessions refuse."""

from typing import ClassVar

from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel.errors import Blame


class StaffError(HubError):
    """Staff may not do what was asked; always one of the classes below."""

    code: ClassVar[str] = "staff.refused"
    blame: ClassVar[Blame] = Blame.USER
    status: ClassVar[int] = 422


class NotSignedInError(StaffError):
    """There is no session, or it has ended."""

    code = "staff.not_signed_in"
    status = 401


class WrongSignInError(StaffError):
    """Login and password do not go together; which is wrong, or whether there is such an account, is not told."""

    code = "staff.wrong_sign_in"
    status = 403


class WrongCodeError(StaffError):
    """The code of the second factor is wrong, too old, or was used before."""

    code = "staff.wrong_code"
    status = 403


class WrongPasswordError(StaffError):
    """Not the password that the account has now."""

    code = "staff.wrong_password"


class NoReleaseError(StaffError):
    """Nobody has asked, within a day, that this second factor be taken away."""

    code = "staff.no_release"
    status = 409


class NotSecondPersonError(StaffError):
    """Taking a second factor away takes a second administrator."""

    code = "staff.not_second_person"
    status = 403


class TooManyTriesError(StaffError):
    """Too many wrong tries for one account; wait."""

    code = "staff.too_many_tries"
    status = 429


class NotAllowedError(StaffError):
    """No role of this person has this act."""

    code = "staff.not_allowed"
    status = 403


class UnknownStaffError(StaffError):
    """Nobody of the staff has that login."""

    code = "staff.unknown"
    status = 404


class LoginTakenError(StaffError):
    """Somebody has that login."""

    code = "staff.login_taken"


class BadStaffError(StaffError):
    """A login, name or choice of roles is none."""

    code = "staff.bad_account"


class WeakPasswordError(StaffError):
    """The password is too short, or is the login."""

    code = "staff.weak_password"


class NotEndedError(StaffError):
    """Only an account that has ended is given back."""

    code = "staff.not_ended"


class LastAdministratorError(StaffError):
    """Nobody could keep the accounts any more."""

    code = "staff.last_administrator"


class ProviderRefusedError(StaffError):
    """The provider of the sign-in, or what it says, cannot be believed."""

    code = "staff.provider_refused"
    blame = Blame.ENVIRONMENT
    status = 403


class NoProviderError(StaffError):
    """Sign-in by a provider is not set up."""

    code = "staff.no_provider"
    status = 404
