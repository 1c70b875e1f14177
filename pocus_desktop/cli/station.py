"""Commands of a candidate's station: sit, check the system, try the whole way."""

import os
from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.kernel import words


@click.command()
@click.option("--admission", default="", help="The admission that is chosen already; the first if omitted.")
@click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True)
@pass_faces
@click.pass_context
def sit(context: click.Context, faces: Faces, admission: str, language: str) -> None:
    """Open the candidate's window on this station."""
    passphrase = os.environ.get(PASSPHRASE_VARIABLE)
    context.exit(faces.sit(passphrase=passphrase, admission=admission, language=language))


@click.command()
@pass_faces
@click.pass_context
def doctor(context: click.Context, faces: Faces) -> None:
    """Check everything that a sitting needs on this computer."""
    findings = faces.examine()
    for finding in findings:
        mark = {"ok": "ok     ", "warning": "note   ", "failed": "PROBLEM"}[finding.state]
        click.echo(
            f"{mark}  {finding.name}: {finding.told}" + (f"\n         {finding.remedy}" if finding.remedy else "")
        )
    context.exit(1 if any(finding.state == "failed" for finding in findings) else 0)


@click.command()
@click.option("--case", type=click.Path(path_type=Path, file_okay=False), help="A case folder; the sample otherwise.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
@click.option("--scripted/--window", "is_scripted", default=None, help="By default scripted where there is no display.")
@pass_faces
@click.pass_context
def demo(context: click.Context, faces: Faces, case: Path | None, out: Path, *, is_scripted: bool | None) -> None:
    """Build and sign the sample, sit it, seal, send and score: the whole way on this machine."""
    scripted = not has_display() if is_scripted is None else is_scripted
    context.exit(faces.demonstrate(case=case, out=out, is_scripted=scripted))


def has_display() -> bool:
    """Whether a window can be shown here."""
    if os.name == "nt" or os.uname().sysname == "Darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
