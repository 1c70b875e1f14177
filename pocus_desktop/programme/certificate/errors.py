"""What is refused about certificates (docs/formats/certificate)."""

from pocus_desktop.kernel.errors import Blame
from pocus_desktop.programme.errors import ProgrammeError


class BadCertificateError(ProgrammeError):
    """A file is no certificate of this format, signed or not."""

    code = "certificate.bad_certificate"
    blame = Blame.CONTENT


class BadStatusListError(ProgrammeError):
    """A file is no list of the status of certificates."""

    code = "certificate.bad_status_list"
    blame = Blame.CONTENT


class BadPaperError(ProgrammeError):
    """A PDF holds no certificate, or more than a reader takes."""

    code = "certificate.bad_paper"
    blame = Blame.CONTENT


class BadOpeningError(ProgrammeError):
    """A file is no opening of a commitment."""

    code = "certificate.bad_opening"
    blame = Blame.CONTENT


class OtherResultError(ProgrammeError):
    """An opening, or a sealed result, belongs to another certificate."""

    code = "certificate.other_result"


class BadAddressError(ProgrammeError):
    """An address under which certificates cannot be published."""

    code = "certificate.bad_address"


class UnknownContextError(ProgrammeError):
    """A context that is not shipped; none is ever fetched."""

    code = "certificate.unknown_context"
    blame = Blame.CONTENT


class PaperFailedError(ProgrammeError):
    """The typesetter refused what it was given: a name in characters that no font here can show."""

    code = "certificate.paper_failed"
    blame = Blame.CONTENT
