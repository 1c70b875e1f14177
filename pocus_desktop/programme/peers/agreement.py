"""How far several raters agree: Krippendorff's alpha, and the plain spread beside it (formats/peer-evaluation 6). Pure.

Alpha is 1 minus observed over expected disagreement, from the coincidences of values within units (K. Krippendorff,
“Computing Krippendorff's Alpha-Reliability”, 2011). Missing values are left out; a unit with one value tells nothing.

What it cannot tell: with three raters and a dozen questions it moves widely by chance, and where nearly everyone gives
the same step it is near zero although they agree. So it is shown beside the spread, and decides nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

Level: TypeAlias = Literal["nominal", "ordinal", "interval"]
Unit: TypeAlias = Sequence[int]
"""The values that raters gave to one thing; one who gave none is not in it."""


def alpha(units: Sequence[Unit], level: Level = "ordinal") -> float | None:
    """Krippendorff's alpha.

    Args:
        units: What was rated, each with its values.
        level: How far apart two values are: not at all the same (`nominal`), by rank, or by difference.

    Returns:
        1 where all agree, 0 where they agree as chance would have it, below 0 where they differ more than that. None
        where it says nothing: fewer than two values can be paired, or all values are the same.
    """
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[int] = Counter()
    for counted in paired:
        totals += counted
    number = totals.total()
    if len(totals) < 2:  # nothing varies: expected disagreement is zero
        return None
    distance = _DISTANCES[level]
    observed = sum(
        count * (counted[other] - (value == other)) * distance(totals, value, other) / (counted.total() - 1)
        for counted in paired
        for value, count in counted.items()
        for other in counted
    )
    expected = sum(
        totals[value] * totals[other] * distance(totals, value, other) for value in totals for other in totals
    )
    return 1 - (number - 1) * observed / expected


def spread(unit: Unit) -> int | None:
    """How many steps lie between the lowest and the highest value; None where there are fewer than two."""
    return max(unit) - min(unit) if len(unit) > 1 else None


def _nominal(_totals: Mapping[int, int], one: int, other: int) -> float:
    return float(one != other)


def _interval(_totals: Mapping[int, int], one: int, other: int) -> float:
    return float((one - other) ** 2)


def _ordinal(totals: Mapping[int, int], one: int, other: int) -> float:
    """By how many values lie between, those at both ends counted half."""
    low, high = min(one, other), max(one, other)
    between = sum(count for value, count in totals.items() if low <= value <= high)
    return (between - (totals[low] + totals[high]) / 2) ** 2


_DISTANCES: Final[Mapping[Level, Callable[[Mapping[int, int], int, int], float]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}
