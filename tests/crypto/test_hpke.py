"""Sealing to a key: RFC 9180's vectors, and what does not open."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.hpke import CannotOpenSealedError, UnsupportedSuiteError, open_sealed, seal
from pocus_desktop.crypto.keys import BadKeyError, SealingKey, SigningKey

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "crypto" / "hpke.json").read_text())["vectors"]
OURS = [vector for vector in VECTORS if (vector["mode"], vector["aead_id"]) == (0, 2)]
OTHERS = [vector for vector in VECTORS if vector not in OURS]
KEY = SealingKey.from_seed(bytes(range(32)))


@pytest.mark.parametrize("vector", OURS, ids=["x25519-sha256-aes256gcm"])
def test_the_vector_of_our_suite_opens(vector: dict[str, Any]) -> None:
    key = SealingKey.from_seed(bytes.fromhex(vector["skRm"]))
    first = vector["encryptions"][0]
    assert key.public.raw.hex() == vector["pkRm"]
    opened = hpke.open_with_associated_data(
        key,
        bytes.fromhex(vector["enc"] + first["ct"]),
        info=bytes.fromhex(vector["info"]),
        aad=bytes.fromhex(first["aad"]),
    )
    assert opened.hex() == first["pt"]
    with pytest.raises(CannotOpenSealedError):
        open_sealed(key, bytes.fromhex(vector["enc"] + first["ct"]), info=bytes.fromhex(vector["info"]))


def test_the_second_message_of_a_context_does_not_open_as_a_first() -> None:
    (vector,) = OURS
    second = vector["encryptions"][1]
    with pytest.raises(CannotOpenSealedError):
        hpke.open_with_associated_data(
            SealingKey.from_seed(bytes.fromhex(vector["skRm"])),
            bytes.fromhex(vector["enc"] + second["ct"]),
            info=bytes.fromhex(vector["info"]),
            aad=bytes.fromhex(second["aad"]),
        )


@pytest.mark.parametrize("vector", OTHERS, ids=lambda vector: f"mode-{vector['mode']}-aead-{vector['aead_id']}")
def test_another_suite_is_refused_by_name(vector: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedSuiteError) as refused:
        hpke.require_our_suite(mode=vector["mode"], kem=vector["kem_id"], kdf=vector["kdf_id"], aead=vector["aead_id"])
    assert refused.value.code == "crypto.unsupported_suite"


def test_our_suite_is_not_refused() -> None:
    hpke.require_our_suite(mode=0, kem=32, kdf=1, aead=2)


@settings(deadline=None, max_examples=50)
@given(plaintext=st.binary(max_size=2000), info=st.binary(max_size=200))
def test_what_is_sealed_opens_for_its_key_and_purpose(plaintext: bytes, info: bytes) -> None:
    sealed = seal(KEY.public, plaintext, info=info)
    assert len(sealed) == len(plaintext) + hpke.OVERHEAD_BYTES
    assert open_sealed(KEY, sealed, info=info) == plaintext
    assert seal(KEY.public, plaintext, info=info) != sealed
    with pytest.raises(CannotOpenSealedError):
        open_sealed(KEY, sealed, info=info + b"\0")
    with pytest.raises(CannotOpenSealedError):
        open_sealed(SealingKey.generate(), sealed, info=info)


def test_every_altered_bit_and_every_cut_is_refused() -> None:
    sealed = seal(KEY.public, b"secret", info=b"i")
    for bit in range(len(sealed) * 8):
        altered = (int.from_bytes(sealed, "little") ^ (1 << bit)).to_bytes(len(sealed), "little")
        with pytest.raises(CannotOpenSealedError):
            open_sealed(KEY, altered, info=b"i")
    for size in range(len(sealed)):
        with pytest.raises(CannotOpenSealedError):
            open_sealed(KEY, sealed[:size], info=b"i")


@pytest.mark.parametrize("low_order", [bytes(32), b"\x01" + bytes(31)])
def test_an_encapsulated_key_of_low_order_is_refused(low_order: bytes) -> None:
    sealed = seal(KEY.public, b"secret", info=b"")
    with pytest.raises(CannotOpenSealedError):
        open_sealed(KEY, low_order + sealed[32:], info=b"")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(CannotOpenSealedError):
        open_sealed(KEY, data, info=b"")


def test_a_signing_key_is_no_recipient() -> None:
    with pytest.raises(BadKeyError):
        seal(SigningKey.generate().public, b"x", info=b"")


def test_the_key_pair_is_the_librarys() -> None:
    assert KEY.public.raw == X25519PrivateKey.from_private_bytes(KEY.seed).public_key().public_bytes_raw()
