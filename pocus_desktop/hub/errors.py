"""What the hub refuses, and what keeps it from working; each with its HTTP status (formats/sync 2.5)."""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class HubError(PocusError):
    """The hub does not do what was asked."""

    code: ClassVar[str] = "hub.failed"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT
    status: ClassVar[int] = 500


class NotFoundError(HubError):
    """There is nothing at that address."""

    code = "hub.not_found"
    blame = Blame.USER
    status = 404


class NoReceiptError(HubError):
    """The hub holds no envelope of that digest."""

    code = "hub.no_receipt"
    blame = Blame.USER
    status = 404


class BadMethodError(HubError):
    """That address does not take this method."""

    code = "hub.bad_method"
    blame = Blame.USER
    status = 405


class BadRequestError(HubError):
    """The request itself is malformed."""

    code = "hub.bad_request"
    blame = Blame.USER
    status = 400


class HeadTooLargeError(HubError):
    """The head of a request (address and fields) is larger than any that is needed here."""

    code = "hub.head_too_large"
    blame = Blame.USER
    status = 431


class NotAcceptableError(HubError):
    """The sender takes no answer of the kind that this address gives."""

    code = "hub.not_acceptable"
    blame = Blame.USER
    status = 406


class BadRangeError(HubError):
    """A part of a file is asked for that there is not."""

    code = "hub.bad_range"
    blame = Blame.USER
    status = 416


class UnsignedError(HubError):
    """The hub takes this from stations and centres that it enrolled, and no sound signature of one came with it."""

    code = "hub.unsigned"
    blame = Blame.USER
    status = 401


class UnknownSenderError(HubError):
    """The request is signed by a key that the hub did not enrol."""

    code = "hub.unknown_sender"
    blame = Blame.USER
    status = 401


class ClockDiffersError(HubError):
    """A request is signed for another time than the hub's; its parameter `hub_time_ms` says what time it is here."""

    code = "hub.clock_differs"
    status = 401


class RateLimitedError(HubError):
    """Too many requests came from one sender; its parameter `wait_s` says when the next one is taken."""

    code = "hub.rate_limited"
    status = 429


class TooBusyError(HubError):
    """So many are connected that the hub answers no one more now."""

    code = "hub.too_busy"
    status = 503


class SlowHeadError(HubError):
    """The head of a request did not come whole in time."""

    code = "hub.slow_head"
    status = 408


class NoRoomError(HubError):
    """The hub's disk has too little free space to take results safely."""

    code = "hub.no_room"
    status = 503


class PlaceMissingError(HubError):
    """Where the hub's objects should lie, nothing is marked as theirs: nothing is mounted there."""

    code = "hub.place_missing"
    status = 503


class PlaceOfAnotherError(HubError):
    """Where the hub's objects should lie, those of another hub do."""

    code = "hub.place_of_another"
    status = 503


class BadDigestError(HubError):
    """An envelope's address is not a SHA-256 in lower-case hexadecimal digits."""

    code = "hub.bad_digest"
    blame = Blame.USER
    status = 400


class NoContentDigestError(HubError):
    """The request has no `Content-Digest` with a sound SHA-256."""

    code = "hub.no_content_digest"
    blame = Blame.USER
    status = 400


class ContentDigestMismatchError(HubError):
    """The bytes that arrived are not those that `Content-Digest` names."""

    code = "hub.content_digest_mismatch"
    status = 400


class NameMismatchError(HubError):
    """The bytes that arrived are not those that the address names."""

    code = "hub.name_mismatch"
    status = 400


class SlowSenderError(HubError):
    """The sender stopped sending."""

    code = "hub.slow_sender"
    status = 408


class TooLargeError(HubError):
    """The envelope is larger than a sitting can be."""

    code = "hub.too_large"
    blame = Blame.CONTENT
    status = 413


class WrongMediaTypeError(HubError):
    """The request does not say that it carries a sealed result, plain."""

    code = "hub.wrong_media_type"
    blame = Blame.USER
    status = 415


class NoUploadError(HubError):
    """There is no such upload, or what arrived of it was let go."""

    code = "hub.no_upload"
    blame = Blame.USER
    status = 404


class BadUploadError(HubError):
    """A field of an upload's request is missing or malformed."""

    code = "hub.bad_upload"
    blame = Blame.USER
    status = 400


class UploadOffsetError(HubError):
    """A piece does not begin where what arrived ends."""

    code = "hub.upload_offset"
    status = 409


class OtherTusVersionError(HubError):
    """The request speaks another version of the protocol for uploads."""

    code = "hub.other_tus_version"
    blame = Blame.USER
    status = 412


class ChecksumMismatchError(HubError):
    """A piece that arrived is not the one that was sent."""

    code = "hub.checksum_mismatch"
    status = 460


class UploadsFullError(HubError):
    """So much is arriving in pieces that no further upload can begin."""

    code = "hub.uploads_full"
    status = 503


class EnvelopeRefusedError(HubError):
    """The hub cannot or may not take the envelope; it is kept in quarantine with the reason.

    Its parameter `reason` is the code of the cause.
    """

    code = "hub.envelope_refused"
    blame = Blame.CONTENT
    status = 422


class NotAdmittedError(HubError):
    """What happened in the sitting is not what its admission allows."""

    code = "hub.not_admitted"
    blame = Blame.CONTENT
    status = 422


class SittingConflictError(HubError):
    """A sitting of that id is known under another admission."""

    code = "hub.sitting_conflict"
    blame = Blame.CONTENT
    status = 422


class QuarantineFullError(HubError):
    """So much was refused that the quarantine takes no more; staff must look."""

    code = "hub.quarantine_full"
    status = 503


class StoreUnavailableError(HubError):
    """The hub's disk or database does not work now."""

    code = "hub.store_unavailable"
    status = 503


class UnstorableError(HubError):
    """The hub's database has no form for a value; it works for others."""

    code = "hub.unstorable"
    blame = Blame.CONTENT
    status = 422


class StoreMismatchError(HubError):
    """The hub's database is of another program or of a later version."""

    code = "hub.store_mismatch"
    status = 503


class NeedsServerError(HubError):
    """What was asked for needs PostgreSQL; the hub's records are in a SQLite file."""

    code = "hub.needs_server"
    blame = Blame.USER


class NoRevisionError(HubError):
    """The database's history has no such revision in that direction."""

    code = "hub.no_revision"
    blame = Blame.USER


class LogInUseError(HubError):
    """The database cannot go back to before the log, on whose entries receipts rest."""

    code = "hub.log_in_use"
    blame = Blame.USER


class DumpFailedError(HubError):
    """A backup could not be written, or the database could not be filled from one."""

    code = "hub.dump_failed"


class NoBackupError(HubError):
    """The folder holds no backup of a hub."""

    code = "hub.no_backup"
    blame = Blame.USER


class BackupDamagedError(HubError):
    """Part of a backup is missing, cut or altered, or it is not this academy's."""

    code = "hub.backup_damaged"


class OtherDatabaseError(HubError):
    """A backup of one kind of database cannot be restored into the other."""

    code = "hub.other_database"
    blame = Blame.USER


class NotEmptyError(HubError):
    """A backup is restored into an empty place only, and something is there."""

    code = "hub.not_empty"
    blame = Blame.USER


class OneProcessError(HubError):
    """This operating system runs the hub in one process only."""

    code = "hub.one_process"
    blame = Blame.USER


class DatabaseOlderError(HubError):
    """The hub's database is of an earlier revision than this program works with; a person upgrades it."""

    code = "hub.database_older"
    status = 503


class DatabaseNewerError(HubError):
    """The hub's database was upgraded by a later program."""

    code = "hub.database_newer"
    status = 503


class ObjectDamagedError(HubError):
    """A file that the hub keeps no longer has the digest that is its name."""

    code = "hub.object_damaged"
    status = 503


class PlaceDamagedError(HubError):
    """Something that the hub keeps cannot be read where it lies."""

    code = "hub.place_damaged"
    status = 503


class BadPlaceError(HubError):
    """The address of the hub's objects is not understood."""

    code = "hub.bad_place"
    blame = Blame.USER


class ShelfDamagedError(HubError):
    """What the hub keeps of a bundle cannot be read."""

    code = "hub.shelf_damaged"
    status = 503


class BadScoringKeyError(HubError):
    """A scoring key does not fit the assessment it is registered for."""

    code = "hub.bad_scoring_key"
    blame = Blame.CONTENT


class VersionTakenError(HubError):
    """Another assessment is registered already under that bundle id and version."""

    code = "hub.version_taken"
    blame = Blame.CONTENT


class OtherBundleError(HubError):
    """A sitting was sat with another build of the bundle than the one registered."""

    code = "hub.other_bundle"
    blame = Blame.CONTENT


class NeedsTlsError(HubError):
    """The hub would listen to other computers without encryption."""

    code = "hub.needs_tls"
    blame = Blame.USER


class BadCertificateError(HubError):
    """The certificate, or the private key that goes with it, cannot be used."""

    code = "hub.bad_certificate"
    blame = Blame.USER


class AddressInUseError(HubError):
    """The hub cannot listen at that address."""

    code = "hub.address_in_use"
    blame = Blame.USER


class LogDamagedError(HubError):
    """What is stored of the log is not what was signed."""

    code = "hub.log_damaged"
    status = 503
