"""`pocus sitting`: look at a sitting that is over, or move one that is not (`cli.move`)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.move import move_in, pack, permit
from pocus_desktop.cli.options import ask_passphrase, keys_option
from pocus_desktop.cli.replay_face import Paper, ReplayRequest

_F = TypeVar("_F", bound=Callable[..., Any])
_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def sitting() -> None:
    """Look at a sitting that is over, or move one that is under way to another station."""


for _command in (pack, permit, move_in):
    sitting.add_command(_command)


def replay_options(command: _F) -> _F:
    """What can be asked of a replay, wherever its results come from."""
    for option in (
        click.option(
            "--theme",
            type=click.Choice(["light", "dark", "high-contrast"]),
            default="light",
            show_default=True,
            help="Of the window.",
        ),
        click.option("--language", default="en", show_default=True, help="Of the window and the report."),
        click.option("--blind", "is_blind", is_flag=True, help="Leave out who the candidate is."),
        click.option("--json", "as_json", is_flag=True, help="Print the timeline as JSON; no window."),
        click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True),
        click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write a report; no window."),
        click.option(
            "--content-key",
            default="",
            envvar="POCUS_CONTENT_KEY",
            help="Of a sealed bundle, in hexadecimal; better given as POCUS_CONTENT_KEY.",
        ),
        click.option("--bundle", type=_file, help="The bundle that was sat: its texts and pictures."),
    ):
        command = option(command)
    return command


@sitting.command()
@click.argument("results", type=_file, nargs=-1, required=True)
@click.option(
    "--hub",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The hub's folder: its shelf has the texts.",
)
@click.option("--receipt", type=_file, help="The hub's receipt for the result.")
@keys_option
@replay_options
@pass_faces
@click.pass_context
def replay(
    context: click.Context,
    faces: Faces,
    results: tuple[Path, ...],
    hub: Path | None,
    receipt: Path | None,
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
    """Show what was on the screen when, and everything that was done, from sealed results of one sitting."""
    request = ReplayRequest(
        results=results,
        hub=hub,
        receipt=receipt,
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
