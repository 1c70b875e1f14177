"""Hostile depots: trust metadata and bundles of a founded academy, each as what differs from the right depot.

`depot/right.json` holds every file of the depot that stations follow, `depot/listed.json` those of one with a whole
bundle; the file of a cause (of kind `trust` or `fetch`) holds, for each file that differs, its bytes in base64, or null
where it is missing; `{"base64": …, "spaces": n}` stands for bytes with n blanks after them.
"""

import base64
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pocus_desktop.bundle.depot import paths
from pocus_desktop.bundle.depot.assembly import Layout
from pocus_desktop.bundle.manifest import PAYLOAD_TYPE, Manifest
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.crypto.chunked import stored_size
from pocus_desktop.crypto.dsse import Envelope, sign
from pocus_desktop.kernel import canonical
from tests.bundle.depot.press import Press
from tests.bundle.trust.academy import AREA, DAY_MS, NOW_MS, Academy, key
from tests.bundle.trust.test_refusals import ATTACKS, Attack
from tests.hostile.corpus import FOLDER, Hostile

RIGHT: Final = "depot/right.json"
LISTED: Final = "depot/listed.json"
_BUNDLE: Final = "dvt-swollen-calf"
_FILES: Final = {"case.json": b'{"format":1}', "media/a.webm": bytes(range(256)) * 3}

Files = dict[str, bytes]


def cases(folder: Path) -> Iterator[Hostile]:
    """Every hostile depot, and what stations keep of depots."""
    right = _founded(folder / "right")
    base = files_of(right.folder)
    yield Hostile(kind="depot", cause="right", code="", data=_packed({}, base))
    listed = Press(folder=folder / "listed")
    listed.publish(1, _FILES)
    offered = files_of(listed.depot)
    yield Hostile(kind="depot", cause="listed", code="", data=_packed({}, offered))
    for number, (cause, (code, act)) in enumerate(ATTACKS.items()):
        academy = _founded(folder / f"attack-{number}")
        act(Attack(academy))
        yield Hostile(kind="trust", cause=cause, code=code, data=_packed(base, files_of(academy.folder)))
    yield Hostile(kind="over", cause="everything is over", code="trust.expired", data=_packed({}, _over(folder)))
    yield from _fetches(folder, offered)
    yield from _roots(right)


def files_of(depot: Path) -> Files:
    """Every published file of a depot."""
    found = [path for name in ("metadata", "targets", "bundles") for path in (depot / name).rglob("*")]
    return {path.relative_to(depot).as_posix(): path.read_bytes() for path in found if path.is_file()}


def unpacked(data: bytes, base: Files) -> Files:
    """The files of a hostile depot."""
    files = dict(base)
    for name, value in json.loads(data).items():
        if value is None:
            files.pop(name, None)
        elif isinstance(value, str):
            files[name] = base64.b64decode(value)
        else:
            files[name] = base64.b64decode(value["base64"]) + b" " * value["spaces"]
    return files


def right_files(name: str = RIGHT) -> Files:
    """The files of a right depot, as the corpus has them."""
    return unpacked((FOLDER / name).read_bytes(), {})


def _packed(base: Files, files: Files) -> bytes:
    changed: dict[str, Any] = {name: None for name in base if name not in files}
    for name, data in files.items():
        if base.get(name) != data:
            bare = data.rstrip(b" ")
            text = base64.b64encode(bare).decode("ascii")
            blanks = len(data) - len(bare)
            changed[name] = {"base64": text, "spaces": blanks} if blanks > 100 else _text(data)
    return (json.dumps(changed, indent=1, sort_keys=True) + "\n").encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _founded(folder: Path) -> Academy:
    """As the refusals' own tests found it, so that their attacks work on it."""
    academy = Academy(folder=folder)
    academy.found()
    shutil.copy(academy.repository.metadata / "timestamp.json", academy.folder / "old-timestamp")
    academy.list_bundle(_BUNDLE, 1)
    return academy


def _over(folder: Path) -> Files:
    """An academy that published nothing for eleven years."""
    academy = Academy(folder=folder / "over")
    academy.found(now_ms=NOW_MS - 4_000 * DAY_MS)
    return files_of(academy.folder)


def _fetches(folder: Path, base: Files) -> Iterator[Hostile]:
    """What is listed and signed, and what a carrier gives instead of it."""
    wrong = "depot.wrong_bytes"
    for number, (cause, (code, reason, make)) in enumerate(_FETCHES.items()):
        press = Press(folder=folder / f"fetch-{number}")
        make(press)
        yield Hostile(kind="fetch", cause=cause, code=code, data=_packed(base, files_of(press.depot)), reason=reason)
    [name] = [name for name in base if name.startswith("bundles/")]
    for cause, change in _CARRIED.items():
        changed = change(base[name])
        files = {other: data for other, data in base.items() if other != name}
        if changed is not None:
            files[name] = changed
        reason = "depot.not_carried" if changed is None else wrong
        yield Hostile(kind="fetch", cause=cause, code="depot.incomplete", data=_packed(base, files), reason=reason)


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


_CARRIED: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "the container is missing": lambda _: None,
    "the container is empty": lambda _: b"",
    "the container is cut": lambda data: data[: len(data) // 2],
    "a segment was altered": lambda data: _flipped(data, data.rindex(b"PK\x03\x04") + 200),
    "the segment table was altered": lambda data: _flipped(data, data.index(b"segments.sha256") + 60),
    "the segment table is missing": lambda data: data[: data.index(b"segments.sha256")],
    "another file lies in the container's place": lambda data: b"%PDF-1.7" * (len(data) // 8),
}


def _listed(press: Press, **changes: Any) -> None:
    """A bundle whose entry, signed by the programme, says something else than its manifest."""
    listing = press.publish(1, _FILES)
    said = replace(listing, **changes)
    envelope = (press.depot / paths.envelope(listing)).read_bytes()
    (press.depot / paths.envelope(said)).write_bytes(envelope)

    def change(signed: dict[str, Any]) -> None:
        entry = signed["targets"].pop(listing.target_path)
        signed["targets"][said.target_path] = {**entry, "custom": said.custom()}

    Attack(press.academy).resign(AREA, change, "dee", "eve")


def _enormous(press: Press) -> None:
    """A signed manifest and its listing agree on a bundle of a thousand terabytes."""
    listing = press.publish(1, _FILES)
    payload = json.loads(Envelope.parse((press.depot / paths.envelope(listing)).read_bytes()).payload)
    payload["members"][0].update(plain_bytes=2**50, stored_bytes=stored_size(2**50))
    data = canonical.encode(payload)
    envelope = sign(PAYLOAD_TYPE, data, [key("dee"), key("eve")]).to_bytes()
    size = Layout.of(envelope, Manifest.parse(data, file="x")).size_bytes
    _replace(press, listing, envelope, size)


def _other_envelope(press: Press, make: Callable[[bytes], bytes]) -> None:
    listing = press.publish(1, _FILES)
    right = (press.depot / paths.envelope(listing)).read_bytes()
    _replace(press, listing, make(right), listing.size_bytes)


def _replace(press: Press, listing: Listing, envelope: bytes, size: int) -> None:
    """List another envelope in the place of the one that was published."""
    digest = hashlib.sha256(envelope).hexdigest()
    folder = (press.depot / paths.envelope(listing)).parent
    (folder / f"{digest}.{listing.target_path.rpartition('/')[2]}").write_bytes(envelope)

    def change(signed: dict[str, Any]) -> None:
        [entry] = signed["targets"].values()
        entry["length"], entry["hashes"] = len(envelope), {"sha256": digest}
        entry["custom"]["size_bytes"] = size

    Attack(press.academy).resign(AREA, change, "dee", "eve")


def _without_signatures(envelope: bytes) -> bytes:
    document = json.loads(envelope)
    return canonical.encode({**document, "signatures": document["signatures"][:1]})


_FETCHES: Final[dict[str, tuple[str, str, Callable[[Press], object]]]] = {
    "the listing has another size": ("depot.listing_disagrees", "", lambda press: _listed(press, size_bytes=1_000)),
    "the listing has another mode": ("depot.listing_disagrees", "", lambda press: _listed(press, mode="open")),
    "the listing has another version": ("depot.listing_disagrees", "", lambda press: _listed(press, version=2)),
    "the listing has another bundle": ("depot.listing_disagrees", "", lambda press: _listed(press, bundle_id="renal")),
    "a bundle of a thousand terabytes": ("bundle.no_space", "", _enormous),
    "the listed manifest has one signature of two": (
        "bundle.not_trusted",
        "",
        lambda press: _other_envelope(press, _without_signatures),
    ),
    "the listed manifest is no envelope": (
        "crypto.bad_envelope",
        "",
        lambda press: _other_envelope(press, lambda _: b"{}"),
    ),
}


def _roots(academy: Academy) -> Iterator[Hostile]:
    """Files that are offered as the root of an enrolment."""
    root = academy.root
    document = json.loads(root)
    for cause, code, data in (
        ("empty", "trust.bad_root", b""),
        ("not metadata", "trust.bad_root", b"{}"),
        ("nested without end", "trust.bad_root", b"[" * 5_000),
        ("targets instead", "trust.bad_root", (academy.repository.metadata / "1.targets.json").read_bytes()),
        ("altered after signing", "trust.bad_root", root.replace(b'"version": 1', b'"version": 7')),
        ("signed by one of two", "trust.bad_root", _with(document, signatures=document["signatures"][:1])),
        ("signed by no one", "trust.bad_root", _with(document, signatures=[])),
        ("another academy's", "trust.bad_root", _other_root()),
    ):
        yield Hostile(kind="root", cause=cause, code=code, data=data)


def _with(document: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**document, **changes}).encode()


def _other_root() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        other = Academy(folder=Path(folder) / "other")
        other.found(now_ms=NOW_MS + DAY_MS, policy=AcademyPolicy())
        return other.root
