"""Replay equals live: whatever a person does and whenever, the journal makes the same state again."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting import intents, times
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.state import Stage
from tests.sitting.several import a_case, a_world, an_assessment
from tests.sitting.world import World, choice, number, to_case

STEPS = ("arrival", "risk", "calf", "femoral", "again", "plan", "notes")

some_intents: st.SearchStrategy[Intent] = st.one_of(
    st.builds(intents.GoNext, is_confirmed=st.booleans()),
    st.builds(intents.GoNext, is_confirmed=st.just(True)),
    st.just(intents.GoBack()),
    st.builds(intents.GoTo, step=st.sampled_from(STEPS)),
    st.builds(
        intents.Answer,
        item=st.sampled_from(["risk-factors", "compressible", "treatment", "second-look"]),
        response=st.builds(choice, st.sampled_from(["flight", "yes", "no", "treat"])),
    ),
    st.builds(
        intents.Answer,
        item=st.sampled_from(["calf-size", "diameter"]),
        response=st.builds(number, st.sampled_from(["", "3", "11,5", "x"]), st.sampled_from(["mm", "cm", None])),
    ),
    st.builds(
        intents.Answer,
        item=st.just("letter"),
        response=st.builds(ExtendedTextResponse, text=st.text(max_size=30)),
    ),
    st.builds(intents.Flag, item=st.sampled_from(["letter", "nothing"]), is_flagged=st.booleans()),
    st.builds(intents.PlayClip, clip=st.sampled_from(["arrival.0", "arrival.1", "x"])),
    st.builds(
        intents.ReportMedia,
        clip=st.just("arrival.0"),
        what=st.sampled_from(["paused", "resumed", "position", "stalled", "recovered", "ended", "failed"]),
        position_ms=st.integers(-5, 20_000),
    ),
    st.builds(intents.ReportCine, cine=st.just("femoral.0"), frame=st.integers(-1, 50)),
    st.just(intents.Pause(reason="break")),
    st.just(intents.Resume()),
    st.just(intents.CallProctor(note="…")),
    st.just(intents.StartCase()),
    st.just(intents.HandIn()),
)

moments = st.lists(st.tuples(some_intents, st.integers(0, 100_000), st.integers(0, 9)), max_size=25)


@settings(max_examples=40, deadline=None)
@given(moments)
def test_replay_equals_live(history: list[tuple[Intent, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder=Path(folder))
        sitting = to_case(world.begin())
        reopened = 0
        for intent, ms, chance in history:
            world.clock.advance(ms=ms)
            if chance == 0:
                sitting.close()
                world.clock.set(monotonic_ms=ms, boot_id=f"boot {reopened}")
                sitting, reopened = world.again(), reopened + 1
            elif chance < 4:
                sitting.tick()
            sitting.handle(intent)
            assert sitting.view().chrome.saved == "saved"
        live, recorded = sitting.state, sitting.recorded
        course = sitting.course
        assert replay(course, recorded) == live
        carried = [Recorded.from_json(canonical.decode(canonical.encode(one.as_json()))) for one in recorded]
        assert replay(course, carried) == live
        assert judge(course, carried) == live
        if live.stage is Stage.CASE and live.pause is None:
            now = world.clock.read()
            assert times.due(course, live, now) is None
            assert all(left.left_ms > 0 for left in sitting.view().chrome.times)
        counted = [progress.plays_used for progress in live.clips.values()]
        assert all(0 <= plays <= 2 for plays in counted)
        world.close()


RESTFUL = an_assessment(
    a_case("heart", minutes=2),
    a_case("lung", minutes=2, step_limit="45s"),
    a_case("vein", minutes=1),
    order="seeded",
    time_limit="6m",
    breaks=[{"after": 1, "length": "90s"}, {"after": 2, "length": "30s", "optional": False}],
)

rests = st.lists(
    st.tuples(
        st.one_of(
            st.just(intents.GoNext(is_confirmed=True)),
            st.just(intents.EndBreak()),
            st.just(intents.Pause(reason="own")),
            st.just(intents.Resume()),
        ),
        st.integers(0, 60_000),
        st.integers(0, 9),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(rests)
def test_replay_equals_live_over_breaks(history: list[tuple[Intent, int, int]]) -> None:
    """And the clock never runs while a break lasts, nor stands when it is over, whatever ends the program when."""
    with tempfile.TemporaryDirectory() as folder:
        world = a_world(World(folder=Path(folder)), RESTFUL)
        sitting = to_case(world.begin(accommodations=Accommodations(can_pause=True), credit_cap_ms=20_000))
        reopened = 0
        for intent, ms, chance in history:
            world.clock.advance(ms=ms)
            if chance == 0:
                sitting.close()
                world.clock.set(monotonic_ms=ms, boot_id=f"boot {reopened}")
                sitting, reopened = world.again(), reopened + 1
            elif chance < 4:
                sitting.tick()
            sitting.handle(intent)
            state = sitting.state
            assert not (state.ledger.is_running and state.ledger.rest_ms)
            assert state.rest is not None or not state.ledger.rest_ms
            if state.stage is not Stage.HANDED_IN:
                assert state.ledger.consumed_ms < 6 * 60_000
        assert judge(sitting.course, sitting.recorded) == sitting.state
        world.close()
