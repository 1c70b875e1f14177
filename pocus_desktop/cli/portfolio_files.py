"""`pocus portfolio files`: files that prove something, whether they go to the academy, and where each stands."""

import json

import click

from pocus_desktop.cli.portfolio_options import LANGUAGE, opened, say
from pocus_desktop.kernel import words
from pocus_desktop.programme.own.outgoing import FileStage, FileState
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.sealed_file import limits


@click.command()
@click.option("--agree/--disagree", "is_agreed", default=None, help="Whether files are sent to the academy.")
@click.option(
    "--again", metavar="SHA256", help="Send one again that the academy has no more (--json tells the digest)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@LANGUAGE
def files(language: str, *, is_agreed: bool | None, again: str | None, as_json: bool) -> None:
    """Tell which files documents name and where each stands; with --agree they go with the next sync."""
    with opened() as desk:
        if is_agreed:
            desk.outgoing.agree(desk.require_academy().identity)
        elif is_agreed is False:
            desk.outgoing.disagree()
        if again is not None:
            desk.outgoing.send_again(again)
        view = desk.view()
    if as_json:
        told = {"agreed_ms": view.files_agreed_ms, "files": [_as_json(one) for one in view.files]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _tell_terms(view, language)
    for one in view.files:
        stage = words.say(f"portfolio.file_stage.{one.stage}", language)
        say("file", language, name=one.file.name, stage=stage, proves=", ".join(each.about for each in one.named))
        if one.stage is FileStage.REFUSED:
            click.echo(f"  {words.explain(one.problem, {}, language).what}")


def _tell_terms(view: PortfolioView, language: str) -> None:
    """To whom, how much, and whether."""
    say("file_terms", language, url=view.academy.url or "-", **limits())
    say("files_go" if view.files_agreed_ms is not None else "files_stay", language)


def _as_json(one: FileState) -> dict[str, object]:
    return {
        "sha256": one.file.sha256,
        "name": one.file.name,
        "size_bytes": one.file.size_bytes,
        "stage": str(one.stage),
        "arrived_bytes": one.arrived_bytes,
        "received_ms": one.received_ms,
        "problem": one.problem,
        "proves": [f"{each.kind} {each.document_id}" for each in one.named],
    }
