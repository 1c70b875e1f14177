"""Builds the tutorial's bundle that ships with the program: `python case_bundles/tutorial/press.py`.

Its signing key is written here for everyone to see, so that anyone can build the same bytes; the signature proves
nothing. What the program trusts is the digest of the manifest, which stands in its own code (docs/adr/0082): this
prints it, for `pocus_desktop/app/practice.py`.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from pocus_desktop.authoring.build.build import build
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.bundle.verifier import TrustPolicy, open_bundle
from pocus_desktop.crypto.keys import SealingKey, SigningKey

HERE: Final = Path(__file__).parent
SHIPPED: Final = HERE.parents[1] / "assets" / "tutorial" / "tutorial.casebundle"
KEYS: Final = PublisherKeys(
    signing=SigningKey.from_seed(b"pocus tutorial: a published key!"), line_secret=b"pocus tutorial: published secret"
)
_NOBODY: Final = SealingKey.from_seed(b"pocus tutorial: for no academy! ")


def press(destination: Path) -> str:
    """Build the bundle; the digest of its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        built = build(HERE, out=Path(folder), keys=KEYS, academy=_NOBODY.public)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built.bundle, destination)
    policy = TrustPolicy(keys=(KEYS.signing.public,))
    with open_bundle(destination, policy, now_ms=0, app_version=built.manifest.minimum_app) as bundle:
        return bundle.digest_of_manifest


if __name__ == "__main__":
    print(press(SHIPPED))
    print(f"{SHIPPED.stat().st_size} bytes")
