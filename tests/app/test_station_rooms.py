"""A station beside its rooms: real sittings, real consoles over TLS; one that dies, one that takes over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import read_grant
from pocus_desktop.admission.proctor_order import Message, Pause, Resume
from pocus_desktop.app.station_rooms import StationRooms
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.hosting import OpenConsole, open_console
from pocus_desktop.proctoring.link import Address
from pocus_desktop.proctoring.pairing import load_rooms, pair, save_rooms, with_room
from pocus_desktop.sitting.writer import ThreadWriter
from tests.proctoring.school_room import CENTRE, CENTRE_KEYS, HOLDER, HUB, grant_of
from tests.sitting.world import World, to_case

CLOCK = SystemClock()


class Site:
    """A centre's consoles and one station with a sitting."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.held = ExitStack()
        self.changed = threading.Condition()
        self.home = Home(folder=folder / "station")
        self.home.folder.mkdir()
        self.keys = world.station
        envelope = grant_of(self.keys, "Desk 1")
        grant = read_grant(envelope, academy=[HUB.public]).grant
        self.rooms = StationRooms(
            self.home,
            keys=self.keys,
            grant=(grant, envelope),
            clock=CLOCK,
            waiting=lambda: 0,
            received=lambda: [f"{n:064x}" for n in range(20)],
            hub=lambda: "none",
        )
        self.sitting = to_case(world.begin(centre=CENTRE_KEYS.sealing.public, writer=ThreadWriter()))
        self.rooms.watch(self.sitting)
        self.sitting.on_view(self._notify)

    def _notify(self, _what: object) -> None:
        with self.changed:
            self.changed.notify_all()

    def console(self, name: str, *, key: SigningKey | None = None, **changes: Any) -> OpenConsole:
        opened = self.held.enter_context(
            open_console(
                Home(folder=self.folder / name),
                holder=HOLDER,
                key=key or SigningKey.generate(),
                clock=CLOCK,
                name=name,
                host="127.0.0.1",
                port=0,
                interfaces=(),
                **changes,
            )
        )
        opened.room.on_effects(self._notify)
        return opened

    def join(self, console: OpenConsole) -> None:
        found = pair(str(console.addresses[0]), centre=CENTRE, now_ms=CLOCK.read().wall_ms)
        save_rooms(self.home.paired_rooms, with_room(load_rooms(self.home.paired_rooms), found))
        self.rooms.refresh()

    def until(self, what: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(what, timeout=30)


def sees(console: OpenConsole) -> Callable[[], bool]:
    """Whether a console knows of the sitting."""
    return lambda: any(row.candidate_id == "C-17" and row.is_linked for row in console.room.view().rows)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    world = World(folder=tmp_path / "w", clock=SystemClock())  # type: ignore[arg-type]  # real time for real threads
    (tmp_path / "w").mkdir()
    found = Site(tmp_path, world)
    yield found
    found.rooms.close()
    found.held.close()
    found.sitting.close()
    assert [each for each in threading.enumerate() if each.name.startswith("pocus-room")] == []


def test_a_sitting_is_seen_ordered_and_let_go(site: Site) -> None:
    console = site.console("a")
    assert (site.rooms.standing, site.rooms.sitting) == (None, site.sitting)
    site.join(console)
    site.until(sees(console))
    order_id = console.room.order("Desk 1", Pause(), who="P. Roe", reason="Fire drill")
    site.until(lambda: console.room.state.orders[order_id].course == "obeyed")
    assert (site.sitting.state.pause, site.sitting.state.paused_by) == ("Fire drill", "P. Roe")
    assert site.rooms.standing == "joined"
    site.rooms.leave(site.sitting)
    site.until(lambda: all(row.candidate_id == "" for row in console.room.view().rows))


def test_a_second_console_takes_over_when_the_first_dies(site: Site) -> None:
    first_held, site.held = site.held, ExitStack()
    second = site.console("b")
    second_held, site.held = site.held, first_held
    first = site.console("a", peers=[str(second.addresses[0])])
    site.join(first)
    site.until(sees(first))
    site.until(sees(second))  # the station was told of it by the first one, with a card of its centre
    pause = first.room.order("Desk 1", Pause(), who="P. Roe", reason="Fire drill")
    site.until(lambda: first.room.state.orders[pause].course == "obeyed")

    def agrees() -> bool:
        return [(line.order_id, line.course) for row in second.room.view().rows for line in row.orders] == [
            (pause, "obeyed")
        ]

    site.until(agrees)
    first_held.close()
    assert site.sitting.state.pause == "Fire drill"
    resume = second.room.order("Desk 1", Resume(), who="Q. Doe")
    site.until(lambda: second.room.state.orders[resume].course == "obeyed")
    assert site.sitting.view().chrome.candidate_id == "C-17"
    site.held = second_held


def test_a_console_that_came_back_elsewhere_is_joined_there_while_the_sitting_goes_on(site: Site) -> None:
    first_held, site.held = site.held, ExitStack()
    key = SigningKey.generate()
    first = site.console("a", key=key)
    first_held, site.held = site.held, first_held
    site.join(first)
    site.until(sees(first))
    first_held.close()
    again = site.console("a", key=key)
    assert again.addresses != first.addresses
    site.join(again)
    site.until(sees(again))


def test_where_a_console_was_met_is_kept_for_whoever_brings_it_results(site: Site) -> None:
    console = site.console("a")
    site.join(console)
    [paired] = load_rooms(site.home.paired_rooms)
    elsewhere = replace(paired, address=Address("127.0.0.1", 9))
    save_rooms(site.home.paired_rooms, [elsewhere])
    site.rooms._stood(elsewhere, "asking", paired.address)
    assert load_rooms(site.home.paired_rooms) == (elsewhere,)
    site.rooms._stood(elsewhere, "joined", paired.address)
    assert load_rooms(site.home.paired_rooms) == (paired,)


def test_a_station_names_the_latest_results_whose_receipt_it_has(site: Site) -> None:
    console = site.console("a")
    site.join(console)
    site.until(sees(console))
    (station,) = console.room.state.stations.values()
    assert station.report is not None
    assert [int(one, 16) for one in station.report.health.received] == list(range(4, 20))


def test_a_room_of_another_centre_sees_a_station_but_cannot_order(site: Site, tmp_path: Path) -> None:
    stranger = StationRooms(
        Home(folder=tmp_path / "other"),
        keys=StationKeys.generate(),
        grant=None,
        clock=CLOCK,
        waiting=lambda: 0,
        hub=lambda: "none",
    )
    console = site.console("a")
    found = pair(str(console.addresses[0]), centre=None, words=" ".join(console.words()), now_ms=CLOCK.read().wall_ms)
    save_rooms(tmp_path / "other" / "paired-rooms.json", [found])
    stranger.watch(site.sitting)
    stranger.refresh()
    site.until(lambda: bool(console.room.view().rows))
    assert [mark.code for row in console.room.view().rows for mark in row.marks] == ["asks-in"]
    console.room.let_in("Station", who="P.")
    site.until(sees(console))
    order_id = console.room.order("Station", Message(text="Hello"), who="P.")
    site.until(lambda: console.room.state.orders[order_id].course == "refused")
    stranger.close()


def test_a_damaged_list_of_rooms_stops_nothing(site: Site) -> None:
    site.home.paired_rooms.write_bytes(b"\x00")
    site.rooms.refresh()
    assert site.rooms.standing is None
    site.join(site.console("a"))
    site.home.paired_rooms.unlink()
    site.rooms.refresh()
    assert site.rooms.standing is None
