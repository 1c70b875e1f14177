"""What peer evaluation refuses (docs/formats/peer-evaluation)."""

from collections.abc import Iterable
from typing import ClassVar

from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel.errors import Blame, PocusError


class BadQuestionnaireError(PocusError):
    """Files of questionnaires or of their policy cannot be used; `problems` holds everything to mend, in order."""

    code: ClassVar[str] = "peers.bad_questionnaire"
    blame: ClassVar[Blame] = Blame.CONTENT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(count=len(self.problems), first=str(self.problems[0]) if self.problems else "")


class NoQuestionnaireError(PocusError):
    """No questionnaire of a content area, or no policy, is in force on a day."""

    code = "peers.no_questionnaire"
    blame = Blame.CONTENT
