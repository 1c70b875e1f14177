"""`pocus room serve`: the centre's console without a window."""

import signal
import threading
from collections.abc import Callable, Sequence

from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.room_links import interfaces
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.hosting import holder_of, open_console
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
    holder = holder_of(home, own_keys(store), trusting.hubs)
    stopped = threading.Event()
    before = {each: signal.signal(each, lambda *_: stopped.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with open_console(
            home,
            holder=holder,
            key=room_key(store),
            clock=SystemClock(),
            name=name,
            host=host,
            port=port,
            interfaces=interfaces(),
            peers=peers,
        ) as console:
            on_ready([str(each) for each in console.addresses])
            stopped.wait()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    return 0
