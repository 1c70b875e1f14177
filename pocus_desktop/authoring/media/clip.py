"""The recipe for clips: VP9 and Opus in WebM, short groups of pictures, index in front (docs/media.md, ADR 0023)."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal

import av
import numpy as np
import numpy.typing as npt

SAMPLE_RATE: Final = 48_000
"""The only rate that Opus knows."""

_BLOCK: Final = 960  # 20 ms, one Opus packet

Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """An encoded clip and what a case must declare of it."""

    data: bytes
    media_type: str
    kind: Literal["video", "audio"]
    width_px: int
    height_px: int
    duration_ms: int


def encode_clip(
    *,
    frames: Iterable[Pixels] | None = None,
    fps: int = 25,
    samples: Samples | None = None,
    group: int = 12,
    quality: int = 30,
    effort: int = 4,
) -> Clip:
    """Encode pictures, sound, or both; the same input gives the same bytes.

    Args:
        frames: Pictures of one even size, (height, width, 3) RGB, or None for a clip of sound alone.
        fps: Pictures a second.
        samples: Mono sound at 48 kHz, shape (n,), from -1 to 1, or None.
        group: Pictures from one key picture to the next: a seek decodes at most so many.
        quality: libvpx's constant quality, 4 (best) to 63.
        effort: libvpx's `cpu-used`, 0 (slow) to 8.

    Raises:
        ValueError: Neither pictures nor sound, or pictures of an odd or changing size.
    """
    if frames is None and samples is None:
        raise ValueError("a clip has pictures, sound, or both")
    pictures = iter(frames) if frames is not None else iter(())
    first = next(pictures, None)
    if frames is not None and first is None:
        raise ValueError("a clip has at least one picture")
    with tempfile.TemporaryDirectory() as folder:  # the muxer moves the index to the front by reading its file again
        target = Path(folder) / "clip.webm"
        size, duration_ms = _write(target, first, pictures, samples, fps, (group, quality, effort))
        data = target.read_bytes()
    height, width = size
    return Clip(
        data=data,
        media_type="video/webm" if width else "audio/webm",
        kind="video" if width else "audio",
        width_px=width,
        height_px=height,
        duration_ms=duration_ms,
    )


def _write(
    target: Path,
    first: Pixels | None,
    rest: Iterator[Pixels],
    samples: Samples | None,
    fps: int,
    settings: tuple[int, int, int],
) -> tuple[tuple[int, int], int]:
    """Write the file; gives (height, width) and milliseconds."""
    group, quality, effort = settings
    options = {"cues_to_front": "1", "fflags": "+bitexact"}
    width = height = shown = 0
    with av.open(str(target), "w", format="webm", options=options) as container:
        video = sound = None
        if first is not None:
            height, width = first.shape[:2]
            if width % 2 or height % 2:
                raise ValueError(f"pictures must have even sides, not {width}x{height}")
            video = _video_stream(container, width, height, fps=fps, group=group, quality=quality, effort=effort)
        if samples is not None:
            sound = container.add_stream("libopus", rate=SAMPLE_RATE, options={"flags": "+bitexact"})
            sound.layout, sound.bit_rate = "mono", 64_000
        blocks = _blocks(samples)
        heard = 0
        if first is not None and video is not None:
            for picture in _chain(first, rest):
                if picture.shape != first.shape:
                    raise ValueError("all pictures of a clip have one size")
                _put(container, video, _video_frame(picture, shown, fps))
                shown += 1
                while sound is not None and heard * fps < shown * SAMPLE_RATE:
                    block = next(blocks, None)
                    if block is None:
                        break
                    _put(container, sound, _audio_frame(block, heard))
                    heard += block.size
        for block in blocks:
            _put(container, sound, _audio_frame(block, heard))
            heard += block.size
        for stream in (video, sound):
            if stream is not None:
                container.mux(stream.encode(None))
    return (height, width), max(shown * 1000 // fps, heard * 1000 // SAMPLE_RATE)


def _video_stream(container: Any, width: int, height: int, *, fps: int, group: int, quality: int, effort: int) -> Any:
    stream = container.add_stream(
        "libvpx-vp9",
        rate=fps,
        options={
            "crf": str(quality),
            "deadline": "good",
            "cpu-used": str(effort),
            "auto-alt-ref": "0",  # no hidden pictures: every packet is shown
            "lag-in-frames": "0",
            "threads": "1",  # the same bytes on every machine
            "flags": "+bitexact",
        },
    )
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.bit_rate = 0
    stream.gop_size = group
    return stream


def _video_frame(picture: Pixels, index: int, fps: int) -> Any:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame.pts, frame.time_base = index, Fraction(1, fps)
    return frame


def _audio_frame(block: Samples, start: int) -> Any:
    frame = av.AudioFrame.from_ndarray(block[None, :], format="flt", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
    return frame


def _blocks(samples: Samples | None) -> Iterator[Samples]:
    if samples is None:
        return
    for start in range(0, samples.size, _BLOCK):
        yield np.ascontiguousarray(samples[start : start + _BLOCK], dtype=np.float32)


def _chain(first: Pixels, rest: Iterator[Pixels]) -> Iterator[Pixels]:
    yield first
    yield from rest


def _put(container: Any, stream: Any, frame: Any) -> None:
    container.mux(stream.encode(frame))
