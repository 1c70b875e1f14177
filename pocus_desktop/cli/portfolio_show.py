"""`pocus portfolio show`: what it holds, and what the academy said to it."""

from collections.abc import Iterator

import click

from pocus_desktop.cli.portfolio_options import LANGUAGE, opened, say
from pocus_desktop.kernel import words
from pocus_desktop.programme.days import day_told
from pocus_desktop.programme.documents.academy import ResultSummary
from pocus_desktop.programme.documents.candidate import Application
from pocus_desktop.programme.next_steps import refused_entries, window_for
from pocus_desktop.programme.own.looking_ahead import may_appeal
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.places import Refusal
from pocus_desktop.programme.result import decision_on, passes


@click.command()
@LANGUAGE
def show(language: str) -> None:
    """Tell what the portfolio holds, what waits to be sent, and what the academy refused."""
    with opened() as desk:
        view = desk.view()
    held = view.portfolio
    if held.account is not None:
        number = held.account.candidate_id or "-"
        say("account", language, name=held.account.name, number=number, zone=held.account.zone)
    for one in held.applications:
        areas = " ".join(map(str, one.areas))
        say("application", language, application=one.application_id, areas=areas)
        for line in _of_application(one, view, language):
            click.echo(f"    {line}")
    for result in held.results:
        click.echo(_of_result(result, view, language))
    for each in held.nominations:
        say("nomination", language, nomination=each.nomination_id, name=each.name)
    for row in held.credentials:
        say("credential", language, credential=row.credential_id, title=row.title)
    for at, conflict in enumerate(held.conflicts, 1):
        say("conflict", language, number=at, key=" ".join(conflict.key), count=len(conflict.writings))
    counts = {"cases": len(held.cases), "credits": len(held.credits), "certificates": len(held.certificates)}
    say("held", language, **counts)
    say("waiting", language, count=view.waiting)
    if view.trouble is not None:
        told = view.trouble.explain(language)
        click.echo(f"{told.what} {told.next}")
    for document, problem in view.refused:
        say("refused", language, kind=document.kind, problem=problem)


def _of_application(one: Application, view: PortfolioView, language: str) -> Iterator[str]:
    """A line an area; what may be appealed against carries the id that `pocus portfolio appeal` asks for."""
    held = view.portfolio
    if one.is_withdrawn:
        yield words.say("ui.portfolio.apply.is_withdrawn", language)
        if any(each.application_id == one.application_id for each in held.decisions):
            yield words.say("ui.portfolio.apply.decided_before", language)
        return
    for question in held.questions:
        if question.application_id == one.application_id:
            yield words.say("ui.portfolio.apply.asked", language, words=question.words)
    for error in refused_entries(view.lives, held, one):
        said = Refusal.of(error).explain(language)
        yield f"{said.what} {said.next}"
    for each in one.areas:
        area = words.say(f"programme.area.{each}", language)
        decided = decision_on(held.decisions, one.application_id, each)
        if decided is None:
            yield words.say("ui.portfolio.apply.waits", language, area=area)
            continue
        decision, choice = decided
        key = "approved" if choice.is_approved else "refused"
        told = [words.say(f"ui.portfolio.apply.{key}", language, area=area) + f" [{decision.decision_id}]"]
        told += [choice.reason] * bool(choice.reason)
        window = window_for(view.lives, one.application_id, each, view.now_ms)
        until = may_appeal(view).get(decision.decision_id)
        if choice.is_approved and window is not None:
            left = (window.last - view.on).days
            key = "clock" if left >= 0 else "clock_over"
            told.append(
                words.say(
                    f"ui.portfolio.apply.{key}", language, day=day_told(window.last, language), count=str(abs(left))
                )
            )
            told += [note(language) for note in window.notes]
        elif until is not None:
            told.append(words.say("ui.portfolio.apply.appeal_until", language, day=day_told(until, language)))
        yield "  ".join(told)


def _of_result(one: ResultSummary, view: PortfolioView, language: str) -> str:
    key = "void" if one.is_void else "passed" if passes(one, view.rules) else "not_passed"
    score = words.say(
        "ui.portfolio.assess.score",
        language,
        score=f"{one.score / 100:g}",
        maximum=f"{one.maximum / 100:g}",
        percent=f"{100 * one.score // one.maximum} %",
        day=day_told(one.sat_on, language),
    )
    area, standing = (
        words.say(f"programme.area.{one.area}", language),
        words.say(f"ui.portfolio.assess.{key}", language),
    )
    told = [f"{one.result_id}  {area}: {standing}", score]
    until = may_appeal(view).get(one.result_id)
    if until is not None:
        told.append(words.say("ui.portfolio.assess.appeal_until", language, day=day_told(until, language)))
    return "  ".join(told)
