"""Clients of a hub in a process of their own, as light as `pgbench`'s: one loop over sockets, no HTTP library.

    python -m benchmarks.hub_clients FILE CLIENTS PORT …

FILE holds ready requests, each after its length in four bytes. Each client has one connection and sends its next
request when the answer to the last one is there. It prints the seconds from the first request to the last answer, and
the milliseconds within which 99 of 100 answers were there.
"""

import selectors
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Final

LENGTH: Final = struct.Struct(">I")


class _Client:
    """One connection and what it still has to send."""

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._waiting = requests[::-1]
        self._answer = b""
        self._sent = 0.0
        self.took_ms: list[float] = []

    def send(self) -> bool:
        """Send the next request; whether there was one."""
        if self._waiting:
            self._sent = time.perf_counter()
            self.connection.sendall(self._waiting.pop())
            return True
        self.connection.close()
        return False

    def is_answered(self) -> bool:
        """Take what came; whether that is the whole of an answer, which must be good."""
        self._answer += self.connection.recv(65536)
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201", b"HTTP/1.1 303")):
            raise RuntimeError(self._answer.decode(errors="replace"))
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return False
        self._answer = b""
        self.took_ms.append((time.perf_counter() - self._sent) * 1000)
        return True


def main(path: str, clients: str, *ports: str) -> None:
    """Send everything, and say how long it took."""
    requests = _read(Path(path).read_bytes())
    count = int(clients)
    everyone = [_Client(int(ports[one % len(ports)]), requests[one::count]) for one in range(count)]
    with selectors.DefaultSelector() as selector:
        for client in everyone:
            selector.register(client.connection, selectors.EVENT_READ, client)
        started = time.perf_counter()
        busy = sum(client.send() for client in everyone)
        while busy:
            for key, _ in selector.select():
                client = key.data
                if client.is_answered():
                    selector_key = client.connection
                    if not client.send():
                        selector.unregister(selector_key)
                        busy -= 1
        seconds = time.perf_counter() - started
    took_ms = sorted(ms for client in everyone for ms in client.took_ms)
    print(seconds, took_ms[len(took_ms) * 99 // 100])


def _read(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        (size,) = LENGTH.unpack_from(data, at)
        found.append(data[at + LENGTH.size : at + LENGTH.size + size])
        at += LENGTH.size + size
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
