"""`pocus rehearse`: try the whole delivery before it counts, with scripted candidates."""

import os
from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE


@click.group()
def rehearse() -> None:
    """Try the whole delivery before it counts, with scripted candidates."""


@rehearse.command("air-gap")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
@pass_faces
@click.pass_context
def air_gap(context: click.Context, faces: Faces, out: Path) -> None:
    """From key ceremony to scored result and revocation on separate computers, joined by one stick and no network.

    Each computer is a folder. Every step is one command of this program, printed as a person would type it, so that the
    rehearsal is also the script for the real day.
    """
    context.exit(faces.rehearse(out))


@rehearse.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
@click.option("--desks", type=click.IntRange(5, 20), default=5, show_default=True, help="How many candidates.")
@pass_faces
@click.pass_context
def room(context: click.Context, faces: Faces, out: Path, desks: int) -> None:
    """A room of candidates with two consoles, each in a network of its own, with cuts, kills and a change of consoles.

    Linux, as root: each computer is a folder and a network namespace. It ends well only when every result is
    received and every receipt is back at its desk.
    """
    context.exit(faces.rehearse_room(out, desks=desks))


@rehearse.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
@click.option("--desks", type=click.IntRange(1, 5), default=2, show_default=True, help="How many candidates.")
@click.option("--stop-with-input", "stops", is_flag=True, help="Stop when standard input ends.")
@pass_faces
@click.pass_context
def here(context: click.Context, faces: Faces, out: Path, desks: int, *, stops: bool) -> None:
    """A small room on this computer, as the console's window runs it: no right and no network is needed.

    Nothing of this computer's own centre is used or touched.
    """
    context.exit(faces.rehearse_here(out, desks=desks, stops=stops))


@rehearse.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
@click.option(
    "--database",
    "databases",
    type=click.Choice(["sqlite", "postgresql"]),
    multiple=True,
    default=("sqlite", "postgresql"),
    show_default=True,
    help="On which the whole way is gone; may be given twice.",
)
@pass_faces
@click.pass_context
def programme(context: click.Context, faces: Faces, out: Path, databases: tuple[str, ...]) -> None:
    """One candidate from the account to the certificate, and through a cycle of education, with everyone they meet.

    Real mail, a real browser and two databases, all on this computer. Years pass on a clock of the rehearsal's own. The
    status is 0 only where everything came as it must; a report and pictures of every page are left behind.
    """
    context.exit(faces.rehearse_programme(out, databases=databases))


@rehearse.command()
@click.option("--id", "candidate_id", required=True, help="The candidate's ID.")
@click.option("--admission", "admission_id", default="", help="Which; the first one listed where it is left out.")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="A case folder with a walkthrough.yaml.",
)
@click.option("--pictures", type=click.Path(path_type=Path, file_okay=False), required=True, help="For the screens.")
@click.option("--start-code", default="", help="The proctor's; without one, their order is waited for.")
@click.option("--sign-in-code", default="", help="The candidate's.")
@click.option("--think", "think_s", type=click.IntRange(0, 600), default=0, help="Seconds before each step is left.")
@click.option("--patience", "patience_s", type=click.IntRange(1, 86_400), default=30, help="Seconds to wait, of each.")
@pass_faces
@click.pass_context
def candidate(
    context: click.Context,
    faces: Faces,
    candidate_id: str,
    admission_id: str,
    answers: Path,
    pictures: Path,
    start_code: str,
    sign_in_code: str,
    think_s: int,
    patience_s: int,
) -> None:
    """Let a scripted candidate sit an admission at this station, through the real screens without a display."""
    status = faces.sit_scripted(
        candidate_id=candidate_id,
        admission_id=admission_id,
        answers=answers,
        pictures=pictures,
        start_code=start_code,
        sign_in_code=sign_in_code,
        think_s=think_s,
        patience_s=patience_s,
        passphrase=os.environ.get(PASSPHRASE_VARIABLE),
    )
    context.exit(status)
