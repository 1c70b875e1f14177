"""Hostile files beside bundles and signed documents: keys, ciphertexts, a library's own record, text and words."""

import json
from collections.abc import Iterator
from typing import Final

from pocus_desktop.admission.day_key import DayKey
from pocus_desktop.admission.scan_text import to_parts
from pocus_desktop.crypto import chunked
from pocus_desktop.kernel import canonical
from tests.hostile import people
from tests.hostile.corpus import Hostile

KEY: Final = bytes(range(32))
CONTEXT: Final = b"hostile"
_PLAIN: Final = bytes(range(256)) * 65


def cases() -> Iterator[Hostile]:
    """Every such file."""
    yield from _ciphertexts()
    yield from _ledgers()
    yield from _scoring_keys()
    yield from _parts()
    yield from _words()
    yield from _public_keys()


def _ciphertexts() -> Iterator[Hostile]:
    whole = chunked.encrypt(KEY, CONTEXT, _PLAIN[:300], salt=bytes(24))
    two = chunked.encrypt(KEY, CONTEXT, _PLAIN, salt=bytes(24))
    head, first = two[:56], two[56 : 56 + chunked.STORED_CHUNK_BYTES]
    for cause, code, data in (
        ("empty", "truncated", b""),
        ("header only", "truncated", head),
        ("tag cut", "truncated", whole[:71]),
        ("last byte cut", "chunk_altered", whole[:-1]),
        ("first of two chunks only", "chunk_altered", head + first[:-1]),
        ("last chunk cut", "truncated", head + first),
        ("a byte added", "chunk_altered", whole + b"\x00"),
        ("first chunk of two altered", "chunk_altered", head + b"\x00" + two[57:]),
        ("salt altered", "wrong_key", b"\x01" + whole[1:]),
        ("commitment altered", "wrong_key", whole[:30] + b"\x00\x00" + whole[32:]),
        ("of another key", "wrong_key", chunked.encrypt(KEY[::-1], CONTEXT, b"x", salt=bytes(24))),
        ("of another place", "wrong_key", chunked.encrypt(KEY, b"elsewhere", b"x", salt=bytes(24))),
    ):
        yield Hostile(kind="ciphertext", cause=cause, code=f"crypto.{code}", data=data, suffix="bin")


def _ledgers() -> Iterator[Hostile]:
    right = json.loads((people.VECTORS / "bundle" / "library-1.json").read_bytes())
    for cause, code, data in (
        ("not json", "ledger_damaged", b"\x00\x01"),
        ("cut", "ledger_damaged", canonical.encode(right)[:-20]),
        ("another format", "ledger_damaged", canonical.encode({**right, "format": 0})),
        ("a later format", "format_too_new", canonical.encode({**right, "format": 2})),
        ("no records", "ledger_damaged", canonical.encode({**right, "records": None})),
        ("a version seen that is text", "ledger_damaged", canonical.encode({**right, "seen": {"lung-a": "9"}})),
        ("a record that leads out", "ledger_damaged", _climbing(right)),
    ):
        yield Hostile(kind="ledger", cause=cause, code=f"bundle.{code}", data=data)


def _climbing(right: people.Document) -> bytes:
    return canonical.encode({**right, "records": [{**right["records"][0], "bundle_id": "../lung-a"}]})


def _scoring_keys() -> Iterator[Hostile]:
    right = json.loads((people.VECTORS / "bundle" / "format-1.scoringkey").read_bytes())
    sealed = right["sealed"]
    for cause, code, data in (
        ("not json", "bundle.scoring_key_invalid", b"1,b"),
        ("a bundle instead", "bundle.scoring_key_invalid", b"PK\x03\x04" + bytes(60)),
        ("a later format", "bundle.format_too_new", canonical.encode({**right, "format": 2})),
        ("a field is missing", "bundle.scoring_key_invalid", canonical.encode({"format": 1, "sealed": sealed})),
        ("sealed part is no base64", "bundle.scoring_key_invalid", canonical.encode({**right, "sealed": "%"})),
        ("of another version", "bundle.scoring_key_mismatch", canonical.encode({**right, "version": 4})),
        ("of another bundle", "bundle.scoring_key_mismatch", canonical.encode({**right, "bundle_id": "renal"})),
        (
            "sealed part altered",
            "crypto.cannot_open_sealed",
            canonical.encode({**right, "sealed": "AAAA" + sealed[4:]}),
        ),
    ):
        yield Hostile(kind="scoring-key", cause=cause, code=code, data=data, suffix="scoringkey")


def _parts() -> Iterator[Hostile]:
    data = people.signed(people.TYPES["admission"], people.admitted())
    parts, others = to_parts(data), to_parts(people.signed(people.TYPES["unlock"], people.released()))
    first, rest = parts[0], parts[1:]
    wrong = first[:40] + ("7" if first[40] != "7" else "8") + first[41:]
    for cause, code, lines in (
        ("empty", "nothing", ()),
        ("a letter", "nothing", ("Dear station, let them sit.",)),
        ("a character typed wrong", "bad_part", (wrong, *rest)),
        ("a part cut short", "bad_part", (first[:-9], *rest)),
        ("a part is missing", "missing_parts", (first, *rest[1:])),
        ("a part of another document", "missing_parts", (first, *others[1:])),
        ("made by a newer program", "newer", (first.replace("POCUS:1:", "POCUS:2:"), *rest)),
    ):
        yield Hostile(kind="parts", cause=cause, code=f"scan.{code}", data="\n".join(lines).encode(), suffix="txt")


def _words() -> Iterator[Hostile]:
    day, other = DayKey(secret=bytes(range(16))), DayKey(secret=bytes(range(1, 17)))
    said = list(day.words("en"))
    for cause, code, words in (
        ("empty", "day_word_count", []),
        ("ten words", "day_word_count", said[:10]),
        ("thirteen words", "day_word_count", [*said, said[0]]),
        ("a word of no list", "day_word_unknown", ["xyzzy", "qqqq", *said[2:]]),
        ("words of another day", "words_of_another_day", list(other.words("en"))),
        (
            "three words are others",
            "day_words_doubtful",
            [*said[:5], "parade", said[6], "remove", *said[8:10], "remove", said[11]],
        ),
    ):
        yield Hostile(kind="words", cause=cause, code=f"sitting.{code}", data=" ".join(words).encode(), suffix="txt")


def _public_keys() -> Iterator[Hostile]:
    right = people.HUB.public.as_json()
    for cause, data in (
        ("not json", b"ssh-ed25519 AAAA"),
        ("no keys", canonical.encode({"name": "ann", "keys": []})),
        ("two signing keys", canonical.encode({"name": "ann", "keys": [right, people.STRANGER.public.as_json()]})),
        ("a sealing key only", canonical.encode({"name": "ann", "keys": [people.ACADEMY.public.as_json()]})),
        ("a key of low order", canonical.encode({"name": "ann", "keys": [{**right, "public": "01" + "00" * 31}]})),
        ("a name that steers a terminal", canonical.encode({"name": "\x1b[2Jann", "keys": [right]})),
    ):
        yield Hostile(kind="public-key", cause=cause, code="trust.bad_key_file", data=data, suffix="pub")
