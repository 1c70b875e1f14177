"""Encodes scenes: VP9 and Opus in WebM, made for seeking.

No frame depends on a later one (no alternate reference frames, no lag), and a key frame stands every two seconds, so a
player that seeks decodes at most two seconds. Encoding runs on one thread and without time stamps of its own: the same
pictures and sound give the same file with the same encoder.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from case_bundles.media_tools.speech import RATE_HZ, Sound

FPS: Final = 25

_VIDEO_OPTIONS: Final = {
    "crf": "36",
    "b": "0",
    "deadline": "good",
    "cpu-used": "3",
    "auto-alt-ref": "0",
    "lag-in-frames": "0",
    "row-mt": "0",
    "tile-columns": "0",
    "threads": "1",
}
_OPUS_FRAME: Final = 960
_SMPTE_170M: Final = 6


def _sound_frames(sound: Sound) -> Iterable[av.AudioFrame]:
    padded = np.zeros((-(-len(sound) // _OPUS_FRAME) * _OPUS_FRAME, 2))
    padded[: len(sound)] = sound
    whole = np.round(padded * 32767).astype(np.int16)
    for first in range(0, len(whole), _OPUS_FRAME):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(whole[first : first + _OPUS_FRAME].reshape(1, -1)), format="s16", layout="stereo"
        )
        frame.sample_rate = RATE_HZ
        frame.pts = first
        frame.time_base = Fraction(1, RATE_HZ)
        yield frame


def write_audio(path: Path, sound: Sound, *, bits_per_second: int = 40_000) -> None:
    """Write a sound as Opus in a WebM container."""
    with av.open(str(path), "w", format="webm", options={"fflags": "+bitexact"}) as target:
        stream = target.add_stream("libopus", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = bits_per_second
        for frame in _sound_frames(sound):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def write_video(
    path: Path, pictures: Iterable[npt.NDArray[np.uint8]], sound: Sound, *, width_px: int, height_px: int
) -> None:
    """Write pictures (RGB, `FPS` a second) and a sound as VP9 and Opus in WebM."""
    with av.open(str(path), "w", format="webm", options={"fflags": "+bitexact"}) as target:
        video = target.add_stream("libvpx-vp9", rate=FPS, options=dict(_VIDEO_OPTIONS))
        video.width, video.height, video.pix_fmt = width_px, height_px, "yuv420p"
        video.gop_size = 2 * FPS
        video.codec_context.colorspace = _SMPTE_170M  # what players assume of pictures this small
        audio = target.add_stream("libopus", rate=RATE_HZ, layout="stereo")
        audio.bit_rate = 56_000
        waiting = iter(_sound_frames(sound))
        sent = 0
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG"
            )
            frame.pts = number
            frame.time_base = Fraction(1, FPS)
            target.mux(video.encode(frame))
            while sent * _OPUS_FRAME / RATE_HZ <= (number + 1) / FPS and (block := next(waiting, None)) is not None:
                target.mux(audio.encode(block))
                sent += 1
        for block in waiting:
            target.mux(audio.encode(block))
        target.mux(video.encode(None))
        target.mux(audio.encode(None))
