"""`pocus hub policy`: what a centre's proctors may grant by themselves."""

from pathlib import Path
from typing import Any

import click

from pocus_desktop.admission.room_policy import MOST_MINUTES
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import NEW_FILE, by_option, hub_options, registry
from pocus_desktop.kernel.files import write_atomically

_MINUTES = click.IntRange(0, MOST_MINUTES)


@click.command()
@click.option("--centre", required=True, help="The centre's id.")
@click.option("--extra-once", type=_MINUTES, required=True, help="Minutes that one order may add.")
@click.option("--extra-total", type=_MINUTES, required=True, help="Minutes that a sitting may get in all.")
@click.option("--breaks", type=click.IntRange(0, 100), required=True, help="Unscheduled breaks of a sitting.")
@click.option("--break-minutes", type=_MINUTES, required=True, help="How long one may be.")
@click.option("--clock-runs", is_flag=True, help="The clock runs on in them.")
@click.option("--void-by", multiple=True, help="Who may void a sitting, by name; anyone where omitted.")
@click.option("--nobody-voids", is_flag=True, help="Voiding is for the academy.")
@click.option("--end-by", multiple=True, help="Who may end a sitting, by name; anyone where omitted.")
@click.option("--out", type=NEW_FILE, required=True, help="The policy, to be carried to the centre.")
@click.option("--why", default="", help="For the history.")
@by_option
@hub_options
@pass_faces
def policy(
    faces: Faces,
    /,
    centre: str,
    extra_once: int,
    extra_total: int,
    breaks: int,
    break_minutes: int,
    void_by: tuple[str, ...],
    end_by: tuple[str, ...],
    out: Path,
    why: str,
    by: str,
    *,
    clock_runs: bool,
    nobody_voids: bool,
    **where: Any,
) -> None:
    """Sign what the proctors of a centre may grant; what is beyond it needs an incident there."""
    if nobody_voids and void_by:
        raise click.UsageError("--nobody-voids and --void-by contradict each other.")
    terms = {
        "extra_once_minutes": extra_once,
        "extra_total_minutes": extra_total,
        "breaks": breaks,
        "break_minutes": break_minutes,
        "may_hold_clock": not clock_runs,
        "void_by": () if nobody_voids else void_by or None,
        "end_by": end_by or None,
    }
    with registry(faces, where) as desk:
        made = desk.policies.make(centre, terms, who=by, why=why)
    write_atomically(out, made)
    click.echo(f"{out}  take it in at the centre: pocus room policy --take {out.name}")
