"""`pocus hub peers`: evaluators named, written to, replaced; what their answers come to."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import EXISTING, by_option, hub_options, told, who_options
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.cli.peers_face import ApplicantPanel, NamedPerson, PeersDesk, ToldPanel, ToldSeat
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.days import end_of_day_ms
from pocus_desktop.programme.peers.combining import Combined, Reason

MOST_REPORT_BYTES: Final = 2 * 1024 * 1024
_COLUMNS: Final = ("name", "email", "background")
_AGREED: Final = click.option(
    "--agreed",
    is_flag=True,
    required=True,
    expose_value=False,
    help="Say that whoever is named agreed to be written to; without it nobody is named.",
)


@click.group()
def peers() -> None:
    """Peer evaluation: evaluators, their mail, and what their answers come to."""


@contextmanager
def _desk(faces: Faces, where: dict[str, Any]) -> Iterator[PeersDesk]:
    with faces.open_peers(
        folder=where["folder"], keys=where["keys"], passphrase=ask_passphrase(), database_url=where["database_url"]
    ) as desk:
        yield desk


@peers.command()
@click.argument("evaluators", type=EXISTING)
@click.option("--application", required=True, help="The application's id.")
@click.option("--candidate", required=True, help="The applicant's ID number.")
@click.option("--name", required=True, help="The applicant, as evaluators shall read it.")
@click.option("--email", default="", help="The applicant's address: nobody evaluates themselves.")
@click.option("--area", type=click.Choice([str(area) for area in ContentArea]), required=True)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day of the 180 days, to its end."
)
@click.option("--zone", default="UTC", show_default=True, help="Where that day ends, such as America/Bogota.")
@_AGREED
@by_option
@hub_options
@pass_faces
def nominate(
    faces: Faces,
    /,
    evaluators: Path,
    application: str,
    candidate: str,
    name: str,
    email: str,
    area: str,
    until: datetime,
    zone: str,
    by: str,
    **where: Any,
) -> None:
    """Name EVALUATORS: a CSV file with the columns name, email, background and, if you like, language (en or es)."""
    named = _read_people(evaluators)
    with _desk(faces, where) as desk:
        panel_id = desk.nominate(
            application_id=application,
            candidate_id=candidate,
            candidate_name=name,
            candidate_email=email,
            area=ContentArea(area),
            closes_ms=end_of_day_ms(until.date(), zone),
            people=named,
            who=by,
        )
    click.echo(f"{panel_id}  {len(named)} named; write to them with: pocus hub peers invite")


@peers.command()
@click.option("--again", default="", metavar="MESSAGE", help="One that failed, or may have gone out, once more.")
@click.option("--why", default="", help="For the history, with --again.")
@by_option
@hub_options
@pass_faces
def invite(faces: Faces, /, again: str, why: str, by: str, **where: Any) -> None:
    """Send what is due now, invitations and reminders; a hub that runs does so by itself."""
    if again and not why:
        raise click.UsageError("--again needs --why.")
    with _desk(faces, where) as desk:
        if again and not desk.again(again, who=by, why=why):
            raise click.UsageError(f"No message {again} failed or may have gone out.")
        _tell_sent(desk.run_due())


@peers.command()
@click.argument("evaluator")
@who_options
@hub_options
@pass_faces
def remind(faces: Faces, /, evaluator: str, why: str, by: str, **where: Any) -> None:
    """Remind an EVALUATOR now, besides the reminders that come by themselves."""
    with _desk(faces, where) as desk:
        desk.remind(evaluator, who=by, why=why)
        _tell_sent(desk.run_due())


@peers.command()
@click.option("--candidate", help="Only this ID number's.")
@click.option("--as-applicant", is_flag=True, help="As the applicant sees it; needs --candidate.")
@click.option("--addresses", is_flag=True, help="Whole addresses; without it they are shortened.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@hub_options
@pass_faces
def show(
    faces: Faces, /, candidate: str | None, *, as_applicant: bool, addresses: bool, as_json: bool, **where: Any
) -> None:
    """Who was named, where each stands, and what became of their mail; never what they said."""
    if as_applicant and candidate is None:
        raise click.UsageError("--as-applicant needs --candidate.")
    with _desk(faces, where) as desk:
        found = desk.seen_by_applicant(candidate or "") if as_applicant else desk.panels(candidate)
    for one in found:
        if as_json:
            click.echo(json.dumps(_hidden(asdict(one), addresses=addresses), ensure_ascii=False))
        elif isinstance(one, ToldPanel):
            _tell_panel(one, addresses=addresses)
        elif isinstance(one, ApplicantPanel):
            click.echo(f"{one.area}  until {told(one.closes_ms)}")
            for seat in one.seats:
                click.echo(f"  {seat.name}: {seat.stage}" + ("; may be replaced" if seat.may_be_replaced else ""))
            if one.wanted:
                click.echo(f"  {one.wanted} more to be named")
    if not found and not as_json:
        click.echo("No peer evaluation yet.", err=True)


@peers.command()
@click.argument("evaluator")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--background", required=True, help="Their clinical background in ultrasound.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@_AGREED
@who_options
@hub_options
@pass_faces
def replace(
    faces: Faces,
    /,
    evaluator: str,
    name: str,
    email: str,
    background: str,
    language: str,
    why: str,
    by: str,
    **where: Any,
) -> None:
    """Name another in the place of an EVALUATOR who cannot answer."""
    person = NamedPerson(name=name, email=email, background=background, language=language)
    with _desk(faces, where) as desk:
        click.echo(desk.replace(evaluator, person, who=by, why=why))


@peers.command()
@click.argument("reports", nargs=-1, type=click.Path(path_type=Path, exists=True, allow_dash=True), required=True)
@hub_options
@pass_faces
@click.pass_context
def bounce(context: click.Context, faces: Faces, /, reports: tuple[Path, ...], **where: Any) -> None:
    """Take mail servers' REPORTS: files, folders of them (a Maildir), or - for one on the standard input.

    What is no report about a message of this hub is told and passed over; the status is 1 then.
    """
    has_other = False
    with _desk(faces, where) as desk:
        for name, data in _read_reports(reports):
            try:
                mail_id, status, is_lasting = desk.take_report(data)
            except PocusError as problem:
                has_other = True
                click.echo(f"{name}  {problem.code}: {problem.explain().what}")
            else:
                click.echo(f"{name}  {mail_id}  {status}  {'came back' if is_lasting else 'waits'}")
    context.exit(1 if has_other else 0)


@peers.command()
@click.argument("panel")
@click.option("--json", "as_json", is_flag=True)
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@hub_options
@pass_faces
def combine(faces: Faces, /, panel: str, language: str, *, as_json: bool, **where: Any) -> None:
    """What the answers of a PANEL come to by the rules, and how far evaluators agree; not what each said."""
    with _desk(faces, where) as desk:
        found = desk.combined(panel)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    click.echo(words.say(f"peers.outcome.{found.outcome}", language) + f"  ({found.answered} answers)")
    for reason in found.reasons:
        click.echo("  " + _reason(reason, language))
    for domain, figure in found.domains.items():
        click.echo(f"  {domain}: {'-' if figure is None else f'{figure:g}'}")
    click.echo("  " + _agreement(found))


@peers.command()
@click.argument("panel")
@click.option(
    "--supported/--not-supported", "is_supported", required=True, help="Whether they support the certificate."
)
@who_options
@hub_options
@pass_faces
def decide(faces: Faces, /, panel: str, why: str, by: str, *, is_supported: bool, **where: Any) -> None:
    """Decide what the answers of a PANEL come to, having read what they combine to, and tell the applicant."""
    with _desk(faces, where) as desk:
        desk.decide(panel, is_supported=is_supported, who=by, why=why)
    click.echo(f"{panel}  {'supported' if is_supported else 'not supported'}")


@peers.command()
@click.argument("panel")
@who_options
@hub_options
@pass_faces
def answers(faces: Faces, /, panel: str, why: str, by: str, **where: Any) -> None:
    """What evaluators of a PANEL said, a JSON object each. That you looked, and why, is noted first."""
    with _desk(faces, where) as desk:
        for number, said in desk.said(panel, who=by, why=why).items():
            click.echo(json.dumps({"evaluator": number, "answers": dict(said)}, ensure_ascii=False))


def _read_people(path: Path) -> list[NamedPerson]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise click.UsageError(f"{path.name} cannot be read as CSV in UTF-8.") from problem
    named = []
    for number, row in enumerate(rows, 2):
        found = {name: str(row.get(name) or "").strip() for name in (*_COLUMNS, "language")}
        if not all(found[name] for name in _COLUMNS):
            raise click.UsageError(f"{path.name}, line {number}: {', '.join(_COLUMNS)} are needed.")
        named.append(NamedPerson(**{**found, "language": found["language"] or "en"}))
    if not named:
        raise click.UsageError(f"{path.name} names nobody.")
    return named


def _read_reports(places: tuple[Path, ...]) -> Iterator[tuple[str, bytes]]:
    for place in places:
        if str(place) == "-":
            yield "-", sys.stdin.buffer.read(MOST_REPORT_BYTES)
            continue
        paths = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
        for path in paths:
            with path.open("rb") as file:
                yield path.name, file.read(MOST_REPORT_BYTES)


def _tell_sent(count: int) -> None:
    click.echo(f"{count} messages went out." if count else "No message went out from here.")


def _tell_panel(one: ToldPanel, *, addresses: bool) -> None:
    click.echo(
        f"{one.panel_id}  {one.candidate_id} {one.candidate_name}  {one.area}  until {told(one.closes_ms)}"
        + (f"  {one.wanted} more to be named" if one.wanted else "")
        + (f"  {one.outcome}" if one.outcome else "")
    )
    for seat in one.seats:
        click.echo("  " + _seat(seat, addresses=addresses))
        for mail in seat.messages:
            click.echo(
                f"    {mail.mail_id}  {mail.kind} {mail.number}  {mail.state}  {told(mail.changed_ms)}"
                + (f"  {mail.problem}" if mail.problem else "")
            )


def _seat(seat: ToldSeat, *, addresses: bool) -> str:
    address = seat.person.email if addresses else _short(seat.person.email)
    marks = (
        "wants no more mail" if seat.standing.is_quiet else "",
        seat.standing.reason or "",
    )
    parts = (f"{seat.number}.", seat.evaluator_id, seat.person.name, f"<{address}>", str(seat.standing.stage), *marks)
    return "  ".join(part for part in parts if part)


def _short(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _hidden(document: dict[str, Any], *, addresses: bool) -> dict[str, Any]:
    for seat in document.get("seats", ()):
        if not addresses and "person" in seat:
            seat["person"]["email"] = _short(seat["person"]["email"])
    return document


def _reason(reason: Reason, language: str) -> str:
    return words.say(
        f"peers.reason.{reason.code}",
        language,
        where=reason.where,
        number=reason.number,
        found=f"{reason.found:g}",
        needed=f"{reason.needed:g}",
    )


def _agreement(found: Combined) -> str:
    widest = max((one.spread for one in found.questions if one.spread is not None), default=None)
    alpha = "nothing to be said" if found.alpha is None else f"{found.alpha:.2f}"
    far = "-" if widest is None else str(widest)
    return f"agreement: alpha {alpha} (moves widely with so few evaluators); at most {far} steps apart"
