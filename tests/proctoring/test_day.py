"""A room's end, read out of its reports: a sitting that a station tells of no more has not become safe."""

from typing import Any

import pytest

from pocus_desktop.admission.admission import Admission, Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.proctoring import day, events, room, room_state
from pocus_desktop.proctoring.close_out import checklist
from pocus_desktop.proctoring.documents import Health
from tests.proctoring.reports import sitting
from tests.proctoring.test_room import KEY, Story, begun

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


def test_what_its_station_sent_after_the_candidate_left_is_sent_where_it_names_the_receipt() -> None:
    story = left(**SEALED)
    assert stand(story, **{"a" * 64: "received"}) == ("sent", True)
    story.reported(number=4, sitting=None, health=Health(outbox_waiting=0))
    assert stand(story) == ("waiting", False), "of a disk that was cleared nothing waits either"
    story.reported(number=5, sitting=None, health=Health(outbox_waiting=0, received=("b" * 64, "a" * 64)))
    assert stand(story) == ("sent", True)
    story.later(room_state.SILENT_MS + 1)
    assert stand(story) == ("waiting", False), "a silent station may have said it before the result was there"


def test_void_is_known_from_the_sitting_itself() -> None:
    """Its report may have no orders any more, or have them from a console that is gone."""
    assert stand(left(**SEALED, is_void=True))[0] == "voided"


def expected(number: int = 2) -> Admission:
    fields = {
        "admission_id": f"adm-{number}",
        "candidate": Candidate(id=f"C-{number}", display_name="Bo Li"),
        "bundle_id": "dvt",
        "mode": Mode.TRIAL,
    }
    return Admission.model_validate(fields)


def stands(story: Story) -> dict[str, tuple[str, bool]]:
    lines = day.closing(story.state, [expected()], now_ms=story.now_ms).lines
    return {line.end.admission_id: (line.stand, line.is_done) for line in lines}


def test_a_console_that_was_just_opened_does_not_know_who_came() -> None:
    """A fresh one beside running stations, or one that came back: until stations are heard, nobody is absent."""
    assert stands(Story().opened()) == {"adm-2": ("unheard", False)}, "no station found it yet"
    story = left(**SEALED)
    assert stands(story)["adm-2"] == ("absent", True)
    again = Story(state=room.replay(story.kept), now_ms=story.now_ms).opened()
    assert stands(again)["adm-2"] == ("unheard", False)
    (line,) = (one for one in day.closing(again.state, [expected()], now_ms=0).lines if one.stand == "unheard")
    assert "Station 1" in line.told().what
    again.reported(number=9, sitting=None)
    assert stands(again)["adm-2"] == ("absent", True)


def test_who_was_checked_in_without_a_seat_is_settled_once_every_station_was_heard() -> None:
    story = left(**SEALED)
    came = {"candidate_id": "C-2", "admission_id": "adm-2", "who": "P."}
    story.given(events.CheckedIn(**came, **story.at()))
    assert stands(story)["adm-2"] == ("not-begun", True)
    again = Story(state=room.replay(story.kept), now_ms=story.now_ms).opened()
    assert stands(again)["adm-2"] == ("not-begun", False)


def test_a_station_that_is_taken_out_of_the_room_is_not_waited_for() -> None:
    story = left(**SEALED)
    other = {"station_id": "x25519-" + "2" * 32, "name": "Station 2"}
    story.given(events.StationCame(**other, signing=KEY, is_ours=True, **story.at()))
    assert stands(story)["adm-2"] == ("unheard", False)
    story.given(events.StationPutOut(station_id=other["station_id"], who="P.", **story.at()))
    assert stands(story)["adm-2"] == ("absent", True)


def test_who_sat_down_before_they_were_checked_in_can_still_be_checked_in() -> None:
    story = begun()
    assert not day.arrivals(story.state)["adm-1"].is_checked
    came = {"candidate_id": "C-1", "admission_id": "adm-1", "who": "P."}
    story.given(events.CheckedIn(**came, **story.at()))
    assert day.arrivals(story.state)["adm-1"].is_checked


def test_a_console_that_came_back_forgets_no_sitting_whatever_its_clock_says() -> None:
    """Also one of which no roster tells: the roster came late, or the clock was set to another day."""
    story = left()
    again = Story(state=room.replay(story.kept), now_ms=story.now_ms).opened()
    assert stand(again) == ("running", False)
    again.reported(number=4, sitting=None)
    assert stand(again) == ("running", False)


def test_who_sits_two_assessments_is_checked_in_twice() -> None:
    story = Story().opened()
    for number in (1, 2):
        came = {"candidate_id": "C-1", "admission_id": f"adm-{number}", "who": "P."}
        story.given(events.CheckedIn(**came, **story.at()))
    assert list(day.arrivals(story.state)) == ["adm-1", "adm-2"]


def test_another_days_sittings_are_no_lines_of_this_one() -> None:
    story = left()
    again = Story(state=room.replay(story.kept), now_ms=story.now_ms).opened()
    again.now_ms += day.A_WHILE_MS + 1
    again.reported(number=4, sitting=sitting(admission_id="adm-3", sitting="sit_" + "3" * 20))
    assert [one.admission_id for one in day.ends(again.state, (), now_ms=again.now_ms)] == ["adm-3"]
