"""The room as it is seen: worst first, and every place with its reason."""

from typing import Any

import pytest

from pocus_desktop.kernel import words
from pocus_desktop.proctoring import events, room_state
from pocus_desktop.proctoring.documents import Health, LimitLeft, Noted
from pocus_desktop.proctoring.view import RoomView, Urgency, room_view
from pocus_desktop.sitting.state import Stage
from tests.proctoring.reports import STATION, order_came, sitting
from tests.proctoring.test_room import KEY, Story, begun

WALL_MS = 1_767_225_600_000


def seen(story: Story, language: str = "en", *, after_ms: int = 0, wall_ms: int = WALL_MS) -> RoomView:
    return room_view(story.state, story.now_ms + after_ms, wall_ms=wall_ms, language=language)


@pytest.mark.parametrize(
    ("changes", "health", "code", "urgency"),
    [
        pytest.param({"saved": "failed"}, {}, "save-failed", Urgency.LOST, id="disk-refuses"),
        pytest.param({"delivery": "refused"}, {}, "result-refused", Urgency.LOST, id="result-refused"),
        pytest.param({"is_hand_raised": True, "hand_note": "Sound?"}, {}, "hand", Urgency.ACT, id="hand"),
        pytest.param({"is_barred": True}, {}, "barred", Urgency.ACT, id="barred"),
        pytest.param({"stage": "identity"}, {}, "identity", Urgency.ACT, id="identity"),
        pytest.param({}, {"disk_free_bytes": 1}, "disk", Urgency.ACT, id="disk-nearly-full"),
        pytest.param({}, {"battery_percent": 9, "is_on_battery": True}, "battery", Urgency.ACT, id="battery-low"),
        pytest.param({}, {"battery_percent": 40, "is_on_battery": True}, "battery", Urgency.WATCH, id="battery-half"),
        pytest.param({}, {"media_fault": "media.no_vlc"}, "media", Urgency.ACT, id="media"),
        pytest.param({"pause": "toilet", "paused_by": "P."}, {}, "paused", Urgency.WATCH, id="paused"),
        pytest.param({"notes": (Noted(what="focus-lost", at_ms=1),)}, {}, "notes", Urgency.WATCH, id="notes"),
        pytest.param(
            {"times": (LimitLeft(scope="step", scope_id="s", limit_ms=90_000, left_ms=1_000),)},
            {},
            "little-time",
            Urgency.WATCH,
            id="little-time",
        ),
    ],
)
def test_a_row_says_why_it_stands_where_it_stands(
    changes: dict[str, Any], health: dict[str, Any], code: str, urgency: Urgency
) -> None:
    story = begun().reported(number=2, sitting=sitting(**changes), health=Health(**health))
    row = seen(story).rows[0]
    assert (row.urgency, [mark.code for mark in row.marks]) == (urgency, [code])


def test_all_is_well_without_a_mark() -> None:
    view = seen(begun())
    assert (view.rows[0].urgency, view.rows[0].marks, view.rows[0].state_told) == (Urgency.WELL, (), "In the case")


def test_a_void_sitting_is_told_so_also_by_a_station_that_began_anew() -> None:
    ended = {"stage": "handed-in", "is_void": True, "is_running": False}
    story = begun().reported(number=1, run="run_" + "2" * 20, sitting=sitting(**ended))
    assert seen(story).rows[0].state_told == "Void: the centre declared it so"
    assert seen(story.reported(number=2, run="run_" + "2" * 20, sitting=sitting(stage="handed-in"))).rows[
        0
    ].state_told == ("Handed in")


@pytest.mark.parametrize("language", words.languages())
def test_one_of_a_thing_is_not_told_as_many(language: str) -> None:
    for code in ("unsent", "notes", "order-waits", "order-again"):
        assert not words.say(f"room.mark.{code}", language, count=1).startswith("1 ")


def test_the_worst_stands_first() -> None:
    story = begun()
    states: list[dict[str, Any]] = [{}, {"saved": "failed"}, {"is_hand_raised": True}]
    for number, changes in enumerate(states, 1):
        name = f"x25519-{number:032x}"
        story.given(events.StationCame(station_id=name, name=f"S{number}", signing=KEY, is_ours=True, **story.at()))
        story.reported(station_id=name, name=f"S{number}", number=1, sitting=sitting(**changes))
    assert [row.name for row in seen(story).rows] == ["S2", "S3", "S1", "Station 1"]
    assert seen(story).headline == "Stations that need you: 2 of 4."


def test_time_goes_on_while_a_station_is_silent() -> None:
    limit = LimitLeft(scope="case", scope_id="c", limit_ms=1_200_000, left_ms=600_000)
    story = begun().reported(number=2, sitting=sitting(times=(limit,)))
    row = seen(story, after_ms=20_000).rows[0]
    assert (row.left_ms, row.is_linked, [mark.code for mark in row.marks]) == (580_000, False, ["silent"])
    story.reported(number=3, sitting=sitting(times=(limit,), is_running=False))
    assert seen(story, after_ms=20_000).rows[0].left_ms == 600_000


def test_clocks_apart_are_told() -> None:
    row = seen(begun(), wall_ms=WALL_MS + 600_000).rows[0]
    assert [mark.told for mark in row.marks] == [
        "Its clock is 10 min apart from this one. Time in the sitting is not touched."
    ]


def test_another_candidate_than_the_one_with_the_seat_is_seen() -> None:
    story = begun()
    story.given(events.StationAssigned(station_id=STATION, candidate_id="C-18", who="P.", **story.at()))
    assert [mark.code for mark in seen(story).rows[0].marks] == ["other-seat"]


def test_open_incidents_stand_above_everything_until_they_are_closed() -> None:
    story = begun()
    filed = events.IncidentFiled(
        reference="K7-1", category="technical", told="Power cut", stations=(STATION,), who="P.", **story.at()
    )
    assert [row.stations for row in seen(story.given(filed)).incidents] == [("Station 1",)]
    assert seen(story).rows[0].has_incident
    assert seen(story.given(filed.model_copy(update={"is_open": False}))).incidents == ()
    assert not seen(story).rows[0].has_incident


def test_stations_alike_stand_in_the_order_in_which_people_count() -> None:
    story = begun()
    for number in (10, 2):
        name = f"x25519-{number:032x}"
        story.given(events.StationCame(station_id=name, name=f"Desk {number}", signing=KEY, is_ours=True, **story.at()))
        story.reported(station_id=name, name=f"Desk {number}", sitting=sitting())
    assert [row.name for row in seen(story).rows] == ["Desk 2", "Desk 10", "Station 1"]


def test_an_order_is_told_wherever_it_is() -> None:
    story = begun().asked()
    assert seen(story).rows[0].orders[0].told == "Pause: waits for the link"
    story.later(room_state.GOOD_MS + 1)
    assert [mark.code for mark in seen(story).rows[0].marks] == ["order-again", "silent"]


def test_a_refusal_is_told_with_its_reason() -> None:
    story = begun().asked().handed_over()
    came = order_came(order_id=f"ord_{1:020d}", outcome="refused", reason="order.not_paused")
    story.reported(number=2, sitting=sitting(orders=(came,)))
    (line,) = seen(story).rows[0].orders
    assert (line.told, line.why) == ("Pause: refused by the station", "The sitting is not paused.")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_stage_has_words(language: str) -> None:
    assert [stage for stage in Stage if not words.has(f"room.state.{stage}", language)] == []
