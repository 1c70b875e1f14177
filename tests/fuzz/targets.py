"""What is fuzzed: every reader of bytes that others wrote. A target takes bytes and returns; nothing else may come out.

Only a `PocusError` may be raised inside, and then it must be one that can be told. Each target says with what it
begins; the hostile corpus and earlier findings are added by whoever runs it.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
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
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.listing import WITHDRAWN_FIELD, Listing, read_withdrawals
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.case.webvtt import cue_text, lint, parse, runs
from pocus_desktop.crypto import chunked, dsse
from pocus_desktop.crypto.chunked import BytesSource, ChunkedReader
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import admission, enrolling, receipt, roster, unlock_passing
from pocus_desktop.sitting.day_key import DayKey, read_words
from pocus_desktop.sitting.scan_text import from_text, to_parts
from pocus_desktop.sitting.unlocking import Held, content_key_for, hear_words, require_useful
from tests.fuzz import trust_target
from tests.fuzz.tellable import require_tellable
from tests.hostile import people

Seeds = Callable[[], tuple[bytes, ...]]

_PUBLISHER: Final = SigningKey.from_seed(b"1" * 32)
_POLICY: Final = TrustPolicy(keys=(_PUBLISHER.public,))
_NOW_MS: Final = 1_800_000_000_000
_APP: Final = "0.1.0"
_KEY: Final = bytes(range(32))
_HUBS: Final = (people.HUB.public,)
_KIB: Final = 1024


class WrongResultError(AssertionError):
    """A reader took what it must not take, or gave something else than what was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that reads bytes which others wrote.

    Attributes:
        name: As it is asked for.
        read: Takes the bytes; raises nothing but a `PocusError`.
        seeds: What it begins with.
        kinds: Of the hostile corpus, which files are read by this.
        maximum_bytes: How long an input of a guided run may become.
    """

    name: str
    read: Callable[[bytes], object]
    seeds: Seeds
    kinds: tuple[str, ...] = ()
    maximum_bytes: int = 16 * _KIB

    def try_one(self, data: bytes) -> str:
        """Read one input; the code of the error it was refused with, empty where it was read.

        Raises:
            Exception: A finding.
        """
        try:
            self.read(data)
        except PocusError as problem:
            require_tellable(problem)
            return problem.code
        return ""


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


@cache
def _folder() -> Path:
    """A folder for the files of this process; emptied when it ends."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="pocus-fuzz-"))
    return Path(_KEPT[-1].name)


_KEPT: Final[list[tempfile.TemporaryDirectory[str]]] = []


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def _read_container(data: bytes) -> None:
    with open_bundle(_file("a.casebundle", data), _POLICY, now_ms=_NOW_MS, app_version=_APP) as bundle:
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
    if layout.size_bytes > 256 * _KIB:
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
    missing = reuse(Assembly(part, layout), wanted, (_file("held.casebundle", data[1:]),))
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
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        library = Library(Path(folder) / "library")
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


def _enveloped(kind: str, read: Callable[[bytes], object], *signers: SigningKey) -> Callable[[bytes], None]:
    """As it came; and as the payload of an envelope with the right signature, which reaches further."""

    def both(data: bytes) -> None:
        with suppress(PocusError):
            read(data)
        read(people.signed_bytes(kind, data, *signers))

    return both


def _read_admission(envelope: bytes) -> None:
    verified = admission.verify(envelope, _HUBS)
    admission.recall(envelope)
    with suppress(PocusError):
        admission.check(
            verified.admission,
            now_ms=people.NOW_MS,
            candidate_id="c-17",
            station_id=people.STATION.station_id,
            centre_id="north",
            bundle_id=people.BUNDLE,
            bundle_version=people.VERSION,
        )
    with suppress(PocusError):
        admission.content_key(verified.admission, [people.STATION.sealing])


def _read_request(envelope: bytes) -> None:
    enrolling.read_request(envelope)


def _read_grant(envelope: bytes) -> None:
    enrolling.read_grant(envelope, own=people.STATION, academy=_HUBS)


def _read_roster(envelope: bytes) -> None:
    verified = roster.verify_roster(envelope, _HUBS)
    verified.sat_at(people.STATION.station_id)


def _read_unlock(envelope: bytes) -> None:
    verified = unlock_passing.read_release(envelope, _HUBS)
    keys = (people.STATION.sealing,)
    with suppress(PocusError):
        require_useful(verified, keys, now_ms=people.NOW_MS)
    held = Held(keys=keys, grants=(verified,), day_keys=(DayKey(secret=bytes(16)),))
    admitted = admission.Admission.model_validate(people.admitted(content_keys=[]))
    content_key_for(admitted, held, version=people.VERSION, now_ms=people.NOW_MS)


def _read_parts(data: bytes) -> None:
    found = from_text(data.decode("utf-8", "replace"))
    for problem in found.problems:
        require_tellable(problem)
    for document in found.documents:
        if document not in from_text("\n".join(to_parts(document))).documents:
            raise WrongResultError("a document does not come back as it was scanned")


@cache
def _words_wait() -> Held:
    grant = unlock_passing.read_release((people.GOLDEN / "unlock-words.v1.json").read_bytes(), _HUBS)
    return Held(keys=(people.STATION.sealing,), grants=(grant,))


def _read_words(data: bytes) -> None:
    hear_words(read_words(data.decode("utf-8", "surrogateescape")), _words_wait(), now_ms=people.NOW_MS)


def _read_captions(data: bytes) -> None:
    document = parse(data)
    lint(data)
    for cue in document.cues:
        runs(cue_text(cue.text))


def _read_envelope(data: bytes) -> None:
    envelope = dsse.Envelope.parse(data)
    again = dsse.Envelope.parse(envelope.to_bytes())
    if again != envelope:
        raise WrongResultError("an envelope does not come back as it was read")
    dsse.verify(envelope, payload_type=envelope.payload_type, keys=_HUBS)


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
    library = Library(_folder() / "ledger")
    library.folder.mkdir(exist_ok=True)
    (library.folder / "library.json").write_bytes(data)
    Ledger.load(library.folder / "library.json")
    for entry in library.entries():
        if entry.path.parent != library.folder:
            raise WrongResultError("a record leads out of the library")


def _read_receipt(envelope: bytes) -> None:
    receipt.verify_receipt(envelope, _HUBS, sealed_digest=people.DIGEST)


def _documents(*made: people.Document) -> Seeds:
    return lambda: tuple(canonical.encode(each) for each in made)


def _golden(name: str) -> bytes:
    return (people.GOLDEN / name).read_bytes()


def _captions() -> tuple[bytes, ...]:
    listed = json.loads((people.VECTORS / "webvtt" / "files.json").read_bytes())
    found = [text for text in _texts(listed) if text.startswith("WEBVTT")]
    return tuple(text.encode("utf-8", "surrogatepass") for text in found[:200])


def _texts(document: object) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for value in document.values() if isinstance(document, dict) else document:
            yield from _texts(value)


def _policy_seed() -> bytes:
    return AcademyPolicy(hubs=_HUBS, hub_url="https://hub.example").to_bytes()


_GONE: Final = {"bundle_id": "lung-a", "version": 1, "reason": "Spoilt.", "at_ms": 1}
_LISTED: Final = {
    "path": "lung/lung-a-1.manifest.dsse.json",
    "sha256": "ab" * 32,
    "custom": {"bundle_id": "lung-a", "version": 1, "mode": "open", "size_bytes": 9},
    WITHDRAWN_FIELD: [_GONE],
}


def _parts_seed() -> tuple[bytes, ...]:
    made = (
        people.signed(people.TYPES["unlock"], people.released()),
        people.signed(people.TYPES["admission"], people.admitted()),
        b"short",
    )
    return tuple("\n".join(to_parts(data)).encode() for data in made)


def _words_seed() -> tuple[bytes, ...]:
    keys = (DayKey(secret=bytes(range(16))), DayKey(secret=bytes(16)))
    said = [" ".join(key.words(language)) for key in keys for language in ("en", "es")]
    return tuple(text.encode() for text in (*said, said[0].rpartition(" ")[0], said[0].upper()))


def _signed_seeds(*made: bytes) -> Seeds:
    return lambda: made


TARGETS: Final[Mapping[str, Target]] = {
    target.name: target
    for target in (
        Target(
            name="container",
            read=_read_container,
            seeds=_bundles,
            kinds=("bundle",),
            maximum_bytes=32 * _KIB,
        ),
        Target(name="manifest", read=_read_manifest, seeds=_payloads),
        Target(name="layout", read=_read_signed_manifest, seeds=_payloads),
        Target(
            name="held",
            read=_read_held,
            seeds=lambda: tuple(bytes([which]) + data for which in (0, 1) for data in _bundles()),
            maximum_bytes=32 * _KIB,
        ),
        Target(
            name="carriers",
            read=_read_carriers,
            seeds=lambda: (b"", bytes(40), bytes(range(256)), bytes(range(255, 128, -1)) * 3),
            maximum_bytes=2 * _KIB,
        ),
        Target(name="trust", read=trust_target.read, seeds=trust_target.seeds),
        Target(name="listing", read=_read_listing, seeds=_documents(_LISTED)),
        Target(name="policy", read=_read_policy, seeds=lambda: (_policy_seed(),)),
        Target(
            name="admission",
            read=_enveloped(people.TYPES["admission"], _read_admission),
            seeds=lambda: (*_documents(people.admitted(), people.walked_in())(), _golden("admission.v1.json")),
            kinds=("admission",),
        ),
        Target(
            name="walk-in",
            read=_enveloped(people.TYPES["admission"], _read_admission, people.CENTRE.signing),
            seeds=_documents(people.walked_in()),
        ),
        Target(
            name="enrolment-request",
            read=_enveloped(people.TYPES["enrolment-request"], _read_request, people.STATION.signing),
            seeds=_documents(people.requested()),
            kinds=("enrolment-request",),
        ),
        Target(
            name="enrolment-grant",
            read=_enveloped(people.TYPES["enrolment-grant"], _read_grant),
            seeds=_documents(people.enrolled()),
            kinds=("enrolment-grant",),
        ),
        Target(
            name="roster",
            read=_enveloped(people.TYPES["roster"], _read_roster),
            seeds=_documents(people.rostered()),
            kinds=("roster",),
        ),
        Target(
            name="unlock",
            read=_enveloped(people.TYPES["unlock"], _read_unlock),
            seeds=lambda: (
                *_documents(people.released())(),
                people.passed_on(),
                _golden("unlock.v1.json"),
                _golden("unlock-words.v1.json"),
            ),
            kinds=("unlock",),
        ),
        Target(name="parts", read=_read_parts, seeds=_parts_seed, kinds=("parts",)),
        Target(name="words", read=_read_words, seeds=_words_seed, kinds=("words",), maximum_bytes=_KIB),
        Target(name="captions", read=_read_captions, seeds=_captions),
        Target(
            name="envelope",
            read=_read_envelope,
            seeds=_signed_seeds(people.signed(people.TYPES["receipt"], people.received())),
        ),
        Target(
            name="chunks",
            read=_read_chunks,
            seeds=lambda: (_ciphertext(),),
            kinds=("ciphertext",),
            maximum_bytes=32 * _KIB,
        ),
        Target(
            name="scoring-key",
            read=_read_scoring_key,
            seeds=lambda: (
                (people.VECTORS / "bundle" / "format-1.scoringkey").read_bytes(),
                *_documents(people.scored())(),
            ),
            kinds=("scoring-key",),
        ),
        Target(
            name="ledger",
            read=_read_ledger,
            seeds=lambda: ((people.VECTORS / "bundle" / "library-1.json").read_bytes(),),
            kinds=("ledger",),
        ),
        Target(
            name="receipt",
            read=_enveloped(people.TYPES["receipt"], _read_receipt),
            seeds=_documents(people.received()),
            kinds=("receipt",),
        ),
    )
}
