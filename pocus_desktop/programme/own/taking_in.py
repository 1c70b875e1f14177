"""Cases and credits from files, straight into the portfolio: nothing twice, and all that is not taken is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.case_log.csv_file import read_case_csv
from pocus_desktop.programme.cme.csv_file import read_credits_csv
from pocus_desktop.programme.csv_sheet import MAXIMUM_BYTES, Table
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.candidate import Account, CaseEntry, CmeCredit
from pocus_desktop.programme.own.changes import require_account
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import PartMissingError
from pocus_desktop.programme.portfolio import document_key
from pocus_desktop.programme.values import Approach

Planned: TypeAlias = Table[CaseEntry] | Table[CmeCredit]
"""What a file of CSV would give; nothing of it is kept yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedStudies:
    """What a folder of DICOM gave.

    Attributes:
        passed: Files that were passed over, and the kind of why.
        other: Studies of another modality.
        strange: Files that are no DICOM.
        is_cut: Whether there were more files than are looked at.
    """

    new: int
    known: int
    passed: tuple[tuple[str, str], ...]
    other: int
    strange: int
    is_cut: bool


def planned_cases(desk: PortfolioDesk, path: Path, *, is_day_first: bool | None, language: str) -> Table[CaseEntry]:
    """Look at a case log.

    Raises:
        NoAccountYetError: Whose it is, is not known.
        FileRefusedError: The file cannot be read.
    """
    account = require_account(desk.portfolio())
    found = read_case_csv(
        _read(path),
        path.name,
        account_id=account.account_id,
        today=_today(desk, account),
        is_day_first=is_day_first,
        language=language,
    )
    return found.beside(_held(desk))


def planned_credits(desk: PortfolioDesk, path: Path, *, is_day_first: bool | None, language: str) -> Table[CmeCredit]:
    """Look at a table of continuing education; as `planned_cases`."""
    portfolio = desk.portfolio()
    account = require_account(portfolio)
    found = read_credits_csv(
        _read(path),
        path.name,
        account_id=account.account_id,
        today=_today(desk, account),
        rules=desk.rules,
        held=portfolio.credits,
        is_day_first=is_day_first,
        language=language,
    )
    return found.beside(_held(desk))


def take(desk: PortfolioDesk, planned: Planned) -> int:
    """Keep what was planned, all of it or nothing.

    Returns:
        How many documents.

    Raises:
        ChangedMeanwhileError: Another window took some of it in since.
    """
    return desk.write(*planned.documents)


def dicom_folder(
    desk: PortfolioDesk, folder: Path, *, area: ContentArea, approach: Approach | None = None
) -> CountedStudies:
    """Count the studies of a folder as cases of an area.

    Raises:
        NoAccountYetError: Whose they are, is not known.
        PartMissingError: This installation reads no DICOM.
        FileRefusedError: The folder cannot be read.
    """
    try:
        from pocus_desktop.programme.case_log.dicom_folder import as_entries, count_studies  # a library of the extra
    except ModuleNotFoundError as problem:
        raise PartMissingError(extra="portfolio") from problem
    portfolio = desk.portfolio()
    account = require_account(portfolio)
    counted = count_studies(folder, account_id=account.account_id, today=_today(desk, account))
    known = frozenset(entry.study for entry in portfolio.cases if entry.study is not None)
    new = as_entries(counted, area, approach=approach, known=known)
    desk.write(*new)
    return CountedStudies(
        new=len(new),
        known=len(counted.studies) - len(new),
        passed=tuple((name, str(why)) for name, why in counted.passed),
        other=counted.other_modality,
        strange=counted.not_dicom,
        is_cut=counted.is_cut,
    )


def _held(desk: PortfolioDesk) -> Callable[[CaseEntry | CmeCredit], bool]:
    here = {document_key(one) for one in desk.documents()}
    return lambda one: document_key(one) in here


def _today(desk: PortfolioDesk, account: Account) -> date:
    return local_day(desk.now_ms, account.zone)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(MAXIMUM_BYTES + 1)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
