"""`pocus hub replay`: an appeal from what the hub holds, without a file by hand."""

from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.cli.replay_face import Paper, ReplayRequest
from pocus_desktop.cli.sitting import replay_options


@click.command()
@click.argument("sitting")
@replay_options
@hub_options
@pass_faces
@click.pass_context
def replay(
    context: click.Context,
    faces: Faces,
    sitting: str,
    folder: Path,
    database_url: str | None,
    keys: Path,
    bundle: Path | None,
    content_key: str,
    pdf: Path | None,
    paper: Paper,
    language: str,
    theme: str,
    *,
    as_json: bool,
    is_blind: bool,
) -> None:
    """Show what was on the screen when in a sitting, and everything that was done, by its id (`pocus hub list`)."""
    request = ReplayRequest(
        sitting=sitting,
        hub=folder,
        database_url=database_url,
        keys=keys,
        passphrase=ask_passphrase(),
        bundle=bundle,
        content_key=content_key,
        pdf=pdf,
        paper=paper,
        as_json=as_json,
        is_blind=is_blind,
        language=language,
        theme=theme,
    )
    context.exit(faces.replay(request))


COMMANDS = (replay,)
