"""Incidents at the academy: taken from enrolled centres, kept as they were signed, answered with a receipt.

1. A sealed report opens with a key of the academy's, and is the one that its address names.
2. A centre that was ever enrolled has signed it, under its own name; how the centre stands is told beside it, and
   refuses nothing (adr/0093).
3. The same report again gives the same receipt.
4. A report that does not continue those before it of the same incident is kept all the same, and marked.
"""

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.errors import NameMismatchError, NotFoundError
from pocus_desktop.hub.registry.store import ENROLMENT, INCIDENT, RegistryRows, RegistryStore, Row, TakenError
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.proctoring.incident_record import IncidentRecord, IncidentTaken
from pocus_desktop.proctoring.incident_reference import read_reference
from pocus_desktop.proctoring.incident_report import (
    IncidentReceipt,
    NotForUsError,
    SignedReport,
    issue_receipt,
    open_report,
    read_report,
    told_by,
)
from pocus_desktop.proctoring.incidents import Incident


class Incidents:
    """The desk; any thread may call.

    Args:
        store: The registry's tables.
        ring: The academy's keys.
        clock: When things come.
    """

    def __init__(self, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock

    def take(self, data: bytes, digest: str) -> IncidentTaken:
        """Take a sealed report, durably.

        Args:
            data: As it came.
            digest: Of the signed report that must be inside.

        Raises:
            NotForUsError, CannotOpenSealedError, BadDocumentError, NewerDocumentError, NameMismatchError: Rule 1.
            NotTheCentresReportError: Rule 2.
            StoreUnavailableError: The database does not take it.
        """
        envelope = self._opened(data)
        if canonical.digest(envelope) != digest:
            raise NameMismatchError
        with self._store.rows() as rows:
            held = rows.find(INCIDENT, digest=digest)
            if held:
                return IncidentTaken(receipt=held[0]["receipt"], is_new=False)
            report = read_report(envelope, _keys(rows, told_by(envelope).centre_id))
            receipt = self._enter(rows, report)
        log.event("hub.incident", digest=digest)
        return IncidentTaken(receipt=receipt, is_new=True)

    def all(self) -> tuple[IncidentRecord, ...]:
        """Every incident as its latest report has it, those that came last first."""
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self._store.look(INCIDENT):
            found.setdefault((row["centre_id"], row["reference"]), []).append(row)
        records = [self._record(rows) for rows in found.values()]
        return tuple(sorted(records, key=lambda one: (-one.received_ms, one.reference)))

    def reports(self, said: str) -> tuple[bytes, ...]:
        """Every report of an incident, in the order in which they came.

        Raises:
            BadReferenceError: It is no reference.
            NotFoundError: None of it came.
        """
        rows = self._store.look(INCIDENT, reference=read_reference(said))
        if not rows:
            raise NotFoundError
        return tuple(row["envelope"] for row in sorted(rows, key=_came))

    def _opened(self, data: bytes) -> bytes:
        try:
            return open_report(data, self._ring.openers)
        except NotForUsError:
            if not self._ring.refresh():  # the first sign that the academy's keys were exchanged
                raise
            return open_report(data, self._ring.openers)

    def _enter(self, rows: RegistryRows, report: SignedReport) -> bytes:
        incident, now_ms = report.incident, self._clock.read().wall_ms
        earlier = rows.find(INCIDENT, centre_id=incident.centre_id, reference=incident.reference)
        is_extending = all(_agree(incident, told_by(row["envelope"])) for row in earlier)
        receipt = issue_receipt(
            IncidentReceipt(
                digest=report.digest,
                reference=incident.reference,
                centre_id=incident.centre_id,
                entries=len(incident.entries),
                is_extending=is_extending,
                received_at_ms=now_ms,
            ),
            self._ring.signer,
        )
        try:
            rows.add(
                INCIDENT,
                digest=report.digest,
                centre_id=incident.centre_id,
                reference=incident.reference,
                entries=len(incident.entries),
                received_ms=now_ms,
                is_extending=is_extending,
                envelope=report.envelope,
                receipt=receipt,
            )
        except TakenError:  # another process was faster: its receipt is the one that counts
            return bytes(rows.find(INCIDENT, digest=report.digest)[0]["receipt"])
        return receipt

    def _record(self, rows: list[Row]) -> IncidentRecord:
        latest = max(rows, key=lambda row: (row["entries"], row["received_ms"], row["digest"]))
        incident = told_by(latest["envelope"])
        centres = self._store.look(ENROLMENT, kind="centre", centre_id=incident.centre_id)
        standings = sorted(str(one["state"]) for one in centres)  # an active one before one that ended
        return IncidentRecord(
            reference=incident.reference,
            centre_id=incident.centre_id,
            standing=standings[0] if standings else "-",
            category=incident.last.category,
            kind=incident.last.kind,
            reports=len(rows),
            entries=len(incident.entries),
            filed_ms=incident.entries[0].at.wall_ms,
            received_ms=max(int(row["received_ms"]) for row in rows),
            candidates=tuple(sorted({one.candidate_id for each in incident.entries for one in each.evidence})),
            is_closed=incident.last.is_closed,
            is_contradicted=not all(row["is_extending"] for row in rows),
        )


def _keys(rows: RegistryRows, centre_id: str) -> tuple[PublicKey, ...]:
    """Every key under which a centre was ever enrolled."""
    found = rows.find(ENROLMENT, kind="centre", centre_id=centre_id)
    return tuple(PublicKey(algorithm="ed25519", raw=row["signing"]) for row in found)


def _agree(one: Incident, other: Incident) -> bool:
    return one.extends(other) or other.extends(one)


def _came(row: Row) -> tuple[int, int, str]:
    return row["received_ms"], row["entries"], row["digest"]
