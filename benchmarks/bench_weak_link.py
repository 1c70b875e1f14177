"""A link that cuts every 256 KiB costs hardly more than the payload; and a stick is ready as fast as it can be read."""

import socketserver
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Self

from benchmarks.claim import Claim, alternate, at_most
from benchmarks.depot_bench import Bench, random_file
from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.depot import paths
from pocus_desktop.sync.url_carrier import UrlCarrier

PAYLOAD_BYTES = 50_000_000
CUT_BYTES = 256 * 1024
GOAL_PAYLOAD = 1.05
STICK_BYTES = 500_000_000
STICK_BYTES_PER_S = 100_000_000
GOAL_STICK = 1.1
ROUNDS = 3


def run() -> list[Claim]:
    """The weak link counts all that leaves the server, headers included; the stick reads at 100 MB/s for both sides."""
    return [_weak_link(), _stick()]


def _weak_link() -> Claim:
    with tempfile.TemporaryDirectory(prefix="bench-link-") as name:
        bench = Bench(folder=Path(name))
        listing, _ = bench.publish(1, {"clip.webm": random_file(bench.folder / "clip", PAYLOAD_BYTES)})
        with _Server(bench.depot) as server:
            carrier = UrlCarrier(server.url)
            bench.fetch(listing, carrier, bench.refresh(carrier))
            sent = server.sent_bytes
    return at_most(
        "bytes that a server sends to a station over a link that cuts every 256 KiB, against the bundle's size",
        ours=sent,
        reference=listing.size_bytes,
        unit="bytes",
        goal=GOAL_PAYLOAD,
    )


def _stick() -> Claim:
    with tempfile.TemporaryDirectory(prefix="bench-stick-") as name:
        bench = Bench(folder=Path(name))
        listing, _ = bench.publish(1, {"clip.webm": random_file(bench.folder / "clip", STICK_BYTES)})
        stick = Slow(FolderCarrier(bench.depot))

        def ready() -> None:
            state = bench.refresh(stick)
            bench.fetch(listing, stick, state)
            bench.library.remove(listing.bundle_id, listing.version)

        def read() -> None:
            for _ in stick.read(paths.container(listing.envelope_sha256)):
                pass

        ours, theirs = alternate(ready, read, rounds=ROUNDS)
    return at_most(
        "time from a stick of 100 MB/s to a verified bundle of 500 MB in the library, against reading it once",
        ours=ours,
        reference=theirs,
        unit="s",
        goal=GOAL_STICK,
    )


class Slow:
    """A folder that gives its bytes no faster than a stick."""

    name = "stick"

    def __init__(self, inner: FolderCarrier) -> None:
        self._inner = inner

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """As the folder, paced: what a reader does meanwhile costs nothing, as with a device that reads ahead."""
        began, given = time.perf_counter(), 0
        for piece in self._inner.read(path, offset=offset, size=size):
            given += len(piece)
            time.sleep(max(0.0, began + given / STICK_BYTES_PER_S - time.perf_counter()))
            yield piece


class _Server:
    """Serves a folder with ranges, and hangs up after 256 KiB of each answer."""

    def __init__(self, folder: Path) -> None:
        self.sent_bytes = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = folder / self.path.lstrip("/")
                if not path.is_file():
                    self.send_error(404)
                    return
                data = path.read_bytes()
                start, _, end = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
                first, last = int(start), min(int(end) if end else len(data) - 1, len(data) - 1)
                head = (
                    f"HTTP/1.1 206 Partial Content\r\nContent-Length: {last + 1 - first}\r\n"
                    f'Content-Range: bytes {first}-{last}/{len(data)}\r\nETag: "{len(data)}"\r\n'
                    "Content-Type: application/octet-stream\r\n\r\n"
                ).encode()
                body = data[first : last + 1][:CUT_BYTES]
                self.wfile.write(head + body)
                owner.sent_bytes += len(head) + len(body)
                self.close_connection = len(body) < last + 1 - first

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Say nothing."""

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
