"""`pocus portfolio apply|withdraw|voucher|nominate|appeal`: the way from an application to its evaluation."""

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.portfolio_options import AREA, LANGUAGE, opened, say
from pocus_desktop.kernel import words
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.own import changes, looking_ahead


@click.command()
@click.argument("areas", type=AREA, nargs=-1, required=True)
@click.option("--attest", is_flag=True, help="Make the statements without being asked, having read them before.")
@LANGUAGE
def apply(areas: tuple[str, ...], language: str, *, attest: bool) -> None:
    """Apply for certificates; each statement that has to be made is shown, and asked for."""
    chosen = [ContentArea(area) for area in dict.fromkeys(areas)]
    with opened() as desk:
        view = desk.view()
        changes.require_number(view.portfolio)  # before anybody reads a statement
        made: list[changes.Statement] = []
        for row, area in changes.statements_for(view.portfolio, view.rules, chosen, view.on):
            prefix = f"{words.say(f'programme.area.{area}', language)}: " if area is not None else ""
            if attest or click.confirm(prefix + row.words(language)):
                made.append((row.id, area))
        documents = changes.apply(
            view.portfolio, view.rules, areas=chosen, attested=made, language=language, now_ms=view.now_ms
        )
        desk.write(*documents)
    made_id = changes.application_in(documents).application_id
    say("application", language, application=made_id, areas=" ".join(areas))


@click.command()
@click.argument("application")
@LANGUAGE
def withdraw(application: str, language: str) -> None:
    """Take an application back."""
    with opened() as desk:
        desk.write(changes.withdraw(desk.portfolio(), application))
    say("withdrawn", language, application=application)


@click.command()
@click.argument("code")
@click.option("--application", help="Which one it pays for; the one there is, if omitted.")
@click.option("--yes", is_flag=True, help="Start the clock without being asked.")
@LANGUAGE
@click.pass_context
def voucher(context: click.Context, code: str, application: str | None, language: str, *, yes: bool) -> None:
    """Enter a voucher: the clock starts. When it would end is said before."""
    with opened() as desk:
        view = desk.view()
        chosen = application or looking_ahead.only_application(view.portfolio)
        last = looking_ahead.last_day_if_entered(view)
        say("starts", language, day=last.isoformat())
        if not yes and not click.confirm(words.say("portfolio.tell.start", language)):
            context.exit(1)
        entry = changes.enter_voucher(view.portfolio, code=code, application_id=chosen, now_ms=view.now_ms)
        desk.write(entry)
    say("entered", language, day=local_day(entry.entered_at_ms, entry.zone).isoformat(), last=last.isoformat())


@click.command()
@click.option("--application", help="For which one; the one there is, if omitted.")
@click.option("--area", "areas", type=AREA, multiple=True, help="For which of its areas; all if omitted.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--background", required=True, help="Their clinical background in ultrasound.")
@click.option("--replaces", help="The nomination of who is replaced.")
@LANGUAGE
def nominate(
    application: str | None,
    areas: tuple[str, ...],
    name: str,
    email: str,
    background: str,
    replaces: str | None,
    language: str,
) -> None:
    """Name an evaluator, or another in the place of one."""
    with opened() as desk:
        portfolio = desk.portfolio()
        named = changes.nominate(
            portfolio,
            application_id=application or looking_ahead.only_application(portfolio),
            now_ms=desk.now_ms,
            areas=[ContentArea(area) for area in areas],
            name=name,
            email=email,
            background=background,
            replaces=replaces,
        )
        desk.write(named)
    say("nomination", language, nomination=named.nomination_id, name=named.name)


@click.command()
@click.argument("about")
@click.option("--ground", required=True, help="One of the grounds of the rule, such as eligibility or technology.")
@click.option("--words", "said", required=True, help="Why.")
@LANGUAGE
def appeal(about: str, ground: str, said: str, language: str) -> None:
    """Appeal against a decision or a result."""
    with opened() as desk:
        view = desk.view()
        made = changes.make_appeal(
            view.portfolio,
            view.rules,
            about=about,
            ground=ground,
            decided_on=looking_ahead.decided_on(view.portfolio, about),
            words=said,
            now_ms=view.now_ms,
        )
        desk.write(made)
    say("appealed", language, appeal=made.appeal_id)
