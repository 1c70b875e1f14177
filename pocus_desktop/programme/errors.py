"""What the programme refuses (docs/formats/programme)."""

from collections.abc import Iterable
from typing import ClassVar

from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel.errors import Blame, PocusError


class ProgrammeError(PocusError):
    """Anything the programme refuses; always one of the classes below, or of the room that raises it."""

    code: ClassVar[str] = "programme.refused"
    blame: ClassVar[Blame] = Blame.USER


class BadRulesError(ProgrammeError):
    """A file of rules has problems that stop it from being used; `problems` holds all of them in order."""

    code = "programme.bad_rules"
    blame = Blame.CONTENT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(count=len(self.problems), first=str(self.problems[0]) if self.problems else "")


class NoRuleError(ProgrammeError):
    """No rule of a kind is in force on a day."""

    code = "programme.no_rule"
    blame = Blame.CONTENT


class BadDocumentError(ProgrammeError):
    """A document of the programme does not say what it must say."""

    code = "programme.bad_document"
    blame = Blame.CONTENT


class NewerDocumentError(ProgrammeError):
    """A document of the programme was written by a newer program."""

    code = "programme.newer_document"
    blame = Blame.ENVIRONMENT


class NotTheAcademysError(ProgrammeError):
    """A document of the programme that the academy must sign is not signed by it."""

    code = "programme.not_the_academys"


class KeptRulesUnreadError(ProgrammeError):
    """What a hub keeps as its rules does not verify, so that nobody can tell whether a new book keeps to them."""

    code = "programme.kept_rules_unread"
    blame = Blame.CONTENT


class RewritesHistoryError(ProgrammeError):
    """A file of rules would change what was decided before."""

    code = "programme.rewrites_history"
    blame = Blame.CONTENT
