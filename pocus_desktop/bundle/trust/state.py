"""What a station believes: the verified metadata it holds, read once and frozen (formats/trust 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from tuf.api.exceptions import StorageError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError

from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.errors import DamagedStateError, MalformedMetadataError
from pocus_desktop.bundle.trust.keys import our_key
from pocus_desktop.bundle.trust.listing import Listing, Withdrawal, read_withdrawals
from pocus_desktop.bundle.trust.policy import ProgrammeKeys, TrustPolicy
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.clock import LATEST_MS

ISSUED_FIELD: Final = "x-pocus-issued-ms"
"""In the timestamp: when it was issued, by the academy's clock. It is later than nothing that was seen before it."""
POLICY_FILE: Final = "academy-policy.json"
"""Where a station keeps the verified target `academy/policy.json` beside the metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One content area and what its role says.

    Attributes:
        area: The content area, and the name of its role.
        keys: Who may sign its manifests and its role.
        threshold: How many of them must.
        listings: Its current bundles, by id and version.
        withdrawals: What must not be sat any more.
    """

    area: str
    keys: tuple[PublicKey, ...]
    threshold: int
    listings: tuple[Listing, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustState:
    """Verified trust metadata of one state of the depot.

    Attributes:
        versions: Of each role's metadata, `root`, `timestamp`, `snapshot` and `targets` among them.
        expires_ms: When the first of it is over, in milliseconds since the Unix epoch.
        expiring: The role that is over first.
        issued_ms: When its timestamp was issued, in milliseconds since the Unix epoch; no clock here is earlier. Never
            later than what the officers signed is good for: the publishing computer's clock, or whoever has its key,
            cannot send stations further ahead.
        programmes: By content area, in the order in which they were delegated.
        academy: The academy's word to every station.
    """

    versions: Mapping[str, int]
    expires_ms: int
    expiring: str
    issued_ms: int
    programmes: Mapping[str, Programme]
    academy: AcademyPolicy = field(default_factory=AcademyPolicy)

    def is_stale(self, now_ms: int) -> bool:
        """Whether some of it is over; `now_ms` is never earlier than the latest time seen."""
        return now_ms >= self.expires_ms

    def policy(self) -> TrustPolicy:
        """How bundles are judged: by the keys of their programme alone."""
        return TrustPolicy(
            keys=(),
            programmes={
                area: ProgrammeKeys(
                    keys=programme.keys,
                    threshold=programme.threshold,
                    withdrawn={(each.bundle_id, each.version): each.reason for each in programme.withdrawals},
                )
                for area, programme in self.programmes.items()
            },
        )

    def listings(self) -> tuple[Listing, ...]:
        """Every current bundle; a line that two programmes name is the one's delegated first (formats/depot 3.5).

        Nobody takes over a line by listing a higher version of it under a programme of their own.
        """
        owners: dict[str, str] = {}
        for area, programme in self.programmes.items():
            for each in programme.listings:
                owners.setdefault(each.bundle_id, area)
        return tuple(
            each
            for area, programme in self.programmes.items()
            for each in programme.listings
            if owners[each.bundle_id] == area
        )

    def newest(self, bundle_id: str, minimum_version: int = 1) -> Listing | None:
        """The newest current version of a bundle, or None where none is that new."""
        found = [each for each in self.listings() if each.bundle_id == bundle_id and each.version >= minimum_version]
        return max(found, key=lambda each: each.version, default=None)


def read_state(folder: Path) -> TrustState:
    """Read metadata that was verified as it was stored; `client` verifies again what it keeps.

    Args:
        folder: One generation of a station's trust folder.

    Raises:
        DamagedStateError: A file is missing or is not metadata.
        MalformedMetadataError: A programme's entries have the wrong form.
        PocusError: `crypto.*`: a key of a programme is no usable key.
    """
    try:
        root = Metadata[Root].from_file(str(folder / "root.json")).signed
        timestamp = Metadata[Timestamp].from_file(str(folder / "timestamp.json")).signed
        snapshot = Metadata[Snapshot].from_file(str(folder / "snapshot.json")).signed
        targets = Metadata[Targets].from_file(str(folder / "targets.json")).signed
        roles = {name: _role(folder, name) for name in programme_roles(targets)}
    except (StorageError, DeserializationError) as problem:
        raise DamagedStateError(reason=type(problem).__name__) from problem
    signed = {"root": root, "timestamp": timestamp, "snapshot": snapshot, "targets": targets, **roles}
    expiring = min(signed, key=lambda name: signed[name].expires)
    return TrustState(
        versions=MappingProxyType({name: each.version for name, each in signed.items()}),
        expires_ms=_milliseconds(signed[expiring].expires),
        expiring=expiring,
        issued_ms=min(_issued_ms(timestamp), _milliseconds(root.expires), _milliseconds(targets.expires)),
        programmes=MappingProxyType({name: read_programme(name, targets, role) for name, role in roles.items()}),
        academy=_academy(folder, targets),
    )


def programme_roles(targets: Targets) -> tuple[str, ...]:
    """The names of the roles that the top-level role delegates to."""
    delegations = targets.delegations
    return tuple(delegations.roles or ()) if delegations is not None else ()


def _role(folder: Path, name: str) -> Targets:
    return Metadata[Targets].from_file(str(folder / f"{quote(name, '')}.json")).signed


def read_programme(area: str, targets: Targets, role: Targets) -> Programme:
    """What the top-level role and a programme's own role say together.

    Raises:
        MalformedMetadataError: An entry has the wrong form.
        PocusError: `crypto.*`: a key is no usable key.
    """
    assert targets.delegations is not None  # noqa: S101 - the name came from there
    assert targets.delegations.roles is not None  # noqa: S101 - likewise
    delegated = targets.delegations.roles[area]
    keys = [our_key(targets.delegations.keys[key_id]) for key_id in delegated.keyids]
    listings = [
        Listing.read(area, path, length=file.length, hashes=file.hashes, custom=file.custom)
        for path, file in role.targets.items()
    ]
    return Programme(
        area=area,
        keys=tuple(key for key in keys if key is not None),
        threshold=delegated.threshold,
        listings=tuple(sorted(listings, key=lambda each: (each.bundle_id, each.version))),
        withdrawals=read_withdrawals(area, role.unrecognized_fields),
    )


def _academy(folder: Path, targets: Targets) -> AcademyPolicy:
    if academy.PATH not in targets.targets:
        return AcademyPolicy()
    try:
        return AcademyPolicy.parse((folder / POLICY_FILE).read_bytes())
    except OSError as problem:
        raise DamagedStateError(reason=problem.strerror or type(problem).__name__) from problem


def _issued_ms(timestamp: Timestamp) -> int:
    issued = timestamp.unrecognized_fields.get(ISSUED_FIELD, 0)
    if type(issued) is not int or not 0 <= issued <= LATEST_MS:
        raise MalformedMetadataError(role="timestamp", reason=f"{ISSUED_FIELD} is not a time")
    return issued


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
