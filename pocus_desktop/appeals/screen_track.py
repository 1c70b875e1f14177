"""What stood on the screen, from one change to the next."""

from dataclasses import replace

from pocus_desktop.appeals.history import Passed
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.timeline import Screen, Shown
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.state import SittingState, Stage


class ScreenTrack:
    """Takes event after event; `done` gives what was shown."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._found: list[Shown] = []
        self._last: At | None = None

    def take(self, passed: Passed) -> None:
        """One more event."""
        assert passed.now is not None  # noqa: S101 - a track for who has the assessment
        at = passed.at
        if passed.is_back and self._last is not None:
            self._end(self._last)
            self._found.append(Shown(begin=self._last, end=at, screen="off"))
        shown = self._shown(passed.now, at)
        if not self._found or _what(self._found[-1]) != _what(shown):
            self._end(at)
            self._found.append(shown)
        self._last = at

    def done(self) -> tuple[Shown, ...]:
        """What was shown, without what was there for no time at all."""
        if self._last is not None:
            self._end(self._last)
        lasting = [one for one in self._found if one.begin.elapsed_ms < one.end.elapsed_ms]
        return tuple(lasting or self._found[-1:])

    def _end(self, at: At) -> None:
        if self._found and self._found[-1].screen != "off":
            self._found[-1] = replace(self._found[-1], end=at)

    def _shown(self, state: SittingState, at: At) -> Shown:
        place, screen = state.place, screen_of(state)
        if screen != "case" or place.step is None or state.configuration is None:
            return Shown(begin=at, end=at, screen=screen)
        return Shown(
            begin=at,
            end=at,
            screen=screen,
            case=place.case or "",
            phase=place.phase or "",
            step=place.step,
            visit=self._course.visits(state.configuration, place.step),
            patient=place.patient or "",
        )


def screen_of(state: SittingState) -> Screen:
    """Which screen a state shows, as `present.view` chooses it."""
    if state.pause is not None:
        return "paused"
    if state.rest is not None:
        return "break"
    screens: dict[Stage, Screen] = {
        Stage.IDENTITY: "identity",
        Stage.SYSTEM_CHECK: "system-check",
        Stage.AGREEMENT: "agreement",
        Stage.COMFORT: "comfort",
        Stage.TUTORIAL: "tutorial",
        Stage.READY: "ready",
        Stage.CASE: "case",
        Stage.REVIEW: "review",
        Stage.HANDED_IN: "handed-in",
        Stage.SURVEY: "survey",
        Stage.FAREWELL: "farewell",
    }
    return screens[state.stage]


def _what(shown: Shown) -> Shown:
    return replace(shown, begin=_NOWHERE, end=_NOWHERE)


_NOWHERE = At(seq=0, elapsed_ms=0, exam_ms=0, wall_ms=0)
