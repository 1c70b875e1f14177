"""Changes to bytes and to JSON that find more than blind flips: the same for guided runs and for `make test`."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

MAXIMUM_BYTES: Final = 64 * 1024

_TEXTS: Final = (
    "",
    "x",
    "../x",
    "\x00",
    "\x1b[2J",
    "\u202e",
    "\ud800",
    "{file}",
    "é" * 90,
    "a" * 5000,
    "0" * 64,
    "2011-02-30",
    "https://[",
)
_NUMBERS: Final = (0, 1, -1, 2, 255, 2**31, 2**53 - 1, 2**53, 2**63, 2**64, 10**30, 0.5, -0.0, 1e300)
_PIECES: Final = (b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x00" * 8, b"PK\x05\x06", b"-->", b"WEBVTT\n", b"{}", b":")


def mutated(data: bytes, chance: Random, *, other: bytes = b"") -> bytes:
    """A change of one to four places; of JSON as JSON, mostly, so that it stays JSON."""
    changed = data
    for _ in range(chance.randrange(1, 5)):
        found = _as_json(changed, chance) if chance.random() < 0.8 else None
        changed = found if found is not None else _as_bytes(changed, chance, other)
    return changed[:MAXIMUM_BYTES]


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON document, as what holds it and the key or number there."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in list(items):
        yield document, key
        if isinstance(value, dict | list):
            yield from places(value)


def _as_json(data: bytes, chance: Random) -> bytes | None:
    """The document with one place changed; None where it is none, or too deep or large to walk through."""
    if data[:1] not in (b"{", b"["):  # the first byte may choose what the rest is for
        inner = _as_json(data[1:], chance) if data[1:2] in (b"{", b"[") else None
        return None if inner is None else data[:1] + inner
    try:
        document = json.loads(data)
        found = list(places(document))
        if found:
            holder, key = chance.choice(found)
            _change(holder, key, chance, found)
        return json.dumps(document).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return None


def _change(holder: Any, key: Any, chance: Random, found: list[tuple[Any, Any]]) -> None:
    match chance.randrange(9):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.append(holder[key])
        case 1 | 2:
            holder[key] = chance.choice(_NUMBERS)
        case 3:
            holder[key] = chance.choice(_TEXTS)
        case 4 if isinstance(holder[key], str):
            text = holder[key]
            at = chance.randrange(len(text) + 1)
            holder[key] = text[:at] + chance.choice(_TEXTS) + text[at + chance.randrange(3) :]
        case 4 | 5 if isinstance(holder[key], int):
            holder[key] += chance.choice((-1, 1, 2**32))
        case 6:
            holder[key] = chance.choice((None, True, False, [], {}, [[]], [{}]))
        case 7 if isinstance(holder, dict):
            holder[chance.choice(_TEXTS)] = holder[key]
        case _:
            donor, place = chance.choice(found)
            if place in donor if isinstance(donor, dict) else place < len(donor):
                holder[key] = json.loads(json.dumps(donor[place]))


def _as_bytes(data: bytes, chance: Random, other: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    size = chance.choice((1, 1, 2, 4, 8, 30, 300))
    match chance.randrange(7):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[at + size :]
        case 2:
            return data[:at] + chance.choice(_PIECES) + data[at:]
        case 3:
            piece = chance.choice(_PIECES)
            return data[:at] + piece + data[at + len(piece) :]
        case 4 if other:
            start = chance.randrange(len(other))
            return data[:at] + other[start : start + size] + data[at + size :]
        case 5:
            return data[:at] + data[at : at + size] * 2 + data[at + size :]
        case _:
            return data[:at] + chance.randbytes(size) + data[at + size :]
