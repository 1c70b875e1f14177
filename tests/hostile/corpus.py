"""A case of the hostile corpus, and how the corpus is written: always the same bytes from the same code."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1] / "vectors" / "hostile"
INDEX: Final = "index.json"
_OTHER_CHARACTERS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One file with one cause.

    Attributes:
        kind: What reads it: a name in `tests.hostile.readers`.
        cause: What is wrong with it, in words.
        code: Of the error that it must be refused with; empty for a right file that others refer to.
        data: The file.
        suffix: Of its name.
        reason: Of `depot.incomplete`: what the last carrier was refused for.
    """

    kind: str
    cause: str
    code: str
    data: bytes = field(repr=False)
    suffix: str = "json"
    reason: str = ""

    @property
    def file(self) -> str:
        """Where it lies in the corpus."""
        return f"{self.kind}/{_OTHER_CHARACTERS.sub('-', self.cause.lower()).strip('-')}.{self.suffix}"

    def row(self) -> dict[str, str]:
        """As the index tells it."""
        told = {"file": self.file, "kind": self.kind, "cause": self.cause, "code": self.code}
        return {**told, "reason": self.reason} if self.reason else told


def as_files(cases: Iterable[Hostile]) -> dict[str, bytes]:
    """Every file of the corpus by its name, with the index.

    Raises:
        ValueError: Two causes would have one name.
    """
    files: dict[str, bytes] = {}
    rows: list[dict[str, str]] = []
    for case in cases:
        if case.file in files:
            raise ValueError(f"{case.file} stands for two causes")
        files[case.file] = case.data
        if case.code:
            rows.append(case.row())
    rows.sort(key=lambda row: row["file"])
    files[INDEX] = (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode()
    return files


def on_disk() -> dict[str, bytes]:
    """What lies in the folder of the corpus."""
    found = (path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in found}


def rows() -> list[dict[str, str]]:
    """The index."""
    listed: list[dict[str, str]] = json.loads((FOLDER / INDEX).read_bytes())
    return listed
