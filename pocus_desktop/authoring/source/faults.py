"""Problems in a case source, with words from the one table (`problems.source.toml`)."""

from typing import Protocol

from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.kernel import words


class Placed(Protocol):
    """Anything with a spot in a file."""

    @property
    def file(self) -> str:
        """The file as the author knows it."""

    @property
    def line(self) -> int:
        """From 1; 0 for the whole file."""

    @property
    def column(self) -> int:
        """From 1; 0 for the whole line."""


def fault(code: str, place: Placed, /, *, severity: Severity = Severity.ERROR, **params: object) -> Problem:
    """A problem at a place, in the words of its code."""
    return Problem(
        file=place.file,
        line=place.line,
        column=place.column,
        code=code,
        what=words.say(f"problems.{code}.what", **params),
        fix=words.say(f"problems.{code}.fix", **params),
        severity=severity,
    )
