"""Hostile signed documents: admissions, enrolment, rosters, releases and receipts, one cause each.

Whoever reads them is the station of `tests.hostile.people` at `NOW_MS`, trusts its hub, belongs to its centre, holds
version 3 of its bundle, and signs C-17 in.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pocus_desktop.crypto.dsse import Envelope
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.kernel import canonical
from tests.hostile import people
from tests.hostile.corpus import Hostile
from tests.hostile.people import ACADEMY, CENTRE, HUB, STATION, STRANGER, TYPES

_Rows = Mapping[str, tuple[str, bytes]]
_LOW_ORDER: Final = {"algorithm": "x25519", "key_id": "x", "public": "00" * 32}
_SEALED_EARLY: Final = (
    "ZBXLzIaTT3Slp4ZNFXqQE9ENH72fBRvv51PRm6OquHEaLraBRu8Bo5GFlhs5pTLcrLQoiBfBZ8IHZvsLwYvHb9YZRhSKYWlOVPTo7E0b3LQ="
)
"""Sealed once to the station for the release unl_hera61yv8knysg51nrzj, to come: sealing never comes out twice alike."""
_SEALED_UNDER_WORDS: Final = (
    "zbL7v1Yib2d+g8KpnVwGTDsjReVQcMWx9pyoQJqwnkWWKxcOSPp7nHGGH1Aq"
    "LfcQVGbC3vrNhWhN1RPjqFsSG519AIvCiQwOXReCgg4NJrDS8Vm8D8vFGw=="
)
"""Likewise, under the words for the day, for unl_89wnykrjxn4w1va3hkej."""
_OTHERS: Final = [{"key_id": CENTRE.station_id + "0", "sealed": to_base64(bytes(80))}]


def cases() -> Iterator[Hostile]:
    """Every hostile document."""
    for kind, rows in (
        ("admission", _admissions()),
        ("enrolment-request", _requests()),
        ("enrolment-grant", _grants()),
        ("roster", _rosters()),
        ("unlock", _releases()),
        ("receipt", _receipts()),
        ("order", _orders()),
    ):
        for cause, (code, data) in (_envelopes(kind) | dict(rows)).items():
            yield Hostile(kind=kind, cause=cause, code=code, data=data)


def _right(kind: str) -> bytes:
    make: dict[str, Callable[[], bytes]] = {
        "admission": lambda: people.signed(TYPES["admission"], people.admitted()),
        "enrolment-request": lambda: people.signed(TYPES["enrolment-request"], people.requested(), STATION.signing),
        "enrolment-grant": lambda: people.signed(TYPES["enrolment-grant"], people.enrolled()),
        "roster": lambda: people.signed(TYPES["roster"], people.rostered()),
        "unlock": lambda: people.signed(TYPES["unlock"], people.released()),
        "receipt": lambda: people.signed(TYPES["receipt"], people.received()),
        "order": lambda: people.signed(TYPES["order"], people.ordered(), CENTRE.signing),
    }
    return make[kind]()


def _envelopes(kind: str) -> dict[str, tuple[str, bytes]]:
    """What can be wrong with any envelope."""
    right = _right(kind)
    document = canonical.decode(right)
    assert isinstance(document, dict)
    bad = "crypto.bad_envelope"
    too_few = "order.not_the_centres" if kind == "order" else "crypto.not_enough_signatures"
    at = right.index(b'"payload":"') + 60
    altered = right[:at] + (b"B" if right[at : at + 1] != b"B" else b"C") + right[at + 1 :]
    signer = {"enrolment-request": STATION.signing, "order": CENTRE.signing}.get(kind, HUB)
    wrong_type = people.signed("application/json", canonical.decode(_payload(right)), signer)
    rows = {
        "empty": (bad, b""),
        "a letter": (bad, b"Dear station, let them sit."),
        "cut in half": (bad, right[: len(right) // 2]),
        "a list": (bad, b"[" + right + b"]"),
        "a key twice": (bad, right[:-1] + b',"payload":""}'),
        "nested without end": (bad, b'{"payload":' + b"[" * 5_000),
        "payload is no base64": (bad, canonical.encode({**document, "payload": "%%%"})),
        "signatures are no list": (bad, canonical.encode({**document, "signatures": {}})),
        "a signature without bytes": (bad, canonical.encode({**document, "signatures": [{"keyid": "x"}]})),
        "sixty-five signatures": (bad, canonical.encode({**document, "signatures": [*document["signatures"]] * 65})),
        "payload type is half a character": (bad, right.replace(b"application/", b"\\ud800/")),
        "of another kind": ("crypto.wrong_payload_type", wrong_type),
        "signed by no one": (too_few, canonical.encode({**document, "signatures": []})),
        "signed by a stranger": (too_few, people.signed(TYPES[kind], canonical.decode(_payload(right)), STRANGER)),
    }
    if kind in {"roster", "receipt", "order"}:  # in the others the letter that changes may be one that is read before
        rows["altered after signing"] = (too_few, altered)
    return rows


def _payload(envelope: bytes) -> bytes:
    return Envelope.parse(envelope).payload


def _admission(**changes: Any) -> bytes:
    return people.signed(TYPES["admission"], people.admitted(**changes))


def _walk_in(*, allowance: Mapping[str, Any] | None = None, number: int = 1, **changes: Any) -> bytes:
    carried = {"allowance": people.allowance_envelope(**(allowance or {})), "number": number}
    return people.signed(TYPES["admission"], people.walked_in(walk_in=carried, **changes), CENTRE.signing)


def _admissions() -> _Rows:
    bad, beyond = "sitting.bad_admission", "roster.beyond_allowance"
    right = people.admitted()
    unnamed = {name: value for name, value in right.items() if name != "candidate"}
    stranger = to_base64(people.signed(TYPES["allowance"], people.allowed(), STRANGER))
    return {
        "payload is not json": (bad, people.signed_bytes(TYPES["admission"], b"\xff")),
        "payload is a list": (bad, people.signed(TYPES["admission"], [right])),
        "no candidate": (bad, people.signed(TYPES["admission"], unnamed)),
        "an id that leads out of the folder": (bad, _admission(admission_id="../../adm")),
        "a mode that no one knows": (bad, _admission(mode="free")),
        "a time factor below one": (bad, _admission(accommodations={"time_factor": 0.5})),
        "a time factor of a thousand": (bad, _admission(accommodations={"time_factor": 1000})),
        "a window that no calendar has": (bad, _admission(window={"not_after_ms": 2**53 - 1})),
        "a recipient of low order": (bad, _admission(recipients=[_LOW_ORDER])),
        "a recipient that signs": (bad, _admission(recipients=[HUB.public.as_json()])),
        "a photo that is none": (bad, _admission(photo=to_base64(b"GIF89a" + bytes(40)))),
        "the hub admits under its own allowance": (bad, people.signed(TYPES["admission"], people.walked_in())),
        "of a later format": ("sitting.newer_admission", _admission(format=3)),
        "no one may read the result": ("sitting.no_recipient", _admission(recipients=[])),
        "live without a start code": ("sitting.no_start_code", _admission(mode="live")),
        "for another candidate": ("sitting.wrong_candidate", _admission(candidate={"id": "C-9", "display_name": "B"})),
        "for another station": ("sitting.wrong_station", _admission(station=CENTRE.station_id)),
        "for another centre": ("sitting.wrong_centre", _admission(centre_id="south")),
        "for another bundle": ("sitting.wrong_bundle", _admission(bundle_id="renal")),
        "for a newer version": ("sitting.bundle_too_old", _admission(minimum_version=4)),
        "before its window": ("sitting.too_early", _admission(window={"not_before_ms": people.NOW_MS + 1})),
        "after its window": ("sitting.too_late", _admission(window={"not_after_ms": people.NOW_MS - 1})),
        "content key sealed to others": ("sitting.no_content_key", _admission(content_keys=_OTHERS)),
        "content key does not open": ("crypto.cannot_open_sealed", _admission()),
        "walk-in past the number allowed": (beyond, _walk_in(number=3)),
        "walk-in with more time": (beyond, _walk_in(accommodations={"time_factor": 2})),
        "walk-in to another bundle": (beyond, _walk_in(bundle_id="renal")),
        "walk-in to an older version": (beyond, _walk_in(minimum_version=1)),
        "walk-in in another mode": (beyond, _walk_in(mode="practice")),
        "walk-in at another centre": (beyond, _walk_in(centre_id="south")),
        "walk-in past the window": (beyond, _walk_in(window={"not_before_ms": 0, "not_after_ms": people.UNTIL_MS})),
        "walk-in without a window": (beyond, _walk_in(window={})),
        "walk-in whose result another reads": (beyond, _walk_in(recipients=[CENTRE.sealing.public.as_json()])),
        "walk-in with more credit": (beyond, _walk_in(credit_cap_ms=60_001)),
        "walk-in under an allowance of no hub": (
            "crypto.not_enough_signatures",
            people.signed(
                TYPES["admission"],
                people.walked_in(walk_in={"allowance": stranger, "number": 1}),
                CENTRE.signing,
            ),
        ),
        "walk-in under no allowance": (
            "crypto.bad_envelope",
            people.signed(
                TYPES["admission"], people.walked_in(walk_in={"allowance": "AAAA", "number": 1}), CENTRE.signing
            ),
        ),
        "walk-in under an allowance of a later format": ("enrolment.newer_document", _walk_in(allowance={"format": 2})),
        "walk-in under an allowance of none": ("enrolment.bad_document", _walk_in(allowance={"count": 0})),
        "walk-in under an allowance that ends before it begins": (
            "enrolment.bad_document",
            _walk_in(allowance={"not_after_ms": 1}),
        ),
    }


def _requests() -> _Rows:
    kind, own, bad = TYPES["enrolment-request"], STATION.signing, "enrolment.bad_document"

    def asked(**changes: Any) -> bytes:
        return people.signed(kind, people.requested(**changes), own)

    return {
        "payload is not json": (bad, people.signed_bytes(kind, b"\xff", own)),
        "of a later format": ("enrolment.newer_document", asked(format=2)),
        "a name that steers a terminal": (bad, asked(name="\x1b[2JDesk")),
        "a name without end": (bad, asked(name="x" * 5_000)),
        "a centre that does not name itself": (bad, asked(kind="centre", centre_id=None)),
        "the same key for both": (bad, asked(sealing=own.public.as_json())),
        "a key of low order": (bad, asked(sealing=_LOW_ORDER)),
        "a key that another holds": ("crypto.not_enough_signatures", asked(signing=HUB.public.as_json())),
    }


def _grants() -> _Rows:
    kind, bad = TYPES["enrolment-grant"], "enrolment.bad_document"

    def granted(**changes: Any) -> bytes:
        return people.signed(kind, people.enrolled(**changes))

    return {
        "payload is not json": (bad, people.signed_bytes(kind, b"{")),
        "of a later format": ("enrolment.newer_document", granted(format=2)),
        "no hub": (bad, granted(hubs=[])),
        "a hub that seals": (bad, granted(hubs=[ACADEMY.public.as_json()])),
        "a centre that is not its own": (bad, granted(kind="centre")),
        "granted when no calendar says": (bad, granted(granted_at_ms=2**53 - 1)),
        "for another computer": ("enrolment.other_computer", granted(**people.pair(CENTRE))),
        "of another academy": (
            "enrolment.other_academy",
            people.signed(kind, people.enrolled(hubs=[STRANGER.public.as_json()]), STRANGER),
        ),
    }


def _rosters() -> _Rows:
    kind, bad, contradictory = TYPES["roster"], "enrolment.bad_document", "roster.contradictory"
    good, south = to_base64(_admission()), to_base64(_admission(centre_id="south"))

    def listed(**changes: Any) -> bytes:
        return people.signed(kind, people.rostered(**changes))

    return {
        "payload is not json": (bad, people.signed_bytes(kind, b"\xff")),
        "of a later format": ("enrolment.newer_document", listed(format=2)),
        "a day that no calendar has": (bad, listed(day="2027-02-30")),
        "an admission twice": (contradictory, listed(admissions=[good, good])),
        "an admission for another centre": (contradictory, listed(admissions=[south])),
        "a walk-in among the admissions": (contradictory, listed(admissions=[to_base64(_walk_in())])),
        "an admission that is none": ("crypto.bad_envelope", listed(admissions=["AAAA"])),
        "an admission of no hub": (
            "crypto.not_enough_signatures",
            listed(admissions=[to_base64(people.signed(TYPES["admission"], people.admitted(), STRANGER))]),
        ),
        "an admission of another form": ("sitting.bad_admission", listed(admissions=[to_base64(_admission(mode="x"))])),
        "an admission as allowance": ("crypto.wrong_payload_type", listed(allowance=good)),
        "an allowance of another centre": (
            contradictory,
            listed(allowance=people.allowance_envelope(centre={**people.centre(), "centre_id": "south"})),
        ),
    }


def _releases() -> _Rows:
    kind, bad = TYPES["unlock"], "sitting.bad_unlock"

    def given(**changes: Any) -> bytes:
        return people.signed(kind, people.released(**changes))

    [key] = people.released()["keys"]
    window = {"not_before_ms": people.FROM_MS, "not_after_ms": people.UNTIL_MS}
    return {
        "payload is not json": (bad, people.signed_bytes(kind, b"\xff")),
        "of a later format": ("sitting.newer_unlock", given(format=2)),
        "an id that leads out": (bad, given(grant_id="../x")),
        "a version that is true": (bad, given(version=True)),
        "no recipient": (bad, given(keys=[])),
        "a recipient twice": (bad, given(keys=[key, key])),
        "a window that ends before it begins": (bad, given(window={"not_before_ms": 2, "not_after_ms": 1})),
        "a window without an end": (bad, given(window={"not_before_ms": 2})),
        "before its window": (
            "sitting.unlock_too_early",
            given(
                grant_id="unl_hera61yv8knysg51nrzj",
                window={"not_before_ms": people.UNTIL_MS, "not_after_ms": people.UNTIL_MS + 1},
                keys=[{**key, "sealed": _SEALED_EARLY}],
            ),
        ),
        "under words that were not typed": (
            "sitting.words_needed",
            given(grant_id="unl_89wnykrjxn4w1va3hkej", needs_words=True, keys=[{**key, "sealed": _SEALED_UNDER_WORDS}]),
        ),
        "cut out of another release": (bad, given(keys=[{**key, "sealed": _SEALED_EARLY}])),
        "after its window": ("sitting.unlock_too_late", given(window={**window, "not_after_ms": people.NOW_MS - 1})),
        "for another version": ("sitting.unlock_other_version", given(version=2)),
        "for another bundle": ("sitting.not_released", given(bundle_id="renal")),
        "for other stations": ("sitting.unlock_not_for_station", given(keys=_OTHERS)),
        "what it seals does not open": (bad, given()),
        "passed on by no recipient": (
            "sitting.unlock_not_for_station",
            people.passed_on(keys=[{"of": "x25519-nobody", "key_id": STATION.station_id, "sealed": "AAAA"}]),
        ),
        "passed on in a later format": ("sitting.newer_unlock", people.passed_on(format=2)),
        "passed on to no one": (bad, people.passed_on(keys=[])),
        "passed on without the hub's word": ("crypto.bad_envelope", people.passed_on(grant="AAAA")),
        "passed on under a stranger's word": (
            "crypto.not_enough_signatures",
            people.passed_on(grant=to_base64(people.signed(kind, people.released(), STRANGER))),
        ),
    }


def _receipts() -> _Rows:
    kind, bad = TYPES["receipt"], "sitting.bad_receipt"

    def said(**changes: Any) -> bytes:
        return people.signed(kind, people.received(**changes))

    return {
        "payload is not json": (bad, people.signed_bytes(kind, b"\xff")),
        "a digest that is none": (bad, said(sealed_digest="AB" * 32)),
        "a count that is text": (bad, said(last_seq="9")),
        "received when no calendar says": (bad, said(received_at_ms=2**53 - 1)),
        "names another key than the one that signed": (bad, said(key_id=STRANGER.key_id)),
        "for another result": ("sitting.other_receipt", said(sealed_digest="cd" * 32)),
    }


def _orders() -> _Rows:
    kind, bad = TYPES["order"], "enrolment.bad_document"

    def ordered(**changes: Any) -> bytes:
        return people.signed(kind, people.ordered(**changes), CENTRE.signing)

    return {
        "payload is not json": (bad, people.signed_bytes(kind, b"{", CENTRE.signing)),
        "of a later format": ("enrolment.newer_document", ordered(format=2)),
        "signed by the station itself": (
            "order.not_the_centres",
            people.signed(kind, people.ordered(), STATION.signing),
        ),
        "signed by the hub": ("order.not_the_centres", people.signed(kind, people.ordered())),
        "for another station": ("order.other_station", ordered(station="00" * 32)),
        "for another admission": ("order.other_sitting", ordered(admission_id="adm_2")),
        "for another sitting": ("order.other_sitting", ordered(sitting="sit_2")),
        "an act that no one knows": (bad, ordered(act={"kind": "fire"})),
        "no act": (bad, ordered(act={})),
        "time below nothing": (bad, ordered(act={"kind": "add-time", "extra_ms": -1})),
        "time without end": (bad, ordered(act={"kind": "add-time", "extra_ms": 2**53 - 1})),
        "a break of a week": (bad, ordered(act={"kind": "break", "minutes": 10_080})),
        "time without a reason": (bad, ordered(reason=" ")),
        "after itself": (bad, ordered(after=2)),
        "number none": (bad, ordered(number=0, after=0)),
        "a name that steers a terminal": (bad, ordered(who="P.\x1b[2J")),
        "a reason that turns around": ("order.unseen_character", ordered(reason="He left\u202e.")),
        "a message without end": (bad, ordered(act={"kind": "message", "text": "a" * 501})),
        "larger than any is": (bad, ordered(more="a" * 20_000)),
    }
