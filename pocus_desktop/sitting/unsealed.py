"""What there is of a sitting at one moment, ready to be sealed away from the thread that writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.events import Heartbeat
from pocus_desktop.sitting.sealed import seal_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsealed:
    """A sitting that goes on, as far as it is durable.

    Attributes:
        events: Everything that happened, in order.
        admission: The admission's envelope.
        head: Digest of the journal's last row.
        signer: The station's key.
        recipients: Who can open what is sealed.
    """

    events: tuple[Recorded, ...]
    admission: bytes
    head: bytes
    signer: SigningKey
    recipients: Sequence[PublicKey]

    @property
    def last_seq(self) -> int:
        """The last event."""
        return self.events[-1].seq

    def has_news_after(self, seq: int) -> bool:
        """Whether anything happened after an event but that time went by."""
        return any(one.seq > seq and not isinstance(one.event, Heartbeat) for one in reversed(self.events))

    def seal(self, *, sealed_at_ms: int) -> bytes:
        """A partial sealed result.

        Raises:
            NoRecipientError: The admission names no one to read it.
        """
        return seal_bytes(
            self.events,
            admission=self.admission,
            head=self.head,
            station=self.signer,
            recipients=self.recipients,
            sealed_at_ms=sealed_at_ms,
            is_partial=True,
        )
