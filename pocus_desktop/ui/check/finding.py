"""What a probe found: in order or not, why, and what to do."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pocus_desktop.kernel.errors import Safe

Level: TypeAlias = Literal["ok", "note", "problem"]
"""In order; worth knowing; to be mended before the clock starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the system check.

    Attributes:
        probe: What was looked at: sound, picture, disk, clock, screen, battery.
        level: How it is.
        code: A stable name for what was found; the words `ui.check.<code>.what` and `.next` tell it.
        params: What the words name.
    """

    probe: str
    level: Level
    code: str
    params: tuple[tuple[str, Safe], ...] = ()
