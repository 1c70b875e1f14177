"""`pocus hub staff|accounts|applications|vouchers|appeals|sample|trail`: what staff do in the browser, as commands."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.academy_face import AcademyDesk, Told
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import EXISTING, NEW_FILE, by_option, hub_options, told, who_options
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.csv_sheet import inert

PASSWORD: Final = "POCUS_STAFF_PASSWORD"  # noqa: S105 - the name of a variable
ROLES: Final = ("registrar", "decision-maker", "appeals-officer", "auditor", "administrator")
_AREAS: Final = tuple(map(str, ContentArea))
_DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
_json_option = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
_language_option = click.option("--language", default="en", show_default=True, help="Of the words, such as es.")
_roles_option = click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True)


@contextmanager
def academy(faces: Faces, where: dict[str, Any]) -> Iterator[AcademyDesk]:
    """The hub's academy; the passphrase is asked for."""
    with faces.open_academy(
        folder=where["folder"],
        keys=where["keys"],
        passphrase=ask_passphrase(),
        database_url=where["database_url"],
    ) as desk:
        yield desk


@click.group()
def staff() -> None:
    """Staff of the academy: who may sign in, and what each may do."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="As candidates read it beside decisions.")
@_roles_option
@click.option("--issuer", default="", help="The address of a provider of OpenID Connect that vouches for them.")
@click.option("--subject", default="", help="The account there.")
@click.option("--no-password", is_flag=True, help="They come by the provider only.")
@click.option("--why", default="", help="For the trail.")
@by_option
@hub_options
@pass_faces
def staff_add(
    faces: Faces,
    /,
    login: str,
    name: str,
    roles: tuple[str, ...],
    issuer: str,
    subject: str,
    why: str,
    by: str,
    *,
    no_password: bool,
    **where: Any,
) -> None:
    """Enter somebody. The password is asked for, or taken from POCUS_STAFF_PASSWORD."""
    if bool(issuer) != bool(subject):
        raise click.UsageError("--issuer and --subject go together.")
    password = None if no_password else _password()
    provider = (issuer, subject) if issuer else None
    with academy(faces, where) as desk:
        entered = desk.staff.add(login, name=name, roles=roles, password=password, provider=provider, who=by, why=why)
    _tell([entered], as_json=False)


@staff.command("list")
@_json_option
@hub_options
@pass_faces
def staff_list(faces: Faces, /, *, as_json: bool, **where: Any) -> None:
    """Everyone."""
    with academy(faces, where) as desk:
        _tell(desk.staff.all(), as_json=as_json)


@staff.command("roles")
@click.argument("login")
@_roles_option
@who_options
@hub_options
@pass_faces
def staff_roles(faces: Faces, /, login: str, roles: tuple[str, ...], by: str, why: str, **where: Any) -> None:
    """Give somebody these roles instead of those before."""
    with academy(faces, where) as desk:
        _tell([desk.staff.change_roles(login, roles, who=by, why=why)], as_json=False)


@staff.command("password")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_password(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Give somebody another password, and sign them out everywhere."""
    password = _password()
    with academy(faces, where) as desk:
        desk.staff.set_password(login, password, who=by, why=why)
    click.echo(f"{login} has another password.")


@staff.command("forget-factor")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_factor(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Take a second factor that was lost; the next sign-in sets up another."""
    with academy(faces, where) as desk:
        desk.staff.forget_factor(login, who=by, why=why)
    click.echo(f"{login} sets up another second factor at the next sign-in.")


@staff.command("sign-out")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_sign_out(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Sign somebody out of every browser."""
    with academy(faces, where) as desk:
        click.echo(f"{desk.staff.sign_out(login, who=by, why=why)} sessions ended.")


@staff.command("end")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_end(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Let somebody sign in no more."""
    with academy(faces, where) as desk:
        _tell([desk.staff.end(login, who=by, why=why)], as_json=False)


@click.group()
def accounts() -> None:
    """Candidates' accounts: which ID number, which key."""


@accounts.command("list")
@click.argument("text", default="")
@_json_option
@hub_options
@pass_faces
def accounts_list(faces: Faces, /, text: str, *, as_json: bool, **where: Any) -> None:
    """Accounts, or those that have TEXT in name, number or address."""
    with academy(faces, where) as desk:
        _tell(desk.accounts.all(text), as_json=as_json)


@accounts.command("confirm")
@click.argument("account")
@click.argument("number")
@who_options
@hub_options
@pass_faces
def accounts_confirm(faces: Faces, /, account: str, number: str, by: str, why: str, **where: Any) -> None:
    """Say that ACCOUNT has the ID number NUMBER, which the registry knows."""
    with academy(faces, where) as desk:
        desk.accounts.confirm_number(account, number, who=by, why=why)
    click.echo(f"{account} has the number {number}.")


@accounts.command("accept-key")
@click.argument("account")
@click.argument("key_id")
@who_options
@hub_options
@pass_faces
def accounts_key(faces: Faces, /, account: str, key_id: str, by: str, why: str, **where: Any) -> None:
    """Let the next submission of ACCOUNT bring another key, of the id KEY_ID."""
    with academy(faces, where) as desk:
        desk.accounts.accept_key(account, key_id, who=by, why=why)
    click.echo(f"{key_id} is awaited.")


@click.group()
def applications() -> None:
    """Applications: what waits, why it is met or not, the decision."""


@applications.command("list")
@click.option("--state", default="", help="Such as received.")
@_json_option
@hub_options
@pass_faces
def applications_list(faces: Faces, /, state: str, *, as_json: bool, **where: Any) -> None:
    """Applications, those that came first first."""
    with academy(faces, where) as desk:
        _tell(desk.applications.all(state), as_json=as_json)


@applications.command("show")
@click.argument("application")
@_language_option
@hub_options
@pass_faces
def applications_show(faces: Faces, /, application: str, language: str, **where: Any) -> None:
    """One as JSON: each requirement, its rule, by what it is met, what is missing."""
    with academy(faces, where) as desk:
        click.echo(json.dumps(desk.applications.show(application, language), ensure_ascii=False, indent=2))


@applications.command("decide")
@click.argument("application")
@click.option("--approve", "approved", type=click.Choice(_AREAS), multiple=True)
@click.option("--refuse", "refused", type=click.Choice(_AREAS), multiple=True)
@click.option("--why", default="", help="The reason, which the candidate reads; needed to refuse.")
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
    seen: str | None,
    by: str,
    **where: Any,
) -> None:
    """Approve or refuse each area."""
    if set(approved) & set(refused):
        raise click.UsageError("An area is approved or refused.")
    choices = {area: (area in approved, why) for area in (*approved, *refused)}
    with academy(faces, where) as desk:
        decided = desk.applications.decide(application, choices, who=by, seen=seen)
    click.echo(f"{application}  {decided['decision_id']}")


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
@click.option("--area", type=click.Choice(_AREAS), required=True)
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


@click.group()
def vouchers() -> None:
    """Vouchers: issue, extend, refund."""


@vouchers.command("list")
@click.argument("text", default="")
@_json_option
@hub_options
@pass_faces
def vouchers_list(faces: Faces, /, text: str, *, as_json: bool, **where: Any) -> None:
    """Vouchers, the newest first."""
    with academy(faces, where) as desk:
        _tell(desk.vouchers.all(text), as_json=as_json)


@vouchers.command("show")
@click.argument("voucher")
@_language_option
@hub_options
@pass_faces
def vouchers_show(faces: Faces, /, voucher: str, language: str, **where: Any) -> None:
    """One as JSON, with who entered it and which entry counts."""
    with academy(faces, where) as desk:
        click.echo(json.dumps(desk.vouchers.show(voucher, language), ensure_ascii=False, indent=2))


@vouchers.command("issue")
@click.option("--area", "areas", type=click.Choice(_AREAS), multiple=True, help="Given often, for several.")
@click.option("--recipient", default="", help="A name or an address.")
@click.option("--candidate", help="The only ID number that may enter it.")
@click.option("--table", type=EXISTING, help="CSV: recipient, candidate, areas; a voucher for each line.")
@click.option("--enter-by", type=_DAY, help="The last day for entering, such as 2027-06-30.")
@who_options
@hub_options
@pass_faces
def vouchers_issue(
    faces: Faces,
    /,
    areas: tuple[str, ...],
    recipient: str,
    candidate: str | None,
    table: Path | None,
    enter_by: datetime | None,
    by: str,
    why: str,
    **where: Any,
) -> None:
    """Issue a voucher, or one for each line of a table. The codes are written as CSV, this once."""
    if (table is None) == (not recipient):
        raise click.UsageError("Name one --recipient, or give a --table.")
    with academy(faces, where) as desk:
        issued = desk.vouchers.issue(
            areas=areas,
            recipient=recipient,
            candidate=candidate,
            table=None if table is None else table.read_bytes(),
            enter_by=None if enter_by is None else enter_by.date(),
            who=by,
            why=why,
        )
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("recipient", "code", "voucher", "areas"))
    for one in issued:
        areas_of = one["areas"]
        assert isinstance(areas_of, list)  # noqa: S101 - as the face says
        out.writerow((inert(str(one["recipient"])), one["code"], one["voucher_id"], " ".join(areas_of)))


@vouchers.command("extend")
@click.argument("voucher")
@click.argument("days", type=click.IntRange(1))
@who_options
@hub_options
@pass_faces
def vouchers_extend(faces: Faces, /, voucher: str, days: int, by: str, why: str, **where: Any) -> None:
    """Grant DAYS more on the window of VOUCHER."""
    with academy(faces, where) as desk:
        desk.vouchers.extend(voucher, days, who=by, why=why)
    click.echo(f"{voucher} has {days} days more.")


@vouchers.command("refund")
@click.argument("voucher")
@who_options
@hub_options
@pass_faces
def vouchers_refund(faces: Faces, /, voucher: str, by: str, why: str, **where: Any) -> None:
    """Take VOUCHER back: it is worth nothing from now on."""
    with academy(faces, where) as desk:
        desk.vouchers.refund(voucher, who=by, why=why)
    click.echo(f"{voucher} is refunded.")


@vouchers.command("settle")
@click.argument("voucher")
@who_options
@hub_options
@pass_faces
def vouchers_settle(faces: Faces, /, voucher: str, by: str, why: str, **where: Any) -> None:
    """Say that somebody saw to VOUCHER, which was entered twice."""
    with academy(faces, where) as desk:
        desk.vouchers.settle(voucher, who=by, why=why)
    click.echo(f"{voucher} is settled.")


@click.group()
def appeals() -> None:
    """Appeals: what waits, the sitting it is about, the decision."""


@appeals.command("list")
@click.option("--state", default="", help="Such as received.")
@_json_option
@hub_options
@pass_faces
def appeals_list(faces: Faces, /, state: str, *, as_json: bool, **where: Any) -> None:
    """Appeals, those that came first first."""
    with academy(faces, where) as desk:
        _tell(desk.appeals.all(state), as_json=as_json)


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
        click.echo("The sitting cannot be told.", err=True)


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


@click.group()
def sample() -> None:
    """The audit's sample of approved applications."""


@sample.command("draw")
@click.option("--percent", type=click.IntRange(1, 100), required=True)
@click.option("--since", type=_DAY, required=True, help="Approved from this day, in UTC.")
@click.option("--until", type=_DAY, required=True, help="To this day.")
@click.option("--seed", default="", help="Such as numbers of a public lottery; made by chance where omitted.")
@who_options
@hub_options
@pass_faces
def sample_draw(
    faces: Faces, /, percent: int, since: datetime, until: datetime, seed: str, by: str, why: str, **where: Any
) -> None:
    """Draw a share of what was approved in a time."""
    begins_ms, ends_ms = (_ms(day) for day in (since, until + timedelta(days=1)))
    with academy(faces, where) as desk:
        drawn = desk.audit.draw(percent=percent, since_ms=begins_ms, until_ms=ends_ms, seed=seed, who=by, why=why)
    click.echo(json.dumps(drawn, ensure_ascii=False, indent=2))


@sample.command("list")
@_json_option
@hub_options
@pass_faces
def sample_list(faces: Faces, /, *, as_json: bool, **where: Any) -> None:
    """Every sample, with its seed, and whether drawing again gives the same."""
    with academy(faces, where) as desk:
        _tell(desk.audit.samples(), as_json=as_json)


@click.command()
@click.argument("text", default="")
@click.option("--most", type=click.IntRange(1, 1_000_000), default=100, show_default=True)
@_json_option
@hub_options
@pass_faces
@click.pass_context
def trail(context: click.Context, faces: Faces, /, text: str, most: int, *, as_json: bool, **where: Any) -> None:
    """What was changed, the last first, or what has TEXT in it; the status is 1 where a link does not hold.

    The last link is what to write down elsewhere: it shows whether anybody wrote the whole trail anew.
    """
    with academy(faces, where) as desk:
        steps, check = desk.audit.trail(text, most), desk.audit.check()
    for step in steps:
        if as_json:
            click.echo(json.dumps(step, ensure_ascii=False))
            continue
        at_ms = step["at_ms"]
        assert isinstance(at_ms, int)  # noqa: S101 - as the face says
        parts = (step["number"], told(at_ms), step["who"], step["subject"], step["action"], step["now"], step["why"])
        click.echo("  ".join(str(part) for part in parts if part))
    click.echo(f"{check['entries']} entries; last link {check['head']}", err=True)
    if check["broken"] is not None:
        click.echo(f"Entry {check['broken']} is not as it was written.", err=True)
        context.exit(1)


def _password() -> str:
    given = os.environ.get(PASSWORD)
    if given is None:
        given = click.prompt("Password of the account", hide_input=True, confirmation_prompt=True, err=True)
    return str(given)


def _tell(found: Iterable[Told], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            click.echo(json.dumps(one, ensure_ascii=False))
        else:
            click.echo("  ".join(text for name, value in one.items() if (text := _written(name, value))))


def _written(name: str, value: object) -> str:
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return name
    if name.endswith("_ms") and isinstance(value, int):
        return told(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _ms(day: datetime) -> int:
    return int(day.replace(tzinfo=UTC).timestamp() * 1000)


COMMANDS: Final = (staff, accounts, applications, vouchers, appeals, sample, trail)
