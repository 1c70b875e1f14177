"""Secrets and codes of the room: known values of another implementation, who opens a secret, what is no code."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import room_code
from pocus_desktop.admission.admission import Admission, Candidate, SealedContentKey, StationKeys
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import BadChallengeError, Challenge, read_challenge
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical

SECRET = bytes(range(32))
DIGEST = "ab" * 32
HUB = SigningKey.generate()
DESK, CENTRE = StationKeys.generate(), StationKeys.generate()

KNOWN = [
    ("start", 0, 1, "10000180", "80704911", "63061501"),
    ("resume", 0, 2, "20000291", "39426850", "92701353"),
    ("time", 5, 3, "30500362", "05360912", "87086322"),
    ("time", 15, 999, "31599974", "48472397", "61576174"),
    ("unlock", 0, 12, "40001299", "75965750", "04650370"),
    ("move", 0, 1, "50000104", "92467008", "07769734"),
    ("sign-in", 0, 1, "60000185", "23258618", "63733344"),
]
"""For the secret 00 to 1f: purpose, minutes, number, challenge, and the two codes as python-oath 1.4.5 gives them."""


def admitted(**changes: Any) -> Admission:
    given: dict[str, Any] = {
        "admission_id": "adm_1",
        "candidate": Candidate(id="C-17", display_name="Ana Roe"),
        "bundle_id": "dvt",
        "mode": Mode.TRIAL,
        "recipients": (SealingKey.generate().public,),
    }
    return Admission(**{**given, **changes})


@pytest.mark.parametrize(("purpose", "minutes", "number", "digits", "device", "book"), KNOWN)
def test_codes_are_what_another_implementation_reckons(
    purpose: room_code.Purpose, minutes: int, number: int, digits: str, device: str, book: str
) -> None:
    challenge = Challenge(purpose=purpose, minutes=minutes, number=number, admission_digest=DIGEST)
    assert challenge.digits == digits
    assert room_code.response(SECRET, "device", challenge) == device
    assert room_code.response(SECRET, "book", challenge) == book
    assert room_code.source_of(SECRET, challenge, f"{book[:4]} {book[4:]}") == "book"


@given(typed=st.text(max_size=20) | st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_whatever_is_typed_is_a_challenge_of_its_own_digits_or_refused(typed: str) -> None:
    try:
        found = read_challenge(typed, DIGEST)
    except BadChallengeError:
        return
    assert found.digits == room_code.plain(typed)


@given(typed=st.text(max_size=12))
def test_no_text_but_the_code_itself_counts(typed: str) -> None:
    challenge = Challenge(purpose="start", number=1, admission_digest=DIGEST)
    is_right = room_code.plain(typed) in {"80704911", "63061501"}
    assert (room_code.source_of(SECRET, challenge, typed) is not None) == is_right


def test_a_secret_opens_for_whom_it_is_sealed_to_and_for_its_admission_only() -> None:
    sealed = room_code.seal_secret(SECRET, [DESK.sealing.public, CENTRE.sealing.public], admission_id="adm_1")
    found = admitted(code_secrets=sealed)
    assert room_code.open_secret(found, [DESK.sealing]) == SECRET
    assert room_code.open_secret(found, [CENTRE.sealing]) == SECRET
    assert room_code.open_secret(found, [SealingKey.generate()]) is None
    assert room_code.open_secret(admitted(admission_id="adm_2", code_secrets=sealed), [DESK.sealing]) is None
    short = hpke.seal(DESK.sealing.public, b"short", info=b"pocus code secret v1\x00adm_1")
    bad = SealedContentKey(key_id=DESK.sealing.key_id, sealed=short)
    assert room_code.open_secret(admitted(code_secrets=(bad,)), [DESK.sealing]) is None


def test_an_admission_that_was_issued_before_there_were_codes_is_read() -> None:
    document = admitted().model_dump(mode="json")
    del document["code_secrets"]
    envelope = dsse.sign(admissions.PAYLOAD_TYPE, canonical.encode(document), [HUB]).to_bytes()
    found = admissions.verify(envelope, [HUB.public]).admission
    assert found.code_secrets == ()
    assert room_code.open_secret(found, [DESK.sealing]) is None


def test_neither_secret_nor_codes_stand_readable_in_an_admission() -> None:
    sealed = room_code.seal_secret(SECRET, [DESK.sealing.public], admission_id="adm_1")
    envelope = admissions.issue(admitted(code_secrets=sealed), [HUB])
    payload = json.loads(dsse.Envelope.parse(envelope).payload)
    assert SECRET.hex() not in json.dumps(payload)
    assert len(payload["code_secrets"]) == 1


@pytest.mark.parametrize(
    ("source", "purpose", "start_code", "sign_in_code", "is_needed"),
    [
        ("device", "unlock", "s", "c", False),
        ("book", "unlock", "s", "c", True),
        ("book", "time", "s", None, True),
        ("book", "sign-in", "s", "c", True),
        ("book", "start", "s", "c", False),
        ("book", "start", "s", None, True),
        ("book", "unlock", None, "c", False),
    ],
)
def test_what_a_code_needs_beside_it(
    source: room_code.Source,
    purpose: room_code.Purpose,
    start_code: str | None,
    sign_in_code: str | None,
    is_needed: bool,
) -> None:
    found = admitted(start_code=start_code, sign_in_code=sign_in_code)
    assert room_code.needs_start_code(source, purpose, found) == is_needed
