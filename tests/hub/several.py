"""An academy's hub as three processes on one PostgreSQL, clients that send to each in turn, and someone who kills.

For `test_several.py` (short) and `tests/soak/hub.py` (long). What must hold, whatever was killed and when:

1. An envelope for which anyone got a receipt is held, and every receipt for it is the same, byte for byte.
2. Each envelope has one row and one object, each sitting one standing, and there is nothing else.
3. Every process answers a question for a receipt with the same bytes.
4. Once the workers are through, every sitting stands as it does at a hub of one process on SQLite.
"""

import base64
import contextlib
import hashlib
import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.intake import Point
from pocus_desktop.hub.records.store import Standing
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.hub.storage.places import FolderPlace
from pocus_desktop.hub.work import Worker
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from tests.hub.postgres import Cluster, children
from tests.hub.school import School

PROCESSES: Final = 3
CLIENTS: Final = 6
PATIENCE_S: Final = 120
POINTS: Final = tuple(point for point in Point if point is not Point.SETTLED)  # that one is the workers'

Victim = Literal["process", "database"]

_SERVER: Final = """
import contextlib, os, signal, socket, sys, time
from pathlib import Path
import uvicorn
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.web.app import Policy
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.guard import Limits
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.hub.web.processes import run_several
from pocus_desktop.hub.web.serve import configuration
from pocus_desktop.kernel import log

folder, orders, signing, sealing, count = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5])
is_watched = sys.argv[6] == "watched"
keys = AcademyKeys(signing=SigningKey.from_seed(bytes.fromhex(signing)),
                   sealing=SealingKey.from_seed(bytes.fromhex(sealing)))

def hook(point):
    for victim in ("process", "database"):
        order = orders / f"{victim}-{point}"
        try:
            order.rename(order.with_suffix(".carried-out"))
        except FileNotFoundError:
            continue
        if victim == "process":
            os.kill(os.getpid(), signal.SIGKILL)
        while not (orders / "go-on").exists():  # until the database is dead
            time.sleep(0.005)

def work(number):
    log.start_on(sys.stderr, is_strict=True)
    hub = Hub(folder, keys, os.environ["POCUS_DATABASE_URL"], hook=hook if is_watched else lambda _point: None)
    uvicorn.Server(configuration(hub, policy=POLICY)).run(sockets=[listeners[number]])
    hub.close()

OFTEN = Rate(burst=100_000, per_minute=100_000)  # all of it comes from this computer, which no limit is about here
POLICY = Policy(limits=Limits(station=OFTEN, centre=OFTEN, stranger=OFTEN, doors={}))
listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
print(*(listener.getsockname()[1] for listener in listeners), flush=True)
run_several(count, work)
"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed result on its way."""

    data: bytes
    digest: str


@dataclass
class Academy:
    """The processes, what was sent to them, and what they answered."""

    school: School
    cluster: Cluster
    ports: Sequence[int]
    pid: int
    orders: Path
    rng: random.Random
    sent: list[Envelope] = field(default_factory=list)
    answers: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    kills: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _turn: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, envelopes: Sequence[Envelope], disturb: Callable[[], None]) -> None:
        """Send each envelope twice, at the same time as others, while something happens."""
        twice = [*envelopes, *envelopes]
        self.rng.shuffle(twice)
        self.sent += envelopes
        with ThreadPoolExecutor(CLIENTS) as clients:
            sending = [clients.submit(self._deliver, envelope) for envelope in twice]
            disturb()
            for one in sending:
                one.result()

    def kill_at(self, victim: Victim, point: Point, envelopes: Sequence[Envelope]) -> None:
        """Send, and kill when a process comes to a named point."""
        order = self.orders / f"{victim}-{point}"
        done = order.with_suffix(".carried-out")
        (self.orders / "go-on").unlink(missing_ok=True)
        done.unlink(missing_ok=True)
        order.touch()

        def disturb() -> None:
            _until(done.exists)
            if victim == "database":
                self.cluster.kill()
                (self.orders / "go-on").touch()
                self.cluster.start()

        self.send(envelopes, disturb)
        self.kills[f"{victim} at {point}"] += 1

    def kill_somewhere(self, victim: Victim, envelopes: Sequence[Envelope]) -> None:
        """Send, and kill at any moment."""

        def disturb() -> None:
            time.sleep(self.rng.uniform(0, 0.3))  # the moment is what is tried
            if victim == "database":
                self.cluster.kill()
                self.cluster.start()
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.rng.choice(children(self.pid) or [0]) or self.pid, signal.SIGKILL)

        self.send(envelopes, disturb)
        self.kills[f"{victim} at random"] += 1

    def check(self, expected: dict[str, Standing]) -> None:
        """The four rules above."""
        digests = {envelope.digest for envelope in self.sent}
        assert set(self.answers) == digests
        assert {len(given) for given in self.answers.values()} == {1}, "one envelope, one receipt"
        for digest, given in self.answers.items():
            for port in self.ports:
                status, receipt = _ask(port, "GET", f"/v1/envelopes/{digest}/receipt")
                assert (status, {receipt}) == (200, given)
        hub = self.school.hub(is_registered=False, is_scoring_later=True)
        try:
            received = hub._store.received()
            assert sorted(one.digest for one in received) == sorted(digests)
            kept = list(Objects(FolderPlace(self.school.folder / "hub" / "objects")).digests())
            assert kept == sorted(digests)
            Worker(hub).drain()
            found = {one.sitting: _timeless(one) for one in hub.standings()}
        finally:
            hub.close()
        wanted = {one.sitting for one in received}
        assert found == {sitting: expected[sitting] for sitting in wanted}
        assert {one.status for one in found.values()} == {Status.SCORED}

    def _deliver(self, envelope: Envelope) -> None:
        """As a station does: again and again, to whichever process the balancer chooses, until there is a receipt."""
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(envelope.digest)).decode()}:",
        }
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with self._lock:
                self._turn += 1
                port = self.ports[self._turn % len(self.ports)]
            status, answer = _ask(port, "PUT", f"/v1/envelopes/{envelope.digest}", envelope.data, headers)
            if status in {200, 201}:
                with self._lock:
                    self.answers[envelope.digest].add(answer)
                return
            assert status in {0, 429, 503}, (status, answer)
            time.sleep(0.05)
        raise AssertionError("no process took it")


@contextlib.contextmanager
def academy(
    school: School, cluster: Cluster, rng: random.Random, *, processes: int = PROCESSES, is_watched: bool = True
) -> Iterator[Academy]:
    """The processes, running; the school's database is the cluster's. Only those that are watched can be killed."""
    hub = school.hub(is_scoring_later=True)
    hub.close()
    orders = school.folder / "orders"
    orders.mkdir()
    keys = school.keys
    arguments = [school.folder / "hub", orders, keys.signing.seed.hex(), keys.sealing.seed.hex(), processes]
    arguments.append("watched" if is_watched else "alone")
    command = [sys.executable, "-c", _SERVER, *map(str, arguments)]
    environment = {**os.environ, "POCUS_DATABASE_URL": school.database_url or ""}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            ports = [int(port) for port in process.stdout.readline().split()]
            assert len(ports) == processes
            yield Academy(school=school, cluster=cluster, ports=ports, pid=process.pid, orders=orders, rng=rng)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE_S) == 0
        finally:
            if process.poll() is None:
                process.kill()  # its children see that it is gone


def sit_several(school: School, number: int, rng: random.Random) -> list[tuple[Envelope, ...]]:
    """What so many candidates' stations send: a partial result and the final one."""
    made = []
    for _ in range(number):
        sat = school.sit(vein=rng.choice(("yes", "no")), plan=rng.choice(("treat", "wait")))
        made.append(tuple(Envelope(data, hashlib.sha256(data).hexdigest()) for data in (sat.partial, sat.final)))
    return made


def expected(school: School, envelopes: Sequence[Envelope], folder: Path) -> dict[str, Standing]:
    """How each sitting stands at a hub of one process on SQLite."""
    alone = School(folder=folder, keys=school.keys, station=school.station, clock=school.clock)
    hub = alone.hub()
    try:
        for envelope in envelopes:
            hub.take(envelope.data)
        return {one.sitting: _timeless(one) for one in hub.standings()}
    finally:
        hub.close()


def _timeless(standing: Standing) -> Standing:
    return replace(standing, settled_at_ms=0)


def _ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """An answer; status 0 where there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.005)
