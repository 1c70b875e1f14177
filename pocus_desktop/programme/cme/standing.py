"""Each credit by itself: for which body it counts, in which cycle, and why not elsewhere (formats/programme 10.4).

Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.cme.cycles import Cycle
from pocus_desktop.programme.cme.progress import NOTHING, Left, Progress
from pocus_desktop.programme.documents.candidate import CmeCredit
from pocus_desktop.programme.values import format_credits

Why: TypeAlias = Left | Literal["counts", "outside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForBody:
    """A credit before one body.

    Attributes:
        cycle: The cycle that its day lies in; None where that is in none.
        value: How much of it counts.
    """

    body: str
    cycle: Cycle | None
    value: Decimal
    why: Why

    def told(self) -> Told:
        """In one sentence."""
        params: dict[str, str | int] = {"body": self.body.upper()}
        if self.cycle is not None:
            params["number"] = self.cycle.number
            params["first"], params["last"] = self.cycle.first.isoformat(), self.cycle.last.isoformat()
        if self.why == "counts":
            params["credits"] = format_credits(self.value)
        return Told.of(f"for-body.{self.why}", **params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A credit before all bodies that ask for education.

    Attributes:
        bodies: Those for which it counts; several are several cycles, and never twice one.
    """

    credit: CmeCredit
    each: tuple[ForBody, ...]

    @property
    def bodies(self) -> tuple[str, ...]:
        """Those for which it counts."""
        return tuple(one.body for one in self.each if one.why == "counts")

    @property
    def is_outside(self) -> bool:
        """Whether there are bodies that ask, and its day lies in a cycle of none of them."""
        return bool(self.each) and all(one.why == "outside" for one in self.each)

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        return {
            "credit": self.credit.credit_id,
            "activity": self.credit.activity,
            "completed_on": self.credit.completed_on.isoformat(),
            "credits": format_credits(self.credit.credits),
            "counts_for": list(self.bodies),
            "has_evidence": bool(self.credit.evidence),
            "each": [
                {
                    "body": one.body,
                    "cycle": one.cycle.number if one.cycle is not None else None,
                    "credits": format_credits(one.value),
                    "why": one.why,
                    "told": one.told()(language),
                }
                for one in self.each
            ],
        }


def standings(found: Sequence[Progress], credits_: Iterable[CmeCredit]) -> tuple[Standing, ...]:
    """Every credit, the last one first.

    Args:
        found: All cycles that began, as `progress` gives them.
        credits_: Which.
    """
    bodies = tuple(dict.fromkeys(one.cycle.body for one in found))
    ordered = sorted(credits_, key=lambda one: (one.completed_on, one.credit_id), reverse=True)
    return tuple(Standing(credit=one, each=tuple(_before(body, one, found) for body in bodies)) for one in ordered)


def _before(body: str, credit: CmeCredit, found: Sequence[Progress]) -> ForBody:
    for one in found:
        if one.cycle.body != body or not one.cycle.first <= credit.completed_on <= one.cycle.last:
            continue
        value = one.counted.get(credit.credit_id)
        why: Why = "counts" if value is not None else one.left[credit.credit_id]
        return ForBody(body=body, cycle=one.cycle, value=value if value is not None else NOTHING, why=why)
    return ForBody(body=body, cycle=None, value=NOTHING, why="outside")
