"""A small academy with a depot, for the benchmarks of delivery: all keys at hand, bundles of any size."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pocus_desktop.bundle.carrier import Carrier, FolderCarrier
from pocus_desktop.bundle.depot import publish
from pocus_desktop.bundle.depot.fetch import Fetched, fetch
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.manifest import Manifest
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.crypto.keys import SigningKey

AREA = "bench"
NOW_MS = 1_800_000_000_000
APP_VERSION = "0.1.0"


@dataclass(kw_only=True)
class Bench:
    """Publishes to a depot in a folder, and fetches into a library beside it."""

    folder: Path
    people: Mapping[str, SigningKey] = field(
        default_factory=lambda: {name: SigningKey.generate() for name in ("officer", "author", "snapshot", "timestamp")}
    )

    def __post_init__(self) -> None:
        self.repository = Repository(folder=self.depot)
        one = {name: Holders(keys=(key.public,)) for name, key in self.people.items()}
        roles = {"root": one["officer"], "targets": one["officer"]}
        roles |= {name: one[name] for name in ("snapshot", "timestamp")}
        ceremony.found(self.repository, roles, AcademyPolicy(), now_ms=NOW_MS)
        self._publish()
        ceremony.delegate(self.repository, AREA, one["author"], now_ms=NOW_MS)
        self._publish()

    @property
    def depot(self) -> Path:
        """The depot's folder."""
        return self.folder / "depot"

    @property
    def library(self) -> Library:
        """The station's library."""
        return Library(self.folder / "library")

    def publish(self, version: int, files: Mapping[str, bytes | Path]) -> tuple[Listing, Manifest]:
        """Build, sign and publish a version."""
        members = tuple(
            SourceMember(name=name, media_type="application/octet-stream", data=data) for name, data in files.items()
        )
        source = BundleSource(
            bundle_id=AREA,
            version=version,
            title={"en": "Bench"},
            content_area=AREA,
            languages=("en",),
            mode="sealed",
            minimum_app=APP_VERSION,
            members=members,
        )
        path = self.folder / f"v{version}.casebundle"
        written = write_bundle(source, line_secret=bytes(32), signers=[self.people["author"]], destination=path)
        listing = publish.publish(self.repository, path, now_ms=NOW_MS, app_version=APP_VERSION)
        self._publish()
        return listing, written.manifest

    def refresh(self, carrier: Carrier | None = None) -> TrustState:
        """Follow the depot's metadata as an enrolled station."""
        client = TrustClient(self.folder / "trust")
        client.enrol((self.repository.metadata / "1.root.json").read_bytes())
        return client.refresh([carrier or FolderCarrier(self.depot)], now_ms=NOW_MS).state

    def fetch(self, listing: Listing, carrier: Carrier, state: TrustState) -> Fetched:
        """Fetch a version into the library."""
        return fetch(listing, [carrier], self.library, state.policy(), now_ms=NOW_MS, app_version=APP_VERSION)

    def _publish(self) -> None:
        for standing in self.repository.standings():
            self.repository.sign(standing.role, self.people.values())
        self.repository.publish(self.people, now_ms=NOW_MS)


def random_file(path: Path, size: int) -> Path:
    """A file of random bytes."""
    with path.open("wb") as file:
        for _ in range(size // 2**20):
            file.write(os.urandom(2**20))
        file.write(os.urandom(size % 2**20))
    return path
