"""All that a depot's trust is, at a glance: roles, holders, ends, what waits and who is missing (formats/trust 3.8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

from pocus_desktop.bundle.trust import request as requests
from pocus_desktop.bundle.trust.changes import Body, Member, said
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.kernel.canonical import Json

_KINDS: dict[str, type[Any]] = {"root": Root, "timestamp": Timestamp, "snapshot": Snapshot}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as it is in force.

    Attributes:
        name: Its name.
        version: What is published; None where nothing is.
        expires_ms: When that is over, in milliseconds since the Unix epoch; None where nothing is published.
        body: Who may sign it; None where that is not in force yet.
    """

    name: str
    version: int | None
    expires_ms: int | None
    body: Body | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A role that waits for signatures."""

    role: str
    version: int
    signed: tuple[Member, ...]
    may_sign: tuple[Member, ...]
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A depot's trust.

    Attributes:
        roles: Those in force, top-level ones first.
        staged: Those that wait.
        withdrawals: What must not be sat any more, in words.
    """

    roles: tuple[Role, ...]
    staged: tuple[Staged, ...]
    withdrawals: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """For programs."""
        return {
            "roles": [
                {
                    "name": role.name,
                    "version": role.version,
                    "expires_ms": role.expires_ms,
                    "threshold": role.body.threshold if role.body is not None else None,
                    "members": _members(role.body.members) if role.body is not None else [],
                }
                for role in self.roles
            ],
            "staged": [
                {
                    "role": each.role,
                    "version": each.version,
                    "signed": _members(each.signed),
                    "may_sign": _members(each.may_sign),
                    "missing": each.missing,
                }
                for each in self.staged
            ],
            "withdrawals": list(self.withdrawals),
        }


def overview(repository: Repository) -> Overview:
    """Look at a depot.

    Raises:
        PocusError: `trust.*`: a file in it cannot be read.
    """
    bodies: dict[str, Body] = {}
    if (root := repository.published("root", Root)) is not None:
        bodies.update(said("root", root.signed).bodies)
    if (targets := repository.published("targets", Targets)) is not None:
        bodies.update(said("targets", targets.signed).bodies)
    names = repository.roles()
    withdrawals = [
        f"{area}: {bundle}. {reason}"
        for area in names[4:]
        if (metadata := repository.published(area, Targets)) is not None
        for bundle, reason in said(area, metadata.signed).withdrawn.items()
    ]
    return Overview(
        roles=tuple(_role(repository, name, bodies.get(name)) for name in names),
        staged=tuple(_staged(repository, standing.role) for standing in repository.standings()),
        withdrawals=tuple(withdrawals),
    )


def _role(repository: Repository, name: str, body: Body | None) -> Role:
    found = repository.published(name, _KINDS.get(name, Targets))
    if found is None:
        return Role(name=name, version=None, expires_ms=None, body=body)
    expires: datetime = found.signed.expires
    return Role(name=name, version=found.signed.version, expires_ms=int(expires.timestamp() * 1000), body=body)


def _staged(repository: Repository, role: str) -> Staged:
    request = requests.make(repository, role)
    standing = request.standing()
    return Staged(
        role=role,
        version=standing.version,
        signed=request.named(standing.signed),
        may_sign=request.named(standing.may_sign),
        missing=standing.missing,
    )


def _members(members: tuple[Member, ...]) -> list[Json]:
    return [{"name": member.name, "key_id": member.key_id, "words": member.words} for member in members]
