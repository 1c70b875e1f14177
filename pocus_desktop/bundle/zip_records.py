"""The ZIP records of a bundle, byte for byte: what the writer writes and the only thing the reader takes.

A bundle's records leave no choice (formats/bundle 2.2 to 2.6): given names, sizes, checksums and the order, there is
one sequence of bytes. So the reader checks a record by making it again, and every bit of it counts.
"""

import struct
import zlib
from typing import Final, NamedTuple

MIME_TYPE: Final = b"application/vnd.pocus.casebundle+zip"
MIME_NAME: Final = "mimetype"
MANIFEST_NAME: Final = "manifest.dsse.json"
SEGMENTS_NAME: Final = "segments.sha256"

LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
LOCAL_EXTRA: Final = struct.Struct("<2H2Q")
CENTRAL_EXTRA: Final = struct.Struct("<2H3Q")
END_64: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR: Final = struct.Struct("<4sLQL")
END: Final = struct.Struct("<4s4H2LH")
ENDING_BYTES: Final = END_64.size + LOCATOR.size + END.size
"""How long the three records at the end are together: 98 bytes."""

LOCAL_SIGNATURE: Final = b"PK\x03\x04"
CENTRAL_SIGNATURE: Final = b"PK\x01\x02"
END_64_SIGNATURE: Final = b"PK\x06\x06"
LOCATOR_SIGNATURE: Final = b"PK\x06\x07"
END_SIGNATURE: Final = b"PK\x05\x06"

VERSION: Final = 45
FLAGS: Final = 0x0800
"""Only bit 11: the name is UTF-8."""
STORED: Final = 0
TIME: Final = 0
DATE: Final = 0x0021
"""1 January 1980, the earliest a ZIP can say."""
ZIP64_ID: Final = 1
FULL_16: Final = 0xFFFF
FULL_32: Final = 0xFFFFFFFF
END_64_REST: Final = END_64.size - 12


class Entry(NamedTuple):
    """One member of the container.

    Attributes:
        name: Its path in the container, folders parted by `/`.
        size: Stored bytes; a bundle compresses nothing.
        crc32: Of the stored bytes, for ZIP tools; nothing here trusts it.
        offset: Where its local header begins in the file.
    """

    name: str
    size: int
    crc32: int
    offset: int

    @property
    def data_offset(self) -> int:
        """Where its bytes begin in the file."""
        return self.offset + local_header_size(self.name)

    @property
    def end(self) -> int:
        """Where its bytes end in the file."""
        return self.data_offset + self.size


def local_header_size(name: str) -> int:
    """How long a member's local header is."""
    extra = 0 if name == MIME_NAME else LOCAL_EXTRA.size
    return LOCAL.size + len(name.encode("utf-8")) + extra


def local_header(entry: Entry) -> bytes:
    """The record before a member's bytes; `mimetype` has no extra field, so that `file` recognises a bundle."""
    name = entry.name.encode("utf-8")
    shown, extra = FULL_32, b""
    if entry.name == MIME_NAME:
        shown = entry.size
    else:
        extra = LOCAL_EXTRA.pack(ZIP64_ID, LOCAL_EXTRA.size - 4, entry.size, entry.size)
    head = LOCAL.pack(
        LOCAL_SIGNATURE, VERSION, FLAGS, STORED, TIME, DATE, entry.crc32, shown, shown, len(name), len(extra)
    )
    return head + name + extra


def central_header(entry: Entry) -> bytes:
    """A member's record in the directory."""
    name = entry.name.encode("utf-8")
    size, offset, extra = FULL_32, FULL_32, b""
    if entry.name == MIME_NAME:
        size, offset = entry.size, entry.offset
    else:
        extra = CENTRAL_EXTRA.pack(ZIP64_ID, CENTRAL_EXTRA.size - 4, entry.size, entry.size, entry.offset)
    head = CENTRAL.pack(
        CENTRAL_SIGNATURE, VERSION, VERSION, FLAGS, STORED, TIME, DATE, entry.crc32, size, size, len(name), len(extra),
        0, 0, 0, 0, offset,
    )  # fmt: skip
    return head + name + extra


def ending(*, members: int, directory_offset: int, directory_size: int) -> bytes:
    """The three records that end a bundle."""
    return (
        END_64.pack(
            END_64_SIGNATURE, END_64_REST, VERSION, VERSION, 0, 0, members, members, directory_size, directory_offset
        )
        + LOCATOR.pack(LOCATOR_SIGNATURE, 0, directory_offset + directory_size, 1)
        + END.pack(END_SIGNATURE, 0, 0, FULL_16, FULL_16, FULL_32, FULL_32, 0)
    )


MIME_ENTRY: Final = Entry(name=MIME_NAME, size=len(MIME_TYPE), crc32=zlib.crc32(MIME_TYPE), offset=0)
BEGINNING: Final = local_header(MIME_ENTRY) + MIME_TYPE
"""The same first bytes in every bundle."""
