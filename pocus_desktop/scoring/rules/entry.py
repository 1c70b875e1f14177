"""What every scoring entry shares, and what a rule says of a response."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from pocus_desktop.case.values import Model, Name, Text


class EntryCore(Model):
    """The fields of every entry of a scoring key.

    Attributes:
        item: The item it scores.
        points: What a full answer is worth.
        rationale: Why the answer is right, shown in practice, review and after release.
        cites: Ids of the case's references that the key rests on.
        when_not_shown: `zero` counts the item against a candidate who never reached it (time ran out, handed in early);
            `leave-out` is for items on a branch that a good candidate need not take.
    """

    item: Name
    points: float = Field(default=1, gt=0)
    rationale: Text | None = None
    cites: tuple[Name, ...] = ()
    when_not_shown: Literal["zero", "leave-out"] = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a rule says of one response.

    Attributes:
        points: Earned, between 0 and the entry's points.
        status: `pending` where people must score it.
        detail: Machine-readable reasons, such as the choices that earned or cost points.
    """

    points: float
    status: Literal["scored", "pending"] = "scored"
    detail: tuple[str, ...] = ()
