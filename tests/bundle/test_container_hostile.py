"""Every malformed container is refused by its own named error: one file, one cause, one code."""

import stat
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.bundle import container_errors
from pocus_desktop.kernel.errors import PocusError

CLIP = "content/media/clip.mp4"
CASE = "content/case.json"
Zip = Any
Hostile = Callable[[Zip], bytes]


def altered(change: Callable[[Zip], object]) -> Hostile:
    def hostile(zip_: Zip) -> bytes:
        change(zip_)
        built: bytes = zip_.build()
        return built

    return hostile


def both(**values: Any) -> Hostile:
    return altered(lambda z: z.member(CLIP).both(**values))


def central(**values: Any) -> Hostile:
    return altered(lambda z: z.member(CLIP).central.update(values))


def local(**values: Any) -> Hostile:
    return altered(lambda z: z.member(CLIP).local.update(values))


def renamed(name: bytes) -> Hostile:
    return altered(lambda z: setattr(z.member(CLIP), "name", name))


def end(**values: Any) -> Hostile:
    return altered(lambda z: z.end.update(values))


def end64(**values: Any) -> Hostile:
    return altered(lambda z: z.end64.update(values))


def locator(**values: Any) -> Hostile:
    return altered(lambda z: z.locator.update(values))


def zip64_central(plain: int, stored: int, offset: int) -> bytes:
    return struct.pack("<HHQQQ", 1, 24, plain, stored, offset)


def first_named(name: bytes) -> Hostile:
    def change(z: Zip) -> None:
        z.members[0].name = name

    return altered(change)


def mime_data(data: bytes) -> Hostile:
    return altered(lambda z: setattr(z.members[0], "data", data))


def swap_members(z: Zip) -> None:
    z.directory_order = [0, 1, 2, 4, 3, 5]


def overlapping(z: Zip) -> None:
    """The last member begins inside the one before it, as in a quine or a bomb."""
    z.members[-2].central["size"] = z.members[-2].central["plain"] = len(z.members[-2].data) + 50
    z.members[-2].local.update(size=len(z.members[-2].data) + 50, plain=len(z.members[-2].data) + 50)


def shared_bytes(z: Zip) -> None:
    z.member(CLIP).central["offset"] = 0


def large_directory(z: Zip) -> None:
    z.end64["size"] = 2**62
    z.end64["offset"] = 0


def directory_of_content(z: Zip) -> None:
    """Nearly all of a large file is called directory, which a reader would take into memory."""
    z.member(CLIP).data = bytes(16 * 1024 * 1024)
    z.end64.update(offset=100, size=len(z.build()) - 98 - 100)


def no_end_64(z: Zip) -> bytes:
    whole = z.build()
    return bytes(whole[:-98] + whole[-22:])


def past_the_directory(z: Zip) -> bytes:
    """The last record's name is longer than what is left of the directory."""
    whole = bytearray(z.build())
    at = whole.rfind(b"PK\x01\x02")
    whole[at + 28 : at + 30] = b"\xff\x00"
    return bytes(whole)


def count(number: int) -> Hostile:
    return end64(here=number, total=number)


ROWS: dict[str, tuple[str, Hostile]] = {
    "empty file": ("not_a_bundle", lambda _: b""),
    "text": ("not_a_bundle", lambda _: b"%PDF-1.7 this is something else" * 10),
    "three bytes": ("not_a_bundle", lambda z: z.build()[:3]),
    "half a file": ("truncated", lambda z: z.build()[: len(z.build()) // 2]),
    "last byte gone": ("truncated", lambda z: z.build()[:-1]),
    "end record gone": ("truncated", lambda z: z.build()[:-22]),
    "end record promises a comment": ("truncated", lambda z: z.build()[:-2] + b"\x05\x00"),
    "one byte after the end": ("trailing_bytes", lambda z: z.build() + b"\x00"),
    "a second archive after the end": ("trailing_bytes", lambda z: z.build() + b"x" * 60_000),
    "archive comment": ("comment", end(comment=b"hello")),
    "member comment": ("comment", central(comment=b"hello")),
    "program before the archive": ("leading_bytes", lambda z: b"#!/bin/sh\n" + z.build()),
    "program before, offsets corrected": (
        "leading_bytes",
        altered(lambda z: setattr(z.members[0], "prefix", b"#!/bin/sh\n")),
    ),
    "archive before the archive, offsets corrected": (
        "leading_bytes",
        altered(lambda z: setattr(z.members[0], "prefix", b"PK\x03\x04" + bytes(26))),
    ),
    "archive before the archive": ("zip64_mismatch", lambda z: b"PK\x03\x04" + bytes(26) + z.build()),
    "end record of another disk": ("multi_disk", end(disk=1)),
    "directory on another disk": ("multi_disk", end(cd_disk=1)),
    "zip64 record of another disk": ("multi_disk", end64(disk=1)),
    "zip64 directory on another disk": ("multi_disk", end64(cd_disk=2)),
    "locator points to another disk": ("multi_disk", locator(disk=1)),
    "two disks in all": ("multi_disk", locator(disks=2)),
    "member on another disk": ("multi_disk", central(disk=1)),
    "no members": ("no_mimetype", altered(lambda z: z.members.clear())),
    "first member is another": ("no_mimetype", altered(lambda z: z.members.pop(0))),
    "mimetype stands second": ("no_mimetype", altered(lambda z: z.members.insert(0, z.members.pop(1)))),
    "mimetype in capitals": ("no_mimetype", first_named(b"MIMETYPE")),
    "another mime type": ("wrong_mimetype", mime_data(b"application/epub+zip")),
    "another mime type of the same length": ("wrong_mimetype", mime_data(b"application/vnd.pocus.casebundle+ZIP")),
    "mime type with a line end": ("wrong_mimetype", mime_data(b"application/vnd.pocus.casebundle+zip\n")),
    "mimetype's checksum": ("checksum", altered(lambda z: z.members[0].both(crc=1))),
    "mimetype's own header lies about its size": (
        "sizes_disagree",
        altered(lambda z: z.members[0].local.update(short=(35, 35))),
    ),
    "mimetype's own header lies about its checksum": (
        "header_disagrees",
        altered(lambda z: z.members[0].local.update(crc=1)),
    ),
    "mimetype has an extra field": ("extra_field", altered(lambda z: z.members[0].both(extra=b"ab\x00\x00"))),
    "mimetype has an extra field of its own": (
        "extra_field",
        altered(lambda z: z.members[0].local.update(extra=b"ab\x00\x00")),
    ),
    "mimetype's two sizes": ("sizes_disagree", altered(lambda z: z.members[0].central.update(plain=35))),
    "no zip64 records": ("zip64_mismatch", no_end_64),
    "end record says the count itself": ("zip64_mismatch", end(here=6, total=6)),
    "end record says the size itself": ("zip64_mismatch", end(size=400)),
    "end record says the offset itself": ("zip64_mismatch", end(offset=400)),
    "locator has another signature": ("zip64_mismatch", locator(signature=b"PK\x06\x08")),
    "locator points elsewhere": ("zip64_mismatch", locator(offset=3)),
    "zip64 record of another length": ("zip64_mismatch", end64(rest=56)),
    "zip64 record by a later version": ("zip64_mismatch", end64(needed=63)),
    "zip64 record counts twice": ("zip64_mismatch", end64(here=5)),
    "directory past the end": ("zip64_mismatch", end64(offset=2**63)),
    "directory of enormous size": ("zip64_mismatch", altered(large_directory)),
    "directory larger than any": ("directory_damaged", altered(directory_of_content)),
    "directory runs into the end records": ("overlap", altered(lambda z: z.end64.update(size=len(z.build()) // 2))),
    "bytes between directory and end": ("gap", altered(lambda z: setattr(z, "before_end64", b"hidden"))),
    "member without zip64 sizes": (
        "zip64_mismatch",
        altered(lambda z: z.member(CLIP).central.update(extra=b"", shorts=(10, 10, 10))),
    ),
    "member with sizes in both forms": ("zip64_mismatch", central(shorts=(10, 10, 0xFFFFFFFF))),
    "member's own sizes in both forms": ("zip64_mismatch", local(short=(10, 10))),
    "zip64 sizes too short": ("zip64_mismatch", central(extra=struct.pack("<HHQQ", 1, 16, 5, 5))),
    "zip64 sizes under another length": ("zip64_mismatch", central(extra=struct.pack("<HHQQQ", 1, 23, 5, 5, 5))),
    "no own zip64 sizes": ("zip64_mismatch", local(extra=b"")),
    "fewer members than counted": ("directory_damaged", count(7)),
    "more members than counted": ("directory_damaged", count(5)),
    "record with another signature": ("directory_damaged", central(signature=b"PK\x01\x03")),
    "record longer than the directory": ("directory_damaged", past_the_directory),
    "ten thousand and one members": ("too_many_members", count(10_001)),
    "four thousand million members": ("too_many_members", count(2**63)),
    "nine folders deep": ("too_deep", renamed(b"content/a/b/c/d/e/f/g/h")),
    "a member twice": ("duplicate_member", renamed(CASE.encode())),
    "a member twice but for case": ("duplicate_member", renamed(b"content/CASE.json")),
    "absolute path": ("absolute_path", renamed(b"/etc/passwd")),
    "drive": ("absolute_path", renamed(b"C:/windows/x")),
    "drive without a slash": ("absolute_path", renamed(b"c:x")),
    "parent folder": ("parent_path", renamed(b"content/../../x")),
    "parent folder first": ("parent_path", renamed(b"../x")),
    "parent folder last": ("parent_path", renamed(b"content/..")),
    "backslash": ("backslash_path", renamed(b"content\\media\\clip.mp4")),
    "backslash parent": ("backslash_path", renamed(b"..\\x")),
    "latin-1 name": ("name_not_utf8", renamed("content/vídeo".encode("latin-1"))),
    "overlong utf-8": ("name_not_utf8", renamed(b"content/\xc0\xaf")),
    "surrogate": ("name_not_utf8", renamed(b"content/\xed\xa0\x80")),
    "empty name": ("bad_name", renamed(b"")),
    "empty part": ("bad_name", renamed(b"content//x")),
    "dot part": ("bad_name", renamed(b"content/./x")),
    "nul in name": ("bad_name", renamed(b"content/a\x00.mp4")),
    "line end in name": ("bad_name", renamed(b"content/a\n.mp4")),
    "right-to-left override": ("bad_name", renamed("content/a\u202egpm.exe".encode())),
    "not normalised": ("bad_name", renamed("content/vi\u0301deo".encode())),
    "stream of another file": ("bad_name", renamed(b"content/case.json:hidden")),
    "trailing dot": ("bad_name", renamed(b"content/case.json.")),
    "very long name": ("bad_name", renamed(b"content/" + b"x" * 300)),
    "deflated": ("compressed_member", both(method=8)),
    "deflated, says the directory": ("compressed_member", central(method=8)),
    "deflated, says the header": ("compressed_member", local(method=8)),
    "encrypted": ("encrypted_member", both(flags=0x801)),
    "encrypted, says the header": ("encrypted_member", local(flags=0x801)),
    "strongly encrypted": ("encrypted_member", both(flags=0x841)),
    "masked headers": ("encrypted_member", central(flags=0x2800)),
    "data descriptor": ("data_descriptor", both(flags=0x808)),
    "data descriptor, says the header": ("data_descriptor", local(flags=0x808)),
    "no utf-8 flag": ("unknown_flags", both(flags=0)),
    "unknown flag": ("unknown_flags", both(flags=0x880)),
    "unknown flag, says the header": ("unknown_flags", local(flags=0x8800)),
    "overlapping members": ("overlap", altered(overlapping)),
    "two names for the same bytes": ("overlap", altered(shared_bytes)),
    "bytes between members": ("gap", altered(lambda z: setattr(z.member(CLIP), "prefix", b"hidden"))),
    "bytes before the directory": ("gap", altered(lambda z: setattr(z, "directory_prefix", b"hidden"))),
    "directory in another order": ("out_of_order", altered(swap_members)),
    "two sizes in the directory": ("sizes_disagree", central(plain=5)),
    "another size in the header": ("sizes_disagree", local(size=5, plain=5)),
    "two sizes in the header": ("sizes_disagree", local(plain=5)),
    "another name in the header": ("header_disagrees", local(name=b"content/media/clip.mp5")),
    "a longer name in the header": ("header_disagrees", local(name=b"content/media/clip.mp4x")),
    "another checksum in the header": ("header_disagrees", local(crc=7)),
    "no header there": ("header_disagrees", local(signature=b"PK\x03\x05")),
    "symbolic link": ("link_member", central(external=(stat.S_IFLNK | 0o777) << 16)),
    "folder by name": ("folder_member", renamed(b"content/media/")),
    "folder by mode": ("folder_member", central(external=(stat.S_IFDIR | 0o755) << 16)),
    "folder by attribute": ("folder_member", central(external=0x10)),
    "mode bits": ("member_attributes", central(external=(stat.S_IFREG | 0o755) << 16)),
    "made on unix": ("member_attributes", central(made=0x032D)),
    "internal attributes": ("member_attributes", central(internal=1)),
    "a date": ("member_attributes", both(date=0x5A21)),
    "a time": ("member_attributes", both(time=1)),
    "a time in the header": ("member_attributes", local(time=1)),
    "a later version needed": ("member_attributes", both(needed=63)),
    "unix extra field": ("extra_field", altered(lambda z: z.member(CLIP).both(extra=b"UT\x05\x00\x01abcd"))),
    "unicode path extra field": (
        "extra_field",
        altered(lambda z: z.member(CLIP).central.update(extra=zip64_central(1, 1, 1) + b"up\x05\x00\x01" + bytes(4))),
    ),
    "extra field in the header only": (
        "extra_field",
        altered(lambda z: z.member(CLIP).local.update(extra=struct.pack("<HHQQ", 1, 16, 1, 1) + b"UT\x01\x00x")),
    ),
    "extra field of the right length": ("extra_field", local(extra=b"XX\x10\x00" + bytes(16))),
    "manifest's checksum": (
        "checksum",
        altered(lambda z: z.member("manifest.dsse.json").both(crc=zlib.crc32(b"other"))),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_malformed_container_is_refused_by_name(press: Any, take_apart: Any, name: str) -> None:
    code, hostile = ROWS[name]
    path: Path = press.save(hostile(take_apart(press.publish().path)))
    with pytest.raises(PocusError) as refused:
        press.open(path)
    assert refused.value.code == f"bundle.{code}"
    assert "{" not in str(refused.value), "the words lack a parameter"


NUMBERS = st.one_of(
    st.integers(0, 300), st.sampled_from([0xFFFE, 0xFFFF, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1])
)
WIDTH = {
    **dict.fromkeys(("made", "needed", "flags", "method", "time", "date", "internal"), 16),
    **dict.fromkeys(("crc", "external"), 32),
    **dict.fromkeys(("size", "plain"), 64),
}
ENDS = {
    "end": dict.fromkeys(("disk", "cd_disk", "here", "total"), 16) | dict.fromkeys(("size", "offset"), 32),
    "end64": dict.fromkeys(("made", "needed"), 16)
    | dict.fromkeys(("disk", "cd_disk"), 32)
    | dict.fromkeys(("rest", "here", "total", "size", "offset"), 64),
    "locator": {"disk": 32, "offset": 64, "disks": 32},
}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_lie_in_any_field_is_refused_by_name(press: Any, take_apart: Any, data: st.DataObject) -> None:
    """Fields that lie together, which the rows above never do; nothing but a named error, or the same file."""
    written = press.publish(files={"a": ("text/plain", b"a"), "b": ("text/plain", b"b")})
    zip_ = take_apart(written.path)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(["local", "central", "end", "end64", "locator"]))
        if place in ENDS:
            name = data.draw(st.sampled_from(sorted(ENDS[place])))
            getattr(zip_, place)[name] = data.draw(NUMBERS) % 2 ** ENDS[place][name]
            continue
        member = data.draw(st.sampled_from(zip_.members[1:]))
        name = data.draw(st.sampled_from(sorted(WIDTH) + (["offset"] if place == "central" else [])))
        getattr(member, place)[name] = data.draw(NUMBERS) % 2 ** WIDTH.get(name, 64)
    hostile = zip_.build()
    try:
        press.open(press.save(hostile)).close()
    except PocusError as refused:
        assert refused.code.startswith("bundle.")  # noqa: PT017 - one of two right outcomes
    else:
        assert hostile == written.path.read_bytes()


def test_the_raw_writer_lies_only_when_told(press: Any, take_apart: Any) -> None:
    written = press.publish()
    assert take_apart(written.path).build() == written.path.read_bytes()


def test_every_container_error_has_a_hostile_file() -> None:
    defined = {
        each.code.removeprefix("bundle.")
        for each in vars(container_errors).values()
        if isinstance(each, type) and issubclass(each, PocusError) and each is not PocusError
    }
    assert {code for code, _ in ROWS.values()} == defined
