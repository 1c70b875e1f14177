"""A long journal is made short: the room comes to the very same, nothing is lost, and the whole lies aside."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.proctoring import events, live_room, room, shortening
from pocus_desktop.proctoring.errors import JournalUnusableError
from pocus_desktop.proctoring.events import Event
from pocus_desktop.proctoring.live_room import JOURNAL, LiveRoom
from pocus_desktop.proctoring.shared import Shared, SharedHand, SharedSeat
from pocus_desktop.proctoring.store import RoomJournal
from tests.proctoring.reports import STATION, order_came, report, sitting
from tests.proctoring.school_room import HOLDER, HUB, Seat
from tests.proctoring.test_room import Story, begun
from tests.proctoring.test_room_always import deeds, do

OTHER = "x25519-" + "b" * 32
RUNS = [f"run_{number:020d}" for number in range(3)]
CONSOLES = [f"con_{number:020d}" for number in range(1, 3)]

lives = st.lists(
    st.tuples(
        st.sampled_from(
            ["report", "hand", "answer", "away", "wait", "run", "share", "open", "order", "obeyed", "moved"]
        ),
        st.integers(0, 5),
    ),
    max_size=40,
)


def lived(life: list[tuple[str, int]]) -> list[Event]:
    """A station through runs of its program, sittings that come and go, hands, and consoles that tell."""
    story, run, asked = begun(), 0, 0
    elsewhere = {"station_id": OTHER, "name": "Station 2"}
    story.given(events.StationCame(**elsewhere, signing=HUB.public, is_ours=True, **story.at()))
    for told, (deed, number) in enumerate(life, 2):
        made = sitting(admission_id=f"adm-{number % 2}", step_number=number + 1)
        match deed:
            case "report" | "hand":
                made = made.model_copy(update={"is_hand_raised": deed == "hand"})
                story.reported(run=RUNS[run], number=told, sitting=made)
            case "away":
                story.reported(run=RUNS[run], number=told, sitting=None)
            case "answer":
                story.given(events.HandAnswered(station_id=STATION, who="P.", **story.at()))
            case "run":
                run = min(run + 1, len(RUNS) - 1)
            case "share":
                seat = SharedSeat(candidate_id="C-1", admission_id=f"adm-{told}", station_id=STATION)
                hands = (SharedHand(station_id=STATION, who="Q."),) if number > 2 else ()
                shared = Shared(
                    centre_id="north", console=CONSOLES[number % 2], number=told, seats=(seat,), hands=hands
                )
                story.given(events.PeerShared(shared=shared, **story.at()))
            case "open":
                story = Story(state=room.replay(story.kept), now_ms=story.now_ms, kept=story.kept).opened()
            case "order":
                asked = told
                story.asked(asked)
                story.handed_over()
            case "obeyed" if asked:
                came = (order_came(order_id=f"ord_{asked:020d}", number=asked),)
                story.reported(run=RUNS[run], number=told, sitting=sitting(orders=came))
            case "moved":
                moved = (order_came(order_id=f"ord_{asked:020d}", number=asked),) if asked and number else ()
                story.reported(**elsewhere, run=RUNS[0], number=told, sitting=sitting(orders=moved))
            case _:
                story.later(7_000)
    return story.opened().kept


def shortened(kept: list[Event]) -> list[Event]:
    """What is left of a journal, checked to come to the same."""
    found = shortening.superseded(enumerate(kept))
    rest = [event for number, event in enumerate(kept) if number not in found.superseded]
    assert shortening.is_same(found.state, room.replay(kept))
    assert shortening.is_same(room.replay(rest), found.state)
    assert all(isinstance(kept[number], events.ReportCame | events.PeerShared) for number in found.superseded)
    return rest


@settings(max_examples=100)
@example([("hand", 0), ("answer", 0), ("report", 0), ("hand", 0)])
@example([("share", 0), ("share", 1), ("share", 0)])
@example([("share", 0), ("hand", 0), ("share", 4), ("share", 0)])
@example([("moved", 0), ("order", 0), ("away", 0), ("moved", 1), ("moved", 0)])
@example([("report", 1), ("report", 0), ("report", 1)])
@example([("report", 0), ("run", 0), ("report", 0), ("run", 0), ("report", 0)])
@given(lives)
def test_the_rest_comes_to_the_very_same(life: list[tuple[str, int]]) -> None:
    rest = shortened(lived(life))
    assert shortened(rest) == rest, "what can go goes at once"


@settings(max_examples=75)
@given(deeds)
def test_no_order_is_forgotten_or_revived(history: list[tuple[str, int, int]]) -> None:
    story, obeyed, sent = begun(), set[int](), list[int]()
    for deed, number, ms in history:
        do(story, deed, number, ms, obeyed, sent)
    shortened(story.opened().kept)


def test_of_a_long_day_little_is_left() -> None:
    story = begun()
    for number in range(2, 400):
        story.reported(number=number, sitting=sitting(step_number=1 + number % 9))
    assert len(story.kept) > 390
    assert len(shortened(story.opened().kept)) < 10


def long_day(folder: Path, reports: int) -> int:
    """A room that was open for so many reports; the number of its last row."""
    opened = LiveRoom(folder, holder=HOLDER, clock=ManualClock())
    seat = Seat()
    opened.hello(seat.hello())
    for number in range(reports):
        made = report(station_id=seat.station_id, number=number + 1, sitting=sitting(step_number=1 + number % 5))
        opened.report(made)
    opened.assign(seat.station_id, "C-17", who="P.", admission_id="adm-1")
    last = opened.number
    opened.close()
    return last


def test_a_console_that_opens_a_long_journal_makes_it_short_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = long_day(tmp_path, 30)
    monkeypatch.setattr(live_room, "LONG", 20)
    (tmp_path / "journal-aside.part").write_bytes(b"what a power cut left")
    again = LiveRoom(tmp_path, holder=HOLDER, clock=ManualClock())
    assert again.number == last + 1, "consoles know each other's word by a number that only goes up"
    [station] = again.state.stations.values()
    assert (station.candidate_id, station.report and station.report.number) == ("C-17", 30)
    again.tick()
    again.check_in("C-17", who="P.", how="passport")
    state = again.state
    again.close()

    journal = RoomJournal(tmp_path / JOURNAL)
    assert journal.count() < 10
    assert journal.last == last + 2
    assert shortening.is_same(room.replay(journal.events()), state)
    journal.close()
    assert list(tmp_path.glob("*.part")) == []
    whole = RoomJournal(tmp_path / f"journal-to-{last + 1}.sqlite")
    assert (whole.count(), whole.last) == (last + 1, last + 1)
    whole.close()
    with sqlite3.connect(tmp_path / JOURNAL) as connection, pytest.raises(sqlite3.Error):
        connection.execute("DELETE FROM event")
    connection.close()


def test_where_the_disk_refuses_it_stays_long_and_the_room_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = long_day(tmp_path, 30)
    (tmp_path / f"journal-to-{last + 1}.sqlite").mkdir()  # nothing can be put aside there
    monkeypatch.setattr(live_room, "LONG", 20)
    again = LiveRoom(tmp_path, holder=HOLDER, clock=ManualClock())
    again.check_in("C-17", who="P.")
    again.close()
    journal = RoomJournal(tmp_path / JOURNAL)
    assert journal.count() == last + 2
    journal.close()


def test_nothing_is_left_out_where_it_cannot_lie_aside(tmp_path: Path) -> None:
    long_day(tmp_path, 5)
    journal = RoomJournal(tmp_path / JOURNAL)
    before = journal.count()
    with pytest.raises(JournalUnusableError):
        journal.leave_out([3], aside=tmp_path / "no such folder" / "aside.sqlite")
    assert journal.count() == before
    journal.close()
