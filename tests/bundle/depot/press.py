"""Publishes real bundles of the test academy's programme; and carriers that misbehave in one way each."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocus_desktop.bundle.carrier import CarrierFailedError, FolderCarrier
from pocus_desktop.bundle.depot import publish
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from tests.bundle.trust.academy import AREA, NOW_MS, Academy

LINE_SECRET = bytes(range(32))
APP_VERSION = "0.1.0"
MIB = 1024 * 1024


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not repeat, the same for the same seed."""
    return b"".join(hashlib.sha256(f"{seed}/{at}".encode()).digest() for at in range(size // 32 + 1))[:size]


FILES: Mapping[str, bytes] = {
    "case.json": b'{"format":1}',
    "media/a.webm": noise(1, 3 * MIB + 77),
    "media/b.webm": noise(2, MIB),
}


@dataclass(kw_only=True)
class Press:
    """The academy's publisher, and what a station needs to fetch."""

    folder: Path
    academy: Academy = field(init=False)

    def __post_init__(self) -> None:
        self.academy = Academy(folder=self.folder / "depot")
        self.academy.found()

    @property
    def depot(self) -> Path:
        return self.academy.folder

    def bundle(
        self, version: int, files: Mapping[str, bytes] = FILES, *, bundle_id: str = "dvt-swollen-calf", **changes: Any
    ) -> Path:
        """A bundle signed by both people of the programme."""
        source: dict[str, Any] = {
            "bundle_id": bundle_id,
            "version": version,
            "title": {"en": "Swollen calf"},
            "content_area": AREA,
            "languages": ("en",),
            "mode": "sealed",
            "minimum_app": APP_VERSION,
            "members": tuple(
                SourceMember(name=name, media_type="application/octet-stream", data=data)
                for name, data in files.items()
            ),
        }
        people = changes.pop("signers", ("dee", "eve"))
        written = write_bundle(
            BundleSource(**{**source, **changes}),
            line_secret=LINE_SECRET,
            signers=[self.academy.people[name] for name in people],
            destination=self.folder / f"{bundle_id}-v{version}.casebundle",
        )
        return written.path

    def publish(self, version: int, files: Mapping[str, bytes] = FILES, **changes: Any) -> Listing:
        """Build, list, sign and publish."""
        path = self.bundle(version, files, **changes)
        listing = publish.publish(self.academy.repository, path, now_ms=NOW_MS, app_version=APP_VERSION)
        self.academy.publish()
        return listing

    def state(self) -> TrustState:
        """What an enrolled station believes after a refresh."""
        client = TrustClient(self.folder / "trust")
        client.enrol(self.academy.root)
        return client.refresh([FolderCarrier(self.depot)], now_ms=NOW_MS).state


@dataclass(kw_only=True)
class Faulty:
    """A carrier with one fault.

    Attributes:
        folder: The depot behind it.
        drop_every: It drops after so many bytes of each answer; None never.
        lies_at: It flips the byte at this place of every container.
        cut_at: It has only the first bytes of every container.
        lacks: It does not have files whose path contains this.
    """

    folder: Path
    drop_every: int | None = None
    lies_at: int | None = None
    cut_at: int | None = None
    lacks: str = ""
    asked: list[tuple[str, int]] = field(default_factory=list)
    given_bytes: int = 0

    @property
    def name(self) -> str:
        return "faulty"

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        self.asked.append((path, offset))
        inner = FolderCarrier(self.folder / "nowhere" if self.lacks and self.lacks in path else self.folder)
        data = b"".join(inner.read(path, offset=offset, size=size))
        if path.startswith("bundles/"):
            if self.cut_at is not None:
                data = data[: max(0, self.cut_at - offset)]
            if self.lies_at is not None and offset <= self.lies_at < offset + len(data):
                at = self.lies_at - offset
                data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        return self._given(path, data)

    def _given(self, path: str, data: bytes) -> Iterator[bytes]:
        limit = len(data) if self.drop_every is None else self.drop_every
        self.given_bytes += min(limit, len(data))
        yield data[:limit]
        if len(data) > limit:
            raise CarrierFailedError(file=path, carrier=self.name, reason="the link dropped")
