"""A bundle computed from the format's clauses with the standard library alone, beside the writer's."""

import hashlib
import hmac
import json
import zipfile
import zlib
from typing import Any

import pytest

from pocus_desktop.crypto.dsse import Envelope
from pocus_desktop.crypto.wrap import unwrap

MIB = 1024 * 1024
SECRET = bytes(range(32))
FILES = {
    "a": ("text/plain", b"hello"),
    "exact": ("video/mp4", bytes(MIB - 56 - 64 * 16)),
    "large": ("video/mp4", b"\x07" * (2 * MIB + 5)),
}


def hkdf(*info: str, length: int = 32) -> bytes:
    """RFC 5869 with an empty salt, one block (6.1)."""
    text = json.dumps([f"pocus.bundle.v1/{info[0]}", "lung-a", *info[1:]], separators=(",", ":")).encode()
    pseudorandom = hmac.new(bytes(32), SECRET, hashlib.sha256).digest()
    return hmac.new(pseudorandom, text + b"\x01", hashlib.sha256).digest()[:length]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("mode", ["open", "sealed"])
def test_every_field_is_what_the_format_says(press: Any, mode: str) -> None:
    written = press.publish(files=FILES, mode=mode, version=7)
    with zipfile.ZipFile(written.path) as archive:
        stored = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(Envelope.parse(stored["manifest.dsse.json"]).payload)
    content_key = hkdf("content-key", "7", mode)
    assert written.content_key == content_key
    paths = {name: f"content/{name}" for name in FILES}
    if mode == "sealed":
        paths = {name: "content/" + hkdf("member-path", name, length=16).hex() for name in FILES}
        assert manifest["index"] == "content/" + hkdf("index-path", length=16).hex()
        assert "content_key" not in manifest
    else:
        assert manifest["content_key"] == content_key.hex()
        assert "index" not in manifest
    members = {member["path"]: member for member in manifest["members"]}
    assert list(members) == sorted(members) == list(stored)[3:]
    table = b""
    for path, member in members.items():
        data = stored[path]
        digests = b"".join(hashlib.sha256(data[at : at + MIB]).digest() for at in range(0, len(data), MIB))
        table += digests
        assert member["sha256"] == sha256(data)
        assert member["crc32"] == f"{zlib.crc32(data):08x}"
        assert member["segments_sha256"] == sha256(digests)
        assert member["stored_bytes"] == len(data)
    assert stored["segments.sha256"] == table
    assert manifest["segment_table_crc32"] == f"{zlib.crc32(table):08x}"
    for name, (_, plain) in FILES.items():
        path, digest = paths[name], sha256(plain)
        assert unwrap(content_key, bytes.fromhex(members[path]["wrapped_key"])) == hkdf("member-key", path, digest)
        assert stored[path][:24] == hkdf("member-salt", path, digest, length=24)
        assert members[path]["plain_bytes"] == len(plain)
    assert len(stored[paths["exact"]]) == MIB, "exactly one segment"
