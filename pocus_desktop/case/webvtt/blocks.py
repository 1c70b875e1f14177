"""The blocks of a captions file, with the lines they stand on.

Follows "the WebVTT parser algorithm", "collect a WebVTT block" and "collect WebVTT cue timings and settings" (W3C
WebVTT, sections 6.1 and 6.3). The parser keeps what the blocks hold; the linter also looks at the lines and at the
blocks that hold nothing. Each line is looked at twice at most, so time is linear in the size of the file.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.case.webvtt import settings, timestamps
from pocus_desktop.case.webvtt.model import Cue, Region, seconds

SIGNATURE: Final = "WEBVTT"
ARROW: Final = "-->"
REPLACEMENT: Final = "�"
BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_SPACES: Final = re.compile(r"[\t\n\f\r ]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stylesheet:
    """The text of a STYLE block."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """When a cue is shown, in milliseconds, and where its end time and its settings begin in the line."""

    start_ms: int
    end_ms: int
    end_position: int
    settings_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadTimings:
    """Where a timings line stops being one, and what should have stood there."""

    position: int
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some lines of the file that stand together, and what they came to.

    Attributes:
        first: The index of the first line, counted from 0.
        last: The index after the last line that belongs to it.
        timings: The index of the line with the arrow, or None.
        content: The cue, region or style sheet, or None for a note, a header or a fault.
    """

    first: int
    last: int
    timings: int | None
    content: Cue | Region | Stylesheet | None


def decoded(data: str | bytes) -> str:
    """The text of a file: UTF-8 (bad bytes replaced), without a byte order mark, without NUL, lines ended by LF."""
    text = data.decode("utf-8", errors="replace") if isinstance(data, bytes) else _SURROGATES.sub(REPLACEMENT, data)
    text = text.removeprefix(BYTE_ORDER_MARK)
    return text.replace("\0", REPLACEMENT).replace("\r\n", "\n").replace("\r", "\n")


def has_signature(text: str) -> bool:
    """Whether a decoded text begins as a WebVTT file must."""
    return text.startswith(SIGNATURE) and text[6:7] in {"", " ", "\t", "\n"}


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """The blocks after the signature line, in order. A header block is among them, holding nothing.

    Args:
        lines: The decoded text split at every LF; the first line is the signature.
    """
    at = 1
    if _has_line(lines, at) and lines[at]:
        header = _collect(lines, at, in_header=True, has_seen_cue=False, regions=())
        yield header
        at = header.last
    regions: set[str] = set()
    has_seen_cue = False
    while _has_line(lines, at):
        if not lines[at]:
            at += 1
            continue
        block = _collect(lines, at, in_header=False, has_seen_cue=has_seen_cue, regions=regions)
        if isinstance(block.content, Cue):
            has_seen_cue = True
        elif isinstance(block.content, Region):
            regions.add(block.content.id)
        yield block
        at = block.last


def timings(line: str) -> Timings | BadTimings:
    """Read the times of a line that has an arrow."""
    start = timestamps.collect(line, _skip(line, 0))
    if isinstance(start, timestamps.NotATimestamp):
        return BadTimings(position=start.position, expected=start.expected)
    position = _skip(line, start.position)
    if not line.startswith(ARROW, position):
        return BadTimings(position=position, expected="the arrow -->")
    end_position = _skip(line, position + len(ARROW))
    end = timestamps.collect(line, end_position)
    if isinstance(end, timestamps.NotATimestamp):
        return BadTimings(position=end.position, expected=end.expected)
    return Timings(start_ms=start.ms, end_ms=end.ms, end_position=end_position, settings_position=end.position)


def _collect(
    lines: Sequence[str], first: int, *, in_header: bool, has_seen_cue: bool, regions: Container[str]
) -> Block:
    """Collect the block that begins at a line."""
    at = first
    buffer: list[str] = []
    timings_at: int | None = None
    cue: _CueToCome | None = None
    kind: type[Stylesheet | Region] | None = None
    while at < len(lines):
        line = lines[at]
        count = at - first + 1
        if ARROW in line:
            if in_header or timings_at is not None or count > 2:
                break
            timings_at = at
            cue = _cue_to_come("\n".join(buffer), line, regions)
            if cue is not None:
                buffer = []
        elif not line:
            break
        else:
            if not in_header and count == 2 and not has_seen_cue:
                kind = _kind(buffer)
                if kind is not None:
                    buffer = []
            buffer.append(line)
        at += 1
    content: Cue | Region | Stylesheet | None = None
    text = "\n".join(buffer)
    if cue is not None:
        content = cue.placed.cue(name=cue.name, start=cue.start, end=cue.end, text=text)
    elif kind is Stylesheet:
        content = Stylesheet(text=text)
    elif kind is Region:
        region = settings.RegionSettings()
        for setting in settings.split(text):
            region.apply(setting)
        content = region.region()
    return Block(first=first, last=at, timings=timings_at, content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CueToCome:
    """A cue whose text is still to be read."""

    name: str
    start: float
    end: float
    placed: settings.CueSettings


def _cue_to_come(name: str, line: str, regions: Container[str]) -> _CueToCome | None:
    times = timings(line)
    if isinstance(times, BadTimings):
        return None
    placed = settings.CueSettings()
    for setting in settings.split(line, times.settings_position):
        placed.apply(setting, regions)
    return _CueToCome(name=name, start=seconds(times.start_ms), end=seconds(times.end_ms), placed=placed)


def _kind(buffer: Sequence[str]) -> type[Stylesheet | Region] | None:
    head = buffer[0].rstrip(settings.WHITESPACE) if buffer else ""
    if head == "STYLE":
        return Stylesheet
    return Region if head == "REGION" else None


def _has_line(lines: Sequence[str], at: int) -> bool:
    """Whether anything of the file is left at a line: an empty last line is only the end of the one before."""
    return at < len(lines) - 1 or (at == len(lines) - 1 and lines[at] != "")


def _skip(line: str, position: int) -> int:
    found = _SPACES.match(line, position)
    return found.end() if found else position
