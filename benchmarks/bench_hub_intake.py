"""Envelopes that an academy's hub accepts in a second, beside rows of the same size that `pgbench` inserts.

Both on one PostgreSQL that syncs each commit, in one run and in turns, each asked by as many clients in a process of
their own (`benchmarks.hub_clients`, `pgbench`). Ours is the whole way: HTTP, the station's signature over the request,
opening and judging the envelope, the object synced to the disk, rows, log entry, job and receipt in one transaction,
the answer, the line in the log; by two server processes. The reference is one INSERT a transaction, prepared once.
Scoring is not in it: it comes after (`pocus hub work`).

What the processors of this machine do for others disturbs both; so each claim says besides how much processor time an
envelope took: of the hub's processes, and of PostgreSQL's.
"""

import base64
import hashlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.claim import Claim, at_most
from benchmarks.hub_clients import LENGTH
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from tests.hub.postgres import PASSWORD, Cluster, children, running_cluster, upgrade
from tests.hub.school import School, with_first
from tests.hub.several import academy
from tests.hub.test_admissions import enrol

CLIENTS: Final = (2, 4, 8)
ROUNDS: Final = 5
ENVELOPES: Final = 160
WARMING: Final = 120
"""Sent before anything is measured: connections are made, statements prepared, modules imported."""

PGBENCH_S: Final = 2
GOAL: Final = 2.0
"""An envelope may take as long as two rows: half of pgbench's rate."""

_TICK_MS: Final = 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What a batch of envelopes took, in milliseconds an envelope: by the clock, and of processors."""

    wall: float
    hub: float
    database: float


def run() -> list[Claim]:
    """Both, in turns."""
    with running_cluster() as cluster, tempfile.TemporaryDirectory(prefix="pocus-bench-hub-") as folder:
        name = cluster.create()
        upgrade(cluster.url(name))
        school = School(folder=Path(folder), database_url=cluster.url(name))
        hub = school.hub()
        station = enrol(hub.registry, "Desk 1").signing
        hub.close()
        requests = iter(_requests(school, station, WARMING + ENVELOPES * ROUNDS * len(CLIENTS)))
        claims = []
        with academy(school, cluster, random.Random(1), processes=2, is_watched=False) as served:
            _ours(served.ports, [next(requests) for _ in range(WARMING)], max(CLIENTS), (), cluster, school.folder)
            servers = children(served.pid)
            for clients in CLIENTS:
                ours, theirs, size = [], [], 0
                for _ in range(ROUNDS):
                    batch = [next(requests) for _ in range(ENVELOPES)]
                    size = len(batch[0])
                    ours.append(_ours(served.ports, batch, clients, servers, cluster, school.folder))
                    theirs.append(_pgbench(cluster, name, clients, size, school.folder))
                of_hub, of_database = (
                    statistics.median(getattr(one, part) for one in ours) for part in ("hub", "database")
                )
                claims.append(
                    at_most(
                        f"Time for an envelope of {size:,} bytes accepted by the hub ({of_hub:.1f} ms of processor,"
                        f" PostgreSQL {of_database:.1f} ms), {clients} clients, against a row of that size inserted by"
                        " pgbench",
                        ours=round(statistics.median(one.wall for one in ours), 3),
                        reference=round(1000 / statistics.median(theirs), 3),
                        unit="ms",
                        goal=GOAL,
                    )
                )
        return claims


def _requests(school: School, station: SigningKey, number: int) -> list[bytes]:
    """Requests of a station with envelopes of as many sittings, ready to be sent."""
    sat = school.sit()
    made = []
    for each in range(number):
        data = school.seal(with_first(sat.recorded, sitting=f"sit_bench_{each}"), sat.admission)
        digest = hashlib.sha256(data)
        content = base64.b64encode(digest.digest()).decode()
        target, now_ms = f"/v1/envelopes/{digest.hexdigest()}", round(time.time() * 1000)
        signed = sign_request(station, method="PUT", target=target, now_ms=now_ms, content_digest=digest.hexdigest())
        head = (
            f"PUT {target} HTTP/1.1\r\nHost: hub\r\nContent-Type: {MEDIA_TYPE}\r\nAuthorization: {signed}\r\n"
            f"Content-Digest: sha-256=:{content}:\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        made.append(head.encode() + data)
    return made


def _ours(
    ports: Sequence[int],
    requests: Sequence[bytes],
    clients: int,
    servers: Sequence[int],
    cluster: Cluster,
    folder: Path,
) -> _Round:
    file = folder / "requests"
    file.write_bytes(b"".join(LENGTH.pack(len(request)) + request for request in requests))
    before = _busy_ms(servers), _busy_ms(children(cluster.pid))
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.hub_clients", file, str(clients), *map(str, ports)],
        check=True,
        capture_output=True,
        text=True,
    )
    after = _busy_ms(servers), _busy_ms(children(cluster.pid))
    hub, database = ((now - then) / len(requests) for now, then in zip(after, before, strict=True))
    return _Round(wall=float(told.stdout.split()[0]) * 1000 / len(requests), hub=hub, database=database)


def _busy_ms(pids: Sequence[int]) -> float:
    """Processor time of processes until now, in milliseconds; of one that ended meanwhile, none."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # PostgreSQL starts and ends some by itself
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks * _TICK_MS


def _pgbench(cluster: Cluster, name: str, clients: int, size: int, folder: Path) -> float:
    """Rows a second."""
    script = folder / "insert.sql"
    data = random.Random(2).randbytes(size).hex()
    script.write_text(f"INSERT INTO bench_row (data) VALUES (decode('{data}', 'hex'));\n")
    environment = {"PGPASSWORD": PASSWORD, "PATH": str(cluster.programs)}
    made = "DROP TABLE IF EXISTS bench_row; CREATE TABLE bench_row (id bigserial PRIMARY KEY, data bytea NOT NULL)"
    address = cluster.dsn(name).replace(f":{PASSWORD}", "")
    subprocess.run(
        [cluster.programs / "psql", "-q", "-c", made, address], env=environment, check=True, capture_output=True
    )
    told = subprocess.run(
        [
            *(cluster.programs / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}"),
            *(f"--client={clients}", "--jobs=2", f"--time={PGBENCH_S}", address),
        ],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(re.findall(r"tps = ([\d.]+)", told.stdout)[-1])
