"""Why a picture, cine or clip cannot be imported."""

from pocus_desktop.kernel.errors import Blame, PocusError


class ImportRefusedError(PocusError):
    """A source that is not imported; subclasses say why."""

    code = "media.import_refused"
    blame = Blame.CONTENT


class SourceMissingError(ImportRefusedError):
    """The named file or folder is not there."""

    code = "media.import_missing"


class SourceNameError(ImportRefusedError):
    """The name of a source points outside the case's folder, or into a package that is not installed."""

    code = "media.import_name"


class SourceKindError(ImportRefusedError):
    """Nothing here reads this kind of source."""

    code = "media.import_kind"


class SourceDamagedError(ImportRefusedError):
    """The source is of a known kind and cannot be decoded."""

    code = "media.import_damaged"


class SourcePixelsError(ImportRefusedError):
    """The source's pixels are of a kind that is not shown (depth, colour space)."""

    code = "media.import_pixels"


class SourceRateError(ImportRefusedError):
    """The source does not say how fast it plays, and no rate was given."""

    code = "media.import_rate"
