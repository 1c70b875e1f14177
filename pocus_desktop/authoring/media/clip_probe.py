"""What a clip is: its length and size, whether it decodes at both ends, and the traps in it (docs/media.md)."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from pocus_desktop.authoring.media.errors import SourceDamagedError, SourceKindError, SourceMissingError

_LAST_PART_MS = 1500
_MISSING_MS = 1000
"""A clip that ends so much before its own length is cut; the player stops a play there (`media.cut_short`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """What was measured.

    Attributes:
        duration_ms: To the end of the last frame or sound.
        width_px: Of the picture; None for sound alone.
        height_px: Likewise.
        has_sound: Whether there is an audio stream.
        has_b_frames: Whether a picture is stored after one that is shown later.
        longest_group_ms: The longest stretch from one key picture to the next, or to the end; 0 for sound alone.
        pixel_aspect: Width of a pixel by its height; 1 where it is square or the file does not say.
    """

    duration_ms: int
    width_px: int | None
    height_px: int | None
    has_sound: bool
    has_b_frames: bool
    longest_group_ms: int
    pixel_aspect: Fraction


def probe_clip(path: Path, *, kind: str) -> ClipFacts:
    """Measure a clip and decode its beginning and end.

    Args:
        path: The file.
        kind: `video` or `audio`, as the case calls it.

    Raises:
        SourceMissingError: There is no such file.
        SourceKindError: It holds no picture, or no sound, where the case says so.
        SourceDamagedError: It cannot be decoded.
    """
    if not path.is_file():
        raise SourceMissingError(source=path.name)
    try:
        with av.open(str(path)) as container:
            picture = next(iter(container.streams.video), None) if kind == "video" else None
            wanted = picture if kind == "video" else next(iter(container.streams.audio), None)
            if wanted is None:
                raise SourceKindError(source=path.name)
            duration_ms = _decoded_ms(container, wanted, path)
            has_b_frames, longest_group_ms = _order(container, picture, duration_ms) if picture else (False, 0)
            return ClipFacts(
                duration_ms=duration_ms,
                width_px=picture.width if picture else None,
                height_px=picture.height if picture else None,
                has_sound=bool(container.streams.audio),
                has_b_frames=has_b_frames,
                longest_group_ms=longest_group_ms,
                pixel_aspect=Fraction((picture and picture.sample_aspect_ratio) or 1),
            )
    except (av.FFmpegError, OSError, ValueError) as problem:
        raise SourceDamagedError(source=path.name, reason=type(problem).__name__) from problem


def _decoded_ms(container: Any, stream: Any, path: Path) -> int:
    """Decode the first frame, then from shortly before the end to the end."""
    if next(container.decode(stream), None) is None:
        raise SourceDamagedError(source=path.name, reason="no frames")
    if container.duration is None:
        raise SourceDamagedError(source=path.name, reason="it does not say how long it is")
    container.seek(max(container.duration - _LAST_PART_MS * 1000, 0), backward=True)
    last = None
    for frame in container.decode(stream):
        last = frame
    if last is None or last.time is None:
        raise SourceDamagedError(source=path.name, reason="its end cannot be decoded")
    said_ms, found_ms = int(container.duration / 1000), int(last.time * 1000)
    if found_ms < said_ms - _MISSING_MS:
        raise SourceDamagedError(source=path.name, reason=f"it ends after {found_ms} ms and says {said_ms} ms")
    return max(said_ms, found_ms)


def _order(container: Any, picture: Any, duration_ms: int) -> tuple[bool, int]:
    """Whether pictures are stored out of the order in which they are shown, and the longest group; decodes nothing."""
    container.seek(0)
    shown: list[int] = []
    keys: list[int] = []
    for packet in container.demux(picture):
        if packet.pts is None:  # the empty packet at the end
            continue
        shown.append(round(packet.pts * picture.time_base * 1000))
        if packet.is_keyframe:
            keys.append(shown[-1])
    groups = [later - earlier for earlier, later in pairwise([*keys, max(duration_ms, *shown)])]
    return any(later < earlier for earlier, later in pairwise(shown)), max(groups, default=duration_ms)
