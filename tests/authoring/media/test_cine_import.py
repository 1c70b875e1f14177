"""Importing cines: exact pixels and times, calibration or its refusal, and nothing about a person."""

import io
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.utils import pixel_array
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage

from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.media.errors import ImportRefusedError, SourceDamagedError
from pocus_desktop.authoring.media.import_cine import Imported, NoteKind, import_cine, make_cine
from pocus_desktop.authoring.media.sources import resolve_source
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.cine import CineReader, Region
from tests.media.playing import make_audio, numbered_pictures

SHIPPED = "package:pydicom/data/test_files/examples_ybr_color.dcm"
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "ultrasound"
SIZE = (16, 24)  # rows, columns


def frames_of(imported: Imported) -> list[npt.NDArray[np.uint8]]:
    with CineReader(lambda: io.BytesIO(imported.data)) as reader:
        assert reader.info == imported.info
        return [
            np.asarray(Image.open(io.BytesIO(reader.frame_bytes(index))).convert("RGB"))
            for index in range(reader.info.frame_count)
        ]


def ramp(count: int, channels: int = 1) -> npt.NDArray[np.uint8]:
    random = np.random.default_rng(5)
    shape = (count, *SIZE, channels) if channels > 1 else (count, *SIZE)
    return random.integers(0, 256, shape, np.uint8)


def region(**changes: object) -> Dataset:
    item = Dataset()
    fields: dict[str, object] = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 0,
        "RegionLocationMinX0": 2,
        "RegionLocationMinY0": 1,
        "RegionLocationMaxX1": 19,
        "RegionLocationMaxY1": 14,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.02,
        "PhysicalDeltaY": 0.03,
    }
    for name, value in {**fields, **changes}.items():
        setattr(item, name, value)
    return item


def dicom(folder: Path, pixels: npt.NDArray[np.generic], **tags: object) -> Path:
    """A small ultrasound file full of things that must not travel."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.5")
    data.SOPClassUID, data.SOPInstanceUID = UltrasoundMultiFrameImageStorage, UID("1.2.3.4.5")
    data.PatientName, data.PatientID = "SECRETSON^NAME", "ID-SECRET-77"
    data.InstitutionName, data.StudyDate = "SECRET HOSPITAL", "19990101"
    data.NumberOfFrames, data.Rows, data.Columns = pixels.shape[0], *SIZE
    data.BitsAllocated = pixels.dtype.itemsize * 8
    data.BitsStored, data.HighBit, data.PixelRepresentation = data.BitsAllocated, data.BitsAllocated - 1, 0
    colour = pixels.ndim == 4
    data.SamplesPerPixel = 3 if colour else 1
    data.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        data.PlanarConfiguration = 0
    for name, value in tags.items():
        setattr(data, name, value)
    data.PixelData = pixels.tobytes()
    path = folder / "secretson.dcm"
    data.save_as(path, enforce_file_format=True)
    return path


def kinds(imported: Imported) -> set[NoteKind]:
    return {note.kind for note in imported.notes}


def test_the_shipped_ultrasound_cine_comes_in_exactly() -> None:
    path = resolve_source(SHIPPED, Path())
    imported = import_cine(path)
    info = imported.info
    assert (info.width_px, info.height_px, info.frame_count) == (320, 240, 30)
    assert info.times_us[:3] == (0, 33_333, 66_666)
    assert info.end_us == 999_990
    for ours, theirs in zip(frames_of(imported), pixel_array(path), strict=True):
        assert np.array_equal(ours, theirs)
    # Its calibration is of the 640x480 picture that it was reduced from.
    assert info.regions == ()
    assert kinds(imported) == {NoteKind.BURNED_IN_UNKNOWN, NoteKind.LOSSY_SOURCE, NoteKind.CALIBRATION_REFUSED}
    refused = next(note for note in imported.notes if note.kind == NoteKind.CALIBRATION_REFUSED)
    assert "media.cine_region_outside" in refused.detail
    for word in (b"PLA", b"SonoSite", b"2016", b"examples_ybr"):
        assert word not in imported.data


def test_nothing_about_a_person_enters_the_cine(tmp_path: Path) -> None:
    path = dicom(tmp_path, ramp(2), FrameTime="40", BurnedInAnnotation="YES")
    imported = import_cine(path)
    told = imported.data + repr(imported.notes).encode()
    for word in (b"SECRET", b"secretson", b"1999", b"1.2.3.4"):
        assert word not in told
    assert NoteKind.BURNED_IN in kinds(imported)


@pytest.mark.parametrize(
    ("tags", "times", "end"),
    [
        ({"FrameTime": "50"}, (0, 50_000, 100_000), 150_000),
        ({"FrameTimeVector": ["0", "10", "30"]}, (0, 10_000, 40_000), 70_000),
        ({"CineRate": "25"}, (0, 40_000, 80_000), 120_000),
        ({"RecommendedDisplayFrameRate": "10"}, (0, 100_000, 200_000), 300_000),
        ({"FrameTime": "50", "CineRate": "25"}, (0, 50_000, 100_000), 150_000),
    ],
    ids=["frame time", "vector", "cine rate", "display rate", "frame time wins"],
)
def test_dicom_says_how_fast_it_plays(
    tmp_path: Path, tags: dict[str, object], times: tuple[int, ...], end: int
) -> None:
    info = import_cine(dicom(tmp_path, ramp(3), **tags)).info
    assert (info.times_us, info.end_us) == (times, end)


def test_a_given_rate_overrides_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = dicom(tmp_path, ramp(2), FrameTime="50")
    assert import_cine(path, fps=10).info.times_us == (0, 100_000)
    bare = dicom(tmp_path, ramp(2))
    with pytest.raises(ImportRefusedError) as caught:
        import_cine(bare)
    assert caught.value.code == "media.import_rate"


def test_tissue_in_centimetres_becomes_a_region_in_millimetres(tmp_path: Path) -> None:
    path = dicom(tmp_path, ramp(1), SequenceOfUltrasoundRegions=Sequence([region()]), BurnedInAnnotation="NO")
    imported = import_cine(path)
    (found,) = imported.info.regions
    assert (found.x0, found.y0, found.x1, found.y1) == (2, 1, 20, 15)
    assert [found.mm_per_px_x, found.mm_per_px_y] == pytest.approx([0.2, 0.3])
    assert imported.notes == ()


@pytest.mark.parametrize(
    ("item", "kept", "kind"),
    [
        ({"RegionDataType": 3}, 0, NoteKind.CALIBRATION_REFUSED),
        ({"RegionSpatialFormat": 2}, 0, NoteKind.CALIBRATION_REFUSED),
        ({"PhysicalUnitsXDirection": 4}, 0, NoteKind.CALIBRATION_REFUSED),
        ({"RegionLocationMaxX1": 40}, 0, NoteKind.CALIBRATION_REFUSED),
        ({"PhysicalDeltaY": 0.0}, 0, NoteKind.CALIBRATION_REFUSED),
        ({"RegionLocationMaxX1": 24}, 1, NoteKind.CALIBRATION_TRIMMED),
    ],
    ids=["doppler", "m-mode", "seconds", "outside", "no scale", "size for last pixel"],
)
def test_calibration_that_cannot_be_trusted_is_noted(
    tmp_path: Path, item: dict[str, object], kept: int, kind: NoteKind
) -> None:
    path = dicom(tmp_path, ramp(1), SequenceOfUltrasoundRegions=Sequence([region(**item)]))
    imported = import_cine(path)
    assert len(imported.info.regions) == kept
    assert kind in kinds(imported)


def test_grey_colour_and_inverted_pixels_come_in_exactly(tmp_path: Path) -> None:
    grey, colour = ramp(1), ramp(1, 3)
    assert np.array_equal(frames_of(import_cine(dicom(tmp_path, grey)))[0][..., 1], grey[0])
    assert np.array_equal(frames_of(import_cine(dicom(tmp_path, colour)))[0], colour[0])
    inverted = dicom(tmp_path, grey, PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(frames_of(import_cine(inverted))[0][..., 0], 255 - grey[0])
    deep = dicom(tmp_path, grey.astype("<u2") << 8 | 0x55)
    assert np.array_equal(frames_of(import_cine(deep))[0][..., 0], grey[0])


@pytest.mark.parametrize("name", ["examples_palette.dcm", "examples_rgb_color.dcm"])
def test_other_shipped_pictures_come_in(name: str) -> None:
    imported = import_cine(resolve_source(f"package:pydicom/data/test_files/{name}", Path()))
    assert imported.info.is_still
    assert np.unique(frames_of(imported)[0]).size > 8


def test_a_video_keeps_every_frame_and_time(tmp_path: Path) -> None:
    path = tmp_path / "scan.webm"
    path.write_bytes(encode_clip(frames=numbered_pictures(12), fps=20, effort=6).data)
    imported = import_cine(path)
    assert imported.info.times_us == tuple(index * 50_000 for index in range(12))
    assert imported.info.end_us == 600_000
    blocks = [frame[80, 34 + 36 * np.arange(8), 1] > 128 for frame in frames_of(imported)]
    assert [int(bits @ (1 << np.arange(8))) for bits in blocks] == list(range(12))


def test_a_folder_of_images_is_ordered_by_name(tmp_path: Path) -> None:
    pictures = ramp(3, 3)
    for name, picture in zip(("b.png", "a.png", "c.png"), pictures, strict=True):
        Image.fromarray(picture).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not an image", encoding="utf-8")
    imported = import_cine(tmp_path, fps=4)
    assert imported.info.times_us == (0, 250_000, 500_000)
    assert all(np.array_equal(a, b) for a, b in zip(frames_of(imported), pictures[[1, 0, 2]], strict=True))


def test_a_still_becomes_a_cine_of_one_frame(tmp_path: Path) -> None:
    (picture,) = ramp(1, 3)
    Image.fromarray(picture).save(tmp_path / "still.png")
    imported = import_cine(tmp_path / "still.png")
    assert imported.info.is_still
    assert not imported.info.loop
    assert np.array_equal(frames_of(imported)[0], picture)


def test_the_same_source_gives_the_same_bytes() -> None:
    scale = Region(x0=0, y0=0, x1=24, y1=16, mm_per_px_x=0.1, mm_per_px_y=0.1)
    frames = list(ramp(3))
    assert make_cine(frames, fps=20, regions=[scale]).data == make_cine(frames, fps=20, regions=[scale]).data


REFUSED = {
    "nothing": ("absent.dcm", None, "media.import_missing"),
    "unknown kind": ("notes.txt", b"text", "media.import_kind"),
    "not dicom": ("scan.dcm", b"\0" * 300, "media.import_damaged"),
    "not a video": ("scan.mp4", b"\0" * 300, "media.import_damaged"),
    "sound alone": ("scan.webm", make_audio(0.1).data, "media.import_kind"),
    "not an image": ("scan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "media.import_damaged"),
}


@pytest.mark.parametrize(("name", "data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_imported_is_refused_by_name(tmp_path: Path, name: str, data: bytes | None, code: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportRefusedError) as caught:
        import_cine(tmp_path / name)
    assert caught.value.code == code
    assert "{" not in caught.value.explain("en").what + caught.value.explain("es").what


def test_a_truncated_dicom_is_refused(tmp_path: Path) -> None:
    whole = resolve_source(SHIPPED, Path()).read_bytes()
    (tmp_path / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportRefusedError) as caught:
        import_cine(tmp_path / "cut.dcm")
    assert caught.value.code == "media.import_damaged"


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_a_damaged_dicom_is_imported_or_refused_by_name(tmp_path: Path, data: st.DataObject) -> None:
    damaged = bytearray(dicom(tmp_path, ramp(2), FrameTime="40").read_bytes())
    for place in data.draw(st.lists(st.integers(132, len(damaged) - 1), min_size=1, max_size=6)):
        damaged[place] = data.draw(st.integers(0, 255))
    (tmp_path / "damaged.dcm").write_bytes(damaged)
    with suppress(PocusError):  # anything else fails the test
        assert import_cine(tmp_path / "damaged.dcm").info.frame_count >= 1


@pytest.mark.parametrize("count", [1, 2])
def test_bytes_beyond_the_frames_that_a_dicom_tells_of_are_no_frames(tmp_path: Path, count: int) -> None:
    path = dicom(tmp_path, ramp(3), FrameTime="40", NumberOfFrames=count)
    assert import_cine(path).info.frame_count == count


def test_a_value_of_half_a_length_is_damage(tmp_path: Path) -> None:
    """Five bytes for numbers of two: what pydicom raises for it has no kind of its own."""
    path = dicom(tmp_path, ramp(2), FrameTime="40")
    whole = path.read_bytes()
    rows = b"\x28\x00\x10\x00US\x02\x00" + SIZE[0].to_bytes(2, "little")
    assert rows in whole
    path.write_bytes(whole.replace(rows, rows[:6] + b"\x03\x00" + rows[8:] + b"\x00"))
    with pytest.raises(SourceDamagedError):
        import_cine(path)


def test_images_of_several_sizes_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    Image.new("RGB", (4, 6)).save(tmp_path / "b.png")
    with pytest.raises(ImportRefusedError) as caught:
        import_cine(tmp_path, fps=5)
    assert caught.value.code == "media.import_pixels"


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("../outside.png", "media.import_name"),
        ("/etc/hostname", "media.import_name"),
        ("C:\\scan.png", "media.import_name"),
        ("package:pydicom", "media.import_name"),
        ("package:no-such-package-here/a.dcm", "media.import_name"),
        ("package:pydicom/../secret.dcm", "media.import_name"),
        ("package:pydicom/data/none.dcm", "media.import_missing"),
        ("none.png", "media.import_missing"),
    ],
)
def test_a_name_stays_inside_the_case_or_a_package(tmp_path: Path, spec: str, code: str) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        resolve_source(spec, tmp_path)
    assert caught.value.code == code


def test_a_link_out_of_the_case_is_refused(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (case / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ImportRefusedError) as caught:
        resolve_source("link.png", case)
    assert caught.value.code == "media.import_name"
    (case / "own.png").write_bytes(b"x")
    assert resolve_source("own.png", case) == case / "own.png"


def test_a_clip_has_short_groups_in_order_and_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    clips = [encode_clip(frames=numbered_pictures(20), fps=25, effort=6, group=5) for _ in range(2)]
    assert clips[0].data == clips[1].data
    path = tmp_path / "clip.webm"
    path.write_bytes(clips[0].data)
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    assert [packet.is_keyframe for packet in packets] == [index % 5 == 0 for index in range(20)]
    assert [packet.pts for packet in packets] == sorted(packet.pts or 0 for packet in packets)
    assert clips[0].duration_ms == 800
    assert clips[0].data.index(b"\x1cS\xbbk") < len(clips[0].data) // 2  # the index stands in front


def test_a_clip_of_nothing_or_of_odd_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="pictures, sound, or both"):
        encode_clip()
    with pytest.raises(ValueError, match="even sides"):
        encode_clip(frames=[np.zeros((15, 16, 3), np.uint8)])


@pytest.mark.skipif(not REAL.is_dir(), reason="the real ultrasound files are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "rows", "regions"),
    [("sonoque_axial-lateral-resolution-2020.dcm", 1455, 1), ("US1_J2KR.dcm", 480, 0), ("US1_UNCR.dcm", 480, 0)],
)
def test_real_probes_come_in(name: str, rows: int, regions: int) -> None:
    imported = import_cine(REAL / name)
    assert len(imported.info.regions) == regions
    assert imported.info.height_px == rows
