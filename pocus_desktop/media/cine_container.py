"""The container of a cine: a ZIP that can be written in exactly one way, and is read only if written so.

formats/cine 1: members STORED, in order, without gaps; fixed times; no extra fields, comments, descriptors or ZIP64.
The directory therefore predicts every byte outside the members, and the reader compares instead of interpreting.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.media.errors import CineContainerError, CineTooLargeError
from pocus_desktop.media.player import BinaryReader

_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<IHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<IHHHHIIH")
_DATE: Final = (1980 - 1980) << 9 | 1 << 5 | 1
_MAX_MEMBERS: Final = 5_001
_MAX_BYTES: Final = 0xFFFF_FFFE
_MAX_NAME: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member and where it lies."""

    name: str
    offset: int
    size: int
    checksum: int

    @property
    def data_offset(self) -> int:
        """Where its bytes begin."""
        return self.offset + _LOCAL.size + len(self.name)

    def read(self, reader: BinaryReader) -> bytes:
        """Its bytes, after its local header and checksum agree with the directory.

        Raises:
            CineContainerError: They do not.
        """
        block = read_exactly(reader, self.offset, _LOCAL.size + len(self.name) + self.size)
        head = _LOCAL.size + len(self.name)
        if block[:head] != _local(self):
            raise CineContainerError(reason="a member's own header contradicts the directory")
        data = block[head:]
        if zlib.crc32(data) != self.checksum:
            raise CineContainerError(reason="a member's checksum is wrong")
        return data


def write_container(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Pack members in their order."""
    if len(members) > _MAX_MEMBERS:
        raise CineTooLargeError(limit="members", allowed=_MAX_MEMBERS)
    out = bytearray()
    directory = bytearray()
    for name, data in members:
        member = Member(name=name, offset=len(out), size=len(data), checksum=zlib.crc32(data))
        if member.data_offset + member.size > _MAX_BYTES:
            raise CineTooLargeError(limit="bytes", allowed=_MAX_BYTES)
        out += _local(member) + data
        directory += _central(member)
    return bytes(out + directory + _end(len(members), len(directory), len(out)))


def read_directory(reader: BinaryReader, size_bytes: int) -> tuple[Member, ...]:
    """The members of a container, its structure checked; reads the end and the directory only.

    Raises:
        CineContainerError: It is not written in the one way.
        CineTooLargeError: It is beyond the limits.
    """
    if size_bytes > _MAX_BYTES:
        raise CineTooLargeError(limit="bytes", allowed=_MAX_BYTES)
    if size_bytes < _END.size:
        raise CineContainerError(reason="it is too short")
    end = read_exactly(reader, size_bytes - _END.size, _END.size)
    signature, _, _, _, count, length, start, _ = _END.unpack(end)
    if signature != 0x06054B50:
        raise CineContainerError(reason="it does not end as it must")
    if count > _MAX_MEMBERS:
        raise CineTooLargeError(limit="members", allowed=_MAX_MEMBERS)
    if end != _end(count, length, start) or start + length + _END.size != size_bytes:
        raise CineContainerError(reason="its end record lies")
    members = _parse_central(read_exactly(reader, start, length), count)
    place = 0
    for member in members:
        if member.offset != place:
            raise CineContainerError(reason="its members overlap or leave gaps")
        place = member.data_offset + member.size
    if place != start:
        raise CineContainerError(reason="there are bytes that belong to no member")
    if len({member.name for member in members}) != len(members):
        raise CineContainerError(reason="a name stands twice")
    return members


def read_exactly(reader: BinaryReader, offset: int, size: int) -> bytes:
    """So many bytes from a place.

    Raises:
        CineContainerError: There are fewer.
    """
    reader.seek(offset)
    pieces: list[bytes] = []
    while size > 0:
        piece = reader.read(size)
        if not piece:
            raise CineContainerError(reason="it is cut short")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _parse_central(data: bytes, count: int) -> tuple[Member, ...]:
    members: list[Member] = []
    place = 0
    for _ in range(count):
        if place + _CENTRAL.size > len(data):
            raise CineContainerError(reason="its directory is cut short")
        fields = _CENTRAL.unpack_from(data, place)
        name_length = fields[10]
        raw_name = data[place + _CENTRAL.size : place + _CENTRAL.size + name_length]
        if not 0 < name_length <= _MAX_NAME or not raw_name.isascii():
            raise CineContainerError(reason="a member's name is not one that a cine has")
        member = Member(name=raw_name.decode("ascii"), offset=fields[16], size=fields[9], checksum=fields[7])
        entry = _central(member)
        if data[place : place + len(entry)] != entry:
            raise CineContainerError(reason="a member is compressed, encrypted, or carries what a cine may not")
        members.append(member)
        place += len(entry)
    if place != len(data):
        raise CineContainerError(reason="its directory holds more than its members")
    return tuple(members)


def _local(member: Member) -> bytes:
    name = member.name.encode("ascii")
    fixed = (0x04034B50, 20, 0, 0, 0, _DATE, member.checksum, member.size, member.size, len(name), 0)
    return _LOCAL.pack(*fixed) + name


def _central(member: Member) -> bytes:
    name = member.name.encode("ascii")
    sizes = (member.checksum, member.size, member.size, len(name))
    return _CENTRAL.pack(0x02014B50, 20, 20, 0, 0, 0, _DATE, *sizes, 0, 0, 0, 0, 0, member.offset) + name


def _end(count: int, length: int, start: int) -> bytes:
    return _END.pack(0x06054B50, 0, 0, count, count, length, start, 0)
