"""A small publisher, a station that trusts it, and a ZIP writer that can lie in every field."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest

from pocus_desktop.bundle.verifier import TrustPolicy, VerifiedBundle, open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, Written, write_bundle
from pocus_desktop.crypto.keys import SigningKey

NOW_MS = 1_800_000_000_000
LINE_SECRET = bytes(range(32))
FILES: Mapping[str, tuple[str, bytes]] = {
    "case.json": ("application/json", b'{"format":1}'),
    "empty.txt": ("text/plain", b""),
    "media/clip.mp4": ("video/mp4", bytes(range(256)) * 70),
}


@dataclass(frozen=True, kw_only=True)
class Press:
    """Publishes bundles and opens them, with everything that a test does not care about filled in."""

    folder: Path
    signer: SigningKey = field(default_factory=lambda: SigningKey.from_seed(b"1" * 32))
    second: SigningKey = field(default_factory=lambda: SigningKey.from_seed(b"2" * 32))
    stranger: SigningKey = field(default_factory=lambda: SigningKey.from_seed(b"3" * 32))

    def source(
        self,
        *,
        files: Mapping[str, tuple[str, bytes | Path]] = FILES,
        version: int = 1,
        mode: Literal["open", "sealed"] = "open",
        **changes: Any,
    ) -> BundleSource:
        """A source with these files."""
        members = tuple(SourceMember(name=name, media_type=kind, data=data) for name, (kind, data) in files.items())
        fields: dict[str, Any] = {
            "bundle_id": "lung-a",
            "version": version,
            "title": {"en": "Lung A", "es": "Pulmón A"},
            "content_area": "lung",
            "languages": ("en", "es"),
            "mode": mode,
            "minimum_app": "0.1.0",
            "members": members,
        }
        return BundleSource(**{**fields, **changes})

    def publish(self, name: str = "a.casebundle", *, signers: tuple[SigningKey, ...] = (), **source: Any) -> Written:
        """Write a bundle to the folder."""
        return write_bundle(
            self.source(**source),
            line_secret=LINE_SECRET,
            signers=signers or (self.signer,),
            destination=self.folder / name,
        )

    @property
    def policy(self) -> TrustPolicy:
        """Trusts the signer and the second person, one of them is enough."""
        return TrustPolicy(keys=(self.signer.public, self.second.public))

    def open(self, path: Path, *, policy: TrustPolicy | None = None, **arguments: Any) -> VerifiedBundle:
        """Open a bundle as a station does."""
        given: dict[str, Any] = {"now_ms": NOW_MS, "app_version": "0.1.0", **arguments}
        return open_bundle(path, policy or self.policy, **given)

    def save(self, data: bytes, name: str = "hostile.casebundle") -> Path:
        """Put bytes into the folder."""
        path = self.folder / name
        path.write_bytes(data)
        return path


@dataclass(kw_only=True)
class RawMember:
    """One member of a ZIP, every field of which may be set apart from the others."""

    name: bytes
    data: bytes
    prefix: bytes = b""
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)

    def both(self, **values: Any) -> None:
        """Set a field alike in the member's own header and in the directory."""
        self.local.update(values)
        self.central.update(values)


@dataclass(kw_only=True)
class RawZip:
    """Writes a ZIP64 of stored members field by field; shares no code with the package."""

    members: list[RawMember]
    end: dict[str, Any] = field(default_factory=dict)
    end64: dict[str, Any] = field(default_factory=dict)
    locator: dict[str, Any] = field(default_factory=dict)
    directory_prefix: bytes = b""
    before_end64: bytes = b""
    directory_order: list[int] | None = None

    def member(self, name: str) -> RawMember:
        """The member of that name."""
        return next(each for each in self.members if each.name == name.encode())

    def build(self) -> bytes:
        """The file's bytes."""
        out = BytesIO()
        records = [self._write(out, member) for member in self.members]
        out.write(self.directory_prefix)
        start = out.tell()
        for index in self.directory_order or range(len(records)):
            out.write(records[index])
        size = out.tell() - start
        out.write(self.before_end64)
        end64_at = out.tell()
        e = {"rest": 44, "made": 45, "needed": 45, "disk": 0, "cd_disk": 0, "here": len(records),
             "total": len(records), "size": size, "offset": start, **self.end64}  # fmt: skip
        out.write(struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", *e.values()))
        loc = {"signature": b"PK\x06\x07", "disk": 0, "offset": end64_at, "disks": 1, **self.locator}
        out.write(struct.pack("<4sLQL", *loc.values()))
        full = {"disk": 0, "cd_disk": 0, "here": 0xFFFF, "total": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF,
                "comment": b"", **self.end}  # fmt: skip
        comment = full.pop("comment")
        out.write(struct.pack("<4sHHHHLLH", b"PK\x05\x06", *full.values(), len(comment)) + comment)
        return out.getvalue()

    @staticmethod
    def _write(out: BytesIO, member: RawMember) -> bytes:
        out.write(member.prefix)
        is_mime = member.name == b"mimetype"
        size, full = len(member.data), 0xFFFFFFFF
        offset = member.central.get("offset", out.tell())
        common: dict[str, Any] = {
            "name": member.name,
            "needed": 45,
            "flags": 0x800,
            "method": 0,
            "time": 0,
            "date": 0x21,
            "crc": zlib.crc32(member.data),
            "size": size,
            "plain": size,
        }
        lo = {**common, "signature": b"PK\x03\x04", **member.local}
        short = (lo["size"], lo["plain"]) if is_mime else (full, full)
        short = lo.get("short", short)
        extra = lo.get("extra", b"" if is_mime else struct.pack("<HHQQ", 1, 16, lo["plain"], lo["size"]))
        out.write(
            struct.pack("<4sHHHHHLLLHH", lo["signature"], lo["needed"], lo["flags"], lo["method"], lo["time"],
                        lo["date"], lo["crc"], *short, len(lo["name"]), len(extra)) + lo["name"] + extra
        )  # fmt: skip
        out.write(member.data)
        ce = {**common, "signature": b"PK\x01\x02", "made": 45, "comment": b"", "disk": 0, "internal": 0,
              "external": 0, **member.central}  # fmt: skip
        shorts = (ce["size"], ce["plain"], offset) if is_mime else (full, full, full)
        shorts = ce.get("shorts", shorts)
        extra = ce.get("extra", b"" if is_mime else struct.pack("<HHQQQ", 1, 24, ce["plain"], ce["size"], offset))
        head: bytes = (
            struct.pack("<4sHHHHHHLLLHHHHHLL", ce["signature"], ce["made"], ce["needed"], ce["flags"], ce["method"],
                        ce["time"], ce["date"], ce["crc"], shorts[0], shorts[1], len(ce["name"]), len(extra),
                        len(ce["comment"]), ce["disk"], ce["internal"], ce["external"], shorts[2])
        )  # fmt: skip
        name, comment = bytes(ce["name"]), bytes(ce["comment"])
        return head + name + bytes(extra) + comment


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """A publisher and a station in a fresh folder."""
    return Press(folder=tmp_path)


@pytest.fixture
def take_apart() -> Callable[[Path], RawZip]:
    """Turns a bundle into parts that can be altered one by one."""

    def apart(path: Path) -> RawZip:
        with zipfile.ZipFile(path) as archive:
            return RawZip(
                members=[RawMember(name=info.filename.encode(), data=archive.read(info)) for info in archive.infolist()]
            )

    return apart


@pytest.fixture
def raw_member() -> type[RawMember]:
    """Makes members that no bundle has."""
    return RawMember
