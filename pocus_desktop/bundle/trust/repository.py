"""The academy's side of TUF: what is published in a folder, and what waits there for signatures (formats/trust 3).

    metadata/   published: every version of every role, and `timestamp.json`
    targets/    published: manifests' envelopes and the academy's policy, named by their digest
    staged/     the next version of a role, with the signatures it has so far

A change is staged, signed by as many people as its role asks for (`sign`; the file may travel between them), and
published. `publish` checks everything as a station will, and writes the timestamp last, so that a reader never sees
half of a change.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

from tuf.api.exceptions import LengthOrHashMismatchError, StorageError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from pocus_desktop.bundle.trust import errors
from pocus_desktop.bundle.trust.keys import KeySigner
from pocus_desktop.bundle.trust.standing import Standing, standing_of
from pocus_desktop.bundle.trust.state import ISSUED_FIELD, programme_roles
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.files import sync_folder, write_atomically

_R = TypeVar("_R", Root, Targets, Snapshot, Timestamp)
_SERIALIZER: Final = JSONSerializer(compact=False)
_TOP: Final = ("root", "timestamp", "snapshot", "targets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """For how many days new metadata is good.

    The timestamp outlives the longest time that a centre is away from the internet, as a rule a month.
    """

    root: int = 365
    targets: int = 365
    programme: int = 365
    snapshot: int = 120
    timestamp: int = 45

    def of(self, role: str) -> int:
        """The days of one role; a name that is none of the top-level roles is a programme's."""
        return int(getattr(self, role)) if role in _TOP else self.programme


@dataclass(kw_only=True)
class Repository:
    """A folder with the academy's trust metadata.

    Attributes:
        folder: The depot.
        lifetimes: For how long new metadata is good.
    """

    folder: Path
    lifetimes: Lifetimes = field(default_factory=Lifetimes)

    @property
    def metadata(self) -> Path:
        """Where published metadata lies."""
        return self.folder / "metadata"

    @property
    def targets(self) -> Path:
        """Where targets lie."""
        return self.folder / "targets"

    @property
    def waiting(self) -> Path:
        """Where metadata waits for signatures."""
        return self.folder / "staged"

    @property
    def is_founded(self) -> bool:
        """Whether there is a root, be it one that waits."""
        return self.newest("root", Root) is not None

    def roles(self) -> tuple[str, ...]:
        """Every role that is published or staged: the top-level ones, then the programmes by name."""
        targets = self.newest("targets", Targets)
        return (*_TOP, *(sorted(programme_roles(targets)) if targets is not None else ()))

    def published(self, role: str, kind: type[_R]) -> Metadata[_R] | None:
        """The newest published metadata of a role; None where there is none.

        Raises:
            MalformedMetadataError: A file is not metadata.
        """
        version = max(self._versions(role), default=0)
        if role == "timestamp":
            path = self.metadata / "timestamp.json"
            return _read(path, role, kind) if path.is_file() else None
        return _read(self._path(role, version), role, kind) if version else None

    def staged(self, role: str, kind: type[_R]) -> Metadata[_R] | None:
        """The metadata that waits for signatures; None where nothing was changed."""
        path = self.staged_path(role)
        return _read(path, role, kind) if path.is_file() else None

    def newest(self, role: str, kind: type[_R]) -> _R | None:
        """What a role will say next, or says now; None where it never said anything."""
        found = self.staged(role, kind) or self.published(role, kind)
        return found.signed if found is not None else None

    def draft(self, role: str, kind: type[_R], *, now_ms: int) -> _R:
        """What to edit: the staged next version, else a copy of the published one with the next number.

        Raises:
            UnknownProgrammeError: Nothing of the role is there.
        """
        waiting = self.staged(role, kind)
        if waiting is not None:
            return waiting.signed
        found = self.published(role, kind)
        if found is None:
            raise errors.UnknownProgrammeError(area=role)
        found.signed.version += 1
        found.signed.expires = self.expiry(role, now_ms)
        return found.signed

    def stage(self, role: str, signed: _R) -> None:
        """Let a change wait for signatures; those of an earlier draft no longer count and are dropped."""
        write_atomically(self.staged_path(role), Metadata(signed).to_bytes(_SERIALIZER))

    def staged_path(self, role: str) -> Path:
        """Where a staged role lies; the file that people pass between them."""
        return self.waiting / f"{quote(role, '')}.json"

    def sign(self, role: str, keys: Iterable[SigningKey]) -> Standing:
        """Add signatures to a staged role; keys that may not sign it are left out.

        Raises:
            UnknownProgrammeError: Nothing of this role is staged.
        """
        metadata = self.waiting_for(role)
        may_sign = set(self._who(role, metadata.signed))
        for key in keys:
            if key.key_id in may_sign:
                metadata.sign(KeySigner(key), append=True)
        write_atomically(self.staged_path(role), metadata.to_bytes(_SERIALIZER))
        return self.standing(role)

    def keep_signatures(self, role: str, metadata: Metadata[Any]) -> None:
        """Keep a staged role with more signatures than it had.

        Raises:
            UnknownProgrammeError: Nothing of this role is staged.
            NotSignedError: It is another version than the one that waits.
        """
        if self.waiting_for(role).signed_bytes != metadata.signed_bytes:
            raise errors.NotSignedError(role=role)
        write_atomically(self.staged_path(role), metadata.to_bytes(_SERIALIZER))

    def standing(self, role: str) -> Standing:
        """How many signatures a staged role has and lacks.

        Raises:
            UnknownProgrammeError: Nothing of this role is staged.
        """
        metadata = self.waiting_for(role)
        return standing_of(role, metadata, self.authorities(role, metadata.signed))

    def authorities(self, role: str, signed: Signed) -> tuple[Root | Targets, ...]:
        """Who says whose signatures count: for a root its predecessor and itself."""
        if role == "root":
            assert isinstance(signed, Root)  # noqa: S101 - as `waiting_for` read it
            before = self.published("root", Root)
            return (signed,) if before is None else (before.signed, signed)
        if role in _TOP:
            root = self.newest("root", Root)
            return (root,) if root is not None else ()
        targets = self.newest("targets", Targets)
        return (targets,) if targets is not None else ()

    def standings(self) -> tuple[Standing, ...]:
        """Everything that is staged."""
        return tuple(self.standing(role) for role in self.roles() if self.staged_path(role).is_file())

    def put_target(self, path: str, data: bytes) -> TargetFile:
        """Keep a target under its digest; the entry to list in a role."""
        info = TargetFile.from_data(path, data, ["sha256"])
        folder, _, name = path.rpartition("/")
        write_atomically(self.targets / folder / f"{info.hashes['sha256']}.{name}", data)
        return info

    def target_bytes(self, info: TargetFile) -> bytes:
        """The bytes of a target that a role lists, verified.

        Raises:
            MalformedMetadataError: They are missing or others.
        """
        folder, _, name = info.path.rpartition("/")
        try:
            data = (self.targets / folder / f"{info.hashes['sha256']}.{name}").read_bytes()
            info.verify_length_and_hashes(data)
        except (OSError, KeyError, LengthOrHashMismatchError) as problem:
            raise errors.MalformedMetadataError(
                role=info.path, reason="its file is missing or was changed"
            ) from problem
        return data

    def publish(self, online: Mapping[str, SigningKey], *, now_ms: int) -> tuple[str, ...]:
        """Publish everything that is staged, with a new snapshot and timestamp.

        Args:
            online: The keys of `snapshot` and `timestamp`.
            now_ms: The present, in milliseconds since the Unix epoch.

        Returns:
            The roles that got a new version.

        Raises:
            NotSignedError: A staged role lacks signatures, or a published one is no longer signed by those who may.
            UnknownProgrammeError: A programme was delegated and has no metadata yet.
        """
        self.require_signed()
        moved = [self._publish_staged(role) for role in self.roles() if self.staged_path(role).is_file()]
        snapshot = self.published("snapshot", Snapshot)
        meta = {f"{role}.json": self._meta(role) for role in self.roles() if role not in ("root", *_TOP[1:3])}
        if snapshot is None or snapshot.signed.meta != meta or "root" in moved or self._is_old("snapshot", now_ms):
            self._issue("snapshot", _next(snapshot, Snapshot(meta=meta)), online, now_ms)
            moved.append("snapshot")
        timestamp = self.published("timestamp", Timestamp)
        self._issue("timestamp", _next(timestamp, Timestamp(snapshot_meta=self._meta("snapshot"))), online, now_ms)
        return (*moved, "timestamp")

    def require_signed(self) -> None:
        """Refuse to publish what stations would refuse: before anyone is asked for a passphrase.

        Raises:
            NotSignedError: A staged role lacks signatures, or a published one is no longer signed by those who may.
            UnknownProgrammeError: A programme was delegated and has no metadata yet.
        """
        for standing in self.standings():
            if not standing.is_complete:
                raise errors.NotSignedError(role=standing.role)
        self._require_sound()

    def online_key_ids(self, role: str) -> tuple[str, ...]:
        """Whose keys will sign `snapshot` or `timestamp` at the next publication.

        Raises:
            UnknownProgrammeError: There is no root yet.
        """
        root = self.newest("root", Root)
        if root is None:
            raise errors.UnknownProgrammeError(area=role)
        return tuple(root.get_delegated_role(role).keyids)

    def expiry(self, role: str, now_ms: int) -> datetime:
        """When metadata of a role that is made now is over; whole seconds, as TUF has it."""
        moment = datetime.fromtimestamp(now_ms // 1000, tz=UTC)
        return moment + timedelta(days=self.lifetimes.of(role))

    def waiting_for(self, role: str) -> Metadata[Any]:
        """The metadata of a role that waits for signatures.

        Raises:
            UnknownProgrammeError: Nothing of this role is staged.
        """
        found = self.staged(role, Root) if role == "root" else self.staged(role, Targets)
        if found is None:
            raise errors.UnknownProgrammeError(area=role)
        return found

    def _who(self, role: str, signed: Signed) -> tuple[str, ...]:
        found: list[str] = []
        for verifier in self.authorities(role, signed):
            found += verifier.get_delegated_role(role).keyids
        return tuple(dict.fromkeys(found))

    def _require_sound(self) -> None:
        """Every role that stations will follow is signed by those who may, as they stand after this publication."""
        for role in self.roles():
            if role in ("root", "timestamp", "snapshot"):
                continue
            found = self.staged(role, Targets) or self.published(role, Targets)
            if found is None:
                raise errors.UnknownProgrammeError(area=role)
            for verifier in self.authorities(role, found.signed):
                if not verifier.get_verification_result(role, found.signed_bytes, found.signatures).verified:
                    raise errors.NotSignedError(role=role)

    def _publish_staged(self, role: str) -> str:
        """In one step, so that what was staged is either waiting or in force."""
        place = self._path(role, self.waiting_for(role).signed.version)
        place.parent.mkdir(parents=True, exist_ok=True)
        self.staged_path(role).replace(place)
        sync_folder(place.parent)
        sync_folder(self.waiting)
        return role

    def _issue(self, role: str, signed: _R, online: Mapping[str, SigningKey], now_ms: int) -> None:
        signed.expires = self.expiry(role, now_ms)
        if role == "timestamp":
            signed.unrecognized_fields[ISSUED_FIELD] = now_ms
        metadata = Metadata(signed)
        root = self.published("root", Root)
        key = online.get(role)
        if root is None or key is None or key.key_id not in root.signed.get_delegated_role(role).keyids:
            raise errors.NotSignedError(role=role)
        metadata.sign(KeySigner(key))
        path = self.metadata / "timestamp.json" if role == "timestamp" else self._path(role, signed.version)
        write_atomically(path, metadata.to_bytes(_SERIALIZER))

    def _is_old(self, role: str, now_ms: int) -> bool:
        """Whether more than half of a role's time is over."""
        found = self.published(role, Snapshot)
        half = timedelta(days=self.lifetimes.of(role) / 2)
        return found is None or found.signed.expires - datetime.fromtimestamp(now_ms / 1000, tz=UTC) < half

    def _meta(self, role: str) -> MetaFile:
        version = max(self._versions(role))
        data = self._path(role, version).read_bytes()
        return MetaFile(version=version, length=len(data), hashes={"sha256": hashlib.sha256(data).hexdigest()})

    def _versions(self, role: str) -> list[int]:
        name = f".{quote(role, '')}.json"
        numbers = [path.name.removesuffix(name) for path in self.metadata.glob(f"*{name}")]
        return [int(number) for number in numbers if number.isdecimal()]

    def _path(self, role: str, version: int) -> Path:
        return self.metadata / f"{version}.{quote(role, '')}.json"


def _read(path: Path, role: str, kind: type[_R]) -> Metadata[_R]:
    try:
        metadata: Metadata[Any] = Metadata.from_file(str(path))
    except (StorageError, DeserializationError) as problem:
        raise errors.MalformedMetadataError(role=role, reason=type(problem).__name__) from problem
    if not isinstance(metadata.signed, kind):
        raise errors.MalformedMetadataError(role=role, reason="it is metadata of another role")
    return metadata


def _next(before: Metadata[_R] | None, signed: _R) -> _R:
    signed.version = before.signed.version + 1 if before is not None else 1
    return signed
