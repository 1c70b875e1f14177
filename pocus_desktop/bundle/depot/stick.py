"""Make a stick that is a depot: everything a centre needs, and nothing it may not have (formats/depot 6).

A stick carries all published trust metadata, which is public, and of the bundles only those asked for. Pulling it early
does no harm: containers are written first, metadata after, the timestamp last. At the end all of it is read back the
way a station reads it.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.depot import paths
from pocus_desktop.bundle.depot.errors import NotListedError, StickFullError, StickIsDepotError, WrongBytesError
from pocus_desktop.bundle.trust import academy
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.bundle.verifier import Progress, TrustPolicy, open_bundle
from pocus_desktop.bundle.whole_file import whole_file

_COPY_BYTES: Final = 4 * 1024 * 1024
_SPARE_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    """A stick that was made and read back.

    Attributes:
        listings: The bundles on it.
        copied_bytes: What was written now; what was on it already was only read.
        removed: What it held before and may not have.
    """

    listings: tuple[Listing, ...]
    copied_bytes: int
    removed: tuple[str, ...]


def make_stick(
    source: Path,
    destination: Path,
    bundle_ids: Iterable[str],
    *,
    root: bytes,
    now_ms: int,
    app_version: str,
    progress: Callable[[Progress], None] | None = None,
) -> Stick:
    """Bring a folder to hold what a centre needs of a depot.

    Args:
        source: The depot.
        destination: The folder that shall be a depot; what is in its `bundles` and `targets` and not asked for goes.
        bundle_ids: The bundles asked for, each in its current version.
        root: The root that the centre's stations were enrolled with.
        now_ms: The present, in milliseconds since the Unix epoch.
        app_version: Of this program.
        progress: Called with bytes written.

    Raises:
        StickIsDepotError: The folder is the depot itself, whose other bundles would go.
        NotListedError: A bundle is not listed.
        StickFullError: There is less room than they need, with what goes; nothing was changed.
        PocusError: `trust.*` or `bundle.*`: the depot, or what was read back, is not what was signed.
        OSError: As the operating system says.
    """
    if destination.resolve() == source.resolve():
        raise StickIsDepotError(folder=str(destination))
    small = _small_files(source)  # before it is believed: what is published after this is found missing at the end
    state = _believed(source, root, now_ms)
    listings = tuple(_listed(state, bundle_id) for bundle_id in sorted(set(bundle_ids)))
    wanted = (
        *(paths.container(each.envelope_sha256) for each in listings),
        *(paths.envelope(each) for each in listings),
        *small,
    )
    others = _others(destination, wanted)
    missing = [path for path in wanted if not _is_there(source, destination, path)]
    total = sum((source / path).stat().st_size for path in missing)
    destination.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(destination).free + sum(path.stat().st_size for path in others)
    if free < total + _SPARE_BYTES:
        raise StickFullError(free_mb=free // 10**6, needed_mb=-(-(total + _SPARE_BYTES) // 10**6))
    for gone in others:
        gone.unlink()
    done = 0
    for path in missing:
        with whole_file(destination / path) as written, (source / path).open("rb") as read:
            while block := read.read(_COPY_BYTES):
                written.write(block)
                done += len(block)
                if progress is not None:
                    progress(Progress(done_bytes=done, total_bytes=total))
    _read_back(destination, listings, root, now_ms, app_version)
    removed = tuple(path.relative_to(destination).as_posix() for path in others)
    return Stick(listings=listings, copied_bytes=done, removed=removed)


def _believed(depot: Path, root: bytes, now_ms: int) -> TrustState:
    """What a station with this root would believe of a depot."""
    with tempfile.TemporaryDirectory() as folder:
        client = TrustClient(Path(folder) / "trust")
        client.enrol(root)
        found = client.refresh([FolderCarrier(depot)], now_ms=now_ms)
    if found.problem is not None:
        raise found.problem
    return found.state


def _listed(state: TrustState, bundle_id: str) -> Listing:
    listing = state.newest(bundle_id)
    if listing is None:
        raise NotListedError(bundle=bundle_id, version=1)
    return listing


def _small_files(source: Path) -> tuple[str, ...]:
    """The academy's policies and all metadata, in the order in which they are written."""
    metadata = [path.relative_to(source).as_posix() for path in (source / "metadata").glob("*.json")]
    policies = [
        path.relative_to(source).as_posix()
        for path in (source / "targets" / academy.PATH).parent.glob(f"*.{Path(academy.PATH).name}")
    ]
    return (*sorted(policies), *sorted(metadata, key=lambda path: (path.endswith("/timestamp.json"), path)))


def _is_there(source: Path, destination: Path, path: str) -> bool:
    """Whether a file need not be written again; only the timestamp changes under its name."""
    there = destination / path
    if not there.is_file() or there.stat().st_size != (source / path).stat().st_size:
        return False
    return not path.startswith("metadata/") or there.read_bytes() == (source / path).read_bytes()


def _others(destination: Path, wanted: Sequence[str]) -> tuple[Path, ...]:
    """What a stick holds in its `bundles` and `targets` and may not have."""
    keep = set(wanted)
    return tuple(
        path
        for folder in ("bundles", "targets")
        for path in sorted((destination / folder).rglob("*"))
        if path.is_file() and path.relative_to(destination).as_posix() not in keep
    )


def _read_back(destination: Path, listings: Sequence[Listing], root: bytes, now_ms: int, app_version: str) -> None:
    state = _believed(destination, root, now_ms)
    for listing in listings:
        try:
            _require_listed(destination, listing, state.policy(), now_ms, app_version)
        except BaseException:
            for path in (paths.container(listing.envelope_sha256), paths.envelope(listing)):
                (destination / path).unlink(missing_ok=True)  # so that making the stick again writes it anew
            raise


def _require_listed(folder: Path, listing: Listing, policy: TrustPolicy, now_ms: int, app_version: str) -> None:
    """A container verifies to its last byte, and it and the envelope beside it are those that are listed."""
    container, envelope = paths.container(listing.envelope_sha256), paths.envelope(listing)
    with open_bundle(folder / container, policy, now_ms=now_ms, app_version=app_version) as bundle:
        bundle.verify_everything()
        held = {container: bundle.envelope_bytes, envelope: (folder / envelope).read_bytes()}
    for path, data in held.items():
        if hashlib.sha256(data).hexdigest() != listing.envelope_sha256:
            raise WrongBytesError(carrier=str(folder), file=path)
