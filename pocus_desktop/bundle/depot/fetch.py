"""Fetch one listed bundle into the library, from carriers that may lie, drop and lack things (formats/depot 5).

1. The manifest's envelope is the target that the programme lists, by digest.
2. Enough people whom the programme trusts have signed it, it says what the listing says, and it can be used here now.
3. What an earlier fetch left is verified and kept; what other versions here have is copied and verified.
4. What is missing is asked for by range; each segment is verified in memory before it is written.
5. A carrier that drops is asked again where it stopped, as long as it gives anything, and after that only where no
   other can; one that gives wrong bytes is not asked again; another goes on.
6. The whole is verified from the disk like any import, and takes its place in the library.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, NotCarriedError, resumed
from pocus_desktop.bundle.depot import paths
from pocus_desktop.bundle.depot.assembly import Assembly, Layout, Receiver, Run, Segment, reuse, runs
from pocus_desktop.bundle.depot.errors import (
    FetchBusyError,
    IncompleteError,
    ListingDisagreesError,
    WrongBytesError,
)
from pocus_desktop.bundle.errors import CancelledError
from pocus_desktop.bundle.library import Entry, Library
from pocus_desktop.bundle.manifest import Manifest
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.trust.policy import TrustPolicy, require_release, signers_of
from pocus_desktop.bundle.verifier import Progress, require_usable
from pocus_desktop.crypto.dsse import Envelope
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.file_lock import try_lock

PART_PREFIX: Final = ".fetching-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A bundle that is in the library now.

    Attributes:
        entry: The library's.
        received_bytes: What came from carriers.
        reused_bytes: What other versions here had.
        kept_bytes: What an earlier fetch had left.
        told: For each carrier that failed or lied, its name and why.
    """

    entry: Entry
    received_bytes: int = 0
    reused_bytes: int = 0
    kept_bytes: int = 0
    told: tuple[tuple[str, PocusError], ...] = ()


@dataclass(kw_only=True)
class _Asking:
    """The carriers of one fetch, and what they came to."""

    carriers: list[Carrier]
    told: list[tuple[str, PocusError]] = field(default_factory=list)
    received_bytes: int = 0

    def tell(self, carrier: Carrier, problem: PocusError) -> None:
        """Note what a carrier came to, once a cause."""
        if not any((name, each.code) == (carrier.name, problem.code) for name, each in self.told):
            self.told.append((carrier.name, problem))

    def drop(self, carrier: Carrier, problem: PocusError) -> None:
        """Ask a carrier no more in this fetch; one that failed, which may come back, only after all others."""
        self.tell(carrier, problem)
        self.carriers.remove(carrier)
        if isinstance(problem, CarrierFailedError):
            self.carriers.append(carrier)


def fetch(
    listing: Listing,
    carriers: Sequence[Carrier],
    library: Library,
    policy: TrustPolicy,
    *,
    now_ms: int,
    app_version: str,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Fetched:
    """Bring a listed bundle into the library; the module's docstring lists the steps.

    Args:
        listing: As the programme's verified role has it.
        carriers: Where its bytes may be, the preferred first.
        library: Where to.
        policy: Whom to trust, of the same state as the listing.
        now_ms: The present, never earlier than the latest time seen.
        app_version: Of this program.
        progress: Called with bytes of the container that are here.
        cancel: Asked often; true stops. What came is kept.

    Raises:
        IncompleteError: No carrier gave all of it.
        FetchBusyError: Another process is at it.
        ListingDisagreesError: The manifest is not what the listing says.
        CancelledError: `cancel` said so.
        PocusError: `bundle.*`: the bundle is not trusted, or the library does not take it.
    """
    known = library.held(listing.bundle_id, listing.version)
    if known is not None:
        return Fetched(entry=known)
    asking = _Asking(carriers=list(carriers))
    data = _envelope(listing, asking)
    manifest = _manifest(data, listing, policy)
    seen = library.seen_version(listing.bundle_id)
    require_usable(manifest, now_ms=now_ms, app_version=app_version, seen_version=seen)
    layout = Layout.of(data, manifest)
    if layout.size_bytes != listing.size_bytes:
        raise ListingDisagreesError(bundle=listing.bundle_id, version=listing.version)
    part = library.folder / f"{PART_PREFIX}{listing.envelope_sha256}.casebundle"
    library.require_room(layout.size_bytes - allocated_bytes(part), name=part.name)
    try:
        part.touch()  # and never opened with "w", which would empty what another process has just made
        with part.open("r+b") as file:
            if not try_lock(file):
                raise FetchBusyError(bundle=listing.bundle_id, version=listing.version)
            counted = _fill(file, layout, listing, asking, library, progress, cancel)
            entry = library.adopt(file, part, policy, now_ms=now_ms, app_version=app_version)
    except OSError as problem:
        raise library.refusal_of(problem, layout.size_bytes, name=part.name) from problem
    return Fetched(
        entry=entry,
        received_bytes=asking.received_bytes,
        reused_bytes=counted.reused_bytes,
        kept_bytes=counted.kept_bytes,
        told=tuple(asking.told),
    )


def sweep(library: Library, listings: Sequence[Listing]) -> int:
    """Remove what fetches left of bundles that are no longer listed; bytes that became free."""
    wanted = {f"{PART_PREFIX}{listing.envelope_sha256}.casebundle" for listing in listings}
    freed = 0
    for part in library.folder.glob(f"{PART_PREFIX}*"):
        if part.name not in wanted:
            with suppress(OSError):  # one that cannot be removed now is no one's harm
                with part.open("r+b") as file:
                    is_abandoned = try_lock(file)
                if is_abandoned:
                    room = allocated_bytes(part)
                    part.unlink()
                    freed += room
    return freed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    reused_bytes: int
    kept_bytes: int


def _envelope(listing: Listing, asking: _Asking) -> bytes:
    return _whole(
        asking,
        listing,
        paths.envelope(listing),
        offset=0,
        size=listing.envelope_bytes,
        is_right=lambda data: hashlib.sha256(data).hexdigest() == listing.envelope_sha256,
    )


def _table(layout: Layout, listing: Listing, asking: _Asking) -> bytes:
    return _whole(
        asking,
        listing,
        paths.container(listing.envelope_sha256),
        offset=layout.table.data_offset,
        size=layout.table.size,
        is_right=layout.is_table,
    )


def _whole(
    asking: _Asking, listing: Listing, path: str, *, offset: int, size: int, is_right: Callable[[bytes], bool]
) -> bytes:
    """A small part of a file, from the first carrier that gives it right."""
    for carrier in tuple(asking.carriers):
        found = bytearray()
        try:
            for piece in resumed(carrier, path, offset=offset, size=size):
                asking.received_bytes += len(piece)
                found += piece
        except NotCarriedError as problem:
            asking.tell(carrier, problem)
            continue
        except CarrierFailedError as problem:
            asking.drop(carrier, problem)
            continue
        if is_right(bytes(found)):
            return bytes(found)
        asking.drop(carrier, WrongBytesError(carrier=carrier.name, file=path))
    raise _incomplete(listing, asking)


def _manifest(data: bytes, listing: Listing, policy: TrustPolicy) -> Manifest:
    name = listing.target_path
    envelope = Envelope.parse(data)
    signers = signers_of(envelope, policy, file=name)
    manifest = Manifest.parse(envelope.payload, file=name)
    require_release(signers, manifest, policy, file=name)
    said = (manifest.bundle_id, manifest.version, manifest.content_area, manifest.mode)
    if said != (listing.bundle_id, listing.version, listing.area, listing.mode):
        raise ListingDisagreesError(bundle=listing.bundle_id, version=listing.version)
    return manifest


def _fill(
    file: BinaryIO,
    layout: Layout,
    listing: Listing,
    asking: _Asking,
    library: Library,
    progress: Callable[[Progress], None] | None,
    cancel: Callable[[], bool] | None,
) -> _Counted:
    assembly = Assembly(file, layout)
    table = assembly.table()
    if table is None:
        table = _table(layout, listing, asking)
        assembly.put_table(table)
    segments = layout.segments(table)
    total = sum(segment.size for segment in segments)
    missing = tuple(segment for segment in segments if not assembly.holds(segment))
    kept = total - _size(missing)
    still = reuse(assembly, missing, library.versions_of(listing.bundle_id))
    reused = _size(missing) - _size(still)
    done = total - _size(still)

    def take(segment: Segment, data: bytes) -> None:
        nonlocal done
        assembly.put(segment, data)
        done += segment.size
        if progress is not None:
            progress(Progress(done_bytes=done, total_bytes=total))

    for run in runs(still):
        _receive(run, take, listing, asking, cancel)
    assembly.complete(table)
    return _Counted(reused_bytes=reused, kept_bytes=kept)


def _receive(
    run: Run,
    take: Callable[[Segment, bytes], None],
    listing: Listing,
    asking: _Asking,
    cancel: Callable[[], bool] | None,
) -> None:
    receiver = Receiver(run, take)
    for carrier in tuple(asking.carriers):
        problem = _receive_from(carrier, receiver, listing, asking, cancel)
        if receiver.is_done:
            return
        receiver.begin_segment_again()
        if problem is not None:
            asking.drop(carrier, problem)
    raise _incomplete(listing, asking)


def _receive_from(
    carrier: Carrier, receiver: Receiver, listing: Listing, asking: _Asking, cancel: Callable[[], bool] | None
) -> PocusError | None:
    """Ask one carrier until all is here, it lies, or it gives nothing more; why it stopped, None where it is done."""
    path = paths.container(listing.envelope_sha256)
    try:
        for piece in resumed(carrier, path, offset=receiver.next_offset, size=receiver.wanted_bytes):
            if cancel is not None and cancel():
                raise CancelledError(file=listing.target_path)
            asking.received_bytes += len(piece)
            if not receiver.feed(piece):
                return WrongBytesError(carrier=carrier.name, file=path)
    except (NotCarriedError, CarrierFailedError) as problem:
        return problem
    return None if receiver.is_done else WrongBytesError(carrier=carrier.name, file=path)  # it ended before its time


def _incomplete(listing: Listing, asking: _Asking) -> IncompleteError:
    last = asking.told[-1][1] if asking.told else None
    return IncompleteError(
        bundle=listing.bundle_id, version=listing.version, reason=last.code if last is not None else "-"
    )


def _size(segments: Sequence[Segment]) -> int:
    return sum(segment.size for segment in segments)


def allocated_bytes(part: Path) -> int:
    """How much of the disk a part takes up already; 0 where there is none."""
    try:
        stat = part.stat()
    except FileNotFoundError:
        return 0
    return int(getattr(stat, "st_blocks", 0)) * 512 or stat.st_size
