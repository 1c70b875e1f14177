"""What a player tells: every start, pause, jump, stall, end and failure, as a value.

A player hands each event to the sink it was made with. `FrameReady` may come from any thread; the sink must only
enqueue. Positions are milliseconds from the start of the clip.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pocus_desktop.kernel.errors import Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The clip is open and paused.

    The picture of its start position is in the frame buffer, unless `play()` was asked for before it was open.
    """

    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A play began: the first after loading, or one after an end, a stop or a failure.

    Attributes:
        play: 1 for the first play of this load, counting up.
        position_ms: Where it began.
    """

    play: int
    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A paused play goes on."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """The play was paused."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionChanged:
    """Where the play is, about four times a second; ask `position_ms()` for anything finer."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeked:
    """Someone jumped."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """The source does not deliver and the picture stands still; no one pressed pause."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The source delivers again and the play goes on."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The clip played to its end."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The play was stopped by command; the next one begins at the start."""

    position_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The play cannot go on.

    Attributes:
        code: The code of the error (`media.*`, or the source's own such as `crypto.*` and `bundle.*`).
        params: The error's parameters, safe to log and to show.
    """

    code: str
    params: Mapping[str, Safe] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSilent:
    """Sound is decoded and no sound device takes it: the person hears nothing. Told once a load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReady:
    """A new picture is in the frame buffer. Comes from any thread."""


PlayerEvent: TypeAlias = (
    Loaded
    | Started
    | Resumed
    | Paused
    | PositionChanged
    | Seeked
    | Stalled
    | Recovered
    | Ended
    | Stopped
    | Failed
    | AudioSilent
    | FrameReady
)

Sink: TypeAlias = Callable[[PlayerEvent], None]
"""Takes an event from any thread; must only enqueue it and must not raise."""
