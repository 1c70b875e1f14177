"""What a YAML error most likely means: a tab, a colon without quotes, a bracket left open."""

import re
from typing import Final

from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.reader import ReaderError

from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import Place
from pocus_desktop.case.problems import Problem

_ODD_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_OPENERS: Final = {
    "while parsing a flow mapping": "{",
    "while parsing a flow sequence": "[",
    "while scanning a quoted scalar": "a quotation mark",
}
_BY_MESSAGE: Final = (
    # what the YAML library's message begins with, and the problem that it is
    ("mapping values are not allowed", "source.colon_misplaced"),
    ("could not find expected ':'", "source.colon_missing"),
    ("but found another document", "source.two_documents"),
    ("expected <block end>", "source.indentation"),
    ("did not find expected key", "source.indentation"),
)
_ALIAS: Final = re.compile(r"found undefined alias '(.*)'")
_FIRST_CHARACTER: Final = re.compile(r"found character '(.*)' that cannot start any token")


def slip(problem: YAMLError | ValueError | RecursionError, text: str, file: str) -> Problem:
    """The problem behind an error of the YAML library, at the place where it can be mended."""
    match problem:
        case ReaderError():
            place = _place_at(text, problem.position, file)
            return fault("source.bad_character", place, character=f"U+{_number(problem.character):04X}")
        case MarkedYAMLError():
            return _marked(problem, text, file)
        case RecursionError():
            return fault("source.too_large", Place(file, 1, 1))
        case _:
            return fault("source.not_yaml", Place(file, 1, 1), reason=str(problem).split("\n")[0])


def _marked(problem: MarkedYAMLError, text: str, file: str) -> Problem:
    message = problem.problem or ""
    mark = problem.problem_mark or problem.context_mark
    place = _place(mark, file)
    if mark is not None and (found := _odd_blank(text, mark.line, file)):
        return found
    opener = _OPENERS.get(problem.context or "")
    if opener and problem.context_mark is not None:
        return fault("source.not_closed", _place(problem.context_mark, file), opener=opener, line=place.line)
    if alias := _ALIAS.search(message):
        return fault("source.alias_unknown", place, name=alias[1])
    if first := _FIRST_CHARACTER.search(message):
        return fault("source.quotes_missing", place, character=first[1])
    if "<stream end>" in message:
        return fault("source.cut_off", place)
    for start, code in _BY_MESSAGE:
        if message.startswith(start):
            return fault(code, place)
    return fault("source.not_yaml", place, reason=" ".join(part for part in (problem.context, message) if part))


def _odd_blank(text: str, line: int, file: str) -> Problem | None:
    """A tab, or a blank that only looks like one, in the line of an error or the line before it."""
    lines = text.splitlines()
    for number in (line, line - 1):
        if 0 <= number < len(lines):
            if "\t" in lines[number]:
                return fault("source.tab", Place(file, number + 1, lines[number].index("\t") + 1))
            if odd := _ODD_SPACE.search(lines[number]):
                return fault("source.odd_space", Place(file, number + 1, odd.start() + 1), code=f"U+{ord(odd[0]):04X}")
    return None


def _place(mark: StreamMark | None, file: str) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1, 1)


def _place_at(text: str, position: int, file: str) -> Place:
    before = text[:position].replace("\r\n", "\n").replace("\r", "\n")
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _number(character: str | int) -> int:
    return ord(character) if isinstance(character, str) else character
