"""Whatever orders come, how often and in whatever sequence: each counts once, in its turn, and time stays fair."""

import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.kernel import canonical
from pocus_desktop.sitting import intents, times
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.state import Stage
from tests.sitting.ordering import Console, with_centre
from tests.sitting.world import World, choice, to_femoral

ACTS: tuple[tuple[Any, dict[str, Any]], ...] = (
    ("authorise", {}),
    ("pause", {}),
    ("resume", {}),
    ("resume", {}),
    ("add-time", {"extra_ms": 60_000}),
    ("add-time", {"extra_ms": 90_000, "scope": "step", "scope_id": "femoral"}),
    ("remove-time", {"extra_ms": 60_000}),
    ("remove-time", {"extra_ms": 30_000, "scope": "assessment"}),
    ("message", {"text": "Hello"}),
    ("lower-hand", {"text": ""}),
    ("break", {"minutes": 1}),
    ("break", {"minutes": 1, "is_clock_held": False}),
)
ENDS: tuple[tuple[Any, dict[str, Any]], ...] = (("end", {}), ("void", {}))

some_orders = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 40_000)), min_size=1, max_size=10
)


def _deeds(sitting: Any) -> None:
    sitting.handle(intents.CallProctor(note="…"))
    sitting.handle(intents.EndBreak())
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))


@settings(max_examples=8, deadline=None)
@given(some_orders, st.integers(0, 2**32), st.sampled_from((*ENDS, None)))
def test_repeated_reordered_and_replayed_orders_change_nothing(
    orders: list[tuple[tuple[Any, dict[str, Any]], int, int]], seed: int, end: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world, chance = World(folder=Path(folder)), random.Random(seed)
        sitting, first = with_centre(world)
        to_femoral(sitting)
        consoles = (first, Console(station=world.station, keys=first.keys, name="console-2"))
        for (kind, act), console, ms in orders:
            world.clock.advance(ms=ms)
            consoles[console].order(sitting, kind, **act)
            _deeds(sitting)
        if end is not None:
            first.order(sitting, end[0], **end[1])
        told, words, granted = sitting.state.orders, sitting.state.words, sitting.state.ledger.extra_ms
        count = len(sitting.recorded)
        given = [*first.given, *consoles[1].given] * 2
        chance.shuffle(given)
        for envelope in given:
            consoles[envelope not in first.given].give(sitting, envelope)
        assert (sitting.state.orders, sitting.state.words) == (told, words)
        assert sitting.state.ledger.extra_ms == granted
        assert len(sitting.recorded) == count
        carried = [Recorded.from_json(canonical.decode(canonical.encode(one.as_json()))) for one in sitting.recorded]
        assert replay(sitting.course, carried) == sitting.state
        assert judge(sitting.course, carried) == sitting.state
        sitting.close()
        if end is None:
            again = world.again()
            for envelope in given:
                first.give(again, envelope)
            assert again.state.orders == told
        world.close()


@settings(max_examples=8, deadline=None)
@given(some_orders, st.integers(0, 2**32))
def test_in_whatever_sequence_they_arrive_none_is_obeyed_out_of_its_turn(
    orders: list[tuple[tuple[Any, dict[str, Any]], int, int]], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world, chance = World(folder=Path(folder)), random.Random(seed)
        sitting, console = with_centre(world)
        to_femoral(sitting)
        made = [console.make(sitting, kind, **act) for (kind, act), _, _ in orders]
        arriving = [*made, *made]
        chance.shuffle(arriving)
        for envelope in arriving:
            world.clock.advance(ms=chance.randrange(20_000))
            console.give(sitting, envelope)
        for envelope in made:  # a room gives again what no report has
            console.give(sitting, envelope)
        numbers = [one.number for one in sitting.state.orders]
        assert numbers == sorted(numbers)
        assert numbers == list(range(1, len(made) + 1))
        assert not [one for one in sitting.state.orders if one.refused in {"order.older", "order.gap"}]
        state = sitting.state
        limits = times.deadlines(sitting.course, state) if state.stage is Stage.CASE else ()
        for limit in limits:
            authored = round(limit.limit.after_ms * state.opened.time_factor)
            assert limit.limit_ms >= authored, "nobody gets less than the limit they came for"
        world.close()
