"""Whatever a station made up, an appeal can be looked at: a timeline comes out, and every moment of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.document import document
from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.seen import seen
from pocus_desktop.appeals.stops import stops
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting.codec import Recorded
from tests.appeals.eventful import eventful, with_grant
from tests.appeals.sealed import appeal_of
from tests.sitting.world import World

Pieces = tuple[World, tuple[Recorded, ...]]

TIMES = st.one_of(st.integers(0, 10**6), st.integers(-(2**53) + 1, 2**53 - 1))
READINGS = st.builds(Reading, monotonic_ms=TIMES, wall_ms=TIMES, boot_id=st.sampled_from(["a", "b"]))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Pieces:
    """A sitting to make others of."""
    world = World(folder=Path(tmp_path_factory.mktemp("pieces")))
    return world, with_grant(eventful(world))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_made_up_history_can_be_looked_at(pieces: Pieces, data: st.DataObject) -> None:
    world, genuine = pieces
    chosen = data.draw(st.lists(st.sampled_from(genuine[1:]), max_size=30))
    told = [one.event for one in chosen]
    readings = data.draw(st.lists(READINGS, min_size=len(told), max_size=len(told)))
    recorded = (
        genuine[0],
        *(
            replace(genuine[0], seq=seq, at=at, event=event)
            for seq, (at, event) in enumerate(zip(readings, told, strict=True), start=2)
        ),
    )
    for has_bundle in (True, False):
        looked_at(appeal_of(world, recorded, has_bundle=has_bundle))


def looked_at(found: Appeal) -> None:
    """Everything that window, report and document ask for."""
    assert document(found)["format"] == 1
    assert stops(found.timeline, Names(found.course, "es"))
    length_ms = found.history.length_ms
    for share in range(5):
        moment = seen(found, length_ms * share // 4)
        assert moment.view is not None or found.course is None or not moment.is_running
