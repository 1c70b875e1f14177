"""The trail of everything that was changed: read by staff, changed by nobody (docs/adr/0215).

Each entry of the registry's history holds the digest of itself and of the entry before it. Taking one out, changing one
or putting one between breaks every link behind it; the database refuses to change or delete one in the first place.

What was done is one of `ACTIONS`. It is kept as it was written, and told in the reader's language (`key_of`).
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pocus_desktop.kernel import canonical

START: Final = "0" * 64
ACTIONS: Final = frozenset(
    {
        "accommodated",
        "account changed",
        "account made",
        "added",
        "admitted",
        "answered",
        "answers-read",
        "asked",
        "begun",
        "bounced",
        "claim changed",
        "corrected",
        "decided",
        "drawn",
        "enrolled",
        "entered",
        "entered again",
        "extended",
        "file let go",
        "file opened",
        "file received",
        "issued",
        "key awaited",
        "key changed",
        "made",
        "mail-again",
        "matched",
        "moved",
        "named",
        "nominated",
        "not-asked",
        "number given",
        "own password changed",
        "own second factor given up",
        "password set",
        "policy",
        "quiet",
        "received",
        "refunded",
        "reinstated",
        "rejected",
        "released",
        "reminded",
        "renamed",
        "renewed",
        "reopened",
        "replaced",
        "retired",
        "reviewed",
        "revoked",
        "roles changed",
        "ruled",
        "sat-as-walk-in",
        "second factor set up",
        "second factor taken",
        "second factor: release asked",
        "settled",
        "signed in",
        "signed in by a recovery code",
        "signed out everywhere",
        "signed-anew",
        "sitting attached",
        "sitting viewed",
        "staff added",
        "staff ended",
        "staff reactivated",
        "suspended",
        "turned-away",
        "window-moved",
        "withdrawn",
        "written again",
        "zoned",
    }
)
"""All that an entry may say was done; each has words in every language (`academy.action`)."""

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


def key_of(action: str) -> str:
    """The key of the words for what was done."""
    return "academy.action." + re.sub("[^a-z0-9]+", "-", action)


def link_of(previous: str, entry: Fields) -> str:
    """The link of an entry behind another."""
    told = {name: entry[name] for name in FIELDS}
    return canonical.digest(canonical.encode({"previous": previous, "entry": told}))
