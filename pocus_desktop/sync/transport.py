"""The port through which sealed results leave a station (formats/sync 1).

One envelope, many carriers: whatever carries it, the same bytes go out and the same signed receipt comes back. A
transport moves bytes and believes nothing; the outbox verifies every receipt.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

RECEIPT_MEDIA_TYPE: Final = "application/vnd.pocus.receipt+json"
"""What a hub calls the envelope of a receipt."""

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
"""Problem details (RFC 9457)."""

MAXIMUM_RECEIPT_BYTES: Final = 64 * 1024
"""A receipt is below 1 KB; what is longer is something else."""


class Transport(Protocol):
    """Carries one envelope at a time; not for the GUI thread, for it blocks."""

    @property
    def name(self) -> str:
        """What logs call it (`https`, `folder`, …)."""

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Bring an envelope to the hub and come back with what it answered.

        Args:
            envelope: The sealed result, whole.
            digest: Its SHA-256.

        Returns:
            The envelope of a receipt, not verified.

        Raises:
            SyncError: By cause; `is_final` says whether trying again can help.
        """

    def close(self) -> None:
        """Let go of connections; delivering afterwards is a mistake of the program."""


@runtime_checkable
class PiecewiseTransport(Transport, Protocol):
    """A transport whose other side keeps what arrived before a cut, and goes on from there (formats/sync 8)."""

    def reaches(self) -> bool:
        """Whether the hub takes something now, by asking it; blocks as long as a connection may take."""

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """Bring over what the hub does not hold yet, and come back with what it answered.

        Args:
            envelope: The sealed result, whole.
            digest: Its SHA-256.
            upload: The address under which the hub keeps what arrived; empty to begin.
            offset: How much it holds as far as is known.
            moved: Told that address and how many bytes the hub holds, whenever the hub says so.
            is_wanted: Asked between pieces; false where something goes first.

        Returns:
            The envelope of a receipt, not verified.

        Raises:
            SyncError: By cause, as `deliver`.
            NoUploadsError: The hub takes envelopes whole only.
            GaveWayError: `is_wanted` said so.
        """


@runtime_checkable
class CarriesLog(Protocol):
    """A way to the hub that gives its log as well."""

    @property
    def is_live(self) -> bool:
        """Whether the hub itself gives it, as it is now."""

    @property
    def heads(self) -> Path | None:
        """The folder in which stations that share this way compare heads; None where it has none."""

    def read_log(self, path: str) -> bytes | None:
        """A part of the log; None where there is none.

        Raises:
            SyncError: It could not be asked.
        """
