"""What the answers of several evaluators come to, by stated rules (docs/formats/peer-evaluation 6). Pure.

1. Only what was sent counts, each evaluator once; one who never scanned with the person, or declined, does not.
2. Fewer answers than the policy says are not combined.
3. A question's figure is its median over those who have seen it; a domain's is the median of all its ratings.
4. Whatever a person has to read is named: a tie that could colour an answer, a concern, a low rating of safety,
   evaluators far apart, too little seen. Then the outcome is `review`, whatever the figures are.
5. Else every domain at or above its least median supports the certificate; one below does not.
6. Agreement is shown and decides nothing (`programme.peers.agreement`).

It is advice with its reasons; a person at the academy decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeAlias

from pocus_desktop.programme.peers.agreement import alpha, spread
from pocus_desktop.programme.peers.answers import Answers, ratings
from pocus_desktop.programme.peers.policy import Policy
from pocus_desktop.programme.peers.questionnaire import Domain, Questionnaire, Rated

Outcome: TypeAlias = Literal["waiting", "supports", "does-not-support", "review"]
ReasonCode: TypeAlias = Literal[
    "too-few", "interest", "concern", "low-safety", "apart", "little-seen", "nothing-seen", "below", "overall-below"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the outcome is what it is; words stand at `peers.reason.<code>`.

    Attributes:
        where: The question or domain that it is about; empty where it is about all.
        number: Of the evaluator whom it is about; 0 where it is about all.
        found: The figure that was found, and `needed` the one of the policy.
    """

    code: ReasonCode
    where: str = ""
    number: int = 0
    found: float = 0
    needed: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """One question.

    Attributes:
        steps: By evaluator's number; None where it was not seen.
        median: Over those who have seen it.
        spread: Steps between lowest and highest.
    """

    question: str
    domain: Domain
    steps: Mapping[int, int | None]
    median: float | None
    spread: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """What it comes to.

    Attributes:
        policy: The version of the rules.
        answered: How many answers there are.
        questions: Each with its figures.
        domains: Medians; None where nobody has seen any of it.
        alpha: Agreement over all questions, as it is (see `agreement`).
        reasons: Everything that speaks for the outcome, or has to be read.
    """

    outcome: Outcome
    policy: int
    answered: int
    questions: tuple[QuestionFigures, ...]
    domains: Mapping[Domain, float | None]
    alpha: float | None
    reasons: tuple[Reason, ...]


def combine(questionnaire: Questionnaire, sent: Mapping[int, Answers], policy: Policy) -> Combined:
    """Combine what was sent.

    Args:
        questionnaire: What was asked; the same of all.
        sent: Answers by evaluator's number (rule 1).
        policy: In force when the evaluation began.
    """
    questions = tuple(_figures(questionnaire, sent))
    domains = {domain: _median(_steps(questions, domain)) for domain in Domain if _asks(questions, domain)}
    agreement = alpha([[step for step in one.steps.values() if step is not None] for one in questions])
    if len(sent) < policy.least_answers:
        reasons: tuple[Reason, ...] = (Reason(code="too-few", found=len(sent), needed=policy.least_answers),)
        outcome: Outcome = "waiting"
    else:
        to_read = tuple(_to_read(questions, domains, sent, policy))
        below = tuple(_below(domains, policy))
        outcome = "review" if to_read else "does-not-support" if below else "supports"
        reasons = (*to_read, *below)
    return Combined(
        outcome=outcome,
        policy=policy.version,
        answered=len(sent),
        questions=questions,
        domains=domains,
        alpha=agreement,
        reasons=reasons,
    )


def _figures(questionnaire: Questionnaire, sent: Mapping[int, Answers]) -> Iterator[QuestionFigures]:
    given: dict[str, dict[int, int | None]] = {}
    asked: dict[str, Rated] = {question.id: question for question in questionnaire.rated()}
    for number, answers in sorted(sent.items()):
        for question, step in ratings(questionnaire, answers):
            given.setdefault(question.id, {})[number] = step
    for name, question in asked.items():
        steps = given.get(name, {})
        seen = [step for step in steps.values() if step is not None]
        yield QuestionFigures(
            question=name, domain=question.domain, steps=steps, median=_median(seen), spread=spread(seen)
        )


def _to_read(
    questions: Sequence[QuestionFigures],
    domains: Mapping[Domain, float | None],
    sent: Mapping[int, Answers],
    policy: Policy,
) -> Iterator[Reason]:
    """Rule 4."""
    for number, answers in sorted(sent.items()):
        if answers.get("interest") == "some":
            yield Reason(code="interest", number=number)
        if answers.get("concern") == "yes":
            yield Reason(code="concern", number=number)
        steps = [one.steps.get(number) for one in questions]
        seen = sum(step is not None for step in steps)
        if steps and seen / len(steps) < policy.least_seen:
            yield Reason(code="little-seen", number=number, found=seen / len(steps), needed=policy.least_seen)
        for one in questions:
            step = one.steps.get(number)
            if one.domain is Domain.SAFETY and step is not None and step <= policy.look_at_step:
                yield Reason(
                    code="low-safety", where=one.question, number=number, found=step, needed=policy.look_at_step
                )
    for one in questions:
        if one.spread is not None and one.spread >= policy.look_at_spread:
            yield Reason(code="apart", where=one.question, found=one.spread, needed=policy.look_at_spread)
    for domain, figure in domains.items():
        if figure is None:
            yield Reason(code="nothing-seen", where=str(domain))


def _below(domains: Mapping[Domain, float | None], policy: Policy) -> Iterator[Reason]:
    """Rule 5."""
    for domain, figure in domains.items():
        needed = policy.least_overall if domain is Domain.OVERALL else policy.least_median
        if figure is not None and figure < needed:
            code: ReasonCode = "overall-below" if domain is Domain.OVERALL else "below"
            yield Reason(code=code, where=str(domain), found=figure, needed=needed)


def _asks(questions: Sequence[QuestionFigures], domain: Domain) -> bool:
    return any(one.domain is domain for one in questions)


def _steps(questions: Sequence[QuestionFigures], domain: Domain) -> list[int]:
    return [step for one in questions if one.domain is domain for step in one.steps.values() if step is not None]


def _median(steps: Sequence[int]) -> float | None:
    return float(median(steps)) if steps else None
