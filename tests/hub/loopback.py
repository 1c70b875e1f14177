"""A real server on this computer's own address."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.serve import configuration


@contextmanager
def serving(hub: Hub, **changes: Any) -> Iterator[str]:
    """The hub behind uvicorn on a free port; its address."""
    with running(configuration(hub, **changes)) as port:
        yield f"{'https' if 'certificate' in changes else 'http'}://127.0.0.1:{port}"


@contextmanager
def running(configured: uvicorn.Config) -> Iterator[int]:
    """Any application behind uvicorn on a free port of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # any application, as promptly as ours
        server = uvicorn.Server(configured)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that answers each connection as told, byte by byte; its address."""

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                answer(connection)

    listener: Any
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def read_request(connection: socket.socket) -> bytes:
    """Read one request with its body, as far as its head says how long it is."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return body
