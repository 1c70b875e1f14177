"""The registry's desks, joined over one database."""

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.registry.admissions import Admissions, SatAt
from pocus_desktop.hub.registry.candidates import Candidates
from pocus_desktop.hub.registry.enrolments import Enrolments
from pocus_desktop.hub.registry.incidents import Incidents
from pocus_desktop.hub.registry.marks import AdmissionOf, Marks
from pocus_desktop.hub.registry.policies import Policies
from pocus_desktop.hub.registry.reconciling import WalkIns
from pocus_desktop.hub.registry.results import Results
from pocus_desktop.hub.registry.rosters import Rosters
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.kernel.clock import Clock


class Registry:
    """Whom the hub knows; any thread may call.

    Attributes:
        enrolments: Stations and centres.
        candidates: People.
        admissions: Who may sit what.
        marks: Results that a person has to look at.
        rosters: A centre's day in one file.
        walk_ins: What centres let begin.
        results: Scores with what must be known beside them.
        incidents: What centres filed.
        policies: What proctors may grant.
    """

    def __init__(
        self, store: HubStore, ring: KeyRing, clock: Clock, *, sat_at: SatAt, admission_of: AdmissionOf
    ) -> None:
        """Open the registry's tables, making them where they are missing.

        Args:
            store: The hub's records, in whose database the tables lie.
            ring: The academy's keys.
            clock: When things happen.
            sat_at: When a sitting was last heard of.
            admission_of: The admission inside an accepted envelope.

        Raises:
            StoreUnavailableError: The database does not work.
            StoreMismatchError: It is of another version.
        """
        rows = RegistryStore(store)
        self.enrolments = Enrolments(rows, ring, clock)
        self.candidates = Candidates(rows, clock)
        self.admissions = Admissions(rows, store, ring, clock, sat_at=sat_at)
        self.marks = Marks(rows, store, ring, clock, admission_of=admission_of)
        self.rosters = Rosters(rows, self.admissions, ring, clock)
        self.walk_ins = WalkIns(rows, self.admissions, ring, clock)
        self.results = Results(store, self.marks, self.walk_ins)
        self.incidents = Incidents(rows, ring, clock)
        self.policies = Policies(rows, ring, clock)
