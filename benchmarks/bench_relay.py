"""A station fetches a bundle through its room's relay, beside curl that loads the same file from a plain server.

Both servers are uvicorn in processes of their own, with the room's TLS 1.3 and its key. The plain one is Starlette's
`StaticFiles`; curl trusts anyone and verifies nothing. Both end with the file synced. The station has followed the
trust before; it asks by ranges, verifies each segment before it is written, and the whole from the disk before it is in
the library, and all of that is in its time.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.claim import Claim, alternate, at_most
from benchmarks.depot_bench import Bench, random_file
from benchmarks.relay_side import KEY
from pocus_desktop.bundle.depot import paths
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.proctoring.tls import pinned_context
from pocus_desktop.sync.relay import relay_carrier

CLIPS: Final = 8
CLIP_BYTES: Final = 40_000_000
ROUNDS: Final = 5
GOAL: Final = 1 / 0.8
"""At 0.8 of the plain server's rate, the station takes this much of its time."""


def run() -> Claim:
    """In turns, each time from nothing."""
    with tempfile.TemporaryDirectory(prefix="bench-relay-") as name:
        bench = Bench(folder=Path(name))
        clips = {f"media/{n}.webm": random_file(bench.folder / f"clip-{n}", CLIP_BYTES) for n in range(CLIPS)}
        listing, _ = bench.publish(1, clips)
        file = paths.container(listing.envelope_sha256)
        with _serving("relay", bench.depot) as relay, _serving("static", bench.depot) as static:
            carrier = relay_carrier(relay, pinned_context(certificate_of(KEY)))
            state = bench.refresh(carrier)

            def ours() -> None:
                shutil.rmtree(bench.folder / "library", ignore_errors=True)
                fetched = bench.fetch(listing, carrier, state)
                if fetched.received_bytes < listing.size_bytes * 0.99:
                    raise AssertionError("it was here already")

            def theirs() -> None:
                command = ["curl", "-sSfk", "--tlsv1.3", "-o", str(bench.folder / "loaded"), f"{static}/{file}"]
                subprocess.run(command, check=True)
                with (bench.folder / "loaded").open("rb") as loaded:
                    os.fsync(loaded.fileno())
                    if os.fstat(loaded.fileno()).st_size != listing.size_bytes:
                        raise AssertionError("it did not come whole")

            ours_s, theirs_s = alternate(ours, theirs, rounds=ROUNDS)
            carrier.close()
    return at_most(
        f"seconds for {listing.size_bytes / 10**6:.0f} MB through a relay into the library, verified and synced, "
        "against curl from a plain server",
        ours=ours_s,
        reference=theirs_s,
        unit="s",
        goal=GOAL,
    )


@contextmanager
def _serving(kind: str, depot: Path) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "benchmarks.relay_side", kind, str(depot)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield f"https://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()
            server.wait()
