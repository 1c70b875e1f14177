"""What the academy asks of a history before it believes one: its limits fired when they ran out, and on one clock."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import BadHistoryError, UnfairHistoryError
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.session import Sitting
from tests.sitting.world import World, choice, to_femoral

History: TypeAlias = Sequence[Recorded]
Lie: TypeAlias = Callable[[History], History]


def _numbered(history: History) -> History:
    return [replace(one, seq=seq) for seq, one in enumerate(history, start=1)]


def _with(history: History, place: int, **changes: object) -> History:
    changed = replace(history[place], **changes)  # type: ignore[arg-type]  # each caller's field is a field
    return [*history[:place], changed, *history[place + 1 :]]


def _fired(history: History) -> int:
    """Where the first limit fired."""
    return next(place for place, one in enumerate(history) if isinstance(one.event, events.TimerFired))


def _without_limits(history: History) -> History:
    return _numbered([one for one in history if not isinstance(one.event, events.TimerFired)])


def _fires_elsewhere(history: History) -> History:
    place = _fired(history)
    event = history[place].event
    assert isinstance(event, events.TimerFired)
    return _with(history, place, event=event.model_copy(update={"due_ms": event.due_ms + 1}))


def _fires_another(history: History) -> History:
    place = _fired(history)
    event = history[place].event
    assert isinstance(event, events.TimerFired)
    return _with(history, place, event=event.model_copy(update={"timer": "nothing"}))


def _fires_early(history: History) -> History:
    place = _fired(history)
    return _numbered([*history[: place - 1], history[place], history[place - 1], *history[place + 1 :]])


def _on_another_boot(history: History) -> History:
    place = len(history) - 1
    return _with(history, place, at=replace(history[place].at, boot_id="no boot of ours"))


def _late(world: World) -> Sitting:
    """An answer in time, and one ten minutes after its limits were over."""
    sitting = to_femoral(world.begin())
    sitting.handle(intents.Answer(item="compressible", response=choice("yes")))
    world.clock.advance(ms=10 * 60_000)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    return sitting


@pytest.mark.parametrize("lie", [_without_limits, _fires_elsewhere, _fires_another, _fires_early, _on_another_boot])
def test_a_history_that_keeps_to_no_clock_is_refused(world: World, lie: Lie) -> None:
    sitting = _late(world)
    assert judge(sitting.course, sitting.recorded) == sitting.state
    with pytest.raises(UnfairHistoryError):
        judge(sitting.course, lie(sitting.recorded))


def test_no_history_is_none(world: World) -> None:
    with pytest.raises(BadHistoryError):
        judge(world.begin().course, [])


def test_what_ran_out_while_the_program_was_away_is_fair(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    sitting.close()
    world.clock.advance(ms=11 * 60_000)
    world.clock.set(monotonic_ms=10 * 60_000, boot_id="later")
    again = world.again()
    kinds = [one.event.type for one in again.recorded]
    assert kinds.index("reopened") < kinds.index("timer-fired")
    assert judge(again.course, again.recorded) == again.state
