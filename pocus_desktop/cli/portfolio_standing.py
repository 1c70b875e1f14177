"""`pocus portfolio open|next|eligibility|sittings`: where the candidate stands."""

import json
import os
from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.cli.portfolio_options import AREA, LANGUAGE, opened, say
from pocus_desktop.cli.programme_standing import tell_answer, tell_steps
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.answer import spoken
from pocus_desktop.programme.calendar_file import calendar
from pocus_desktop.programme.days import day_told
from pocus_desktop.programme.places import Way


@click.command("open")
@LANGUAGE
@pass_faces
@click.pass_context
def open_window(context: click.Context, faces: Faces, language: str) -> None:
    """Open the portfolio's window."""
    context.exit(faces.portfolio(passphrase=os.environ.get(PASSPHRASE_VARIABLE), language=language))


@click.command("next")
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), help="Also write them as an iCalendar file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@LANGUAGE
def next_(ics: Path | None, language: str, *, as_json: bool) -> None:
    """Tell what comes next and by when, the nearest first."""
    with opened() as desk:
        view = desk.view()
    if ics is not None:
        account = view.portfolio.account
        name = account.account_id if account is not None else ""
        write_atomically(ics, calendar(view.steps, account_id=name, now_ms=view.now_ms, language=language))
    if as_json:
        click.echo(json.dumps([step.as_json(language) for step in view.steps], ensure_ascii=False, indent=2))
    else:
        tell_steps(view.steps, language)


@click.command()
@click.option("--area", type=AREA, help="One area, with rule and source; all if omitted.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@LANGUAGE
def eligibility(area: str | None, language: str, *, as_json: bool) -> None:
    """Tell for each content area what is met, and what is missing."""
    with opened() as desk:
        view = desk.view()
    answers = [one for one in view.answers if area in {None, str(one.area)}]
    if as_json:
        click.echo(json.dumps([one.as_json(language) for one in answers], ensure_ascii=False, indent=2))
        return
    for one in answers:
        tell_answer(one, view.portfolio, language, is_full=area is not None)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@LANGUAGE
def sittings(language: str, *, as_json: bool) -> None:
    """Tell for each area where its assessment is sat, or why not yet."""
    with opened() as desk:
        found = desk.view().places
    if as_json:
        click.echo(json.dumps([one.as_json(language) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo(words.say("ui.portfolio.assess.no_sittings", language))
    for one in found:
        told = one.explain(language)
        say("place", language, area=spoken(str(one.area), language), told=told.what, next=told.next)
        if one.by is not None and one.first is not None:
            say("place_days", language, first=day_told(one.first, language), last=day_told(one.by, language))
        elif one.by is not None:
            say("place_until", language, last=day_told(one.by, language))
        if one.way is Way.NOW:
            click.echo(f"  pocus sit --admission {one.admission_id}")
