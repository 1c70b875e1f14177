"""The one error model.

Every failure that a person may meet is a `PocusError`. Its `code` is stable and dotted and names a row in the table
of words (`assets/words/<language>/errors.*.toml`); its `blame` says who can mend it; its parameters are safe to log:
never an answer, a name or a key.
"""

from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from pocus_desktop.kernel import words

Safe: TypeAlias = str | int | float | bool
"""A parameter that may stand in a log and in a message."""

_TOLD_CHARACTERS: Final = 1000
"""How much of one parameter is told: names in documents that others wrote have no end of their own."""


class Blame(StrEnum):
    """Who can mend an error."""

    USER = "user"
    ENVIRONMENT = "environment"
    CONTENT = "content"
    BUG = "bug"


class PocusError(Exception):
    """A failure with a stable code, someone who can mend it, and words for the person in front of it.

    Subclasses set `code` and `blame` and are raised with the parameters that their words name:
    `raise BundleRolledBackError(bundle="lung-a", offered=3, seen=5)`.
    """

    code: ClassVar[str] = "kernel.unexpected"
    blame: ClassVar[Blame] = Blame.BUG

    def __init__(self, **params: Safe) -> None:
        self.params: dict[str, Safe] = params
        super().__init__(self.code, params)

    def explain(self, language: str = "en") -> words.Explanation:
        """What happened and what to do next, in the language asked for (English where it has no row)."""
        return words.explain(self.code, {name: _tellable(value) for name, value in self.params.items()}, language)

    def as_json(self, language: str = "en") -> dict[str, object]:
        """The error as the command line prints it: code, blame, what, next and the safe parameters."""
        told = self.explain(language)
        return {
            "code": self.code,
            "blame": str(self.blame),
            "what": told.what,
            "next": told.next,
            "params": dict(self.params),
        }

    def __str__(self) -> str:
        told = self.explain()
        return f"{self.code}: {told.what} {told.next}".strip()


def _tellable(value: Safe) -> Safe:
    """A parameter as a person may meet it: what others wrote neither steers a terminal nor fills the screen."""
    if not isinstance(value, str):
        return value
    cut = value if len(value) <= _TOLD_CHARACTERS else value[:_TOLD_CHARACTERS] + "…"
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in cut)
