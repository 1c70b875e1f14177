"""One side of `bench_wire`, as a process within its namespace.

python -m benchmarks.wire_side hub FOLDER            a hub that speaks TLS, at two ports
python -m benchmarks.wire_side ours|tuspy FOLDER     a client that brings the envelope there
"""

import contextlib
import hashlib
import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Final

import uvicorn
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from benchmarks.lossy_link import HUB_ADDRESS
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.serve import configuration, load
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox

CUT_PORT: Final = 7001
OPEN_PORT: Final = 7002
_BEAT_S: Final = 0.02


def main(arguments: list[str]) -> int:
    """Be one side."""
    side, folder = arguments[0], Path(arguments[1])
    match side:
        case "hub":
            _hub(folder)
        case "ours":
            _ours(folder)
        case _:
            _tuspy(folder)
    return 0


def academy() -> AcademyKeys:
    """The academy's keys, the same for every side."""
    return AcademyKeys(signing=SigningKey.from_seed(b"w" * 32), sealing=SealingKey.from_seed(b"x" * 32))


def _hub(folder: Path) -> None:
    hub = Hub(folder / "hub", academy())
    configured = configuration(hub, certificate=folder / "hub.pem")
    load(configured)
    with (
        socket.create_server((HUB_ADDRESS, CUT_PORT)) as cut,
        socket.create_server((HUB_ADDRESS, OPEN_PORT)) as left_alone,
    ):
        server = uvicorn.Server(configured)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [cut, left_alone]})
        thread.start()
        print("ready", flush=True)
        sys.stdin.readline()
        server.should_exit = True
        thread.join()
    hub.close()


def _ours(folder: Path) -> None:
    trust = ssl.create_default_context(cafile=str(folder / "hub.pem"))
    outbox = Outbox(
        folder / "outbox",
        HttpsTransport(f"https://{HUB_ADDRESS}:{CUT_PORT}", trust=trust),
        [academy().signing.public],
    )
    outbox.enqueue(folder / "envelope", now_ms=_now_ms())
    while any(row.status is not Status.DONE for row in outbox.rows()):
        outbox.run_once(_now_ms())
        time.sleep(_BEAT_S)
    outbox.close()


def _tuspy(folder: Path) -> None:
    data = (folder / "envelope").read_bytes()
    told = {"filename": hashlib.sha256(data).hexdigest(), "filetype": MEDIA_TYPE}
    url: str | None = None
    client = TusClient(f"https://{HUB_ADDRESS}:{CUT_PORT}/v1/uploads")
    while True:
        with contextlib.suppress(TusUploadFailed, TusCommunicationError), (folder / "envelope").open("rb") as stream:
            uploader = client.uploader(file_stream=stream, url=url, metadata=told)
            if url is None:
                uploader.set_url(uploader.create_url())
                url = uploader.url
            uploader.upload()
            return


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
