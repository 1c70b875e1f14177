"""What the academy decides about trust, each as one staged change (formats/trust 3).

Nothing here is in force until as many people as its role asks for have signed it and it was published.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from securesystemslib.signer import SSlibKey
from tuf.api.metadata import DelegatedRole, Delegations, Key, Role, Root, Targets

from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.errors import BadCeremonyError, NothingStagedError, UnknownProgrammeError
from pocus_desktop.bundle.trust.keys import tuf_key
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.state import programme_roles
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.files import sync_folder
from pocus_desktop.kernel.ids import NAME

_RESERVED: Final = frozenset({"root", "targets", "snapshot", "timestamp", "academy", "academy-policy"})
_ONLINE: Final = ("snapshot", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Who holds the keys of a role, and how many of them must sign.

    Attributes:
        keys: Their Ed25519 keys.
        threshold: How many distinct ones must sign.
        names: By key id, what people call the holder.
    """

    keys: tuple[PublicKey, ...]
    threshold: int = 1
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        distinct = len({key.key_id for key in self.keys})
        if distinct != len(self.keys):
            raise BadCeremonyError(reason="a key is named twice, and one person is one signature")
        if not 1 <= self.threshold <= distinct:
            raise BadCeremonyError(reason=f"{self.threshold} of {distinct} keys cannot be asked for")
        if any(key.algorithm != "ed25519" for key in self.keys):
            raise BadCeremonyError(reason="only Ed25519 keys sign")

    def entries(self) -> tuple[SSlibKey, ...]:
        """The keys as TUF metadata lists them."""
        return tuple(tuf_key(key, holder=self.names.get(key.key_id, "")) for key in self.keys)


def found(repository: Repository, roles: Mapping[str, Holders], policy: AcademyPolicy, *, now_ms: int) -> None:
    """Stage the first root and the first top-level targets.

    Args:
        repository: An empty depot.
        roles: The holders of `root`, `targets`, `snapshot` and `timestamp`.
        policy: The academy's word to every station.
        now_ms: The present, in milliseconds since the Unix epoch.

    Raises:
        BadCeremonyError: There is a root already, a role has no holders, or snapshot or timestamp ask for several.
    """
    if repository.newest("root", Root) is not None:
        raise BadCeremonyError(reason="this depot has a root already")
    if set(roles) != {"root", "targets", "snapshot", "timestamp"}:
        raise BadCeremonyError(reason="root, targets, snapshot and timestamp each need their keys")
    for role in _ONLINE:
        _require_one(role, roles[role])
    keys = {entry.keyid: entry for holders in roles.values() for entry in holders.entries()}
    root = Root(
        version=1,
        expires=repository.expiry("root", now_ms),
        keys=dict[str, Key](keys),
        roles={name: Role([key.key_id for key in holders.keys], holders.threshold) for name, holders in roles.items()},
        consistent_snapshot=True,
    )
    repository.stage("root", root)
    repository.stage("targets", Targets(version=1, expires=repository.expiry("targets", now_ms)))
    set_policy(repository, policy, now_ms=now_ms)


def rotate(repository: Repository, role: str, holders: Holders, *, now_ms: int) -> None:
    """Stage a root that names other holders for a top-level role.

    Raises:
        BadCeremonyError: The role is not a top-level one.
        UnknownProgrammeError: There is no root yet.
    """
    root = repository.draft("root", Root, now_ms=now_ms)
    if role not in root.roles:
        raise BadCeremonyError(reason=f"{role} is no top-level role")
    if role in _ONLINE:
        _require_one(role, holders)
    for key_id in tuple(root.roles[role].keyids):
        root.revoke_key(key_id, role)
    for entry in holders.entries():
        root.add_key(entry, role)
    root.roles[role].threshold = holders.threshold
    repository.stage("root", root)
    if role == "targets":  # signed by those who no longer may
        _again(repository, role, now_ms)


def delegate(repository: Repository, area: str, holders: Holders, *, now_ms: int) -> None:
    """Stage who may sign for a programme; with it the programme's own metadata, to be signed by them.

    Raises:
        BadCeremonyError: The area is not a name that a content area may have.
    """
    if not NAME.fullmatch(area) or area in _RESERVED:
        raise BadCeremonyError(reason=f"{area} cannot be a programme's name")
    targets = repository.draft("targets", Targets, now_ms=now_ms)
    if targets.delegations is None:
        targets.delegations = Delegations(keys={}, roles={})
    roles = targets.delegations.roles
    assert roles is not None  # noqa: S101 - ours never delegate to hash bins
    if area in roles:
        for key_id in tuple(roles[area].keyids):
            targets.revoke_key(key_id, area)
    roles[area] = DelegatedRole(area, [], holders.threshold, terminating=True, paths=[f"{area}/*"])
    for entry in holders.entries():
        targets.add_key(entry, area)
    repository.stage("targets", targets)
    _again(repository, area, now_ms)


def revoke(repository: Repository, key_id: str, *, now_ms: int) -> tuple[str, ...]:
    """Stage the removal of a key from every role that it may sign; the roles, by name.

    Raises:
        BadCeremonyError: No role knows the key, or a role would be left with fewer keys than must sign.
    """
    changed: list[str] = []
    root = repository.draft("root", Root, now_ms=now_ms)
    for name, role in root.roles.items():
        if key_id in role.keyids:
            _require_enough(name, len(role.keyids) - 1, role.threshold)
            root.revoke_key(key_id, name)
            changed.append(name)
    if changed:
        repository.stage("root", root)
        if "targets" in changed:
            _again(repository, "targets", now_ms)
    targets = repository.draft("targets", Targets, now_ms=now_ms)
    programmes = [area for area in programme_roles(targets) if key_id in targets.get_delegated_role(area).keyids]
    for area in programmes:
        delegated = targets.get_delegated_role(area)
        _require_enough(area, len(delegated.keyids) - 1, delegated.threshold)
        targets.revoke_key(key_id, area)
    if programmes:
        repository.stage("targets", targets)
        for area in programmes:
            _again(repository, area, now_ms)
    if not changed and not programmes:
        raise BadCeremonyError(reason=f"no role knows the key {key_id}")
    return (*changed, *programmes)


def set_policy(repository: Repository, policy: AcademyPolicy, *, now_ms: int) -> None:
    """Stage the academy's word to every station."""
    targets = repository.draft("targets", Targets, now_ms=now_ms)
    targets.targets[academy.PATH] = repository.put_target(academy.PATH, policy.to_bytes())
    repository.stage("targets", targets)


def current_policy(repository: Repository) -> AcademyPolicy:
    """What the academy will tell every station once all that is staged is published.

    Raises:
        UnknownProgrammeError: The academy's trust was not founded yet.
        MalformedMetadataError: The policy's file is missing or was changed.
    """
    targets = repository.newest("targets", Targets)
    if targets is None:
        raise UnknownProgrammeError(area="targets")
    info = targets.targets.get(academy.PATH)
    return AcademyPolicy.parse(repository.target_bytes(info)) if info is not None else AcademyPolicy()


def renew(repository: Repository, roles: Iterable[str], *, now_ms: int) -> None:
    """Stage roles anew with a later end, unchanged otherwise."""
    for role in roles:
        _again(repository, role, now_ms)


def discard(repository: Repository, role: str) -> None:
    """Let a staged change fall, with the signatures it has; what is published stays.

    Raises:
        NothingStagedError: There is none.
    """
    path = repository.staged_path(role)
    if not path.is_file():
        raise NothingStagedError(role=role)
    path.unlink()
    sync_folder(path.parent)


def _again(repository: Repository, role: str, now_ms: int) -> None:
    """Stage the next version of a role as it stands, so that those who may sign now do; an empty one at first."""
    if role == "root":
        repository.stage(role, repository.draft(role, Root, now_ms=now_ms))
    elif repository.newest(role, Targets) is None:
        repository.stage(role, Targets(version=1, expires=repository.expiry(role, now_ms)))
    else:
        repository.stage(role, repository.draft(role, Targets, now_ms=now_ms))


def _require_one(role: str, holders: Holders) -> None:
    """Snapshot and timestamp are signed anew at every publication, by one key that is at hand."""
    if holders.threshold != 1:
        raise BadCeremonyError(reason=f"{role} is signed by one key, whichever of its holders publishes")


def _require_enough(role: str, left: int, threshold: int) -> None:
    if left < threshold:
        raise BadCeremonyError(reason=f"{role} would be left with {left} keys and needs {threshold}; add one first")
