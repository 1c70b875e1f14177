"""A room's end, read out of its reports: a sitting that a station tells of no more has not become safe."""

from typing import Any

import pytest

from pocus_desktop.proctoring import day, room, room_state
from pocus_desktop.proctoring.close_out import checklist
from pocus_desktop.proctoring.documents import Health
from tests.proctoring.reports import sitting
from tests.proctoring.test_room import Story, begun

SEALED = {"stage": "farewell", "result": "a" * 64}


def stand(story: Story, **results: str) -> tuple[str, bool]:
    (line,) = checklist(day.ends(story.state, (), now_ms=story.now_ms, results=results)).lines
    return line.stand, line.is_done


def left(**last: Any) -> Story:
    """A sitting that came so far, and whose station then tells of nobody."""
    story = begun().reported(number=2, sitting=sitting(**last))
    return story.reported(number=3, sitting=None, health=Health(outbox_waiting=1))


@pytest.mark.parametrize(
    ("last", "is_at"),
    [
        pytest.param({}, "running", id="its-program-died-in-a-case"),
        pytest.param({"stage": "farewell"}, "unsealed", id="handed-in-and-not-sealed"),
        pytest.param(SEALED, "waiting", id="sealed-and-only-there"),
        pytest.param(SEALED | {"delivery": "refused"}, "refused", id="refused"),
    ],
)
def test_a_sitting_that_a_station_tells_of_no_more_stays_on_the_list(last: dict[str, Any], is_at: str) -> None:
    assert stand(left(**last)) == (is_at, False)


def test_a_station_that_started_anew_has_not_ended_its_sitting() -> None:
    story = begun().reported(number=1, run="run_" + "2" * 20, sitting=None)
    assert stand(story) == ("running", False)
    assert stand(story.reported(number=2, run="run_" + "2" * 20, sitting=sitting(**SEALED))) == ("waiting", False)


def test_what_its_station_sent_after_the_candidate_left_is_sent() -> None:
    story = left(**SEALED)
    assert stand(story, **{"a" * 64: "received"}) == ("sent", True)
    assert stand(story.reported(number=4, sitting=None, health=Health(outbox_waiting=0))) == ("sent", True)
    story.later(room_state.SILENT_MS + 1)
    assert stand(story) == ("waiting", False), "a silent station may have said it before the result was there"


def test_void_is_known_from_the_sitting_itself() -> None:
    """Its report may have no orders any more, or have them from a console that is gone."""
    assert stand(left(**SEALED, is_void=True))[0] == "voided"


def test_another_days_sittings_are_no_lines_of_this_one() -> None:
    story = left()
    again = Story(state=room.replay(story.kept), now_ms=story.now_ms)
    assert again.state.sittings.keys() == {"adm-1"}
    assert day.ends(again.opened().state, (), now_ms=again.now_ms) == ()
    assert stand(again.reported(number=4, sitting=sitting())) == ("running", False)
