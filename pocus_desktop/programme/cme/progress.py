"""What counts in a cycle, what does not and why, and how much is missing (formats/programme 10.2). Pure.

1. A credit counts in a cycle where it was completed within it and the body accepts one of its approvals: those that
   its certificate names, and those that its provider had that day.
2. The same activity counts once in a cycle, however often it was taken or entered; without a number of its own, it is
   the same where provider, title and day are.
3. A credit counts for each body that accepts it, in the cycle of each: it counts twice there, and never twice for one.
4. What is beyond the need of a cycle counts in the next as far as the rule carries over, and in no later one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import RuleRef, Told
from pocus_desktop.programme.cme.cycles import Cycle, cycles
from pocus_desktop.programme.documents.candidate import CmeCredit
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.values import format_credits

Left: TypeAlias = Literal["not-approved", "twice", "to-come"]
"""Why a credit within a cycle does not count."""

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareProgress:
    """How many of the credits that must be in one subject there are."""

    subject: str
    have: Decimal
    need: Decimal

    @property
    def missing(self) -> Decimal:
        """How many are not there yet."""
        return max(self.need - self.have, NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A cycle, and how far it is.

    Attributes:
        counted: Credits that count, by id.
        left: Credits of the cycle that do not, and why.
        carried: Credits that come from the cycle before.
        have: All that count.
        without_evidence: Those that count and have no file: an audit would ask for it.
    """

    cycle: Cycle
    counted: Mapping[str, Decimal]
    left: Mapping[str, Left]
    carried: Decimal
    have: Decimal
    shares: tuple[ShareProgress, ...]
    without_evidence: tuple[str, ...]

    @property
    def need(self) -> Decimal:
        """How many credits are asked for."""
        return self.cycle.rule.credits

    @property
    def missing(self) -> Decimal:
        """How many must still come at least: enough for the whole, and for each share."""
        return max(self.need - self.have, *(share.missing for share in self.shares), NOTHING)

    @property
    def is_met(self) -> bool:
        """Whether the cycle has what is asked."""
        return not self.missing

    def told(self) -> Told:
        """In one sentence."""
        params = {
            "body": self.cycle.body.upper(),
            "have": format_credits(self.have),
            "need": format_credits(self.need),
            "day": self.cycle.last.isoformat(),
            "more": format_credits(self.missing),
        }
        share = max(self.shares, key=lambda one: one.missing, default=None)
        if share is not None and share.missing:
            params |= {"some": format_credits(share.missing), "subject": share.subject}
            return Told.of("cme.missing-share", **params)
        return Told.of("cme.met" if self.is_met else "cme.missing", **params)

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        return {
            "body": self.cycle.body,
            "cycle": self.cycle.number,
            "first": self.cycle.first.isoformat(),
            "last": self.cycle.last.isoformat(),
            "is_stated": self.cycle.is_stated,
            "credentials": list(self.cycle.credentials),
            "rule": RuleRef.of(self.cycle.rule).as_json(),
            "need": format_credits(self.need),
            "have": format_credits(self.have),
            "carried": format_credits(self.carried),
            "missing": format_credits(self.missing),
            "shares": [
                {"subject": one.subject, "have": format_credits(one.have), "need": format_credits(one.need)}
                for one in self.shares
            ],
            "counted": {credit_id: format_credits(value) for credit_id, value in self.counted.items()},
            "left": dict(self.left),
            "without_evidence": list(self.without_evidence),
            "told": self.told()(language),
        }


def progress(portfolio: Portfolio, rules: Rules, on: date) -> tuple[Progress, ...]:
    """Every cycle that began until a day, by body and in order of time."""
    found: list[Progress] = []
    carried: dict[str, Decimal] = {}
    for cycle in cycles(portfolio.credentials, rules, on):
        one = progress_in(cycle, portfolio.credits, rules, on, carried=carried.get(cycle.body, NOTHING))
        own = one.have - one.carried
        carried[cycle.body] = min(max(own - max(one.need - one.carried, NOTHING), NOTHING), cycle.rule.carry_over)
        found.append(one)
    return tuple(found)


def current_progress(portfolio: Portfolio, rules: Rules, on: date) -> tuple[Progress, ...]:
    """The cycles that a day lies in."""
    return tuple(one for one in progress(portfolio, rules, on) if one.cycle.first <= on <= one.cycle.last)


def progress_in(
    cycle: Cycle, credits_: Iterable[CmeCredit], rules: Rules, on: date, *, carried: Decimal = NOTHING
) -> Progress:
    """How far a cycle is (rules 1 and 2)."""
    counted: dict[str, Decimal] = {}
    left: dict[str, Left] = {}
    by_subject: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    without: list[str] = []
    seen: set[tuple[str, ...]] = set()
    within = [one for one in credits_ if cycle.first <= one.completed_on <= cycle.last]
    for one in sorted(within, key=lambda credit: (-credit.credits, credit.completed_on, credit.credit_id)):
        why = _left_out(one, cycle, rules, seen, on)
        if why is not None:
            left[one.credit_id] = why
            continue
        seen.add(activity(one))
        counted[one.credit_id] = one.credits
        if not one.evidence:
            without.append(one.credit_id)
        for subject in set(one.subjects):
            by_subject[subject] += one.credits
    shares = tuple(
        ShareProgress(subject=share.subject, have=by_subject[share.subject], need=share.credits)
        for share in cycle.rule.of_which
    )
    return Progress(
        cycle=cycle,
        counted=counted,
        left=left,
        carried=carried,
        have=sum(counted.values(), NOTHING) + carried,
        shares=shares,
        without_evidence=tuple(without),
    )


def activity(credit: CmeCredit) -> tuple[str, ...]:
    """What makes two credits the same activity (rule 2)."""
    provider = credit.provider or credit.provider_name.casefold()
    if credit.activity_id is not None:
        return provider, "number", credit.activity_id.casefold()
    return provider, " ".join(credit.activity.casefold().split()), credit.completed_on.isoformat()


def counts_for(found: Sequence[Progress]) -> Mapping[str, tuple[str, ...]]:
    """By credit, the bodies for which it counts (rule 3)."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for one in found:
        for credit_id in one.counted:
            bodies[credit_id].append(one.cycle.body)
    return {credit_id: tuple(names) for credit_id, names in sorted(bodies.items())}


def approvals(credit: CmeCredit, rules: Rules) -> frozenset[str]:
    """Whose approval a credit has: as its certificate says, and as its provider had on its day."""
    row = rules.provider(credit.provider, credit.completed_on) if credit.provider is not None else None
    return frozenset(credit.approvals) | frozenset(row.approvals if row is not None else ())


def _left_out(credit: CmeCredit, cycle: Cycle, rules: Rules, seen: set[tuple[str, ...]], on: date) -> Left | None:
    if credit.completed_on > on:
        return "to-come"
    if approvals(credit, rules).isdisjoint(cycle.rule.accepts):
        return "not-approved"
    return "twice" if activity(credit) in seen else None
