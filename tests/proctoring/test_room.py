"""The room as a story: what comes in, what goes out, and where an order is."""

from dataclasses import dataclass, field
from typing import Any

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.proctoring import events, room, room_orders, room_state
from pocus_desktop.proctoring.events import Event
from pocus_desktop.proctoring.room_state import EMPTY, GOOD_MS, SILENT_MS, RoomState, Tell, Wake
from tests.proctoring.reports import CONSOLE, STATION, order_came, report, sitting

KEY = SigningKey.from_seed(b"s" * 32).public
OTHER = "con_" + "9" * 20


@dataclass
class Story:
    """A room that remembers what would be kept on the disk."""

    state: RoomState = EMPTY
    now_ms: int = 1_000
    kept: list[Event] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    woken: int = 0

    def given(self, event: Event) -> "Story":
        """One event; what it told is in `told`."""
        done = room.step(self.state, event)
        self.state = done.state
        self.told = [effect.code for effect in done.effects if not isinstance(effect, Wake)]
        self.woken = sum(isinstance(effect, Wake) for effect in done.effects)
        if done.is_kept:
            self.kept.append(event)
        return self

    def at(self) -> dict[str, Any]:
        return {"at_ms": self.now_ms, "wall_ms": 1_767_225_600_000 + self.now_ms}

    def opened(self) -> "Story":
        return self.given(events.Opened(console=CONSOLE, **self.at()))

    def came(self, *, is_ours: bool = True, key: Any = KEY) -> "Story":
        return self.given(
            events.StationCame(station_id=STATION, name="Station 1", signing=key, is_ours=is_ours, **self.at())
        )

    def reported(self, **changes: Any) -> "Story":
        return self.given(events.ReportCame(report=report(**changes), **self.at()))

    def asked(self, number: int = 1, kind: str = "pause") -> "Story":
        return self.given(
            events.OrderAsked(
                order_id=f"ord_{number:020d}",
                station_id=STATION,
                admission_id="adm-1",
                number=number,
                kind=kind,
                who="P.",
                envelope=b"{}",
                **self.at(),
            )
        )

    def later(self, ms: int) -> "Story":
        self.now_ms += ms
        return self.given(events.Ticked(**self.at()))

    def handed_over(self) -> "Story":
        ids = tuple(order.asked.order_id for order in room_orders.outstanding(self.state, STATION))
        return self.given(events.OrdersHandedOver(order_ids=ids, **self.at()))

    def course(self, number: int = 1) -> str:
        return self.state.orders[f"ord_{number:020d}"].course

    def going_out(self) -> list[int]:
        return [order.asked.number for order in room_orders.outstanding(self.state, STATION)]


def begun() -> Story:
    return Story().opened().came().reported(number=1, sitting=sitting())


def obeyed(number: int = 1, **changes: Any) -> Any:
    return sitting(orders=(order_came(order_id=f"ord_{number:020d}", number=number, **changes),))


def test_an_order_goes_from_asked_to_obeyed() -> None:
    story = begun().asked()
    assert (story.course(), story.woken, story.going_out()) == ("asked", 1, [1])
    story.handed_over()
    assert (story.course(), story.going_out()) == ("sent", [1])  # until its station tells of it
    story.reported(number=2, sitting=obeyed())
    assert (story.course(), story.told, story.going_out()) == ("obeyed", ["room.order_obeyed"], [])
    story.reported(number=3, sitting=obeyed())
    assert story.told == []  # said once


def test_a_station_that_refuses_says_why() -> None:
    story = begun().asked().handed_over()
    story.reported(number=2, sitting=obeyed(outcome="refused", reason="order.not_now"))
    assert (story.course(), story.told) == ("refused", ["room.order_refused"])
    assert story.state.orders[f"ord_{1:020d}"].reason == "order.not_now"


def test_a_cut_of_a_minute_loses_nothing() -> None:
    story = begun().asked().later(60_000)
    assert story.going_out() == [1]
    story.handed_over().reported(number=2, sitting=obeyed())
    assert story.course() == "obeyed"


def test_an_order_that_nobody_was_handed_in_time_is_asked_about_again() -> None:
    story = begun().asked().later(GOOD_MS + 1)
    assert (story.course(), story.told, story.going_out()) == ("again", ["room.station_silent", "room.order_again"], [])


def test_an_order_that_may_have_arrived_waits_for_a_report_to_decide() -> None:
    story = begun().asked().handed_over().later(10 * GOOD_MS)
    assert (story.course(), story.going_out()) == ("sent", [])  # the station may have obeyed it
    story.reported(number=2, sitting=sitting())
    assert (story.course(), story.told) == ("again", ["room.order_again"])


def test_an_order_that_was_obeyed_while_the_cable_was_out_counts() -> None:
    story = begun().asked().handed_over().later(10 * GOOD_MS).reported(number=2, sitting=obeyed())
    assert story.course() == "obeyed"


def test_a_station_whose_disk_refuses_may_still_hold_the_order() -> None:
    story = begun().asked().handed_over().later(GOOD_MS + 1).reported(number=2, sitting=sitting(saved="failed"))
    assert story.course() == "sent"
    story.reported(number=3, sitting=sitting())
    assert story.course() == "again"


def test_what_waits_behind_an_order_is_asked_about_with_it() -> None:
    story = begun().asked(1)
    story.now_ms += GOOD_MS // 2
    story.asked(2)
    story.later(GOOD_MS // 2 + 1)
    assert (story.course(1), story.course(2), story.going_out()) == ("again", "again", [])
    assert room_orders.next_number(story.state, STATION, "adm-1") == (3, 0)


def test_an_order_asked_after_one_was_doubted_does_not_wait_for_it() -> None:
    story = begun().asked(1).later(GOOD_MS + 1).asked(2)
    assert story.going_out() == [2]
    assert room_orders.next_number(story.state, STATION, "adm-1") == (3, 2)


def test_what_comes_of_an_order_that_was_given_up_is_told_all_the_same() -> None:
    story = begun().asked().handed_over()
    story.given(events.OrderWithdrawn(order_id=f"ord_{1:020d}", who="P.", **story.at()))
    assert (story.course(), story.going_out(), story.woken) == ("withdrawn", [], 1)
    story.reported(number=2, sitting=obeyed())
    assert story.course() == "obeyed"
    story.given(events.OrderWithdrawn(order_id=f"ord_{1:020d}", who="P.", **story.at()))
    assert (story.course(), story.told) == ("obeyed", ["room.order_over"])


def test_an_order_asked_twice_is_asked_once() -> None:
    story = begun().asked().asked()
    assert (story.going_out(), story.woken) == ([1], 0)


def test_a_report_that_comes_again_or_late_changes_nothing() -> None:
    story = begun().reported(number=5, sitting=sitting(step_number=3))
    before = story.state
    for number in (5, 4, 1):
        assert story.reported(number=number).told == ["room.old_report"]
    assert story.state == before


def test_a_report_of_a_run_that_is_over_changes_nothing() -> None:
    new = "run_" + "1" * 20
    story = begun().reported(run=new, number=1, sitting=sitting(step_number=4))
    assert story.told == []
    assert story.reported(number=99).told == ["room.old_report"]


def test_another_key_cannot_take_a_stations_place() -> None:
    story = begun().came(key=SigningKey.from_seed(b"x" * 32).public)
    assert story.told == ["room.other_key"]
    assert story.state.stations[STATION].signing == KEY


def test_a_station_without_the_centres_grant_waits_for_the_proctor() -> None:
    story = Story().opened().came(is_ours=False)
    assert story.told == ["room.station_asks"]
    assert story.asked().told == ["room.no_such_station"]
    story.given(events.StationLetIn(station_id=STATION, who="P.", **story.at())).asked()
    assert story.going_out() == [1]
    story.given(events.StationPutOut(station_id=STATION, who="P.", **story.at())).came()
    assert (story.state.stations[STATION].is_in, story.going_out()) == (False, [])


def test_silence_is_told_once_and_a_link_that_is_back_counts_anew() -> None:
    story = begun().later(SILENT_MS + 1)
    assert story.told == ["room.station_silent"]
    assert story.later(1_000).told == []
    story.reported(number=2, sitting=sitting())
    assert story.state.stations[STATION].linked_ms == story.now_ms


def test_a_raised_hand_is_told_once_and_remembers_who_is_on_the_way() -> None:
    story = begun().reported(number=2, sitting=sitting(is_hand_raised=True))
    assert story.told == ["room.hand_raised"]
    assert story.reported(number=3, sitting=sitting(is_hand_raised=True)).told == []
    story.given(events.HandAnswered(station_id=STATION, who="P.", **story.at()))
    assert story.state.stations[STATION].hand_answered_by == "P."
    story.reported(number=4, sitting=sitting())
    assert story.state.stations[STATION].hand_answered_by == ""
    assert story.given(events.HandAnswered(station_id=STATION, who="P.", **story.at())).told == ["room.no_hand"]


def test_two_consoles_agree_by_the_reports() -> None:
    first, second = begun().asked().handed_over(), begun()
    second.state = room.step(second.state, events.Opened(console=OTHER, **second.at())).state
    told = obeyed()
    first.reported(number=2, sitting=told)
    second.reported(number=2, sitting=told)
    assert [came.kind for came in room_orders.foreign_orders(second.state, STATION)] == ["pause"]
    assert room_orders.foreign_orders(first.state, STATION) == ()
    assert room_orders.next_number(second.state, STATION, "adm-1") == (1, 0)  # numbers are each console's own


def test_a_console_that_lost_its_journal_goes_on_with_its_numbers() -> None:
    story = begun().reported(number=2, sitting=obeyed(number=7))
    assert room_orders.next_number(story.state, STATION, "adm-1") == (8, 7)


def test_a_console_that_comes_back_sends_nothing_late() -> None:
    story = begun().asked(1).handed_over().reported(number=2, sitting=obeyed(1)).asked(2)
    again = Story(state=room.replay(story.kept), now_ms=3).opened()
    assert (again.course(1), again.course(2), again.going_out()) == ("obeyed", "sent", [])
    again.reported(number=9, sitting=obeyed(1))
    assert (again.course(2), again.told) == ("again", ["room.order_again"])
    assert again.asked(3).going_out() == [3]


def test_what_came_of_an_order_is_told_by_where_its_sitting_moved_to() -> None:
    second = "x25519-" + "c" * 32
    story = begun().asked().handed_over()
    story.given(events.StationCame(station_id=second, name="Station 2", signing=KEY, is_ours=True, **story.at()))
    story.reported(station_id=second, name="Station 2", number=1, sitting=obeyed())
    assert story.course() == "sent"  # the first station is there, and its sitting with it: another one lies
    story.reported(number=2, sitting=None)
    story.reported(station_id=second, name="Station 2", number=2, sitting=obeyed(seq=14))
    assert story.course() == "obeyed"


def test_a_sitting_that_is_begun_anew_elsewhere_waits_for_no_order_that_the_first_one_had() -> None:
    second = "x25519-" + "c" * 32
    story = begun().asked().handed_over().reported(number=2, sitting=obeyed())
    story.given(events.StationCame(station_id=second, name="Station 2", signing=KEY, is_ours=True, **story.at()))
    story.reported(station_id=second, name="Station 2", number=1, sitting=sitting(sitting="sit-2"))
    assert room_orders.next_number(story.state, STATION, "adm-1") == (2, 1)
    assert room_orders.next_number(story.state, second, "adm-1") == (2, 0)


def test_what_a_station_did_not_take_down_is_waited_for_by_nothing() -> None:
    story = begun().asked(1).handed_over()
    story.reported(number=2, sitting=obeyed(1, outcome="refused", reason="order.other_station", seq=0))
    assert room_orders.next_number(story.state, STATION, "adm-1") == (2, 0)


def test_a_seat_is_one_candidates_and_a_candidate_has_one() -> None:
    story = begun()
    second = "x25519-" + "c" * 32
    story.given(events.StationCame(station_id=second, name="Station 2", signing=KEY, is_ours=True, **story.at()))
    for station in (STATION, second):
        story.given(events.StationAssigned(station_id=station, candidate_id="C-17", who="P.", **story.at()))
    assert [station.candidate_id for station in story.state.stations.values()] == [None, "C-17"]


def test_effects_name_their_station() -> None:
    done = room.step(begun().state, events.Ticked(at_ms=100_000, wall_ms=0))
    assert done.effects == (Tell(code="room.station_silent", station_id=STATION),)


def test_what_a_station_that_only_asks_tells_counts_for_nothing() -> None:
    story = begun().asked().later(room_state.SILENT_MS + 1)
    kept = len(story.kept)
    stranger = "x25519-" + "e" * 32
    key = SigningKey.from_seed(b"e" * 32).public
    story.given(events.StationCame(station_id=stranger, name="E", signing=key, is_ours=False, **story.at()))
    story.reported(station_id=stranger, sitting=sitting(is_hand_raised=True, orders=(order_came(number=999),)))
    assert (story.told, story.course(), room_orders.next_number(story.state, STATION, "adm-1")) == ([], "asked", (2, 1))
    story.given(events.StationCame(station_id=stranger, name="Station 1", signing=key, is_ours=False, **story.at()))
    assert story.state.stations[stranger].name == "E"
    assert len(story.kept) == kept + 1, "a stranger fills no disk"
    story.given(events.StationLetIn(station_id=stranger, who="P.", **story.at()))
    story.reported(station_id=stranger, number=2, sitting=sitting(admission_id="adm-2"))
    again = room.replay(story.kept)
    assert again.stations[stranger].report == story.state.stations[stranger].report
    assert again.sittings.keys() == {"adm-1", "adm-2"}


def test_strangers_take_no_place_from_the_rooms_own() -> None:
    story = Story().opened()
    for number in range(room_state.MOST_ASKING + 1):
        key = SigningKey.from_seed(number.to_bytes(32, "big")).public
        name = f"x25519-{number:032x}"
        story.given(events.StationCame(station_id=name, name="x", signing=key, is_ours=False, **story.at()))
    assert story.told == ["room.full"]
    assert story.came().told == []
    again = Story(state=room.replay(story.kept)).opened().state
    assert list(again.stations) == [STATION]


def test_a_grant_takes_its_place_back_from_who_said_hello_under_its_id() -> None:
    thief = SigningKey.from_seed(b"t" * 32).public
    story = Story().opened().came(is_ours=False, key=thief)
    assert story.came().told == []
    assert (story.state.stations[STATION].signing, story.state.stations[STATION].is_in) == (KEY, True)
    assert story.came(is_ours=False, key=thief).told == ["room.other_key"]
    assert room.replay(story.kept) == story.state
