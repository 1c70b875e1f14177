"""From what a candidate's portfolio says to whom the academy asks (docs/formats/peer-evaluation 1.4 to 1.8; ADR 0234).

1. What may change who is asked (a nomination, an entry, a decision, granted days) leaves a notice in the transaction
   that takes it. A notice is seen to later, as often as need be: doing it again changes nothing.
2. Nobody is asked before the area is approved and its window open, and nobody any more once it is not.
3. A nomination that cannot be taken is told back with its reason, and that is final: another is to be named.
4. Nobody is asked of whom the candidate does not say that they agreed, nor who has an interest in the outcome.
5. A reminder is sent where the candidate asks for it and the policy allows it; each request is looked at once.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.peers.desk import Desk
from pocus_desktop.hub.peers.errors import (
    BadNominationError,
    MayNotRemindError,
    MayNotReplaceError,
    SameAddressError,
    TooManyEvaluatorsError,
    UnwantedMailError,
)
from pocus_desktop.hub.peers.people import About, Person
from pocus_desktop.hub.peers.standings import standing_of
from pocus_desktop.hub.peers.store import EVALUATOR, NOTICE, PANEL, REQUEST, PeerStore
from pocus_desktop.hub.peers.telling import Telling, last_said
from pocus_desktop.hub.programme.store import APPLICATION, DOCUMENT, PORTFOLIO
from pocus_desktop.hub.registry.store import RegistryRows, Row, TakenError
from pocus_desktop.kernel import ids, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.academy import Decision, VoucherExtension, VoucherRefund
from pocus_desktop.programme.documents.candidate import (
    Account,
    Application,
    Nomination,
    ReminderRequest,
    VoucherEntry,
)
from pocus_desktop.programme.documents.registry import AnyDocument, parse_document
from pocus_desktop.programme.peers.errors import NoQuestionnaireError
from pocus_desktop.programme.peers.evaluator import Stage
from pocus_desktop.programme.peers.mailbox import mailbox
from pocus_desktop.programme.peers.panel import NotTaken, SeenStage
from pocus_desktop.programme.voucher import Window

WindowOf = Callable[[str, ContentArea], Window | None]
"""The open window of an area of an application; None where there is none."""

_WHO: Final = "portfolio"
_CHANGES: Final = (
    Application,
    Nomination,
    ReminderRequest,
    VoucherEntry,
    Decision,
    VoucherExtension,
    VoucherRefund,
)


class Nominating:
    """Sees to notices; any thread may call.

    Args:
        store: The tables.
        desk: Seats whom it is told to.
        telling: Tells portfolios.
        window_of: When an area may be evaluated.
        clock: The present.
    """

    def __init__(self, store: PeerStore, desk: Desk, telling: Telling, window_of: WindowOf, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._telling = telling
        self._window_of = window_of
        self._clock = clock

    def taken(self, rows: RegistryRows, account: Row, document: AnyDocument, now_ms: int) -> None:
        """A candidate's document came (`hub.programme.taking.Taking`)."""
        self.given(rows, account["account_id"], document, now_ms)

    def given(self, rows: RegistryRows, account_id: str, document: AnyDocument, now_ms: int) -> None:
        """The academy gave an account a document, or has one of it: rule 1."""
        if account_id and isinstance(document, _CHANGES):
            rows.add(NOTICE, notice_id=ids.new_id("ntc"), account_id=account_id, at_ms=now_ms)

    def see_to_notices(self) -> int:
        """See to every notice; how many accounts there were.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        by_account: dict[str, list[str]] = defaultdict(list)
        for row in self._store.look(NOTICE):
            by_account[row["account_id"]].append(row["notice_id"])
        for account_id, notices in by_account.items():
            try:
                self.see_to(account_id)
            except StoreUnavailableError:
                raise
            except PocusError as problem:  # its notices stay; nobody else waits for it
                log.failure(problem)
                continue
            with self._store.rows() as rows:
                rows.remove_notices(notices)
        return len(by_account)

    def see_to(self, account_id: str) -> None:
        """Ask whom an account names, and nobody whom it does not any more.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        documents = [parse_document(row["content"]) for row in self._store.look(DOCUMENT, account_id=account_id)]
        named = sorted(
            (one for one in documents if isinstance(one, Nomination)),
            key=lambda one: (one.made_at_ms, one.nomination_id),
        )
        own = {mailbox(one.email) for one in documents if isinstance(one, Account)}
        for application in self._store.look(APPLICATION, account_id=account_id):
            for area in map(ContentArea, application["areas"].split()):
                for_it = [one for one in named if _is_for(one, application["application_id"], area)]
                self._see_to_area(application, area, for_it, own)
        for one in documents:
            if isinstance(one, ReminderRequest):
                self._see_to_request(one, named)

    def _see_to_area(self, application: Row, area: ContentArea, named: Sequence[Nomination], own: set[str]) -> None:
        is_approved = area in application["approved"].split()
        window = self._window_of(application["application_id"], area) if is_approved else None
        now_ms = self._clock.read().wall_ms
        for panel in self._store.look(PANEL, application_id=application["application_id"], area=str(area)):
            closes_ms = min(panel["closes_ms"], now_ms) if window is None else window.ends_at_ms
            self._desk.move_window(panel["panel_id"], closes_ms, who=_WHO)
            if panel["outcome"] is not None:
                return
        if window is None:
            return
        account = self._store.look(PORTFOLIO, account_id=application["account_id"])[0]
        about = About(
            application_id=application["application_id"],
            candidate_id=account["candidate_id"],
            candidate_name=_printable(account["name"]),
            candidate_email="",
            area=area,
            closes_ms=window.ends_at_ms,
            zone=window.zone,
        )
        for one in named:
            self._see_to_nomination(one, about, application["account_id"], named, own)

    def _see_to_nomination(
        self, one: Nomination, about: About, account_id: str, named: Sequence[Nomination], own: set[str]
    ) -> None:
        if self._seat_of(one.nomination_id, about) is not None:
            return
        with self._store.rows() as rows:
            said = last_said(rows, account_id, one.nomination_id, about.area)
        if said is not None and said.state in {"refused", "unreachable", "replaced"}:  # rule 3
            return
        stage, why = self._taken_or_not(one, about, named, own)
        if stage is not None:
            now_ms = self._clock.read().wall_ms
            with self._store.rows(in_turn=True) as rows:
                self._telling.state(rows, about.application_id, one.nomination_id, about.area, stage, now_ms, why=why)
                told = why or stage
                rows.note(one.nomination_id, at_ms=now_ms, action="not-asked", now=told, who=_WHO, why=str(about.area))

    def _taken_or_not(
        self, one: Nomination, about: About, named: Sequence[Nomination], own: set[str]
    ) -> tuple[SeenStage | None, NotTaken | None]:
        """Seat a person; what is to be told where that is not done."""
        if any(other.replaces == one.nomination_id for other in named):  # before anybody was asked
            return "replaced", None
        if not one.has_agreed:  # nor where nothing was said of it
            return "refused", "agreement"
        if one.has_interest:
            return "refused", "interest"
        if mailbox(one.email) in own:
            return "refused", "own-address"
        try:
            self._seat(one, about)
        except SameAddressError:
            return "refused", "same-person"
        except TooManyEvaluatorsError:
            return "refused", "too-many"
        except MayNotReplaceError:
            return "refused", "may-not-replace"
        except UnwantedMailError:  # what they asked for is theirs to know
            return "unreachable", None
        except BadNominationError as problem:
            return "refused", "address" if problem.params["field"] == "email" else "name"
        except NoQuestionnaireError as problem:
            log.failure(problem)
        return None, None

    def _seat(self, one: Nomination, about: About) -> None:
        person = Person(
            name=one.name,
            email=one.email,
            background=one.background,
            language="es" if one.language == "es" else "en",
            nomination_id=one.nomination_id,
        )
        replaced = None if one.replaces is None else self._seat_of(one.replaces, about)
        if replaced is None or standing_of(replaced).stage is Stage.REPLACED:
            self._desk.nominate(about, [person], who=_WHO)
        else:
            self._desk.replace(replaced["evaluator_id"], person, who=_WHO, why="named by the candidate")

    def _seat_of(self, nomination_id: str, about: About) -> Row | None:
        for panel in self._store.look(PANEL, application_id=about.application_id, area=str(about.area)):
            for row in self._store.look(EVALUATOR, panel_id=panel["panel_id"], nomination_id=nomination_id):
                return row
        return None

    def _see_to_request(self, request: ReminderRequest, named: Sequence[Nomination]) -> None:
        """Rule 5."""
        if self._store.look(REQUEST, request_id=request.request_id):
            return
        is_own = any(one.nomination_id == request.nomination_id for one in named)
        before = self._store.look(REQUEST, nomination_id=request.nomination_id, is_done=True)
        is_done = False
        for seat in self._store.look(EVALUATOR, nomination_id=request.nomination_id) if is_own else ():
            try:
                self._desk.remind(seat["evaluator_id"], who=_WHO, why="asked by the candidate", asked=len(before))
            except MayNotRemindError as problem:
                log.failure(problem)
            else:
                is_done = True
        with self._store.rows() as rows, contextlib.suppress(TakenError):  # another process saw to it meanwhile
            rows.add(
                REQUEST,
                request_id=request.request_id,
                nomination_id=request.nomination_id,
                at_ms=self._clock.read().wall_ms,
                is_done=is_done,
            )


def _is_for(one: Nomination, application_id: str, area: ContentArea) -> bool:
    return one.application_id == application_id and (not one.areas or area in one.areas)


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())
