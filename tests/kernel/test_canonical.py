"""Canonical JSON: the bytes of RFC 8785, and a strict reader."""

from enum import IntEnum, StrEnum

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from pocus_desktop.kernel import canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


class Kind(StrEnum):
    """A text of a document."""

    A = "a"


class Number(IntEnum):
    """A number of a document."""

    A = 7


def test_the_example_of_the_rfc() -> None:
    value: canonical.Json = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\u000aA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical.encode(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@given(JSON | st.floats(allow_nan=False, allow_infinity=False))
@example({"\U0001f600": 1, "\uffff": [], "a": {}, "": []})  # by UTF-16, the first comes before the second
@example({"\x7f\u2028": '\x00\x1f\x7f\u2028"\\/'})
@example([Kind.A, Number.A, True, None, 2**53 - 1, -(2**53) + 1])
def test_what_is_written_is_what_the_library_of_the_rfc_writes_and_reads_back(value: canonical.Json) -> None:
    written = canonical.encode(value)
    assert written == rfc8785.dumps(value)
    assert isinstance(value, float) or canonical.decode(written) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"a":1,"a":2}', b"NaN", b"[Infinity]", b"1e999", b"\xff", b"[" * 100_000, b'{"a":{"b":1,"b":1}}'],
    ids=[
        "nothing",
        "cut",
        "repeated key",
        "NaN",
        "infinity",
        "too large a number",
        "not UTF-8",
        "too deep",
        "repeated key inside",
    ],
)
def test_bytes_that_are_not_strict_json_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(canonical.BadJsonError) as refused:
        canonical.decode(data)
    assert refused.value.code == "kernel.bad_json"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: 2}, b"", {"a": {1}}]
)
def test_values_without_a_canonical_form_are_refused_by_name(value: canonical.Json) -> None:
    with pytest.raises(canonical.NotCanonicalError):
        canonical.encode(value)
