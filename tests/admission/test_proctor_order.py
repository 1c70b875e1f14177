"""The proctor's order: whose it is, for whom, and everything that it must not say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from pocus_desktop.admission.documents import BadDocumentError, NewerDocumentError
from pocus_desktop.admission.proctor_order import (
    MAXIMUM_BYTES,
    MAXIMUM_EXTRA_MS,
    NEEDS_REASON,
    PAYLOAD_TYPE,
    Act,
    Kind,
    NotTheCentresOrderError,
    OrderForOtherSittingError,
    OrderForOtherStationError,
    ProctorOrder,
    ReasonNeededError,
    UnseenCharacterError,
    issue_order,
    make_order,
    new_order_id,
    read_order,
    require_for,
    require_seen,
    told_by,
)
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical

GOLDEN = Path(__file__).parents[1] / "golden" / "sitting" / "proctor-orders.v1.jsonl"
CENTRE = SigningKey.from_seed(b"\x1b" * 32)
STATION = "2b" * 32

ACTS: dict[str, dict[str, Any]] = {
    "authorise": {},
    "pause": {},
    "resume": {},
    "add-time": {"scope": "step", "scope_id": "femoral", "extra_ms": 300_000},
    "remove-time": {"scope": "sitting", "scope_id": "", "extra_ms": 60_000},
    "message": {"text": "Please turn the sound down."},
    "lower-hand": {"text": "The toilet is on the left."},
    "break": {"minutes": 5, "is_clock_held": False},
    "end": {},
    "void": {},
}


def fields(kind: str = "pause", **changes: Any) -> dict[str, Any]:
    """An order as it stands in its document."""
    return {
        "order_id": "ord_0123456789abcdefghjk",
        "centre_id": "north",
        "console": "console-1",
        "number": 2,
        "after": 1,
        "admission_id": "adm_1",
        "sitting": "sit_1",
        "station": STATION,
        "made_at_ms": 1_800_000_000_000,
        "who": "P. Roctor",
        "reason": "Fire alarm",
        "act": {"kind": kind, **ACTS[kind]},
        **changes,
    }


def an_order(kind: str = "pause", **changes: Any) -> ProctorOrder:
    """An order that is right but for the changes."""
    return make_order(fields(kind, **changes))


@pytest.mark.parametrize("kind", ACTS)
def test_an_order_is_read_as_it_was_issued(kind: str) -> None:
    order = an_order(kind)
    envelope = issue_order(order, CENTRE)
    found = read_order(envelope, [CENTRE.public])
    assert found.order == order == told_by(envelope)
    assert found.envelope == envelope
    assert found.order.act.kind == kind


def test_every_act_has_a_kind_and_each_kind_an_act() -> None:
    kinds = [act.model_fields["kind"].default for act in get_args(Act)]
    assert kinds == list(get_args(Kind)) == list(ACTS)


def test_orders_of_version_1_are_read_for_ever() -> None:
    found = [read_order(line, [CENTRE.public]).order for line in GOLDEN.read_bytes().splitlines()]
    assert found == [an_order(kind) for kind in ACTS]
    assert GOLDEN.read_bytes().splitlines() == [issue_order(order, CENTRE) for order in found]


def test_an_order_that_another_signed_is_refused() -> None:
    envelope = issue_order(an_order(), SigningKey.generate())
    with pytest.raises(NotTheCentresOrderError):
        read_order(envelope, [CENTRE.public])
    with pytest.raises(NotTheCentresOrderError):
        read_order(issue_order(an_order(), CENTRE), [])


def test_a_document_of_another_kind_is_no_order_though_the_centre_signed_it() -> None:
    payload = canonical.encode(an_order().model_dump(mode="json"))
    envelope = dsse.sign("application/vnd.pocus.move-permit.v1+json", payload, [CENTRE]).to_bytes()
    with pytest.raises(dsse.WrongPayloadTypeError):
        read_order(envelope, [CENTRE.public])
    with pytest.raises(dsse.WrongPayloadTypeError):
        told_by(envelope)


def test_every_byte_of_an_order_is_signed() -> None:
    envelope = dsse.Envelope.parse(issue_order(an_order("add-time"), CENTRE))
    more = envelope.payload.replace(b"300000", b"900000")
    assert more != envelope.payload
    altered = dsse.Envelope(payload_type=PAYLOAD_TYPE, payload=more, signatures=envelope.signatures).to_bytes()
    with pytest.raises(NotTheCentresOrderError):
        read_order(altered, [CENTRE.public])


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": "ord_1"},
        {"order_id": "mov_0123456789abcdefghjk"},
        {"number": 0},
        {"number": 2, "after": 2},
        {"after": -1},
        {"console": ""},
        {"console": "../x"},
        {"station": "2B" * 32},
        {"station": "2b"},
        {"sitting": ""},
        {"who": ""},
        {"who": "P.\x1b[2J"},
        {"who": "P.\u2028R."},
        {"who": "P.\x85R."},
        {"reason": "a line that steers \x9b31m"},
        {"who": "P" * 81},
        {"reason": "a" * 501},
        {"reason": "two\nlines"},
        {"made_at_ms": -1},
        {"made_at_ms": 2**60},
        {"act": {"kind": "fire"}},
        {"act": {}},
        {"act": {"kind": "add-time", "extra_ms": 0}},
        {"act": {"kind": "add-time", "extra_ms": -1}},
        {"act": {"kind": "add-time", "extra_ms": MAXIMUM_EXTRA_MS + 1}},
        {"act": {"kind": "add-time", "extra_ms": 1, "scope": "world"}},
        {"act": {"kind": "remove-time", "extra_ms": 0}},
        {"act": {"kind": "message", "text": ""}},
        {"act": {"kind": "message", "text": "a" * 501}},
        {"act": {"kind": "message", "text": "\x00"}},
        {"act": {"kind": "break", "minutes": 0}},
        {"act": {"kind": "break", "minutes": 121}},
    ],
    ids=str,
)
def test_what_no_order_says_is_refused_by_name(changes: dict[str, Any]) -> None:
    with pytest.raises(BadDocumentError):
        an_order(**changes)


@pytest.mark.parametrize("kind", ACTS)
def test_what_costs_or_gives_needs_a_reason(kind: str) -> None:
    if kind in NEEDS_REASON:
        with pytest.raises(ReasonNeededError):
            an_order(kind, reason=" ")
        with pytest.raises(ValidationError):  # nor is one read that another program made
            ProctorOrder.model_validate(fields(kind, reason=" "))
    else:
        assert an_order(kind, reason="").reason == ""


def test_an_order_of_a_later_format_is_named_so() -> None:
    payload = canonical.encode({**an_order().model_dump(mode="json"), "format": 2})
    envelope = dsse.sign(PAYLOAD_TYPE, payload, [CENTRE]).to_bytes()
    with pytest.raises(NewerDocumentError):
        read_order(envelope, [CENTRE.public])


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"payload":1}', b" " * (MAXIMUM_BYTES + 1)])
def test_what_is_no_envelope_is_refused_by_name(data: bytes) -> None:
    for read in (lambda: read_order(data, [CENTRE.public]), lambda: told_by(data)):
        with pytest.raises((dsse.BadEnvelopeError, BadDocumentError)):
            read()


def test_an_order_is_for_one_sitting_at_one_station() -> None:
    order = an_order()
    require_for(order, sitting="sit_1", admission_id="adm_1", station=STATION)
    with pytest.raises(OrderForOtherSittingError):
        require_for(order, sitting="sit_2", admission_id="adm_1", station=STATION)
    with pytest.raises(OrderForOtherSittingError):
        require_for(order, sitting="sit_1", admission_id="adm_2", station=STATION)
    with pytest.raises(OrderForOtherStationError):
        require_for(order, sitting="sit_1", admission_id="adm_1", station="2c" * 32)


def test_an_order_that_names_no_sitting_is_for_any_of_the_admission() -> None:
    order = an_order(sitting=None)
    require_for(order, sitting="sit_9", admission_id="adm_1", station=STATION)
    with pytest.raises(OrderForOtherSittingError):
        require_for(order, sitting="sit_9", admission_id="adm_2", station=STATION)


def test_order_ids_are_fresh_and_fit() -> None:
    assert an_order(order_id=new_order_id()).order_id != new_order_id()


UNSEEN = {
    "turns-right-to-left": "\u202e",
    "isolates": "\u2066",
    "ends-isolation": "\u2069",
    "mark": "\u200f",
    "arabic-mark": "\u061c",
    "no-width": "\u200b",
    "byte-order": "\ufeff",
    "tag": "\U000e0041",
    "private": "\ue000",
}


@pytest.mark.parametrize("character", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("who", lambda text: {"who": text}),
        ("reason", lambda text: {"reason": text}),
        ("text", lambda text: {"act": {"kind": "message", "text": text}}),
    ],
    ids=["who", "reason", "text"],
)
def test_what_nobody_sees_is_neither_ordered_nor_taken_and_what_was_is_read(
    field: str, changes: Callable[[str], dict[str, Any]], character: str
) -> None:
    given = fields() | changes(f"Pat {character}Lee")
    with pytest.raises(UnseenCharacterError) as told:
        make_order(given)
    assert told.value.params == {"field": field, "character": f"U+{ord(character):04X}"}
    before = issue_order(ProctorOrder.model_validate(given), CENTRE)
    with pytest.raises(UnseenCharacterError):
        require_seen(read_order(before, [CENTRE.public]).order)
    assert told_by(before) == read_order(before, [CENTRE.public]).order


@pytest.mark.parametrize("text", ["José Ñandú", "می\u200cخواهم", "क्\u200dष", "10\u00a0%", "👩\u200d⚕️", "שלום"])
def test_names_and_words_of_every_script_are_ordered(text: str) -> None:
    assert make_order(fields(who=text, reason=text)).who == text
