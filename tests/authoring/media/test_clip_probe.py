"""What a clip is measured to be, on clips that were encoded here with one fault each."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pocus_desktop.authoring.build.members import gather
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.media.clip_probe import probe_clip
from pocus_desktop.authoring.media.errors import SourceDamagedError, SourceKindError, SourceMissingError
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.case.problems import Severity

WIDTH, HEIGHT, FPS = 64, 48, 25
SECONDS = 3


def _pictures() -> list[Any]:
    """A texture that wanders: a still one would make every kind of picture alike."""
    texture = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH + SECONDS * FPS, 3), dtype=np.uint8)
    return [np.ascontiguousarray(texture[:, start : start + WIDTH]) for start in range(SECONDS * FPS)]


def _mp4(path: Path, *, group: int = 12, b_frames: int = 0, aspect: Fraction | None = None) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = WIDTH, HEIGHT, "yuv420p", group
        stream.codec_context.options = {"sc_threshold": "1000000000"}  # key pictures where they are asked for only
        stream.codec_context.max_b_frames = b_frames
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for index, picture in enumerate(_pictures()):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_clip_by_the_recipe_has_no_traps(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    sound = np.zeros(SECONDS * 48_000, dtype=np.float32)
    path.write_bytes(encode_clip(frames=_pictures(), fps=FPS, samples=sound).data)
    facts = probe_clip(path, kind="video")
    assert (facts.width_px, facts.height_px, facts.has_sound) == (WIDTH, HEIGHT, True)
    assert facts.duration_ms == pytest.approx(SECONDS * 1000, abs=60)
    assert (facts.has_b_frames, facts.longest_group_ms, facts.pixel_aspect) == (False, 480, Fraction(1))


def test_sound_alone_has_no_groups(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    path.write_bytes(encode_clip(samples=np.zeros(48_000, dtype=np.float32)).data)
    facts = probe_clip(path, kind="audio")
    assert (facts.has_b_frames, facts.longest_group_ms, facts.pixel_aspect) == (False, 0, Fraction(1))


@pytest.mark.parametrize(
    ("traps", "seen"),
    [
        pytest.param({}, (False, 480, 1), id="none"),
        pytest.param({"b_frames": 2}, (True, 480, 1), id="pictures that wait for later ones"),
        pytest.param({"group": 70}, (False, 2800, 1), id="a long group"),
        pytest.param({"group": 600}, (False, 3000, 1), id="one group to the end"),
        pytest.param({"aspect": Fraction(4, 3)}, (False, 480, Fraction(4, 3)), id="wide pixels"),
    ],
)
def test_each_trap_is_seen(traps: dict[str, Any], seen: tuple[bool, int, Fraction | int], tmp_path: Path) -> None:
    facts = probe_clip(_mp4(tmp_path / "clip.mp4", **traps), kind="video")
    assert (facts.has_b_frames, facts.longest_group_ms, facts.pixel_aspect) == seen


def test_what_is_no_clip_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError):
        probe_clip(tmp_path / "none.webm", kind="video")
    text = tmp_path / "text.webm"
    text.write_text("not a clip")
    with pytest.raises(SourceDamagedError):
        probe_clip(text, kind="video")
    sound = tmp_path / "sound.webm"
    sound.write_bytes(encode_clip(samples=np.zeros(48_000, dtype=np.float32)).data)
    with pytest.raises(SourceKindError):
        probe_clip(sound, kind="video")
    whole = _mp4(tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceDamagedError):
        probe_clip(cut, kind="video")


def _build_warnings(source: Path, **traps: Any) -> list[str]:
    _mp4(source / "media" / "arrival.mp4", **traps)
    case = source / "case.yaml"
    case.write_text(case.read_text().replace("audio: media/arrival.ogg", "video: media/arrival.mp4"))
    gathered = gather(load_source(source))
    found = [problem for problem in gathered.warnings if problem.code.startswith("source.clip_")]
    assert all((problem.file, problem.severity) == ("case.yaml", Severity.WARNING) for problem in found)
    assert all(problem.line and "media/arrival.mp4" in problem.what for problem in found)
    assert not any("{" in problem.what + problem.fix for problem in found), "every parameter has its value"
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    ("traps", "codes"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"b_frames": 1}, ["source.clip_b_frames"], id="B-frames"),
        pytest.param({"group": 50}, [], id="a group of just two seconds"),
        pytest.param({"group": 51}, ["source.clip_long_group"], id="a longer group"),
        pytest.param({"aspect": Fraction(16, 15)}, ["source.clip_pixels"], id="wide pixels"),
    ],
)
def test_a_build_warns_of_each_trap_and_goes_on(traps: dict[str, Any], codes: list[str], source: Path) -> None:
    assert _build_warnings(source, **traps) == codes
