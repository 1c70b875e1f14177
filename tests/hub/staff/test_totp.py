"""RFC 6238 by its own vectors, and the rules for a code that comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.crypto import totp

SEEDS = {"sha1": b"12345678901234567890", "sha256": b"1234567890" * 3 + b"12", "sha512": b"1234567890" * 6 + b"1234"}
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]


@pytest.mark.parametrize(("at_s", "sha1", "sha256", "sha512"), VECTORS)
def test_codes_are_those_of_the_rfc(at_s: int, sha1: str, sha256: str, sha512: str) -> None:
    for algorithm, code in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        assert totp.code_at(SEEDS[algorithm], at_s // 30, digits=8, algorithm=algorithm) == code


@given(now=st.integers(10, 10**9), back=st.integers(-3, 3), after=st.integers(-3, 3))
def test_a_code_counts_about_now_and_after_the_last_one_only(now: int, back: int, after: int) -> None:
    secret = SEEDS["sha1"]
    code = totp.code_at(secret, now + back)
    step = totp.accepted_step(secret, f"{code[:3]} {code[3:]}", now_ms=now * 30_000 + 29_999, after=now + after)
    if step is None:
        assert abs(back) > 1 or back <= after
    else:
        assert abs(step - now) <= 1
        assert step > now + after


def test_the_address_is_what_apps_read() -> None:
    told = totp.address(b"12345678901234567890", issuer="POCUS academy", login="ada@example.org")
    assert told == (
        "otpauth://totp/POCUS%20academy%3Aada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=POCUS%20academy&digits=6&period=30"
    )
    assert len(totp.new_secret()) == 20
