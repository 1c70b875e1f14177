"""The sitting of an appeal on paper: a PDF with all that the page has, for a file (docs/adr/0272).

What was written by anyone is set as characters, never as markup, and shown without what steers unseen (`plain`).
"""

from functools import partial
from typing import Any

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.sheet import Cell, Sheet, Table
from pocus_desktop.appeals.stamps import date_told
from pocus_desktop.hub.programme.errors import SittingPaperError
from pocus_desktop.kernel import words
from pocus_desktop.programme.typesetting import CannotSetError, set_pdf


def say(language: str, key: str, /, **params: object) -> str:
    """The sentence for a key below `ui.`, as reports name them."""
    return words.say(f"ui.{key}", language, **params)


def to_pdf(sitting: Appeal, language: str) -> bytes:
    """The PDF of a sitting.

    Args:
        sitting: What it is of.
        language: `en` or `es`.

    Raises:
        SittingPaperError: The typesetter refuses.
    """
    sheet = Sheet(sitting, partial(say, language), language)
    one, tell = sitting.identity, partial(say, language)
    doubts = [sheet.telling.doubt(doubt) for doubt in sitting.timeline.doubts]
    said = {
        "language": language,
        "title": tell("report.title_of", sitting=one.sitting),
        "heading": tell("report.title"),
        "of": plain(sheet.title),
        "foot": tell("report.foot", digest=one.digest),
        "sealed": date_told(one.sealed_at_ms)[:10],
        "doubts": [[plain(told.what), plain(told.next)] for told in doubts],
        "tables": [_table(table) for table in (*sheet.before_the_drawing(), *sheet.behind_the_drawing())],
        "verify": [tell("report.verify"), *sheet.how_to_verify()],
    }
    try:
        return set_pdf("replay", said, standards=["ua-1"])
    except CannotSetError as problem:
        raise SittingPaperError from problem


def _table(table: Table) -> dict[str, Any]:
    return {
        "heading": table.heading,
        "head": table.head,
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "shares": table.shares,
        "empty": table.empty,
    }


def _cell(cell: Cell) -> list[Any]:
    return [plain(cell.text, keeps_lines=True), plain(cell.fine, keeps_lines=True), cell.tone, cell.is_strong]
