"""Links are opened on a thread when a station is first paired; whatever comes of it, nobody waits and nothing leaks."""

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from pocus_desktop.app.room_watch import RoomWatch
from pocus_desktop.app.station_rooms import StationRooms
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.session import Sitting


class Links:
    """Links that note what is asked of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.begun = threading.Event()
        self.may_open = threading.Event()
        self.refreshed = threading.Event()

    def open(self) -> StationRooms:
        self.begun.set()
        assert self.may_open.wait(20)
        return cast(StationRooms, self)

    def watch(self, _sitting: object) -> None:
        self.asked.append("watch")

    def leave(self, _sitting: object) -> None:
        self.asked.append("leave")

    def refresh(self) -> None:
        self.asked.append("refresh")
        self.refreshed.set()

    def close(self) -> None:
        self.asked.append("close")


SITTING = cast(Sitting, object())


def test_a_station_without_a_room_opens_nothing(tmp_path: Path) -> None:
    links = Links()
    watch = RoomWatch(tmp_path / "none", links.open)
    watch.watch(SITTING)
    assert watch.look() is None
    watch.leave(SITTING)
    watch.close()
    assert not links.begun.is_set()


def test_a_sitting_that_was_there_before_the_links_is_told_of(tmp_path: Path) -> None:
    links, paired = Links(), tmp_path / "paired"
    watch = RoomWatch(paired, links.open)
    watch.watch(SITTING)
    paired.touch()
    assert watch.look() is None  # being opened, on another thread
    assert links.begun.wait(20)
    assert watch.look() is None
    links.may_open.set()
    assert links.refreshed.wait(20)
    assert watch.look() is cast(StationRooms, links)
    watch.leave(SITTING)
    watch.close()
    assert links.asked == ["watch", "refresh", "refresh", "leave", "close"]
    assert watch.look() is None


def test_who_leaves_before_the_links_are_open_is_not_told_of(tmp_path: Path) -> None:
    links, paired = Links(), tmp_path / "paired"
    paired.touch()
    watch = RoomWatch(paired, links.open)
    watch.watch(SITTING)
    watch.leave(SITTING)
    links.may_open.set()
    assert links.refreshed.wait(20)
    watch.close()
    assert links.asked == ["refresh", "close"]


@pytest.mark.parametrize("problem", [PocusError(), ZeroDivisionError()], ids=["ours", "a-mistake"])
def test_links_that_cannot_be_opened_keep_nobody_from_sitting(tmp_path: Path, problem: Exception, caplog: Any) -> None:
    paired = tmp_path / "paired"
    paired.touch()

    def fail() -> StationRooms:
        raise problem

    watch = RoomWatch(paired, fail)
    watch.watch(SITTING)
    watch.close()
    assert watch.look() is None
    assert caplog.records
