"""What the captions linter measures against, and the list that it fills (formats/captions 4)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pocus_desktop.case.problems import Problem, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What captions must keep to so that people can read them.

    Attributes:
        line_characters: The most characters in a line.
        cue_lines: The most lines in a cue.
        characters_per_second: The fastest reading speed.
        shortest_ms: The shortest time a cue may be shown.
        shortest_gap_ms: A gap between cues that is shorter than this flickers; no gap at all is fine.
    """

    line_characters: int = 42
    cue_lines: int = 2
    characters_per_second: float = 20.0
    shortest_ms: int = 700
    shortest_gap_ms: int = 80


@dataclass(slots=True, kw_only=True)
class Report:
    """The problems found so far in one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def error(self, place: tuple[int, int], code: str, what: str, fix: str) -> None:
        """Add something that must be mended. `place` is a line's index and a character's, both counted from 0."""
        self._add(place, code, what, fix, Severity.ERROR)

    def warning(self, place: tuple[int, int], code: str, what: str, fix: str) -> None:
        """Add something for the author to judge."""
        self._add(place, code, what, fix, Severity.WARNING)

    def _add(self, place: tuple[int, int], code: str, what: str, fix: str, severity: Severity) -> None:
        line, column = place
        self.problems.append(
            Problem(
                file=self.file,
                line=line + 1,
                column=column + 1,
                code=f"captions.{code}",
                what=what,
                fix=fix,
                severity=severity,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the characters of a text stand in its file, for a text made of whole lines."""

    first_line: int
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, lines: Sequence[str], first_line: int) -> "Places":
        """The places of some lines joined by line feeds."""
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        return cls(first_line=first_line, line_starts=tuple(starts))

    def at(self, offset: int) -> tuple[int, int]:
        """The index of the line and of the character in it."""
        line = bisect_right(self.line_starts, offset) - 1
        return self.first_line + line, offset - self.line_starts[line]


def shown(text: str, most: int = 40) -> str:
    """A piece of the author's text for a message, cut where it is long."""
    return text if len(text) <= most else text[: most - 1] + "…"
