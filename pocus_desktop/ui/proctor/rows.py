"""What the grid shows, ready to be painted: a row a station, worst first."""

from typing import Final, Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["lost", "asks", "watch", "running", "idle", "done"]
"""How much a station wants someone.

lost: something was lost or refused. asks: someone waits for the proctor. watch: may become one of these.
running: a sitting goes on. idle: no sitting goes on yet. done: handed in.
"""

LEVELS: Final[tuple[Level, ...]] = ("lost", "asks", "watch", "running", "idle", "done")
"""Worst first."""

SIGNS: Final[dict[Level, str]] = {
    "lost": "circle-alert",
    "asks": "hand",
    "watch": "triangle-alert",
    "running": "circle-play",
    "idle": "circle",
    "done": "circle-check",
}
"""The icon of each level, since colour alone says nothing."""

ROLES: Final[dict[Level, str]] = {
    "lost": "danger",
    "asks": "accent",
    "watch": "warning",
    "running": "text",
    "idle": "muted",
    "done": "success",
}
GROUNDS: Final[dict[Level, str]] = {
    "lost": "danger_soft",
    "asks": "accent_soft",
    "watch": "warning_soft",
    "running": "surface",
    "idle": "surface",
    "done": "surface",
}
"""Colour roles of what is written, and of the ground below it."""

COLUMNS: Final = (
    "station",
    "state",
    "candidate",
    "step",
    "time",
    "saved",
    "link",
    "disk",
    "battery",
    "media",
    "unsent",
)
"""In this order from the leading edge."""


class Cell(NamedTuple):
    """One fact.

    Attributes:
        text: In sight.
        level: Its own, where it is worse than running: it is why the row stands where it stands.
        icon: A file of `assets/icons`; empty for none.
        spoken: For screen readers, where it differs.
    """

    text: str
    level: Level = "running"
    icon: str = ""
    spoken: str = ""


class GridRow(NamedTuple):
    """One station.

    Attributes:
        icon: The sign of its state.
        is_held: No filter hides it.
        cells: As `COLUMNS`.
        spoken: The whole row in a sentence.
        searched: What a search looks in.
    """

    station_id: str
    name: str
    level: Level
    icon: str
    is_held: bool
    cells: tuple[Cell, ...]
    spoken: str
    searched: str
