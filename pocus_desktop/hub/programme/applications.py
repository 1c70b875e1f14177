"""Applications at the academy: received, judged by the rules, decided by a person with reasons (formats/academy 4).

1. Eligibility is computed anew from what the candidate sent, for the day of the application: the day it was made by
   the candidate's clock, but no later than it came and no earlier than thirty days before that.
2. Each area is approved or refused, with a reason where it is refused, and where it is approved though something is
   missing. What was asked of the rules then stands in the decision: rows and digest of the book.
3. A decision is about what was seen: where something came since, or somebody else has seen to it, it is refused and
   nothing is decided.
4. Only an application that waits is decided. After a question, whatever the candidate sends lets it wait again; a
   withdrawn one is decided no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.programme.errors import (
    BadDecisionError,
    NewerCameError,
    NoReasonError,
    NotEligibleError,
    NotWaitingError,
    UnknownApplicationError,
)
from pocus_desktop.hub.programme.portfolios import Look, Portfolios
from pocus_desktop.hub.programme.store import APPLICATION, DOCUMENT, PORTFOLIO
from pocus_desktop.hub.registry.store import RegistryRows, RegistryStore, Row
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.answer import Answer
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import AreaDecision, Decision, Question
from pocus_desktop.programme.documents.candidate import Application
from pocus_desktop.programme.documents.registry import AnyDocument, parse_document
from pocus_desktop.programme.eligibility import eligibility
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules

LATE_MS: Final = 30 * 86_400_000
"""For so long an application may have waited for a network before it came."""

SUBJECT: Final = "application:"


class ApplicationState(StrEnum):
    """How an application stands."""

    RECEIVED = "received"
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


BEARING: Final = frozenset({"account", "application", "attestation", "case", "credential"})
"""Kinds of documents that a decision rests on; what else a candidate sends meanwhile changes nothing about it."""

OPEN: Final = (ApplicationState.RECEIVED, ApplicationState.ASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaChoice:
    """What is decided of one area."""

    area: ContentArea
    is_approved: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An application with all that its decision rests on.

    Attributes:
        account: The row of who applied.
        on: The day whose rules decide.
        answers: One for each area.
        seen: Digest of all that a decision rests on, so that one is about what was looked at (rule 3).
        came_ms: When the last document of it came.
    """

    row: Row
    account: Row
    application: Application
    papers: Portfolio
    on: date
    answers: tuple[Answer, ...]
    seen: str
    came_ms: int


class Applications:
    """The desk; any thread may call."""

    def __init__(self, store: RegistryStore, portfolios: Portfolios, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._portfolios = portfolios
        self._rules = rules
        self._clock = clock

    def judge(self, application_id: str, look: Look | None = None) -> Judged:
        """An application with its eligibility as the rules tell it.

        Args:
            application_id: Which application.
            look: Reads rows, such as a transaction's; as they are now where omitted.

        Raises:
            UnknownApplicationError: There is none.
            NoRuleError: Nothing is in force on its day.
        """
        look = look or self._store.look
        rows = look(APPLICATION, application_id=application_id)
        if not rows:
            raise UnknownApplicationError
        row = rows[0]
        papers = self._portfolios.papers(row["account_id"], look)
        application = next(one for one in papers.applications if one.application_id == application_id)
        on = day_of(application, row["received_ms"])
        bearing = [one for one in look(DOCUMENT, account_id=row["account_id"]) if one["kind"] in BEARING]
        return Judged(
            row=row,
            account=look(PORTFOLIO, account_id=row["account_id"])[0],
            application=application,
            papers=papers,
            on=on,
            answers=tuple(eligibility(papers, area, self._rules, on) for area in application.areas),
            seen=self._seen(row, bearing),
            came_ms=max(one["received_ms"] for one in bearing),
        )

    def require_sound(
        self, application_id: str, choices: Sequence[AreaChoice], *, seen: str | None = None, look: Look | None = None
    ) -> Judged:
        """These choices may be made; with what they rest on.

        Raises:
            PocusError: As `decide`.
        """
        judged = self.judge(application_id, look)
        if judged.row["state"] not in OPEN:
            raise NotWaitingError(state=judged.row["state"])
        if seen is not None and seen != judged.seen:
            raise NewerCameError
        answers = {answer.area: answer for answer in judged.answers}
        if sorted(choice.area for choice in choices) != sorted(answers):
            raise BadDecisionError
        for choice in choices:
            if not choice.is_approved and not choice.reason.strip():
                raise NoReasonError(area=str(choice.area))
            if choice.is_approved and not answers[choice.area].is_met and not choice.reason.strip():
                raise NotEligibleError(area=str(choice.area))
        return judged

    def decide(
        self, application_id: str, choices: Sequence[AreaChoice], *, who: str, by: str, seen: str | None = None
    ) -> Decision:
        """Decide each area.

        Args:
            application_id: Which application.
            choices: One for each of its areas.
            who: The login, for the trail.
            by: The name, for the candidate.
            seen: What was looked at, as `Judged.seen` has it; None where whoever decides looked at nothing.

        Raises:
            UnknownApplicationError: There is no such application.
            NotWaitingError: It was decided or withdrawn.
            NewerCameError: What is here is not what was seen.
            BadDecisionError: The areas are others.
            NoReasonError: An area is refused without a reason.
            NotEligibleError: An area that lacks something is approved without a reason.
        """
        now_ms = self._clock.read().wall_ms
        approved = [choice.area for choice in choices if choice.is_approved]
        state = ApplicationState.APPROVED if approved else ApplicationState.REFUSED
        with self._store.rows() as rows:
            judged = self.require_sound(application_id, choices, seen=seen, look=rows.find)
            answers = {answer.area: answer for answer in judged.answers}
            decision = Decision(
                decision_id=new_id("dec"),
                application_id=application_id,
                decided_on=judged.on,
                areas=tuple(_decided(choice, answers) for choice in choices),
                rules=self._rules.digest,
                by=by,
                is_sampled=False,
                made_at_ms=now_ms,
            )
            rows.change(
                APPLICATION,
                {"application_id": application_id},
                state=state,
                approved=" ".join(approved),
                decided_ms=now_ms,
                decided_by=who,
            )
            self._portfolios.give(rows, judged.row["account_id"], decision, application_id)
            why = "; ".join(f"{choice.area}: {choice.reason}" for choice in choices if choice.reason)
            now = f"{state}: {' '.join(approved) or '-'} ({decision.decision_id}, seen {judged.seen[:16]})"
            self._note(rows, application_id, "decided", was=judged.row["state"], now=now, who=who, why=why)
        return decision

    def ask(self, application_id: str, words: str, *, who: str, by: str) -> Question:
        """Ask for more before it is decided.

        Raises:
            UnknownApplicationError, NotWaitingError: It does not wait.
            NoReasonError: Nothing is asked.
        """
        if not words.strip():
            raise NoReasonError(area="-")
        now_ms = self._clock.read().wall_ms
        question = Question(
            question_id=new_id("qst"), application_id=application_id, words=words, by=by, made_at_ms=now_ms
        )
        with self._store.rows() as rows:
            row = self._waiting(rows, application_id)
            rows.change(APPLICATION, {"application_id": application_id}, state=ApplicationState.ASKED)
            self._portfolios.give(rows, row["account_id"], question, application_id)
            state = str(ApplicationState.ASKED)
            self._note(rows, application_id, "asked", was=row["state"], now=state, who=who, why=words)
        return question

    def taken(self, rows: RegistryRows, account: Row, document: AnyDocument, now_ms: int) -> None:
        """A candidate's document came (`Taking`): an application."""
        if isinstance(document, Application):
            self._take(rows, account, document, now_ms)

    def answered(self, rows: RegistryRows, account: Row) -> None:
        """Something came of a candidate who was asked for more: it waits again."""
        for row in rows.find(APPLICATION, account_id=account["account_id"], state=ApplicationState.ASKED):
            self._wait_again(rows, row)

    def reopen(self, rows: RegistryRows, application_id: str, *, who: str, why: str) -> None:
        """Let a decided application wait again, as an appeal that is granted does."""
        row = _row(rows, application_id)
        rows.change(APPLICATION, {"application_id": application_id}, state=ApplicationState.RECEIVED)
        state = str(ApplicationState.RECEIVED)
        self._note(rows, application_id, "reopened", was=row["state"], now=state, who=who, why=why)

    def _seen(self, row: Row, bearing: Sequence[Row]) -> str:
        """All that a decision rests on: how it stands, the documents, the book of rules."""
        documents: Json = sorted(one["digest"] for one in bearing)
        return canonical.digest(
            canonical.encode({"state": row["state"], "documents": documents, "rules": self._rules.digest})
        )

    def _take(self, rows: RegistryRows, account: Row, document: Application, now_ms: int) -> None:
        mine = {"application_id": document.application_id}
        found = rows.find(APPLICATION, **mine)
        state = ApplicationState.WITHDRAWN if document.is_withdrawn else ApplicationState.RECEIVED
        areas = " ".join(document.areas)
        if not found:
            rows.add(
                APPLICATION,
                **mine,
                account_id=account["account_id"],
                areas=areas,
                approved="",
                state=state,
                received_ms=now_ms,
                decided_ms=None,
                decided_by="",
                is_sampled=False,
            )
            self._note(rows, document.application_id, str(state), was="", now=areas, who="portfolio", why="")
            return
        if found[0]["state"] not in OPEN or document.revision <= self._last_revision(rows, document):
            return  # a decision stands, whatever is written after it
        rows.change(APPLICATION, mine, areas=areas, state=state)
        was = f"{found[0]['state']}: {found[0]['areas']}"
        self._note(
            rows, document.application_id, "written again", was=was, now=f"{state}: {areas}", who="portfolio", why=""
        )

    def _last_revision(self, rows: RegistryRows, document: Application) -> int:
        """The highest revision of the others that came."""
        held = rows.find(DOCUMENT, kind=document.kind, document_id=document.application_id)
        others = [parse_document(row["content"]) for row in held]
        return max((one.revision for one in others if isinstance(one, Application) and one != document), default=0)

    def _wait_again(self, rows: RegistryRows, row: Row) -> None:
        rows.change(APPLICATION, {"application_id": row["application_id"]}, state=ApplicationState.RECEIVED)
        state = str(ApplicationState.RECEIVED)
        self._note(rows, row["application_id"], "answered", was=row["state"], now=state, who="portfolio", why="")

    def _waiting(self, rows: RegistryRows, application_id: str) -> Row:
        row = _row(rows, application_id)
        if row["state"] not in OPEN:
            raise NotWaitingError(state=row["state"])
        return row

    def _note(
        self, rows: RegistryRows, application_id: str, action: str, *, was: str, now: str, who: str, why: str
    ) -> None:
        at_ms = self._clock.read().wall_ms
        rows.note(SUBJECT + application_id, at_ms=at_ms, action=action, was=was, now=now, who=who, why=why)


def day_of(application: Application, received_ms: int) -> date:
    """The day whose rules decide an application (rule 1), in the zone that it names."""
    at_ms = min(max(application.made_at_ms, received_ms - LATE_MS), received_ms)
    return local_day(at_ms, application.zone)


def _decided(choice: AreaChoice, answers: Mapping[ContentArea, Answer]) -> AreaDecision:
    return AreaDecision(
        area=choice.area,
        is_approved=choice.is_approved,
        rule_ids=tuple(finding.rule.rule_id for finding in answers[choice.area].findings),
        reason=choice.reason.strip(),
    )


def _row(rows: RegistryRows, application_id: str) -> Row:
    found = rows.find(APPLICATION, application_id=application_id)
    if not found:
        raise UnknownApplicationError
    return found[0]
