"""Publish bundles to a depot, and withdraw them (formats/depot 3).

Each is one staged change of a programme's role: in force when enough of the programme's people have signed it and the
repository was published.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tuf.api.metadata import Targets

from pocus_desktop.bundle.depot import paths
from pocus_desktop.bundle.depot.errors import NotListedError, OtherProgrammeError, VersionNotHigherError
from pocus_desktop.bundle.trust.errors import UnknownProgrammeError
from pocus_desktop.bundle.trust.listing import (
    WITHDRAWN_FIELD,
    Listing,
    Withdrawal,
    read_withdrawals,
    written_withdrawals,
)
from pocus_desktop.bundle.trust.policy import ProgrammeKeys, TrustPolicy
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.state import Programme, programme_roles, read_programme
from pocus_desktop.bundle.verifier import Progress, VerifiedBundle, open_bundle
from pocus_desktop.bundle.whole_file import whole_file

_COPY_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A programme as it will stand after what is staged, and as it stands."""

    programme: Programme
    version: int
    expires: str
    is_staged: bool


def shelves(repository: Repository) -> tuple[Shelf, ...]:
    """Every programme of a depot, by name.

    Raises:
        PocusError: `trust.*`: a role cannot be read.
    """
    targets = repository.newest("targets", Targets)
    if targets is None:
        return ()
    return tuple(
        Shelf(
            programme=read_programme(area, targets, role),
            version=role.version,
            expires=f"{role.expires:%Y-%m-%d}",
            is_staged=repository.staged_path(area).is_file(),
        )
        for area in sorted(programme_roles(targets))
        if (role := repository.newest(area, Targets)) is not None
    )


def publish(
    repository: Repository,
    path: Path,
    *,
    now_ms: int,
    app_version: str,
    progress: Callable[[Progress], None] | None = None,
) -> Listing:
    """Stage a bundle as the current version of its line; the version before leaves the list.

    Every stored byte is verified, so that nobody lists a damaged bundle. The container is in the depot before anything
    says so.

    Args:
        repository: The depot.
        path: The bundle, signed by as many of its programme's people as the academy asks for.
        now_ms: The present, in milliseconds since the Unix epoch.
        app_version: Of this program.
        progress: Called with bytes verified.

    Raises:
        OtherProgrammeError: Another programme lists or listed this line.
        VersionNotHigherError: This version, or a higher one, was published before.
        PocusError: `bundle.*`: the bundle is not trusted for its programme, or is damaged.
    """
    with open_bundle(path, _policy(repository), now_ms=now_ms, app_version=app_version) as bundle:
        manifest = bundle.manifest
        area = manifest.content_area
        role = repository.draft(area, Targets, now_ms=now_ms)
        targets = repository.newest("targets", Targets)
        if targets is None:
            raise UnknownProgrammeError(area=area)
        programme = read_programme(area, targets, role)
        _require_own_line(repository, area, manifest.bundle_id)
        highest = _highest(programme, manifest.bundle_id)
        if manifest.version <= highest:
            raise VersionNotHigherError(bundle=manifest.bundle_id, version=manifest.version, highest=highest)
        bundle.verify_everything(progress)
        listing = _put(repository, bundle, path)
    for old in programme.listings:
        if old.bundle_id == manifest.bundle_id:
            del role.targets[old.target_path]
    info = repository.put_target(listing.target_path, bundle.envelope_bytes)
    info.unrecognized_fields["custom"] = listing.custom()
    role.targets[listing.target_path] = info
    repository.stage(area, role)
    return listing


def withdraw(repository: Repository, bundle_id: str, version: int, *, reason: str, now_ms: int) -> Withdrawal:
    """Stage that a version must not be sat any more.

    Raises:
        NotListedError: No programme lists or listed it.
    """
    for shelf in shelves(repository):
        area = shelf.programme.area
        if version > _highest(shelf.programme, bundle_id):
            continue
        role = repository.draft(area, Targets, now_ms=now_ms)
        for listing in shelf.programme.listings:
            if (listing.bundle_id, listing.version) == (bundle_id, version):
                del role.targets[listing.target_path]
        gone = Withdrawal(bundle_id=bundle_id, version=version, reason=reason, at_ms=now_ms)
        before = [
            each
            for each in read_withdrawals(area, role.unrecognized_fields)
            if (each.bundle_id, each.version) != (bundle_id, version)
        ]
        role.unrecognized_fields[WITHDRAWN_FIELD] = written_withdrawals([*before, gone])
        repository.stage(area, role)
        return gone
    raise NotListedError(bundle=bundle_id, version=version)


def tidy(repository: Repository) -> tuple[Path, ...]:
    """Remove containers that neither the published nor the staged metadata lists; what was removed."""
    wanted: set[str] = set()
    targets = repository.newest("targets", Targets)
    for area in programme_roles(targets) if targets is not None else ():
        for role in (repository.published(area, Targets), repository.staged(area, Targets)):
            if targets is not None and role is not None:
                listed = read_programme(area, targets, role.signed).listings
                wanted |= {paths.container(each.envelope_sha256) for each in listed}
    gone = [
        path
        for path in sorted((repository.folder / "bundles").glob("*.casebundle"))
        if path.relative_to(repository.folder).as_posix() not in wanted
    ]
    for path in gone:
        path.unlink()
    return tuple(gone)


def _policy(repository: Repository) -> TrustPolicy:
    """The programmes' keys as they will stand after what is staged."""
    return TrustPolicy(
        keys=(),
        programmes={
            shelf.programme.area: ProgrammeKeys(keys=shelf.programme.keys, threshold=shelf.programme.threshold)
            for shelf in shelves(repository)
        },
    )


def _require_own_line(repository: Repository, area: str, bundle_id: str) -> None:
    for shelf in shelves(repository):
        if shelf.programme.area != area and _highest(shelf.programme, bundle_id):
            raise OtherProgrammeError(bundle=bundle_id, area=shelf.programme.area)


def _highest(programme: Programme, bundle_id: str) -> int:
    listed = [each.version for each in programme.listings if each.bundle_id == bundle_id]
    gone = [each.version for each in programme.withdrawals if each.bundle_id == bundle_id]
    return max((*listed, *gone), default=0)


def _put(repository: Repository, bundle: VerifiedBundle, path: Path) -> Listing:
    envelope = bundle.envelope_bytes
    manifest = bundle.manifest
    draft = Listing(
        area=manifest.content_area,
        bundle_id=manifest.bundle_id,
        version=manifest.version,
        mode=manifest.mode,
        size_bytes=bundle.size_bytes,
        envelope_sha256="",
        envelope_bytes=len(envelope),
    )
    listing = replace(draft, envelope_sha256=repository.put_target(draft.target_path, envelope).hashes["sha256"])
    destination = repository.folder / paths.container(listing.envelope_sha256)
    with whole_file(destination) as file, path.open("rb") as source:  # anew where one is there, which may be damaged
        while block := source.read(_COPY_BYTES):
            file.write(block)
    return listing
