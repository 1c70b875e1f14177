"""`pocus hub applications`: what waits, why it is met or not, the decision, the admission."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pocus_desktop.cli.academy_options import AREAS, academy, json_option, language_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import NEW_FILE, by_option, hub_options
from pocus_desktop.kernel.files import write_atomically


@click.group()
def applications() -> None:
    """Applications: what waits, why it is met or not, the decision."""


@applications.command("list")
@click.option("--state", default="", help="Such as received.")
@json_option
@hub_options
@pass_faces
def applications_list(faces: Faces, /, state: str, *, as_json: bool, **where: Any) -> None:
    """Applications, those that came first first."""
    with academy(faces, where) as desk:
        tell(desk.applications.all(state), as_json=as_json)


@applications.command("show")
@click.argument("application")
@language_option
@hub_options
@pass_faces
def applications_show(faces: Faces, /, application: str, language: str, **where: Any) -> None:
    """One as JSON: each requirement, its rule, by what it is met, what is missing."""
    with academy(faces, where) as desk:
        click.echo(json.dumps(desk.applications.show(application, language), ensure_ascii=False, indent=2))


@applications.command("decide")
@click.argument("application")
@click.option("--approve", "approved", type=click.Choice(AREAS), multiple=True)
@click.option("--refuse", "refused", type=click.Choice(AREAS), multiple=True)
@click.option("--why", default="", help="The reason, which the candidate reads: of each area refused, or of all.")
@click.option("--because", type=(click.Choice(AREAS), str), multiple=True, metavar="AREA TEXT", help="Of one area.")
@click.option("--seen", help="What `show` told as seen: nothing is decided where something came since.")
@by_option
@hub_options
@pass_faces
def applications_decide(
    faces: Faces,
    /,
    application: str,
    approved: tuple[str, ...],
    refused: tuple[str, ...],
    why: str,
    because: tuple[tuple[str, str], ...],
    seen: str | None,
    by: str,
    **where: Any,
) -> None:
    """Approve or refuse each area. A reason is needed to refuse, and to approve though something is missing."""
    if set(approved) & set(refused):
        raise click.UsageError("An area is approved or refused.")
    choices = chosen(approved, refused, why, dict(because))
    with academy(faces, where) as desk:
        decided = desk.applications.decide(application, choices, who=by, seen=seen)
    click.echo(f"{application}  {decided['decision_id']}")


def chosen(
    approved: Sequence[str], refused: Sequence[str], why: str, because: Mapping[str, str]
) -> dict[str, tuple[bool, str]]:
    """Each area with its reason: why something is refused is no word on what is approved beside it."""
    reasons = dict.fromkeys(refused or approved, why) | dict(because)
    return {area: (area in approved, reasons.get(area, "")) for area in (*approved, *refused)}


@applications.command("ask")
@click.argument("application")
@click.argument("words")
@by_option
@hub_options
@pass_faces
def applications_ask(faces: Faces, /, application: str, words: str, by: str, **where: Any) -> None:
    """Ask the candidate for more, in these WORDS."""
    with academy(faces, where) as desk:
        desk.applications.ask(application, words, who=by)
    click.echo(f"{application} waits for the candidate.")


@applications.command("admit")
@click.argument("application")
@click.option("--area", type=click.Choice(AREAS), required=True)
@click.option("--bundle", type=(str, click.IntRange(1)), required=True, metavar="ID VERSION")
@click.option("--station")
@click.option("--centre")
@click.option("--out", type=NEW_FILE, required=True, help="The admission, to be carried.")
@by_option
@hub_options
@pass_faces
def applications_admit(
    faces: Faces,
    /,
    application: str,
    area: str,
    bundle: tuple[str, int],
    station: str | None,
    centre: str | None,
    out: Path,
    by: str,
    **where: Any,
) -> None:
    """Admit to the assessment of an approved area, within the voucher's window. The codes are shown this once."""
    with academy(faces, where) as desk:
        envelope, codes = desk.applications.admit(
            application, area=area, bundle=bundle[0], version=bundle[1], station=station, centre=centre, who=by
        )
    write_atomically(out, envelope)
    click.echo(f"{out}  {codes['admission_id']}")
    click.echo(f"The candidate's sign-in code: {codes['sign_in_code']}")
    if codes["start_code"]:
        click.echo(f"The proctor's start code: {codes['start_code']}")
