"""What commands that take a table of CSV in share: it is looked at, and kept whole unless the rest goes elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pocus_desktop.cli.programme_options import EXISTING, tell
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.csv_sheet import MAXIMUM_BYTES, Table, write_refused
from pocus_desktop.programme.documents.candidate import CaseEntry, CmeCredit
from pocus_desktop.programme.values import format_credits

_F = TypeVar("_F", bound=Callable[..., Any])
_D = TypeVar("_D", CaseEntry, CmeCredit)

DATE_ORDERS: Final = {"year": None, "day": True, "month": False}
"""What dates of a CSV begin with, as its readers are told."""


def table_options(command: _F) -> _F:
    """`FILE`, `--dates`, `--rest`, `--dry-run`, `--language`."""
    for option in (
        click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True),
        click.option("--dry-run", "is_look", is_flag=True, help="Only tell what would be taken."),
        click.option(
            "--rest",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Take the rows that can be taken, and write the others here.",
        ),
        click.option(
            "--dates",
            type=click.Choice(list(DATE_ORDERS)),
            default="year",
            show_default=True,
            help="What dates begin with.",
        ),
    ):
        command = option(command)
    return command


TABLE: Final = click.argument("file", type=EXISTING)


def table_bytes(file: Path) -> bytes:
    """As much of a file as its readers look at.

    Raises:
        FileRefusedError: It cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(MAXIMUM_BYTES + 1)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def settle(
    context: click.Context,
    table: Table[_D],
    keep: Callable[[tuple[_D, ...]], object],
    *,
    rest: Path | None,
    is_look: bool,
    language: str,
) -> None:
    """Keep a table and tell what it gave; the status is 1 where a row cannot be taken.

    Where one row cannot be taken, none is, unless `rest` says where the others go.
    """
    is_taken = not is_look and (table.is_whole or rest is not None)
    if is_taken:
        keep(table.documents)
    tell(table.problems)
    if not is_taken:
        for one in table.documents:
            click.echo(_line(one))
    params = {"new": len(table.documents), "known": table.known, "refused": len(table.refused)}
    click.echo(words.say(f"programme.tell.{'imported' if is_taken else 'would-import'}", language, **params))
    if is_taken and rest is not None and table.refused:
        write_atomically(rest, write_refused(table))
    context.exit(0 if table.is_whole else 1)


def _line(one: CaseEntry | CmeCredit) -> str:
    if isinstance(one, CmeCredit):
        return f"{one.completed_on.isoformat()}  {format_credits(one.credits)}  {one.activity}"
    return f"{one.performed_on.isoformat()}  {one.area}"
