"""Opening a bundle costs the same whatever its size: 4 GB against 10 MB, and against listing the same ZIP."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from benchmarks.claim import Claim, alternate, at_most
from pocus_desktop.bundle.verifier import TrustPolicy, open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.crypto.keys import SigningKey

SMALL_BYTES = 10 * 10**6
LARGE_BYTES = 4 * 10**9
MEMBERS = 40
ROUNDS = 301
SPARE_BYTES = 2 * 10**9


def run() -> list[Claim]:
    """Write both bundles with the product's own writer (only zeros go in, ciphertext comes out), then open in turns.

    The files are in the page cache or not as the system likes; what opening reads of them is read in every round.
    """
    signer = SigningKey.generate()
    policy = TrustPolicy(keys=(signer.public,))
    with tempfile.TemporaryDirectory(prefix="bench-bundle-", dir=_roomy()) as name:
        folder = Path(name)
        small, large = (_bundle(folder, size, signer) for size in (SMALL_BYTES, LARGE_BYTES))

        def opened(path: Path) -> None:
            open_bundle(path, policy, now_ms=0, app_version="0.1.0").close()

        def listed() -> None:
            with zipfile.ZipFile(large) as archive:
                archive.infolist()

        ours, reference = alternate(lambda: opened(large), lambda: opened(small), rounds=ROUNDS)
        again, listing = alternate(lambda: opened(large), listed, rounds=ROUNDS)
    what = f"opening a {LARGE_BYTES // 10**9} GB bundle of {MEMBERS} members"
    return [
        at_most(
            f"{what}, against one of {SMALL_BYTES // 10**6} MB",
            ours=ours * 1000,
            reference=reference * 1000,
            unit="ms",
            goal=1.5,
        ),
        at_most(
            f"{what} with its signature verified, against listing the same file with zipfile, which verifies nothing",
            ours=again * 1000,
            reference=listing * 1000,
            unit="ms",
            goal=1.5,
        ),
    ]


def _bundle(folder: Path, size: int, signer: SigningKey) -> Path:
    source = folder / "zeros"
    with source.open("wb") as file:
        file.truncate(size // MEMBERS)
    members = tuple(
        SourceMember(name=f"media/clip-{number:02}.mp4", media_type="video/mp4", data=source)
        for number in range(MEMBERS - 1)
    )
    made = BundleSource(
        bundle_id="bench",
        version=1,
        title={"en": "Bench"},
        content_area="bench",
        languages=("en",),
        mode="open",
        minimum_app="0.1.0",
        members=(*members, SourceMember(name="case.json", media_type="application/json", data=b"{}")),
    )
    path = folder / f"{size}.casebundle"
    write_bundle(made, line_secret=bytes(32), signers=[signer], destination=path)
    return path


def _roomy() -> str | None:
    """The temporary folder where it has room for 4 GB, else the working folder."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    return None if free > LARGE_BYTES + SPARE_BYTES else str(Path.cwd())
