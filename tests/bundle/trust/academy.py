"""A small academy with all its keys at hand: founds its trust, publishes programmes, and can be attacked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuf.api.metadata import Targets

from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.listing import WITHDRAWN_FIELD, Listing, Withdrawal, written_withdrawals
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.crypto.keys import SigningKey

NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000
AREA = "lower-extremity-dvt"


def key(name: str) -> SigningKey:
    """The same key for the same name, every time."""
    return SigningKey.from_seed(name.encode().ljust(32, b".")[:32])


def holders(*names: str, threshold: int = 1) -> Holders:
    return Holders(keys=tuple(key(name).public for name in names), threshold=threshold)


@dataclass(kw_only=True)
class Academy:
    """Signs with everyone's keys at once, as a ceremony with all of them in one room would."""

    folder: Path
    people: dict[str, SigningKey] = field(
        default_factory=lambda: {
            name: key(name) for name in ("ann", "ben", "cho", "dee", "eve", "snapshot", "timestamp")
        }
    )

    def __post_init__(self) -> None:
        self.repository = Repository(folder=self.folder)

    @property
    def online(self) -> Mapping[str, SigningKey]:
        return {"snapshot": self.people["snapshot"], "timestamp": self.people["timestamp"]}

    def found(self, *, now_ms: int = NOW_MS, policy: AcademyPolicy | None = None) -> None:
        """Root and targets held by two of three, one programme held by two of two."""
        three = holders("ann", "ben", "cho", threshold=2)
        roles = {"root": three, "targets": three, "snapshot": holders("snapshot"), "timestamp": holders("timestamp")}
        ceremony.found(self.repository, roles, policy or AcademyPolicy(), now_ms=now_ms)
        self.publish(now_ms=now_ms)
        ceremony.delegate(self.repository, AREA, holders("dee", "eve", threshold=2), now_ms=now_ms)
        self.publish(now_ms=now_ms)

    def publish(self, *, now_ms: int = NOW_MS, signers: Iterable[str] | None = None) -> tuple[str, ...]:
        """Sign whatever is staged, and publish it."""
        names = tuple(self.people) if signers is None else tuple(signers)
        for standing in self.repository.standings():
            self.repository.sign(standing.role, [self.people[name] for name in names])
        return self.repository.publish(self.online, now_ms=now_ms)

    def list_bundle(self, bundle_id: str, version: int, *, now_ms: int = NOW_MS, area: str = AREA) -> Listing:
        """List a bundle whose manifest is a few bytes; enough for trust, which never reads it."""
        data = f"{bundle_id} {version}".encode()
        draft = Listing(
            area=area,
            bundle_id=bundle_id,
            version=version,
            mode="sealed",
            size_bytes=1000,
            envelope_sha256="",
            envelope_bytes=0,
        )
        info = self.repository.put_target(draft.target_path, data)
        info.unrecognized_fields["custom"] = draft.custom()
        role = self.repository.draft(area, Targets, now_ms=now_ms)
        role.targets[draft.target_path] = info
        self.repository.stage(area, role)
        self.publish(now_ms=now_ms)
        return Listing.read(area, draft.target_path, length=info.length, hashes=info.hashes, custom=info.custom)

    def withdraw(self, bundle_id: str, version: int, reason: str, *, now_ms: int = NOW_MS) -> None:
        role = self.repository.draft(AREA, Targets, now_ms=now_ms)
        gone = Withdrawal(bundle_id=bundle_id, version=version, reason=reason, at_ms=now_ms)
        role.unrecognized_fields[WITHDRAWN_FIELD] = written_withdrawals([gone])
        self.repository.stage(AREA, role)
        self.publish(now_ms=now_ms)

    @property
    def root(self) -> bytes:
        """The first root: what stations are enrolled with."""
        return (self.repository.metadata / "1.root.json").read_bytes()
