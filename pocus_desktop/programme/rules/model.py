"""A row of rules for each thing that the academy decides by, and the book that holds them (formats/programme 1).

A row is never changed: what is decided otherwise from a day on is a new row of the same subject with that day.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from pocus_desktop.case.models import ContentArea
from pocus_desktop.case.values import Model, Name, Text, refuse_repeated
from pocus_desktop.programme.values import Approach, Cost, CreditKind, Credits, Day, Topic

FORMAT: Final = 1

Subject: TypeAlias = tuple[str, ...]
"""What a row is about: its kind, and what it is of (an area, a body and level). One row of a subject holds on a day."""

_Years = Annotated[int, Field(ge=1, le=50)]
_Days = Annotated[int, Field(ge=1, le=3660)]
_Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Source(Model):
    """Where a rule comes from.

    Attributes:
        words: What it says there, or why the academy decided so where no source says it.
        where: Its address, or `the academy` where the academy decided.
        read: The day it was read.
    """

    words: _Words
    where: _Words
    read: Day


class _Row(Model):
    """What every row has.

    Attributes:
        id: Names the row for ever.
        since: The first day on which it holds; written `from`.
        source: Where it comes from.
        is_ended: From its day on there is no rule of the subject: the area is not offered, the body asks nothing.
    """

    of: ClassVar[tuple[str, ...]] = ()

    id: Name
    since: Day = Field(alias="from")
    source: Source
    is_ended: bool = False

    @property
    def subject(self) -> Subject:
        """What the row is about."""
        return (str(getattr(self, "kind")), *(str(getattr(self, name) or "") for name in self.of))  # noqa: B009 - of each kind


class Way(Model):
    """One way to meet the foundation; exactly one of the last three says how long a credential speaks for it.

    Attributes:
        credentials: Names of credentials that count; empty where every one of the bodies does.
        bodies: Bodies whose credentials count; empty where the names say enough.
        but_not: Names that do not count, such as an examination that a body holds and that is no credential of it.
        passed_within_years: It counts for so many years after it was passed.
        is_current: It counts from its issue to its expiry, while it is active.
    """

    credentials: tuple[Name, ...] = ()
    bodies: tuple[Name, ...] = ()
    but_not: tuple[Name, ...] = ()
    passed_within_years: _Years | None = None
    is_current: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "Way":
        if not self.credentials and not self.bodies:
            raise ValueError("name credentials or bodies")
        if (self.passed_within_years is not None) == self.is_current:
            raise ValueError("say either passed_within_years or is_current")
        return self


class Foundation(_Row):
    """What must be held before anything else: any one of the ways."""

    kind: Literal["foundation"]
    any_of: Annotated[tuple[Way, ...], Field(min_length=1)]


class AttestationRule(_Row):
    """A statement that a candidate makes; its words are the row's, so that the row says what was attested.

    Attributes:
        statement: Its name.
        scope: Whether it is made once for the person, or for each content area.
        at: Whether an application needs it, the start of a sitting, or a renewal.
        valid_days: How long one that was made counts.
    """

    of = ("statement",)

    kind: Literal["attestation"]
    statement: Name
    scope: Literal["person", "area"]
    at: Literal["application", "sitting", "renewal"]
    valid_days: _Days
    words: Text


class CasesRule(_Row):
    """How many cases of a content area must have been performed and interpreted, and within which time.

    Attributes:
        approaches: How each case must have been examined; empty where it does not matter.
        at_least_each: So many of each approach among them.
    """

    of = ("area",)

    kind: Literal["cases"]
    area: ContentArea
    count: int = Field(ge=1, le=10_000)
    within_years: _Years
    approaches: tuple[Approach, ...] = ()
    at_least_each: int = Field(default=0, ge=0, le=10_000)

    @model_validator(mode="after")
    def _can_be_met(self) -> "CasesRule":
        refuse_repeated(self.approaches, "approaches")
        if self.at_least_each and not self.approaches:
            raise ValueError("at_least_each needs approaches")
        return self


class WindowRule(_Row):
    """How many days all assessments and peer evaluations may take, from the day the voucher was entered.

    Attributes:
        most_extension_days: How many days may be granted on top, in all.
    """

    kind: Literal["window"]
    days: _Days
    most_extension_days: int = Field(ge=0, le=3660)


class PassRule(_Row):
    """The score that passes an assessment, as a share of the maximum; of every area where it names none."""

    of = ("area",)

    kind: Literal["pass"]
    area: ContentArea | None = None
    at_least_percent: int = Field(ge=1, le=100)


class CertificateRule(_Row):
    """How long a certificate is valid, and how it is renewed.

    Attributes:
        renew_from_days: So many days before its last one renewal may begin.
        knowledge_check: Whether a renewal needs one.
    """

    kind: Literal["certificate"]
    valid_years: _Years
    renew_from_days: _Days
    knowledge_check: bool


class AppealRule(_Row):
    """Within how many days after a decision an appeal may be made, and on which grounds."""

    kind: Literal["appeal"]
    days: _Days
    grounds: Annotated[tuple[Name, ...], Field(min_length=1)]


class Share(Model):
    """So many of the credits must be in one subject."""

    subject: Name
    credits: Credits


class CmeRule(_Row):
    """What a body asks of those who hold its credentials.

    Attributes:
        body: Which body.
        level: Of which level; None is any that has no row of its own.
        anchor: From when cycles are counted where the credential does not state it: `issued` from the day of issue,
            `calendar` in whole years, and the rest of the year of issue belongs to the first.
        but_not: Names of what the body gives that is no credential to keep, such as a passed examination.
        accepts: Approvals of activities that this body takes.
        of_which: Credits that must be in a subject.
        carry_over: Credits beyond what was asked that count in the next cycle.
        is_audited: Whether the body audits a random sample.
    """

    of = ("body", "level")

    kind: Literal["cme"]
    body: Name
    level: Name | None = None
    credits: Credits
    years: _Years
    anchor: Literal["issued", "calendar"]
    but_not: tuple[Name, ...] = ()
    accepts: tuple[Name, ...] = Field(min_length=1)
    of_which: tuple[Share, ...] = ()
    carry_over: Credits = Decimal(0)
    is_audited: bool = False

    @model_validator(mode="after")
    def _can_be_met(self) -> "CmeRule":
        refuse_repeated((share.subject for share in self.of_which), "subjects")
        if any(share.credits > self.credits for share in self.of_which):
            raise ValueError("a share is larger than the whole")
        return self


class ProviderRow(_Row):
    """Who offers continuing education, how, about what, and who approved it."""

    of = ("provider",)

    kind: Literal["provider"]
    provider: Name
    name: Text
    ways: tuple[CreditKind, ...] = ()
    topics: tuple[Topic, ...] = ()
    costs: tuple[Cost, ...] = ()
    approvals: tuple[Name, ...] = ()


Rule = Annotated[
    Foundation
    | AttestationRule
    | CasesRule
    | WindowRule
    | PassRule
    | CertificateRule
    | AppealRule
    | CmeRule
    | ProviderRow,
    Field(discriminator="kind"),
]


class RuleBook(Model):
    """All rows, past and to come.

    Attributes:
        book_id: Names the line of books; a book replaces an earlier one of its own line only.
        published: The day it was made; rows that it adds begin later.
    """

    format: Literal[1]
    book_id: Name
    published: Day
    rules: Annotated[tuple[Rule, ...], Field(max_length=20_000)]

    @model_validator(mode="after")
    def _one_row_a_subject_and_day(self) -> "RuleBook":
        if not self.rules:
            raise ValueError("give a row at least: [[rule]]")
        refuse_repeated((row.id for row in self.rules), "rows")
        seen: dict[tuple[Subject, date], str] = {}
        for row in self.rules:
            other = seen.setdefault((row.subject, row.since), row.id)
            if other != row.id:
                raise ValueError(f"{other} and {row.id} are about the same and begin on the same day")
        return self

    def rows(self) -> Iterator[Rule]:
        """Each row."""
        return iter(self.rules)
