"""Extended text: people score it with a rubric; until then it is pending."""

from pydantic import Field, model_validator

from pocus_desktop.case.values import Model, Name, Text
from pocus_desktop.scoring.rules.entry import EntryCore, Outcome


class Criterion(Model):
    """One thing a good answer says."""

    id: Name
    text: Text
    points: float = Field(gt=0)


class RubricEntry(EntryCore):
    """The rubric a rater scores with; its criteria add up to the entry's points."""

    rubric: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> "RubricEntry":
        total = sum(criterion.points for criterion in self.rubric)
        if abs(total - self.points) > 1e-9:
            raise ValueError(f"the rubric's points add up to {total:g}, but points is {self.points:g}")
        return self


def score_rubric(entry: RubricEntry) -> Outcome:
    """Pending, whatever was written."""
    return Outcome(points=0.0, status="pending", detail=tuple(criterion.id for criterion in entry.rubric))
