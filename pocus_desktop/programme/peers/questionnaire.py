"""What an evaluator is asked about a content area (docs/formats/peer-evaluation 2).

A questionnaire is data: sections of questions in both languages, with the day from which it is used. One that was in
force is never changed, so that what was answered is read later as it was asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from pocus_desktop.case.models import ContentArea

MOST_COMMENT_CHARACTERS: Final = 2000
UNSEEN: Final = "unseen"
"""The answer to a scale question of who has not seen this."""

AFFIRMED: Final = "yes"
"""The answer to a statement of who makes it."""

QuestionId = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)]


class Domain(StrEnum):
    """What a question is about; the order is that of reports."""

    ACQUISITION = "acquisition"
    OPTIMISATION = "optimisation"
    INTERPRETATION = "interpretation"
    INTEGRATION = "integration"
    SAFETY = "safety"
    PROFESSIONALISM = "professionalism"
    OVERALL = "overall"


class Part(BaseModel):
    """Frozen, and takes no field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Text(Part):
    """A sentence in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=600)]
    es: Annotated[str, Field(min_length=1, max_length=600)]

    def told(self, language: str) -> str:
        """In Spanish where that is asked for, else in English."""
        return self.es if language == "es" else self.en


class Point(Part):
    """One step of a scale, with what it looks like."""

    value: Annotated[int, Field(ge=1, le=9)]
    label: Text
    anchor: Text


class Scale(Part):
    """Steps in order, the least first."""

    id: QuestionId
    label: Text
    points: Annotated[tuple[Point, ...], Field(min_length=2, max_length=9)]


class Rated(Part):
    """A question that is answered on a scale.

    Attributes:
        may_be_unseen: Whether “I have not seen this” is an answer.
    """

    kind: Literal["scale"]
    id: QuestionId
    scale: QuestionId
    domain: Domain
    prompt: Text
    may_be_unseen: bool = True


class Option(Part):
    """One answer of several; `ends` where nothing more can be asked of who gives it."""

    id: QuestionId
    label: Text
    ends: bool = False


class Choice(Part):
    """A question with one answer of several."""

    kind: Literal["choice"]
    id: QuestionId
    prompt: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=9)]


class Statement(Part):
    """What has to be affirmed before anything is sent."""

    kind: Literal["statement"]
    id: QuestionId
    prompt: Text


class Answered(Part):
    """An answer to another question."""

    question: QuestionId
    option: QuestionId


class Comment(Part):
    """A free answer; needed only beside the answer that `required_with` names."""

    kind: Literal["comment"]
    id: QuestionId
    prompt: Text
    required_with: Answered | None = None


Question = Annotated[Rated | Choice | Statement | Comment, Field(discriminator="kind")]


class Section(Part):
    """What stands on one page."""

    id: QuestionId
    title: Text
    intro: Text | None = None
    question: Annotated[tuple[Question, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)  # without slots: it keeps what it works out of itself
class Questionnaire:
    """One version of what is asked about a content area.

    Attributes:
        title: Of the area.
        digest: SHA-256 over everything that is asked; it stands beside every answer.
    """

    area: ContentArea
    version: int
    title: Text
    scales: tuple[Scale, ...]
    sections: tuple[Section, ...]
    digest: str

    @property
    def name(self) -> str:
        """Area and version, such as `lung-1`."""
        return f"{self.area}-{self.version}"

    @cached_property
    def choices(self) -> Mapping[str, frozenset[str]]:
        """By question: the answers that it has, where they are not written freely."""
        return {one.id: self._answers_of(one) for one in self.questions() if not isinstance(one, Comment)}

    @cached_property
    def comments(self) -> frozenset[str]:
        """The questions that are answered freely."""
        return frozenset(one.id for one in self.questions() if isinstance(one, Comment))

    def questions(self) -> Iterator[Question]:
        """All of them, in order."""
        for section in self.sections:
            yield from section.question

    def rated(self) -> tuple[Rated, ...]:
        """Those that are answered on a scale."""
        return tuple(one for one in self.questions() if isinstance(one, Rated))

    def scale(self, question: Rated) -> Scale:
        """That of a question."""
        return next(scale for scale in self.scales if scale.id == question.scale)

    def _answers_of(self, question: Rated | Choice | Statement) -> frozenset[str]:
        match question:
            case Rated():
                steps = frozenset(str(point.value) for point in self.scale(question).points)
                return steps | {UNSEEN} if question.may_be_unseen else steps
            case Choice():
                return frozenset(option.id for option in question.options)
            case Statement():
                return frozenset({AFFIRMED})
            case _:
                assert_never(question)

    def section(self, section_id: str) -> Section | None:
        """One by its id; None where there is none."""
        return next((one for one in self.sections if one.id == section_id), None)

    def after(self, section: Section) -> Section | None:
        """The next one; None after the last."""
        place = self.sections.index(section) + 1
        return self.sections[place] if place < len(self.sections) else None

    def before(self, section: Section) -> Section | None:
        """The one before; None before the first."""
        place = self.sections.index(section)
        return self.sections[place - 1] if place else None
