"""A console that is killed again and again in the middle of ordering, and stations that live on.

Each try is one life of a console process at one port and folder: stations find it, it orders as fast as it can, and is
killed. At the end a console is opened once more: what it says of every order is what its station did, and no station
did any order twice or out of its turn.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from pocus_desktop.admission.proctor_order import Message, told_by
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.agent import Identity, RoomAgent, Seen
from pocus_desktop.proctoring.documents import MOST_ORDERS_TOLD, Health, OrderCame
from pocus_desktop.proctoring.link import Address
from pocus_desktop.proctoring.pairing import PairedRoom
from pocus_desktop.proctoring.room_state import OPEN
from tests.proctoring.reports import order_came, sitting
from tests.proctoring.school_room import Seat, console, grant_of
from tests.soak import asked

STATIONS = 8
KEY = SigningKey.from_seed(b"t" * 32)
PATIENCE_S = 60.0


class Place:
    """A station that obeys as a sitting does: once, and in turn."""

    def __init__(self, number: int, port: int) -> None:
        self.name = f"S{number}"
        self.seat = Seat(name=self.name)
        self.orders: dict[str, OrderCame] = {}
        self._lock = threading.Lock()
        paired = PairedRoom(
            address=Address("127.0.0.1", port), certificate=certificate_of(KEY), name="", console="", way="card"
        )
        self.agent = RoomAgent(
            paired,
            who=Identity(self.seat.keys, self.name, grant_of(self.seat.keys, self.name), "0"),
            clock=SystemClock(),
            look=self._look,
            obey=self._obey,
        )
        self.agent.start()

    def _look(self) -> Seen:
        with self._lock:
            told = tuple(self.orders.values())[-MOST_ORDERS_TOLD:]
        return Seen(sitting(admission_id=f"adm-{self.name}", orders=told), Health())

    def _obey(self, envelope: bytes) -> None:
        order = told_by(envelope)
        with self._lock:
            last = max((each.number for each in self.orders.values()), default=0)
            if order.order_id in self.orders or order.after > last:
                return
            is_older = order.number <= last
            self.orders[order.order_id] = order_came(
                order_id=order.order_id,
                console=order.console,
                number=order.number,
                kind="message",
                seq=len(self.orders) + 1,
                outcome="refused" if is_older else "obeyed",
                reason="order.older" if is_older else "",
            )
        self.agent.wake()


def live(folder: Path, port: int) -> None:
    """One life of the console: it ends when it is killed."""
    with console(folder, key=KEY, port=port) as opened:
        while True:
            for station in tuple(opened.room.state.stations.values()):
                if station.is_linked(SystemClock().read().monotonic_ms) and station.report is not None:
                    order_id = opened.room.order(station.station_id, Message(text="Go on"), who="P.")
                    sys.stdout.write(f"{order_id}\n")
                    sys.stdout.flush()
            time.sleep(0.02)  # a proctor is no faster


def main(argv: Sequence[str]) -> int:
    """Kill consoles; 1 where what is known differs from what was done."""
    wanted = asked.read(argv, count=40)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    announced: list[str] = []
    lives = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "room"
        places = [Place(number, port) for number in range(STATIONS)]
        try:
            for _ in wanted.tries():
                announced += _one_life(folder, port, wanted.chance.randint(1, 120))
                lives += 1
            faults = _compare(folder, port, places, announced)
        finally:
            for place in places:
                place.agent.close()
    asked.counted("kills", lives)
    asked.counted("orders", len(announced))
    asked.counted("obeyed", sum(came.outcome == "obeyed" for place in places for came in place.orders.values()))
    for fault in faults[:20]:
        asked.say(fault)
    return int(bool(faults))


def _one_life(folder: Path, port: int, orders: int) -> list[str]:
    line = f"from pathlib import Path; from tests.soak.room import live; live(Path({str(folder)!r}), {port})"
    command = [sys.executable, "-c", line]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ
    ) as child:
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(orders)]
        child.kill()
        told += [each.strip() for each in child.stdout if len(each) == len("ord_") + 21]
    return [each for each in told if each]


def _compare(folder: Path, port: int, places: Sequence[Place], announced: Sequence[str]) -> list[str]:
    with console(folder, key=KEY, port=port) as opened:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            courses = {name: order.course for name, order in opened.room.state.orders.items()}
            if not any(course in OPEN for course in courses.values()):
                break
            time.sleep(0.1)
        done = {name: came.outcome for place in places for name, came in place.orders.items()}
        faults = [f"{name} was announced and is not known" for name in announced if name not in courses]
        for name, course in courses.items():
            outcome = done.get(name)
            if (outcome or "again") != course:
                faults.append(f"{name} is {course} at the console and {outcome} at its station")
        faults += [f"{name} was done and never ordered" for name in done if name not in courses]
        for place in places:
            numbers = [came.number for came in place.orders.values() if came.outcome == "obeyed"]
            if numbers != sorted(set(numbers)):
                faults.append(f"{place.name} obeyed out of turn or twice")
    return faults
