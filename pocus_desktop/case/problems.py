"""What is wrong with authored content: where, why and how to mend it.

A checker never stops at the first fault: it gives back every `Problem` that it finds, and whoever must have sound
content raises one `CaseRefusedError` with all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class Severity(StrEnum):
    """How much a problem weighs: an error stops a build, a warning is for the author to judge."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend in a source file.

    Attributes:
        file: The file as the author knows it (path inside the case folder, or "-").
        line: The line, counted from 1; 0 when the problem belongs to the whole file.
        column: The column in characters, counted from 1; 0 when the problem belongs to the whole line.
        code: A stable dotted name, such as `captions.overlap`.
        what: What is wrong, in English, one sentence.
        fix: What to do about it, in English, one sentence.
        severity: Whether it stops a build.
    """

    file: str
    line: int
    column: int
    code: str
    what: str
    fix: str
    severity: Severity = Severity.ERROR

    def as_json(self) -> dict[str, str | int]:
        """The problem as the command line prints it."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "what": self.what,
            "fix": self.fix,
            "severity": str(self.severity),
        }

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.what} {self.fix}"


class CaseRefusedError(PocusError):
    """Content has problems that stop it from being used; `problems` holds all of them in order."""

    code: ClassVar[str] = "case.refused"
    blame: ClassVar[Blame] = Blame.CONTENT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        first = str(self.problems[0]) if self.problems else ""
        super().__init__(count=len(self.problems), first=first)
