"""What reads each kind of hostile file: the product's own readers, in a world where everything else is right."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.admission import admission, enrolling, proctor_order, roster, unlock_passing
from pocus_desktop.admission.day_key import read_words
from pocus_desktop.admission.scan_text import from_text
from pocus_desktop.admission.unlocking import Held, content_key_for, hear_words, require_useful
from pocus_desktop.bundle.carrier import NotCarriedError
from pocus_desktop.bundle.depot.errors import IncompleteError
from pocus_desktop.bundle.depot.fetch import fetch
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.scoring_key import open_scoring_key, read_label
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.custody import read_public
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.crypto import chunked
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import receipt
from tests.bundle.trust.academy import NOW_MS as TRUST_NOW_MS
from tests.hostile import bundles, depots, loose, people

_HUBS: Final = (people.HUB.public,)
_KEYS: Final = (people.STATION.sealing,)


class ChangedError(AssertionError):
    """A file that was refused left something behind, or took something away."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """A carrier of files in memory."""

    files: depots.Files

    @property
    def name(self) -> str:
        return "memory"

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        if path not in self.files:
            raise NotCarriedError(file=path, carrier=self.name)
        data = self.files[path][offset:]
        return iter((data if size is None else data[:size],))


def _snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but the empty ones that serve as locks."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.stat().st_size}


def _bundle(path: Path, folder: Path) -> None:
    """Import into a library that holds version 2 already."""
    library = Library(folder / "library")
    right = bundles.publish(folder, "held.casebundle", version=bundles.HELD_VERSION)
    held = library.import_bundle(right, bundles.TRUSTED, now_ms=bundles.NOW_MS, app_version=bundles.APP_VERSION)
    before = _snapshot(library.folder)
    try:
        library.import_bundle(path, bundles.TRUSTED, now_ms=bundles.NOW_MS, app_version=bundles.APP_VERSION)
    finally:
        if _snapshot(library.folder) != before or library.entries() != (held,):
            raise ChangedError(path.name)


def _content(path: Path, folder: Path) -> None:
    """Open, unlock with the key that the manifest gives away, and read everything."""
    with open_bundle(path, bundles.TRUSTED, now_ms=bundles.NOW_MS, app_version=bundles.APP_VERSION) as bundle:
        bundle.verify_everything()
        key = bundle.manifest.unknown.get("test_content_key")
        content = bundle.unlock(bytes.fromhex(key) if isinstance(key, str) else None)
        for name in content.names():
            content.read(name)


def _trust(path: Path, folder: Path) -> None:
    """Refresh a station that follows the right depot."""
    right = depots.right_files()
    client = TrustClient(folder / "trust", patience_s=0.05)
    client.enrol(right["metadata/1.root.json"])
    before = client.refresh([_Memory(right)], now_ms=TRUST_NOW_MS).state
    kept = _snapshot(folder / "trust")
    hostile = _Memory(depots.unpacked(path.read_bytes(), right))
    try:
        client.refresh([hostile], now_ms=TRUST_NOW_MS)
    finally:
        if client.state() != before or _snapshot(folder / "trust") != kept:
            raise ChangedError(path.name)
        if client.refresh([hostile, _Memory(right)], now_ms=TRUST_NOW_MS).state != before:
            raise ChangedError(f"{path.name}: an honest carrier beside it does not serve")


def _over(path: Path, folder: Path) -> None:
    """Refresh a station that was enrolled and holds nothing yet; what is over is told, not raised."""
    files = depots.unpacked(path.read_bytes(), {})
    client = TrustClient(folder / "trust", patience_s=0.05)
    client.enrol(files["metadata/1.root.json"])
    problem = client.refresh([_Memory(files)], now_ms=TRUST_NOW_MS).problem
    if problem is not None:
        raise problem


def _fetch(path: Path, folder: Path) -> None:
    """Refresh from a depot, and fetch the one bundle that it lists into an empty library."""
    files = depots.unpacked(path.read_bytes(), depots.right_files(depots.LISTED))
    client = TrustClient(folder / "trust", patience_s=0.05)
    client.enrol(files["metadata/1.root.json"])
    state = client.refresh([_Memory(files)], now_ms=TRUST_NOW_MS).state
    [listing] = state.listings()
    library = Library(folder / "library")
    try:
        fetch(listing, [_Memory(files)], library, state.policy(), now_ms=TRUST_NOW_MS, app_version="0.1.0")
    finally:
        if library.entries() or list(library.folder.glob("[!.]*.casebundle")):
            raise ChangedError(path.name)


def _root(path: Path, folder: Path) -> None:
    """Enrol a new station with it, and one that follows another root."""
    new = TrustClient(folder / "new", patience_s=0.05)
    with suppress(PocusError):
        new.enrol(path.read_bytes())
        client = TrustClient(folder / "trust", patience_s=0.05)
        client.enrol(depots.right_files()["metadata/1.root.json"])
        client.enrol(path.read_bytes())
    client = TrustClient(folder / "trust", patience_s=0.05)
    client.enrol(depots.right_files()["metadata/1.root.json"])
    client.enrol(path.read_bytes())


def _admission(path: Path, folder: Path) -> None:
    """Take in, check for C-17 at this station, and open the content key."""
    verified = admission.verify(path.read_bytes(), _HUBS).admission
    admission.check(
        verified,
        now_ms=people.NOW_MS,
        candidate_id="C-17",
        station_id=people.STATION.station_id,
        centre_id="north",
        bundle_id=people.BUNDLE,
        bundle_version=people.VERSION,
    )
    admission.content_key(verified, _KEYS)


def _unlock(path: Path, folder: Path) -> None:
    """Take in as a station does, and open the bundle of an admission without a key of its own."""
    verified = unlock_passing.read_release(path.read_bytes(), _HUBS)
    waiting = admission.Admission.model_validate(people.admitted(content_keys=[]))
    held = Held(keys=_KEYS, grants=(verified,))
    require_useful(verified, _KEYS, now_ms=people.NOW_MS)
    content_key_for(waiting, held, version=people.VERSION, now_ms=people.NOW_MS)


def _parts(path: Path, folder: Path) -> None:
    problems = from_text(path.read_text("utf-8")).problems
    if problems:
        raise problems[0]


def _words(path: Path, folder: Path) -> None:
    grant = unlock_passing.read_release((people.GOLDEN / "unlock-words.v1.json").read_bytes(), _HUBS)
    golden = Held(keys=_KEYS, grants=(grant,))
    hear_words(read_words(path.read_text("utf-8")), golden, now_ms=people.NOW_MS)


def _ledger(path: Path, folder: Path) -> None:
    """As a library's own record: nothing is imported over it, and it stays for whoever mends it."""
    library = Library(folder / "library")
    library.folder.mkdir()
    record = library.folder / "library.json"
    record.write_bytes(path.read_bytes())
    right = bundles.publish(folder, "right.casebundle")
    try:
        library.import_bundle(right, bundles.TRUSTED, now_ms=bundles.NOW_MS, app_version=bundles.APP_VERSION)
    finally:
        if record.read_bytes() != path.read_bytes():
            raise ChangedError(path.name)


def _scoring_key(path: Path, folder: Path) -> None:
    read_label(path.read_bytes())
    keys = [bundles.SIGNER.public]
    open_scoring_key(path.read_bytes(), people.SCORER, bundle_id="lung-a", version=3, keys=keys)


def _order(path: Path, _folder: Path) -> None:
    """Take it for the sitting that is open here."""
    verified = proctor_order.read_order(path.read_bytes(), (people.CENTRE.signing.public,))
    proctor_order.require_seen(verified.order)
    station = people.STATION.signing.public.raw.hex()
    proctor_order.require_for(verified.order, sitting="sit_1", admission_id="adm_1", station=station)


Reader = Callable[[Path, Path], object]
READERS: Final[Mapping[str, Reader]] = {
    "bundle": _bundle,
    "content": _content,
    "trust": _trust,
    "over": _over,
    "fetch": _fetch,
    "root": _root,
    "admission": _admission,
    "enrolment-request": lambda path, _: enrolling.read_request(path.read_bytes()),
    "enrolment-grant": lambda path, _: enrolling.read_grant(path.read_bytes(), own=people.STATION, academy=_HUBS),
    "roster": lambda path, _: roster.verify_roster(path.read_bytes(), _HUBS),
    "unlock": _unlock,
    "receipt": lambda path, _: receipt.verify_receipt(path.read_bytes(), _HUBS, sealed_digest=people.DIGEST),
    "order": _order,
    "ciphertext": lambda path, _: chunked.decrypt(loose.KEY, loose.CONTEXT, path.read_bytes()),
    "ledger": _ledger,
    "scoring-key": _scoring_key,
    "parts": _parts,
    "words": _words,
    "public-key": lambda path, _: read_public(path),
}


def refusal(kind: str, path: Path, folder: Path) -> tuple[PocusError | None, str]:
    """How a file of the corpus is refused, and what the last carrier of a fetch was refused for.

    Args:
        kind: Of the file.
        path: The file.
        folder: An empty one.
    """
    try:
        READERS[kind](path, folder)
    except PocusError as problem:
        return problem, str(problem.params["reason"]) if isinstance(problem, IncompleteError) else ""
    return None, ""
