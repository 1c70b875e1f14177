"""A room's journal on the disk: a day's events come back in their order, some at a time."""

from pathlib import Path

import pytest

from pocus_desktop.proctoring import events, store
from pocus_desktop.proctoring.store import RoomJournal


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_what_was_written_is_read_in_order_however_much_it_is(
    tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_AT_ONCE", 3)
    journal = RoomJournal(tmp_path / "journal.sqlite")
    written = [events.Opened(console=f"con_{number:020d}", at_ms=number, wall_ms=number) for number in range(count)]
    for one in written:
        journal.append(one)
    assert list(journal.events()) == written
    journal.close()


def test_no_more_than_some_are_held_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_AT_ONCE", 2)
    journal = RoomJournal(tmp_path / "journal.sqlite")
    for number in range(5):
        journal.append(events.Opened(console="con_00000000000000000000", at_ms=number, wall_ms=number))
    found = journal.events()
    assert next(found).at_ms == 0
    monkeypatch.setattr(events, "decode", lambda _body: None)
    assert list(found) == [None] * 4, "what follows was not read before"
    journal.close()
