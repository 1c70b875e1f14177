"""What the candidate's own portfolio refuses (formats/portfolio)."""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class PortfolioUnreadableError(PocusError):
    """The portfolio's database is damaged, of another program, or the disk does not take it."""

    code: ClassVar[str] = "portfolio.unreadable"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class PortfolioDiskFullError(PortfolioUnreadableError):
    """The disk has no room for what was to be kept; what was kept before is there."""

    code = "portfolio.disk_full"


class PortfolioDiskRefusesError(PortfolioUnreadableError):
    """The disk does not let the portfolio be written: it is locked, was pulled out, or fails."""

    code = "portfolio.disk_refuses"


class PortfolioOfLaterVersionError(PocusError):
    """A later version of this program wrote the database."""

    code: ClassVar[str] = "portfolio.later_version"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class OwnPortfolioError(PocusError):
    """What a person asked for cannot be done with the portfolio as it is."""

    code: ClassVar[str] = "portfolio.refused"
    blame: ClassVar[Blame] = Blame.USER


class NoAccountYetError(OwnPortfolioError):
    """There is no account."""

    code = "portfolio.no_account"


class BadFieldError(OwnPortfolioError):
    """Something that was typed cannot be taken; `field` names it."""

    code = "portfolio.bad_field"


class ChangedMeanwhileError(OwnPortfolioError):
    """Another window or command wrote the same document meanwhile."""

    code = "portfolio.changed_meanwhile"


class NoNumberError(OwnPortfolioError):
    """The academy has given no ID number yet."""

    code = "portfolio.no_number"


class NoAcademyError(OwnPortfolioError):
    """Nobody said which academy this is for."""

    code = "portfolio.no_academy"


class NoAddressError(OwnPortfolioError):
    """It is known which academy this is for, and not where it answers."""

    code = "portfolio.no_address"


class NotAttestedError(OwnPortfolioError):
    """An application needs statements that were not made."""

    code = "portfolio.not_attested"


class NotThereError(OwnPortfolioError):
    """There is no such document."""

    code = "portfolio.not_there"


class NotSettledHereError(OwnPortfolioError):
    """A document that is never written again was written in two ways; only the academy can say which counts."""

    code = "portfolio.not_settled_here"


class AppliedAlreadyError(OwnPortfolioError):
    """An application for the area is under way."""

    code = "portfolio.applied_already"


class NotReplaceableError(OwnPortfolioError):
    """An evaluator has answered, or was replaced before."""

    code = "portfolio.not_replaceable"


class NamedAlreadyError(OwnPortfolioError):
    """An evaluator of the application has this address, or the candidate has."""

    code = "portfolio.named_already"


class NotAgreedError(OwnPortfolioError):
    """An evaluator did not agree that the academy writes to them."""

    code = "portfolio.not_agreed"


class HasInterestError(OwnPortfolioError):
    """An evaluator has an interest in the outcome."""

    code = "portfolio.has_interest"


class NotRemindedNowError(OwnPortfolioError):
    """An evaluator may not be reminded now."""

    code = "portfolio.not_reminded_now"


class EnoughNamedError(OwnPortfolioError):
    """As many evaluators as the academy asks for are named."""

    code = "portfolio.enough_named"


class FileTooLargeError(OwnPortfolioError):
    """A file is larger than a portfolio keeps."""

    code = "portfolio.file_too_large"


class EmptyFileError(OwnPortfolioError):
    """A file that is to prove something is empty."""

    code = "portfolio.file_empty"


class OtherKindError(OwnPortfolioError):
    """A file's name says that it is of a kind that it is not; `kind` is what the name says."""

    code = "portfolio.file_of_other_kind"


class FileNotHereError(OwnPortfolioError):
    """A file that a document names is not on this computer, or was altered; `name` is what it is called."""

    code = "portfolio.file_not_here"


class PartMissingError(PocusError):
    """What was asked for needs a library that this installation was made without; `extra` names its part."""

    code: ClassVar[str] = "portfolio.part_missing"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class ThereAlreadyError(OwnPortfolioError):
    """A file of that name is there, and is not written over."""

    code = "portfolio.there_already"


class NotItsKeyError(OwnPortfolioError):
    """The academy knows the account by the key of another computer; `key` is the id of this one's."""

    code = "portfolio.not_its_key"


class ClockOffError(OwnPortfolioError):
    """This computer's clock is not the academy's by much, so that days left are counted wrong here."""

    code = "portfolio.clock_off"


class OtherAccountError(OwnPortfolioError):
    """What is to be taken in is of another account."""

    code = "portfolio.other_account"
