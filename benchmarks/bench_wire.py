"""A result over a link that cuts every 64 KiB and loses 5 %: what it costs in bytes, beside others on the same link.

Everything is real: the kernel's TCP in two namespaces, TLS with a certificate of a test's own, our hub. Between the
namespaces `benchmarks.lossy_link` loses packets, resets every connection after 64 KiB from the station, and counts. The
others are curl, told by a shell to ask how far the upload is and to send the rest (its `-C -` asks no server about an
upload), and tuspy, the client of the tusd project. The measure is a curl that sends the same bytes once over the same
loss, with nobody cutting: TCP, IP and what is lost cost that one as well.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.claim import Claim, at_most
from benchmarks.lossy_link import HUB, HUB_ADDRESS, STATION, LossyLink, in_namespace, lossy_link
from benchmarks.wire_side import CUT_PORT, OPEN_PORT, academy
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from tests.hub.certificates import write_certificate
from tests.hub.school import School
from tests.sync.large import seal_large

PAYLOAD_BYTES: Final = 1_500_000
LOSS: Final = 0.05
CUT_BYTES: Final = 64 * 1024
GOAL: Final = 1.05
LIMIT_S: Final = 600

_CURL: Final = Path(__file__).with_name("curl_resume.sh")


def run() -> list[Claim]:
    """All of them in turn on one link, each with a hub and an envelope of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-wire-") as name,
        lossy_link(loss=LOSS, seed=7, cut_port=CUT_PORT, cut_bytes=CUT_BYTES) as link,
    ):
        cost = {
            who: _bring(link, who, Path(name) / who, seed) for seed, who in enumerate(("once", "ours", "curl", "tuspy"))
        }
        size = (Path(name) / "ours" / "envelope").stat().st_size
    return [
        at_most(
            "bytes on a wire that cuts every 64 KiB and loses 5 %, against the payload",
            ours=cost["ours"],
            reference=size,
            unit="bytes",
            goal=GOAL,
        ),
        at_most(
            "the same, against one upload by curl over that loss that nobody cuts",
            ours=cost["ours"],
            reference=cost["once"],
            unit="bytes",
            goal=GOAL,
        ),
        at_most(
            "the same, against curl told to ask and to send the rest",
            ours=cost["ours"],
            reference=cost["curl"],
            unit="bytes",
            goal=1.0,
        ),
        at_most("the same, against tuspy", ours=cost["ours"], reference=cost["tuspy"], unit="bytes", goal=1.0),
    ]


def _bring(link: LossyLink, who: str, folder: Path, seed: int) -> int:
    """What the link carried until the hub held the envelope."""
    folder.mkdir()
    school = School(folder=folder, keys=academy())
    envelope = seal_large(school, school.sit(), PAYLOAD_BYTES, seed=seed)
    (folder / "envelope").write_bytes(envelope)
    digest = canonical.digest(envelope)
    authority = write_certificate(folder / "hub.pem", HUB_ADDRESS)
    surroundings = {
        **os.environ,
        "CA": str(authority),
        "REQUESTS_CA_BUNDLE": str(authority),
        "DIGEST": digest,
        "KIND": MEDIA_TYPE,
        "FILE": str(folder / "envelope"),
        "HUB": f"https://{HUB_ADDRESS}:{CUT_PORT}",
    }
    with _hub(folder):
        link.reset()
        subprocess.run(
            in_namespace(STATION, *_command(who, folder, digest)),
            env=surroundings,
            check=True,
            capture_output=True,
            timeout=LIMIT_S,
        )
        cost = link.bytes_on_the_wire
    if not (folder / "hub" / "objects").exists():
        raise AssertionError(f"{who} brought nothing")
    return cost


def _command(who: str, folder: Path, digest: str) -> list[str]:
    python = str(Path(".venv/bin/python").absolute())
    if who == "once":
        address = f"https://{HUB_ADDRESS}:{OPEN_PORT}/v1/envelopes/{digest}"
        checked = (
            f"sha-256=:{subprocess.check_output(['sh', '-c', f'printf {digest} | xxd -r -p | base64 -w0'], text=True)}:"
        )
        kind = ["-H", f"Content-Type: {MEDIA_TYPE}", "-H", f"Content-Digest: {checked}", "-H", "Expect:"]
        file = ["-T", str(folder / "envelope")]
        return ["curl", "-sS", "-f", "-o", "/dev/null", "--cacert", str(folder / "hub.pem"), *kind, *file, address]
    if who == "curl":
        return ["sh", str(_CURL)]
    return [python, "-m", "benchmarks.wire_side", who, str(folder)]


@contextlib.contextmanager
def _hub(folder: Path) -> Iterator[None]:
    python = str(Path(".venv/bin/python").absolute())
    command = in_namespace(HUB, python, "-m", "benchmarks.wire_side", "hub", str(folder))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hub:
        assert hub.stdout is not None
        assert hub.stdin is not None
        assert hub.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            hub.stdin.write("\n")
            hub.stdin.close()
            hub.wait(60)
