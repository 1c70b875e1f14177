"""From events to a timeline (formats/timeline). Pure, and the same for the same events whoever asks when."""

from collections.abc import Sequence
from typing import Final

from pocus_desktop.appeals import deeds
from pocus_desktop.appeals.clock_track import ClockTrack
from pocus_desktop.appeals.history import History, Passed
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.play_track import PlayTrack
from pocus_desktop.appeals.screen_track import ScreenTrack
from pocus_desktop.appeals.timeline import Answer, Clock, Doubt, Line, Mark, Spent, Timeline, Totals
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import events, times
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import BadHistoryError, UnfairHistoryError
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.ledger import Ledger, Scope

NO_CONTENT: Final = "appeals.no_content"
"""The doubt of a timeline that was made without the assessment."""


def timeline(recorded: Sequence[Recorded], course: Course | None) -> tuple[Timeline, History]:
    """What happened in a sitting, and the history to be asked for any moment of it.

    A history that is unfair is told all the same, with a doubt that says so; one that does not make a sitting of the
    assessment is told as if the assessment were not at hand.

    Args:
        recorded: The events of a sealed result.
        course: The assessment; None where it is not at hand.

    Raises:
        BadHistoryError: The first event opens no sitting.
    """
    if course is None:
        return _told(History(recorded, None), (Doubt(code=NO_CONTENT),))
    doubts: tuple[Doubt, ...] = ()
    try:
        judge(course, recorded)
    except UnfairHistoryError as unfair:
        doubts = (doubt_of(unfair),)
    except BadHistoryError:
        pass  # the telling meets it too, and says it
    try:
        return _told(History(recorded, course), doubts)
    except BadHistoryError as bad:
        return _told(History(recorded, None), (*doubts, doubt_of(bad), Doubt(code=NO_CONTENT)))


def _told(history: History, doubts: tuple[Doubt, ...]) -> tuple[Timeline, History]:
    return _tell(history, doubts), history


def doubt_of(error: PocusError) -> Doubt:
    """An error as something to be said beside what is shown."""
    return Doubt(code=error.code, params=tuple(sorted(error.params.items())))


def _tell(history: History, doubts: tuple[Doubt, ...]) -> Timeline:
    course = history.course
    clock, plays = ClockTrack(), PlayTrack()
    screens = ScreenTrack(course) if course is not None else None
    points: list[At] = []
    answers: list[Answer] = []
    marks: list[Mark] = []
    lines: list[Line] = []
    limits: dict[Scope, int] = {}
    passed: Passed | None = None
    for passed in history.walk():
        points.append(passed.at)
        clock.take(passed)
        plays.take(passed)
        if screens is not None:
            screens.take(passed)
        event = passed.one.event
        if isinstance(event, events.Answered):
            answers.append(deeds.answer(passed, event, course))
        if (mark := deeds.mark(passed)) is not None:
            marks.append(mark)
        lines += [Line(seq=passed.one.seq, entry=one) for one in passed.time.entries[len(passed.before.entries) :]]
        _note_limits(limits, passed, course)
    assert passed is not None  # noqa: S101 - a history has a first event
    first = history.recorded[0].event
    assert isinstance(first, events.Opened)  # noqa: S101 - likewise
    track = clock.done()
    return Timeline(
        opened=first,
        has_content=course is not None,
        doubts=doubts,
        points=tuple(points),
        screens=screens.done() if screens is not None else (),
        clock=track,
        plays=plays.done(),
        answers=deeds.with_final(answers if course is not None else deeds.before_each(answers)),
        marks=tuple(marks),
        lines=tuple(lines),
        spent=_spent(passed.time, limits),
        totals=_totals(history, track, passed.time),
    )


def _note_limits(limits: dict[Scope, int], passed: Passed, course: Course | None) -> None:
    """The whole of every limit that was ever in force, as it last was."""
    was, now = passed.was, passed.now
    if course is None or now is None or now.configuration is None:
        return
    if was is None or was.configuration is not now.configuration or was.ledger.extra_ms is not now.ledger.extra_ms:
        for one in times.deadlines(course, now):
            limits[one.limit.scope] = one.limit_ms


def _spent(time: Ledger, limits: dict[Scope, int]) -> tuple[Spent, ...]:
    scopes = dict.fromkeys([*time.by_scope, *time.scopes, *limits, *time.extra_ms])
    return tuple(
        Spent(scope=scope, consumed_ms=time.spent(scope), granted_ms=time.granted(scope), limit_ms=limits.get(scope))
        for scope in scopes
    )


def _totals(history: History, track: Sequence[Clock], time: Ledger) -> Totals:
    gaps = [one for one in track if one.kind == "gap"]
    return Totals(
        elapsed_ms=history.length_ms,
        consumed_ms=sum(one.run_ms for one in track),
        held_ms=sum(one.held_ms for one in track),
        gap_ms=sum(one.lasted_ms for one in gaps),
        credited_ms=sum(one.credited_ms for one in track),
        lost_ms=sum(one.lost_ms for one in gaps),
        dark_ms=sum(one.dark_ms for one in gaps),
        granted_ms=sum(one.amount_ms for one in time.entries if one.kind == "extra"),
    )
