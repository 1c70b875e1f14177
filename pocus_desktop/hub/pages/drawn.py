"""A sitting drawn to scale: lanes of stretches and ticks, for a page."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.appeals.axis import Axis, step_for
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.stamps import short_span, time_told
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Timeline

WIDTH: Final = 1000
"""How wide a drawing is, in its own units."""

LONGEST_EMPTY_MS: Final = 30_000
"""So long at most a stretch is drawn in which the clock stood or the program was away, and nothing happened."""

_RULES: Final = 8
"""At most so many lines of a ruler."""

Tone: TypeAlias = Literal["run", "hold", "gap", "quiet", "good", "bad", "mark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something from a place to a place; a tick where both are one.

    Attributes:
        x: In units of the drawing, as `width`.
        told: When and what it is, in words.
    """

    x: float
    width: float
    tone: Tone
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One row of the drawing."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The drawing.

    Attributes:
        rules: Lines across: where, the wall clock (UTC) and exam time there.
    """

    lanes: tuple[Lane, ...]
    rules: tuple[tuple[float, str, str], ...]


class _Scale:
    """From time that passed to a place in the drawing: to scale, but for a long time in which nothing happened."""

    def __init__(self, told: Timeline) -> None:
        self._elapsed, self._drawn = [told.begin.elapsed_ms], [0]
        for one in told.clock:
            begin, end = one.begin.elapsed_ms, one.end.elapsed_ms
            is_empty = one.kind != "run" and not any(begin < mark.at.elapsed_ms < end for mark in told.marks)
            self._elapsed.append(end)
            self._drawn.append(self._drawn[-1] + (min(end - begin, LONGEST_EMPTY_MS) if is_empty else end - begin))
        self.length_ms: Final = max(self._drawn[-1], 1)

    def x(self, elapsed_ms: int) -> float:
        """Where a moment is, in units of the drawing."""
        return _between(self._elapsed, self._drawn, elapsed_ms) * WIDTH / self.length_ms

    def elapsed(self, drawn_ms: int) -> int:
        """Which moment is so far from the beginning of the drawing."""
        return round(_between(self._drawn, self._elapsed, drawn_ms))


def _between(places: Sequence[int], others: Sequence[int], at: int) -> float:
    index = min(max(bisect_right(places, at) - 1, 0), len(places) - 2)
    if index < 0 or places[index + 1] == places[index]:
        return others[max(index, 0)]
    share = min(max((at - places[index]) / (places[index + 1] - places[index]), 0), 1)
    return others[index] + (others[index + 1] - others[index]) * share


def drawn(told: Timeline, telling: Telling) -> Drawn:
    """Draw a sitting."""
    axis, scale = Axis(told), _Scale(told)
    step = step_for(scale.length_ms, at_most=_RULES)
    places = [axis.at(scale.elapsed(at)) for at in range(0, scale.length_ms + 1, step)]
    parts = {
        "clock": _clock(told, telling),
        "screens": _screens(told, telling),
        "media": _media(told, telling),
        "answers": _answers(told, telling),
        "events": _events(told, telling),
    }
    return Drawn(
        lanes=tuple(
            Lane(name=telling.lane(name), pieces=tuple(_piece(scale, *one) for one in pieces))
            for name, pieces in parts.items()
        ),
        rules=tuple(
            (round(scale.x(at.elapsed_ms), 2), time_told(at.wall_ms)[:8], short_span(at.exam_ms)) for at in places
        ),
    )


_Raw: TypeAlias = tuple[At, At, Tone, str]


def _piece(scale: _Scale, begin: At, end: At, tone: Tone, told: str) -> Piece:
    x = scale.x(begin.elapsed_ms)
    width = scale.x(end.elapsed_ms) - x
    return Piece(x=round(x, 2), width=round(width, 2), tone=tone, told=f"{time_told(begin.wall_ms)} {plain(told)}")


def _clock(told: Timeline, telling: Telling) -> Iterator[_Raw]:
    for one in told.clock:
        stands = one.kind in {"hold", "gap"}
        text = (telling.interruption(one) if stands else "") or telling.clock(one.kind)
        yield one.begin, one.end, "quiet" if one.kind in {"before", "after"} else one.kind, text  # type: ignore[misc]


def _screens(told: Timeline, telling: Telling) -> Iterator[_Raw]:
    for number, one in enumerate(told.screens):
        yield (
            one.begin,
            one.end,
            "gap" if one.screen == "off" else "run" if number % 2 else "quiet",
            telling.screen(one),
        )


def _media(told: Timeline, telling: Telling) -> Iterator[_Raw]:
    for play in told.plays:
        for part in play.parts:
            tone: Tone = "bad" if play.how == "failed" else "good" if part.kind == "playing" else "hold"
            yield part.begin, part.end, tone, f"{telling.names.clip(play.clip)}: {telling.part(part.kind)}"


def _answers(told: Timeline, telling: Telling) -> Iterator[_Raw]:
    for one in told.answers:
        tone: Tone = "bad" if one.is_counted is False else "good" if one.is_final else "mark"
        yield one.at, one.at, tone, telling.names.item(one.item)


def _events(told: Timeline, telling: Telling) -> Iterator[_Raw]:
    answered = {one.at.seq for one in told.answers}
    for one in told.marks:
        if one.at.seq not in answered:
            yield one.at, one.at, "bad" if one.is_refused else "hold" if one.noted else "mark", telling.event(one)
