"""A step of the way: what is to be done, by whom, and by when (formats/programme 11)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import Told


class Actor(StrEnum):
    """Who has to act."""

    CANDIDATE = "candidate"
    ACADEMY = "academy"
    EVALUATORS = "evaluators"


class StepKind(StrEnum):
    """What is to be done, in the order of the way; words stand at `programme.step.<kind>`."""

    CONFLICT = "conflict"
    ACCOUNT = "account"
    ID_NUMBER = "id-number"
    FOUNDATION = "foundation"
    LOG_CASES = "log-cases"
    ATTEST = "attest"
    APPLY = "apply"
    DECISION = "decision"
    QUESTION = "question"
    APPEAL_DECISION = "appeal-decision"
    VOUCHER = "voucher"
    NOMINATE = "nominate"
    SIT = "sit"
    EVALUATION = "evaluation"
    EVALUATION_DECISION = "evaluation-decision"
    WINDOW_OVER = "window-over"
    NOT_PASSED = "not-passed"
    NOT_SUPPORTED = "not-supported"
    APPEAL_RESULT = "appeal-result"
    APPEAL = "appeal"
    CERTIFICATE = "certificate"
    RENEW = "renew"
    RENEW_LATER = "renew-later"
    CREDENTIAL_ENDS = "credential-ends"
    LEVEL = "level"
    CREDITS_OVER = "credits-over"
    CREDITS = "credits"
    EVIDENCE = "evidence"
    CREDITS_OUTSIDE = "credits-outside"


NEAR_DAYS: Final = MappingProxyType(
    {
        StepKind.CREDITS: 90,
        StepKind.EVIDENCE: 90,
        StepKind.CREDENTIAL_ENDS: 30,
        StepKind.RENEW: 30,
    }
)
"""How many days before its last one a step is near, where not `_NEAR_DAYS`: what takes weeks is told in months."""

_NEAR_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One thing to do, or to wait for.

    Attributes:
        by: The last day for it, or the day it is about; None where there is none.
        about: The id of the document that it is about; empty where there is none.
        told: In words.
        is_optional: Whether nothing is lost where it is not done.
    """

    kind: StepKind
    actor: Actor
    by: date | None
    told: Told
    area: ContentArea | None = None
    about: str = ""
    is_optional: bool = False

    @property
    def key(self) -> str:
        """Names the step from one day to the next, for reminders and calendars."""
        return "/".join(part for part in (str(self.kind), self.about, str(self.area or "")) if part)

    @property
    def is_over(self) -> bool:
        """Whether its day has passed, whenever it is asked: nobody is to be reminded of it."""
        return self.kind in {StepKind.CREDITS_OVER, StepKind.WINDOW_OVER}

    def is_near(self, on: date) -> bool:
        """Whether its day is so near, or over, that it is to be seen before others."""
        near = NEAR_DAYS.get(self.kind, _NEAR_DAYS)
        return self.by is not None and (self.by - on).days <= near and not self.is_optional

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        return {
            "kind": str(self.kind),
            "actor": str(self.actor),
            "by": self.by.isoformat() if self.by is not None else None,
            "area": str(self.area) if self.area is not None else None,
            "about": self.about or None,
            "optional": self.is_optional,
            "told": self.told(language),
        }


def step(
    kind: StepKind,
    actor: Actor = Actor.CANDIDATE,
    *,
    by: date | None = None,
    area: ContentArea | None = None,
    about: str = "",
    is_optional: bool = False,
    **params: str | int,
) -> NextStep:
    """A step whose words stand at `programme.step.<kind>`."""
    if area is not None:
        params["area"] = str(area)
    told = Told.of(f"step.{kind}", **params)
    return NextStep(kind=kind, actor=actor, by=by, told=told, area=area, about=about, is_optional=is_optional)
