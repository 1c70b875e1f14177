"""A console without a window, in a process of its own: the real room, its journal on the disk, its service over TLS.

    python -m benchmarks.room_console FOLDER < words, a line each

Says `{"port", "certificate"}`, and then answers `usage` with its processor time and memory, and `order COUNT` with when
each of so many orders was asked. The end of input ends it.
"""

import base64
import json
import resource
import sys
import time
from pathlib import Path
from typing import Final

from pocus_desktop.admission.proctor_order import Message
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.pairing import issue_card, make_card
from pocus_desktop.proctoring.service import RoomServer, RoomService
from tests.proctoring.school_room import HOLDER

BETWEEN_S: Final = 0.05


def main() -> None:
    """Serve the words on standard input."""
    clock, key = SystemClock(), SigningKey.from_seed(b"t" * 32)
    room = LiveRoom(Path(sys.argv[1]), holder=HOLDER, clock=clock)

    def card() -> bytes:
        made = make_card(
            key,
            centre=HOLDER.centre,
            console=room.state.console,
            name="Room",
            addresses=[f"127.0.0.1:{server.port}"],
            now_ms=clock.read().wall_ms,
        )
        return issue_card(made, HOLDER.keys.signing)

    service = RoomService(room, clock=clock, card=card)
    server = RoomServer(service, key, host="0.0.0.0", port=0)
    server.start()
    _say({"port": server.port, "certificate": base64.b64encode(certificate_of(key)).decode()})
    for line in sys.stdin:
        match line.split():
            case ["usage"]:
                used = resource.getrusage(resource.RUSAGE_SELF)
                _say({"cpu_s": used.ru_utime + used.ru_stime, "bytes": _resident(), "at_s": time.monotonic()})
            case ["order", count]:
                _say(_order(room, int(count)))
    server.close()
    room.close()


def _order(room: LiveRoom, count: int) -> dict[str, float]:
    """Messages to one station after the other, a few each second; when each was asked."""
    stations = [station for station in room.state.stations.values() if station.is_in]
    asked: dict[str, float] = {}
    for number in range(count):
        at_s = time.monotonic()
        station = stations[number % len(stations)]
        asked[room.order(station.station_id, Message(text="Ten minutes are left."), who="Pat Lee")] = at_s
        time.sleep(BETWEEN_S)
    return asked


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _say(told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
