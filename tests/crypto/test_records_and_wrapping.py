"""AES-256-GCM records, HKDF-SHA256 and AES key wrapping: RFC vectors and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto import aead, derive, wrap

KEY, NONCE = bytes(range(32)), bytes(12)

# RFC 3394 section 4.6: 256 bits of key data under a 256-bit key.
RFC_3394_KEK = bytes.fromhex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")
RFC_3394_KEY = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
RFC_3394_WRAPPED = bytes.fromhex("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")


@settings(deadline=None)
@given(plaintext=st.binary(max_size=200), aad=st.binary(max_size=50))
def test_a_record_opens_where_it_belongs(plaintext: bytes, aad: bytes) -> None:
    sealed = aead.seal(KEY, NONCE, plaintext, aad)
    assert len(sealed) == len(plaintext) + aead.TAG_BYTES
    assert aead.open_sealed(KEY, NONCE, sealed, aad) == plaintext
    for key, nonce, other in ((bytes(32), NONCE, aad), (KEY, b"\1" * 12, aad), (KEY, NONCE, aad + b"\0")):
        with pytest.raises(aead.CannotDecryptError):
            aead.open_sealed(key, nonce, sealed, other)


def test_every_altered_byte_and_every_cut_of_a_record_is_refused() -> None:
    sealed = aead.seal(KEY, NONCE, b"an answer", b"seq 1")
    for at in range(len(sealed)):
        for altered in (sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], sealed[:at]):
            with pytest.raises(aead.CannotDecryptError):
                aead.open_sealed(KEY, NONCE, altered, b"seq 1")


def test_a_record_from_the_gcm_specification() -> None:
    # NIST GCM specification, test case 14: 256-bit zero key, zero nonce, one zero block.
    sealed = aead.seal(bytes(32), bytes(12), bytes(16), b"")
    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"


@pytest.mark.parametrize(("key", "nonce"), [(16, 12), (31, 12), (32, 11), (32, 16), (0, 0)])
def test_a_record_key_or_nonce_of_another_size_is_refused(key: int, nonce: int) -> None:
    with pytest.raises(aead.BadRecordKeyError):
        aead.seal(bytes(key), bytes(nonce), b"", b"")
    with pytest.raises(aead.BadRecordKeyError):
        aead.open_sealed(bytes(key), bytes(nonce), bytes(16), b"")


def test_hkdf_of_rfc_5869() -> None:
    first = derive.hkdf(
        bytes.fromhex("0b" * 22),
        salt=bytes.fromhex("000102030405060708090a0b0c"),
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
    )
    assert first.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    third = derive.hkdf(bytes.fromhex("0b" * 22), info=b"", length=42)
    assert third.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"


def test_each_purpose_has_its_own_key() -> None:
    assert derive.hkdf(KEY, info=b"a") != derive.hkdf(KEY, info=b"b")
    assert len(derive.hkdf(KEY, info=b"a")) == 32
    assert len(derive.hkdf(KEY, info=b"a", length=derive.MAXIMUM_BYTES)) == derive.MAXIMUM_BYTES


@pytest.mark.parametrize("length", [-1, 0, derive.MAXIMUM_BYTES + 1])
def test_a_length_that_hkdf_does_not_give_is_refused(length: int) -> None:
    with pytest.raises(derive.BadDerivedLengthError):
        derive.hkdf(KEY, info=b"", length=length)


def test_the_vector_of_rfc_3394() -> None:
    assert wrap.wrap(RFC_3394_KEK, RFC_3394_KEY) == RFC_3394_WRAPPED
    assert wrap.unwrap(RFC_3394_KEK, RFC_3394_WRAPPED) == RFC_3394_KEY


def test_every_altered_byte_and_every_cut_of_a_wrapped_key_is_refused() -> None:
    for at in range(len(RFC_3394_WRAPPED)):
        flipped = RFC_3394_WRAPPED[:at] + bytes([RFC_3394_WRAPPED[at] ^ 1]) + RFC_3394_WRAPPED[at + 1 :]
        for altered in (flipped, RFC_3394_WRAPPED[:at]):
            with pytest.raises(wrap.CannotUnwrapError):
                wrap.unwrap(RFC_3394_KEK, altered)
    with pytest.raises(wrap.CannotUnwrapError):
        wrap.unwrap(bytes(32), RFC_3394_WRAPPED)


@given(st.binary(max_size=100))
def test_other_bytes_are_no_wrapped_key(data: bytes) -> None:
    with pytest.raises(wrap.CannotUnwrapError):
        wrap.unwrap(RFC_3394_KEK, data)


@pytest.mark.parametrize(("kek", "key"), [(16, 32), (31, 32), (32, 8), (32, 0), (32, 17)])
def test_a_key_of_a_size_that_cannot_be_wrapped_is_refused(kek: int, key: int) -> None:
    with pytest.raises(wrap.BadWrapKeyError):
        wrap.wrap(bytes(kek), bytes(key))


def test_a_wrapping_key_of_another_size_is_refused() -> None:
    with pytest.raises(wrap.BadWrapKeyError):
        wrap.unwrap(bytes(16), RFC_3394_WRAPPED)
