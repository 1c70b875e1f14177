"""Fuzz targets about signed documents, what is scanned or typed, captions, envelopes and recorded events."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Final

from pocus_desktop.admission import admission, enrolling, proctor_order, roster, unlock_passing
from pocus_desktop.admission.day_key import DayKey, read_words
from pocus_desktop.admission.photo import photo_fault
from pocus_desktop.admission.scan_text import from_text, to_parts
from pocus_desktop.admission.unlocking import Held, content_key_for, hear_words, require_useful
from pocus_desktop.case.webvtt import cue_text, lint, parse, runs
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme import sealed_file
from pocus_desktop.sitting import receipt
from pocus_desktop.sitting.codec import Recorded
from tests.fuzz.target import HUBS, KIB, Seeds, Target, WrongResultError, documents
from tests.fuzz.tellable import require_tellable
from tests.hostile import people


def _enveloped(kind: str, read: Callable[[bytes], object], *signers: SigningKey) -> Callable[[bytes], None]:
    """As it came; and as the payload of an envelope with the right signature, which reaches further."""

    def both(data: bytes) -> None:
        with suppress(PocusError):
            read(data)
        read(people.signed_bytes(kind, data, *signers))

    return both


def _read_admission(envelope: bytes) -> None:
    verified = admission.verify(envelope, HUBS)
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
    enrolling.read_grant(envelope, own=people.STATION, academy=HUBS)


def _read_roster(envelope: bytes) -> None:
    verified = roster.verify_roster(envelope, HUBS)
    verified.sat_at(people.STATION.station_id)


def _read_unlock(envelope: bytes) -> None:
    verified = unlock_passing.read_release(envelope, HUBS)
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
    grant = unlock_passing.read_release((people.GOLDEN / "unlock-words.v1.json").read_bytes(), HUBS)
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
    dsse.verify(envelope, payload_type=envelope.payload_type, keys=HUBS)


def _read_receipt(envelope: bytes) -> None:
    receipt.verify_receipt(envelope, HUBS, sealed_digest=people.DIGEST)


def _read_order(envelope: bytes) -> None:
    order = proctor_order.read_order(envelope, (people.CENTRE.signing.public,)).order
    if proctor_order.told_by(proctor_order.issue_order(order, people.CENTRE.signing)) != order:
        raise WrongResultError("an order does not come back as it was read")


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


def _read_event(data: bytes) -> None:
    event = Recorded.from_json(canonical.decode(data))
    if Recorded.from_json(event.as_json()) != event:
        raise WrongResultError("an event does not come back as it was read")


def _events() -> tuple[bytes, ...]:
    stamp: people.Document = {"seq": 1, "monotonic_ms": 1, "wall_ms": 1, "boot_id": "b"}
    lines = (people.GOLDEN / "events.v1.jsonl").read_bytes().splitlines()
    return tuple(canonical.encode({**stamp, "event": json.loads(line)}) for line in lines)


def _photos() -> tuple[bytes, ...]:
    """A PNG and a lossy WebP of two by two pixels, as far as their headers are read."""
    header = (2).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    png = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + header + bytes(20)
    webp = b"WEBPVP8 " + (18).to_bytes(4, "little") + bytes(3) + b"\x9d\x01\x2a" + b"\x02\x00" * 2 + bytes(8)
    return png, b"RIFF" + len(webp).to_bytes(4, "little") + webp


def _read_file(data: bytes) -> None:
    with suppress(PocusError):
        sealed_file.open_file(data, [people.STATION.sealing])
    sent = sealed_file.read_file(data)
    if canonical.digest(sent.content) != sent.sha256:
        raise WrongResultError


def _file_seeds() -> tuple[bytes, ...]:
    """What is inside a sealed file, and the head of one: what is sealed comes out different each time."""
    sealed = sealed_file.seal_file(
        b"%PDF-1.7",
        account_id="acc_" + "0" * 20,
        candidate_id="P000000001",
        signer=people.STATION.signing,
        recipient=people.STATION.sealing.public,
        agreed_at_ms=people.NOW_MS,
        now_ms=people.NOW_MS,
    )
    key_id = people.STATION.sealing.public.key_id.encode("ascii")
    head = sealed_file.MAGIC + len(key_id).to_bytes(2, "big") + key_id
    return sealed_file.open_file(sealed, [people.STATION.sealing]), head + bytes(64)


DOCUMENT_TARGETS: Final = (
    Target(name="sealed-file", read=_read_file, seeds=_file_seeds),
    Target(
        name="admission",
        read=_enveloped(people.TYPES["admission"], _read_admission),
        seeds=lambda: (*documents(people.admitted(), people.walked_in())(), _golden("admission.v1.json")),
        kinds=("admission",),
    ),
    Target(
        name="walk-in",
        read=_enveloped(people.TYPES["admission"], _read_admission, people.CENTRE.signing),
        seeds=documents(people.walked_in()),
    ),
    Target(
        name="enrolment-request",
        read=_enveloped(people.TYPES["enrolment-request"], _read_request, people.STATION.signing),
        seeds=documents(people.requested()),
        kinds=("enrolment-request",),
    ),
    Target(
        name="enrolment-grant",
        read=_enveloped(people.TYPES["enrolment-grant"], _read_grant),
        seeds=documents(people.enrolled()),
        kinds=("enrolment-grant",),
    ),
    Target(
        name="roster",
        read=_enveloped(people.TYPES["roster"], _read_roster),
        seeds=documents(people.rostered()),
        kinds=("roster",),
    ),
    Target(
        name="unlock",
        read=_enveloped(people.TYPES["unlock"], _read_unlock),
        seeds=lambda: (
            *documents(people.released())(),
            people.passed_on(),
            _golden("unlock.v1.json"),
            _golden("unlock-words.v1.json"),
        ),
        kinds=("unlock",),
    ),
    Target(name="parts", read=_read_parts, seeds=_parts_seed, kinds=("parts",)),
    Target(name="words", read=_read_words, seeds=_words_seed, kinds=("words",), maximum_bytes=KIB),
    Target(name="captions", read=_read_captions, seeds=_captions),
    Target(
        name="envelope",
        read=_read_envelope,
        seeds=_signed_seeds(people.signed(people.TYPES["receipt"], people.received())),
    ),
    Target(
        name="receipt",
        read=_enveloped(people.TYPES["receipt"], _read_receipt),
        seeds=documents(people.received()),
        kinds=("receipt",),
    ),
    Target(
        name="order",
        read=_enveloped(people.TYPES["order"], _read_order, people.CENTRE.signing),
        seeds=lambda: (
            *documents(people.ordered())(),
            *(people.GOLDEN / "proctor-orders.v1.jsonl").read_bytes().splitlines(),
        ),
        kinds=("order",),
    ),
    Target(name="event", read=_read_event, seeds=_events),
    Target(name="photo", read=photo_fault, seeds=_photos),
)
