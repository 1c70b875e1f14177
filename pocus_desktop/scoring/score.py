"""Score a sitting: the responses of one candidate against the key of the assessment they sat.

Pure: the same responses and key give the same report, on the academy's hub and in a practice sitting alike.
"""

from collections.abc import Collection, Mapping
from typing import Literal

from pocus_desktop.case.items.registry import Response
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.values import Model, Name
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.scoring.rules.registry import apply


class KeyMismatchError(PocusError):
    """The scoring key belongs to another assessment."""

    code = "scoring.key_mismatch"
    blame = Blame.CONTENT


class ItemScore(Model):
    """What one item came to.

    Attributes:
        status: `scored`; `pending` for people to score; `unanswered` when it was shown and left; `not-reached` when it
            was never shown and counts as nothing earned; `left-out` when the path need not lead there; `unscored`
            without a key.
    """

    item: Name
    case: Name
    status: Literal["scored", "pending", "unanswered", "not-reached", "left-out", "unscored"]
    points: float = 0.0
    max_points: float = 0.0
    detail: tuple[str, ...] = ()


class ScoreReport(Model):
    """A sitting's score.

    Attributes:
        points: Earned so far.
        max_points: What the items that count are worth, those pending apart.
        pending_points: What people have still to score.
        result: `pending` while people could still tip it over the cut score or keep it below. Where nothing counts,
            nothing was earned.
    """

    format: Literal[1] = 1
    assessment_id: Name
    items: tuple[ItemScore, ...]
    points: float
    max_points: float
    pending_points: float
    cut_score: float
    result: Literal["pass", "fail", "pending"]

    @property
    def fraction(self) -> float:
        """Points earned of those that count so far; 0 where nothing counts."""
        return self.points / self.max_points if self.max_points else 0.0


def score(
    assessment: Assessment, key: ScoringKey, responses: Mapping[str, Response], shown: Collection[str]
) -> ScoreReport:
    """Score the responses.

    Args:
        assessment: What was sat.
        key: Its scoring key.
        responses: The last response by item id; empty responses count as none.
        shown: The items that were shown to the candidate.

    Raises:
        KeyMismatchError: The key is of another assessment.
        RuleMismatchError: An entry cannot score the response to its item.
    """
    if key.assessment_id != assessment.id:
        raise KeyMismatchError(key=key.assessment_id, assessment=assessment.id)
    scores: list[ItemScore] = []
    for case in assessment.cases:
        for item in case.items:
            entry = key.entry(item.id)
            response = responses.get(item.id)
            if entry is None or not item.scored:
                scores.append(ItemScore(item=item.id, case=case.id, status="unscored"))
            elif item.id not in shown and entry.when_not_shown == "leave-out":
                scores.append(ItemScore(item=item.id, case=case.id, status="left-out"))
            elif item.id not in shown:
                scores.append(ItemScore(item=item.id, case=case.id, status="not-reached", max_points=entry.points))
            elif response is None or response.is_empty:
                scores.append(ItemScore(item=item.id, case=case.id, status="unanswered", max_points=entry.points))
            else:
                outcome = apply(entry, response)
                scores.append(
                    ItemScore(
                        item=item.id,
                        case=case.id,
                        status=outcome.status,
                        points=outcome.points,
                        max_points=entry.points,
                        detail=outcome.detail,
                    )
                )
    return _report(assessment, key, tuple(scores))


def _report(assessment: Assessment, key: ScoringKey, scores: tuple[ItemScore, ...]) -> ScoreReport:
    counted = [line for line in scores if line.status in {"scored", "unanswered", "not-reached"}]
    points = sum(line.points for line in counted)
    most = sum(line.max_points for line in counted)
    pending = sum(line.max_points for line in scores if line.status == "pending")
    possible = most + pending
    worst, best = (points / possible, (points + pending) / possible) if possible else (0.0, 0.0)
    needed = key.cut_score - 1e-9
    result: Literal["pass", "fail", "pending"] = "pending"
    if worst >= needed:
        result = "pass"
    elif best < needed:
        result = "fail"
    return ScoreReport(
        assessment_id=assessment.id,
        items=scores,
        points=points,
        max_points=most,
        pending_points=pending,
        cut_score=key.cut_score,
        result=result,
    )
