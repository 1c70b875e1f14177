"""The cine format: what is written is read back; every malformed file is refused under its own name."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pocus_desktop.media.cine import CineInfo, CineReader, Region, even_times, parse_info, write_cine
from pocus_desktop.media.cine_container import write_container
from pocus_desktop.media.errors import CineError, CineIndexError

SIZE = (24, 16)
TIMES, END = even_times(3, fps=25)
REGION = Region(x0=2, y0=1, x1=24, y1=16, mm_per_px_x=0.5, mm_per_px_y=0.25)
INFO = CineInfo(width_px=24, height_px=16, times_us=TIMES, end_us=END, regions=(REGION,))


def picture(level: int, *, size: tuple[int, int] = SIZE, kind: str = "WEBP", lossless: bool = True) -> bytes:
    buffer = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).point(lambda value: (value + level) % 256).convert("RGB")
    image.save(buffer, format=kind, **({"lossless": lossless} if kind == "WEBP" else {}))
    return buffer.getvalue()


FRAMES = tuple(picture(40 * index) for index in range(3))
WHOLE = write_cine(INFO, FRAMES)


def read(data: bytes) -> list[bytes]:
    with CineReader(lambda: io.BytesIO(data), len(data)) as reader:
        return [reader.frame_bytes(index) for index in range(reader.info.frame_count)]


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(CineError) as caught:
        work()
    assert caught.value.explain("en").what != caught.value.explain("es").what
    assert "{" not in caught.value.explain("en").what
    return caught.value.code


def header(**changes: object) -> bytes:
    fields = {
        "version": 1,
        "width_px": 24,
        "height_px": 16,
        "frame_type": "image/webp",
        "times_us": list(TIMES),
        "end_us": END,
        "loop": True,
        "regions": [],
    }
    fields.update(changes)
    return json.dumps({key: value for key, value in fields.items() if value is not ...}).encode()


def region(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "kind": "tissue-2d",
        "x0": 0,
        "y0": 0,
        "x1": 10,
        "y1": 10,
        "mm_per_px_x": 0.1,
        "mm_per_px_y": 0.1,
    }
    fields.update(changes)
    return fields


def test_what_is_written_is_read_back() -> None:
    with CineReader(lambda: io.BytesIO(WHOLE)) as reader:
        assert reader.info == INFO
        assert [reader.frame_bytes(index) for index in (2, 0, 1)] == [FRAMES[2], FRAMES[0], FRAMES[1]]
        assert [reader.index_at(us) for us in (-5, 0, 39_999, 40_000, 80_000, 10**9)] == [0, 0, 0, 1, 2, 2]
        for index in (-1, 3):
            with pytest.raises(CineIndexError):
                reader.frame_bytes(index)


def test_the_same_frames_give_the_same_bytes_and_a_plain_zip() -> None:
    assert write_cine(INFO, FRAMES) == WHOLE
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["cine.json", *(f"frames/{index:05d}.webp" for index in range(3))]
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}


def test_png_frames_are_as_good() -> None:
    frames = [picture(index, kind="PNG") for index in range(3)]
    assert read(write_cine(replace(INFO, frame_type="image/png"), frames)) == frames


def test_regions_measure_lengths_in_their_own_scale() -> None:
    assert INFO.region_at(2, 1) == REGION
    assert INFO.region_at(1.9, 1) is None
    assert INFO.region_at(24, 5) is None
    assert REGION.distance_mm((4, 4), (10, 20)) == pytest.approx((3.0**2 + 4.0**2) ** 0.5)


HEADERS = {
    "not json": (b"{", "media.cine_header"),
    "a list": (b"[]", "media.cine_header"),
    "repeated key": (b'{"version":1,"version":1}', "media.cine_header"),
    "no version": (header(version=...), "media.cine_header"),
    "version true": (header(version=True), "media.cine_header"),
    "version 2": (header(version=2), "media.cine_version"),
    "missing field": (header(loop=...), "media.cine_header"),
    "unknown field": (header(patient="x"), "media.cine_header"),
    "width text": (header(width_px="24"), "media.cine_header"),
    "width zero": (header(width_px=0), "media.cine_header"),
    "width fraction": (header(width_px=24.5), "media.cine_header"),
    "width huge": (header(width_px=10_000), "media.cine_too_large"),
    "frame type jpeg": (header(frame_type="image/jpeg"), "media.cine_header"),
    "loop number": (header(loop=1), "media.cine_header"),
    "times not a list": (header(times_us=0), "media.cine_header"),
    "no frames": (header(times_us=[]), "media.cine_header"),
    "too many frames": (header(times_us=list(range(5001))), "media.cine_too_large"),
    "first time not zero": (header(times_us=[1, 2, 3]), "media.cine_times"),
    "times stand still": (header(times_us=[0, 5, 5]), "media.cine_times"),
    "end too early": (header(end_us=TIMES[-1]), "media.cine_times"),
    "regions not a list": (header(regions={}), "media.cine_header"),
    "region not an object": (header(regions=[3]), "media.cine_header"),
    "region of doppler": (header(regions=[region(kind="doppler")]), "media.cine_region_kind"),
    "region beyond the right": (header(regions=[region(x1=25)]), "media.cine_region_outside"),
    "region beyond the bottom": (header(regions=[region(y1=17)]), "media.cine_region_outside"),
    "region left of the frame": (header(regions=[region(x0=-1)]), "media.cine_region_outside"),
    "region empty": (header(regions=[region(x1=0)]), "media.cine_region_outside"),
    "region scale zero": (header(regions=[region(mm_per_px_x=0)]), "media.cine_region_scale"),
    "region scale negative": (header(regions=[region(mm_per_px_y=-0.1)]), "media.cine_region_scale"),
    "region scale text": (header(regions=[region(mm_per_px_y="0.1")]), "media.cine_region_scale"),
    "regions overlap": (header(regions=[region(), region(x0=9, x1=20)]), "media.cine_region_overlap"),
    "seventeen regions": (
        header(regions=[region(x0=index, x1=index + 1) for index in range(17)]),
        "media.cine_too_large",
    ),
    "region with a name": (header(regions=[region(name="x")]), "media.cine_header"),
}


@pytest.mark.parametrize(("data", "code"), HEADERS.values(), ids=HEADERS.keys())
def test_a_wrong_header_is_refused_by_name(data: bytes, code: str) -> None:
    assert code_of(lambda: parse_info(data)) == code


def members(*, first: bytes | None = None) -> list[tuple[str, bytes]]:
    return [
        ("cine.json", header() if first is None else first),
        *((f"frames/{index:05d}.webp", data) for index, data in enumerate(FRAMES)),
    ]


def compressed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def altered(place: int, value: int) -> bytes:
    data = bytearray(WHOLE)
    data[place] = value
    return bytes(data)


END_AT = len(WHOLE) - 22
CENTRAL_AT = struct.unpack_from("<I", WHOLE, END_AT + 16)[0]
CONTAINERS = {
    "empty": (b"", "media.cine_container"),
    "not a zip": (b"x" * 500, "media.cine_container"),
    "cut": (WHOLE[:-1], "media.cine_container"),
    "bytes after the end": (WHOLE + b"\0", "media.cine_container"),
    "bytes before the start": (b"\0" + WHOLE, "media.cine_container"),
    "archive comment": (WHOLE[:-2] + b"\x02\x00hi", "media.cine_container"),
    "another disk": (altered(END_AT + 4, 1), "media.cine_container"),
    "count lies": (altered(END_AT + 10, 9), "media.cine_container"),
    "encrypted flag": (altered(CENTRAL_AT + 8, 1), "media.cine_container"),
    "another date": (altered(CENTRAL_AT + 14, 9), "media.cine_container"),
    "executable bit": (altered(CENTRAL_AT + 40, 1), "media.cine_container"),
    "offset lies": (altered(CENTRAL_AT + 42, 1), "media.cine_container"),
    "compressed": (compressed(), "media.cine_container"),
    "header missing": (write_container(members()[1:]), "media.cine_container"),
    "name twice": (write_container([*members()[:3], members()[2]]), "media.cine_container"),
    "wrong order": (write_container([members()[0], *members()[:0:-1]]), "media.cine_container"),
    "frame missing": (write_container(members()[:3]), "media.cine_frames"),
    "frame too many": (write_container([*members(), ("frames/00003.webp", FRAMES[0])]), "media.cine_frames"),
    "huge header": (write_container(members(first=b" " * (1 << 20) + header())), "media.cine_too_large"),
}


@pytest.mark.parametrize(("data", "code"), CONTAINERS.values(), ids=CONTAINERS.keys())
def test_a_wrong_container_is_refused_by_name(data: bytes, code: str) -> None:
    assert code_of(lambda: read(data)) == code


BAD_FRAMES = {
    "empty": b"",
    "png under another type": picture(0, kind="PNG"),
    "lossy webp": picture(0, lossless=False),
    "another size": picture(0, size=(16, 24)),
    "bytes behind it": FRAMES[0] + b"\0\0",
}


@pytest.mark.parametrize("data", BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
def test_a_frame_that_is_not_as_announced_is_refused(data: bytes) -> None:
    assert code_of(lambda: write_cine(INFO, [FRAMES[0], data, FRAMES[2]])) == "media.cine_frame"
    packed = write_container([*members()[:2], ("frames/00001.webp", data), members()[3]])
    with CineReader(lambda: io.BytesIO(packed)) as reader:
        assert reader.frame_bytes(0) == FRAMES[0]
        assert code_of(lambda: reader.frame_bytes(1)) == "media.cine_frame"


def test_a_changed_frame_is_refused_when_it_is_read() -> None:
    place = WHOLE.index(FRAMES[1]) + 30
    data = altered(place, WHOLE[place] ^ 1)
    with CineReader(lambda: io.BytesIO(data)) as reader:
        assert reader.frame_bytes(0) == FRAMES[0]
        assert code_of(lambda: reader.frame_bytes(1)) == "media.cine_container"


def test_the_writer_refuses_what_the_reader_would() -> None:
    assert code_of(lambda: write_cine(INFO, FRAMES[:2])) == "media.cine_frames"
    outside = replace(INFO, regions=(replace(REGION, x1=25),))
    assert code_of(lambda: write_cine(outside, FRAMES)) == "media.cine_region_outside"
    assert code_of(lambda: write_cine(replace(INFO, times_us=(0, 2, 1)), FRAMES)) == "media.cine_times"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=400))
def test_no_bytes_do_anything_but_read_or_refuse(data: bytes) -> None:
    with pytest.raises(CineError):
        read(data)


@settings(max_examples=250, deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), value=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(place: int, value: int) -> None:
    with pytest.raises(CineError):
        read(altered(place, WHOLE[place] ^ value))


@settings(max_examples=100, deadline=None)
@given(length=st.integers(0, len(WHOLE) - 1))
def test_no_cut_goes_unnoticed(length: int) -> None:
    with pytest.raises(CineError):
        read(WHOLE[:length])


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.integers(1, 10**6), min_size=1, max_size=12),
    loop=st.booleans(),
    scale=st.floats(0.0001, 100, allow_nan=False),
)
def test_any_cine_survives_the_round_trip(steps: list[int], loop: bool, scale: float) -> None:
    times = [0]
    for step in steps[:-1]:
        times.append(times[-1] + step)
    info = CineInfo(
        width_px=24,
        height_px=16,
        times_us=tuple(times),
        end_us=times[-1] + steps[-1],
        loop=loop,
        regions=(replace(REGION, mm_per_px_x=scale),),
    )
    data = write_cine(info, [FRAMES[index % 3] for index in range(len(times))])
    with CineReader(lambda: io.BytesIO(data)) as reader:
        assert reader.info == info
        for index, time in enumerate(info.times_us):
            assert info.index_at(time) == index
            assert info.index_at(time - 1) == max(index - 1, 0)


def test_the_checksum_is_the_zip_one() -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert zlib.crc32(FRAMES[0]) == archive.getinfo("frames/00000.webp").CRC
