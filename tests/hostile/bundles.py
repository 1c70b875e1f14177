"""Hostile bundles: containers that lie, manifests that were signed wrong or by the wrong people, altered content.

Whoever reads them trusts `TRUSTED`, holds version 2 of the bundle, and is at `NOW_MS`. All but the cases about versions
offer version 3.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pocus_desktop.bundle.manifest import PAYLOAD_TYPE
from pocus_desktop.bundle.trust.policy import ProgrammeKeys, TrustPolicy
from pocus_desktop.crypto.dsse import Envelope, sign
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from tests.bundle.conftest import NOW_MS as PRESS_NOW_MS
from tests.bundle.conftest import Press, RawMember, RawZip
from tests.bundle.test_container_hostile import ROWS
from tests.bundle.test_opening_refusals import MANIFEST_ROWS
from tests.hostile.corpus import Hostile

NOW_MS: Final = PRESS_NOW_MS
APP_VERSION: Final = "0.1.0"
HELD_VERSION: Final = 2
OFFERED_VERSION: Final = 3
WITHDRAWN_VERSION: Final = 66
SIGNER: Final = SigningKey.from_seed(b"1" * 32)
SECOND: Final = SigningKey.from_seed(b"2" * 32)
STRANGER: Final = SigningKey.from_seed(b"3" * 32)
TRUSTED: Final = TrustPolicy(
    keys=(SIGNER.public, SECOND.public),
    programmes={
        "renal": ProgrammeKeys(keys=(SECOND.public,)),
        "lung": ProgrammeKeys(
            keys=(SIGNER.public, SECOND.public),
            withdrawn={("lung-a", WITHDRAWN_VERSION): "Question 4 has two right answers."},
        ),
    },
    sealed_threshold=2,
)
FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    "case.json": ("application/json", b'{"format":1}'),
    "empty.txt": ("text/plain", b""),
    "media/clip.mp4": ("video/mp4", bytes(range(16))),
}
CLIP: Final = "content/media/clip.mp4"
MANIFEST: Final = "manifest.dsse.json"
SEGMENTS: Final = "segments.sha256"
TOO_LARGE: Final = frozenset({"directory larger than any", "a second archive after the end"})
"""Containers whose cause needs many bytes; `tests/bundle/test_container_hostile.py` makes them on the spot."""

_OPAQUE: Final = "0" * 32
_DAY_MS: Final = 86_400_000


def publish(folder: Path, name: str, **source: Any) -> Path:
    """A right bundle, unless the source says otherwise."""
    fields: dict[str, Any] = {"version": OFFERED_VERSION, "files": FILES, **source}
    return Press(folder=folder).publish(name, **fields).path


def apart(path: Path) -> RawZip:
    """A bundle as parts that can be altered one by one."""
    with zipfile.ZipFile(path) as archive:
        return RawZip(
            members=[RawMember(name=info.filename.encode(), data=archive.read(info)) for info in archive.infolist()]
        )


def cases(folder: Path) -> Iterator[Hostile]:
    """Every hostile bundle."""
    base = publish(folder, "base.casebundle")
    for cause, (code, hostile) in ROWS.items():
        if cause not in TOO_LARGE:
            yield _bundle(cause, code, hostile(apart(base)))
    for cause, (code, change) in MANIFEST_ROWS.items():
        yield _bundle(f"manifest {cause}", code, _resigned(base, change))
    for cause, (code, data) in _altered(base).items():
        yield _bundle(cause, code, data)
    for cause, (code, source) in _OFFERS.items():
        yield _bundle(cause, code, publish(folder, "offer.casebundle", **source).read_bytes())
    for cause, (code, data) in _locked(folder).items():
        yield Hostile(kind="content", cause=cause, code=code, data=data, suffix="casebundle")


def _bundle(cause: str, code: str, data: bytes) -> Hostile:
    full = code if "." in code else f"bundle.{code}"
    return Hostile(kind="bundle", cause=cause, code=full, data=data, suffix="casebundle")


def _resigned(base: Path, change: Callable[[dict[str, Any]], object], *signers: SigningKey) -> bytes:
    """The manifest changed and signed anew."""
    zip_ = apart(base)
    member = zip_.member(MANIFEST)
    document = json.loads(Envelope.parse(member.data).payload)
    change(document)
    member.data = sign(PAYLOAD_TYPE, canonical.encode(document), signers or (SIGNER,)).to_bytes()
    return zip_.build()


def _with_payload(base: Path, payload: bytes, kind: str = PAYLOAD_TYPE) -> bytes:
    zip_ = apart(base)
    zip_.member(MANIFEST).data = sign(kind, payload, [SIGNER]).to_bytes()
    return zip_.build()


def _with_member(base: Path, name: str, data: bytes, **fields: int) -> bytes:
    """A member of other bytes, under the checksum that was signed."""
    zip_ = apart(base)
    member = zip_.member(name)
    member.data = data
    member.both(**fields)
    return zip_.build()


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _without(base: Path, name: str) -> bytes:
    zip_ = apart(base)
    zip_.members.remove(zip_.member(name))
    return zip_.build()


def _swapped(base: Path, one: int, other: int) -> bytes:
    zip_ = apart(base)
    zip_.members[one], zip_.members[other] = zip_.members[other], zip_.members[one]
    return zip_.build()


def _added(base: Path) -> bytes:
    zip_ = apart(base)
    zip_.members.append(RawMember(name=b"content/zzz", data=b"x"))
    return zip_.build()


def _altered(base: Path) -> dict[str, tuple[str, bytes]]:
    """What was changed after it was signed, or signed although it is wrong."""
    zip_ = apart(base)
    clip, envelope = zip_.member(CLIP).data, Envelope.parse(zip_.member(MANIFEST).data)
    forged = Envelope(
        payload_type=envelope.payload_type,
        payload=envelope.payload.replace(b'"version":3', b'"version":9'),
        signatures=envelope.signatures,
    )
    table = zip_.member(SEGMENTS).data
    crcs = {name: _crc(zip_.member(name).data) for name in (CLIP, SEGMENTS)}
    other_table = table[:-32] + hashlib.sha256(_flipped(clip, 70)).digest()
    both = apart(base)
    both.member(CLIP).data = _flipped(clip, 70)
    both.member(CLIP).both(crc=crcs[CLIP])
    both.member(SEGMENTS).data = other_table
    both.member(SEGMENTS).both(crc=crcs[SEGMENTS])
    return {
        "the manifest is missing": ("manifest_missing", _without(base, MANIFEST)),
        "the manifest stands behind the table": ("member_order", _swapped(base, 1, 2)),
        "members stand in another order": ("member_order", _swapped(base, 3, 4)),
        "a member that no one signed": ("member_not_in_manifest", _added(base)),
        "a signed member is missing": ("member_missing", _without(base, CLIP)),
        "the segment table is missing": ("member_missing", _without(base, SEGMENTS)),
        "a member is longer than signed": ("member_size", _with_member(base, CLIP, clip + b"x")),
        "the segment table is longer than signed": ("member_size", _with_member(base, SEGMENTS, table + bytes(32))),
        "a checksum is not the signed one": ("header_disagrees", _with_member(base, CLIP, _flipped(clip, 70))),
        "content altered under the signed checksum": (
            "content_damaged",
            _with_member(base, CLIP, _flipped(clip, 70), crc=crcs[CLIP]),
        ),
        "a segment digest altered": (
            "segment_table_damaged",
            _with_member(base, SEGMENTS, _flipped(table, 40), crc=crcs[SEGMENTS]),
        ),
        "segment digests exchanged": (
            "segment_table_damaged",
            _with_member(base, SEGMENTS, table[32:64] + table[:32] + table[64:], crc=crcs[SEGMENTS]),
        ),
        "content altered and its segment digest with it": ("segment_table_damaged", both.build()),
        "payload altered after signing": ("not_trusted", _with_member(base, MANIFEST, forged.to_bytes())),
        "signed by no one": ("not_trusted", _with_member(base, MANIFEST, _unsigned(envelope).to_bytes())),
        "payload is not JSON": ("manifest_invalid", _with_payload(base, b"\xff")),
        "payload repeats a key": ("manifest_invalid", _with_payload(base, b'{"format":1,"format":1}')),
        "payload is nested without end": ("manifest_invalid", _with_payload(base, b"[" * 5_000)),
        "title of half a character": (
            "manifest_invalid",
            _with_payload(base, envelope.payload.replace(b'"Lung A"', b'"\\ud800"')),
        ),
        "signed as another kind of document": (
            "crypto.wrong_payload_type",
            _with_payload(base, envelope.payload, "application/vnd.pocus.receipt.v1+json"),
        ),
        "the manifest is no envelope": ("crypto.bad_envelope", _with_member(base, MANIFEST, envelope.payload)),
        "sixty-five signatures": ("crypto.bad_envelope", _with_member(base, MANIFEST, _crowded(envelope))),
    }


def _crc(data: bytes) -> int:
    return zlib.crc32(data)


def _unsigned(envelope: Envelope) -> Envelope:
    return Envelope(payload_type=envelope.payload_type, payload=envelope.payload, signatures=())


def _crowded(envelope: Envelope) -> bytes:
    document = json.loads(envelope.to_bytes())
    document["signatures"] *= 65
    return canonical.encode(document)


_SEALED: Final = "sealed"
_OFFERS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "signed by a stranger": ("not_trusted", {"signers": (STRANGER,)}),
    "a live bundle released by one person": ("not_trusted", {"mode": _SEALED, "signers": (SIGNER,)}),
    "a live bundle released by one person twice": ("not_trusted", {"mode": _SEALED, "signers": (SIGNER, SIGNER)}),
    "a live bundle released by one person and a stranger": (
        "not_trusted",
        {"mode": _SEALED, "signers": (SIGNER, STRANGER)},
    ),
    "signed for another programme": ("wrong_programme", {"content_area": "renal"}),
    "a version that was withdrawn": ("trust.withdrawn", {"version": WITHDRAWN_VERSION}),
    "an older version than the one here": ("rolled_back", {"version": 1}),
    "another bundle under the version that is here": (
        "same_version_differs",
        {"version": HELD_VERSION, "title": {"en": "Lung B"}},
    ),
    "not valid yet": ("not_yet_valid", {"not_before_ms": NOW_MS + _DAY_MS}),
    "not valid yet by a time that no calendar has": ("not_yet_valid", {"not_before_ms": 2**53 - 1}),
    "not valid any more": ("expired", {"not_after_ms": NOW_MS - _DAY_MS}),
    "for a newer program": ("app_too_old", {"minimum_app": "0.2"}),
}


def _locked(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Bundles that open, and whose content must not: read with the content key that their manifest gave away."""
    index: dict[str, Any] = {
        "format": 1,
        "members": {"case.json": {"path": "content/" + "1" * 32, "media_type": "application/json"}},
    }
    found: dict[str, tuple[str, bytes]] = {}
    for cause, (code, plain) in {
        "the index is not JSON": ("index_invalid", b"case.json"),
        "the index has another form": ("index_invalid", b'{"format":1,"members":[]}'),
        "the index names a member that is not there": (
            "index_invalid",
            canonical.encode({**index, "members": {"x": {"path": "content/" + "2" * 32, "media_type": "text/plain"}}}),
        ),
        "the index leaves a member out": ("index_invalid", canonical.encode({**index, "members": {}})),
        "the index is of a later format": ("format_too_new", canonical.encode({**index, "format": 2})),
    }.items():
        files = {_OPAQUE: ("text/plain", plain), "1" * 32: ("text/plain", b"{}")}
        path = publish(folder, "open.casebundle", files=files)
        found[cause] = (f"bundle.{code}", _resigned(path, _seal, SIGNER, SECOND))
    base = publish(folder, "base-of-keys.casebundle")
    keys = [
        member["wrapped_key"]
        for member in json.loads(Envelope.parse(apart(base).member(MANIFEST).data).payload)["members"]
    ]
    found["the content key is another version's"] = (
        "bundle.wrong_content_key",
        _resigned(base, lambda document: document.update(content_key="00" * 32)),
    )
    found["a member's key is another member's"] = (
        "crypto.wrong_key",
        _resigned(base, lambda document: document["members"][2].update(wrapped_key=keys[0])),
    )
    found["a member's key was altered"] = (
        "bundle.wrong_content_key",
        _resigned(base, lambda document: document["members"][2].update(wrapped_key="00" * 40)),
    )
    return found


def _seal(document: dict[str, Any]) -> None:
    """An open manifest as a sealed one; the key goes along in a field that no one reads."""
    document.update(mode=_SEALED, index=f"content/{_OPAQUE}", test_content_key=document.pop("content_key"))
    for member in document["members"]:
        member["media_type"] = "application/octet-stream"
