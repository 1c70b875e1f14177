"""What a relay has for its room, as the room's service sees it; `app` gives the real ones (formats/relay 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.proctoring.arriving import Arriving
from pocus_desktop.sitting.held import HeldState


class HoldsResults(Protocol):
    """Keeps sealed results for the academy; any thread may call."""

    def hold(self, data: bytes, *, station: str, now_ms: int) -> str:
        """Keep an envelope that the station with this device key (its id) brings; durable when this returns.

        Raises:
            PocusError: The disk does not take it.
        """

    def receipt(self, digest: str) -> bytes | None:
        """The hub's receipt for it, verified; None where there is none.

        Raises:
            PocusError: The disk does not give it.
        """

    def state(self, digest: str) -> HeldState | None:
        """Where it is without a receipt; None where it is not held.

        Raises:
            PocusError: As above.
        """


class HasPapers(Protocol):
    """Has what the academy signed for the room's stations."""

    def admissions(self, station: PublicKey) -> bytes:
        """The admissions that may be sat at the station with this device key, in one document.

        Raises:
            PocusError: The disk does not give them.
        """

    def releases(self, station: PublicKey) -> bytes:
        """The releases of bundles that hold something for it, in one document.

        Raises:
            PocusError: As above.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A room's relay.

    Attributes:
        results: Where sealed results are kept.
        arriving: Where they are put together.
        papers: What there is for stations.
        depot: The folder that is this centre's copy of the depot.
        find: The device key of a station that is in this room, by its id; None for any other, also for one that asks.
        clock: The machine's.
        on_held: Told that something new is held, on a thread of the service; it must only hand that on.
    """

    results: HoldsResults
    arriving: Arriving
    papers: HasPapers
    depot: Path
    find: Callable[[str], PublicKey | None]
    clock: Clock
    on_held: Callable[[], None] = lambda: None
