"""Why a well-formed bundle is refused, cannot be read, made or kept (formats/bundle 3 to 9)."""

from pocus_desktop.kernel.errors import Blame, PocusError


class ManifestMissingError(PocusError):
    """There is no manifest where it belongs."""

    code = "bundle.manifest_missing"
    blame = Blame.CONTENT


class ManifestTooLargeError(PocusError):
    """The manifest is larger than the limit."""

    code = "bundle.manifest_too_large"
    blame = Blame.CONTENT


class ManifestInvalidError(PocusError):
    """The signed manifest is not what the format says."""

    code = "bundle.manifest_invalid"
    blame = Blame.CONTENT


class FormatTooNewError(PocusError):
    """A document is written in a later format than this program knows (formats/bundle 1.2)."""

    code = "bundle.format_too_new"
    blame = Blame.ENVIRONMENT


def require_known_format(document: object, *, known: int, file: str) -> None:
    """Refuse a document of a later format before anything else of it is judged.

    Args:
        document: Parsed JSON; whatever has no whole number as `format` is left to its reader.
        known: The highest format that this program knows.
        file: What to call the document in the error.

    Raises:
        FormatTooNewError: Its format is higher.
    """
    if isinstance(document, dict) and type(found := document.get("format")) is int and found > known:
        raise FormatTooNewError(file=file, format=found, known=known)


class MemberNotInManifestError(PocusError):
    """The file has a member that the manifest does not name."""

    code = "bundle.member_not_in_manifest"
    blame = Blame.CONTENT


class MemberMissingError(PocusError):
    """The manifest names a member that the file does not have."""

    code = "bundle.member_missing"
    blame = Blame.CONTENT


class MemberOrderError(PocusError):
    """The members stand in another order than the manifest's."""

    code = "bundle.member_order"
    blame = Blame.CONTENT


class MemberSizeError(PocusError):
    """A member's size is not the manifest's."""

    code = "bundle.member_size"
    blame = Blame.CONTENT


class NotTrustedError(PocusError):
    """Fewer trusted people than the policy asks for have signed."""

    code = "bundle.not_trusted"
    blame = Blame.CONTENT


class WrongProgrammeError(PocusError):
    """Trusted keys have signed, but none that may sign for this content area."""

    code = "bundle.wrong_programme"
    blame = Blame.CONTENT


class RolledBackError(PocusError):
    """An older version is offered than one already seen here."""

    code = "bundle.rolled_back"
    blame = Blame.CONTENT


class NotYetValidError(PocusError):
    """The bundle's first day has not come."""

    code = "bundle.not_yet_valid"
    blame = Blame.USER


class ExpiredError(PocusError):
    """The bundle's last day is over."""

    code = "bundle.expired"
    blame = Blame.USER


class AppTooOldError(PocusError):
    """The bundle needs a later version of this program."""

    code = "bundle.app_too_old"
    blame = Blame.ENVIRONMENT


class ContentDamagedError(PocusError):
    """Stored bytes are not those that the publisher signed."""

    code = "bundle.content_damaged"
    blame = Blame.CONTENT


class SegmentTableDamagedError(PocusError):
    """The table of segment digests is not the one that the publisher signed."""

    code = "bundle.segment_table_damaged"
    blame = Blame.CONTENT


class ContentLockedError(PocusError):
    """A sealed bundle is to be unlocked without its content key."""

    code = "bundle.content_locked"
    blame = Blame.USER


class WrongContentKeyError(PocusError):
    """The content key is not this version's."""

    code = "bundle.wrong_content_key"
    blame = Blame.CONTENT


class NoSuchMemberError(PocusError):
    """Something asks for a member that the bundle does not have."""

    code = "bundle.no_such_member"
    blame = Blame.CONTENT


class IndexInvalidError(PocusError):
    """The encrypted index of names is not what the format says."""

    code = "bundle.index_invalid"
    blame = Blame.CONTENT


class UnreadableError(PocusError):
    """The operating system does not give the file."""

    code = "bundle.unreadable"
    blame = Blame.ENVIRONMENT


class ClosedError(PocusError):
    """A bundle is read after it was closed."""

    code = "bundle.closed"
    blame = Blame.BUG


class CancelledError(PocusError):
    """The person stopped a long task."""

    code = "bundle.cancelled"
    blame = Blame.USER


class BadSourceError(PocusError):
    """What a bundle is to be made from does not fit the format."""

    code = "bundle.bad_source"
    blame = Blame.CONTENT


class SourceUnreadableError(PocusError):
    """A source file cannot be read."""

    code = "bundle.source_unreadable"
    blame = Blame.ENVIRONMENT


class SourceChangedError(PocusError):
    """A source file changed while the bundle was written."""

    code = "bundle.source_changed"
    blame = Blame.ENVIRONMENT


class CannotWriteError(PocusError):
    """The operating system does not take the file."""

    code = "bundle.cannot_write"
    blame = Blame.ENVIRONMENT


class NoSpaceError(PocusError):
    """The library's disk has too little room."""

    code = "bundle.no_space"
    blame = Blame.ENVIRONMENT


class LibraryBusyError(PocusError):
    """Another process holds the library's lock for too long."""

    code = "bundle.library_busy"
    blame = Blame.ENVIRONMENT


class NotInLibraryError(PocusError):
    """The library has no usable bundle of that id and version."""

    code = "bundle.not_in_library"
    blame = Blame.USER


class LedgerDamagedError(PocusError):
    """The library's own record cannot be read."""

    code = "bundle.ledger_damaged"
    blame = Blame.ENVIRONMENT


class SameVersionDiffersError(PocusError):
    """Two different bundles carry one id and version."""

    code = "bundle.same_version_differs"
    blame = Blame.CONTENT


class ScoringKeyInvalidError(PocusError):
    """A scoring key file is not what the format says."""

    code = "bundle.scoring_key_invalid"
    blame = Blame.CONTENT


class ScoringKeyMismatchError(PocusError):
    """A scoring key belongs to another bundle or version."""

    code = "bundle.scoring_key_mismatch"
    blame = Blame.CONTENT
