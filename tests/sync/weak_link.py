"""A real TCP link between a station and a hub that does to each connection as told."""

import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

PATIENCE_S: Final = 20.0
_READ: Final = 65_536

Deed: TypeAlias = Callable[["WeakLink", socket.socket], None]
"""What happens to one connection from a station; it is closed afterwards."""


@dataclass
class WeakLink:
    """A link to a hub.

    Attributes:
        hub: Where the hub listens.
        deeds: For the next connections, in order; those after them pass.
        otherwise: For every connection once `deeds` are used up.
        count: Connections so far.
        kept: What was kept back to arrive later.
    """

    hub: tuple[str, int]
    deeds: deque[Deed] = field(default_factory=deque)
    otherwise: Deed | None = None
    count: int = 0
    port: int = 0
    kept: list[bytes] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The station's address of the hub."""
        return f"http://127.0.0.1:{self.port}"

    def clear(self) -> None:
        """The fault is gone."""
        self.deeds.clear()
        self.otherwise = None

    def connect(self) -> socket.socket:
        """A connection to the hub."""
        there = socket.create_connection(self.hub, timeout=PATIENCE_S)
        with self._lock:
            self._open.add(there)
        return there

    def work(self, listener: socket.socket) -> None:
        """Serve connections, each on a thread, until the listener is closed."""
        threads: list[threading.Thread] = []
        while True:
            try:
                here, _ = listener.accept()
            except OSError:
                break
            here.settimeout(PATIENCE_S)
            with self._lock:
                self._open.add(here)
                self.count += 1
                deed = self.deeds.popleft() if self.deeds else self.otherwise or passes
            threads.append(threading.Thread(target=self._serve, args=(here, deed)))
            threads[-1].start()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        for thread in threads:
            thread.join()

    def _serve(self, here: socket.socket, deed: Deed) -> None:
        try:
            deed(self, here)
        except OSError:
            pass  # either side went away
        finally:
            _hang_up(here)
            here.close()
            with self._lock:
                self._open.discard(here)


@contextmanager
def weak_link(hub_url: str) -> Iterator[WeakLink]:
    """A link to a hub, until the context ends."""
    parts = urlsplit(hub_url)
    assert parts.hostname is not None
    assert parts.port is not None
    link = WeakLink(hub=(parts.hostname, parts.port))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link.port = listener.getsockname()[1]
        thread = threading.Thread(target=link.work, args=(listener,))
        thread.start()
        try:
            yield link
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def passes(link: WeakLink, here: socket.socket) -> None:
    """Nothing happens."""
    _both_ways(link, here)


def cut_going(after_bytes: int) -> Deed:
    """So many bytes reach the hub, then the line is cut."""
    return lambda link, here: _both_ways(link, here, going=after_bytes)


def cut_coming(after_bytes: int) -> Deed:
    """So many bytes of the answers come back, then the line is cut."""
    return lambda link, here: _both_ways(link, here, coming=after_bytes)


def changed_going(*at: int) -> Deed:
    """A bit of each of these bytes that go to the hub is turned."""
    return lambda link, here: _both_ways(link, here, turned=at)


def refuses(_link: WeakLink, _here: socket.socket) -> None:
    """It is hung up at once."""


def silent(_link: WeakLink, here: socket.socket) -> None:
    """Nobody answers, until the station gives up."""
    while here.recv(_READ):
        pass


def answers(answer: bytes) -> Deed:
    """Something on the way answers in the hub's place."""

    def deed(_link: WeakLink, here: socket.socket) -> None:
        read_request(here)
        here.sendall(answer)

    return deed


def twice(link: WeakLink, here: socket.socket) -> None:
    """The request reaches the hub twice; the second answer comes back."""
    request = read_request(here)
    answer = _ask(link, request)
    with contextlib.suppress(OSError):  # a hub that needs no more of it may hang up on the second
        answer = _ask(link, request) or answer
    here.sendall(answer)


def late(link: WeakLink, here: socket.socket) -> None:
    """The request is kept back, to reach the hub when `arrive` is called; the line is cut."""
    link.kept.append(read_request(here))


def arrive(link: WeakLink) -> None:
    """What was kept back reaches the hub now."""
    while link.kept:
        _ask(link, link.kept.pop())


def wrong_key(certificate: Path) -> Deed:
    """Someone else's TLS answers."""

    def deed(_link: WeakLink, here: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with context.wrap_socket(here, server_side=True) as spoken:
            spoken.recv(_READ)

    return deed


def read_request(here: socket.socket) -> bytes:
    """One request, whole."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = here.recv(_READ)
        if not part:
            raise ConnectionAbortedError
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        part = here.recv(_READ)
        if not part:
            raise ConnectionAbortedError
        body += part
    return head + b"\r\n\r\n" + body


def _ask(link: WeakLink, request: bytes) -> bytes:
    head, _, body = request.partition(b"\r\n\r\n")
    there = link.connect()
    try:
        there.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
        found = b""
        while part := there.recv(_READ):
            found += part
        return found
    finally:
        there.close()
        with link._lock:
            link._open.discard(there)


def _both_ways(
    link: WeakLink, here: socket.socket, *, going: int = -1, coming: int = -1, turned: Sequence[int] = ()
) -> None:
    there = link.connect()
    back = threading.Thread(target=_pump, args=(there, here, coming))
    back.start()
    try:
        _pump(here, there, going, turned)
    finally:
        back.join()
        there.close()
        with link._lock:
            link._open.discard(there)


def _pump(source: socket.socket, sink: socket.socket, most: int, turned: Sequence[int] = ()) -> None:
    """Pass bytes on until one side closes or the most has passed; then both are hung up."""
    passed = 0
    try:
        while part := source.recv(_READ if most < 0 else min(_READ, most - passed)):
            for at in (at - passed for at in turned if passed <= at < passed + len(part)):
                part = part[:at] + bytes((part[at] ^ 1,)) + part[at + 1 :]
            sink.sendall(part)
            passed += len(part)
            if passed == most:
                break
    except OSError:
        pass
    if most >= 0:
        _hang_up(source)
    _hang_up(sink)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it was already
        connection.shutdown(socket.SHUT_RDWR)
