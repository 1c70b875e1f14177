"""The captions of a clip: read once, asked for what is said now."""

from dataclasses import replace
from itertools import zip_longest
from typing import Final

from pocus_desktop.case.media import Clip
from pocus_desktop.case.values import choose
from pocus_desktop.case.webvtt import Cue, Line, Run, cue_text, parse, runs
from pocus_desktop.ui.candidate.stage.caption_place import PlacedLine, place_of
from pocus_desktop.ui.pictures import Content

_NONE: Final[tuple[Cue, ...]] = ()


class Captions:
    """Cues of one clip in one language.

    Args:
        cues: In the order of the file.
    """

    def __init__(self, cues: tuple[Cue, ...] = _NONE) -> None:
        self._cues = cues
        self._lines: dict[int, tuple[PlacedLine, ...]] = {}

    @classmethod
    def of(cls, clip: Clip, *, language: str, content: Content) -> "Captions":
        """The captions of a clip, in the language nearest to the candidate's.

        Raises:
            PocusError: The content refuses to give the file.
        """
        name = choose(clip.captions, language)
        return cls(parse(content.read(name)).cues) if name is not None else cls()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said at all."""
        return not self._cues

    def at(self, now_ms: int) -> tuple[PlacedLine, ...]:
        """The lines of all cues active at a time, in the order of the file; a change of voice is named."""
        lines: list[PlacedLine] = []
        for index, cue in enumerate(self._cues):
            if cue.start_ms <= now_ms < cue.end_ms:
                if index not in self._lines:
                    place = place_of(cue)
                    said = _named(tuple(_with_ruby(line) for line in runs(cue_text(cue.text))))
                    self._lines[index] = tuple(PlacedLine(line=line, place=place) for line in said)
                lines.extend(self._lines[index])
        return tuple(lines)


def _named(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Put the speaker's name before the first line of each voice, since position alone does not tell who speaks."""
    named: list[Line] = []
    voice = ""
    for line in lines:
        first = next((run.voice for run in line.runs if run.voice), "")
        if first and first != voice:
            voice = first
            line = Line(runs=(Run(text=f"{first}: ", is_bold=True), *line.runs))  # noqa: PLW2901 - the named line
        named.append(line)
    return tuple(named)


def _with_ruby(line: Line) -> Line:
    """Put ruby text in brackets behind what it stands above: one row of captions has no room above it."""
    said: list[Run] = []
    for run, after in zip_longest(line.runs, line.runs[1:]):
        said.append(run)
        is_last = after is None or after.ruby is None or after.ruby.index != run.ruby.index if run.ruby else False
        if run.ruby is not None and is_last and run.ruby.text.strip():
            said.append(replace(run, text=f"({run.ruby.text.strip()})", ruby=None))
    return Line(runs=tuple(said))
