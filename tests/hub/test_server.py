"""The hub as a process behind a socket: slow and vanishing senders, signals, and kills at any moment."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import uvicorn

from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.errors import AddressInUseError, NeedsTlsError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.hub.web.serve import serve
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.errors import SyncError
from pocus_desktop.sync.https import HttpsTransport
from tests.hub.loopback import running, serving
from tests.hub.school import Sat, School

SERVER = """
import os, signal, socket, sys, threading
from pathlib import Path
import uvicorn
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.serve import configuration, serve
from pocus_desktop.admission.academy import AcademyKeys

folder, signing, sealing, point, times = Path(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5])
keys = AcademyKeys(signing=SigningKey.from_seed(bytes.fromhex(signing)),
                   sealing=SealingKey.from_seed(bytes.fromhex(sealing)))
if not point:
    serve(folder, keys, port=0, on_ready=lambda url: print(url, flush=True))
    sys.exit(0)
passed, lock = [], threading.Lock()

def hook(reached):
    with lock:
        if reached == point:
            passed.append(reached)
            if len(passed) == times:
                os.kill(os.getpid(), signal.SIGKILL)

hub = Hub(folder, keys, hook=hook)
listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(configuration(hub)).run(sockets=[listener])
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are stopped by signals")


@contextmanager
def _process(school: School, point: str = "", times: int = 1) -> Iterator[tuple[subprocess.Popen[str], str]]:
    keys = school.keys
    arguments = [str(school.folder / "hub"), keys.signing.seed.hex(), keys.sealing.seed.hex(), point, str(times)]
    command = [sys.executable, "-c", SERVER, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.kill()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _send(url: str, sat: Sat) -> bytes | None:
    transport = HttpsTransport(url)
    try:
        return transport.deliver(sat.final, _digest(sat.final))
    except SyncError:
        return None
    finally:
        transport.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "interrupted"])
def test_a_served_hub_answers_and_stops_when_told(school: School, number: signal.Signals) -> None:
    sat = school.sit()
    with _process(school) as (process, url):
        receipt = _send(url, sat)
        assert receipt is not None
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
    verify_receipt(receipt, [school.keys.signing.public], sealed_digest=_digest(sat.final))
    hub = school.hub()
    assert hub.receipt(_digest(sat.final)) == receipt
    assert hub.report(sat.sitting) is not None
    hub.close()


@pytest.mark.parametrize(
    ("point", "is_held"), [("verified", False), ("stored", False), ("committed", True), ("settled", True)]
)
def test_killed_before_it_answered_it_holds_what_it_committed_and_nothing_twice(
    school: School, point: str, is_held: bool
) -> None:
    sat = school.sit()
    school.hub().close()
    with _process(school, point) as (process, url):
        assert _send(url, sat) is None
        assert process.wait(timeout=30) == -signal.SIGKILL
    hub = school.hub(is_registered=False)
    held = hub.receipt(_digest(sat.final))
    assert (held is not None) == is_held
    assert (hub.report(sat.sitting) is not None) == is_held
    answer = hub.take(sat.final)
    assert answer.is_new != is_held
    assert held in {None, answer.receipt}
    assert [(one.sitting, one.status) for one in hub.standings()] == [(sat.sitting, Status.SCORED)]
    assert len([path for path in (school.folder / "hub" / "objects").rglob("*") if path.is_file()]) == 1
    hub.close()


def test_killed_under_load_every_receipt_it_gave_stands(school: School) -> None:
    several = [school.sit() for _ in range(8)]
    school.hub().close()
    with _process(school, "committed", times=5) as (process, url):
        with ThreadPoolExecutor(4) as pool:
            receipts = list(pool.map(lambda sat: _send(url, sat), several))
        assert process.wait(timeout=30) == -signal.SIGKILL
    hub = school.hub(is_registered=False)
    for sat, receipt in zip(several, receipts, strict=True):
        assert receipt in {None, hub.receipt(_digest(sat.final))}
    assert sum(hub.receipt(_digest(sat.final)) is not None for sat in several) >= 5
    assert None in receipts
    for sat in several:
        hub.take(sat.final)
    assert {one.sitting: one.status for one in hub.standings()} == {sat.sitting: Status.SCORED for sat in several}
    hub.close()


@contextmanager
def _impatient(hub: Hub) -> Iterator[int]:
    app = create_app(hub, policy=Policy(stall_s=0.05))
    with running(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")) as port:
        yield port


def _begin(port: int, digest: str) -> socket.socket:
    """Announce a thousand bytes and send ten."""
    connection = socket.create_connection(("127.0.0.1", port))
    head = (
        f"PUT /v1/envelopes/{digest} HTTP/1.1\r\nHost: hub\r\nContent-Type: application/vnd.pocus.sealed-result\r\n"
        "Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\nContent-Length: 1000\r\n\r\n"
    )
    connection.sendall(head.encode() + bytes(10))
    return connection


def test_a_sender_that_stops_sending_is_told_and_left(hub: Hub) -> None:
    with _impatient(hub) as port, _begin(port, "0" * 64) as connection:
        connection.settimeout(20)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in head.lower()
    assert json.loads(body)["code"] == "hub.slow_sender"


def test_a_sender_that_vanishes_leaves_no_trace(school: School, hub: Hub) -> None:
    sat = school.sit()
    with serving(hub) as url:
        _begin(int(url.rpartition(":")[2]), _digest(sat.final)).close()
        assert _send(url, sat) is not None
    assert hub.quarantined() == ()
    assert [one.sitting for one in hub.standings()] == [sat.sitting]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "hub.example.org", ""])
def test_listening_to_others_without_tls_is_refused(school: School, host: str) -> None:
    with pytest.raises(NeedsTlsError):
        serve(school.folder / "hub", school.keys, host, 0)
    assert not (school.folder / "hub").exists()


def test_an_address_in_use_is_named(school: School) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(AddressInUseError) as told:
            serve(school.folder / "hub", school.keys, "127.0.0.1", port)
    assert (told.value.params["host"], told.value.params["port"]) == ("127.0.0.1", port)


def test_the_hub_names_neither_its_software_nor_its_callers(school: School) -> None:
    with _process(school) as (process, url):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=30)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"server:" not in answer.lower()
    assert told == ""
