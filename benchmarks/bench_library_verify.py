"""A library of 50 bundles is verified on all cores as fast as `openssl dgst -sha256` hashes its files in parallel."""

import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks.claim import Claim, alternate
from pocus_desktop.app.library_check import verify_all
from pocus_desktop.bundle.verifier import TrustPolicy, VerifiedBundle, open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.crypto.keys import SigningKey

BUNDLES = 50
MEMBERS = 8
MEMBER_BYTES = 3 * 1024 * 1024
ROUNDS = 7
CORES = os.cpu_count() or 1
GOAL = 0.9


def run() -> Claim:
    """Files in the page cache for both; ours opens every bundle anew in each round, its signature included."""
    signer = SigningKey.generate()
    policy = TrustPolicy(keys=(signer.public,))
    with tempfile.TemporaryDirectory(prefix="bench-library-") as name:
        folder = Path(name)
        paths = [_bundle(folder, number, signer) for number in range(BUNDLES)]
        size = sum(path.stat().st_size for path in paths)
        names = "\0".join(str(path) for path in paths).encode()

        def opened(path: Path) -> VerifiedBundle:
            return open_bundle(path, policy, now_ms=0, app_version="0.1.0")

        def ours() -> None:
            found = verify_all([lambda path=path: opened(path) for path in paths])  # type: ignore[misc]
            assert found == (None,) * BUNDLES

        def openssl() -> None:
            each = str(-(-BUNDLES // CORES))  # one process a core: openssl is not charged for its own start
            command = ["xargs", "-0", "-n", each, "-P", str(CORES), "openssl", "dgst", "-sha256"]
            subprocess.run(command, input=names, check=True, capture_output=True)

        ours()
        openssl()
        mine, theirs = alternate(ours, openssl, rounds=ROUNDS)
    ratio = theirs / mine
    return Claim(
        claim=f"speed of verifying a library of {BUNDLES} bundles, against openssl dgst -sha256 under xargs -P {CORES}",
        ours=size / mine / 1e6,
        reference=size / theirs / 1e6,
        unit="MB/s",
        ratio=round(ratio, 3),
        goal=f">= {GOAL:g}",
        holds=ratio >= GOAL,
    )


def _bundle(folder: Path, number: int, signer: SigningKey) -> Path:
    source = folder / "zeros"
    with source.open("wb") as file:
        file.truncate(MEMBER_BYTES)
    members = tuple(
        SourceMember(name=f"media/clip-{each}.mp4", media_type="video/mp4", data=source) for each in range(MEMBERS)
    )
    made = BundleSource(
        bundle_id=f"bench-{number}",
        version=1,
        title={"en": "Bench"},
        content_area="bench",
        languages=("en",),
        mode="sealed",
        minimum_app="0.1.0",
        members=members,
    )
    path = folder / f"{number:02}.casebundle"
    write_bundle(made, line_secret=bytes(32), signers=[signer], destination=path)
    return path
