"""Documents to another computer of the same candidate, and from it (formats/portfolio 2.3)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel.files import FileRefusedError, make_folder, write_atomically
from pocus_desktop.programme.own.changes import require_account
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import ThereAlreadyError
from pocus_desktop.programme.portfolio_files import as_lines, read_portfolio

DOCUMENTS: Final = "portfolio.jsonl"
"""Within the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What another computer's documents gave.

    Attributes:
        new: Writings that were not here.
        conflicts: What differs, here and now.
        problems: What could not be read.
    """

    new: int
    conflicts: int
    problems: tuple[Problem, ...]


def write_all(desk: PortfolioDesk, folder: Path) -> tuple[Path, int]:
    """Write every writing of one's own documents into a folder; the file, and how many.

    Raises:
        NoAccountYetError: There is nothing to carry.
        ThereAlreadyError: Such a file is there; it may be the only copy of something.
        FileRefusedError: The disk does not take it.
    """
    require_account(desk.portfolio())
    path, documents = folder / DOCUMENTS, desk.documents()
    if path.exists():
        raise ThereAlreadyError(file=path.name)
    try:
        make_folder(folder)
        write_atomically(path, as_lines(documents))
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return path, len(documents)


def take_all(desk: PortfolioDesk, path: Path) -> Merged:
    """Take documents in that were written on another computer, from its folder or file.

    Raises:
        OtherAccountError: They are of another account.
    """
    found = read_portfolio(path, desk.academy.verifiers)
    held = found.portfolio
    own = [
        *([held.account] if held.account is not None else []),
        *(one for conflict in held.conflicts for one in conflict.writings),
        *held.credentials,
        *held.cases,
        *held.attestations,
        *held.applications,
        *held.entries,
        *held.nominations,
        *held.reminder_requests,
        *held.credits,
        *held.appeals,
    ]
    new = desk.take_in(own)
    return Merged(new=new, conflicts=len(desk.portfolio().conflicts), problems=tuple(found.problems))
