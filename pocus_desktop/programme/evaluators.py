"""Evaluators as the portfolio shows them: where each stands, what may be asked for (formats/programme 11).

Pure. What counts is what the academy says; where it has not said anything yet, an evaluator is `named`. Whoever is
named for two areas stands in each by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import EvaluatorState
from pocus_desktop.programme.documents.candidate import Nomination
from pocus_desktop.programme.peers.panel import NotTaken, SeenStage
from pocus_desktop.programme.peers.policy import DAY_MS, Policy, in_force, shipped
from pocus_desktop.programme.portfolio import Portfolio

_WRITTEN_TO: Final[frozenset[SeenStage]] = frozenset({"asked", "reminded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """One evaluator of one area.

    Attributes:
        since_ms: Since when they stand there, as the academy says; None before it said anything.
        why: Why the academy did not take the nomination.
        may_be_replaced: Whether another may be named in their place.
        may_be_reminded: Whether the academy may be asked to remind them.
    """

    nomination: Nomination
    area: ContentArea
    stage: SeenStage
    since_ms: int | None
    why: NotTaken | None
    may_be_replaced: bool
    may_be_reminded: bool


def stages_of(portfolio: Portfolio, application_id: str, area: ContentArea) -> Mapping[str, SeenStage]:
    """By nomination, where each evaluator of an area stands."""
    said = _said(portfolio, area)
    replaced = {
        one.replaces
        for one in portfolio.nominations
        if _is_for(one, application_id, area) and _stage(said.get(one.nomination_id)) != "refused"
    }
    stages: dict[str, SeenStage] = {}
    for one in _named(portfolio, application_id, area):
        stage = _stage(said.get(one.nomination_id))
        stages[one.nomination_id] = "replaced" if one.nomination_id in replaced and stage != "answered" else stage
    return stages


def evaluators_of(portfolio: Portfolio, application_id: str, area: ContentArea, now_ms: int) -> tuple[Evaluator, ...]:
    """The evaluators of an area, in the order in which they were named."""
    row = in_force(shipped(), local_day(now_ms, portfolio.zone))
    stages = stages_of(portfolio, application_id, area)
    said = _said(portfolio, area)
    can_replace = sum(stage == "replaced" for stage in stages.values()) < row.most_replacements
    found = []
    for one in _named(portfolio, application_id, area):
        stage, last = stages[one.nomination_id], said.get(one.nomination_id)
        found.append(
            Evaluator(
                nomination=one,
                area=area,
                stage=stage,
                since_ms=last.at_ms if last is not None else None,
                why=last.why if last is not None and stage == "refused" else None,
                may_be_replaced=can_replace and _may_be_replaced(portfolio, one, area, stage, row, now_ms),
                may_be_reminded=last is not None and _may_be_reminded(portfolio, last, stage, row, now_ms),
            )
        )
    return tuple(found)


def _named(portfolio: Portfolio, application_id: str, area: ContentArea) -> tuple[Nomination, ...]:
    """One person who is named twice is one."""
    named: dict[str, Nomination] = {}
    for one in sorted(portfolio.nominations, key=lambda one: (one.made_at_ms, one.nomination_id)):
        if _is_for(one, application_id, area):
            named.setdefault(one.email.casefold(), one)
    return tuple(named.values())


def _is_for(one: Nomination, application_id: str, area: ContentArea) -> bool:
    return one.application_id == application_id and (not one.areas or area in one.areas)


def _said(portfolio: Portfolio, area: ContentArea) -> Mapping[str, EvaluatorState]:
    """By nomination, what the academy said last; nothing follows an answer."""
    last: dict[str, EvaluatorState] = {}
    for state in sorted(portfolio.evaluators, key=lambda one: (one.state == "answered", one.at_ms)):
        if state.area in {None, area}:
            last[state.nomination_id] = state
    return last


def _stage(state: EvaluatorState | None) -> SeenStage:
    return "named" if state is None else state.state


def _may_be_replaced(
    portfolio: Portfolio, one: Nomination, area: ContentArea, stage: SeenStage, row: Policy, now_ms: int
) -> bool:
    if stage not in _WRITTEN_TO:
        return stage in {"named", "declined", "unreachable"}
    first = min(
        state.at_ms
        for state in portfolio.evaluators
        if state.nomination_id == one.nomination_id and state.area in {None, area} and state.state in _WRITTEN_TO
    )
    return now_ms >= first + row.replaceable_after_days * DAY_MS


def _may_be_reminded(portfolio: Portfolio, last: EvaluatorState, stage: SeenStage, row: Policy, now_ms: int) -> bool:
    asked = [one for one in portfolio.reminder_requests if one.nomination_id == last.nomination_id]
    is_waiting = any(one.made_at_ms >= last.at_ms for one in asked)  # asked for since, and not heard of yet
    is_late = now_ms >= last.at_ms + row.least_days_between_mails * DAY_MS
    return stage in _WRITTEN_TO and is_late and not is_waiting and len(asked) < row.most_asked_reminders
