"""A link that is cut again and again, with real sockets: what `pocus demo` sends its result over, to show what happens.

Each connection from the station carries so many bytes towards the hub; then both ends are hung up on, whatever was
under way. `ToldTransport` tells what the station met and did about it.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from pocus_desktop.sync.errors import SyncError
from pocus_desktop.sync.https import HttpsTransport

_READ: Final = 65_536
_PATIENCE_S: Final = 20.0

Say = Callable[[str], None]


class CutLink:
    """The link; `cut_link` opens one."""

    def __init__(self, hub_url: str, *, cut_bytes: int, cuts: int) -> None:
        """Name what it leads to.

        Args:
            hub_url: Where the hub listens, on this computer.
            cut_bytes: How much a connection carries before it is cut.
            cuts: How many connections are cut; those after them are left alone.
        """
        parts = urlsplit(hub_url)
        self._hub = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._cut_bytes = cut_bytes
        self._cuts = cuts
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def serve(self, listener: socket.socket) -> None:
        """Carry connections, each on two threads, until the listener is closed."""
        threads: list[threading.Thread] = []
        while True:
            try:
                here, _ = listener.accept()
            except OSError:
                break
            threads.append(threading.Thread(target=self._carry, args=(here,), name="cut-link"))
            threads[-1].start()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        for thread in threads:
            thread.join()

    def _carry(self, here: socket.socket) -> None:
        with here, contextlib.suppress(OSError), socket.create_connection(self._hub, timeout=_PATIENCE_S) as there:
            with self._lock:
                self._open |= {here, there}
            back = threading.Thread(target=self._pass_on, args=(there, here), name="cut-link")
            back.start()
            try:
                self._pass_on(here, there, is_going=True)
            finally:
                back.join()
                with self._lock:
                    self._open -= {here, there}

    def _pass_on(self, source: socket.socket, sink: socket.socket, *, is_going: bool = False) -> None:
        """Until one side closes, or so much has gone that the link is cut."""
        passed = 0
        with contextlib.suppress(OSError):
            while part := source.recv(min(_READ, self._cut_bytes - passed) if is_going and self._cuts else _READ):
                sink.sendall(part)
                passed += len(part)
                if is_going and self._cuts and passed >= self._cut_bytes:
                    self._cuts -= 1
                    _hang_up(source)
                    break
        _hang_up(sink)


@contextmanager
def cut_link(hub_url: str, *, cut_bytes: int, cuts: int) -> Iterator[str]:
    """A link to a hub on this computer; its own address, until the context ends."""
    link = CutLink(hub_url, cut_bytes=cut_bytes, cuts=cuts)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=link.serve, args=(listener,), name="cut-link")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            _hang_up(listener)
            thread.join()


class ToldTransport(HttpsTransport):
    """HTTPS as ever, telling what becomes of each attempt."""

    def __init__(self, url: str, say: Say) -> None:
        """Prepare.

        Args:
            url: Of the hub, as for any other.
            say: Told each attempt in a line; called on the thread that sends.
        """
        super().__init__(url)
        self._say = say

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Send an envelope whole."""
        told = f"{len(envelope):,} bytes in one piece"
        try:
            receipt = super().deliver(envelope, digest)
        except SyncError as error:
            self._say(f"{told}: {_why(error)}; the hub holds nothing of it")
            raise
        self._say(f"{told}: received, and the receipt came back")
        return receipt

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """Send an envelope in pieces, from where the hub is."""
        held = offset

        def told(upload: str, offset: int) -> None:
            nonlocal held
            held = offset
            moved(upload, offset)

        said = f"from byte {offset:,} of {len(envelope):,} on"
        try:
            receipt = super().upload(envelope, digest, upload=upload, offset=offset, moved=told, is_wanted=is_wanted)
        except SyncError as error:
            self._say(f"{said}: {_why(error)}; the hub holds {held:,} bytes")
            raise
        self._say(f"{said}: received, and the receipt came back")
        return receipt


def _why(error: SyncError) -> str:
    return "cut off" if error.is_cut else error.code


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it was already
        connection.shutdown(socket.SHUT_RDWR)
