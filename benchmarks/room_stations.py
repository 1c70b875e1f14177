"""Stations without windows, in a process of their own: real agents over real TLS, each with a sitting that goes on.

    python -m benchmarks.room_stations ADDRESS COUNT < {"seeds", "grants", "centre", "certificate"}, then words

`begin` forgets what was measured, `tell` prints it as JSON, `heard` when each had its last answer. The end of
input ends it.
"""

import base64
import json
import sys
import threading
import time
from itertools import pairwise
from random import Random
from typing import Any, Final

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.proctor_order import read_order
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.agent import Identity, RoomAgent, Seen
from pocus_desktop.proctoring.documents import Head, Health, LimitLeft, OrderCame, RoomReply, SittingReport
from pocus_desktop.proctoring.link import RoomLink, read_address
from pocus_desktop.proctoring.pairing import PairedRoom

EXAM_MS: Final = 3_600_000
SAMPLE_S: Final = 0.01


class MeasuredAgent(RoomAgent):
    """Remembers when each report was made and when its answer was there."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.told: list[tuple[float, float]] = []

    def _say(self, link: RoomLink) -> RoomReply:
        made_s = time.monotonic()
        reply = super()._say(link)
        self.told.append((made_s, time.monotonic()))
        return reply


class Place:
    """One station: a sitting whose journal grows, and which does what is ordered."""

    def __init__(self, room: PairedRoom, keys: StationKeys, grant: bytes, number: int, centre: PublicKey) -> None:
        self._number = number
        self._centre = centre
        self._begun_s = time.monotonic()
        self._lock = threading.Lock()
        self._orders: list[OrderCame] = []
        self.obeyed_s: dict[str, float] = {}
        self.agent = MeasuredAgent(
            room,
            who=Identity(keys, f"Desk {number}", grant, "0.1.0"),
            clock=SystemClock(),
            look=self._look,
            obey=self._obey,
            random=Random(number),
        )

    def _obey(self, envelope: bytes) -> None:
        now_s = time.monotonic()
        order = read_order(envelope, [self._centre]).order
        with self._lock:
            if order.order_id in self.obeyed_s:
                return
            self.obeyed_s[order.order_id] = now_s
            came = OrderCame(
                order_id=order.order_id,
                console=order.console,
                number=order.number,
                kind=order.act.kind,
                seq=len(self.obeyed_s),
                outcome="obeyed",
                who=order.who,
            )
            self._orders = [*self._orders, came][-100:]
        self.agent.wake()

    def _look(self) -> Seen:
        elapsed_ms = int((time.monotonic() - self._begun_s) * 1000)
        wall_ms = time.time_ns() // 1_000_000
        with self._lock:
            orders = tuple(self._orders)
        left = LimitLeft(scope="assessment", scope_id="exam", limit_ms=EXAM_MS, left_ms=max(EXAM_MS - elapsed_ms, 0))
        sitting = SittingReport(
            sitting=f"sit_{self._number:020d}",
            admission_id=f"adm_{self._number:020d}",
            candidate_id=f"C-{self._number:04d}",
            candidate_name=f"Candidate {self._number}",
            mode="live",
            bundle_id="dvt",
            bundle_version=1,
            stage="case",
            case_number=1,
            case_count=2,
            step_number=1 + elapsed_ms // 20_000 % 9,
            step_count=9,
            times=(left,),
            is_running=True,
            saved="saved",
            saved_at_ms=wall_ms,
            head=Head(seq=1 + elapsed_ms // 3_000, digest=f"{elapsed_ms // 3_000:064x}"),
            orders=orders,
        )
        return Seen(sitting=sitting, health=Health(disk_free_bytes=10**11, battery_percent=90))


def ages_s(told: list[tuple[float, float]], since_s: float) -> list[float]:
    """How old what the console knew was, looked at every hundredth of a second: an upper bound, by the answers."""
    found: list[float] = []
    for (made_s, answered_s), (_, next_s) in pairwise(told):
        at_s = max(answered_s, since_s)
        while at_s < next_s:
            found.append(at_s - made_s)
            at_s += SAMPLE_S
    return found


def main() -> None:
    """Serve the words on standard input."""
    address, count = read_address(sys.argv[1]), int(sys.argv[2])
    given = json.loads(sys.stdin.readline())
    room = PairedRoom(
        address=address, certificate=base64.b64decode(given["certificate"]), name="Room", console="", way="card"
    )
    centre = PublicKey.from_json(given["centre"])
    places = [
        Place(
            room,
            StationKeys(
                signing=SigningKey.from_seed(bytes.fromhex(given["seeds"][index][0])),
                sealing=SealingKey.from_seed(bytes.fromhex(given["seeds"][index][1])),
            ),
            base64.b64decode(given["grants"][index]),
            index + 1,
            centre,
        )
        for index in range(count)
    ]
    for place in places:
        place.agent.start()
    since_s = time.monotonic()
    for line in sys.stdin:
        match line.strip():
            case "begin":
                since_s = time.monotonic()
                for place in places:
                    place.agent.told = place.agent.told[-1:]
            case "heard":
                answered = [place.agent.told[-1][1] if place.agent.told else 0.0 for place in places]
                sys.stdout.write(json.dumps(answered) + "\n")
                sys.stdout.flush()
            case "tell":
                told = {
                    "ages_s": sorted(age for place in places for age in ages_s(place.agent.told, since_s)),
                    "obeyed_s": {name: at for place in places for name, at in place.obeyed_s.items()},
                    "linked": sum(place.agent.standing == "joined" for place in places),
                }
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()
    for place in places:
        place.agent.close()


if __name__ == "__main__":
    main()
