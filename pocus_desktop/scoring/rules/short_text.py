"""Text entry of words: one of the accepted answers, however it is spaced, accented or capitalised."""

import unicodedata
from typing import Final

from pydantic import Field

from pocus_desktop.scoring.rules.entry import EntryCore, Outcome

_SAME: Final = str.maketrans(
    # hyphens and dashes that keyboards and word processors put for one another, then apostrophes
    dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2212", " ") | dict.fromkeys("\u2018\u2019\u02bc", "'")
)


class ShortTextEntry(EntryCore):
    """The answers accepted, in any language a candidate may write."""

    accept: tuple[str, ...] = Field(min_length=1)
    ignore_case: bool = True


def score_short_text(entry: ShortTextEntry, text: str) -> Outcome:
    """All points for an accepted answer."""
    written = normalise(text, ignore_case=entry.ignore_case)
    is_accepted = any(written == normalise(accepted, ignore_case=entry.ignore_case) for accepted in entry.accept)
    return Outcome(points=entry.points if is_accepted else 0.0, detail=("accepted" if is_accepted else "not-accepted",))


def normalise(text: str, *, ignore_case: bool) -> str:
    """Words as they are compared: no accents, single spaces, hyphens as spaces, one apostrophe, no final stop."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = " ".join(plain.translate(_SAME).split()).strip(" .;,")
    return plain.casefold() if ignore_case else plain
