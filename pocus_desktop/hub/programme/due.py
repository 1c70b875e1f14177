"""What is missing for a certificate, by all that the academy knows of a candidate (formats/certificate 8.1)."""

from pocus_desktop.admission.admission import folded
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.programme.portfolios import Look, Portfolios
from pocus_desktop.hub.programme.store import PORTFOLIO
from pocus_desktop.hub.programme.vouchers import Vouchers
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.next_steps import window_for
from pocus_desktop.programme.result import certificate_due
from pocus_desktop.programme.rules.choose import Rules


class Dues:
    """The desk; any thread may call."""

    def __init__(
        self, store: RegistryStore, portfolios: Portfolios, vouchers: Vouchers, rules: Rules, clock: Clock
    ) -> None:
        self._store = store
        self._portfolios = portfolios
        self._vouchers = vouchers
        self._rules = rules
        self._clock = clock

    def missing(self, candidate_id: str, area: ContentArea, look: Look | None = None) -> tuple[Told, ...]:
        """What of application, voucher, assessment and evaluation is missing; of the application that lacks least.

        Args:
            candidate_id: Whose.
            area: Of the certificate.
            look: Reads rows, such as those of the transaction that issues it; as they are now where omitted.

        Raises:
            NoRuleError: Nothing was in force on the day of a sitting.
            StoreUnavailableError: The database does not answer.
        """
        look = look or self._store.look
        now_ms = self._clock.read().wall_ms
        least: tuple[Told, ...] = (Told.of("due.no-application"),)
        for account in look(PORTFOLIO, folded_id=folded(candidate_id)):
            papers = self._portfolios.papers(account["account_id"], look)
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
