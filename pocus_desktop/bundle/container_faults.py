"""Name what is wrong with a ZIP record that is not the one a bundle has (formats/bundle 2.3 to 2.5).

Only reached when a record differs from the one form allowed; everything here ends in a named error.
"""

import stat
from typing import Any, Final, NoReturn

from pocus_desktop.bundle import container_errors as errors
from pocus_desktop.bundle import zip_records as records
from pocus_desktop.bundle.names import read_name, shown
from pocus_desktop.bundle.stored_file import StoredFile
from pocus_desktop.bundle.zip_records import Entry

_FLAG_DESCRIPTOR: Final = 0x0008
_FLAGS_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_DOS_FOLDER: Final = 0x10


def refuse_central(fields: tuple[Any, ...], raw_name: bytes, extra: bytes, *, is_whole: bool, file: str) -> Entry:
    """Judge a directory record that is not a usual member's.

    Args:
        fields: The record as `zip_records.CENTRAL` unpacks it.
        raw_name: Its name's bytes.
        extra: Its extra field and comment.
        is_whole: Whether the directory holds all of it.
        file: The bundle's file name, for the error.

    Returns:
        The entry of `mimetype`, the one member that needs no ZIP64 extra field; nothing else comes back.

    Raises:
        PocusError: The fault, by name.
    """
    head, made, needed, flags, method, time, date, crc32, stored, plain, _, extra_size, comment_size = fields[:13]
    disk, internal, external, offset = fields[13:]
    if head != records.CENTRAL_SIGNATURE or not is_whole:
        raise errors.DirectoryDamagedError(file=file)
    told = {"file": file, "member": shown(raw_name.decode("utf-8", "replace"))}
    _refuse_flags(flags, method, told)
    if disk:
        raise errors.MultiDiskError(file=file)
    name = read_name(raw_name, file=file)
    if comment_size:
        raise errors.CommentError(file=file)
    mode = external >> 16
    if stat.S_ISLNK(mode):
        raise errors.LinkMemberError(**told)
    if stat.S_ISDIR(mode) or external & _DOS_FOLDER:
        raise errors.FolderMemberError(**told)
    if internal or external or (made, needed) != (records.VERSION, records.VERSION) or (time, date) != (0, 0x21):
        raise errors.MemberAttributesError(**told)
    if name == records.MIME_NAME:
        if extra_size:
            raise errors.ExtraFieldError(**told)
        if stored != plain:
            raise errors.SizesDisagreeError(**told)
        return Entry(name, stored, crc32, offset)
    if not _starts_with_zip64(extra):
        if extra_size and (stored, plain, offset) == (records.FULL_32,) * 3:
            raise errors.ExtraFieldError(**told)
        raise errors.Zip64MismatchError(file=file)
    if extra_size > records.CENTRAL_EXTRA.size and extra[2:4] == (24).to_bytes(2, "little"):
        raise errors.ExtraFieldError(**told)
    raise errors.Zip64MismatchError(file=file)


def refuse_local(entry: Entry, file: StoredFile) -> NoReturn:
    """Name how a member's own header differs from the directory's word for it.

    Raises:
        PocusError: The fault, by name; `HeaderDisagreesError` where no better name fits.
    """
    expected = records.local_header(entry)
    told = {"file": file.name, "member": shown(entry.name)}
    found = file.read_exactly(entry.offset, records.LOCAL.size)
    head, needed, flags, method, time, date, _, stored, plain, name_size, extra_size = records.LOCAL.unpack(found)
    if head != records.LOCAL_SIGNATURE:
        raise errors.HeaderDisagreesError(**told)
    _refuse_flags(flags, method, told)
    if needed != records.VERSION or (time, date) != (records.TIME, records.DATE):
        raise errors.MemberAttributesError(**told)
    wanted = records.LOCAL.unpack_from(expected)
    name = file.read_exactly(entry.offset + records.LOCAL.size, name_size)
    if name != entry.name.encode("utf-8"):
        raise errors.HeaderDisagreesError(**told)
    extra = file.read_exactly(entry.offset + records.LOCAL.size + name_size, extra_size)
    if extra_size != wanted[-1]:
        if not extra or (wanted[-1] and not _starts_with_zip64(extra)):
            raise errors.Zip64MismatchError(file=file.name)
        raise errors.ExtraFieldError(**told)
    if entry.name == records.MIME_NAME:
        if (stored, plain) != (entry.size, entry.size):
            raise errors.SizesDisagreeError(**told)
        raise errors.HeaderDisagreesError(**told)
    kind, length, long_plain, long_stored = records.LOCAL_EXTRA.unpack(extra)
    if (kind, length) != (records.ZIP64_ID, records.LOCAL_EXTRA.size - 4):
        raise errors.ExtraFieldError(**told)
    if (stored, plain) != (records.FULL_32, records.FULL_32):
        raise errors.Zip64MismatchError(file=file.name)
    if (long_plain, long_stored) != (entry.size, entry.size):
        raise errors.SizesDisagreeError(**told)
    raise errors.HeaderDisagreesError(**told)


def _refuse_flags(flags: int, method: int, told: dict[str, str]) -> None:
    if flags & _FLAGS_ENCRYPTED:
        raise errors.EncryptedMemberError(**told)
    if flags & _FLAG_DESCRIPTOR:
        raise errors.DataDescriptorError(**told)
    if method != records.STORED:
        raise errors.CompressedMemberError(**told)
    if flags != records.FLAGS:
        raise errors.UnknownFlagsError(**told)


def _starts_with_zip64(extra: bytes) -> bool:
    return extra[:2] == records.ZIP64_ID.to_bytes(2, "little")
