"""`pocus hub appeals`: what waits, the sitting it is about, the decision."""

import json
from pathlib import Path
from typing import Any

import click

from pocus_desktop.cli.academy_options import academy, json_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import NEW_FILE, hub_options, who_options
from pocus_desktop.kernel.files import write_atomically


@click.group()
def appeals() -> None:
    """Appeals: what waits, the sitting it is about, the decision."""


@appeals.command("list")
@click.option("--state", default="", help="Such as received.")
@json_option
@hub_options
@pass_faces
def appeals_list(faces: Faces, /, state: str, *, as_json: bool, **where: Any) -> None:
    """Appeals, those that came first first."""
    with academy(faces, where) as desk:
        tell(desk.appeals.all(state), as_json=as_json)


@appeals.command("show")
@click.argument("appeal")
@click.option("--sitting", type=NEW_FILE, help="Where to write the sitting that it is about, as JSON.")
@hub_options
@pass_faces
def appeals_show(faces: Faces, /, appeal: str, sitting: Path | None, **where: Any) -> None:
    """One as JSON; with --sitting the sitting beside it, which stays attached."""
    with academy(faces, where) as desk:
        found = desk.appeals.show(appeal)
        replay = desk.appeals.attach(appeal) if sitting is not None else None
    if sitting is not None and replay is not None:
        write_atomically(sitting, replay)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    if sitting is not None and replay is None:
        click.echo("No sitting is attached: it cannot be told, or the appeal does not wait any more.", err=True)


@appeals.command("decide")
@click.argument("appeal")
@click.option("--grant/--refuse", "is_granted", required=True, default=None)
@who_options
@hub_options
@pass_faces
def appeals_decide(faces: Faces, /, appeal: str, by: str, why: str, *, is_granted: bool, **where: Any) -> None:
    """Grant or refuse it; the candidate reads the reason."""
    with academy(faces, where) as desk:
        desk.appeals.decide(appeal, is_granted=is_granted, reason=why, who=by)
    click.echo(f"{appeal} is {'granted' if is_granted else 'refused'}.")
