"""Hexadecimal and base64: one text for one sequence of bytes."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, from_hex, to_base64


@given(st.binary())
def test_base64_comes_back_from_either_alphabet(data: bytes) -> None:
    assert from_base64(to_base64(data), field="f") == data
    assert from_base64(base64.urlsafe_b64encode(data).decode(), field="f") == data


@given(st.binary())
def test_hexadecimal_comes_back_in_either_case(data: bytes) -> None:
    assert from_hex(data.hex(), field="f") == data
    assert from_hex(data.hex().upper(), field="f") == data


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("+_==", id="both-alphabets"),
        pytest.param("aGk", id="no-padding"),
        pytest.param("aGk==", id="too-much-padding"),
        pytest.param("aGl=", id="unused-bits-set"),
        pytest.param("aGk=\n", id="line-break"),
        pytest.param(" aGk=", id="space"),
        pytest.param("aGk=aGk=", id="padding-inside"),
        pytest.param("a", id="one-character"),
        pytest.param("=", id="padding-alone"),
        pytest.param("äöüß", id="not-ascii"),
    ],
)
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(BadEncodingError) as refused:
        from_base64(text, field="payload")
    assert refused.value.code == "crypto.bad_encoding"
    assert refused.value.params["field"] == "payload"


@pytest.mark.parametrize("text", ["0", "0g", "0x00", " 00", "00\n", "٠٠"])
def test_other_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(BadEncodingError):
        from_hex(text, field="key")


@settings(max_examples=300)
@given(st.text())
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for read in (from_base64, from_hex):
        try:
            data = read(text, field="f")
        except BadEncodingError:
            continue
        assert isinstance(data, bytes)
