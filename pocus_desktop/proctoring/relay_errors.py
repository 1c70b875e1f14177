"""What a relay answers in place of a receipt or a file (formats/relay 5).

`status` is the answer's over HTTP. None of these is final for a station: only the academy judges results.
"""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class RelayError(PocusError):
    """A relay does not do what was asked."""

    code: ClassVar[str] = "relay.failed"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT
    status: ClassVar[int] = 500


class BadRequestError(RelayError):
    """The request is not one that a relay understands; `reason` says what of it."""

    code = "relay.bad_request"
    blame = Blame.BUG
    status = 400


class ContentDiffersError(RelayError):
    """Other bytes came than were named."""

    code = "relay.content_differs"
    status = 400


class NotSignedError(RelayError):
    """Who asks is no station of this room."""

    code = "relay.not_signed"
    blame = Blame.USER
    status = 401


class ClockDiffersError(RelayError):
    """A station of this room signed for another time; `hub_time_ms` is the relay's, under the name that hubs use."""

    code = "relay.clock_differs"
    status = 401


class NotHeldError(RelayError):
    """The relay does not hold that envelope."""

    code = "relay.not_held"
    status = 404


class NotCarriedError(RelayError):
    """The relay has no such file or document."""

    code = "relay.not_carried"
    status = 404


class NoSuchUploadError(RelayError):
    """Nothing of that name is arriving."""

    code = "relay.no_such_upload"
    status = 404


class SlowSenderError(RelayError):
    """The content stopped coming."""

    code = "relay.slow_sender"
    status = 408


class OtherOffsetError(RelayError):
    """A piece does not begin where what arrived ends, or is longer than what was promised."""

    code = "relay.other_offset"
    status = 409


class OtherTusVersionError(RelayError):
    """The sender speaks another version of tus."""

    code = "relay.other_tus_version"
    status = 412


class TooLargeError(RelayError):
    """What comes is larger than any sealed result."""

    code = "relay.too_large"
    blame = Blame.CONTENT
    status = 413


class OtherMediaTypeError(RelayError):
    """What comes is of another kind, or compressed."""

    code = "relay.other_media_type"
    status = 415


class BadRangeError(RelayError):
    """A file has no such part."""

    code = "relay.bad_range"
    status = 416


class CannotKeepError(RelayError):
    """The centre's disk does not take it now; `reason` is the code or the words of why."""

    code = "relay.cannot_keep"
    status = 503


class UploadsFullError(RelayError):
    """Too much is arriving already."""

    code = "relay.uploads_full"
    status = 503
