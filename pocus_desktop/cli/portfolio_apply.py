"""`pocus portfolio apply|withdraw|voucher|nominate|evaluators|remind|appeal`: from an application to its evaluation."""

import json
from collections.abc import Sequence

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.portfolio_options import AREA, LANGUAGE, opened, say
from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.days import day_told, local_day
from pocus_desktop.programme.evaluators import Evaluator, evaluators_of
from pocus_desktop.programme.own import changes, looking_ahead
from pocus_desktop.programme.result import is_refused


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
        _tell_missing(looking_ahead.lacking(view, chosen), language)
        made: list[changes.Statement] = []
        for row, area in changes.statements_for(view.portfolio, view.rules, chosen, view.on):
            prefix = f"{words.say(f'programme.area.{area}', language)}: " if area is not None else ""
            if attest or click.confirm(prefix + row.words(language)):
                made.append((row.id, area))
        documents = changes.apply(
            view.portfolio,
            view.rules,
            areas=chosen,
            attested=made,
            language=language,
            lives=view.lives,
            now_ms=view.now_ms,
        )
        desk.write(*documents)
    made_id = changes.application_in(documents).application_id
    say("application", language, application=made_id, areas=" ".join(areas))


def _tell_missing(missing: Sequence[Told], language: str) -> None:
    """Before the statements: what the academy would miss today."""
    if missing:
        click.echo(words.say("ui.portfolio.apply.missing_all_the_same", language))
    for told in missing:
        click.echo(f"  {told(language)}")


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
        say("starts", language, day=day_told(last, language))
        if not yes and not click.confirm(words.say("portfolio.tell.start", language)):
            context.exit(1)
        entry = changes.enter_voucher(view.portfolio, code=code, application_id=chosen, now_ms=view.now_ms)
        desk.write(entry)
    since = local_day(entry.entered_at_ms, entry.zone)
    say("entered", language, day=day_told(since, language), last=day_told(last, language))


@click.command()
@click.option("--application", help="For which one; the one there is, if omitted.")
@click.option("--area", "areas", type=AREA, multiple=True, help="For which of its areas; all if omitted.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--background", required=True, help="Their clinical background in ultrasound.")
@click.option("--replaces", help="The nomination of who is replaced.")
@click.option("--write-in", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option(
    "--agreed/--not-agreed",
    default=None,
    help="They agreed that the academy writes to them; nobody is named of whom that is not said.",
)
@click.option("--interest", is_flag=True, help="They have an interest in the outcome, such as kinship.")
@LANGUAGE
def nominate(
    application: str | None,
    areas: tuple[str, ...],
    name: str,
    email: str,
    background: str,
    replaces: str | None,
    write_in: str,
    language: str,
    *,
    agreed: bool | None,
    interest: bool,
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
            language=write_in,
            has_agreed=agreed,
            has_interest=interest,
        )
        desk.write(named)
    say("nomination", language, nomination=named.nomination_id, name=named.name)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@LANGUAGE
def evaluators(language: str, *, as_json: bool) -> None:
    """Tell where each evaluator stands, never what they said, and what the academy decided on their answers."""
    with opened() as desk:
        held, now_ms = desk.portfolio(), desk.now_ms
    open_ones = [one for one in held.applications if not one.is_withdrawn]
    found = [
        each
        for one in open_ones
        for area in one.areas
        if not is_refused(held, one.application_id, area)
        for each in evaluators_of(held, one.application_id, area, now_ms)
    ]
    for one in found:
        if as_json:
            click.echo(json.dumps(_as_json(one), ensure_ascii=False))
        else:
            _tell(one, language)
    for outcome in held.peer_outcomes:
        if as_json:
            click.echo(outcome.model_dump_json())
            continue
        key = "supported" if outcome.is_supported else "not_supported"
        area = words.say(f"programme.area.{outcome.area}", language)
        by = words.say(
            "ui.portfolio.evaluators.outcome_by",
            language,
            day=day_told(outcome.answered_on, language),
            policy=outcome.policy,
        )
        click.echo(f"{words.say(f'ui.portfolio.evaluators.{key}', language, area=area)}. {by}")
    if not found and not as_json:
        say("nobody_named", language)


@click.command()
@click.argument("nomination")
@LANGUAGE
def remind(nomination: str, language: str) -> None:
    """Ask the academy to remind an evaluator, besides the reminders that go by themselves."""
    with opened() as desk:
        desk.write(changes.ask_to_remind(desk.portfolio(), nomination, now_ms=desk.now_ms))
    say("reminding", language, nomination=nomination)


def _tell(one: Evaluator, language: str) -> None:
    told = words.say(f"ui.portfolio.stage.{one.stage}", language)
    if one.why is not None:
        told += f": {words.say(f'ui.portfolio.not_taken.{one.why}', language)}"
    if one.may_be_replaced:
        told += f"; {words.say('portfolio.tell.may_replace', language)}"
    if one.may_be_reminded:
        told += f"; {words.say('portfolio.tell.may_remind', language)}"
    area = words.say(f"programme.area.{one.area}", language)
    named = one.nomination
    say("evaluator", language, nomination=named.nomination_id, area=area, name=named.name, told=told)


def _as_json(one: Evaluator) -> dict[str, object]:
    return {
        "nomination": one.nomination.nomination_id,
        "application": one.nomination.application_id,
        "area": str(one.area),
        "name": one.nomination.name,
        "state": one.stage,
        "why": one.why,
        "since_ms": one.since_ms,
        "may_be_replaced": one.may_be_replaced,
        "may_be_reminded": one.may_be_reminded,
    }


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
