"""A centre's relay, and what a station gets from one, as commands know them; `app` has the real ones."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pocus_desktop.bundle.depot.mirror import Mirrored
from pocus_desktop.bundle.trust.client import Refreshed
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.relay_view import HeldEnvelope
from pocus_desktop.sync.outbox import Attempt
from pocus_desktop.sync.sticks import OnStick
from pocus_desktop.sync.stocking import Stocked


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedForRoom:
    """What bringing a centre's relay up to date came to.

    Attributes:
        stocked: The centre's own bundles.
        mirrored: Its copy of the depot.
        admissions: How many admissions the hub handed to the centre; None where it was not asked, or did not answer.
        problems: What did not come, and from where.
    """

    stocked: Stocked
    mirrored: Mirrored
    admissions: int | None
    problems: tuple[tuple[str, PocusError], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FromRoom:
    """What a station got from its rooms.

    Attributes:
        admissions: How many admissions rooms handed out to it.
        releases: How many releases came that were not here.
        refreshed: What its trust came to.
        stocked: What its bundles came to.
        problems: For each room that did not give something, its name and why.
        without_codes: Of the admissions, those for which this station takes no one-time codes.
        is_answered: Whether at least one gave what it had.
    """

    admissions: int
    releases: int
    refreshed: Refreshed
    stocked: Stocked
    problems: tuple[tuple[str, PocusError], ...] = ()
    without_codes: tuple[PocusError, ...] = ()
    is_answered: bool = True


class RelayFace(Protocol):
    """A centre's relay, open."""

    def fetch(self, sources: Sequence[str] = (), *, bundles: Sequence[str] = ()) -> FetchedForRoom:
        """Bring it up to date, from the hub's depot where no source is given."""

    def send(self) -> tuple[Attempt, ...]:
        """Try to send everything that is held, now."""

    def stick(self, stick: Path) -> tuple[OnStick, ...]:
        """Write what has no receipt to a stick, read it back, and take the receipts that lie there."""

    def held(self) -> tuple[HeldEnvelope, ...]:
        """Everything that stations brought, and how far it is."""

    def names(self) -> Mapping[str, str]:
        """By the id of its device key, what people call each station of the centre's rosters."""


class OpenRelay(Protocol):
    """The way to a centre's relay."""

    def __call__(self, *, signs: bool) -> AbstractContextManager[RelayFace]:
        """Open it beside the console; only where something is asked or sent does it sign, and need its keys."""


class StockFromRooms(Protocol):
    """A station's way to what its rooms have."""

    def __call__(self, *, bundles: Sequence[str]) -> FromRoom:
        """Fetch admissions, releases, trust, and the bundles that are needed or asked for."""
