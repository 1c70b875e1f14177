"""The rules of peer evaluation as rows with their days (docs/formats/peer-evaluation 4 to 6)."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError, model_validator

from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel import assets
from pocus_desktop.programme.peers.errors import BadQuestionnaireError, NoQuestionnaireError
from pocus_desktop.programme.peers.questionnaire import Part
from pocus_desktop.programme.peers.questionnaire_files import faults, read_toml

DAY_MS: Final = 24 * 60 * 60 * 1000

_Days = Annotated[int, Field(ge=1, le=180)]


class Policy(Part):
    """One row: what holds for evaluations that begin from its day on, until the next row's.

    Attributes:
        nominated: How many evaluators an applicant names.
        contacted: How many of them are written to at a time.
        reminded_after_days: When the reminders are due, since the invitation.
        last_reminder_days_before_end: When one more is due, before the window closes.
        least_days_between_mails: No two messages to one person lie closer together.
        most_asked_reminders: How many reminders of one evaluator an applicant may ask for, besides those.
        replaceable_after_days: From when on one who never opened the link may be replaced.
        most_replacements: How often an applicant may name another.
        least_answers: How many answers are combined.
        least_median: That a domain's median may not fall below.
        least_overall: The same of the question on the whole.
        look_at_step: A rating of safety this low is read by a person.
        look_at_spread: So many steps between evaluators are read by a person.
        least_seen: The share of questions that must have been seen.
    """

    version: Annotated[int, Field(ge=1)]
    effective_from: date
    source: Annotated[str, Field(min_length=1)]
    nominated: Annotated[int, Field(ge=1, le=9)]
    contacted: Annotated[int, Field(ge=1, le=9)]
    reminded_after_days: tuple[_Days, ...]
    last_reminder_days_before_end: _Days
    least_days_between_mails: _Days
    most_asked_reminders: Annotated[int, Field(ge=0, le=9)]
    replaceable_after_days: _Days
    most_replacements: Annotated[int, Field(ge=0, le=50)]
    least_answers: Annotated[int, Field(ge=1, le=9)]
    least_median: Annotated[float, Field(ge=1, le=9)]
    least_overall: Annotated[float, Field(ge=1, le=9)]
    look_at_step: Annotated[int, Field(ge=0, le=9)]
    look_at_spread: Annotated[int, Field(ge=1, le=9)]
    least_seen: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _fits(self) -> "Policy":
        if self.contacted > self.nominated or self.least_answers > self.contacted:
            raise ValueError("least_answers, contacted and nominated must not fall in this order")
        if list(self.reminded_after_days) != sorted(set(self.reminded_after_days)):
            raise ValueError("reminded_after_days must rise")
        return self


class _Rows(Part):
    format: Literal[1]
    rule: Annotated[tuple[Policy, ...], Field(min_length=1)]


@cache
def shipped() -> tuple[Policy, ...]:
    """The rows that come with the program."""
    return load(assets.folder("programme", "peers.toml"))


def load(path: Path) -> tuple[Policy, ...]:
    """Read the rows of a file.

    Raises:
        BadQuestionnaireError: With every problem.
    """
    problems: list[Problem] = []
    document = read_toml(path, problems)
    if document is not None:
        try:
            rows = _Rows.model_validate(document).rule
        except ValidationError as problem:
            problems += faults(path.name, problem)
        else:
            days = [(row.effective_from, row.version) for row in rows]
            if len({row.version for row in rows}) == len(rows) and days == sorted(days):
                return rows
            told = "Rows must have versions of their own, and rise by day and version."
            problems.append(
                Problem(file=path.name, line=0, column=0, code="peers.rows", what=told, fix="Put the newest last.")
            )
    raise BadQuestionnaireError(problems)


def in_force(rows: tuple[Policy, ...], day: date) -> Policy:
    """The row for evaluations that begin on a day.

    Raises:
        NoQuestionnaireError: None is in force yet.
    """
    known = [row for row in rows if row.effective_from <= day]
    if not known:
        raise NoQuestionnaireError(what="policy", day=day.isoformat())
    return known[-1]


def versioned(rows: tuple[Policy, ...], version: int) -> Policy:
    """The row of a version, by which an evaluation began.

    Raises:
        NoQuestionnaireError: There is none.
    """
    for row in rows:
        if row.version == version:
            return row
    raise NoQuestionnaireError(what=f"policy {version}", day="-")
