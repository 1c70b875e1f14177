"""A real web server over a folder, on this computer's own address, that can be told to misbehave."""

import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(kw_only=True)
class FileServer:
    """What it does, and what it was asked.

    Attributes:
        folder: Whose files it gives.
        has_ranges: Whether it knows `Range`.
        drop_after: How many bytes of an answer it gives before it cuts the link; None for all.
        status: Instead of an answer, this status; None for none.
        headers: To add to every answer, or to put in place of its own.
        decodes: Whether `%20` in an address is a space in a file's name.
        asked: Method, path as it came and `Range`, of every request.
    """

    folder: Path
    has_ranges: bool = True
    drop_after: int | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    decodes: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["FileServer"]:
        told = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                told.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """A client may go at any time."""

        with Server(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range", "")
        self.asked.append((request.path, asked))
        name = request.path.lstrip("/")
        file = self.folder / (unquote(name) if self.decodes else name)
        status, data, headers = (200, file.read_bytes(), {}) if file.is_file() else (404, b"", {})
        if self.status is not None:
            status, data = self.status, b""
        elif status == 200:
            validator = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
            headers["ETag"] = validator
            is_same = request.headers.get("If-Range", validator) == validator
            if self.has_ranges and is_same and (found := _RANGE.fullmatch(asked)):
                status, data, said = _part(data, int(found[1]), found[2])
                headers["Content-Range"] = said
        headers = {"Content-Length": str(len(data)), **headers, **self.headers}
        request.send_response(status)
        for key, value in headers.items():
            if value:
                request.send_header(key, value)
        request.end_headers()
        request.wfile.write(data if self.drop_after is None else data[: self.drop_after])
        if self.drop_after is not None and self.drop_after < len(data):
            request.close_connection = True


def _part(data: bytes, first: int, last: str) -> tuple[int, bytes, str]:
    if first >= len(data):
        return 416, b"", f"bytes */{len(data)}"
    end = min(int(last) if last else len(data) - 1, len(data) - 1)
    return 206, data[first : end + 1], f"bytes {first}-{end}/{len(data)}"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that answers each connection as told, byte by byte; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def work() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
