"""A station's end: it finds its room again, hears what is ordered, and stops nothing."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.admission.proctor_order import Pause, read_order
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.agent import FIRST_RETRY_S, LAST_RETRY_S, Identity, RoomAgent, Seen, Standing, retry_s
from pocus_desktop.proctoring.documents import Health, SittingReport
from pocus_desktop.proctoring.link import Address
from pocus_desktop.proctoring.pairing import PairedRoom
from tests.proctoring.reports import order_came, sitting
from tests.proctoring.school_room import CENTRE, Console, Seat, console, grant_of


class Place:
    """A station without a window: what it says, what it heard, how it stands."""

    def __init__(self, opened: Console, *, seat: Seat | None = None, **changes: Any) -> None:
        self.seat = seat or Seat()
        self.sitting: SittingReport | None = sitting()
        self.heard: list[bytes] = []
        self.standings: list[Standing] = []
        self._changed = threading.Condition()
        room = PairedRoom(address=opened.address, certificate=opened.certificate, name="Room 1", console="", way="card")
        keys = self.seat.keys
        self.agent = RoomAgent(
            changes.pop("room", room),
            who=Identity(keys, self.seat.name, changes.pop("grant", grant_of(keys, self.seat.name)), "0.1.0"),
            clock=SystemClock(),
            look=changes.pop("look", self._look),
            obey=self._obey,
            on_standing=self._stood,
            random=Random(7),
            **changes,
        )
        self.agent.start()

    def _look(self) -> Seen:
        return Seen(sitting=self.sitting, health=Health())

    def _obey(self, envelope: bytes) -> None:
        order = read_order(envelope, [CENTRE.signing]).order
        with self._changed:
            self.heard.append(envelope)
            came = order_came(order_id=order.order_id, console=order.console, number=order.number)
            self.sitting = sitting(orders=(came,))
            self._changed.notify_all()
        self.agent.wake()

    def _stood(self, standing: Standing, _address: Address) -> None:
        with self._changed:
            self.standings.append(standing)
            self._changed.notify_all()

    def until(self, what: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(what, timeout=20)


class Watch:
    """Waits for what a room comes to."""

    def __init__(self, opened: Console) -> None:
        self._room = opened.room
        self._changed = threading.Condition()
        self._room.on_effects(self._heard)

    def _heard(self, _effects: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, what: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(what, timeout=20)


@pytest.fixture
def places() -> Iterator[list[Place]]:
    found: list[Place] = []
    yield found
    for place in found:
        assert place.agent.close()


def test_a_station_joins_by_itself_and_an_order_comes_to_it(tmp_path: Path, places: list[Place]) -> None:
    with console(tmp_path) as opened:
        watch = Watch(opened)
        places.append(place := Place(opened))
        place.until(lambda: place.standings == ["joined"])
        order_id = opened.room.order("Station 1", Pause(), who="P.", reason="Because")
        place.until(lambda: bool(place.heard))
        watch.until(lambda: opened.room.state.orders[order_id].course == "obeyed")
        assert place.agent.close()


def test_a_room_that_is_gone_is_found_again_and_its_orders_come_then(tmp_path: Path, places: list[Place]) -> None:
    with console(tmp_path) as opened:
        places.append(place := Place(opened))
        place.until(lambda: place.standings == ["joined"])
        port = opened.server.port
    place.until(lambda: place.standings[:2] == ["joined", "offline"])  # a busy machine may lose it once more
    with console(tmp_path, port=port) as again:
        place.until(lambda: place.standings[:3] == ["joined", "offline", "joined"])
        again.room.order("Station 1", Pause(), who="P.", reason="Because")
        place.until(lambda: bool(place.heard))
        assert place.agent.close()


def test_a_console_that_moved_is_found_where_the_network_says(tmp_path: Path, places: list[Place]) -> None:
    with console(tmp_path) as opened:
        away = PairedRoom(
            address=Address("127.0.0.1", 9), certificate=opened.certificate, name="", console="", way="card"
        )
        places.append(place := Place(opened, room=away, elsewhere=lambda _room: [opened.address]))
        place.until(lambda: place.standings == ["joined"])
        assert place.agent.close()


def test_another_computer_at_the_consoles_address_learns_nothing(tmp_path: Path, places: list[Place]) -> None:
    with console(tmp_path) as opened:
        other = certificate_of(SigningKey.generate())
        looked = threading.Event()

        def look() -> Seen:
            looked.set()
            return Seen(sitting=sitting(), health=Health())

        false = PairedRoom(address=opened.address, certificate=other, name="", console="", way="card")
        places.append(place := Place(opened, room=false, look=look))
        assert looked.wait(20)
        assert place.agent.close()
        assert (opened.room.state.stations, place.agent.standing) == ({}, "offline")


def test_a_mistake_in_what_is_looked_at_ends_no_link(tmp_path: Path, places: list[Place], caplog: Any) -> None:
    with console(tmp_path) as opened:
        looks: list[int] = []

        def look() -> Seen:
            looks.append(1)
            if len(looks) == 1:
                raise ZeroDivisionError
            return Seen(sitting=None, health=Health())

        places.append(place := Place(opened, look=look))
        place.until(lambda: place.standings == ["joined"])
        assert place.agent.close()
    assert "room.agent_failed" in caplog.text


def test_an_agent_that_waits_for_orders_stops_at_once(tmp_path: Path, places: list[Place]) -> None:
    with console(tmp_path, wait_s=600) as opened:
        places.append(place := Place(opened))
        place.until(lambda: place.standings == ["joined"])
        assert place.agent.close()


def test_two_consoles_see_the_same(tmp_path: Path, places: list[Place]) -> None:
    with (
        console(tmp_path / "first") as first,
        console(tmp_path / "second", key=SigningKey.generate()) as second,
    ):
        seat = Seat()
        watch = Watch(second)
        places.append(place := Place(first, seat=seat))
        places.append(other := Place(second, seat=seat))
        place.until(lambda: place.standings == ["joined"])
        other.until(lambda: other.standings == ["joined"])
        order_id = first.room.order("Station 1", Pause(), who="P.", reason="Because")
        place.until(lambda: bool(place.heard))
        other.sitting = place.sitting  # the same sitting under both links
        other.agent.wake()

        def known() -> bool:
            (row,) = second.room.view().rows
            return [(line.order_id, line.course, line.is_ours) for line in row.orders] == [(order_id, "obeyed", False)]

        watch.until(known)
        assert place.agent.close()
        assert other.agent.close()


@given(st.integers(1, 1000), st.floats(0, 1))
def test_a_retry_is_soon_and_never_at_the_same_moment_for_all(failures: int, chance: float) -> None:
    assert FIRST_RETRY_S / 2 <= retry_s(failures, chance) <= LAST_RETRY_S
    assert retry_s(failures, 0) < retry_s(failures, 1)
