"""What is missing for a certificate, by all that the academy knows of a candidate (formats/certificate 8.1)."""

from dataclasses import dataclass, replace
from typing import Final

from pocus_desktop.admission.admission import folded
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.programme.portfolios import Look, payload_of
from pocus_desktop.hub.programme.store import DOCUMENT, GIVEN, PORTFOLIO
from pocus_desktop.hub.programme.vouchers import Vouchers
from pocus_desktop.hub.registry.store import RegistryStore, Row
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.documents.academy import CertificateHeld, PeerOutcome
from pocus_desktop.programme.documents.registry import parse_document
from pocus_desktop.programme.next_steps import window_for
from pocus_desktop.programme.portfolio import Portfolio, gather
from pocus_desktop.programme.result import certificate_due
from pocus_desktop.programme.rules.choose import Rules

NEWEST: Final = 200
"""So many evaluations, the newest, are looked through for certificates that nobody has issued."""

_GIVEN: Final = frozenset({"decision", "result", "peer-outcome"})
"""What the academy gave that tells whether a certificate is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A certificate for which nothing is missing, and which nobody has issued.

    Attributes:
        account: The row of whose it is.
        since_ms: When the evaluation was decided.
    """

    account: Row
    application_id: str
    area: ContentArea
    since_ms: int


class Dues:
    """The desk; any thread may call."""

    def __init__(self, store: RegistryStore, vouchers: Vouchers, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._vouchers = vouchers
        self._rules = rules
        self._clock = clock

    def awaiting(self) -> tuple[Awaited, ...]:
        """Certificates that wait for whoever issues them, the longest first; of the newest evaluations.

        Raises:
            NoRuleError: Nothing was in force on the day of a sitting.
            StoreUnavailableError: The database does not answer.
        """
        given, _ = self._store.page(GIVEN, kind="peer-outcome", order="-given_ms", most=NEWEST)
        ids = tuple({row["account_id"] for row in given})
        issued = self._store.page(GIVEN, kind="certificate", account_id=ids, order="-given_ms", most=2 * NEWEST)[0]
        held: dict[tuple[str, ContentArea], int] = {}
        for row in issued:
            certificate = payload_of(row["envelope"])
            assert isinstance(certificate, CertificateHeld)  # noqa: S101 - given as one
            held.setdefault((row["account_id"], certificate.area), row["given_ms"])
        found: dict[tuple[str, ContentArea], Awaited] = {}
        for row in given:
            outcome = payload_of(row["envelope"])
            assert isinstance(outcome, PeerOutcome)  # noqa: S101 - given as one
            key = (row["account_id"], outcome.area)
            if key in found or not outcome.is_supported or held.get(key, 0) >= row["given_ms"]:
                continue
            account = self._store.look(PORTFOLIO, account_id=row["account_id"])[0]
            if account["candidate_id"] and not self.missing(account["candidate_id"], outcome.area):
                found[key] = Awaited(
                    account=account,
                    application_id=outcome.application_id,
                    area=outcome.area,
                    since_ms=row["given_ms"],
                )
        return tuple(sorted(found.values(), key=lambda one: (one.since_ms, one.application_id, one.area)))

    def missing(
        self, candidate_id: str, area: ContentArea, look: Look | None = None, sitting: str = ""
    ) -> tuple[Told, ...]:
        """What of application, voucher, assessment and evaluation is missing; of the application that lacks least.

        Args:
            candidate_id: Whose.
            area: Of the certificate.
            look: Reads rows, such as those of the transaction that issues it; as they are now where omitted.
            sitting: On which it would rest; whichever speaks most for the candidate where omitted.

        Raises:
            NoRuleError: Nothing was in force on the day of a sitting.
            StoreUnavailableError: The database does not answer.
        """
        look = look or self._store.look
        now_ms = self._clock.read().wall_ms
        least: tuple[Told, ...] = (Told.of("due.no-application"),)
        for account in look(PORTFOLIO, folded_id=folded(candidate_id)):
            papers = _papers(account["account_id"], look)
            if sitting:
                papers = replace(papers, results=tuple(one for one in papers.results if one.sitting_id == sitting))
            made = sorted(papers.applications, key=lambda one: one.made_at_ms)
            found = [
                certificate_due(
                    papers,
                    application,
                    area,
                    window_for(
                        [told.life for told in self._vouchers.of_application(application.application_id, look)],
                        application.application_id,
                        area,
                        now_ms,
                    ),
                    self._rules,
                ).missing
                for application in made
                if area in application.areas and not application.is_withdrawn
            ]
            least = min(reversed(found), key=len, default=least)
        return least


def _papers(account_id: str, look: Look) -> Portfolio:
    """Applications, and what the academy gave: cases, credentials and attestations (thousands) say nothing here."""
    sent = (parse_document(row["content"]) for row in look(DOCUMENT, account_id=account_id, kind="application"))
    given = (payload_of(row["envelope"]) for row in look(GIVEN, account_id=account_id) if row["kind"] in _GIVEN)
    return gather([*sent, *given])
