"""The trail of everything that was changed: read by staff, changed by nobody (docs/adr/0215).

Each entry of the registry's history holds the digest of itself and of the entry before it. Taking one out, changing one
or putting one between breaks every link behind it; the database refuses to change or delete one in the first place.
"""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from pocus_desktop.kernel import canonical

START: Final = "0" * 64
FIELDS: Final = ("subject", "at_ms", "action", "was", "now", "who", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An entry of the trail.

    Attributes:
        number: Of the entry; numbers rise, and some may be left out.
        link: Digest of this entry and of the link before it.
    """

    number: int
    subject: str
    at_ms: int
    action: str
    was: str
    now: str
    who: str
    why: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailCheck:
    """What came of following the trail.

    Attributes:
        entries: How many there are.
        head: The last link.
        broken: The number of the first entry whose link is wrong; None where all are right.
    """

    entries: int
    head: str
    broken: int | None


class Fields(Protocol):
    """An entry by the names of its fields, as a row or as it is written."""

    def __getitem__(self, name: str, /) -> Any:
        """A field."""


def link_of(previous: str, entry: Fields) -> str:
    """The link of an entry behind another."""
    told = {name: entry[name] for name in FIELDS}
    return canonical.digest(canonical.encode({"previous": previous, "entry": told}))
