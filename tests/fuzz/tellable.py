"""What every error must be, whatever caused it: something that can be told to a person, in every language."""

import json
from typing import Final

from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError

_LONGEST_CHARACTERS: Final = 4000


class NotTellableError(AssertionError):
    """An error of ours that a person cannot be told as it is."""


def require_tellable(problem: PocusError) -> None:
    """Its code has words in all languages, with every parameter filled in; they can be printed, stored and read.

    Raises:
        NotTellableError: It is not so.
    """
    given = "".join(str(value) for value in problem.params.values())
    for language in words.languages():
        told = problem.explain(language)
        text = f"{told.what} {told.next}"
        if not told.what or not told.next or not words.has(f"errors.{problem.code}.what", language):
            raise NotTellableError(f"{problem.code} has no words in {language}")
        if "{" in text and "{" not in given:
            raise NotTellableError(f"{problem.code} lacks a parameter in {language}")
        if not text.replace("\n", "").isprintable():
            raise NotTellableError(f"{problem.code} would send control characters to a terminal: {text!r}")
        if len(text) > _LONGEST_CHARACTERS:
            raise NotTellableError(f"{problem.code} repeats {len(text)} characters of what came")
        json.dumps(problem.as_json(language)).encode()
        text.encode()
