"""A console that is killed in the middle of its work, and a journal that was cut, filled or changed."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring import room_orders
from pocus_desktop.proctoring.errors import JournalUnusableError, LaterJournalError
from pocus_desktop.proctoring.events import BadRoomEventError
from pocus_desktop.proctoring.live_room import JOURNAL, LiveRoom
from pocus_desktop.proctoring.store import RoomJournal
from tests.proctoring.reports import sitting
from tests.proctoring.school_room import HOLDER, Seat

ROOT = Path(__file__).resolve().parents[2]


def opened(folder: Path) -> LiveRoom:
    return LiveRoom(folder, holder=HOLDER, clock=SystemClock())


@pytest.mark.parametrize("orders", [1, 2, 7])
def test_a_console_that_was_killed_knows_what_it_was_told(tmp_path: Path, orders: int) -> None:
    command = [sys.executable, "-m", "tests.proctoring.killed_console", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(orders)]
        process.kill()
    again = opened(tmp_path)
    (station,) = again.state.stations.values()
    assert (station.candidate_id, station.is_in, again.state.present["C-17"].how) == ("C-17", True, "passport")
    assert [order_id for order_id in told if again.state.orders[order_id].course != "sent"] == []
    assert room_orders.outstanding(again.state, station.station_id) == ()
    numbers = [order.asked.number for order in again.state.orders.values()]
    assert numbers == list(range(1, len(numbers) + 1))
    again.close()


def test_nothing_that_is_written_is_changed_or_taken_away(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / JOURNAL) as connection:
        for change in (
            "UPDATE event SET body = x'00'",
            "DELETE FROM event",
            "REPLACE INTO event VALUES (1, x'00')",
            "INSERT INTO event VALUES (9, x'00')",
        ):
            with pytest.raises(sqlite3.Error):
                connection.execute(change)
    connection.close()
    opened(tmp_path).close()


def test_a_journal_that_is_cut_or_changed_opens_or_is_refused_by_name(tmp_path: Path) -> None:
    made = opened(tmp_path)
    seat = Seat()
    made.hello(seat.hello())
    for step in range(1, 30):
        made.report(seat.report(sitting(step_number=step)))
    made.close()
    whole = (tmp_path / JOURNAL).read_bytes()
    assert len(whole) > 8192
    for cut in [0, 1, 99, 100, 1024, 4095, 4096, 5000, len(whole) // 2, len(whole) - 1]:
        spoilt = tmp_path / f"cut-{cut}"
        spoilt.mkdir()
        (spoilt / JOURNAL).write_bytes(whole[:cut])
        _opens_or_says_why(spoilt)
    for at in range(0, len(whole), 997):
        spoilt = tmp_path / f"flipped-{at}"
        spoilt.mkdir()
        (spoilt / JOURNAL).write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        _opens_or_says_why(spoilt)


def _opens_or_says_why(folder: Path) -> None:
    found = ""
    try:
        opened(folder).close()
    except PocusError as error:
        found = error.code
    assert found in {"", "room.journal_unusable", "room.bad_event", "room.later_journal"}


def test_another_programs_or_a_later_journal_is_refused_by_name(tmp_path: Path) -> None:
    for pragma, error in (("application_id = 7", JournalUnusableError), ("user_version = 9", LaterJournalError)):
        path = tmp_path / pragma[:4] / JOURNAL
        RoomJournal(path).close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA {pragma}")
        connection.close()
        with pytest.raises(error):
            RoomJournal(path)


def test_a_row_that_is_no_event_is_refused_by_name(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / JOURNAL) as connection:
        connection.execute("INSERT INTO event VALUES (2, ?)", (b'{"type":"later"}',))
    connection.close()
    with pytest.raises(BadRoomEventError):
        opened(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JournalUnusableError):
        RoomJournal(tmp_path / "file" / "room" / JOURNAL)
