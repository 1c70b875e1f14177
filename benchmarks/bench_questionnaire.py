"""A part of an evaluator's questionnaire under load, on PostgreSQL, beside a bare endpoint of the same framework.

The page is the whole way: session, row, three seals opened, answers filled in, the template, the line in the log. The
bare endpoint answers as many bytes and asks nothing. Clients are in a process of their own; both sides take turns. What
the machine does for others disturbs rates, so the claim says besides what processor time this process took for a page.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from benchmarks.claim import Claim, at_most
from benchmarks.hub_clients import LENGTH
from pocus_desktop.hub.peers.pages import COOKIE
from pocus_desktop.hub.web.serve import configuration
from tests.hub.loopback import running
from tests.hub.peers.postbox import running_postbox
from tests.hub.peers.world import World, everything, people
from tests.hub.postgres import running_cluster, upgrade
from tests.hub.school import School

PAGES: Final = 400
ROUNDS: Final = 5
CLIENTS: Final = 8
PATH: Final = "/peer/part/acquisition"


def run() -> Claim:
    """The page, and the bare endpoint."""
    with (
        running_cluster() as cluster,
        running_postbox() as box,
        tempfile.TemporaryDirectory(prefix="pocus-bench-questionnaire-") as folder,
    ):
        name = cluster.create()
        upgrade(cluster.url(name))
        school = School(folder=Path(folder), database_url=cluster.url(name))
        hub = school.hub(is_registered=False)
        box.settings(school.folder / "hub", "https://hub.example.org")
        world = World(school=school, hub=hub, postbox=box)
        world.invite(people()[0])
        browsing = world.browser()
        browsing.save_all(everything(4))
        secret = browsing.client.cookies.get(COOKIE) or ""
        page = browsing.look(PATH)
        with running(configuration(hub)) as port:
            claim = _beside(port, _get(secret), page, Path(folder))
        hub.close()
    return claim


def _beside(port: int, request: bytes, page: str, folder: Path) -> Claim:
    async def bare(_request: Request) -> HTMLResponse:
        return HTMLResponse("x" * len(page.encode()))

    plain = Starlette(routes=[Route(PATH, bare)])
    with running(uvicorn.Config(plain, log_level="warning", access_log=False)) as other:
        _asked(port, request, folder)  # connections, templates, modules
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_asked(port, request, folder))
            theirs.append(_asked(other, request, folder))
    rate, bare_rate = (PAGES / median(seconds for seconds, _, _ in side) for side in (ours, theirs))
    p99, bare_p99 = (median(ms for _, ms, _ in side) for side in (ours, theirs))
    busy, bare_busy = (median(ms for _, _, ms in side) for side in (ours, theirs))
    told = (
        f"{rate:.0f} a second, p99 {p99:.0f} ms, {busy:.1f} ms of processor",
        f"{bare_rate:.0f}, {bare_p99:.0f}, {bare_busy:.1f}",
    )
    return at_most(
        f"A part of the questionnaire ({len(page.encode()):,} bytes) on PostgreSQL, {CLIENTS} clients ({told[0]}),"
        f" against a bare endpoint ({told[1]})",
        ours=round(1000 / rate, 3),
        reference=round(1000 / bare_rate, 3),
        unit="ms",
        goal=2.0,
    )


def _get(secret: str) -> bytes:
    return f"GET {PATH} HTTP/1.1\r\nHost: hub\r\nAccept: text/html\r\nCookie: {COOKIE}={secret}\r\n\r\n".encode()


def _asked(port: int, request: bytes, folder: Path) -> tuple[float, float, float]:
    """Seconds for all pages, the milliseconds of p99, and those of processor that a page took here."""
    file = folder / "requests"
    file.write_bytes((LENGTH.pack(len(request)) + request) * PAGES)
    command = [sys.executable, "-m", "benchmarks.hub_clients", str(file), str(CLIENTS), str(port)]
    begun = time.process_time()
    seconds, p99_ms = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(p99_ms), (time.process_time() - begun) * 1000 / PAGES
