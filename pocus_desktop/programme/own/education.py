"""What leaves a portfolio about continuing education: the audit pack, the report, the table."""

from pathlib import Path
from typing import Final

from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.cme.activity_report import activity_report
from pocus_desktop.programme.cme.csv_file import write_credits_csv
from pocus_desktop.programme.cme.errors import NoCycleError
from pocus_desktop.programme.cme.pack import making
from pocus_desktop.programme.cme.pack.making import Pack, make_pack
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.programme.own.changes import require_account
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.errors import PartMissingError
from pocus_desktop.programme.own.view import PortfolioView

FORMATS: Final = ("xml", "csv")


def cycles_for(view: PortfolioView, body: str | None = None, number: int | None = None) -> tuple[Progress, ...]:
    """The cycles that an audit pack is of.

    Args:
        view: What is known.
        body: Of which body; every one whose cycle runs, if omitted.
        number: Which of its cycles; the one that runs, or the last one, if omitted.

    Raises:
        NoCycleError: There is none.
    """
    if body is None:
        found = view.cycles
    else:
        of_body = [one for one in view.every_cycle if one.cycle.body == body]
        wanted = [one for one in of_body if number in {None, one.cycle.number}]
        found = tuple(wanted[-1:])
    if not found:
        raise NoCycleError(body=(body or "-").upper(), number=number or 0)
    return found


def audit_pack(
    desk: PortfolioDesk, out: Path, *, body: str | None = None, number: int | None = None, language: str
) -> Pack:
    """Write an audit pack.

    Raises:
        NoAccountYetError, NoCycleError, NothingToReportError: There is nothing to claim, or nobody.
        PartMissingError, PackFailedError: The typesetter is not installed, or fails.
        FileRefusedError: The disk does not take it.
    """
    if not making.can_make():
        raise PartMissingError(extra="portfolio")
    view = desk.view()
    account = require_account(view.portfolio)
    pack = make_pack(
        cycles_for(view, body, number),
        view.portfolio,
        account,
        view.rules,
        desk.files.read,
        now_ms=view.now_ms,
        on=view.on,
        language=language if language in making.LANGUAGES else making.LANGUAGES[0],
    )
    _write(out, pack.pdf)
    return pack


def write_report(desk: PortfolioDesk, out: Path, *, form: str) -> int:
    """Write all credits as a MedBiquitous Activity Report (`xml`) or as a table (`csv`); how many.

    Raises:
        NoAccountYetError, NothingToReportError: There is nobody, or nothing to report.
        FileRefusedError: The disk does not take it.
    """
    portfolio = desk.portfolio()
    account = require_account(portfolio)
    credits_ = sorted(portfolio.credits, key=lambda one: (one.completed_on, one.credit_id))
    if form == "csv":
        data = write_credits_csv(credits_)
    else:
        data = activity_report(account, portfolio.credentials, credits_, now_ms=desk.now_ms)
    _write(out, data)
    return len(credits_)


def _write(out: Path, data: bytes) -> None:
    try:
        write_atomically(out, data)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
