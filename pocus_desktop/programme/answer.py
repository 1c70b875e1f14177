"""What an answer of the programme is: each requirement, met or not, by what, by which rule, until when.

An answer decides nothing for anybody: it is what a screen shows, and what a decision of the academy names.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import Safe
from pocus_desktop.programme.days import day_told
from pocus_desktop.programme.rules.model import Rule

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Standing(StrEnum):
    """How a requirement stands."""

    MET = "met"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRef:
    """The row that decided, with its source: what a decision keeps."""

    rule_id: str
    since: date
    words: str
    where: str

    @classmethod
    def of(cls, row: Rule) -> "RuleRef":
        """That of a row."""
        return cls(rule_id=row.id, since=row.since, words=row.source.words, where=row.source.where)

    def as_json(self) -> dict[str, object]:
        """As a program reads it."""
        return {"id": self.rule_id, "from": self.since.isoformat(), "words": self.words, "where": self.where}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something said in words: a key of the table of words below `programme.`, and what it names."""

    code: str
    params: dict[str, Safe] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, /, **params: Safe) -> "Told":
        """A key with what it names."""
        return cls(code=code, params=params)

    def __call__(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """The sentence."""
        params = {name: spoken(value, language) for name, value in self.params.items()}
        return words.say(f"programme.{self.code}", language, **params)

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        return {"code": self.code, "params": dict(self.params), "told": self(language)}


def spoken(value: Safe, language: str) -> Safe:
    """Names of areas and the like are told by their own words, and days as the language writes them."""
    if isinstance(value, str):
        for key in (f"programme.area.{value}", f"programme.name.{value}"):
            if words.has(key):
                return words.say(key, language)
    return day_spoken(value, language)


def day_spoken(value: Safe, language: str) -> Safe:
    """A day as the language writes it; anything else as it is."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return day_told(date.fromisoformat(value), language)
    return value


def body_told(body: str, language: str) -> str:
    """A body by its name, else by its short name in capitals, as bodies write theirs."""
    return str(spoken(body.upper(), language))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One requirement.

    Attributes:
        requirement: `foundation`, `cases`, or `attestation` and its statement, as `attestation.in-practice`.
        standing: Whether it is met.
        rule: The row that says so.
        evidence: Ids of the documents by which it is met, as far as it is.
        have: How many there are, where it is counted.
        need: How many are asked for.
        missing: What to do; nothing where it is met.
        notes: What else is to be known about it.
        until: The last day on which it is met by this evidence; None where that has no end, or it is not met.
    """

    requirement: str
    standing: Standing
    rule: RuleRef
    evidence: tuple[str, ...] = ()
    have: int = 0
    need: int = 1
    missing: tuple[Told, ...] = ()
    notes: tuple[Told, ...] = ()
    until: date | None = None

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.standing is Standing.MET

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        return {
            "requirement": self.requirement,
            "standing": str(self.standing),
            "rule": self.rule.as_json(),
            "evidence": list(self.evidence),
            "have": self.have,
            "need": self.need,
            "missing": [one.as_json(language) for one in self.missing],
            "notes": [one.as_json(language) for one in self.notes],
            "until": self.until.isoformat() if self.until is not None else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a candidate is eligible for an area on a day, requirement by requirement.

    Attributes:
        rules: The digest of the book that was asked.
    """

    area: ContentArea
    on: date
    rules: str
    findings: tuple[Finding, ...]

    @property
    def is_met(self) -> bool:
        """Whether every requirement is met."""
        return all(finding.is_met for finding in self.findings)

    @property
    def lacks_only_statements(self) -> bool:
        """Whether nothing is missing but statements, which are made with the application."""
        return not self.is_met and all(
            one.is_met or one.requirement.startswith("attestation.") for one in self.findings
        )

    @property
    def until(self) -> date | None:
        """The last day on which all of it is met by the same evidence; None where it has no end, or is not met."""
        ends = [finding.until for finding in self.findings if finding.until is not None]
        return min(ends) if ends and self.is_met else None

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        return {
            "area": str(self.area),
            "on": self.on.isoformat(),
            "rules": self.rules,
            "eligible": self.is_met,
            "until": self.until.isoformat() if self.until is not None else None,
            "findings": [finding.as_json(language) for finding in self.findings],
        }
