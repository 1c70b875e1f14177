"""A timeline agrees with the sitting that it is of, whatever was done and whenever the program went away."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.appeals.recount import timeline
from pocus_desktop.appeals.screen_track import screen_of
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.present import view
from pocus_desktop.sitting.session import Sitting
from tests.property.test_sitting_replay import RESTFUL, moments, rests
from tests.sitting.several import a_world
from tests.sitting.world import World, to_case

Story = list[tuple[Intent, int, int]]


def lived(world: World, story: Story, **admitted: Any) -> Sitting:
    """A sitting in which all of this happened, crashes among it."""
    sitting = to_case(world.begin(accommodations=Accommodations(can_pause=True), credit_cap_ms=20_000, **admitted))
    for index, (intent, ms, chance) in enumerate(story):
        world.clock.advance(ms=ms)
        if chance == 0:
            sitting.close()
            now = world.clock.read()
            world.clock.set(monotonic_ms=ms, wall_ms=now.wall_ms + (ms - 30_000 if ms % 2 else 0), boot_id=f"b{index}")
            sitting = world.again()
        elif chance < 4:
            sitting.tick()
        sitting.handle(intent)
    return sitting


def agrees(sitting: Sitting, moment: float) -> None:
    """Everything that must hold of a timeline."""
    told, history = timeline(sitting.recorded, sitting.course)
    ledger, totals = sitting.state.ledger, told.totals
    entries = ledger.entries
    assert told.doubts == ()
    assert totals.consumed_ms == ledger.consumed_ms
    assert totals.held_ms == ledger.held_ms + sum(one.amount_ms for one in entries if one.kind == "hold")
    assert totals.credited_ms == ledger.credited_ms
    assert totals.granted_ms == sum(ledger.extra_ms.values())
    assert {one.scope: one.consumed_ms for one in told.spent if one.consumed_ms} == {
        scope: ledger.spent(scope) for scope in {*ledger.by_scope, *ledger.scopes} if ledger.spent(scope)
    }
    for track in (told.clock, told.screens):
        ends = [(one.begin.elapsed_ms, one.end.elapsed_ms) for one in track]
        assert all(begin <= end for begin, end in ends)
        assert [begin for begin, _ in ends[1:]] == [end for _, end in ends[:-1]]
    assert [one.entry for one in told.lines] == list(entries)
    final = {one.item: one.response for one in told.answers if one.is_final and one.is_counted}
    assert final == dict(sitting.state.responses)
    elapsed = round(moment * history.length_ms)
    index = history.index_at(elapsed)
    state, now = history.at(elapsed)
    upto = replay(sitting.course, sitting.recorded[: index + 1])
    assert state == upto
    assert view(sitting.course, state, now=now) == view(sitting.course, upto, now=now)
    shown = [one for one in told.screens if one.begin.elapsed_ms <= elapsed < one.end.elapsed_ms]
    assert all(one.screen in {"off", screen_of(upto)} for one in shown)
    assert timeline(sitting.recorded, sitting.course)[0] == told
    bare, _ = timeline(sitting.recorded, None)
    assert [one.at.elapsed_ms for one in bare.answers] == [one.at.elapsed_ms for one in told.answers]
    assert bare.totals.elapsed_ms == totals.elapsed_ms


@settings(max_examples=15, deadline=None)
@given(moments, st.floats(0, 1))
def test_a_timeline_is_what_the_fold_makes(story: Story, moment: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder=Path(folder))
        agrees(lived(world, story), moment)
        world.close()


@settings(max_examples=15, deadline=None)
@given(rests, st.floats(0, 1))
def test_a_timeline_over_breaks_is_what_the_fold_makes(story: Story, moment: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = a_world(World(folder=Path(folder)), RESTFUL)
        agrees(lived(world, story), moment)
        world.close()
