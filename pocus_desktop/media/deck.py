"""The Deck port: the machine below a player, which opens, runs and reports; the rules of playing stand above it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckOpened:
    """The clip is open and paused at the place asked for, its picture shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckRunning:
    """Time runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckHeld:
    """Time stands still by command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckTime:
    """Where the machine is."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckLength:
    """How long the clip is, as the machine finds."""

    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckEnded:
    """The machine came to the end of what it could read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckFailed:
    """The source or the machine failed."""

    error: PocusError


DeckReport: TypeAlias = DeckOpened | DeckRunning | DeckHeld | DeckTime | DeckLength | DeckEnded | DeckFailed

Report: TypeAlias = Callable[[DeckReport], None]
"""Takes a report from any thread; stamps it and enqueues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioCount:
    """How much sound went through since the clip was opened.

    Attributes:
        decoded: Blocks that a decoder made; 0 for a clip without sound.
        played: Blocks that a sound device took.
    """

    decoded: int
    played: int


class Deck(Protocol):
    """One clip in one machine. Used from the owner's thread only; reports from any."""

    @property
    def waiting_s(self) -> float:
        """For how long the source has owed bytes; 0 when it owes none."""

    def open(self, *, at_ms: int) -> None:
        """Open (again, after an end, halt or failure) and stand paused at a place; reports `DeckOpened`."""

    def hurry(self) -> None:
        """Play was asked for while opening: open without showing the first picture first."""

    def run(self) -> None:
        """Let time run."""

    def hold(self) -> None:
        """Let time stand still."""

    def seek(self, position_ms: int) -> None:
        """Jump, running or held."""

    def halt(self) -> None:
        """End the play; the clip stays, closed."""

    def set_rate(self, rate: float) -> None:
        """Set the speed."""

    def set_volume(self, percent: int) -> None:
        """Set the loudness."""

    def audio(self) -> AudioCount:
        """What became of the sound."""

    def give_up_audio(self) -> None:
        """Stop trying to play sound that no device takes."""

    def tick(self) -> None:
        """Do what is due; called at every poll."""

    def release(self) -> None:
        """Let go of everything; no report comes afterwards."""


DeckMaker: TypeAlias = Callable[[MediaSource, FrameBuffer, Report, Callable[[], None]], Deck]
"""Makes a deck for a source: pictures go to the buffer, and the last argument is called after each picture."""
