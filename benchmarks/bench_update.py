"""An update costs what changed: bytes fetched for a new version of 2 GB, beside the bytes changed and rsync."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.claim import Claim, at_most
from benchmarks.depot_bench import Bench, random_file
from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.depot import paths

CLIPS = 20
CLIP_BYTES = 100_000_000
CAPTION = b"WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning.\n"
GOAL_CHANGED = 1.02
GOAL_RSYNC = 1.0


@dataclass(kw_only=True)
class Counting:
    """Counts every byte that a depot's folder gives, metadata too."""

    inner: FolderCarrier
    given_bytes: int = 0

    @property
    def name(self) -> str:
        """The folder's."""
        return self.inner.name

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """As the folder, counted."""
        for piece in self.inner.read(path, offset=offset, size=size):
            self.given_bytes += len(piece)
            yield piece


def run() -> list[Claim]:
    """One clip and one caption of twenty-one members change; both sides begin with the old file."""
    with tempfile.TemporaryDirectory(prefix="bench-update-") as name:
        bench = Bench(folder=Path(name))
        clips = {f"media/{n}.webm": random_file(bench.folder / f"clip-{n}", CLIP_BYTES) for n in range(CLIPS)}
        old, before = bench.publish(1, {**clips, "captions/a.vtt": CAPTION})
        bench.fetch(old, FolderCarrier(bench.depot), bench.refresh())
        theirs = bench.folder / "rsync.casebundle"
        shutil.copy(bench.folder / "v1.casebundle", theirs)
        changed: dict[str, bytes | Path] = {
            "media/7.webm": random_file(bench.folder / "clip-new", CLIP_BYTES),
            "captions/a.vtt": CAPTION.replace(b"Good morning", b"Good evening"),
        }
        new, after = bench.publish(2, {**clips, **changed})
        same = {member.path: member.sha256 for member in before.members}
        changed_bytes = sum(each.stored_bytes for each in after.members if same.get(each.path) != each.sha256)
        carrier = Counting(inner=FolderCarrier(bench.depot))
        bench.fetch(new, carrier, bench.refresh(carrier))
        fetched = carrier.given_bytes
        rsync = _rsync(bench.depot / paths.container(new.envelope_sha256), theirs)
    told = "bytes fetched, metadata included, for a 2 GB bundle in which one clip and one caption changed"
    return [
        at_most(
            f"{told}, against the bytes changed", ours=fetched, reference=changed_bytes, unit="bytes", goal=GOAL_CHANGED
        ),
        at_most(f"{told}, against rsync", ours=fetched, reference=rsync, unit="bytes", goal=GOAL_RSYNC),
    ]


def _rsync(source: Path, destination: Path) -> int:
    """What rsync moves both ways to bring the old file to the new one."""
    done = subprocess.run(
        ["rsync", "--no-whole-file", "--inplace", "--stats", str(source), str(destination)],
        check=True,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    return sum(
        int(found.replace(",", "")) for found in re.findall(r"Total bytes (?:sent|received): ([\d,]+)", done.stdout)
    )
