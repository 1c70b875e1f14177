"""Fuzz targets about bundles: container, manifest, layout, fetching, trust metadata, ciphertexts, keys, the ledger."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from pocus_desktop.bundle.carrier import CarrierFailedError, NotCarriedError
from pocus_desktop.bundle.depot import paths
from pocus_desktop.bundle.depot.assembly import Assembly, Layout, reuse
from pocus_desktop.bundle.depot.fetch import fetch
from pocus_desktop.bundle.ledger import Ledger
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.manifest import Manifest
from pocus_desktop.bundle.scoring_key import open_scoring_key, read_label
from pocus_desktop.bundle.trust import request as requests
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.custody import read_public
from pocus_desktop.bundle.trust.listing import WITHDRAWN_FIELD, Listing, read_withdrawals
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.crypto import chunked, dsse
from pocus_desktop.crypto.chunked import BytesSource, ChunkedReader
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from tests.fuzz import trust_target
from tests.fuzz.target import HUBS, KIB, Target, WrongResultError, documents, file_of, folder
from tests.hostile import people

_PUBLISHER: Final = SigningKey.from_seed(b"1" * 32)
_POLICY: Final = TrustPolicy(keys=(_PUBLISHER.public,))
_NOW_MS: Final = 1_800_000_000_000
_APP: Final = "0.1.0"
_KEY: Final = bytes(range(32))


def _bundle(folder: Path, *, mode: str = "open") -> Path:
    """A bundle of three members, one of them of two chunks."""
    files = {"case.json": b'{"format":1}', "empty.txt": b"", "media/clip.webm": bytes(range(256)) * 66}
    source = BundleSource(
        bundle_id="lung-a",
        version=1,
        title={"en": "Lung A"},
        content_area="lung",
        languages=("en",),
        mode=mode,  # type: ignore[arg-type]  # one of the two
        minimum_app=_APP,
        members=tuple(
            SourceMember(name=name, media_type="application/octet-stream", data=data) for name, data in files.items()
        ),
    )
    path = folder / f"{mode}.casebundle"
    return write_bundle(source, line_secret=_KEY, signers=(_PUBLISHER,), destination=path).path


@cache
def _bundles() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        return tuple(_bundle(Path(folder), mode=mode).read_bytes() for mode in ("open", "sealed"))


@cache
def _payloads() -> tuple[bytes, ...]:
    return tuple(dsse.Envelope.parse(_envelope(data)).payload for data in _bundles())


def _envelope(container: bytes) -> bytes:
    at = container.index(b'{"payload":')
    return container[at : container.index(b"PK\x03\x04", at)]


def _read_container(data: bytes) -> None:
    with open_bundle(file_of("a.casebundle", data), _POLICY, now_ms=_NOW_MS, app_version=_APP) as bundle:
        bundle.verify_everything()
        content = bundle.unlock()
        for name in content.names():
            content.read(name)


def _read_manifest(data: bytes) -> None:
    manifest = Manifest.parse(data, file="a.casebundle")
    Manifest.parse(canonical.encode(manifest.as_json()), file="a.casebundle")
    layout = Layout.of(people.signed_bytes("x", data), manifest)
    if layout.size_bytes <= sum(member.stored_bytes for member in manifest.members):
        raise WrongResultError("a container is smaller than what is in it")


def _read_signed_manifest(data: bytes) -> None:
    """The manifest in the place of another: whoever signed it, it must fit the container."""
    container = _bundles()[0]
    envelope = people.signed_bytes("application/vnd.pocus.manifest.v1+json", data, _PUBLISHER)
    manifest = Manifest.parse(data, file="a.casebundle")
    layout = Layout.of(envelope, manifest)
    if layout.size_bytes > 256 * KIB:
        return
    file = BytesIO()
    assembly = Assembly(file, layout)
    table = container[-len(container) :][: layout.table.size].ljust(layout.table.size, b"\0")
    for segment in layout.segments(table):
        assembly.holds(segment)


@cache
def _layout(which: int) -> tuple[Layout, bytes, bytes]:
    container = _bundles()[which]
    envelope = _envelope(container)
    layout = Layout.of(envelope, Manifest.parse(_payloads()[which], file="a"))
    table = container[layout.table.data_offset :][: layout.table.size]
    return layout, table, container


def _read_held(data: bytes) -> None:
    """A container on this disk from which a fetch copies what it can; what it takes is what was signed."""
    which = data[0] % 2 if data else 0
    layout, table, container = _layout(which)
    part = BytesIO()
    wanted = layout.segments(table)
    missing = reuse(Assembly(part, layout), wanted, (file_of("held.casebundle", data[1:]),))
    found = part.getvalue()
    for segment in wanted:
        if segment not in missing and found[segment.offset : segment.end] != container[segment.offset : segment.end]:
            raise WrongResultError("bytes were copied that were not signed")


class _Scripted:
    """A carrier that does what the bytes of an input say, one after the other."""

    def __init__(self, files: Mapping[str, bytes], script: bytes) -> None:
        self._files = files
        self._script = list(script)

    @property
    def name(self) -> str:
        return "scripted"

    def _next(self) -> int:
        return self._script.pop(0) if self._script else 7

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        if path not in self._files or self._next() == 0:
            raise NotCarriedError(file=path, carrier=self.name)
        data = self._files[path][offset:]
        return self._pieces(path, data if size is None else data[:size])

    def _pieces(self, path: str, data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            how, much = self._next() % 8, self._next() * 37 + 1
            piece = data[at : at + (much if how < 7 else len(data))]
            at += len(piece)
            match how:
                case 1:
                    raise CarrierFailedError(file=path, carrier=self.name, reason="the link dropped")
                case 2:
                    yield bytes([piece[0] ^ 1]) + piece[1:]
                case 3:
                    return
                case 4:
                    yield piece + b"more" * much
                case 5:
                    yield b""
                case 6:
                    yield bytes(self._script[: len(piece)])
                case _:
                    yield piece
        if self._next() == 1:
            yield b"after the end"


def _listing(which: int) -> Listing:
    layout, _, container = _layout(which)
    return Listing(
        area="lung",
        bundle_id="lung-a",
        version=1,
        mode=("open", "sealed")[which],
        size_bytes=len(container),
        envelope_sha256=hashlib.sha256(layout.envelope).hexdigest(),
        envelope_bytes=len(layout.envelope),
    )


def _read_carriers(data: bytes) -> None:
    """A fetch from two carriers that drop, lie, lack and go on, after a fetch that left anything behind."""
    which = data[0] % 2 if data else 0
    listing = _listing(which)
    layout, _, container = _layout(which)
    files = {paths.envelope(listing): layout.envelope, paths.container(listing.envelope_sha256): container}
    half = len(data) // 2
    carriers = [_Scripted(files, data[1:half]), _Scripted(files, data[half:])]
    with tempfile.TemporaryDirectory(dir=folder()) as fresh:
        library = Library(Path(fresh) / "library")
        if data[:1] > b"\x7f":
            library.folder.mkdir()
            (library.folder / f".fetching-{listing.envelope_sha256}.casebundle").write_bytes(data[1:] + container[900:])
        found = fetch(listing, carriers, library, _POLICY, now_ms=_NOW_MS, app_version=_APP)
        if found.entry.path.read_bytes() != container:
            raise WrongResultError("another bundle was fetched than was listed")


def _read_listing(data: bytes) -> None:
    with suppress(PocusError):
        AcademyPolicy.parse(data)
    document = canonical.decode(data)
    if not isinstance(document, dict):
        return
    with suppress(PocusError):
        read_withdrawals("lung", document)
    custom = document.get("custom")
    path, digest = document.get("path"), document.get("sha256")
    if isinstance(path, str) and isinstance(digest, str):
        listing = Listing.read("lung", path, length=1, hashes={"sha256": digest}, custom=custom)
        if ".." in paths.envelope(listing) or listing.target_path != path:
            raise WrongResultError("a listing leads out of the depot")


def _read_policy(data: bytes) -> None:
    policy = AcademyPolicy.parse(data)
    if AcademyPolicy.parse(policy.to_bytes()) != policy:
        raise WrongResultError("a policy does not come back as it was read")


_PLAIN: Final = bytes(range(256)) * 66


@cache
def _ciphertext() -> bytes:
    return chunked.encrypt(_KEY, b"fuzz", _PLAIN, salt=bytes(24))


def _read_chunks(data: bytes) -> None:
    """Whatever the ciphertext: what comes out is what was put in, at its place."""
    reader = ChunkedReader(_KEY, b"fuzz", BytesSource(data))
    for offset, size in ((0, 10), (16_380, 10), (len(_PLAIN) - 3, 10), (0, 2**40)):
        with suppress(PocusError):
            if reader.read_at(offset, size) != _PLAIN[offset : offset + size]:
                raise WrongResultError("a read gave other bytes than were encrypted")
    if chunked.decrypt(_KEY, b"fuzz", data) != _PLAIN:
        raise WrongResultError("decryption gave other bytes than were encrypted")


def _read_scoring_key(data: bytes) -> None:
    with suppress(PocusError):
        read_label(data)
        open_scoring_key(data, people.SCORER, bundle_id="lung-a", version=3, keys=[_PUBLISHER.public])
    inner = people.sealed_anew(_PUBLISHER, data)
    open_scoring_key(inner, people.SCORER, bundle_id="lung-a", version=3, keys=[_PUBLISHER.public])


def _read_ledger(data: bytes) -> None:
    library = Library(folder() / "ledger")
    library.folder.mkdir(exist_ok=True)
    (library.folder / "library.json").write_bytes(data)
    Ledger.load(library.folder / "library.json")
    for entry in library.entries():
        if entry.path.parent != library.folder:
            raise WrongResultError("a record leads out of the library")


def _policy_seed() -> bytes:
    return AcademyPolicy(hubs=HUBS, hub_url="https://hub.example").to_bytes()


_GONE: Final = {"bundle_id": "lung-a", "version": 1, "reason": "Spoilt.", "at_ms": 1}
_LISTED: Final = {
    "path": "lung/lung-a-1.manifest.dsse.json",
    "sha256": "ab" * 32,
    "custom": {"bundle_id": "lung-a", "version": 1, "mode": "open", "size_bytes": 9},
    WITHDRAWN_FIELD: [_GONE],
}


def _read_request(data: bytes) -> None:
    found = requests.parse(data, file="any.request")
    again = requests.parse(found.to_bytes(), file="any.request")
    if again.metadata.signed_bytes != found.metadata.signed_bytes:
        raise WrongResultError("a signing request does not come back as it was read")
    found.changes()
    found.people()


def _read_public(data: bytes) -> None:
    read_public(file_of("any.pub", data))


BUNDLE_TARGETS: Final = (
    Target(
        name="container",
        read=_read_container,
        seeds=_bundles,
        kinds=("bundle",),
        maximum_bytes=32 * KIB,
    ),
    Target(name="manifest", read=_read_manifest, seeds=_payloads),
    Target(name="layout", read=_read_signed_manifest, seeds=_payloads),
    Target(
        name="held",
        read=_read_held,
        seeds=lambda: tuple(bytes([which]) + data for which in (0, 1) for data in _bundles()),
        maximum_bytes=32 * KIB,
    ),
    Target(
        name="carriers",
        read=_read_carriers,
        seeds=lambda: (b"", bytes(40), bytes(range(256)), bytes(range(255, 128, -1)) * 3),
        maximum_bytes=2 * KIB,
    ),
    Target(name="trust", read=trust_target.read, seeds=trust_target.seeds),
    Target(name="listing", read=_read_listing, seeds=documents(_LISTED)),
    Target(name="policy", read=_read_policy, seeds=lambda: (_policy_seed(),)),
    Target(
        name="chunks",
        read=_read_chunks,
        seeds=lambda: (_ciphertext(),),
        kinds=("ciphertext",),
        maximum_bytes=32 * KIB,
    ),
    Target(
        name="scoring-key",
        read=_read_scoring_key,
        seeds=lambda: (
            (people.VECTORS / "bundle" / "format-1.scoringkey").read_bytes(),
            *documents(people.scored())(),
        ),
        kinds=("scoring-key",),
    ),
    Target(
        name="ledger",
        read=_read_ledger,
        seeds=lambda: ((people.VECTORS / "bundle" / "library-1.json").read_bytes(),),
        kinds=("ledger",),
    ),
    Target(name="signing-request", read=_read_request, seeds=trust_target.requests),
    Target(
        name="public-key",
        read=_read_public,
        seeds=documents({"name": "ann", "keys": [people.HUB.public.as_json()]}),
        kinds=("public-key",),
    ),
)
