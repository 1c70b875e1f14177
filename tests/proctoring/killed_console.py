"""A console as a process that is killed: opens the room of a folder, takes a station in, orders, says so, and waits."""

import sys
from pathlib import Path

from pocus_desktop.admission.proctor_order import Pause
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring.live_room import LiveRoom
from tests.proctoring.reports import sitting
from tests.proctoring.school_room import HOLDER, Seat


def main() -> None:
    room = LiveRoom(Path(sys.argv[1]), holder=HOLDER, clock=SystemClock())
    seat = Seat()
    room.hello(seat.hello())
    room.report(seat.report(sitting()))
    room.assign("Station 1", "C-17", who="P.")
    room.check_in("C-17", who="P.", how="passport")
    while True:
        order_id = room.order("Station 1", Pause(), who="P.", reason="Because")
        sys.stdout.write(f"{order_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
