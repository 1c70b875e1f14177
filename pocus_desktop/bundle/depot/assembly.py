"""A container being put together from verified segments, on the disk, so that a fetch can go on after anything.

The manifest leaves no choice of bytes: with its envelope it fixes where every segment lies in the container. What is
written here was verified in memory before; what a process that died had written is verified again before it counts.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.bundle import zip_records as records
from pocus_desktop.bundle.container import read_container
from pocus_desktop.bundle.manifest import Manifest
from pocus_desktop.bundle.stored_file import DIGEST_BYTES, SEGMENT_BYTES, StoredFile, segment_count
from pocus_desktop.bundle.writer import lay_out, write_container
from pocus_desktop.kernel.errors import PocusError

GAP_BYTES: Final = 4096
"""Bytes between two missing segments that are fetched along rather than asked apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment and where it lies in the container."""

    digest: bytes
    offset: int
    size: int

    @property
    def end(self) -> int:
        """Where it ends in the container."""
        return self.offset + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Missing segments that are asked for at once, in order."""

    segments: tuple[Segment, ...]

    @property
    def offset(self) -> int:
        """Where it begins in the container."""
        return self.segments[0].offset

    @property
    def end(self) -> int:
        """Where it ends in the container."""
        return self.segments[-1].end


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything lies in a container that does not exist yet."""

    envelope: bytes
    manifest: Manifest
    entries: tuple[records.Entry, ...]

    @classmethod
    def of(cls, envelope: bytes, manifest: Manifest) -> "Layout":
        """The only layout that a manifest and its envelope allow (formats/bundle 2.6)."""
        sizes = [(member.path, member.stored_bytes) for member in manifest.members]
        entries = lay_out(
            [
                (records.MANIFEST_NAME, len(envelope)),
                (records.SEGMENTS_NAME, manifest.segment_table_bytes),
                *sizes,
            ]
        )
        return cls(envelope=envelope, manifest=manifest, entries=entries)

    @property
    def table(self) -> records.Entry:
        """The segment table's place."""
        return self.entries[2]

    @property
    def size_bytes(self) -> int:
        """How long the whole container is."""
        directory = sum(len(records.central_header(entry)) for entry in self.entries)
        return self.entries[-1].end + directory + records.ENDING_BYTES

    def is_table(self, table: bytes) -> bool:
        """Whether bytes are the segment table that the manifest was signed with (formats/bundle 3.6)."""
        if len(table) != self.table.size:
            return False
        offset = 0
        for member in self.manifest.members:
            end = offset + DIGEST_BYTES * segment_count(member.stored_bytes)
            if hashlib.sha256(table[offset:end]).hexdigest() != member.segments_sha256:
                return False
            offset = end
        return True

    def segments(self, table: bytes) -> tuple[Segment, ...]:
        """Every segment of every member, in the container's order."""
        return tuple(_segments(self.entries[3:], table))


def _segments(entries: tuple[records.Entry, ...], table: bytes) -> Iterator[Segment]:
    at = 0
    for entry in entries:
        for index in range(segment_count(entry.size)):
            offset = entry.data_offset + index * SEGMENT_BYTES
            yield Segment(
                digest=table[at : at + DIGEST_BYTES], offset=offset, size=min(SEGMENT_BYTES, entry.end - offset)
            )
            at += DIGEST_BYTES


class Assembly:
    """The file that a container grows in.

    Args:
        file: Open for reading and writing.
        layout: What it shall be.
    """

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._layout = layout

    def table(self) -> bytes | None:
        """The segment table, where an earlier fetch left it whole."""
        found = self._read(self._layout.table.data_offset, self._layout.table.size)
        return found if self._layout.is_table(found) else None

    def put_table(self, table: bytes) -> None:
        """Keep the verified segment table for a later fetch."""
        self._write(self._layout.table.data_offset, table)

    def holds(self, segment: Segment) -> bool:
        """Whether a segment is here, verified now."""
        return is_segment(self._read(segment.offset, segment.size), segment)

    def put(self, segment: Segment, data: bytes) -> None:
        """Write a segment that was verified in memory."""
        self._write(segment.offset, data)

    def complete(self, table: bytes) -> None:
        """Write what is no segment, and make all of it durable."""
        layout = self._layout
        write_container(self._file, layout.entries, envelope=layout.envelope, table=table, manifest=layout.manifest)
        self._file.truncate(layout.size_bytes)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

    def _write(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        self._file.write(data)


def is_segment(data: bytes, segment: Segment) -> bool:
    """Whether bytes are this segment's."""
    return len(data) == segment.size and hashlib.sha256(data).digest() == segment.digest


def runs(missing: tuple[Segment, ...]) -> tuple[Run, ...]:
    """Missing segments, joined where hardly anything lies between them."""
    found: list[list[Segment]] = []
    for segment in missing:
        if found and segment.offset - found[-1][-1].end <= GAP_BYTES:
            found[-1].append(segment)
        else:
            found.append([segment])
    return tuple(Run(segments=tuple(each)) for each in found)


def reuse(assembly: Assembly, wanted: tuple[Segment, ...], held: tuple[Path, ...]) -> tuple[Segment, ...]:
    """Copy what other versions on this disk have, verified as it is copied.

    The versions' own tables only tell where to look; nobody's word is taken for what is found there.

    Args:
        assembly: Where to.
        wanted: What is still missing.
        held: Containers on this disk, the likeliest first.

    Returns:
        What is missing still.
    """
    missing = {segment.digest: segment for segment in wanted}
    doubles = len(wanted) != len(missing)
    for path in held:
        if not missing:
            break
        try:
            with StoredFile(path) as file:
                for found in _held_segments(file, missing):
                    data = file.read_at(found.offset, found.size)
                    if is_segment(data, found):
                        _put_all(assembly, wanted if doubles else (missing[found.digest],), found.digest, data)
                        del missing[found.digest]
        except PocusError:
            continue  # a damaged version is no source, and its damage is told where it is used
    return tuple(segment for segment in wanted if segment.digest in missing)


def _held_segments(file: StoredFile, missing: Mapping[bytes, Segment]) -> Iterator[Segment]:
    entries = read_container(file)
    if len(entries) < len(("mimetype", "manifest", "segments", "a member")) or entries[2].name != records.SEGMENTS_NAME:
        return
    table = file.read_at(entries[2].data_offset, entries[2].size)
    for segment in _segments(entries[3:], table):
        if segment.digest in missing and missing[segment.digest].size == segment.size:
            yield segment


def _put_all(assembly: Assembly, among: tuple[Segment, ...], digest: bytes, data: bytes) -> None:
    for segment in among:
        if segment.digest == digest:
            assembly.put(segment, data)


class Receiver:
    """Takes the bytes of a run as they come, and hands on each segment once it is whole and right.

    Args:
        run: What was asked for.
        take: Gets each verified segment with its bytes.
    """

    def __init__(self, run: Run, take: Callable[[Segment, bytes], None]) -> None:
        self._left = list(run.segments)
        self._end = run.end
        self._take = take
        self._offset = run.offset
        self._buffer = bytearray()

    @property
    def next_offset(self) -> int:
        """Where in the container the next byte is wanted."""
        return self._offset + len(self._buffer)

    @property
    def wanted_bytes(self) -> int:
        """How many more bytes are wanted."""
        return self._end - self.next_offset

    @property
    def is_done(self) -> bool:
        """Whether every segment was handed on."""
        return not self._left

    def begin_segment_again(self) -> None:
        """Forget the part of a segment that came: it may be what was wrong, and another carrier gives it whole."""
        self._buffer.clear()
        if self._left:
            self._offset = self._left[0].offset

    def feed(self, piece: bytes) -> bool:
        """Take bytes; false where a segment turned out wrong, which is then wanted again."""
        self._buffer += piece
        while self._left and len(self._buffer) >= self._left[0].end - self._offset:
            segment = self._left[0]
            start = segment.offset - self._offset
            data = bytes(self._buffer[start : start + segment.size])
            if not is_segment(data, segment):
                self.begin_segment_again()
                return False
            self._take(segment, data)
            del self._buffer[: start + segment.size], self._left[0]
            self._offset = segment.end
        return True
