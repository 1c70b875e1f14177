"""A page of the hub under load, beside a bare endpoint of the same framework.

The bare endpoint is Starlette behind uvicorn, as the hub is, and answers as many bytes of HTML without asking anything;
what a claim is about is the hub's time for a page over its. Beside it another one reads one row of the same database on
a thread, as an application without caches would, for what any page costs that looks at something.

Clients are in a process of their own (`benchmarks.hub_clients`); all take turns. The hub logs, as it does at work. What
the machine does for others disturbs rates, so the processor time that this process took for a page is told as well:
that of the hub's loop and threads, of neither the clients nor PostgreSQL.
"""

import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import psycopg_pool
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from benchmarks.claim import Claim, at_most
from benchmarks.hub_clients import LENGTH
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.serve import configuration
from pocus_desktop.kernel import log
from tests.hub.loopback import running

ROUNDS: Final = 7
CLIENTS: Final = 8
PATH: Final = "/page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a batch of requests came to, in milliseconds.

    Attributes:
        wall_ms: By the clock, a request.
        p99_ms: Within which 99 of 100 were answered.
        busy_ms: Of processor, a request.
    """

    wall_ms: float
    p99_ms: float
    busy_ms: float

    def __str__(self) -> str:
        return f"{1000 / self.wall_ms:.0f} a second, p99 {self.p99_ms:.0f} ms, {self.busy_ms:.2f} ms of processor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The hub's page, the bare endpoint, and the one that reads a row."""

    ours: Load
    bare: Load
    row: Load

    def claim(self, page: str, more: str = "") -> Claim:
        """That the page has half the bare endpoint's rate."""
        return at_most(
            f"{page} on PostgreSQL, {CLIENTS} clients ({self.ours}{more}), against a bare endpoint ({self.bare};"
            f" with one row read: {self.row})",
            ours=round(self.ours.wall_ms, 3),
            reference=round(self.bare.wall_ms, 3),
            unit="ms",
            goal=2.0,
        )


def beside_bare(port: int, requests: Sequence[bytes], size: int, dsn: str, folder: Path) -> Beside:
    """The hub at a port, and both endpoints, in turns.

    Args:
        port: Where the hub listens.
        requests: What is asked of it.
        size: Bytes of what the bare endpoints answer.
        dsn: Of its database.
        folder: For the clients' file.
    """
    plain = [f"GET {PATH} HTTP/1.1\r\nHost: hub\r\nAccept: text/html\r\n\r\n".encode()] * len(requests)

    async def bare(_request: Request) -> HTMLResponse:
        return HTMLResponse("x" * size)

    with psycopg_pool.ConnectionPool(dsn, min_size=CLIENTS, max_size=CLIENTS) as pool:

        def look() -> None:
            with pool.connection() as connection:
                connection.autocommit = True
                connection.execute("SELECT * FROM about").fetchone()

        async def row(_request: Request) -> HTMLResponse:
            await run_in_threadpool(look)
            return HTMLResponse("x" * size)

        with _served(bare) as beside, _served(row) as reading:
            sides = ((port, requests), (beside, plain), (reading, plain))
            found = [[asked(at, batch, folder) for at, batch in sides] for _ in range(ROUNDS + 1)]
    del found[0]  # connections, statements, templates
    ours, theirs, with_row = (middle([one[side] for one in found]) for side in range(3))
    return Beside(ours=ours, bare=theirs, row=with_row)


@contextmanager
def working(hub: Hub, folder: Path) -> Iterator[int]:
    """A hub behind its server, which logs; its port."""
    log.start(folder / "hub.log")
    try:
        with running(configuration(hub)) as port:
            yield port
    finally:
        log.stop()


def asked(port: int, requests: Sequence[bytes], folder: Path) -> Load:
    """All requests once, by the clients."""
    file = folder / "requests"
    file.write_bytes(b"".join(LENGTH.pack(len(one)) + one for one in requests))
    command = [sys.executable, "-m", "benchmarks.hub_clients", str(file), str(CLIENTS), str(port)]
    begun = time.process_time()
    seconds, p99_ms = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    busy = time.process_time() - begun
    return Load(
        wall_ms=float(seconds) * 1000 / len(requests), p99_ms=float(p99_ms), busy_ms=busy * 1000 / len(requests)
    )


def middle(found: Sequence[Load]) -> Load:
    """The medians."""
    return Load(
        wall_ms=median(one.wall_ms for one in found),
        p99_ms=median(one.p99_ms for one in found),
        busy_ms=median(one.busy_ms for one in found),
    )


def get(path: str, *fields: str) -> bytes:
    """A browser's question."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: hub", "Accept: text/html", *fields, "", "")).encode()


def _served(endpoint: Callable[[Request], Awaitable[Response]]) -> AbstractContextManager[int]:
    plain = Starlette(routes=[Route(PATH, endpoint)])
    return running(uvicorn.Config(plain, log_level="warning", access_log=False))
