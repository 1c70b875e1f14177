"""What signing a role would change, for the person who is about to sign (formats/trust 3.6).

It compares what a role will say with what it said before, and tells the whole of what will be in force beside it: a
request could lie about the past, not about what its signature makes true.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tuf.api.metadata import Key, Root, Targets

from pocus_desktop.bundle.trust import academy, fingerprint
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.errors import BadRequestError
from pocus_desktop.bundle.trust.keys import holder_of, our_key
from pocus_desktop.bundle.trust.listing import read_withdrawals
from pocus_desktop.kernel.errors import PocusError


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A key that may sign a role.

    Attributes:
        name: Its holder's; the beginning of its key id where none is given.
        key_id: The key's name in documents.
        words: Its fingerprint as people read it aloud.
    """

    name: str
    key_id: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Who may sign a role, and how many of them must."""

    role: str
    members: tuple[Member, ...]
    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a role says.

    Attributes:
        bodies: Whom it names for other roles, by role.
        bundles: What it lists, by target path, with its digest.
        withdrawn: What must not be sat any more, with the reason.
    """

    bodies: Mapping[str, Body]
    bundles: Mapping[str, str]
    withdrawn: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a new version of a role changes.

    Attributes:
        role: Its name.
        version: Of the new version.
        version_before: Of the one in force; None where it is the first.
        expires: When the new one is over.
        told: What changes, a sentence each; empty where only version and end do.
        bodies: Who will be named for which role, all of them.
    """

    role: str
    version: int
    version_before: int | None
    expires: datetime
    told: tuple[str, ...]
    bodies: tuple[Body, ...]


def changes(
    role: str, before: Root | Targets | None, after: Root | Targets, policy: AcademyPolicy | None = None
) -> Changes:
    """Compare two versions of a role.

    Args:
        role: Its name.
        before: What is in force; None where nothing is.
        after: What is to be signed.
        policy: What `academy/policy.json` of `after` says, for the role `targets`.

    Raises:
        BadRequestError: A key in it is no usable key.
        MalformedMetadataError: Its withdrawals have the wrong form.
    """
    new = said(role, after)
    old = said(role, before) if before is not None else Said(bodies={}, bundles={}, withdrawn={})
    return Changes(
        role=plain(role),
        version=after.version,
        version_before=before.version if before is not None else None,
        expires=after.expires.astimezone(UTC),
        told=tuple(_told(old, new, policy)),
        bodies=tuple(new.bodies[name] for name in sorted(new.bodies)),
    )


def said(role: str, signed: Root | Targets) -> Said:
    """What a role says, in our terms.

    Raises:
        BadRequestError: A key in it is no usable key.
        MalformedMetadataError: Its withdrawals have the wrong form.
    """
    if isinstance(signed, Root):
        bodies = {name: _body(name, each.keyids, each.threshold, signed.keys) for name, each in signed.roles.items()}
        return Said(bodies=bodies, bundles={}, withdrawn={})
    delegations = signed.delegations
    roles = (delegations.roles or {}) if delegations is not None else {}
    keys = delegations.keys if delegations is not None else {}
    withdrawn = read_withdrawals(role, signed.unrecognized_fields)
    return Said(
        bodies={plain(name): _body(plain(name), each.keyids, each.threshold, keys) for name, each in roles.items()},
        bundles={plain(path): file.hashes.get("sha256", "-") for path, file in signed.targets.items()},
        withdrawn={plain(f"{each.bundle_id} version {each.version}"): plain(each.reason) for each in withdrawn},
    )


def policy_lines(policy: AcademyPolicy) -> tuple[str, ...]:
    """What the academy tells every station, a line each."""
    return (
        f"Results are sent to: {plain(policy.hub_url) or 'nowhere by network; they are carried'}",
        *(f"Hub key: {key.key_id}  ({fingerprint.words(key)})" for key in policy.hubs),
        *(
            f"When trust metadata is over, a {plain(mode)} sitting: {rule}"
            for mode, rule in sorted(policy.stale.items())
        ),
    )


def plain(text: str) -> str:
    """Text of unknown hands for a screen: what would move the cursor or turn the line round is shown as a dot."""
    return "".join(character if character.isprintable() else "·" for character in text)


def _told(old: Said, new: Said, policy: AcademyPolicy | None) -> Iterator[str]:
    for name in sorted({*old.bodies, *new.bodies}):
        yield from _body_told(name, old.bodies.get(name), new.bodies.get(name))
    for path in sorted({*old.bundles, *new.bundles}):
        before, after = old.bundles.get(path), new.bundles.get(path)
        if path == academy.PATH and before != after:
            yield "The academy's word to every station changes. It will be:"
            yield from (f"   {line}" for line in (policy_lines(policy) if policy else ("(not in this request)",)))
        elif before is None:
            yield f"LISTED: {path}"
        elif after is None:
            yield f"NO LONGER LISTED: {path}"
        elif before != after:
            yield f"REPLACED under the same name: {path}"
    for bundle in sorted({*old.withdrawn, *new.withdrawn}):
        before, after = old.withdrawn.get(bundle), new.withdrawn.get(bundle)
        if before is None:
            yield f"WITHDRAWN: {bundle}. Reason: {after}"
        elif after is None:
            yield f"NO LONGER WITHDRAWN: {bundle}"
        elif before != after:
            yield f"The reason for withdrawing {bundle} changes to: {after}"


def _body_told(role: str, old: Body | None, new: Body | None) -> Iterator[str]:
    before = {member.key_id: member for member in old.members} if old is not None else {}
    after = {member.key_id: member for member in new.members} if new is not None else {}
    if new is None:
        yield f"NO ONE will be trusted for {role} any more."
    elif old is None:
        yield f"NEW: {role} will be signed by {new.threshold} of {len(after)}."
    for key_id in after.keys() - before.keys() if old is not None else ():
        yield f"KEY COMES to {role}: {after[key_id].name}, {fingerprint.digits(key_id)}"
    for key_id in before.keys() - after.keys():
        yield f"KEY GOES from {role}: {before[key_id].name}, {fingerprint.digits(key_id)}"
    if old is not None and new is not None and old.threshold != new.threshold:
        yield f"{role} will need {new.threshold} signatures instead of {old.threshold}."


def _body(role: str, key_ids: list[str], threshold: int, keys: Mapping[str, Key]) -> Body:
    return Body(role=role, members=tuple(_member(role, key_id, keys) for key_id in key_ids), threshold=threshold)


def _member(role: str, key_id: str, keys: Mapping[str, Key]) -> Member:
    entry = keys.get(key_id)
    try:
        key = our_key(entry) if entry is not None else None
    except PocusError as problem:
        raise BadRequestError(file=role, reason="a key in it is no usable key") from problem
    if entry is None or key is None or key.key_id != key_id:
        raise BadRequestError(file=role, reason="a key in it has another name than its own")
    return Member(name=plain(holder_of(entry)) or key_id[:16], key_id=key_id, words=fingerprint.words(key))
