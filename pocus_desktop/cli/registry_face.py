"""What commands ask the hub's registry for, in the documents and records that both sides read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.admission.enrolling import Kind
from pocus_desktop.admission.records import (
    AdmissionRecord,
    Admitted,
    CandidateRecord,
    EnrolmentRecord,
    Entry,
    MadeRoster,
    Mark,
    OneTimeCode,
    Order,
    RosterOrder,
    WalkInRecord,
)
from pocus_desktop.admission.windows import Rules
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.proctoring.incident_record import IncidentRecord, IncidentTaken


class EnrolmentDesk(Protocol):
    """Stations and centres."""

    def set_terms(
        self,
        *,
        root: bytes | None = None,
        hub_url: str | None = None,
        publishers: tuple[PublicKey, ...] | None = None,
    ) -> None:
        """What every later grant tells."""

    def set_zone(self, centre_id: str, zone: str, *, who: str) -> None:
        """In which time zone a centre's days are reckoned."""

    def zone(self, centre_id: str) -> str:
        """The time zone of a centre."""

    def new_code(self, *, kind: Kind, centre_id: str | None, valid_ms: int, who: str) -> OneTimeCode:
        """A code for one enrolment over the network."""

    def enrol(
        self, request: bytes, *, who: str, why: str = "", name: str | None = None, centre_id: str | None = None
    ) -> bytes:
        """Grant a request; the grant's envelope."""

    def grant_again(self, wanted: str) -> bytes:
        """The grant as it stands now."""

    def all(self) -> tuple[EnrolmentRecord, ...]:
        """Every station and centre."""

    def history(self, wanted: str) -> tuple[Entry, ...]:
        """What happened to one."""

    def rename(self, wanted: str, *, name: str, who: str, why: str) -> EnrolmentRecord:
        """Call it something else."""

    def move(self, wanted: str, *, centre_id: str | None, who: str, why: str) -> EnrolmentRecord:
        """Let a station belong to another centre."""

    def retire(self, wanted: str, *, who: str, why: str) -> EnrolmentRecord:
        """End it in good standing."""

    def revoke(self, wanted: str, *, who: str, why: str, since_ms: int | None = None) -> EnrolmentRecord:
        """End it in distrust."""


class CandidateDesk(Protocol):
    """People."""

    def add(
        self,
        *,
        candidate_id: str,
        name: str,
        photo: bytes | None = None,
        who: str,
        why: str = "",
        is_replacing: bool = False,
    ) -> CandidateRecord:
        """Enter a person, or correct one."""

    def find(self, candidate_id: str) -> CandidateRecord:
        """By ID number."""

    def all(self) -> tuple[CandidateRecord, ...]:
        """Everyone."""

    def history(self, candidate_id: str) -> tuple[Entry, ...]:
        """What was changed about a person."""

    def accommodate(self, candidate_id: str, accommodations: Accommodations, *, who: str, why: str) -> CandidateRecord:
        """Keep what makes this person's sittings fair."""


class AdmissionDesk(Protocol):
    """Who may sit what."""

    def set_rules(self, bundle_id: str, rules: Rules, *, who: str, why: str) -> None:
        """How often and when an assessment may be sat."""

    def admit(self, order: Order, *, who: str, why: str = "") -> Admitted:
        """Issue an admission."""

    def of(self, candidate_id: str) -> tuple[AdmissionRecord, ...]:
        """A person's admissions."""

    def withdraw(self, admission_id: str, *, who: str, why: str) -> None:
        """Hand it out no more."""

    def envelope(self, admission_id: str) -> bytes:
        """The admission itself, again."""


class MarkDesk(Protocol):
    """Results that a person has to look at."""

    def all(self, sitting: str | None = None) -> tuple[Mark, ...]:
        """Every marked result, or those of a sitting."""

    def decide(self, sitting: str, decision: Literal["keep", "set-aside"], *, who: str, why: str) -> tuple[Mark, ...]:
        """Say whether they count."""


class RosterDesk(Protocol):
    """A centre's day in one file."""

    def make(self, order: RosterOrder, *, who: str, why: str = "") -> MadeRoster:
        """Put it together."""


class WalkInDesk(Protocol):
    """What centres let begin."""

    def all(self, *, sitting: str | None = None) -> tuple[WalkInRecord, ...]:
        """Every walk-in whose result came, or that of a sitting."""

    def match(self, sitting: str, *, candidate_id: str, admission_id: str | None, who: str, why: str) -> WalkInRecord:
        """Say who sat it, and under which admission."""

    def reject(self, sitting: str, *, who: str, why: str) -> WalkInRecord:
        """Say that it does not count."""


class IncidentDesk(Protocol):
    """What centres filed of their rooms."""

    def take(self, data: bytes, digest: str) -> IncidentTaken:
        """Take a sealed report; the same one again gives the same receipt."""

    def all(self) -> tuple[IncidentRecord, ...]:
        """Every incident as its latest report has it, those that came last first."""

    def reports(self, said: str) -> tuple[bytes, ...]:
        """Every report of an incident, as its centre signed it, by its reference."""


class PolicyDesk(Protocol):
    """What a centre's proctors may grant."""

    def make(self, centre_id: str, terms: Mapping[str, object], *, who: str, why: str = "") -> bytes:
        """Sign a policy; its envelope."""


class ResultDesk(Protocol):
    """Scores with what must be known beside them."""

    def report(self, sitting: str) -> str:
        """A sitting's report as JSON."""


class RegistryDesk(Protocol):
    """The registry of an open hub."""

    @property
    def enrolments(self) -> EnrolmentDesk:
        """Stations and centres."""

    @property
    def candidates(self) -> CandidateDesk:
        """People."""

    @property
    def admissions(self) -> AdmissionDesk:
        """Who may sit what."""

    @property
    def marks(self) -> MarkDesk:
        """Results that a person has to look at."""

    @property
    def rosters(self) -> RosterDesk:
        """A centre's day in one file."""

    @property
    def walk_ins(self) -> WalkInDesk:
        """What centres let begin."""

    @property
    def incidents(self) -> IncidentDesk:
        """What centres filed of their rooms."""

    @property
    def policies(self) -> PolicyDesk:
        """What a centre's proctors may grant."""

    @property
    def results(self) -> ResultDesk:
        """Scores with what must be known beside them."""


class OpenRegistry(Protocol):
    """The hub's registry, open as long as the context lasts."""

    def __call__(
        self, *, folder: Path, keys: Path, passphrase: str, database_url: str | None
    ) -> AbstractContextManager[RegistryDesk]:
        """Open it."""
