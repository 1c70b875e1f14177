"""`pocus conform chunked|dsse|hpke` as an outsider meets them: bytes and JSON out, exit status 0 or 1."""

import base64
import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.cli.main import pocus
from pocus_desktop.crypto import chunked, dsse, hpke
from pocus_desktop.crypto.keys import SealingKey, SigningKey

FOLDER = Path(__file__).parent.parent / "vectors" / "crypto"
COBBLESTONE = json.loads((FOLDER / "cobblestone-256.json").read_text())
HPKE: list[dict[str, Any]] = json.loads((FOLDER / "hpke.json").read_text())["vectors"]
(OURS,) = (vector for vector in HPKE if (vector["mode"], vector["aead_id"]) == (0, 2))
KEY, CONTEXT = bytes(range(32)), b"bundle|a"
MESSAGE = bytes(range(256)) * 200
STORED = chunked.encrypt(KEY, CONTEXT, MESSAGE, salt=bytes(24))
ANNA, BEN = SigningKey.from_seed(b"\1" * 32), SigningKey.from_seed(b"\2" * 32)
KIND = "application/vnd.pocus.sample.v1+json"
RECIPIENT = SealingKey.from_seed(b"\3" * 32)


def invoke(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(pocus, ["conform", *arguments], input=stdin)


def refusal(result: Result) -> str:
    """The code of a refusal, which is all that stands on standard output."""
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert set(error) == {"code", "blame", "what", "next", "params"}
    assert "{" not in error["what"] + error["next"]
    return str(error["code"])


def open_chunked(*options: str, stored: bytes = STORED, key: bytes = KEY, context: bytes = CONTEXT) -> Result:
    return invoke("chunked", "--key", key.hex(), "--context", context.hex(), *options, "-", stdin=stored)


def judge(command: str, case: object) -> Result:
    return invoke(command, stdin=json.dumps(case).encode())


# chunked


@pytest.mark.parametrize("vector", COBBLESTONE["vectors"], ids=lambda vector: vector["comment"].replace(" ", "-"))
def test_chunked_judges_as_wycheproof_does(vector: dict[str, Any], tmp_path: Path) -> None:
    stored = zlib.decompress(bytes.fromhex(vector["ct"]))
    path = tmp_path / "stored"
    path.write_bytes(stored)
    key = vector.get("key", COBBLESTONE["key"])
    result = invoke("chunked", "--key", key, "--context", vector["ctx"], str(path))
    if vector["result"] == "valid":
        assert result.exit_code == 0
        assert len(result.stdout_bytes) == vector["msgLength"]
    else:
        assert refusal(result).startswith("crypto.")


@pytest.mark.parametrize(
    ("at", "size"),
    [(0, 5), (16383, 2), (16384, 16384), (51199, 1), (51199, 100), (51200, 1), (10**20, 10**20), (7, 0), (0, 51200)],
)
def test_chunked_reads_a_part_by_random_access(at: int, size: int) -> None:
    result = open_chunked("--at", str(at), "--size", str(size))
    assert (result.exit_code, result.stdout_bytes) == (0, MESSAGE[at : at + size])


def test_chunked_reads_from_a_place_to_the_end_and_from_the_start_to_a_size() -> None:
    assert open_chunked("--at", "51000").stdout_bytes == MESSAGE[51000:]
    assert open_chunked("--size", "9").stdout_bytes == MESSAGE[:9]
    assert open_chunked().stdout_bytes == MESSAGE


def test_chunked_reads_standard_input_without_being_told() -> None:
    result = invoke("chunked", "--key", KEY.hex(), "--context", CONTEXT.hex(), stdin=STORED)
    assert result.stdout_bytes == MESSAGE


def test_chunked_takes_an_empty_context() -> None:
    stored = chunked.encrypt(KEY, b"", b"message")
    assert open_chunked(stored=stored, context=b"").stdout_bytes == b"message"


def test_chunked_writes_nothing_of_a_message_whose_end_is_bad() -> None:
    result = open_chunked(stored=STORED[:-1] + b"\0")
    assert refusal(result) == "crypto.chunk_altered"
    assert MESSAGE[:10] not in result.stdout_bytes


def test_chunked_writes_nothing_of_a_long_message_with_a_bad_middle(tmp_path: Path) -> None:
    stored = bytearray(chunked.encrypt(KEY, CONTEXT, bytes(3_000_000)))
    stored[2_000_000] ^= 1
    path = tmp_path / "stored"
    path.write_bytes(stored)
    result = invoke("chunked", "--key", KEY.hex(), "--context", CONTEXT.hex(), str(path))
    assert refusal(result) == "crypto.chunk_altered"
    part = invoke("chunked", "--key", KEY.hex(), "--context", CONTEXT.hex(), "--at", "2990000", str(path))
    assert (part.exit_code, part.stdout_bytes) == (0, bytes(10_000))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["--key", "zz", "--context", ""], "crypto.bad_encoding", id="key-not-hexadecimal"),
        pytest.param(["--key", "", "--context", ""], "crypto.bad_chunked_key", id="key-empty"),
        pytest.param(["--key", "00" * 16, "--context", ""], "crypto.bad_chunked_key", id="key-short"),
        pytest.param(["--key", "00" * 33, "--context", ""], "crypto.bad_chunked_key", id="key-long"),
        pytest.param(["--key", KEY.hex(), "--context", "q"], "crypto.bad_encoding", id="context-not-hexadecimal"),
        pytest.param(["--key", KEY.hex(), "--context", ""], "crypto.wrong_key", id="another-context"),
        pytest.param(
            ["--key", KEY.hex(), "--context", CONTEXT.hex(), "--at", "-1"], "crypto.bad_range", id="negative-place"
        ),
        pytest.param(
            ["--key", KEY.hex(), "--context", CONTEXT.hex(), "--size", "-1"], "crypto.bad_range", id="negative-size"
        ),
    ],
)
def test_chunked_refuses_by_name(arguments: list[str], code: str) -> None:
    assert refusal(invoke("chunked", *arguments, "-", stdin=STORED)) == code


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_other_bytes_are_refused_by_name(data: bytes) -> None:
    assert refusal(open_chunked(stored=data)).startswith("crypto.")
    for command in ("dsse", "hpke"):
        assert refusal(invoke(command, stdin=data)) in {"kernel.bad_json", "crypto.bad_case"}


# dsse


def dsse_case(**fields: object) -> dict[str, object]:
    envelope = json.loads(dsse.sign(KIND, b'{"a":1}', [ANNA, BEN]).to_bytes())
    keys = [{"keyid": "anna", "algorithm": "ed25519", "public": ANNA.public.raw.hex()}]
    return {"envelope": envelope, "keys": keys, "threshold": 1, "payloadType": KIND, **fields}


def test_dsse_tells_what_was_signed_and_by_whom() -> None:
    result = judge("dsse", dsse_case())
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "verified": True,
        "payloadType": KIND,
        "payload": base64.b64encode(b'{"a":1}').decode(),
        "keyids": ["anna"],
    }


def test_dsse_takes_a_threshold_of_two_and_keys_in_every_form() -> None:
    pem = f"-----BEGIN PUBLIC KEY-----\n{_spki(ANNA)}\n-----END PUBLIC KEY-----\n"
    keys = [{"public": pem}, base64.b64encode(BEN.public.raw).decode()]
    result = judge("dsse", dsse_case(keys=keys, threshold=2))
    assert json.loads(result.stdout)["keyids"] == [ANNA.key_id, BEN.key_id]


def test_dsse_takes_an_envelope_as_text_and_leaves_out_what_may_be() -> None:
    text = dsse.sign(KIND, b"", [ANNA]).to_bytes().decode()
    result = judge("dsse", {"envelope": text, "keys": [ANNA.public.raw.hex()]})
    assert json.loads(result.stdout)["payload"] == ""


def test_dsse_takes_null_for_what_is_left_out_and_an_algorithm_in_any_case() -> None:
    for key in (
        {"public": ANNA.public.raw.hex(), "algorithm": None, "keyid": None},
        {"public": None, "publicKey": ANNA.public.raw.hex(), "algorithm": "Ed25519"},
    ):
        result = judge("dsse", dsse_case(keys=[key], threshold=None, payloadType=None))
        assert (result.exit_code, json.loads(result.stdout)["keyids"]) == (0, [ANNA.key_id])


def test_a_refusal_is_plain_ascii_whatever_it_tells_of() -> None:
    """So that it is the same JSON on a terminal or a pipe of any encoding."""
    result = judge("dsse", dsse_case(payloadType="text/\u6f22"))
    assert refusal(result) == "crypto.wrong_payload_type"
    assert result.stdout_bytes.isascii()
    assert json.loads(result.stdout)["error"]["params"]["expected"] == "text/\u6f22"


def _spki(key: SigningKey) -> str:
    return base64.b64encode(bytes.fromhex("302a300506032b6570032100") + key.public.raw).decode()


def _twice() -> dict[str, object]:
    envelope = json.loads(dsse.sign(KIND, b"x", [ANNA]).to_bytes())
    envelope["signatures"] *= 2
    envelope["signatures"][1] = {**envelope["signatures"][1], "keyid": BEN.key_id}
    return dict(envelope)


BAD_DSSE: dict[str, tuple[object, str]] = {
    "not-an-object": ([], "crypto.bad_case"),
    "no-envelope": ({"keys": []}, "crypto.bad_case"),
    "no-keys": ({"envelope": dsse_case()["envelope"]}, "crypto.bad_case"),
    "envelope-empty": (dsse_case(envelope={}), "crypto.bad_envelope"),
    "keys-not-a-list": (dsse_case(keys={}), "crypto.bad_case"),
    "key-a-number": (dsse_case(keys=[7]), "crypto.bad_case"),
    "key-without-public": (dsse_case(keys=[{}]), "crypto.bad_case"),
    "key-malformed": (dsse_case(keys=["00"]), "crypto.bad_key"),
    "key-of-low-order": (dsse_case(keys=["01" + 31 * "00"]), "crypto.weak_key"),
    "algorithm-a-number": (dsse_case(keys=[{"algorithm": 1, "public": ANNA.public.raw.hex()}]), "crypto.bad_key"),
    "key-of-another-algorithm": (
        dsse_case(keys=[{"algorithm": "ecdsa", "public": ANNA.public.raw.hex()}]),
        "crypto.bad_key",
    ),
    "keyid-a-number": (dsse_case(keys=[{"keyid": 1, "public": ANNA.public.raw.hex()}]), "crypto.bad_case"),
    "threshold-zero": (dsse_case(threshold=0), "crypto.bad_threshold"),
    "threshold-text": (dsse_case(threshold="1"), "crypto.bad_case"),
    "threshold-true": (dsse_case(threshold=True), "crypto.bad_case"),
    "threshold-not-reached": (dsse_case(threshold=2), "crypto.not_enough_signatures"),
    "no-trusted-key": (dsse_case(keys=[]), "crypto.not_enough_signatures"),
    "one-key-signed-twice": (
        dsse_case(envelope=_twice(), keys=[ANNA.public.raw.hex(), BEN.public.raw.hex()], threshold=2),
        "crypto.not_enough_signatures",
    ),
    "one-key-trusted-twice": (dsse_case(keys=2 * [ANNA.public.raw.hex()], threshold=2), "crypto.not_enough_signatures"),
    "another-type": (dsse_case(payloadType="text/plain"), "crypto.wrong_payload_type"),
    "type-is-not-unicode": (dsse_case(payloadType="\ud800"), "crypto.bad_case"),
    "envelope-not-an-object": (dsse_case(envelope=[]), "crypto.bad_envelope"),
    "envelope-text-not-json": (dsse_case(envelope="{"), "crypto.bad_envelope"),
    "envelope-text-not-unicode": (dsse_case(envelope="\ud800"), "crypto.bad_envelope"),
    "payload-altered": (
        dsse_case(envelope={**json.loads(dsse.sign(KIND, b"x", [ANNA]).to_bytes()), "payload": "eQ=="}),
        "crypto.not_enough_signatures",
    ),
}


@pytest.mark.parametrize(("case", "code"), BAD_DSSE.values(), ids=BAD_DSSE)
def test_dsse_refuses_by_name(case: object, code: str) -> None:
    assert refusal(judge("dsse", case)) == code


# hpke


def test_hpke_opens_the_vector_of_rfc_9180_as_it_stands_and_one_encryption_of_it() -> None:
    first = OURS["encryptions"][0]
    single = {**{name: value for name, value in OURS.items() if name != "encryptions"}, **first}
    for case in (OURS, single):
        result = judge("hpke", case)
        assert (result.exit_code, json.loads(result.stdout)) == (0, {"plaintext": first["pt"]})


def test_hpke_opens_what_we_seal() -> None:
    sealed = hpke.seal(RECIPIENT.public, b"secret", info=b"purpose")
    case: dict[str, object] = {"privateKey": RECIPIENT.seed.hex(), "info": b"purpose".hex()}
    for message in ({"sealed": sealed.hex()}, {"enc": sealed[:32].hex(), "ct": sealed[32:].hex(), "kem_id": "0x0020"}):
        assert json.loads(judge("hpke", {**case, **message}).stdout) == {"plaintext": b"secret".hex()}


def test_hpke_takes_null_for_what_is_left_out() -> None:
    nothing = dict.fromkeys(("mode", "kem_id", "kdf_id", "aead_id", "info", "aad", "privateKey"))
    case = {**nothing, "skRm": RECIPIENT.seed.hex(), "sealed": hpke.seal(RECIPIENT.public, b"m", info=b"").hex()}
    assert json.loads(judge("hpke", case).stdout) == {"plaintext": b"m".hex()}


def hpke_case(**fields: object) -> dict[str, object]:
    first = {**OURS, **OURS["encryptions"][0], **fields}
    return {name: value for name, value in first.items() if value is not None and name != "encryptions"}


BAD_HPKE: dict[str, tuple[object, str]] = {
    "not-an-object": ("x", "crypto.bad_case"),
    "no-key": (hpke_case(skRm=None), "crypto.bad_case"),
    "no-message": (hpke_case(ct=None), "crypto.bad_case"),
    "no-encryptions": ({**OURS, "encryptions": []}, "crypto.bad_case"),
    "key-short": (hpke_case(skRm="00"), "crypto.bad_key"),
    "key-not-hexadecimal": (hpke_case(skRm="zz"), "crypto.bad_encoding"),
    "key-a-number": (hpke_case(skRm=3), "crypto.bad_case"),
    "another-key": (hpke_case(skRm=32 * "07"), "crypto.cannot_open_sealed"),
    "another-info": (hpke_case(info=""), "crypto.cannot_open_sealed"),
    "another-aad": (hpke_case(aad="00"), "crypto.cannot_open_sealed"),
    "no-aad": (hpke_case(aad=None), "crypto.cannot_open_sealed"),
    "enc-short": (hpke_case(enc=OURS["enc"][:-2]), "crypto.cannot_open_sealed"),
    "enc-and-ct-cut-elsewhere": (
        hpke_case(enc=OURS["enc"] + OURS["encryptions"][0]["ct"][:2], ct=OURS["encryptions"][0]["ct"][2:]),
        "crypto.cannot_open_sealed",
    ),
    "enc-of-low-order": (hpke_case(enc=64 * "0"), "crypto.cannot_open_sealed"),
    "ct-cut": (hpke_case(ct=OURS["encryptions"][0]["ct"][:-2]), "crypto.cannot_open_sealed"),
    "ct-empty": (hpke_case(ct=""), "crypto.cannot_open_sealed"),
    "another-mode": (hpke_case(mode=1), "crypto.unsupported_suite"),
    "another-kem": (hpke_case(kem_id=16), "crypto.unsupported_suite"),
    "another-kdf": (hpke_case(kdf_id=3), "crypto.unsupported_suite"),
    "another-aead": (hpke_case(aead_id=3), "crypto.unsupported_suite"),
    "kem-a-word": (hpke_case(kem_id="x25519"), "crypto.bad_case"),
    "kem-longer-than-any": (hpke_case(kem_id="0x" + 9000 * "f"), "crypto.bad_case"),
    "kem-past-two-bytes": (hpke_case(kem_id=0x10020), "crypto.bad_case"),
    "kem-negative": (hpke_case(kem_id=-1), "crypto.bad_case"),
    "kem-true": (hpke_case(kem_id=True), "crypto.bad_case"),
    "kem-a-list": (hpke_case(kem_id=[]), "crypto.bad_case"),
}


@pytest.mark.parametrize(("case", "code"), BAD_HPKE.values(), ids=BAD_HPKE)
def test_hpke_refuses_by_name(case: object, code: str) -> None:
    assert refusal(judge("hpke", case)) == code


@pytest.mark.parametrize("vector", [v for v in HPKE if v is not OURS], ids=["aes-128-gcm", "psk"])
def test_hpke_refuses_vectors_of_other_suites(vector: dict[str, Any]) -> None:
    assert refusal(judge("hpke", vector)) == "crypto.unsupported_suite"


# the process


@pytest.mark.parametrize("command", ["chunked", "dsse", "hpke"])
def test_each_command_tells_its_input_in_its_help(command: str) -> None:
    result = invoke(command, "--help")
    assert result.exit_code == 0
    assert "standard input" in result.output


@pytest.mark.slow
def test_the_installed_process_does_the_same(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_bytes(STORED)
    program = [sys.executable, "-c", "from pocus_desktop.app.main import main; main()", "conform"]
    options = ["chunked", "--key", KEY.hex(), "--context", CONTEXT.hex()]
    good = subprocess.run([*program, *options, "--at", "16380", "--size", "10", str(path)], capture_output=True)
    assert (good.returncode, good.stdout, good.stderr) == (0, MESSAGE[16380:16390], b"")
    bad = subprocess.run([*program, *options, "-"], input=STORED[:-1], capture_output=True)
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["error"]["code"] == "crypto.chunk_altered"
    assert bad.stderr == b""
