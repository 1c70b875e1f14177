"""Appeals at the academy: taken in time and on a ground of the rule, decided by somebody else (formats/academy 6).

1. An appeal on eligibility is about a decision on an application; one on technology about a sitting. The day from which
   the thirty are counted is the academy's own: when the decision was made, or the sitting was scored.
2. One that comes too late, or is about nothing of this candidate's, is kept and told as refused, with the reason.
   It is named by the document that told it, the decision or the result, or by the application or the sitting itself.
3. To an appeal on technology the sitting is told from its sealed result, as `appeals` tells it, and kept with it: once,
   and only while the appeal waits.
4. Who decided an application does not decide an appeal against it. One that is granted lets the application be decided
   anew; one on technology that is granted makes the sitting's result void, and it may be sat again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pocus_desktop.admission.admission import same_candidate
from pocus_desktop.appeals.appeal import Appeal as Sitting
from pocus_desktop.hub.errors import HubError, NotFoundError
from pocus_desktop.hub.programme.applications import Applications
from pocus_desktop.hub.programme.errors import (
    NewerCameError,
    NoReasonError,
    NotWaitingError,
    OwnDecisionError,
    UnknownAppealError,
)
from pocus_desktop.hub.programme.portfolios import Look, Portfolios, payload_of
from pocus_desktop.hub.programme.store import APPEAL, APPLICATION, DOCUMENT, GIVEN, PORTFOLIO
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.registry.results import Results
from pocus_desktop.hub.registry.store import ENTRY, RegistryRows, RegistryStore, Row
from pocus_desktop.hub.replaying import written
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.appealing import appeal_until, require_appeal
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import AppealDecision
from pocus_desktop.programme.documents.candidate import Appeal
from pocus_desktop.programme.documents.registry import AnyDocument, encode_document, parse_document
from pocus_desktop.programme.portfolio import document_key
from pocus_desktop.programme.rules.choose import Rules

SUBJECT: Final = "appeal:"
RECEIVED: Final = "received"
TURNED_AWAY: Final = "turned-away"
GRANTED: Final = "granted"
REFUSED: Final = "refused"
ELIGIBILITY: Final = "eligibility"
TECHNOLOGY: Final = "technology"
LOOKED: Final = "sitting viewed"
_TELLING: Final = frozenset({"decision", "result"})
_NOTHING_OF_THEIRS: Final = "academy.unknown_application"

LOOK_MS: Final = 3_600_000
"""Within so long somebody who looks at a sitting again is not noted again."""

Relive = Callable[[str], Sitting]
"""A sitting told from its sealed results, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relived:
    """The sitting of an appeal, told once more.

    Attributes:
        is_as_attached: Whether it is told as it was when it was attached: the same events make the same document.
    """

    told: "Told"
    sitting: Sitting
    is_as_attached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An appeal as the academy sees it.

    Attributes:
        account: The row of who appeals.
        document: What they wrote: the first writing, whatever came under its id later.
        decided_by: Who decided what it is about; empty where it is a sitting.
        decided_on: The day from which the days for it are counted, where the candidate lives; None where it is about
            nothing that is here.
        last_on: The last day on which it could be made; None likewise.
        seen: Digest of all that a decision rests on, so that one is about what was looked at.
    """

    row: Row
    account: Row
    document: Appeal
    decided_by: str
    decided_on: date | None
    last_on: date | None
    seen: str


class Appeals:
    """The desk; any thread may call."""

    def __init__(
        self,
        store: RegistryStore,
        results: HubStore,
        sat: Results,
        portfolios: Portfolios,
        applications: Applications,
        rules: Rules,
        clock: Clock,
        *,
        relive: Relive,
        release: Callable[[str], object],
    ) -> None:
        self._store = store
        self._results = results
        self._sat = sat
        self._portfolios = portfolios
        self._applications = applications
        self._rules = rules
        self._clock = clock
        self._relive = relive
        self._release = release

    def tell(self, appeal_id: str, look: Look | None = None) -> Told:
        """An appeal.

        Args:
            appeal_id: Which.
            look: Reads rows, such as a transaction's; as they are now where omitted.

        Raises:
            UnknownAppealError: There is none.
        """
        look = look or self._store.look
        found = look(APPEAL, appeal_id=appeal_id)
        if not found:
            raise UnknownAppealError
        row = found[0]
        held = look(DOCUMENT, document_id=appeal_id, account_id=row["account_id"])
        written = sorted(held, key=lambda one: (one["received_ms"], one["digest"]))
        documents = (parse_document(one["content"]) for one in written)
        document = next(one for one in documents if isinstance(one, Appeal))
        account = look(PORTFOLIO, account_id=row["account_id"])[0]
        about = look(APPLICATION, application_id=row["about"])
        rests_on: Json = {
            "state": row["state"],
            "document": canonical.digest(encode_document(document)),
            "replay": canonical.digest(row["replay"] or b""),
            "decided_ms": about[0]["decided_ms"] if about else None,
        }
        decided_on, last_on = self._days(row, document, about)
        return Told(
            row=row,
            account=account,
            document=document,
            decided_by=about[0]["decided_by"] if about else "",
            decided_on=decided_on,
            last_on=last_on,
            seen=canonical.digest(canonical.encode(rests_on)),
        )

    def _days(self, row: Row, document: Appeal, about: Sequence[Row]) -> tuple[date | None, date | None]:
        """When what it is about was decided, and until when it could be appealed against."""
        decided_ms = about[0]["decided_ms"] if about else None
        if row["ground"] == TECHNOLOGY:
            standing = self._results.standing(row["about"])
            decided_ms = None if standing is None else standing.settled_at_ms
        if decided_ms is None or row["refusal"] == _NOTHING_OF_THEIRS:
            return None, None
        decided_on = local_day(decided_ms, document.zone)
        try:
            return decided_on, appeal_until(decided_on, self._rules)
        except PocusError:  # no rule was in force
            return decided_on, None

    def require_sound(
        self, appeal_id: str, *, reason: str, who: str, seen: str | None = None, look: Look | None = None
    ) -> Told:
        """Somebody may decide it so; with what that rests on.

        Raises:
            PocusError: As `decide`.
        """
        told = self.tell(appeal_id, look)
        if told.row["state"] != RECEIVED:
            raise NotWaitingError(state=told.row["state"])
        if seen is not None and seen != told.seen:
            raise NewerCameError
        if told.decided_by == who:
            raise OwnDecisionError
        if not reason.strip():
            raise NoReasonError(area="-")
        return told

    def decide(
        self, appeal_id: str, *, is_granted: bool, reason: str, who: str, by: str, seen: str | None = None
    ) -> AppealDecision:
        """Decide it.

        Args:
            appeal_id: Which.
            is_granted: Whether it is.
            reason: The candidate reads it.
            who: The login, for the trail.
            by: The name, for the candidate.
            seen: What was looked at, as `Told.seen` has it; None where whoever decides looked at nothing.

        Raises:
            UnknownAppealError, NotWaitingError: It does not wait.
            NewerCameError: What is here is not what was seen.
            NoReasonError: There is no reason.
            OwnDecisionError: Rule 4.
        """
        now_ms = self._clock.read().wall_ms
        state = GRANTED if is_granted else REFUSED
        with self._store.rows() as rows:
            told = self.require_sound(appeal_id, reason=reason, who=who, seen=seen, look=rows.find)
            decision = AppealDecision(
                appeal_decision_id=new_id("apd"),
                appeal_id=appeal_id,
                is_granted=is_granted,
                reason=reason,
                by=by,
                decided_on=local_day(now_ms, told.document.zone),
                made_at_ms=now_ms,
            )
            rows.change(APPEAL, {"appeal_id": appeal_id}, state=state, decided_ms=now_ms, decided_by=who)
            self._portfolios.give(rows, told.row["account_id"], decision, appeal_id)
            now = f"{state} (seen {told.seen[:16]})"
            rows.note(SUBJECT + appeal_id, at_ms=now_ms, action="decided", was=RECEIVED, now=now, who=who, why=reason)
            if is_granted and told.row["ground"] == TECHNOLOGY:
                rows.untold(told.row["about"], now_ms)
            if is_granted and told.row["ground"] == ELIGIBILITY:
                self._applications.reopen(rows, told.row["about"], who=who, why=f"{appeal_id}: {reason}")
        if is_granted and told.row["ground"] == TECHNOLOGY:
            self._release(told.row["about"])
        return decision

    def attach(self, appeal_id: str) -> bytes | None:
        """The sitting of an appeal on technology that waits, told from its sealed result and kept (rule 3).

        Returns:
            What is attached, by this call or before it; None where nothing is: the sitting cannot be told, or the
            appeal was turned away or decided without it.

        Raises:
            UnknownAppealError: There is none.
        """
        told = self.tell(appeal_id)
        kept: bytes | None = told.row["replay"]
        if told.row["ground"] != TECHNOLOGY or told.row["state"] != RECEIVED or kept is not None:
            return kept
        try:
            replay = written(self._relive(told.row["about"]))
        except PocusError as problem:
            log.failure(problem)
            return None
        with self._store.rows() as rows:
            row = rows.find(APPEAL, appeal_id=appeal_id)[0]
            kept = row["replay"]
            if row["state"] != RECEIVED or kept is not None:  # somebody attached it, or decided, meanwhile
                return kept
            rows.change(APPEAL, {"appeal_id": appeal_id}, replay=replay)
            now_ms = self._clock.read().wall_ms
            rows.note(
                SUBJECT + appeal_id, at_ms=now_ms, action="sitting attached", now=told.row["about"], who="hub", why=""
            )
        return replay

    def attached(self, appeal_id: str, *, who: str, how: str) -> bytes:
        """The sitting as it was attached; that somebody looked is noted first.

        Args:
            appeal_id: Of which appeal.
            who: The login of who looks.
            how: As what: `page`, `pdf` or `json`.

        Raises:
            UnknownAppealError: There is none.
            NotFoundError: No sitting is attached.
        """
        told = self.tell(appeal_id)
        replay: bytes | None = told.row["replay"]
        if replay is None:
            raise NotFoundError
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            before = rows.find(ENTRY, subject=SUBJECT + appeal_id, action=LOOKED, who=who, now=how)
            if all(one["at_ms"] <= now_ms - LOOK_MS for one in before):
                rows.note(SUBJECT + appeal_id, at_ms=now_ms, action=LOOKED, now=how, who=who, why="")
        return replay

    def relive(self, appeal_id: str, *, who: str, how: str) -> Relived:
        """The same, told once more from the sealed results, with the texts of the assessment.

        Raises:
            UnknownAppealError, NotFoundError: As `attached`.
            PocusError: The sealed results are not here any more, or no key opens them.
        """
        replay = self.attached(appeal_id, who=who, how=how)
        told = self.tell(appeal_id)
        sitting = self._relive(told.row["about"])
        return Relived(told=told, sitting=sitting, is_as_attached=written(sitting) == replay)

    def taken(self, rows: RegistryRows, account: Row, document: AnyDocument, now_ms: int) -> None:
        """A candidate's document came (`Taking`): an appeal."""
        if not isinstance(document, Appeal) or rows.find(APPEAL, appeal_id=document.appeal_id):
            return
        about = _subject(rows, account, document)
        refusal = self._refusal(rows, account, document, about, now_ms)
        state = TURNED_AWAY if refusal else RECEIVED
        rows.add(
            APPEAL,
            appeal_id=document.appeal_id,
            account_id=account["account_id"],
            ground=document.ground,
            about=about,
            state=state,
            received_ms=now_ms,
            refusal=refusal,
            replay=None,
            decided_ms=None,
            decided_by="",
        )
        rows.note(SUBJECT + document.appeal_id, at_ms=now_ms, action=state, now=refusal, who="portfolio", why="")
        if refusal:
            told = AppealDecision(
                appeal_decision_id=new_id("apd"),
                appeal_id=document.appeal_id,
                is_granted=False,
                reason=refusal,
                by="POCUS academy",
                decided_on=local_day(now_ms, document.zone),
                made_at_ms=now_ms,
            )
            self._portfolios.give(rows, account["account_id"], told, document.appeal_id)

    def _refusal(self, rows: RegistryRows, account: Row, document: Appeal, about: str, now_ms: int) -> str:
        """Rules 1 and 2: the code of why it is not taken; empty where it is."""
        try:
            decided_ms = self._decided_ms(rows, account, document, about)
            if decided_ms is None:
                return _NOTHING_OF_THEIRS
            decided_on = local_day(decided_ms, document.zone)
            require_appeal(document, decided_on, self._rules, received_at_ms=now_ms)
        except HubError:
            raise
        except PocusError as problem:
            return problem.code
        return ""

    def _decided_ms(self, rows: RegistryRows, account: Row, document: Appeal, about: str) -> int | None:
        """When what it is about was decided; None where there is no such thing of theirs."""
        if document.ground == TECHNOLOGY:
            standing = self._results.standing(about)
            mine = account["candidate_id"] or ""
            if standing is None or not same_candidate(self._sat.candidate_of(standing), mine):
                return None
            return standing.settled_at_ms
        found = rows.find(APPLICATION, application_id=about, account_id=account["account_id"])
        decided: int | None = found[0]["decided_ms"] if found else None
        return decided


def _subject(rows: RegistryRows, account: Row, document: Appeal) -> str:
    """The application or the sitting that an appeal is about (rule 1), whichever document of ours named it."""
    for row in rows.find(GIVEN, account_id=account["account_id"]):
        if row["kind"] not in _TELLING:
            continue
        told = payload_of(row["envelope"])
        if document_key(told)[1] == document.about:
            about: str = row["about"]
            return about
    return document.about
