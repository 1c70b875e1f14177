"""A TUF repository in a folder, of which every part can be published, held back, or made wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
TOP = ("root", "timestamp", "snapshot", "targets")


@cache
def signer(name: str, kind: str = "ed25519") -> CryptoSigner:
    """One key a name, for the whole run: RSA keys take long to make."""
    match kind:
        case "rsa":
            return CryptoSigner.generate_rsa()
        case "rsa-pkcs1v15":
            return CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256")
        case "ecdsa":
            return CryptoSigner.generate_ecdsa()
    return CryptoSigner.generate_ed25519()


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


@dataclass(kw_only=True)
class Repository:
    """What stands in `metadata/` and `targets/`.

    Attributes:
        folder: Where they are.
        signed: What each role says, to be changed and published.
        signers: Who signs for each role.
        has_hashes: Whether snapshot and timestamp name lengths and hashes.
    """

    folder: Path
    signed: dict[str, Any] = field(default_factory=dict)
    signers: dict[str, list[CryptoSigner]] = field(default_factory=dict)
    has_hashes: bool = False
    published: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "metadata").mkdir(parents=True, exist_ok=True)
        (self.folder / "targets").mkdir(exist_ok=True)
        self.signed = {
            "root": Root(expires=LATER, consistent_snapshot=True),
            "timestamp": Timestamp(expires=LATER),
            "snapshot": Snapshot(expires=LATER),
            "targets": Targets(expires=LATER),
        }
        for role in TOP:
            self.trust(role, role)
        self.publish("targets", "snapshot", "timestamp", "root")

    @property
    def root(self) -> Root:
        found = self.signed["root"]
        assert isinstance(found, Root)
        return found

    def targets(self, role: str = "targets") -> Targets:
        found = self.signed[role]
        assert isinstance(found, Targets)
        return found

    def trust(self, role: str, *names: str, threshold: int = 1, signing: tuple[str, ...] | None = None) -> None:
        """Give a top-level role these keys and no others; it is signed by `signing`, all of them by default."""
        for key_id in tuple(self.root.roles[role].keyids):
            self.root.revoke_key(key_id, role)
        for name in names:
            self.root.add_key(signer(name).public_key, role)
        self.root.roles[role].threshold = threshold
        self.signers[role] = [signer(name) for name in (names if signing is None else signing)]

    def publish(self, *roles: str, version: int | None = None) -> None:
        """Sign roles and put them where clients look, as their next version."""
        for role in roles:
            signed = self.signed[role]
            if role in self.published:
                signed.version += 1
            if version is not None:
                signed.version = version
            self.put(role, self.sign(role), signed.version)

    def sign(self, role: str) -> bytes:
        metadata = Metadata(self.signed[role])
        for each in self.signers[role]:
            metadata.sign(each, append=True)
        return metadata.to_bytes(JSONSerializer())

    def put(self, role: str, data: bytes, version: int) -> None:
        """Publish bytes, and name them where the roles above name them."""
        self.published[role] = data
        self.path(role, version).write_bytes(data)
        info = MetaFile(version)
        if self.has_hashes:
            info = MetaFile.from_data(version, data, ["sha256"])
        if role == "snapshot":
            self.signed["timestamp"].snapshot_meta = info
        elif role not in TOP or role == "targets":
            self.signed["snapshot"].meta[f"{role}.json"] = info

    def path(self, role: str, version: int) -> Path:
        name = "timestamp.json" if role == "timestamp" else f"{version}.{quote(role, '')}.json"
        return self.folder / "metadata" / name

    def delegate(
        self,
        above: str,
        role: str,
        paths: list[str],
        *,
        terminating: bool = False,
        key: str = "",
        expires: datetime = LATER,
    ) -> None:
        """Let a role speak for paths; nothing is published yet."""
        parent = self.targets(above)
        if parent.delegations is None:
            parent.delegations = Delegations({}, {})
        assert parent.delegations.roles is not None
        parent.delegations.roles[role] = DelegatedRole(role, [], 1, terminating, paths)
        signing = signer(key or f"key of {role}")
        parent.add_key(signing.public_key, role)
        self.signers[role] = [signing]
        self.signed.setdefault(role, Targets(expires=expires))

    def offer(self, path: str, data: bytes, role: str = "targets") -> None:
        """List a target and put it where clients look; nothing is published yet."""
        info = TargetFile.from_data(path, data, ["sha256"])
        self.targets(role).targets[path] = info
        folder, _, name = path.rpartition("/")
        place = self.folder / "targets" / folder / f"{info.hashes['sha256']}.{name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def target_files(self) -> list[Path]:
        """Every published target."""
        return [path for path in (self.folder / "targets").rglob("*") if path.is_file()]
