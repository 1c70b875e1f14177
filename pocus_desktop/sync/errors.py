"""What can go wrong between a station and the hub.

Each error says by `is_final` whether trying again can help: where it cannot, the outbox sets the envelope aside with
the reason and leaves it to a person. Nothing here ever deletes.
"""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError, Safe
from pocus_desktop.sync.engine import HELD_BY_CENTRE


class SyncError(PocusError):
    """Delivery did not come to a receipt."""

    code: ClassVar[str] = "sync.failed"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT
    is_final: ClassVar[bool] = False
    """Whether trying again cannot help."""

    is_cut: ClassVar[bool] = False
    """Whether the connection ended on the way; what arrived before that may be held at the other side."""

    has_arrived: ClassVar[bool] = False
    """Whether all of it is with the carrier, and only the receipt has still to come."""

    longest_ms: ClassVar[int | None] = None
    """When to ask again at the latest, where asking costs hardly anything; None for as late as any failure."""

    def __init__(self, *, retry_after_ms: int | None = None, **params: Safe) -> None:
        super().__init__(**params)
        self.retry_after_ms = retry_after_ms
        """How long the other side asks to be left alone; None where it does not say."""


class NoConnectionError(SyncError):
    """The hub's address could not be reached."""

    code = "sync.no_connection"


class UntrustedServerError(SyncError):
    """The server's certificate is not one that this computer trusts for that address."""

    code = "sync.untrusted_server"


class StalledError(SyncError):
    """Nothing moved for too long."""

    code = "sync.stalled"
    is_cut = True


class CutOffError(SyncError):
    """The connection broke before the answer was whole."""

    code = "sync.cut_off"
    is_cut = True


class RedirectedError(SyncError):
    """Something on the way sends elsewhere; results follow no redirection."""

    code = "sync.redirected"


class CaptivePortalError(SyncError):
    """A web page came instead of the hub's answer: a sign-in page of the network."""

    code = "sync.captive_portal"


class StrangeAnswerError(SyncError):
    """The answer is not one that a hub gives."""

    code = "sync.strange_answer"


class HubUnavailableError(SyncError):
    """The hub, or what stands before it, cannot take anything now."""

    code = "sync.hub_unavailable"


class NotLetInError(SyncError):
    """The hub takes results from computers that it enrolled, and does not count this one among them."""

    code = "sync.not_let_in"
    blame = Blame.USER


class DamagedOnTheWayError(SyncError):
    """The hub received other bytes than were sent."""

    code = "sync.damaged_on_the_way"


class HubRefusedError(SyncError):
    """The hub read the envelope and does not take it."""

    code = "sync.hub_refused"
    blame = Blame.CONTENT
    is_final = True


class BadReceiptError(SyncError):
    """What came back is no receipt of a trusted hub for this envelope."""

    code = "sync.bad_receipt"


class BadAddressError(SyncError):
    """The hub's address is not one that results are sent to: https, or http to this very computer."""

    code = "sync.bad_address"
    blame = Blame.USER


class NoFolderError(SyncError):
    """The folder that carries results is not there."""

    code = "sync.no_folder"
    blame = Blame.USER


class FolderNotWritableError(SyncError):
    """The folder that carries results does not take them."""

    code = "sync.folder_not_writable"


class FolderDamagedError(SyncError):
    """What was read back from the folder is not what was written to it."""

    code = "sync.folder_damaged"


class NoReceiptYetError(SyncError):
    """The envelope lies in the folder, and no receipt for it has come back."""

    code = "sync.no_receipt_yet"
    has_arrived = True


class HeldByCentreError(NoReceiptYetError):
    """The room's relay keeps the envelope for the academy, and the receipt has still to come.

    Its `reason` says where the envelope is, by the relay's word (formats/relay 3.4).
    """

    code = HELD_BY_CENTRE
    longest_ms = 60_000


class RelayRefusedError(SyncError):
    """The room's relay does not take the envelope; never final, for only the academy judges results."""

    code = "sync.relay_refused"


class RelayUnavailableError(SyncError):
    """The room's relay cannot take anything now."""

    code = "sync.relay_unavailable"


class NoRoadError(SyncError):
    """Neither the hub nor the room's relay can be reached."""

    code = "sync.no_road"
    longest_ms = 60_000


class NoUploadsError(SyncError):
    """The hub takes envelopes whole, not in pieces; an older one."""

    code = "sync.no_uploads"


class GaveWayError(SyncError):
    """An attempt was given up for an envelope that goes first."""

    code = "sync.gave_way"


class EnvelopeMissingError(SyncError):
    """A sealed result that the outbox knows is no longer on the disk."""

    code = "sync.envelope_missing"
    is_final = True


class EnvelopeChangedError(SyncError):
    """A sealed result on the disk no longer has the digest that is its name."""

    code = "sync.envelope_changed"
    is_final = True


class OutboxUnreadableError(SyncError):
    """The outbox's own records cannot be read or written."""

    code = "sync.outbox_unreadable"


class OutboxOfLaterVersionError(OutboxUnreadableError):
    """A later version of this program wrote the outbox's records; this one does not guess what they mean."""

    code = "sync.outbox_of_later_version"


class NotReceiptedError(SyncError):
    """Something would be removed that no verified receipt covers."""

    code = "sync.not_receipted"
    blame = Blame.USER


class UnknownEnvelopeError(SyncError):
    """The outbox holds nothing of that digest."""

    code = "sync.unknown_envelope"
    blame = Blame.USER
