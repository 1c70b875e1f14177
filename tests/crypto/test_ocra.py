"""OCRA: the vectors of RFC 6287 appendix C, those of another implementation, HOTP, and what is refused."""

import hmac
import json
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.crypto.ocra import BadOcraError, Suite, is_response, truncated

ROWS: Final[list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "crypto" / "ocra.json").read_text()
)
EVERYTHING: Final = Suite.parse("OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1-S010-T1M")


def _bytes(row: dict[str, Any], name: str) -> bytes | None:
    return bytes.fromhex(row[name]) if name in row else None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['section']} {row['suite']} {row['question'][:12]}")
def test_a_public_vector(row: dict[str, Any]) -> None:
    found = Suite.parse(row["suite"]).respond(
        bytes.fromhex(row["key"]),
        row["question"],
        counter=row.get("counter"),
        pin_digest=_bytes(row, "pin_digest"),
        session=_bytes(row, "session"),
        steps=row.get("steps"),
    )
    assert found == row["response"]


@given(key=st.binary(min_size=16, max_size=64), counter=st.integers(0, 2**63), digits=st.integers(6, 8))
def test_truncation_is_that_of_hotp(key: bytes, counter: int, digits: int) -> None:
    mac = hmac.digest(key, counter.to_bytes(8), "sha1")
    assert truncated(mac, digits) == HOTP(key, digits, SHA1()).generate(counter).decode()


def test_without_truncation_the_whole_hmac_comes_out() -> None:
    assert len(Suite.parse("OCRA-1:HOTP-SHA512-0:QN08").respond(b"k" * 20, "12345678")) == 128


@pytest.mark.parametrize(
    "name",
    [
        "",
        "OCRA-1",
        "OCRA-2:HOTP-SHA1-6:QN08",
        "OCRA-1:TOTP-SHA1-6:QN08",
        "OCRA-1:HOTP-SHA1-3:QN08",
        "OCRA-1:HOTP-SHA1-11:QN08",
        "OCRA-1:HOTP-MD5-6:QN08",
        "OCRA-1:HOTP-SHA1-6:QN03",
        "OCRA-1:HOTP-SHA1-6:QN65",
        "OCRA-1:HOTP-SHA1-6:QX08",
        "OCRA-1:HOTP-SHA1-6:C",
        "OCRA-1:HOTP-SHA1-6:QN08-C",
        "OCRA-1:HOTP-SHA1-6:QN08-T60S",
        "OCRA-1:HOTP-SHA1-6:QN08-T49H",
        "OCRA-1:HOTP-SHA1-6:QN08:",
        "ocra-1:hotp-sha1-6:qn08",
    ],
)
def test_a_suite_that_there_is_not(name: str) -> None:
    with pytest.raises(BadOcraError):
        Suite.parse(name)


def _respond(question: str = "12345678", **changes: object) -> str:
    given: dict[str, Any] = {"counter": 1, "pin_digest": bytes(20), "session": bytes(10), "steps": 1, **changes}
    return EVERYTHING.respond(b"k" * 32, question, **given)


@pytest.mark.parametrize(
    "changes",
    [
        {"counter": None},
        {"counter": -1},
        {"counter": 2**64},
        {"pin_digest": None},
        {"pin_digest": bytes(32)},
        {"session": None},
        {"session": bytes(9)},
        {"steps": None},
        {"question": ""},
        {"question": "12 45678"},
        {"question": "ABCDEFGH"},
        {"question": "١٢٣٤٥٦٧٨"},
        {"question": "9" * 400},
    ],
)
def test_an_input_that_the_suite_does_not_fit(changes: dict[str, Any]) -> None:
    with pytest.raises(BadOcraError):
        _respond(**changes)
    with pytest.raises(BadOcraError):  # what a suite does not ask for is not passed over
        Suite.parse("OCRA-1:HOTP-SHA1-6:QN08").respond(b"k", "12345678", counter=1)


def test_a_hexadecimal_question_of_another_form() -> None:
    with pytest.raises(BadOcraError):
        Suite.parse("OCRA-1:HOTP-SHA1-6:QH08").respond(b"k", "1234567g")


def test_every_input_changes_the_response() -> None:
    said = {
        _respond(),
        _respond("12345679"),
        _respond(counter=2),
        _respond(pin_digest=b"\1" * 20),
        _respond(session=b"\1" * 10),
        _respond(steps=2),
        Suite.parse("OCRA-1:HOTP-SHA256-8:C-QN09-PSHA1-S010-T1M").respond(
            b"k" * 32, "12345678", counter=1, pin_digest=bytes(20), session=bytes(10), steps=1
        ),
    }
    assert len(said) == 7


def test_a_response_is_itself_and_no_other() -> None:
    assert is_response("01234567", "01234567")
    assert not is_response("01234567", "0123456")
    assert not is_response("01234567", "٠1234567")
