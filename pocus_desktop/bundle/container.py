"""Read a bundle's container: a ZIP64 of STORED members that can be written in one way only (formats/bundle 2).

The standard library's reader forgives: it skips what stands before the archive, lets the directory and a member's own
header differ, takes overlaps and repeated names. A bundle forgives nothing, and each fault has its own name:

1. The file begins with a local header (2.1).
2. It ends with its three end records, which agree with each other and with the file's size (2.2).
3. The directory holds exactly the members that the end records count, in the one form allowed (2.3 to 2.5, 2.7).
4. The members lie one after the other, from the first byte to the directory, without gap or overlap (2.6).
5. Each member's own header says what the directory says (2.5), and the first is `mimetype` (2.1).

The cost grows with the number of members, not with their sizes; no member is read but `mimetype`.
"""

from itertools import pairwise
from typing import Final

from pocus_desktop.bundle import container_errors as errors
from pocus_desktop.bundle import zip_records as records
from pocus_desktop.bundle.container_faults import refuse_central, refuse_local
from pocus_desktop.bundle.names import collation, read_name, shown
from pocus_desktop.bundle.stored_file import StoredFile
from pocus_desktop.bundle.zip_records import Entry

MAXIMUM_MEMBERS: Final = 10_000
MAXIMUM_DIRECTORY_BYTES: Final = 16 * 1024 * 1024
_COMMENT_WINDOW: Final = 0xFFFF + records.ENDING_BYTES

_FIXED: Final = records.CENTRAL.unpack(records.central_header(Entry(name="", size=0, crc32=0, offset=0))[:46])
_FIXED_HEAD: Final = _FIXED[:7]
_FIXED_TAIL: Final = _FIXED[11:]
_FIXED_SIZES: Final = (records.FULL_32, records.FULL_32)


def read_container(file: StoredFile) -> tuple[Entry, ...]:
    """The members of a bundle, in the file's order.

    Args:
        file: The open file.

    Returns:
        At least `mimetype`; every name allowed and unique, every range inside the file.

    Raises:
        PocusError: One of `bundle.container_errors`, by cause; `UnreadableError` where the system gives no bytes.
    """
    _require_beginning(file)
    members, offset, size = _read_ending(file)
    directory = file.read_exactly(offset, size)
    entries = _read_directory(directory, members, file.name)
    _require_mimetype(file, entries)
    _require_tiling(file, entries, offset)
    for entry in entries[1:]:
        expected = records.local_header(entry)
        found = file.read_exactly(entry.offset, len(expected))
        if found != expected:
            refuse_local(entry, file)
    return entries


def _require_beginning(file: StoredFile) -> None:
    head = file.read_at(0, 4)
    if head == records.LOCAL_SIGNATURE:
        return
    if head in (records.END_64_SIGNATURE, records.END_SIGNATURE):
        raise errors.NoMimetypeError(file=file.name)
    if file.read_at(max(0, file.size - records.END.size), 4) == records.END_SIGNATURE:
        raise errors.LeadingBytesError(file=file.name)
    raise errors.NotABundleError(file=file.name)


def _read_ending(file: StoredFile) -> tuple[int, int, int]:
    """How many members there are, and where the directory is: members, offset, size."""
    told = {"file": file.name}
    start = file.size - records.ENDING_BYTES
    end_at = file.size - records.END.size
    if end_at < 0 or file.read_at(end_at, 4) != records.END_SIGNATURE:
        _refuse_ending(file)
    (_, disk, directory_disk, here, total, short_size, short_offset, comment) = records.END.unpack(
        file.read_exactly(end_at, records.END.size)
    )
    if comment:
        raise errors.TruncatedError(**told)
    if (disk, directory_disk) != (0, 0):
        raise errors.MultiDiskError(**told)
    full = (records.FULL_16, records.FULL_16, records.FULL_32, records.FULL_32)
    if (here, total, short_size, short_offset) != full or start < 0:
        raise errors.Zip64MismatchError(**told)
    tail = file.read_exactly(start, records.ENDING_BYTES)
    signature, locator_disk, end_64_at, disks = records.LOCATOR.unpack_from(tail, records.END_64.size)
    if signature != records.LOCATOR_SIGNATURE:
        raise errors.Zip64MismatchError(**told)
    if (locator_disk, disks) != (0, 1):
        raise errors.MultiDiskError(**told)
    head, rest, made, needed, disk, directory_disk, here, total, size, offset = records.END_64.unpack_from(tail)
    if (head, rest, made, needed) != (records.END_64_SIGNATURE, records.END_64_REST, records.VERSION, records.VERSION):
        raise errors.Zip64MismatchError(**told)
    if (disk, directory_disk) != (0, 0):
        raise errors.MultiDiskError(**told)
    if here != total or end_64_at != start:
        raise errors.Zip64MismatchError(**told)
    if total > MAXIMUM_MEMBERS:
        raise errors.TooManyMembersError(members=total, limit=MAXIMUM_MEMBERS, **told)
    if offset > start or size > start:
        raise errors.Zip64MismatchError(**told)
    if offset + size > start:
        raise errors.OverlapError(member="the end records", **told)
    if offset + size < start:
        raise errors.GapError(member="the end records", **told)
    if size > MAXIMUM_DIRECTORY_BYTES:
        raise errors.DirectoryDamagedError(**told)
    return total, offset, size


def _refuse_ending(file: StoredFile) -> None:
    """Name what stands where the end record should: a comment, something added, or nothing."""
    window = file.read_at(max(0, file.size - _COMMENT_WINDOW), _COMMENT_WINDOW)
    at = window.rfind(records.END_SIGNATURE)
    after = len(window) - at - records.END.size
    if at < 0 or after <= 0:
        raise errors.TruncatedError(file=file.name)
    comment = records.END.unpack_from(window, at)[-1]
    if comment == after:
        raise errors.CommentError(file=file.name)
    raise errors.TrailingBytesError(file=file.name)


def _read_directory(directory: bytes, members: int, file: str) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    taken: set[str] = set()
    at = 0
    for _ in range(members):
        if at + records.CENTRAL.size > len(directory):
            raise errors.DirectoryDamagedError(file=file)
        fields = records.CENTRAL.unpack_from(directory, at)
        name_at = at + records.CENTRAL.size
        extra_at = name_at + fields[10]
        at = extra_at + fields[11] + fields[12]
        raw_name = directory[name_at:extra_at]
        is_usual = fields[:7] == _FIXED_HEAD and fields[11:] == _FIXED_TAIL and fields[8:10] == _FIXED_SIZES
        if at > len(directory) or not is_usual:
            entry = refuse_central(fields, raw_name, directory[extra_at:at], is_whole=at <= len(directory), file=file)
        else:
            name = read_name(raw_name, file=file)
            kind, length, plain, stored, offset = records.CENTRAL_EXTRA.unpack_from(directory, extra_at)
            if (kind, length) != (records.ZIP64_ID, records.CENTRAL_EXTRA.size - 4) or name == records.MIME_NAME:
                refuse_central(fields, raw_name, directory[extra_at:at], is_whole=True, file=file)
            if plain != stored:
                raise errors.SizesDisagreeError(file=file, member=shown(name))
            entry = Entry(name, stored, fields[7], offset)
        folded = collation(entry.name)
        if folded in taken:
            raise errors.DuplicateMemberError(file=file, member=shown(entry.name))
        taken.add(folded)
        entries.append(entry)
    if at != len(directory):
        raise errors.DirectoryDamagedError(file=file)
    return tuple(entries)


def _require_mimetype(file: StoredFile, entries: tuple[Entry, ...]) -> None:
    told = {"file": file.name}
    if not entries or entries[0].name != records.MIME_NAME:
        raise errors.NoMimetypeError(**told)
    mime = entries[0]
    if mime.offset != 0:
        raise errors.LeadingBytesError(**told)
    if mime.size != len(records.MIME_TYPE):
        raise errors.WrongMimetypeError(**told)
    header = records.local_header(mime)
    if file.read_exactly(0, len(header)) != header:
        refuse_local(mime, file)
    if file.read_exactly(len(header), mime.size) != records.MIME_TYPE:
        raise errors.WrongMimetypeError(**told)
    if mime.crc32 != records.MIME_ENTRY.crc32:
        raise errors.ChecksumError(member=records.MIME_NAME, **told)


def _require_tiling(file: StoredFile, entries: tuple[Entry, ...], directory_offset: int) -> None:
    """Every byte before the directory belongs to exactly one member, in the directory's order."""
    place = 0
    previous: Entry | None = None
    for entry in (*entries, Entry("the directory", 0, 0, directory_offset)):
        if entry.offset != place:
            _refuse_tiling(file, entries, previous, entry, place)
        previous, place = entry, entry.end


def _refuse_tiling(
    file: StoredFile, entries: tuple[Entry, ...], previous: Entry | None, entry: Entry, place: int
) -> None:
    told = {"file": file.name, "member": shown(entry.name)}
    by_place = sorted(entries, key=lambda each: each.offset)
    if tuple(by_place) != entries and all(a.end == b.offset for a, b in pairwise(by_place)):
        raise errors.OutOfOrderError(**told)
    if previous is not None:
        header = records.local_header(previous)
        if file.read_at(previous.offset, len(header)) != header:
            refuse_local(previous, file)
    if entry.offset < place:
        raise errors.OverlapError(**told)
    raise errors.GapError(**told)
