"""Envelopes that an academy's hub accepts in a second, beside rows of the same size that `pgbench` inserts.

Both on one PostgreSQL that syncs each commit, in one run and in turns. Ours is the whole way: HTTP, opening and judging
the envelope, the object synced to the disk, rows, log entry, job and receipt in one transaction, the answer; by two
server processes and clients of this process. The reference is one INSERT a transaction, prepared once. Scoring is not
in it: it comes after (`pocus hub work`).
"""

import base64
import hashlib
import random
import re
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.claim import Claim, at_most
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from tests.hub.postgres import PASSWORD, Cluster, running_cluster, upgrade
from tests.hub.school import School, with_first
from tests.hub.several import academy

CLIENTS: Final = (2, 4, 8)
ROUNDS: Final = 3
ENVELOPES: Final = 120
PGBENCH_S: Final = 2
GOAL: Final = 2.0
"""An envelope may take as long as two rows: half of pgbench's rate."""


def run() -> list[Claim]:
    """Both, in turns."""
    with running_cluster() as cluster, tempfile.TemporaryDirectory(prefix="pocus-bench-hub-") as folder:
        name = cluster.create()
        upgrade(cluster.url(name))
        school = School(folder=Path(folder), database_url=cluster.url(name))
        requests = iter(_requests(school, ENVELOPES * ROUNDS * len(CLIENTS)))
        size = 0
        claims = []
        with academy(school, cluster, random.Random(1), processes=2) as hub:
            for clients in CLIENTS:
                ours, theirs = [], []
                for _ in range(ROUNDS):
                    batch = [next(requests) for _ in range(ENVELOPES)]
                    size = len(batch[0])
                    ours.append(_ours(hub.ports, batch, clients))
                    theirs.append(_pgbench(cluster, name, clients, size, Path(folder)))
                claims.append(
                    at_most(
                        f"Time for an envelope of {size:,} bytes accepted by the hub, {clients} clients, against a row"
                        " of that size inserted by pgbench",
                        ours=round(1000 / statistics.median(ours), 3),
                        reference=round(1000 / statistics.median(theirs), 3),
                        unit="ms",
                        goal=GOAL,
                    )
                )
        return claims


def _requests(school: School, number: int) -> list[bytes]:
    """Requests with envelopes of as many sittings, ready to be sent."""
    sat = school.sit()
    made = []
    for each in range(number):
        data = school.seal(with_first(sat.recorded, sitting=f"sit_bench_{each}"), sat.admission)
        digest = hashlib.sha256(data)
        content = base64.b64encode(digest.digest()).decode()
        head = (
            f"PUT /v1/envelopes/{digest.hexdigest()} HTTP/1.1\r\nHost: hub\r\nContent-Type: {MEDIA_TYPE}\r\n"
            f"Content-Digest: sha-256=:{content}:\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        made.append(head.encode() + data)
    return made


def _ours(ports: Sequence[int], requests: Sequence[bytes], clients: int) -> float:
    """Envelopes a second."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda one: _send(ports[one % len(ports)], requests[one::clients]), range(clients)))
    return len(requests) / (time.perf_counter() - started)


def _send(port: int, requests: Sequence[bytes]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            head, _, body = answer.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(head.decode(errors="replace"))
            length = int(re.findall(rb"content-length: (\d+)", head.lower())[0])
            while len(body) < length:
                body += connection.recv(65536)


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
