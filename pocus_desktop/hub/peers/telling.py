"""What a portfolio is told of its evaluators: signed documents, in the transaction that changes something.

1. Where each stands, as `seen_by_applicant` has it: never whether they opened the link, nor why they declined.
2. Nothing is said twice; of two things said at one moment the later has the later moment.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.peers.store import PANEL
from pocus_desktop.hub.programme.portfolios import payload_of
from pocus_desktop.hub.programme.store import APPLICATION, GIVEN
from pocus_desktop.hub.registry.store import RegistryRows
from pocus_desktop.programme.documents.academy import EvaluatorState, PeerOutcome
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.peers.panel import NotTaken, SeenStage

Give: TypeAlias = Callable[[RegistryRows, str, AnyDocument, str], object]
"""As `hub.programme.portfolios.Portfolios.give`."""

_KIND: Final = "evaluator-state"


class Telling:
    """Tells portfolios; any thread may call.

    Args:
        give: Signs a document for an account.
    """

    def __init__(self, give: Give) -> None:
        self._give = give

    def of_evaluator(
        self, rows: RegistryRows, evaluator: Mapping[str, Any], stage: SeenStage, now_ms: int, *, is_again: bool = False
    ) -> None:
        """Where an evaluator stands, who was named in a portfolio."""
        panel = rows.among(PANEL, "panel_id", {evaluator["panel_id"]})[0]
        area = ContentArea(panel["area"])
        self.state(rows, panel["application_id"], evaluator["nomination_id"], area, stage, now_ms, is_again=is_again)

    def state(
        self,
        rows: RegistryRows,
        application_id: str,
        nomination_id: str,
        area: ContentArea,
        stage: SeenStage,
        now_ms: int,
        *,
        why: NotTaken | None = None,
        is_again: bool = False,
    ) -> None:
        """What becomes of a nomination in an area.

        Args:
            rows: Of the transaction.
            application_id: For which it was made; nobody is told of one that no portfolio sent.
            nomination_id: Which.
            area: Of the application.
            stage: What is told.
            now_ms: The present.
            why: Why it was not taken.
            is_again: Whether it is told where it was told before, as of each reminder.
        """
        for application in rows.among(APPLICATION, "application_id", {application_id}):
            account_id = application["account_id"]
            last = last_said(rows, account_id, nomination_id, area)
            if last is not None and (last.state, last.why) == (stage, why) and not is_again:
                continue
            at_ms = now_ms if last is None else max(now_ms, last.at_ms + 1)
            state = EvaluatorState(nomination_id=nomination_id, area=area, state=stage, why=why, at_ms=at_ms)
            self._give(rows, account_id, state, nomination_id)

    def outcome(
        self,
        rows: RegistryRows,
        application_id: str,
        *,
        area: ContentArea,
        is_supported: bool,
        policy: int,
        answered_on: date,
        now_ms: int,
    ) -> None:
        """What was decided on the answers of an area, by which version of the policy."""
        for application in rows.among(APPLICATION, "application_id", {application_id}):
            outcome = PeerOutcome(
                application_id=application_id,
                area=area,
                is_supported=is_supported,
                policy=policy,
                answered_on=answered_on,
                made_at_ms=now_ms,
            )
            self._give(rows, application["account_id"], outcome, application_id)


def last_said(rows: RegistryRows, account_id: str, nomination_id: str, area: ContentArea) -> EvaluatorState | None:
    """What was said last of a nomination in an area."""
    found = [
        state
        for row in rows.among(GIVEN, "about", {nomination_id})
        if row["account_id"] == account_id and row["kind"] == _KIND
        if isinstance(state := payload_of(row["envelope"]), EvaluatorState) and state.area == area
    ]
    return max(found, key=lambda state: state.at_ms, default=None)
