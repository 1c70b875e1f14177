"""Keys: what is refused on load, names, documents, and signatures."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto import points
from pocus_desktop.crypto.keys import BadKeyError, KeyAlgorithm, PublicKey, SealingKey, SigningKey, WeakKeyError
from pocus_desktop.kernel.errors import PocusError

P = points.PRIME
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "crypto" / "ed25519.json").read_text())
SEEDS = st.binary(min_size=32, max_size=32)

# The published lists (RFC 7748 security considerations and the usual blocklists), written out so that the arithmetic
# in the code is held to them and not to itself.
LOW_ORDER_ED25519 = {
    "order-1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order-2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order-4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order-4-negative": "0000000000000000000000000000000000000000000000000000000000000080",
    "order-8-a": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order-8-a-negative": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order-8-b": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order-8-b-negative": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "order-1-negative-zero": "0100000000000000000000000000000000000000000000000000000000000080",
    "order-2-negative-zero": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "order-1-not-canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order-4-not-canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
LOW_ORDER_X25519 = {
    "zero": "0000000000000000000000000000000000000000000000000000000000000000",
    "one": "0100000000000000000000000000000000000000000000000000000000000000",
    "order-8-a": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "order-8-b": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "minus-one": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "prime": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "prime-plus-one": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "zero-top-bit": "0000000000000000000000000000000000000000000000000000000000000080",
    "one-top-bit": "0100000000000000000000000000000000000000000000000000000000000080",
    "order-8-a-top-bit": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
    "order-8-b-top-bit": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
    "minus-one-top-bit": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}


@pytest.mark.parametrize("raw", LOW_ORDER_ED25519.values(), ids=LOW_ORDER_ED25519)
def test_a_low_order_signing_key_is_refused(raw: str) -> None:
    with pytest.raises(WeakKeyError) as refused:
        PublicKey(algorithm="ed25519", raw=bytes.fromhex(raw))
    assert refused.value.code == "crypto.weak_key"


@pytest.mark.parametrize("raw", LOW_ORDER_X25519.values(), ids=LOW_ORDER_X25519)
def test_a_low_order_sealing_key_is_refused(raw: str) -> None:
    with pytest.raises(WeakKeyError):
        PublicKey(algorithm="x25519", raw=bytes.fromhex(raw))


@pytest.mark.parametrize("raw", LOW_ORDER_X25519.values(), ids=LOW_ORDER_X25519)
def test_the_low_order_list_is_what_the_library_calls_an_all_zero_secret(raw: str) -> None:
    with pytest.raises(ValueError, match="shared key"):
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(raw)))


def test_a_low_order_key_would_accept_a_signature_that_no_one_made() -> None:
    identity = bytes.fromhex(LOW_ORDER_ED25519["order-1"])
    forged = identity + bytes(32)  # R = identity, S = 0
    Ed25519PublicKey.from_public_bytes(identity).verify(forged, b"anything")


@pytest.mark.parametrize(
    ("algorithm", "raw"),
    [
        pytest.param("ed25519", bytes(31), id="ed25519-short"),
        pytest.param("ed25519", bytes(33), id="ed25519-long"),
        pytest.param("ed25519", b"", id="ed25519-empty"),
        pytest.param("ed25519", b"\x02" + bytes(31), id="ed25519-not-on-the-curve"),
        pytest.param("ed25519", (P + 3).to_bytes(32, "little"), id="ed25519-not-canonical"),
        pytest.param("x25519", bytes(31), id="x25519-short"),
        pytest.param("x25519", (P + 9).to_bytes(32, "little"), id="x25519-not-canonical"),
        pytest.param("x25519", (9 + 2**255).to_bytes(32, "little"), id="x25519-top-bit"),
        pytest.param("p256", bytes(32), id="unknown-algorithm"),
    ],
)
def test_a_malformed_key_is_refused(algorithm: KeyAlgorithm, raw: bytes) -> None:
    with pytest.raises(BadKeyError) as refused:
        PublicKey(algorithm=algorithm, raw=raw)
    assert refused.value.code == "crypto.bad_key"


@settings(deadline=None)
@given(SEEDS)
def test_every_generated_key_is_accepted_and_comes_back_from_its_document(seed: bytes) -> None:
    for pair in (SigningKey.from_seed(seed), SealingKey.from_seed(seed)):
        public = pair.public
        assert PublicKey.from_json(json.loads(json.dumps(public.as_json()))) == public
        assert public.key_id == f"{public.algorithm}-{hashlib.sha256(public.raw).hexdigest()[:32]}" == pair.key_id


@pytest.mark.parametrize("raw", LOW_ORDER_ED25519.values(), ids=LOW_ORDER_ED25519)
def test_the_curve_check_agrees_with_decompression_at_the_edges(raw: str) -> None:
    encoded = bytes.fromhex(raw)
    assert points.is_edwards_point(encoded) == (_decompress(encoded) is not None)


@settings(deadline=None, max_examples=200)
@given(SEEDS)
def test_the_curve_check_agrees_with_decompression(raw: bytes) -> None:
    assert points.is_edwards_point(raw) == (_decompress(raw) is not None)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_key_or_refused_by_name(raw: bytes) -> None:
    algorithms: tuple[KeyAlgorithm, ...] = ("ed25519", "x25519")
    for algorithm in algorithms:
        try:
            key = PublicKey(algorithm=algorithm, raw=raw)
        except PocusError:
            continue
        assert key.raw == raw


def test_generated_keys_differ_and_do_not_show_their_secret() -> None:
    for kind in (SigningKey, SealingKey):
        key = kind.generate()
        assert key != kind.generate()
        assert key.seed.hex() not in repr(key)
        assert repr(key.seed) not in repr(key)


@pytest.mark.parametrize("kind", [SigningKey, SealingKey])
@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_of_another_size_is_refused(kind: type[SigningKey | SealingKey], size: int) -> None:
    with pytest.raises(BadKeyError):
        kind.from_seed(bytes(size))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"algorithm": "rsa"}, id="unknown-algorithm"),
        pytest.param({"algorithm": None}, id="no-algorithm"),
        pytest.param({"public": "zz"}, id="public-not-hexadecimal"),
        pytest.param({"public": 7}, id="public-not-text"),
        pytest.param({"public": "00"}, id="public-short"),
        pytest.param({"key_id": "ed25519-" + 32 * "0"}, id="another-keys-id"),
    ],
)
def test_a_document_that_is_no_key_is_refused(change: dict[str, object]) -> None:
    document = {**SigningKey.from_seed(bytes(32)).public.as_json(), **change}
    with pytest.raises(BadKeyError):
        PublicKey.from_json(document)


@pytest.mark.parametrize("document", [None, [], "ed25519", 3])
def test_a_document_that_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(BadKeyError):
        PublicKey.from_json(document)


def test_a_key_is_read_as_other_programs_write_it() -> None:
    signing, sealing = SigningKey.from_seed(bytes(range(32))).public, SealingKey.from_seed(bytes(range(32))).public
    loaded: dict[PublicKey, Ed25519PublicKey | X25519PublicKey] = {
        signing: Ed25519PublicKey.from_public_bytes(signing.raw),
        sealing: X25519PublicKey.from_public_bytes(sealing.raw),
    }
    for key, theirs in loaded.items():
        pem = theirs.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        texts = (key.raw.hex(), key.raw.hex().upper(), base64.b64encode(key.raw).decode(), f"\n{pem}\n")
        assert {PublicKey.from_text(text, algorithm=key.algorithm) for text in texts} == {key}


def test_a_text_that_is_no_key_is_refused() -> None:
    ecdsa = ec.generate_private_key(ec.SECP256R1()).public_key()
    sealing = X25519PublicKey.from_public_bytes(SealingKey.generate().public.raw)
    wrong = [
        loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode() for loaded in (ecdsa, sealing)
    ]
    wrong += ["", "zz", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", 64 * "g", "-----BEGIN\ud800"]
    for text in wrong:
        with pytest.raises(BadKeyError):
            PublicKey.from_text(text, algorithm="ed25519")


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_signatures_are_judged_as_wycheproof_judges_them(vector: dict[str, str]) -> None:
    key = PublicKey(algorithm="ed25519", raw=bytes.fromhex(VECTORS["public"]))
    is_valid = key.verifies(bytes.fromhex(vector["sig"]), bytes.fromhex(vector["msg"]))
    assert is_valid == (vector["result"] == "valid")


@settings(deadline=None, max_examples=50)
@given(seed=SEEDS, message=st.binary(max_size=64), data=st.data())
def test_a_signature_holds_for_its_message_alone(seed: bytes, message: bytes, data: st.DataObject) -> None:
    key = SigningKey.from_seed(seed)
    signature = key.sign(message)
    assert key.sign(message) == signature
    assert key.public.verifies(signature, message)
    assert not key.public.verifies(signature, message + b"\0")
    at = data.draw(st.integers(0, 511))
    flipped = (int.from_bytes(signature, "little") ^ (1 << at)).to_bytes(64, "little")
    assert not key.public.verifies(flipped, message)
    assert not key.public.verifies(signature[: data.draw(st.integers(0, 63))], message)


def test_a_signature_cannot_be_written_in_a_second_way() -> None:
    key = SigningKey.from_seed(bytes(32))
    signature = key.sign(b"m")
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert key.public.verifies(signature, b"m")
    assert not key.public.verifies(twin, b"m")


def test_a_sealing_key_verifies_nothing() -> None:
    with pytest.raises(BadKeyError):
        SealingKey.generate().public.verifies(bytes(64), b"m")


def _decompress(raw: bytes) -> tuple[int, int] | None:
    """RFC 8032 section 5.1.3, written as the RFC has it."""
    encoded = int.from_bytes(raw, "little")
    sign, y = encoded >> 255, encoded & ((1 << 255) - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if v * x * x % P != u:
        return None
    if x == 0 and sign:
        return None
    return (P - x if x % 2 != sign else x), y
