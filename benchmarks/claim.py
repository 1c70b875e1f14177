"""What a benchmark says: our figure beside the reference's, measured in one run."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One line of the table.

    Attributes:
        claim: What is claimed, in words.
        ours: The median of our figure.
        reference: The median of the reference's figure, from the same run.
        unit: Of both figures.
        ratio: ours / reference, or as the goal states.
        goal: The bound on the ratio, such as `<= 1.5`.
        holds: Whether the ratio keeps the goal (and, where the claim is about exactness, whether it was exact).
    """

    claim: str
    ours: float
    reference: float
    unit: str
    ratio: float
    goal: str
    holds: bool

    def as_line(self) -> str:
        """The claim as one line of JSON."""
        return json.dumps(asdict(self))


def at_most(claim: str, *, ours: float, reference: float, unit: str, goal: float) -> Claim:
    """A claim that ours / reference stays at or below `goal`."""
    ratio = ours / reference
    return Claim(
        claim=claim,
        ours=ours,
        reference=reference,
        unit=unit,
        ratio=round(ratio, 3),
        goal=f"<= {goal:g}",
        holds=ratio <= goal,
    )


def alternate(ours: Callable[[], object], reference: Callable[[], object], *, rounds: int) -> tuple[float, float]:
    """Median seconds of both, run in turns so that a noisy machine disturbs both alike."""
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        mine.append(_seconds(ours))
        theirs.append(_seconds(reference))
    return statistics.median(mine), statistics.median(theirs)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
