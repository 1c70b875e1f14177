"""`pocus hub vouchers`: issued, extended, refunded."""

import csv
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pocus_desktop.cli.academy_options import AREAS, DAY, academy, json_option, language_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import EXISTING, hub_options, who_options
from pocus_desktop.programme.csv_sheet import inert


@click.group()
def vouchers() -> None:
    """Vouchers: issue, extend, refund."""


@vouchers.command("list")
@click.argument("text", default="")
@json_option
@hub_options
@pass_faces
def vouchers_list(faces: Faces, /, text: str, *, as_json: bool, **where: Any) -> None:
    """Vouchers, the newest first."""
    with academy(faces, where) as desk:
        tell(desk.vouchers.all(text), as_json=as_json)


@vouchers.command("show")
@click.argument("voucher")
@language_option
@hub_options
@pass_faces
def vouchers_show(faces: Faces, /, voucher: str, language: str, **where: Any) -> None:
    """One as JSON, with who entered it and which entry counts."""
    with academy(faces, where) as desk:
        click.echo(json.dumps(desk.vouchers.show(voucher, language), ensure_ascii=False, indent=2))


@vouchers.command("issue")
@click.option("--area", "areas", type=click.Choice(AREAS), multiple=True, help="Given often, for several.")
@click.option("--recipient", default="", help="A name or an address.")
@click.option("--candidate", help="The only ID number that may enter it.")
@click.option("--table", type=EXISTING, help="CSV: recipient, candidate, areas; a voucher for each line.")
@click.option("--enter-by", type=DAY, help="The last day for entering, such as 2027-06-30.")
@who_options
@hub_options
@pass_faces
def vouchers_issue(
    faces: Faces,
    /,
    areas: tuple[str, ...],
    recipient: str,
    candidate: str | None,
    table: Path | None,
    enter_by: datetime | None,
    by: str,
    why: str,
    **where: Any,
) -> None:
    """Issue a voucher, or one for each line of a table. The codes are written as CSV, this once."""
    if (table is None) == (not recipient):
        raise click.UsageError("Name one --recipient, or give a --table.")
    with academy(faces, where) as desk:
        issued = desk.vouchers.issue(
            areas=areas,
            recipient=recipient,
            candidate=candidate,
            table=None if table is None else table.read_bytes(),
            enter_by=None if enter_by is None else enter_by.date(),
            who=by,
            why=why,
        )
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("recipient", "code", "voucher", "areas"))
    for one in issued:
        areas_of = one["areas"]
        assert isinstance(areas_of, list)  # noqa: S101 - as the face says
        out.writerow((inert(str(one["recipient"])), one["code"], one["voucher_id"], " ".join(areas_of)))


@vouchers.command("extend")
@click.argument("voucher")
@click.argument("days", type=click.IntRange(1))
@who_options
@hub_options
@pass_faces
def vouchers_extend(faces: Faces, /, voucher: str, days: int, by: str, why: str, **where: Any) -> None:
    """Grant DAYS more on the window of VOUCHER."""
    with academy(faces, where) as desk:
        desk.vouchers.extend(voucher, days, who=by, why=why)
    click.echo(f"{voucher} has {days} days more.")


@vouchers.command("refund")
@click.argument("voucher")
@who_options
@hub_options
@pass_faces
def vouchers_refund(faces: Faces, /, voucher: str, by: str, why: str, **where: Any) -> None:
    """Take VOUCHER back: it is worth nothing from now on."""
    with academy(faces, where) as desk:
        desk.vouchers.refund(voucher, who=by, why=why)
    click.echo(f"{voucher} is refunded.")


@vouchers.command("settle")
@click.argument("voucher")
@who_options
@hub_options
@pass_faces
def vouchers_settle(faces: Faces, /, voucher: str, by: str, why: str, **where: Any) -> None:
    """Say that somebody saw to VOUCHER, which was entered twice."""
    with academy(faces, where) as desk:
        desk.vouchers.settle(voucher, who=by, why=why)
    click.echo(f"{voucher} is settled.")
