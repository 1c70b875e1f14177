"""A publication tried out beside the depot, before it is made in it (formats/trust 3.5)."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.crypto.keys import SigningKey


def rehearse(repository: Repository, online: Mapping[str, SigningKey], *, now_ms: int) -> None:
    """Publish what is staged in a copy of the trust metadata, and follow that as a station does from the first root.

    Signatures and times are the same as in the publication itself, so what passes here passes there.

    Args:
        repository: The depot; nothing in it changes.
        online: The keys of `snapshot` and `timestamp`.
        now_ms: The present, in milliseconds since the Unix epoch; the same as for the publication.

    Raises:
        PocusError: `trust.*`: what a station would refuse.
    """
    policies = academy.PATH.rpartition("/")[0]
    with tempfile.TemporaryDirectory(prefix="pocus-rehearsal-") as folder:
        copy = Repository(folder=Path(folder) / "depot", lifetimes=repository.lifetimes)
        for source, place in (
            (repository.metadata, copy.metadata),
            (repository.waiting, copy.waiting),
            (repository.targets / policies, copy.targets / policies),
        ):
            if source.is_dir():
                shutil.copytree(source, place)
        copy.publish(online, now_ms=now_ms)
        station = TrustClient(Path(folder) / "trust")
        station.enrol((copy.metadata / "1.root.json").read_bytes())
        station.refresh([FolderCarrier(copy.folder)], now_ms=now_ms)
