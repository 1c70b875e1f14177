"""Read a file of rules: every problem at once, each with its line and how to mend it (formats/programme 1.5).

The file is TOML: `format`, `book_id`, `published`, and a table `[[rule]]` for each row.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel import assets
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.errors import BadRulesError
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.model import RuleBook

MAXIMUM_BYTES: Final = 4 * 1024 * 1024
"""Room for twenty thousand rows."""

_HEADING: Final = re.compile(r"\s*\[\[\s*rule\s*\]\]")
_TOML_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")
_MEND: Final = {
    "missing": "Add it to the row.",
    "extra_forbidden": "Take it away, or mend its name.",
    "union_tag_invalid": "Use one of the kinds that docs/formats/programme.md lists.",
    "union_tag_not_found": "Say which kind of row it is: kind = …",
    "enum": "Use one of the names that are listed.",
    "literal_error": "Use one of the values that are listed.",
}
_MEND_ANY: Final = "Write it as docs/formats/programme.md says."


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRules:
    """A file of rules as read.

    Attributes:
        rules: None where problems stand in the way.
        problems: In the order of the file.
    """

    rules: Rules | None
    problems: tuple[Problem, ...]

    def demand(self) -> Rules:
        """The rules.

        Raises:
            BadRulesError: There are problems; it carries all of them.
        """
        if self.rules is None:
            raise BadRulesError(self.problems)
        return self.rules


@cache
def shipped_rules() -> Rules:
    """The rules that this program brings, where the academy has sent none of its own."""
    return load_rules(assets.folder("programme", "rules.toml")).demand()


def load_rules(path: Path) -> LoadedRules:
    """Read a file; never raises for what an author wrote.

    Raises:
        FileRefusedError: The disk does not give it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAXIMUM_BYTES + 1)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return parse_rules(data, path.name)


def parse_rules(data: bytes, file: str) -> LoadedRules:
    """Read the bytes of a file that people call `file`."""
    if len(data) > MAXIMUM_BYTES:
        return _refused(file, 0, 0, "rules.too_large", "The file is larger than any of its kind.", "Take rows away.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        return _refused(file, line, 0, "rules.not_utf8", "The file is not UTF-8 here.", "Save it as UTF-8.")
    try:
        fields = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # a day that no calendar has is a plain ValueError
        found = _TOML_PLACE.search(str(problem))
        line, column = (int(found[1]), int(found[2])) if found else (0, 0)
        what = _TOML_PLACE.sub("", str(problem)).strip().rstrip(".")
        return _refused(file, line, column, "rules.not_toml", f"This is not TOML: {what}.", "Mend the line.")
    fields["rules"] = fields.pop("rule", [])
    try:
        book = RuleBook.model_validate(fields)
    except ValidationError as problem:
        return LoadedRules(rules=None, problems=tuple(_told(problem, file, text.splitlines())))
    return LoadedRules(rules=Rules(book), problems=())


def _told(problem: ValidationError, file: str, lines: Sequence[str]) -> Iterator[Problem]:
    headings = [number for number, line in enumerate(lines, 1) if _HEADING.match(line)]
    found: list[Problem] = []
    for error in problem.errors(include_input=False, include_url=False, include_context=False):
        place = [part for part in error["loc"] if part != "rules"]
        line = 0
        if place and isinstance(place[0], int):
            row, place = place[0], place[2:]  # behind the number stands the kind
            line = _line_of(lines, headings, row, str(place[0]) if place else "")
        elif place:
            line = next((n for n, text in enumerate(lines, 1) if re.match(rf"\s*{place[0]}\s*=", text)), 0)
        message = error["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in place)
        found.append(
            Problem(
                file=file,
                line=line,
                column=0,
                code=f"rules.{error['type']}",
                what=f"{name or 'The file' if not line else name or 'The row'}: {message[:300]}.",
                fix=_MEND.get(error["type"], _MEND_ANY),
            )
        )
    yield from sorted(dict.fromkeys(found), key=lambda one: (one.line, one.code, one.what))


def _line_of(lines: Sequence[str], headings: Sequence[int], row: int, key: str) -> int:
    """The line of a key in a row; that of the row's heading where the key has none."""
    if row >= len(headings):  # rows written as an inline array have no headings
        return 0
    first = headings[row]
    last = headings[row + 1] if row + 1 < len(headings) else len(lines) + 1
    written = re.compile(rf"\s*{re.escape(key)}\s*(=|\.)|\s*\[+\s*rule\.{re.escape(key)}\b") if key else None
    for number in range(first + 1, last):
        if written is not None and written.match(lines[number - 1]):
            return number
    return first


def _refused(file: str, line: int, column: int, code: str, what: str, fix: str) -> LoadedRules:
    problem = Problem(file=file, line=line, column=column, code=code, what=what, fix=fix)
    return LoadedRules(rules=None, problems=(problem,))
