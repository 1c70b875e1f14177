"""A whole verification is one pass of SHA-256: as fast as `openssl dgst -sha256` on the same file."""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.claim import Claim, alternate
from pocus_desktop.bundle.verifier import TrustPolicy, open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.crypto.keys import SigningKey

BYTES = 10**9
ROUNDS = 7
GOAL = 0.9


def run() -> Claim:
    """One large member, in the page cache for both; ours opens the bundle anew in each round."""
    signer = SigningKey.generate()
    policy = TrustPolicy(keys=(signer.public,))
    with tempfile.TemporaryDirectory(prefix="bench-bundle-") as name:
        path = _bundle(Path(name), signer)
        size = path.stat().st_size

        def ours() -> None:
            with open_bundle(path, policy, now_ms=0, app_version="0.1.0") as bundle:
                bundle.verify_everything()

        def openssl() -> None:
            subprocess.run(["openssl", "dgst", "-sha256", str(path)], check=True, capture_output=True)

        ours()
        mine, theirs = alternate(ours, openssl, rounds=ROUNDS)
    ratio = theirs / mine
    return Claim(
        claim="speed of a whole verification, against openssl dgst -sha256 on the same file of 1 GB",
        ours=size / mine / 1e6,
        reference=size / theirs / 1e6,
        unit="MB/s",
        ratio=round(ratio, 3),
        goal=f">= {GOAL:g}",
        holds=ratio >= GOAL,
    )


def _bundle(folder: Path, signer: SigningKey) -> Path:
    source = folder / "zeros"
    with source.open("wb") as file:
        file.truncate(BYTES)
    made = BundleSource(
        bundle_id="bench",
        version=1,
        title={"en": "Bench"},
        content_area="bench",
        languages=("en",),
        mode="open",
        minimum_app="0.1.0",
        members=(SourceMember(name="clip.mp4", media_type="video/mp4", data=source),),
    )
    path = folder / "one.casebundle"
    write_bundle(made, line_secret=bytes(32), signers=[signer], destination=path)
    return path
