"""Proofs of the suite `eddsa-jcs-2022`: the vector of the W3C, and what is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.crypto.data_integrity import BadProofError, read_proof, secure
from pocus_desktop.crypto.encoding import BadEncodingError
from pocus_desktop.crypto.keys import BadKeyError, SealingKey, SigningKey
from pocus_desktop.crypto.multibase import (
    MAXIMUM_58,
    from_base58,
    from_base64url,
    from_multikey,
    to_base58,
    to_base64url,
    to_multikey,
)

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "certificate" / "vc-di-eddsa.json").read_text(encoding="utf-8")
)
KEY = SigningKey.from_seed(from_base58(VECTOR["secretKeyMultibase"], field="key")[2:])
DOCUMENT: dict[str, Any] = VECTOR["document"]


def _with(**members: Any) -> dict[str, Any]:
    """The vector's document with another proof; None takes a member away."""
    proof = {**DOCUMENT["proof"], **members}
    return {**DOCUMENT, "proof": {name: value for name, value in proof.items() if value is not None}}


def test_the_vector_of_the_w3c_verifies_and_is_made_again() -> None:
    key = from_multikey(VECTOR["publicKeyMultibase"])
    proof = DOCUMENT["proof"]
    assert key == KEY.public
    assert to_multikey(key) == VECTOR["publicKeyMultibase"]
    assert read_proof(DOCUMENT).is_by(key)
    bare = {name: value for name, value in DOCUMENT.items() if name != "proof"}
    assert secure(bare, KEY, method=proof["verificationMethod"], created=proof["created"]) == DOCUMENT


def test_a_changed_document_is_not_what_was_signed() -> None:
    assert not read_proof({**DOCUMENT, "name": "Alumna"}).is_by(KEY.public)
    assert not read_proof({**DOCUMENT, "more": True}).is_by(KEY.public)
    assert not read_proof(_with(created="2023-02-24T23:36:39Z")).is_by(KEY.public)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({**DOCUMENT, "proof": None}, id="none"),
        pytest.param({**DOCUMENT, "proof": [DOCUMENT["proof"]]}, id="a list of them"),
        pytest.param({**DOCUMENT, "proof": [DOCUMENT["proof"], DOCUMENT["proof"]]}, id="two"),
        pytest.param(_with(type="Ed25519Signature2020"), id="another type"),
        pytest.param(_with(cryptosuite="eddsa-rdfc-2022"), id="another suite"),
        pytest.param(_with(cryptosuite=["eddsa-jcs-2022"]), id="a list of suites"),
        pytest.param(_with(cryptosuite=None), id="no suite"),
        pytest.param(_with(alg="none"), id="an algorithm of its own"),
        pytest.param(_with(jws="eyJhbGciOiJub25lIn0.."), id="another signature beside"),
        pytest.param(_with(proofPurpose="authentication"), id="another purpose"),
        pytest.param(_with(created="2023-02-24"), id="a day for a moment"),
        pytest.param(_with(created=0), id="a number for a moment"),
        pytest.param(_with(verificationMethod={"id": "did:key:z"}), id="a method that is an object"),
        pytest.param(_with(verificationMethod="x" * 501), id="a method without end"),
        pytest.param(_with(**{"@context": ["https://www.w3.org/ns/credentials/v2"]}), id="fewer contexts"),
        pytest.param(_with(**{"@context": None}), id="no contexts"),
        pytest.param(_with(proofValue="z" + "1" * 63), id="63 bytes of zeros"),
        pytest.param(_with(proofValue="u" + "A" * 86), id="another base"),
        pytest.param(_with(proofValue="z0OIl"), id="characters outside base 58"),
        pytest.param(_with(proofValue=""), id="empty"),
        pytest.param({**DOCUMENT, "score": 2**60}, id="a number that JSON cannot hold"),
    ],
)
def test_what_is_not_exactly_this_suite_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BadProofError):
        read_proof(document)


def test_what_is_nested_without_end_is_refused() -> None:
    deep: Any = "end"
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(BadProofError, match="canonical"):
        read_proof({**DOCUMENT, "deep": deep})


@given(st.binary(min_size=1, max_size=80))
def test_both_bases_give_back_what_they_were_given(data: bytes) -> None:
    assert from_base58(to_base58(data), field="x") == data
    assert from_base64url(to_base64url(data), field="x") == data


@pytest.mark.parametrize("text", ["", "z", "1", "zé", "z" + "2" * MAXIMUM_58, "z 2", "z2\n"])
def test_base_58_is_read_strictly(text: str) -> None:
    with pytest.raises(BadEncodingError):
        from_base58(text, field="x")


@pytest.mark.parametrize("text", ["AA", "uA", "uAA==", "uAB", "u+/+/"])
def test_base_64_is_read_strictly(text: str) -> None:
    with pytest.raises(BadEncodingError):
        from_base64url(text, field="x")


@pytest.mark.parametrize(
    "raw", [b"\xec\x01" + bytes(32), b"\xed\x01" + bytes(31), b"\xed\x01" + bytes(33), b"\x80\x24" + bytes(33), b""]
)
def test_a_multikey_of_another_kind_is_refused(raw: bytes) -> None:
    with pytest.raises(BadKeyError):
        from_multikey(to_base58(raw))


def test_a_sealing_key_is_no_multikey() -> None:
    with pytest.raises(BadKeyError):
        to_multikey(SealingKey.generate().public)
