"""A centre's own copy of the depot, for the stations of its room (formats/depot 7).

It is laid out from what the centre itself verified: the trust that it follows, and the bundles of its library.
Containers stand in it under a second name of the library's files, so a copy takes no room. Whoever fetches from it
verifies as from anywhere else.
"""

import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, NotCarriedError, resumed
from pocus_desktop.bundle.depot import paths
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.fetchers import TIMESTAMP
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.verifier import open_known_bundle
from pocus_desktop.kernel.files import FileRefusedError, make_folder, sync_folder, write_atomically

_METADATA: Final = "metadata"
_NAMED_BY_DIGEST: Final = ("bundles", "targets")
_ROOT: Final = ".root.json"
_LONGEST_ROOT: Final = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What a centre's copy of the depot holds now.

    Attributes:
        listings: The bundles in it.
        lacking: Current bundles that this centre does not have.
        removed: How many files are gone from it.
    """

    listings: tuple[Listing, ...]
    lacking: tuple[Listing, ...]
    removed: int


def mirror(depot: Path, client: TrustClient, library: Library, carriers: Sequence[Carrier] = ()) -> Mirrored:
    """Bring the copy up to date; pulling the plug at any moment leaves a depot that is whole, this or the one before.

    Args:
        depot: The copy's folder.
        client: The trust that this centre follows.
        library: Its bundles.
        carriers: Where roots may be that came before the one this centre was enrolled with; stations may need them.

    Raises:
        FileRefusedError: The disk does not take it.
        PocusError: `trust.*`, `bundle.*`: what is kept here cannot be read.
    """
    listings = client.state().listings()
    files = dict(client.published())
    files |= _older_roots(files, depot, carriers)
    try:
        held = tuple(listing for listing in listings if _lay(depot, listing, library, files))
        for path in sorted(files, key=lambda name: (name.startswith(_METADATA), name.endswith(f"/{TIMESTAMP}"))):
            _write(depot / path, files[path])
        removed = _remove_others(depot, {*files, *(paths.container(each.envelope_sha256) for each in held)})
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    lacking = tuple(each for each in listings if each not in held)
    return Mirrored(listings=held, lacking=lacking, removed=removed)


def _lay(depot: Path, listing: Listing, library: Library, files: dict[str, bytes]) -> bool:
    """Whether a listed bundle is in this centre's library; then its container and envelope are in the copy."""
    entry = library.held(listing.bundle_id, listing.version)
    if entry is None:
        return False
    with open_known_bundle(entry.path, digest=entry.record.digest) as bundle:
        envelope = bundle.envelope_bytes
    files[paths.envelope(listing)] = envelope
    _second_name(entry.path, depot / paths.container(listing.envelope_sha256))
    return True


def _second_name(file: Path, name: Path) -> None:
    """Give a file another name; where the disk knows only one name a file, a copy."""
    make_folder(name.parent)
    found, wanted = _stat(name), file.stat()
    if found is not None and (os.path.samestat(found, wanted) or _is_copy(found, wanted)):
        return
    beside = name.with_name(f".{secrets.token_hex(4)}-{name.name}")
    try:
        try:
            os.link(file, beside)
        except OSError:
            shutil.copy2(file, beside)
        beside.replace(name)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(name.parent)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_copy(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _older_roots(files: Mapping[str, bytes], depot: Path, carriers: Sequence[Carrier]) -> dict[str, bytes]:
    """The roots between a station's and this centre's, as far as anyone has them; stations verify each by the last."""
    numbers = [int(name.removeprefix(f"{_METADATA}/").removesuffix(_ROOT)) for name in files if name.endswith(_ROOT)]
    found: dict[str, bytes] = {}
    for number in range(1, max(numbers, default=0)):
        name = f"{_METADATA}/{number}{_ROOT}"
        if name in files:
            continue
        if (depot / name).is_file():
            found[name] = (depot / name).read_bytes()
            continue
        for carrier in carriers:
            with suppress(NotCarriedError, CarrierFailedError):
                data = b"".join(resumed(carrier, name, size=_LONGEST_ROOT + 1))
                if len(data) <= _LONGEST_ROOT:
                    found[name] = data
                    break
    return found


def _write(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, data)


def _remove_others(depot: Path, wanted: set[str]) -> int:
    """What is named by its digest and not wanted any more goes; old metadata does no harm and stays."""
    gone = [
        path
        for folder in _NAMED_BY_DIGEST
        for path in sorted((depot / folder).rglob("*"))
        if path.is_file() and path.relative_to(depot).as_posix() not in wanted
    ]
    for path in gone:
        path.unlink()
    return len(gone)
