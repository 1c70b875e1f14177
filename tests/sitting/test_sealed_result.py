"""The sealed result: opened by its recipients as it was sealed, and refused by name when anything about it is wrong."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.admission.errors import NoRecipientError, SittingError
from pocus_desktop.crypto import chunked, dsse, hpke
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import intents, sealed
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import (
    BadHistoryError,
    HandedInError,
    NewerSealedResultError,
    NotForThisKeyError,
    NotSealedResultError,
    SealedResultAlteredError,
    SealedResultCutError,
    SealedResultTooLargeError,
    UnknownStationError,
)
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.receipt import issue_receipt, verify_receipt
from pocus_desktop.sitting.sealed import SealedResult
from tests.sitting.world import World, to_femoral, to_review

ACADEMY = SealingKey.from_seed(b"\x07" * 32)
STATION = SigningKey.from_seed(b"\x08" * 32)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sealed result."""
    world = World(folder=tmp_path_factory.mktemp("sealed"), academy=ACADEMY)
    world.station = replace(world.station, signing=STATION)
    sitting = to_review(world.begin())
    sitting.handle(intents.HandIn(is_confirmed=True))
    world.close()
    assert sitting.sealed is not None
    return Path(sitting.sealed.sealed_path).read_bytes()


def front_of(data: bytes) -> tuple[dict[str, Any], int]:
    """The header and where the body begins."""
    size = int.from_bytes(data[8:12], "big")
    header = canonical.decode(data[12 : 12 + size])
    assert isinstance(header, dict)
    return header, 12 + size


def with_header(data: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The same body behind another header."""
    header, end = front_of(data)
    changed = change(header)
    written = canonical.encode(header if changed is None else changed)
    return data[:8] + len(written).to_bytes(4, "big") + written + data[end:]


def resealed(
    data: bytes,
    change: Callable[[dict[str, Any]], Any] = lambda _document: None,
    *,
    signer: SigningKey = STATION,
    payload_type: str = sealed.PAYLOAD_TYPE,
    pack: Callable[[bytes], bytes] = zlib.compress,
) -> bytes:
    """The same header before a body that was changed, signed and encrypted again by someone with the key."""
    header, end = front_of(data)
    info = b"pocus sealed result v1\x00" + header["sitting"].encode()
    key = hpke.open_sealed(ACADEMY, sealed.Header.model_validate(header).recipients[0].sealed, info=info)
    context = b"pocus sealed result v1\x00" + bytes.fromhex(canonical.digest(data[:end]))
    envelope = dsse.Envelope.parse(chunked.decrypt(key, context, data[end:]))
    document = canonical.decode(zlib.decompress(envelope.payload))
    assert isinstance(document, dict)
    change(document)
    again = dsse.sign(payload_type, pack(canonical.encode(document)), [signer])
    return data[:end] + chunked.encrypt(key, context, again.to_bytes())


def test_what_was_sealed_is_opened(world: World) -> None:
    sitting = to_review(world.begin())
    taken: list[SealedResult] = []
    sitting.on_sealed(taken.append)
    sitting.handle(intents.HandIn(is_confirmed=True))
    (result,) = taken
    data = result.path.read_bytes()
    assert result.path.name == result.digest == canonical.digest(data)
    opened = sealed.open_sealed_result(data, [world.academy], stations=[world.station.signing.public])
    assert opened.events == sitting.recorded
    assert replay(Course(world.assessment, can_jump=False, seed=0), opened.events) == sitting.state
    assert (opened.is_partial, opened.header.last_seq) == (False, result.last_seq)
    assert opened.admission == (result.path.parent / "admission.dsse.json").read_bytes()


def test_nothing_of_the_candidate_is_readable(good: bytes) -> None:
    assert not [word for word in (b"C-17", b"Ana Roe", b"flight", b"answered") if word in good]


def test_every_recipient_and_retired_key_opens_it(world: World) -> None:
    others = [SealingKey.generate() for _ in range(2)]
    sitting = to_femoral(world.begin(recipients=tuple(key.public for key in others)))
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert sitting.sealed is not None
    data = Path(sitting.sealed.sealed_path).read_bytes()
    for key in others:
        assert sealed.open_sealed_result(data, [SealingKey.generate(), key]).events == sitting.recorded
    with pytest.raises(NotForThisKeyError):
        sealed.open_sealed_result(data, [world.academy])


def test_a_partial_result_while_the_sitting_goes_on(world: World) -> None:
    sitting = to_femoral(world.begin())
    taken: list[SealedResult | PocusError] = []
    sitting.seal_partial(taken.append)
    (result,) = taken
    assert isinstance(result, SealedResult)
    opened = sealed.open_sealed_result(result.path.read_bytes(), [world.academy])
    assert (opened.is_partial, opened.events) == (True, sitting.recorded)
    sitting.handle(intents.GoNext(is_confirmed=True))
    sitting.close()
    assert world.again().state.place.step == "again"


def test_a_survey_supersedes_the_first_result(world: World) -> None:
    sitting = to_review(world.begin())
    taken: list[SealedResult] = []
    sitting.on_sealed(taken.append)
    sitting.handle(intents.HandIn(is_confirmed=True))
    sitting.handle(intents.GoNext())
    sitting.handle(intents.AnswerSurvey(answers=(("ease", "easy"),)))
    first, second = taken
    assert second.last_seq > first.last_seq
    opened = sealed.open_sealed_result(second.path.read_bytes(), [world.academy])
    assert replay(Course(world.assessment, can_jump=False, seed=0), opened.events).survey == (("ease", "easy"),)
    assert first.path.is_file()


def test_word_of_an_earlier_result_is_not_taken_for_the_latest(world: World) -> None:
    sitting = to_review(world.begin())
    taken: list[SealedResult] = []
    sitting.on_sealed(taken.append)
    for intent in (intents.HandIn(is_confirmed=True), intents.GoNext(), intents.AnswerSurvey(answers=(("ease", "1"),))):
        sitting.handle(intent)
    first, second = taken
    sitting.note_delivery(first.digest, "received")
    assert sitting.sealed is not None
    assert (sitting.sealed.sealed_digest, sitting.sealed.state) == (second.digest, "waiting")
    sitting.note_delivery(second.digest, "received")
    assert sitting.sealed.state == "received"


def test_a_skipped_survey_seals_nothing_more(world: World) -> None:
    sitting = to_review(world.begin())
    taken: list[SealedResult] = []
    sitting.on_sealed(taken.append)
    for intent in (intents.HandIn(is_confirmed=True), intents.GoNext(), intents.AnswerSurvey()):
        sitting.handle(intent)
    assert len(taken) == 1


def test_a_sitting_handed_in_is_shown_and_left_when_opened_again(world: World) -> None:
    sitting = to_review(world.begin())
    sitting.handle(intents.HandIn(is_confirmed=True))
    sitting.close()
    again = world.again()
    assert again.sealed == sitting.sealed
    assert again.view().screen == sitting.view().screen
    taken: list[SealedResult | PocusError] = []
    again.seal_partial(taken.append)
    assert [type(one) for one in taken] == [HandedInError]
    again.tick()
    assert again.next_due_ms() is None
    again.handle(intents.GoNext())
    assert type(again.view().screen).__name__ == "FarewellView"


def test_without_a_recipient_nothing_is_sealed(world: World) -> None:
    sitting = to_femoral(world.begin())
    with pytest.raises(NoRecipientError):
        sealed.seal_bytes(
            sitting.recorded,
            admission=b"",
            head=b"",
            station=STATION,
            recipients=[],
            sealed_at_ms=0,
            is_partial=True,
        )


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], type[SittingError]]] = {
    "empty": (lambda _data: b"", NotSealedResultError),
    "another kind of file": (lambda data: b"PK\x03\x04" + data[4:], NotSealedResultError),
    "format of a newer program": (lambda data: data[:7] + b"\x02" + data[8:], NewerSealedResultError),
    "format zero": (lambda data: data[:7] + b"\x00" + data[8:], NotSealedResultError),
    "cut in the magic": (lambda data: data[:5], SealedResultCutError),
    "cut in the header": (lambda data: data[:40], SealedResultCutError),
    "a header of 4 GiB": (lambda data: data[:8] + b"\xff" * 4 + data[12:], NotSealedResultError),
    "a header that is not JSON": (lambda data: data[:12] + b"x" + data[13:], NotSealedResultError),
    "a header that is a list": (lambda data: with_header(data, lambda _header: []), NotSealedResultError),
    "a header without recipients": (
        lambda data: with_header(data, lambda h: h.update(recipients=[])),
        NotSealedResultError,
    ),
    "a header with a text for a number": (
        lambda data: with_header(data, lambda h: h.update(last_seq="9")),
        NotSealedResultError,
    ),
    "a key that is not base64": (
        lambda data: with_header(data, lambda h: h["recipients"][0].update(sealed="*")),
        NotSealedResultError,
    ),
    "a key sealed for something else": (
        lambda data: with_header(data, lambda h: h["recipients"][0].update(sealed=to_base64(b"\x09" * 80))),
        SealedResultAlteredError,
    ),
    "a key of the wrong size": (
        lambda data: with_header(
            data,
            lambda h: h["recipients"][0].update(
                sealed=to_base64(
                    hpke.seal(ACADEMY.public, b"short", info=b"pocus sealed result v1\x00" + h["sitting"].encode())
                )
            ),
        ),
        SealedResultAlteredError,
    ),
    "another sitting in the header": (
        lambda data: with_header(data, lambda h: h.update(sitting="sit_other")),
        SealedResultAlteredError,
    ),
    "fewer events in the header": (
        lambda data: with_header(data, lambda h: h.update(last_seq=3)),
        SealedResultAlteredError,
    ),
    "a field added to the header": (lambda data: with_header(data, lambda h: h.update(x=1)), SealedResultAlteredError),
    "no body": (lambda data: data[: front_of(data)[1]], SealedResultCutError),
    "a body cut by a byte": (lambda data: data[:-1], SealedResultAlteredError),
    "a byte of the body changed": (
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        SealedResultAlteredError,
    ),
    "bytes after the body": (lambda data: data + b"x", SealedResultAlteredError),
    "signed by someone else": (lambda data: resealed(data, signer=SigningKey.generate()), SealedResultAlteredError),
    "another payload type": (lambda data: resealed(data, payload_type="text/plain"), SealedResultAlteredError),
    "a station without a key": (lambda data: resealed(data, lambda d: d.pop("station")), SealedResultAlteredError),
    "a payload that is not packed": (lambda data: resealed(data, pack=lambda plain: plain), SealedResultAlteredError),
    "a payload cut short": (
        lambda data: resealed(data, pack=lambda plain: zlib.compress(plain)[:-3]),
        SealedResultAlteredError,
    ),
    "a payload that is not JSON": (
        lambda data: resealed(data, pack=lambda _plain: zlib.compress(b"\xff")),
        SealedResultAlteredError,
    ),
    "a payload that is a list": (
        lambda data: resealed(data, pack=lambda _plain: zlib.compress(b"[]")),
        SealedResultAlteredError,
    ),
    "a payload that unpacks without end": (
        lambda data: resealed(data, pack=lambda _plain: zlib.compress(b" " * (65 * 1024 * 1024), 9)),
        SealedResultTooLargeError,
    ),
    "a payload of countless parts": (
        lambda data: resealed(data, pack=lambda _plain: zlib.compress(b"[" + b"[]," * 1_000_000 + b"[]]", 9)),
        SealedResultTooLargeError,
    ),
    "a partial result that says it is whole": (
        lambda data: resealed(data, lambda d: d.update(is_partial=True)),
        SealedResultAlteredError,
    ),
    "an event missing in the middle": (
        lambda data: resealed(data, lambda d: d["events"].pop(5)),
        SealedResultAlteredError,
    ),
    "the last event missing": (lambda data: resealed(data, lambda d: d["events"].pop()), SealedResultAlteredError),
    "no events": (lambda data: resealed(data, lambda d: d.pop("events")), SealedResultAlteredError),
    "events of another admission": (
        lambda data: resealed(data, lambda d: d["events"][0]["event"].update(admission_id="adm_2")),
        SealedResultAlteredError,
    ),
    "another admission": (
        lambda data: resealed(data, lambda d: d.update(admission=to_base64(b"{}"))),
        SealedResultAlteredError,
    ),
    "an admission that is not base64": (
        lambda data: resealed(data, lambda d: d.update(admission="*")),
        SealedResultAlteredError,
    ),
    "no admission": (lambda data: resealed(data, lambda d: d.pop("admission")), SealedResultAlteredError),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_malformed_sealed_result_is_refused_by_name(good: bytes, name: str) -> None:
    change, error = HOSTILE[name]
    with pytest.raises(error) as caught:
        sealed.open_sealed_result(change(good), [ACADEMY])
    assert type(caught.value) is error
    assert caught.value.explain().next


def test_an_event_that_is_none_is_refused_by_name(good: bytes) -> None:
    bad = resealed(good, lambda d: d["events"][6]["event"].update(type="teleported"))
    with pytest.raises(SittingError, match=r"sitting\.bad_event"):
        sealed.open_sealed_result(bad, [ACADEMY])
    newer = resealed(good, lambda d: d["events"][6]["event"].update(v=2))
    with pytest.raises(SittingError, match=r"sitting\.newer_event"):
        sealed.open_sealed_result(newer, [ACADEMY])


def test_a_station_that_is_not_enrolled_is_refused(good: bytes) -> None:
    with pytest.raises(UnknownStationError):
        sealed.open_sealed_result(good, [ACADEMY], stations=[SigningKey.generate().public])
    assert sealed.open_sealed_result(good, [ACADEMY], stations=[STATION.public]).station == STATION.public


def test_events_of_another_assessment_do_not_replay(good: bytes, world: World) -> None:
    other = world.assessment.model_copy(update={"id": "lung-small"})
    with pytest.raises(BadHistoryError):
        replay(Course(other, can_jump=False, seed=0), sealed.open_sealed_result(good, [ACADEMY]).events)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), change=st.integers(min_value=1, max_value=255), is_cut=st.booleans())
def test_no_change_goes_unnoticed_and_none_escapes_our_words(
    good: bytes, place: int, change: int, *, is_cut: bool
) -> None:
    at = place % len(good)
    bad = good[:at] if is_cut else good[:at] + bytes((good[at] ^ change,)) + good[at + 1 :]
    with pytest.raises(PocusError) as caught:
        sealed.open_sealed_result(bad, [ACADEMY])
    assert caught.value.code.startswith("sitting.")


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_at_all_are_refused_by_name(data: bytes) -> None:
    for candidate in (data, b"POCUSSR\x01" + data):
        with pytest.raises(SittingError):
            sealed.open_sealed_result(candidate, [ACADEMY])


HUB = SigningKey.from_seed(b"\x0a" * 32)


def receipt(**changes: Any) -> bytes:
    """A receipt."""
    given_: dict[str, Any] = {
        "sealed_digest": "cd" * 32,
        "sitting": "sit_1",
        "last_seq": 9,
        "received_at_ms": 1,
        "is_partial": False,
    }
    return issue_receipt(HUB, **{**given_, **changes})


def test_a_receipt_is_the_hubs_word() -> None:
    verified = verify_receipt(receipt(), [SigningKey.generate().public, HUB.public], sealed_digest="cd" * 32)
    assert (verified.sitting, verified.last_seq, verified.key_id) == ("sit_1", 9, HUB.key_id)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"{}", "crypto.bad_envelope"),
        (lambda: dsse.sign("text/plain", b"{}", [HUB]).to_bytes(), "crypto.wrong_payload_type"),
        (
            lambda: issue_receipt(
                SigningKey.generate(),
                **dict.fromkeys(("sealed_digest",), "ab" * 32),
                sitting="s",
                last_seq=1,
                received_at_ms=1,
                is_partial=False,
            ),
            "crypto.not_enough_signatures",
        ),
        (lambda: dsse.sign("application/vnd.pocus.receipt.v1+json", b"[", [HUB]).to_bytes(), "sitting.bad_receipt"),
        (lambda: dsse.sign("application/vnd.pocus.receipt.v1+json", b"{}", [HUB]).to_bytes(), "sitting.bad_receipt"),
        (lambda: receipt(sealed_digest="ab" * 32), "sitting.other_receipt"),
    ],
    ids=["no envelope", "another document", "another hub", "not JSON", "without fields", "another result"],
)
def test_a_receipt_that_is_not_one_is_refused_by_name(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(PocusError) as caught:
        verify_receipt(make(), [HUB.public], sealed_digest="cd" * 32)
    assert caught.value.code == code


def test_a_receipt_names_the_key_that_signed() -> None:
    document = canonical.decode(dsse.Envelope.parse(receipt()).payload)
    assert isinstance(document, dict)
    other = canonical.encode({**document, "key_id": SigningKey.generate().key_id})
    envelope = dsse.sign("application/vnd.pocus.receipt.v1+json", other, [HUB]).to_bytes()
    with pytest.raises(PocusError, match=r"sitting\.bad_receipt"):
        verify_receipt(envelope, [HUB.public])


def test_a_receipt_of_a_time_that_no_calendar_has_is_none() -> None:
    document = canonical.decode(dsse.Envelope.parse(receipt()).payload)
    assert isinstance(document, dict)
    for received_at_ms in (-1, 1_767_225_600_000_000):
        other = canonical.encode({**document, "received_at_ms": received_at_ms})
        envelope = dsse.sign("application/vnd.pocus.receipt.v1+json", other, [HUB]).to_bytes()
        with pytest.raises(PocusError, match=r"sitting\.bad_receipt"):
            verify_receipt(envelope, [HUB.public])
