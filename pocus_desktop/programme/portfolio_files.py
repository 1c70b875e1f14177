"""A portfolio as files: documents in JSON, in JSON lines, or in a folder of both (formats/programme 4.2).

Everything that can be read is, and everything that cannot is told with its file and line: one bad document takes none
of the others away.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.documents.registry import KINDS, AnyDocument, parse_document
from pocus_desktop.programme.errors import BadDocumentError
from pocus_desktop.programme.portfolio import Portfolio, gather
from pocus_desktop.programme.signing import payload_type, read_signed
from pocus_desktop.programme.submission import OWN_KINDS

MAXIMUM_BYTES: Final = 64 * 1024 * 1024
"""Of one file."""
MOST_FILES: Final = 20_000
SIGNED_SUFFIX: Final = ".dsse.json"

_SPACE: Final = " \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPortfolio:
    """What was found.

    Attributes:
        problems: Documents that were not taken, and what is to be considered, by file and line.
    """

    portfolio: Portfolio
    problems: tuple[Problem, ...]


def read_portfolio(path: Path, hubs: Iterable[PublicKey] = ()) -> ReadPortfolio:
    """Read a file, or every `.json` and `.jsonl` of a folder and below.

    Args:
        path: Which.
        hubs: Keys of the academy, by which signed documents (`.dsse.json`) are verified.

    Raises:
        FileRefusedError: It is not there, or cannot be read.
    """
    keys = tuple(hubs)
    problems: list[Problem] = []
    documents: list[AnyDocument] = []
    for file in _files(path):
        name = file.relative_to(path).as_posix() if file != path else file.name
        try:
            if file.stat().st_size > MAXIMUM_BYTES:
                problems.append(_problem(name, 0, "programme.too_large", "The file is larger than any portfolio's."))
                continue
            data = file.read_bytes()
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        if name.endswith(SIGNED_SUFFIX):
            documents += _signed(data, keys, name, problems)
            continue
        unsigned: list[int] = []
        for line, piece in _pieces(data, is_lines=file.suffix == ".jsonl"):
            found = _plain(piece, name, line, problems)
            documents += found
            unsigned += [line for one in found if not isinstance(one, OWN_KINDS)]
        if unsigned:
            what = f"Not signed by the academy, and told as they stand here: {len(unsigned)} documents."
            fix, severity = "Use the files that the academy signed.", Severity.WARNING
            problems.append(_problem(name, unsigned[0], "programme.unsigned", what, fix, severity))
    return ReadPortfolio(portfolio=gather(documents), problems=tuple(problems))


def append_documents(path: Path, documents: Iterable[AnyDocument]) -> None:
    """Add documents to a file of JSON lines, made where there is none.

    Raises:
        FileRefusedError: The disk does not take them.
    """
    added = as_lines(documents)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.tell() and not _ends_line(file.name):
                file.write(b"\n")
            file.write(added)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def as_lines(documents: Iterable[AnyDocument]) -> bytes:
    """Documents, one a line."""
    told = (json.dumps(one.model_dump(mode="json"), ensure_ascii=False) + "\n" for one in documents)
    return "".join(told).encode()


def _ends_line(name: str) -> bool:
    with Path(name).open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = [one for one in sorted(path.rglob("*")) if one.suffix in {".json", ".jsonl"} and one.is_file()]
    return [one for one in found if not any(part.startswith(".") for part in one.relative_to(path).parts)][:MOST_FILES]


def _signed(data: bytes, keys: tuple[PublicKey, ...], name: str, problems: list[Problem]) -> list[AnyDocument]:
    try:
        return [_verified(data, keys)]
    except PocusError as error:
        told = error.explain()
        problems.append(_problem(name, 0, error.code, told.what, told.next))
        return []


def _verified(data: bytes, keys: tuple[PublicKey, ...]) -> AnyDocument:
    found = dsse.Envelope.parse(data).payload_type
    for kind, model in KINDS.items():
        if payload_type(kind) == found and not issubclass(model, OWN_KINDS):
            return read_signed(model, data, keys)
    raise BadDocumentError(reason="type: unknown")


def _plain(piece: bytes, name: str, line: int, problems: list[Problem]) -> list[AnyDocument]:
    try:
        document = parse_document(piece)
    except PocusError as error:
        told = error.explain()
        problems.append(_problem(name, line, error.code, told.what, told.next))
        return []
    return [document]


def _pieces(data: bytes, *, is_lines: bool) -> Iterator[tuple[int, bytes]]:
    """Each document's bytes with its line: one a line, those of a list, or the whole."""
    if is_lines:
        yield from ((number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip())
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield 1, data  # which the parser refuses
        return
    at = _skip(text, 0)
    if not text.startswith("[", at):
        yield text[:at].count("\n") + 1, text.encode()
        return
    yield from _of_list(text, at)


def _of_list(text: str, at: int) -> Iterator[tuple[int, bytes]]:
    decoder, line, counted = json.JSONDecoder(), 1, 0
    at = _skip(text, at + 1)
    while not text.startswith("]", at):
        line, counted = line + text.count("\n", counted, at), at
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield line, text[at:].encode()  # which the parser refuses
            return
        yield line, text[at:end].encode()
        at = _skip(text, end)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith("]", at):
            yield line + text.count("\n", counted, at), b"]"  # no list goes on so: refused
            return
    if _skip(text, at + 1) < len(text):
        yield line + text.count("\n", counted, at), b"]"  # there is something behind the list: refused


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _problem(
    file: str,
    line: int,
    code: str,
    what: str,
    fix: str = "Divide it into several.",
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(file=file, line=line, column=0, code=code, what=what, fix=fix, severity=severity)
