"""What the academy's desks refuse, each with its HTTP status where it is asked over the network."""

from typing import ClassVar

from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel.errors import Blame


class AcademyError(HubError):
    """The academy does not do what was asked; always one of the classes below."""

    code: ClassVar[str] = "academy.refused"
    blame: ClassVar[Blame] = Blame.USER
    status: ClassVar[int] = 422


class OtherKeyError(AcademyError):
    """An account is known by another key."""

    code = "academy.other_key"
    status = 403


class KeyOfAnotherAccountError(AcademyError):
    """The key that a submission brings is known here as another account's."""

    code = "academy.key_of_another_account"


class BadKeyIdError(AcademyError):
    """No key can have this id."""

    code = "academy.bad_key_id"


class OtherPersonError(AcademyError):
    """A document names another ID number than the account's."""

    code = "academy.other_person"


class OthersDocumentError(AcademyError):
    """A document of that id is another account's."""

    code = "academy.others_document"


class UnknownPortfolioError(AcademyError):
    """No account has that id or number."""

    code = "academy.unknown_portfolio"
    status = 404


class FileRefusedByAcademyError(AcademyError):
    """A file that came is not kept, and the same again would not be; always one of the classes below."""

    code = "academy.file_refused"


class UnsoundFileError(FileRefusedByAcademyError):
    """What came cannot be opened or verified; `reason` is the code of why."""

    code = "academy.file_unsound"


class NotNamedError(FileRefusedByAcademyError):
    """No document of the account names the file that came."""

    code = "academy.file_not_named"


class NotAsNamedError(FileRefusedByAcademyError):
    """The file is not of the size or the kind that its document says, or of a kind that is not taken."""

    code = "academy.file_not_as_named"


class FilesFullError(FileRefusedByAcademyError):
    """An account has sent as many files, or as large ones, as are kept of one."""

    code = "academy.files_full"


class NoNumberYetError(AcademyError):
    """An account whose ID number is not settled sends no files yet."""

    code = "academy.no_number_yet"
    status = 409


class NoFileError(AcademyError):
    """An account has sent no such file, or it was let go."""

    code = "academy.no_file"
    status = 404


class UnknownApplicationError(AcademyError):
    """There is no such application."""

    code = "academy.unknown_application"
    status = 404


class NotWaitingError(AcademyError):
    """The application, or the appeal, does not wait for this any more."""

    code = "academy.not_waiting"
    status = 409


class NewerCameError(AcademyError):
    """Something came, or was done, since what is decided was looked at."""

    code = "academy.newer_came"
    status = 409


class NotEligibleError(AcademyError):
    """An area cannot be approved while a requirement is missing, unless the reason says why."""

    code = "academy.not_eligible"


class NoReasonError(AcademyError):
    """A decision needs a reason."""

    code = "academy.no_reason"


class BadDecisionError(AcademyError):
    """A decision is not about the areas of its application."""

    code = "academy.bad_decision"


class UnknownVoucherError(AcademyError):
    """There is no such voucher."""

    code = "academy.unknown_voucher"
    status = 404


class BadVoucherOrderError(AcademyError):
    """Vouchers cannot be issued as they were asked for."""

    code = "academy.bad_voucher_order"


class IssuedAlreadyError(AcademyError):
    """The same order was sent before, and its vouchers were issued then."""

    code = "academy.issued_already"
    status = 409


class BadRecipientsError(AcademyError):
    """A table of recipients has a line that cannot be used; nothing was issued."""

    code = "academy.bad_recipients"


class NotEnteredError(AcademyError):
    """A voucher that was not entered, or is refunded, has no window to extend."""

    code = "academy.not_entered"


class TooManyDaysError(AcademyError):
    """The rule grants no more days on top."""

    code = "academy.too_many_days"


class RefundedAlreadyError(AcademyError):
    """A voucher was refunded before."""

    code = "academy.refunded_already"


class BadSampleError(AcademyError):
    """A share or a seed for a sample is none, or there is nothing to draw from."""

    code = "academy.bad_sample"


class UnknownAppealError(AcademyError):
    """There is no such appeal."""

    code = "academy.unknown_appeal"
    status = 404


class OwnDecisionError(AcademyError):
    """Who decided an application does not decide an appeal against it."""

    code = "academy.own_decision"
    status = 403


class NotAdmittableError(AcademyError):
    """An admission needs an approved area, a voucher that pays for it, and an open window."""

    code = "academy.not_admittable"


class SittingPaperError(AcademyError):
    """The typesetter refused the sitting of an appeal."""

    code = "academy.sitting_paper"
    blame = Blame.CONTENT
