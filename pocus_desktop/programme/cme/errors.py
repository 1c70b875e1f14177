"""What is refused about continuing education (docs/formats/programme 10)."""

from pocus_desktop.kernel.errors import Blame
from pocus_desktop.programme.errors import ProgrammeError


class NothingToReportError(ProgrammeError):
    """A report was asked for, and no education is noted."""

    code = "cme.nothing_to_report"


class NoCycleError(ProgrammeError):
    """An audit pack was asked for of a body or a cycle that there is not."""

    code = "cme.no_cycle"


class PackFailedError(ProgrammeError):
    """The typesetter did not make the audit pack."""

    code = "cme.pack_failed"
    blame = Blame.BUG
