"""`walkthrough.yaml`: how a scripted candidate answers a sample case; never part of a bundle."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pocus_desktop.authoring.source.document import read_document
from pocus_desktop.case.items.registry import RESPONSE, Response
from pocus_desktop.case.problems import CaseRefusedError
from pocus_desktop.kernel.errors import Blame, PocusError

WALKTHROUGH_FILE: Final = "walkthrough.yaml"


class NoWalkthroughError(PocusError):
    """A case folder does not say how a scripted candidate answers."""

    code = "authoring.no_walkthrough"
    blame = Blame.USER


class BadWalkthroughError(PocusError):
    """An answer of the walkthrough is not a response."""

    code = "authoring.bad_walkthrough"
    blame = Blame.CONTENT


def read_walkthrough(folder: Path) -> Mapping[str, Response]:
    """Item id to what the scripted candidate answers.

    Raises:
        NoWalkthroughError: There is no such file.
        CaseRefusedError: It is not YAML.
        BadWalkthroughError: An answer is not a response.
    """
    if not (folder / WALKTHROUGH_FILE).is_file():
        raise NoWalkthroughError(folder=folder.name)
    document = read_document(folder / WALKTHROUGH_FILE, WALKTHROUGH_FILE)
    if document.problems:
        raise CaseRefusedError(document.problems)
    if not isinstance(document.data, dict):
        raise BadWalkthroughError(item=WALKTHROUGH_FILE, line=1)
    answers: dict[str, Response] = {}
    for item, written in document.data.items():
        try:
            answers[item] = RESPONSE.validate_python(written)
        except ValidationError as problem:
            place = document.place((item,))
            raise BadWalkthroughError(item=item, line=place.line) from problem
    return answers
