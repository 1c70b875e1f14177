"""The closed vocabulary of integrity notes (formats/journal 9): what this program writes, and how each detail reads.

A note says what was seen, never what it meant. Readers take any code: a history may come from a newer program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias


class Code(StrEnum):
    """What can be noted."""

    FOCUS_LOST = "focus-lost"
    FOCUS_RETURNED = "focus-returned"
    FULL_SCREEN_LEFT = "full-screen-left"
    FULL_SCREEN_RETURNED = "full-screen-returned"
    DISPLAYS_PRESENT = "displays-present"
    DISPLAY_ADDED = "display-added"
    DISPLAY_REMOVED = "display-removed"
    PROGRAM_RUNNING = "program-running"
    PROGRAM_ENDED = "program-ended"
    VIRTUAL_MACHINE = "virtual-machine"
    REMOTE_SESSION = "remote-session"
    HOME_GONE = "home-gone"
    HOME_RETURNED = "home-returned"
    PRINT_SCREEN = "print-screen"
    CLIPBOARD_CHANGED = "clipboard-changed"
    CLOCK_CHANGED = "clock-changed"
    SLEPT = "slept"
    WITHHELD = "withheld"
    TRUST_STALE = "trust-stale"
    UNLOCKED = "unlocked"
    SYSTEM_CHECK = "system-check"
    PROCTOR_CALLED = "proctor-called"


Detail: TypeAlias = Literal["none", "span", "count", "program", "machine", "withheld", "text"]
"""How a detail reads: nothing; milliseconds; a number; an id of the shipped lists; see `Withheld`; text."""

DETAILS: Final[Mapping[Code, Detail]] = {
    Code.FOCUS_LOST: "none",
    Code.FOCUS_RETURNED: "span",
    Code.FULL_SCREEN_LEFT: "none",
    Code.FULL_SCREEN_RETURNED: "span",
    Code.DISPLAYS_PRESENT: "count",
    Code.DISPLAY_ADDED: "count",
    Code.DISPLAY_REMOVED: "count",
    Code.PROGRAM_RUNNING: "program",
    Code.PROGRAM_ENDED: "program",
    Code.VIRTUAL_MACHINE: "machine",
    Code.REMOTE_SESSION: "none",
    Code.HOME_GONE: "none",
    Code.HOME_RETURNED: "span",
    Code.PRINT_SCREEN: "none",
    Code.CLIPBOARD_CHANGED: "none",
    Code.CLOCK_CHANGED: "span",
    Code.SLEPT: "span",
    Code.WITHHELD: "withheld",
    Code.TRUST_STALE: "text",
    Code.UNLOCKED: "text",
    Code.SYSTEM_CHECK: "text",
    Code.PROCTOR_CALLED: "text",
}
"""The detail of each code."""

FROM_THE_CLOCKS: Final = frozenset({Code.CLOCK_CHANGED, Code.SLEPT})
"""Codes that are never journalled as notes: the ledger has the evidence, and `noted` reads it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something seen.

    Attributes:
        what: Its code.
        detail: As `DETAILS` has it.
    """

    what: Code
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Notes of one code that came too fast to be written one by one.

    Attributes:
        code: Whose.
        count: How many.
        lasted_ms: How long they lasted together; 0 for what has no length.
    """

    code: str
    count: int
    lasted_ms: int

    def to_detail(self) -> str:
        """As a note carries it: `focus-lost 37 41000`."""
        return f"{self.code} {self.count} {self.lasted_ms}"


def read_withheld(detail: str) -> Withheld | None:
    """What a detail says; None where it is not one."""
    parts = detail.split(" ")
    if len(parts) != 3 or not all(one.isascii() and one.isdigit() and len(one) <= 12 for one in parts[1:]):
        return None
    return Withheld(code=parts[0], count=int(parts[1]), lasted_ms=int(parts[2]))
