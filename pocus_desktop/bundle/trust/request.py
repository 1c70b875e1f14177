"""A signing request: one role that waits for signatures, as a file that people pass between them (formats/trust 3.6).

It holds all that a signer's machine needs to tell what would be signed and whether its key may: the metadata with the
signatures it has, what is in force now, who says whose signatures count, and the academy's policy where it changes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets

from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.changes import Changes, Member, changes, plain, said
from pocus_desktop.bundle.trust.errors import (
    BadRequestError,
    MalformedMetadataError,
    NothingStagedError,
    OtherRequestError,
)
from pocus_desktop.bundle.trust.keys import KeySigner
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.shapes import require_shape
from pocus_desktop.bundle.trust.standing import Standing, standing_of
from pocus_desktop.bundle.trust.state import programme_roles
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, NotCanonicalError
from pocus_desktop.kernel.errors import PocusError

FORMAT: Final = "pocus.signing-request"
VERSION: Final = 1
MAXIMUM_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRequest:
    """One role that waits for signatures.

    Attributes:
        role: Its name.
        metadata: What is to be signed, with the signatures it has.
        before: What is in force; None where it is the first version.
        authority: Who says whose signatures count: for a root the one before it, for `targets` the root, for a
            programme `targets`; None for the first root.
        policy: The academy's word to every station, where the role is `targets` and lists it: the target's bytes.
    """

    role: str
    metadata: Metadata[Any]
    before: Metadata[Any] | None
    authority: Metadata[Any] | None
    policy: bytes | None

    def authorities(self) -> tuple[Root | Targets, ...]:
        """Everyone who says whose signatures count; a root answers to its own keys too."""
        found = () if self.authority is None else (self.authority.signed,)
        return (*found, self.metadata.signed) if self.role == "root" else found

    def standing(self) -> Standing:
        """How far it is signed."""
        return standing_of(self.role, self.metadata, self.authorities())

    def changes(self) -> Changes:
        """What signing it would change.

        Raises:
            BadRequestError: A key in it is no usable key.
            MalformedMetadataError: Its withdrawals have the wrong form.
        """
        before = self.before.signed if self.before is not None else None
        policy = AcademyPolicy.parse(self.policy) if self.policy is not None else None
        return changes(self.role, before, self.metadata.signed, policy)

    def people(self) -> Mapping[str, Member]:
        """Everyone who may sign it, by key id.

        Raises:
            BadRequestError: A key in it is no usable key.
        """
        role = plain(self.role)
        bodies = [said("", each).bodies.get(role) for each in self.authorities()]
        return {member.key_id: member for body in bodies if body is not None for member in body.members}

    def named(self, key_ids: Iterable[str]) -> tuple[Member, ...]:
        """Those of the key ids that may sign it, by their holders' names.

        Raises:
            BadRequestError: A key in it is no usable key.
        """
        people = self.people()
        found = [people[key_id] for key_id in key_ids if key_id in people]
        return tuple(sorted(found, key=lambda member: (member.name, member.key_id)))

    @property
    def digest(self) -> str:
        """SHA-256 of exactly what is signed, in hexadecimal."""
        return canonical.digest(self.metadata.signed_bytes)

    def signed_by(self, keys: Iterable[SigningKey]) -> "SigningRequest":
        """The request with more signatures; keys that may not sign it are left out."""
        may_sign = set(self.standing().may_sign)
        metadata = _copy(self.metadata)
        for key in keys:
            if key.key_id in may_sign:
                metadata.sign(KeySigner(key), append=True)
        return SigningRequest(
            role=self.role, metadata=metadata, before=self.before, authority=self.authority, policy=self.policy
        )

    def to_bytes(self) -> bytes:
        """The file's bytes."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "role": self.role,
            "metadata": self.metadata.to_dict(),
            "before": self.before.to_dict() if self.before is not None else None,
            "authority": self.authority.to_dict() if self.authority is not None else None,
            "policy": json.loads(self.policy) if self.policy is not None else None,
        }
        return canonical.encode(document)


def parse(data: bytes, *, file: str) -> SigningRequest:
    """Read a signing request, and check that its parts fit together (formats/trust 3.7).

    Args:
        data: The file's bytes.
        file: Its name, for the person.

    Raises:
        BadRequestError: It is something else, or its parts do not fit.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BadRequestError(file=file, reason="it is too long")
    try:
        document = canonical.decode(data)
        canonical.encode(document)
    except BadJsonError as problem:
        raise BadRequestError(file=file, reason="it is not JSON") from problem
    except NotCanonicalError as problem:
        raise BadRequestError(file=file, reason="it holds a value that cannot be written again") from problem
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadRequestError(file=file, reason="it is another kind of file")
    if document.get("version") != VERSION:
        raise BadRequestError(file=file, reason="it is of a newer version; update this program")
    role = document.get("role")
    if not isinstance(role, str):
        raise BadRequestError(file=file, reason="its role is missing")
    metadata = _metadata(document, "metadata", role, file)
    if metadata is None:
        raise BadRequestError(file=file, reason="there is nothing to sign in it")
    before = _metadata(document, "before", role, file)
    authority = _metadata(document, "authority", "targets" if role not in ("root", "targets") else "root", file)
    found = SigningRequest(
        role=role, metadata=metadata, before=before, authority=authority, policy=_policy(document, metadata, file)
    )
    _require_fitting(found, file)
    return found


def make(repository: Repository, role: str) -> SigningRequest:
    """The request for a staged role.

    Raises:
        NothingStagedError: Nothing of this role waits.
        BadRequestError: Whoever may sign the role is not known yet.
    """
    kind: type[Any] = Root if role == "root" else Targets
    metadata = repository.staged(role, kind)
    if metadata is None:
        raise NothingStagedError(role=role)
    if role == "root":
        authority: Metadata[Any] | None = repository.published("root", Root)
    elif role == "targets":
        authority = repository.staged("root", Root) or repository.published("root", Root)
    else:
        authority = repository.staged("targets", Targets) or repository.published("targets", Targets)
    policy = None
    if role == "targets" and (info := metadata.signed.targets.get(academy.PATH)) is not None:
        policy = repository.target_bytes(info)
    made = SigningRequest(
        role=role, metadata=metadata, before=repository.published(role, kind), authority=authority, policy=policy
    )
    _require_fitting(made, repository.staged_path(role).name)
    return made


def collect(repository: Repository, request: SigningRequest, *, file: str) -> Standing:
    """Take the signatures of a file into the depot; those that do not count there are left.

    Raises:
        NothingStagedError: Nothing of this role waits.
        OtherRequestError: The file is of another version of the role.
    """
    mine = make(repository, request.role)
    if mine.metadata.signed_bytes != request.metadata.signed_bytes:
        raise OtherRequestError(file=file, role=request.role)
    merged = _copy(mine.metadata)
    wanted = set(mine.standing().may_sign)
    merged.signatures.update(
        {key_id: signature for key_id, signature in request.metadata.signatures.items() if key_id in wanted}
    )
    counted = set(standing_of(request.role, merged, mine.authorities()).signed)
    for key_id in wanted - counted:  # a signature that does not verify
        merged.signatures.pop(key_id, None)
    repository.keep_signatures(request.role, merged)
    return repository.standing(request.role)


def _require_fitting(request: SigningRequest, file: str) -> None:
    signed, before = request.metadata.signed, request.before
    if signed.version != (before.signed.version + 1 if before is not None else 1):
        raise BadRequestError(file=file, reason="it is not the next version of what is in force")
    if request.authority is None and request.role != "root":
        raise BadRequestError(file=file, reason="it does not say who may sign it")
    if request.role == "root" and (request.authority is None) != (before is None):
        raise BadRequestError(file=file, reason="the root before it is missing")
    if (
        request.role == "root"
        and before is not None
        and request.authority is not None
        and before.signed_bytes != request.authority.signed_bytes
    ):
        raise BadRequestError(file=file, reason="it answers to another root than the one before it")
    is_programme = request.role not in ("root", "targets")
    if is_programme and request.authority is not None and request.role not in programme_roles(request.authority.signed):
        raise BadRequestError(file=file, reason="no one may sign this role")
    try:
        request.standing()
    except ValueError as problem:
        raise BadRequestError(file=file, reason="no one may sign this role") from problem


def _metadata(document: Mapping[str, Any], name: str, role: str, file: str) -> Metadata[Any] | None:
    found = document.get(name)
    if found is None:
        return None
    try:
        metadata: Metadata[Any] = Metadata.from_bytes(json.dumps(found).encode())
        _ = metadata.signed_bytes  # what has no canonical form cannot be signed
        if isinstance(metadata.signed, Root | Targets):
            require_shape(role, metadata.signed)
    except (RepositoryError, MalformedMetadataError, ValueError, RecursionError) as problem:
        raise BadRequestError(file=file, reason=f"its {name} cannot be read") from problem
    if not isinstance(metadata.signed, Root if role == "root" else Targets):
        raise BadRequestError(file=file, reason=f"its {name} is of another kind")
    return metadata


def _policy(document: Mapping[str, Any], metadata: Metadata[Any], file: str) -> bytes | None:
    """The policy's bytes, if they are those that are signed for."""
    found = document.get("policy")
    if found is None or not isinstance(metadata.signed, Targets):
        return None
    info = metadata.signed.targets.get(academy.PATH)
    try:
        data = canonical.encode(found)
        AcademyPolicy.parse(data)
    except PocusError as problem:
        raise BadRequestError(file=file, reason="its policy cannot be read") from problem
    if info is None or info.hashes.get("sha256") != canonical.digest(data):
        raise BadRequestError(file=file, reason="its policy is not the one that would be signed")
    return data


def _copy(metadata: Metadata[Any]) -> Metadata[Any]:
    return Metadata.from_dict(json.loads(json.dumps(metadata.to_dict())))
