"""`pocus room serve`: the centre's console without a window, with its relay."""

import signal
import threading
from collections.abc import Callable, Sequence

from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.closing import closing
from pocus_desktop.app.relay_desk import RelayDesk
from pocus_desktop.app.room_links import interfaces
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.hosting import holder_of, open_console
from pocus_desktop.proctoring.service_relay import relay_doors
from pocus_desktop.proctoring.tls import room_key


def serve_room(
    home: Home,
    *,
    name: str,
    host: str,
    port: int,
    peers: Sequence[str],
    passphrase: str | None,
    on_ready: Callable[[Sequence[str]], None],
) -> int:
    """Hold the room open until the process is told to stop (SIGINT, SIGTERM); the exit status.

    Raises:
        PocusError: This computer is no centre, or the room cannot be opened.
    """
    trusting = Trusting.load(home)
    store = open_keystore(home.keys, passphrase)
    keys, clock = own_keys(store), SystemClock()
    holder = holder_of(home, keys, trusting.hubs)
    desk = RelayDesk(home, keys=keys, trusting=trusting, clock=clock)
    stopped = threading.Event()
    before = {each: signal.signal(each, lambda *_: stopped.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with open_console(
            home,
            holder=holder,
            key=room_key(store),
            clock=clock,
            name=name,
            host=host,
            port=port,
            interfaces=interfaces(),
            peers=peers,
            further=lambda room: [relay_doors(desk.relay(room))],
            closing=lambda room: closing(home, room, desk, clock),
        ) as console:
            desk.start()
            on_ready([str(each) for each in console.addresses])
            stopped.wait()
    finally:
        desk.close()
        for each, handler in before.items():
            signal.signal(each, handler)
    return 0
