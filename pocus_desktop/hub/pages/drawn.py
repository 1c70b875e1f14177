"""A sitting drawn to scale: lanes of stretches and ticks, for a page."""

from collections.abc import Iterator
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


def drawn(told: Timeline, telling: Telling) -> Drawn:
    """Draw a sitting."""
    axis = Axis(told)
    step = step_for(axis.length_ms, at_most=_RULES)
    places = [axis.at(at) for at in range(0, axis.length_ms + 1, step)]
    length = max(axis.length_ms, 1)
    parts = {
        "clock": _clock(told, telling),
        "screens": _screens(told, telling),
        "media": _media(told, telling),
        "answers": _answers(told, telling),
        "events": _events(told, telling),
    }
    return Drawn(
        lanes=tuple(
            Lane(name=telling.lane(name), pieces=tuple(_piece(length, *one) for one in pieces))
            for name, pieces in parts.items()
        ),
        rules=tuple(
            (round(at.elapsed_ms * WIDTH / length, 2), time_told(at.wall_ms)[:8], short_span(at.exam_ms))
            for at in places
        ),
    )


_Raw: TypeAlias = tuple[At, At, Tone, str]


def _piece(length_ms: int, begin: At, end: At, tone: Tone, told: str) -> Piece:
    x = begin.elapsed_ms * WIDTH / length_ms
    width = end.elapsed_ms * WIDTH / length_ms - x
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
