"""Frames and their times out of a video file, exact, by PyAV."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from pocus_desktop.authoring.media.errors import SourceDamagedError, SourceKindError
from pocus_desktop.media.cine import MAX_FRAMES
from pocus_desktop.media.errors import CineTooLargeError


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFrames:
    """What a video holds.

    Attributes:
        frames: (height, width, 3) RGB each.
        times_us: Microseconds from the first frame, rising.
        end_us: When the last frame has been shown as long as the one before.
    """

    frames: list[npt.NDArray[np.uint8]]
    times_us: tuple[int, ...]
    end_us: int


def read_video(source: Path) -> VideoFrames:
    """Decode a whole video.

    Raises:
        SourceKindError: There is no picture in it.
        SourceDamagedError: It cannot be decoded.
        CineTooLargeError: It has more frames than a cine may have.
    """
    frames: list[npt.NDArray[np.uint8]] = []
    times: list[int] = []
    try:
        with av.open(str(source)) as container:
            if not container.streams.video:
                raise SourceKindError(source=source.name)
            stream = container.streams.video[0]
            for frame in container.decode(stream):
                if len(frames) == MAX_FRAMES:
                    raise CineTooLargeError(limit="frames", allowed=MAX_FRAMES)
                if frame.pts is None or frame.time_base is None:
                    raise SourceDamagedError(source=source.name, reason="a frame without a time")
                frames.append(np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8))
                times.append(round(frame.pts * float(frame.time_base) * 1_000_000))
            rate = float(stream.average_rate or stream.guessed_rate or 25)
    except (av.FFmpegError, OSError, ValueError) as problem:
        raise SourceDamagedError(source=source.name, reason=type(problem).__name__) from problem
    if not frames:
        raise SourceDamagedError(source=source.name, reason="no frames")
    first = times[0]
    rising = [time - first for time in times]
    for index in range(1, len(rising)):  # a container may repeat a time; one microsecond later keeps the order
        rising[index] = max(rising[index], rising[index - 1] + 1)
    last = rising[-1] - rising[-2] if len(rising) > 1 else round(1_000_000 / rate)
    return VideoFrames(frames=frames, times_us=tuple(rising), end_us=rising[-1] + last)
