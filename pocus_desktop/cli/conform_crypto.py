"""`pocus conform chunked|dsse|hpke`: one case of a public suite of cryptography, from outside.

A refused input is told as `{"error": {...}}` on standard output with exit status 1. Nothing that was not verified is
ever written: `chunked` reads all it was asked for once to verify it, and only then again to write it.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

import click

from pocus_desktop.cli.conform_input import STANDARD_INPUT, open_input, read_input, refusing
from pocus_desktop.crypto import dsse as envelopes
from pocus_desktop.crypto import hpke as sealing
from pocus_desktop.crypto.chunked import BadRangeError, ChunkedReader
from pocus_desktop.crypto.encoding import from_hex, to_base64
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SealingKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError

_PIECE_BYTES: Final = 1024 * 1024
_LARGEST_IDENTIFIER: Final = 0xFFFF

_CHUNKED_HELP: Final = """Open a C2SP Cobblestone-256 ciphertext and write the plaintext to standard output.

FILE is the ciphertext; standard input where left out or "-". With --at or --size, only that part is read and
verified, by random access; a part past the end is as long as there is. Nothing is written unless all that was asked
for is verified.
"""

_DSSE_HELP: Final = """Verify one DSSE envelope.

FILE, or standard input, holds one case as JSON:

\b
  envelope     the envelope: an object, or its JSON as a string
  keys         the trusted keys: a list of objects with
                 public     64 hexadecimal digits, base64 of 32 bytes, or PEM
                            (publicKey is the same)
                 algorithm  "ed25519" (may be left out)
                 keyid      a name of your own (may be left out)
               or of strings, each as public
  threshold    how many distinct keys must have signed (1 where left out)
  payloadType  the only type to accept (any where left out)

Prints {"verified": true, "payloadType", "payload" (base64), "keyids"}, the names of the keys that signed in the
order of keys.
"""

_HPKE_HELP: Final = """Open one HPKE message (RFC 9180), base mode, X25519 / HKDF-SHA256 / AES-256-GCM.

FILE, or standard input, holds one case as JSON, binary values in hexadecimal, names as in the vectors of RFC 9180:

\b
  mode, kem_id, kdf_id, aead_id   0, 32, 1, 2 (each may be left out)
  skRm or privateKey              the recipient's private key
  enc and ct                      the encapsulated key and the ciphertext,
  or sealed                       the two in one
  info, aad                       empty where left out

A whole vector with a list of encryptions may stand as it is: its first is opened. Prints {"plaintext": hexadecimal}.
"""


class BadCaseError(PocusError):
    """A case lacks a field, or holds something of another kind in it."""

    code: ClassVar[str] = "crypto.bad_case"
    blame: ClassVar[Blame] = Blame.USER


@click.command(help=_CHUNKED_HELP)
@click.option("--key", required=True, metavar="HEX", help="The key, 32 bytes.")
@click.option("--context", default="", metavar="HEX", help="The context; may be empty.")
@click.option("--at", "offset", type=int, default=0, help="Read by random access from this plaintext offset.")
@click.option("--size", type=int, default=None, help="Read this many bytes, or as many as there are.")
@click.argument("file", metavar="[FILE]", default=STANDARD_INPUT)
@refusing
def chunked(key: str, context: str, offset: int, size: int | None, file: str) -> None:
    """`pocus conform chunked`: plaintext on standard output, or the refusal and nothing else."""
    key_bytes, context_bytes = from_hex(key, field="key"), from_hex(context, field="context")
    with open_input(file) as source:
        reader = ChunkedReader(key_bytes, context_bytes, source)
        if offset < 0 or (size is not None and size < 0):
            raise BadRangeError(offset=offset, size=0 if size is None else size)
        end = reader.plain_size if size is None else offset + size
        for _ in _pieces(reader, offset, end):
            pass
        out = sys.stdout.buffer
        for piece in _pieces(reader, offset, end):
            out.write(piece)
        out.flush()


@click.command(help=_DSSE_HELP)
@click.argument("file", metavar="[FILE]", default=STANDARD_INPUT)
@refusing
def dsse(file: str) -> None:
    """`pocus conform dsse`: who signed, or the refusal."""
    case = _case(file)
    envelope = _envelope(case)
    names = _keys(case)
    threshold = case.get("threshold", 1)
    if not isinstance(threshold, int) or isinstance(threshold, bool):
        raise BadCaseError(field="threshold", expected="a whole number")
    payload_type = _optional_text(case, "payloadType")
    signers = envelopes.verify(
        envelope,
        payload_type=envelope.payload_type if payload_type is None else payload_type,
        keys=names,
        threshold=threshold,
    )
    _print(
        {
            "verified": True,
            "payloadType": envelope.payload_type,
            "payload": to_base64(envelope.payload),
            "keyids": [names[key] for key in signers],
        }
    )


@click.command(help=_HPKE_HELP)
@click.argument("file", metavar="[FILE]", default=STANDARD_INPUT)
@refusing
def hpke(file: str) -> None:
    """`pocus conform hpke`: the plaintext, or the refusal."""
    case = _case(file)
    sealing.require_our_suite(
        mode=_identifier(case, "mode", sealing.MODE_BASE),
        kem=_identifier(case, "kem_id", sealing.KEM_X25519),
        kdf=_identifier(case, "kdf_id", sealing.KDF_HKDF_SHA256),
        aead=_identifier(case, "aead_id", sealing.AEAD_AES_256_GCM),
    )
    message = _first_encryption(case)
    key = SealingKey.from_seed(_hex(case, "skRm", "privateKey"))
    if "sealed" in message:
        sealed = _hex(message, "sealed")
    else:
        encapsulated = _hex(message, "enc")
        if len(encapsulated) != sealing.ENCAPSULATED_BYTES:
            raise sealing.CannotOpenSealedError
        sealed = encapsulated + _hex(message, "ct")
    info = _hex(message, "info", default=b"")
    plaintext = sealing.open_with_associated_data(key, sealed, info=info, aad=_hex(message, "aad", default=b""))
    _print({"plaintext": plaintext.hex()})


def _pieces(reader: ChunkedReader, offset: int, end: int) -> Iterator[bytes]:
    """The plaintext from `offset` to `end` or to its own end, at most a piece at a time."""
    while piece := reader.read_at(offset, min(_PIECE_BYTES, end - offset) if end > offset else 0):
        yield piece
        offset += len(piece)


def _case(file: str) -> Mapping[str, object]:
    document = canonical.decode(read_input(file))
    if not isinstance(document, Mapping):
        raise BadCaseError(field="(the whole case)", expected="an object")
    return _given(document)


def _given(document: Mapping[str, object]) -> Mapping[str, object]:
    """The fields of an object that say something: null is as good as left out."""
    return {name: value for name, value in document.items() if value is not None}


def _envelope(case: Mapping[str, object]) -> envelopes.Envelope:
    match case.get("envelope"):
        case None:
            raise BadCaseError(field="envelope", expected="an object or a string")
        case str(text):
            # A lone surrogate has no UTF-8; what stands for it here is refused as JSON in its turn.
            return envelopes.Envelope.parse(text.encode("utf-8", "surrogatepass"))
        case document:
            return envelopes.Envelope.from_json(document)


def _keys(case: Mapping[str, object]) -> dict[PublicKey, str]:
    """The trusted keys and their names; a key that stands twice keeps its first."""
    listed = case.get("keys")
    if not isinstance(listed, list):
        raise BadCaseError(field="keys", expected="a list")
    names: dict[PublicKey, str] = {}
    for entry in listed:
        described = {"public": entry} if isinstance(entry, str) else entry
        if not isinstance(described, Mapping):
            raise BadCaseError(field="keys", expected="a list of objects or strings")
        described = _given(described)
        if str(described.get("algorithm", "ed25519")).lower() != "ed25519":
            raise BadKeyError(reason="not a signing key", algorithm="?")
        public = described.get("public", described.get("publicKey"))
        if not isinstance(public, str):
            raise BadCaseError(field="public", expected="a string")
        key = PublicKey.from_text(public, algorithm="ed25519")
        names.setdefault(key, _optional_text(described, "keyid") or key.key_id)
    return names


def _first_encryption(case: Mapping[str, object]) -> Mapping[str, object]:
    """The case itself, or with a list of encryptions, the case and the fields of the first."""
    if "encryptions" not in case or "ct" in case:
        return case
    match case["encryptions"]:
        case [Mapping() as first, *_]:
            return {**case, **_given(first)}
    raise BadCaseError(field="encryptions", expected="a list of objects")


def _identifier(case: Mapping[str, object], name: str, ours: int) -> int:
    """A registered number of two bytes, as a number or as text such as `0x0020`."""
    number = case.get(name, ours)
    if isinstance(number, str):
        try:
            number = int(number, 0)
        except ValueError as problem:
            raise BadCaseError(field=name, expected="a number of two bytes") from problem
    if type(number) is not int or not 0 <= number <= _LARGEST_IDENTIFIER:
        raise BadCaseError(field=name, expected="a number of two bytes")
    return number


def _hex(case: Mapping[str, object], *names: str, default: bytes | None = None) -> bytes:
    """The bytes of the first of these fields that is there."""
    for name in names:
        if name not in case:
            continue
        value = case[name]
        if not isinstance(value, str):
            raise BadCaseError(field=name, expected="a hexadecimal string")
        return from_hex(value, field=name)
    if default is None:
        raise BadCaseError(field=names[0], expected="a hexadecimal string")
    return default


def _optional_text(case: Mapping[str, object], name: str) -> str | None:
    if name not in case:
        return None
    value = case[name]
    if not isinstance(value, str) or not _is_unicode(value):
        raise BadCaseError(field=name, expected="a string")
    return value


def _is_unicode(text: str) -> bool:
    """Whether a text can be written; JSON can spell half of a character, which cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _print(result: Mapping[str, object]) -> None:
    click.echo(json.dumps(result))
