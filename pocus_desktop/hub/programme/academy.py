"""The academy's desks, joined over one database."""

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.programme.admitting import Admitting, AreaOf
from pocus_desktop.hub.programme.appeals import Appeals, Relive
from pocus_desktop.hub.programme.applications import Applications
from pocus_desktop.hub.programme.due import Dues
from pocus_desktop.hub.programme.files import Files
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.hub.programme.releasing import Releasing, SatAt
from pocus_desktop.hub.programme.sampling import Sampling
from pocus_desktop.hub.programme.vouchers import Vouchers
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import shipped_rules


class Academy:
    """What the academy decides; any thread may call.

    Attributes:
        tables: The database's tables and the trail, for lists.
        rules: The book.
        portfolios: What candidates sent, and what they are given.
        files: That prove what documents say.
        applications: Decided area by area.
        vouchers: From issue to the end of the window.
        sampling: Applications for the audit.
        appeals: Against decisions and sittings.
        admitting: From application to admission.
        releasing: Results to portfolios.
        dues: What is missing for certificates.
    """

    def __init__(
        self,
        tables: RegistryStore,
        results: HubStore,
        ring: KeyRing,
        registry: Registry,
        clock: Clock,
        *,
        files: Objects,
        relive: Relive,
        area_of: AreaOf,
        sat_at: SatAt,
        rules: Rules | None = None,
    ) -> None:
        """Join the desks.

        Args:
            tables: The registry's tables.
            results: The hub's records.
            ring: The academy's keys.
            registry: Whom the hub knows.
            clock: When things happen.
            files: Where candidates' files lie.
            relive: Tells a sitting from its sealed results.
            area_of: Tells the area of a bundle.
            sat_at: Tells when a sitting was handed in.
            rules: The book; the one that the program brings where omitted.
        """
        self.tables = tables
        self.rules = rules or shipped_rules()
        self.portfolios = Portfolios(tables, ring, clock)
        self.files = Files(tables, self.portfolios, files, ring, clock)
        self.applications = Applications(tables, self.portfolios, self.rules, clock)
        self.vouchers = Vouchers(tables, self.portfolios, ring, self.rules, clock)
        self.dues = Dues(tables, self.vouchers, self.rules, clock)
        self.sampling = Sampling(tables, clock)
        self.releasing = Releasing(
            tables, results, registry.results, self.portfolios, clock, area_of=area_of, sat_at=sat_at
        )
        self.appeals = Appeals(
            tables,
            results,
            registry.results,
            self.portfolios,
            self.applications,
            self.rules,
            clock,
            relive=relive,
            release=self.releasing.release,
        )
        self.admitting = Admitting(
            tables, self.applications, self.vouchers, registry.admissions, clock, area_of=area_of
        )
        for desk in (self.applications, self.vouchers, self.appeals):
            self.portfolios.tell(desk)
        self.portfolios.afterwards(self.applications.answered)
        self.portfolios.when_numbered(self.releasing.release)
        for looked_at in (registry.marks, registry.walk_ins):
            looked_at.afterwards(self.releasing.release)
            looked_at.afterwards(self._take_up)

    def _take_up(self, _sitting: str) -> None:
        """A word on one sitting may have ended the doubt about another."""
        self.releasing.take_up()
