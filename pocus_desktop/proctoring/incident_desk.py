"""The desk at which a room's incidents are filed, added to, looked up and sent: for console and command line."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from pocus_desktop.admission.proctor_order import Message
from pocus_desktop.admission.roster import VerifiedRoster
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.errors import NobodySitsError
from pocus_desktop.proctoring.incident_folder import (
    Filed,
    IncidentChangedError,
    IncidentFolder,
    Shelf,
    UnknownIncidentError,
)
from pocus_desktop.proctoring.incident_gathering import gather, with_evidence
from pocus_desktop.proctoring.incident_reference import new_reference
from pocus_desktop.proctoring.incident_report import SignedReport, read_report, sign_report
from pocus_desktop.proctoring.incident_sending import IncidentCarrier, Sent, academy_keys, send_waiting
from pocus_desktop.proctoring.incidents import LONGEST_LINE, MOST_BEYOND, Draft, Incident, amend, begin
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.policy import exceeded, given
from pocus_desktop.proctoring.room_state import RoomState
from pocus_desktop.proctoring.shared import SharedIncident

FOLDER: Final = "incidents"
"""Within the room's."""


class IncidentDesk:
    """A centre's incidents.

    Args:
        folder: The room's.
        centre_id: Whose room it is.
        signer: The centre's key.
        hubs: Keys that sign the academy's receipts.
        clock: The console's.
        room: The open room, which gives evidence and is told of each incident; None where another program holds it:
            then nothing is filed.
        rosters: What tells to which key of the academy reports are sealed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        centre_id: str,
        signer: SigningKey,
        hubs: Iterable[PublicKey],
        clock: Clock,
        room: LiveRoom | None,
        rosters: Callable[[], Iterable[VerifiedRoster]] = tuple,
    ) -> None:
        self._folder = IncidentFolder(folder / FOLDER, centres=[signer.public], hubs=hubs)
        self._centre_id = centre_id
        self._signer = signer
        self._clock = clock
        self._room = room
        self._rosters = rosters
        self._catch_up()

    @classmethod
    def of(
        cls, room: LiveRoom, folder: Path, *, clock: Clock, rosters: Callable[[], Iterable[VerifiedRoster]] = tuple
    ) -> "IncidentDesk":
        """The desk of an open room; see the class."""
        holder = room.holder
        return cls(
            folder,
            centre_id=holder.centre.centre_id,
            signer=holder.keys.signing,
            hubs=holder.hubs,
            clock=clock,
            room=room,
            rosters=rosters,
        )

    @property
    def state(self) -> RoomState:
        """The room, for a form that offers its stations."""
        return RoomState() if self._room is None else self._room.state

    def now_ms(self) -> int:
        """The console's wall time."""
        return self._clock.read().wall_ms

    def file(self, draft: Draft, station_ids: Iterable[str]) -> Filed:
        """File an incident with what the room knows of its stations; durable when this returns.

        Raises:
            UnknownKindError, BadDocumentError: What was written does not fit.
            FileRefusedError, JournalUnusableError: The disk does not take it.
        """
        state = self.state
        whole = self._under_policy(with_evidence(draft, gather(state, station_ids)))
        reference = new_reference()
        while self._is_taken(reference):
            reference = new_reference()
        incident = begin(
            whole,
            reference=reference,
            centre_id=self._centre_id,
            console=state.console or "-",
            now=self._clock.read(),
        )
        return self._keep(incident)

    def amend(self, reference: str, draft: Draft, station_ids: Iterable[str] = ()) -> Filed:
        """Add to an incident; what the room knows now of these stations is added, from where the last evidence ended.

        Raises:
            BadReferenceError, UnknownIncidentError, IncidentClosedError, IncidentChangedError: It cannot be added to.
            UnknownKindError, BadDocumentError, FileRefusedError, JournalUnusableError: As `file`.
        """
        before = self._folder.find(reference).report.incident
        seen = {one.sitting: one.last_seq for entry in before.entries for one in entry.evidence}
        whole = self._under_policy(with_evidence(draft, gather(self.state, station_ids, since=seen)))
        return self._keep(amend(before, whole, now=self._clock.read()))

    def has(self, reference: str, digest: str) -> bool:
        """Whether a report of another console is here already."""
        return self._folder.has(reference, digest)

    def listed(self) -> tuple[SharedIncident, ...]:
        """What is here, for another console.

        Raises:
            FileRefusedError: The folder cannot be read.
        """
        return tuple(
            SharedIncident(reference=one.reference, digest=one.report.digest) for one in self._folder.all().filed
        )

    def envelope(self, digest: str) -> bytes | None:
        """The latest report of an incident by its digest; None where it is not here."""
        found = (one.report.envelope for one in self._folder.all().filed if one.report.digest == digest)
        return next(found, None)

    def take(self, envelope: bytes) -> None:
        """Take a report that another console of this centre filed; one that contradicts what is here is kept beside it.

        Raises:
            PocusError: The centre did not sign it, or the disk does not take it.
        """
        report = read_report(envelope, [self._signer.public])
        try:
            held = self._folder.find(report.incident.reference).report.incident
        except UnknownIncidentError:
            held = None
        if held is not None and held.extends(report.incident):
            return  # what is here goes on from it
        try:
            self._folder.keep(report)
        except IncidentChangedError:
            self._folder.keep_other(report)
            return
        if self._room is not None:
            self._room.file_incident(_event(report.incident))

    def tell(self, reference: str, station_ids: Iterable[str], *, who: str, language: str) -> tuple[str, ...]:
        """Give candidates the reference on their screens, as a message; the ids of the stations that it goes to.

        Nobody sits at some of them: they are passed over. Who cannot be reached is told by voice.

        Raises:
            JournalUnusableError: The disk does not take it.
        """
        told: list[str] = []
        for station_id in station_ids:
            try:
                assert self._room is not None  # noqa: S101 - nothing is filed without it
                text = words.say("incident.message", language, reference=reference)
                self._room.order(station_id, Message(text=text), who=who)
            except NobodySitsError:
                continue
            told.append(station_id)
        return tuple(told)

    def all(self) -> Shelf:
        """Everything that is here, the latest filed first.

        Raises:
            FileRefusedError: The folder cannot be read.
        """
        self._follow()
        return self._folder.all()

    def find(self, said: str) -> Filed:
        """An incident by its reference, however that is typed.

        Raises:
            BadReferenceError, UnknownIncidentError: There is none.
        """
        return self._folder.find(said)

    def waiting(self) -> tuple[SignedReport, ...]:
        """What the academy has not signed for yet.

        Raises:
            FileRefusedError: The folder cannot be read.
        """
        self._follow()
        return self._folder.waiting()

    def send(self, carrier: IncidentCarrier) -> tuple[Sent, ...]:
        """Try what waits, once.

        Raises:
            NoAcademyKeyError, FileRefusedError: As `send_waiting`.
        """
        self._follow()
        return send_waiting(self._folder, carrier, academy_keys(self._rosters()))

    def _follow(self) -> None:
        """Believe whom the room believes now."""
        if self._room is not None:
            self._folder.believe(self._room.holder.hubs)

    def _under_policy(self, draft: Draft) -> Draft:
        """The draft, naming the policy in force and what the sittings concerned were granted beyond it."""
        held = None if self._room is None else self._room.policy
        if held is None:
            return draft
        found = [
            f"{one.sitting}: {each.told()}"[:LONGEST_LINE]
            for one in draft.evidence
            for each in exceeded(held.policy, given(self.state, one.admission_id))
        ]
        return replace(draft, policy=held.digest, beyond=tuple(found[:MOST_BEYOND]))

    def _is_taken(self, reference: str) -> bool:
        return any(one.reference == reference for one in self._folder.all().filed)

    def _catch_up(self) -> None:
        """Tell the room of what is filed and it does not know: the program ended between the two."""
        if self._room is None:
            return
        try:
            for one in reversed(self._folder.all().filed):
                incident = one.report.incident
                known = self._room.state.incidents.get(one.reference)
                if known is None or known.is_open is incident.last.is_closed:
                    self._room.file_incident(_event(incident))
        except PocusError as error:  # the disk refuses: nothing is filed until it takes something again
            log.failure(error)

    def _keep(self, incident: Incident) -> Filed:
        filed = self._folder.keep(sign_report(incident, self._signer))
        log.event("incident.filed", digest=filed.report.digest)
        if self._room is not None:
            self._room.file_incident(_event(incident))
        return filed


def _event(incident: Incident) -> dict[str, object]:
    """What the room's journal and grid are told."""
    first, last = incident.entries[0], incident.last
    return {
        "reference": incident.reference,
        "category": last.category,
        "told": " ".join(first.told.split())[:LONGEST_LINE],
        "stations": tuple(one.station_id for one in incident.stations),
        "who": last.who,
        "is_open": not last.is_closed,
    }
