"""At the centre: look into a packed sitting with the centre's key, and permit it to go on (formats/move 2 and 5).

Looking, in this order:

1. The files on the stick are those that were put there.
2. The admission is the hub's, and names this centre.
3. The journal opens with the centre's key, its chain is whole, and its last checkpoint holds (formats/journal 6.2).
4. Its first event began under that admission; its last row is the one that the stick tells.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, StationKeys
from pocus_desktop.admission.enrolling import read_request
from pocus_desktop.admission.latest_time import moment
from pocus_desktop.admission.move_permit import (
    VALID_MS,
    MovePermit,
    ToStation,
    issue_permit,
    key_info,
    make_permit,
    told_by,
)
from pocus_desktop.admission.roster import VerifiedRoster
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, ids, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.folder import ADMISSION
from pocus_desktop.sitting.journal import FILE_NAME, Journal
from pocus_desktop.sitting.moving.errors import (
    AlreadyPermittedError,
    NoCentreNamedError,
    NotFencedError,
    NotThisCentreError,
    OtherJournalError,
    UnknownStationError,
)
from pocus_desktop.sitting.moving.move_stick import PackedSitting

ISSUED: Final = ".permit"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOrder:
    """What the centre decides.

    Attributes:
        who: The proctor.
        is_first_off: The first station is off and stays off, says the proctor; needed where it did not let go.
        valid_ms: How long the permit can be used.
    """

    to: ToStation
    who: str
    why: str
    is_first_off: bool = False
    valid_ms: int = VALID_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedInto:
    """A packed sitting that the centre opened.

    Attributes:
        recorded: Everything that happened.
    """

    packed: PackedSitting
    admission: Admission
    admission_digest: str
    journal: Journal
    recorded: Sequence[Recorded]

    @property
    def last(self) -> Recorded:
        """What happened last."""
        return self.recorded[-1]

    @property
    def answers(self) -> int:
        """How many items were answered."""
        return len({one.event.item for one in self.recorded if isinstance(one.event, events.Answered)})


def history_digest(recorded: Sequence[Recorded]) -> str:
    """SHA-256 of events as a sealed result carries them (formats/move 2.3).

    Raises:
        NotCanonicalError: They hold a number that canonical JSON has no words for.
    """
    return canonical.digest(canonical.encode([one.as_json() for one in recorded]))


@contextmanager
def looked_into(packed: PackedSitting, *, own: StationKeys, hubs: Sequence[PublicKey]) -> Iterator[LookedInto]:
    """Rules 1 to 4; nothing of it stays on this computer.

    Raises:
        StickAlteredError: Rule 1.
        NoCentreNamedError, NotThisCentreError: Rule 2.
        OtherJournalError: Rule 4.
        PocusError: `sitting.*`, `crypto.*`: rules 2 and 3.
    """
    held = packed.read()
    verified = admissions.verify(held[ADMISSION], hubs)
    require_named(verified.admission, own.sealing.public)
    with tempfile.TemporaryDirectory(prefix="pocus-") as name:
        (Path(name) / FILE_NAME).write_bytes(held[FILE_NAME])
        journal, recorded = Journal.open(Path(name), keys=[own.sealing], signer=own.signing)
        try:
            require_begun(recorded, verified.digest, journal, packed)
            yield LookedInto(
                packed=packed,
                admission=verified.admission,
                admission_digest=verified.digest,
                journal=journal,
                recorded=recorded,
            )
        finally:
            journal.close()


def require_named(admission: Admission, centre: PublicKey) -> None:
    """The admission lets this centre resume.

    Raises:
        NoCentreNamedError, NotThisCentreError: It does not.
    """
    if admission.centre is None:
        raise NoCentreNamedError
    if admission.centre != centre:
        raise NotThisCentreError


def require_begun(
    recorded: Sequence[Recorded], admission_digest: str, journal: Journal, packed: PackedSitting
) -> events.Opened:
    """The event that began the sitting, under the admission beside it; the stick tells the truth of the journal.

    Raises:
        OtherJournalError: It began under another, or the last row is not the one that the stick tells.
    """
    first, told = recorded[0].event, packed.contents
    if not isinstance(first, events.Opened) or first.admission_digest != admission_digest:
        raise OtherJournalError
    if (journal.header.sitting, journal.last_seq, journal.head.hex()) != (told.sitting, told.last_seq, told.head):
        raise OtherJournalError
    return first


def permit(
    looked: LookedInto,
    order: MoveOrder,
    *,
    own: StationKeys,
    content_key: bytes | None,
    now_ms: int,
    issued: Path,
    again: bool = False,
) -> MovePermit:
    """Permit the move: the permit is noted here, then put on the stick.

    Args:
        looked: The sitting.
        order: What the centre decides.
        own: The centre's keys.
        content_key: The bundle's, for the new station; None where it needs none, or this computer does not have it.
        now_ms: Wall time.
        issued: Where permits that were issued here are noted.
        again: Permit although one was issued before.

    Raises:
        NotFencedError: The first station did not let go, and nobody said that it is off.
        AlreadyPermittedError: One was issued before.
        NoCentreNamedError: The admission names none.
        BadDocumentError: A name or reason has another form than documents allow.
        FileRefusedError, NotCopiedError: A disk does not take it.
    """
    contents = looked.packed.contents
    if not contents.is_fenced and not order.is_first_off:
        raise NotFencedError
    if not again:
        _require_first(looked, issued)
    if looked.admission.centre_id is None:
        raise NoCentreNamedError
    permit_id, sitting = ids.new_id("mov"), looked.journal.header.sitting
    reader = order.to.sealing
    sealed = None
    if content_key is not None:
        sealed = hpke.seal(reader, content_key, info=key_info(permit_id, sitting, "content"))
    document = make_permit(
        {
            "permit_id": permit_id,
            "sitting": sitting,
            "admission_id": looked.admission.admission_id,
            "admission_digest": looked.admission_digest,
            "centre_id": looked.admission.centre_id,
            "from_station": looked.journal.station,
            "to_station": order.to,
            "last_seq": looked.journal.last_seq,
            "head": looked.journal.head.hex(),
            "history": history_digest(looked.recorded),
            "is_fenced": contents.is_fenced,
            "sitting_key": looked.journal.seal_key_to(reader, info=key_info(permit_id, sitting, "sitting")),
            "content_key": sealed,
            "who": order.who,
            "why": order.why,
            "issued_at_ms": now_ms,
            "expires_at_ms": now_ms + order.valid_ms,
        }
    )
    envelope = issue_permit(document, own.signing)
    try:
        write_atomically(issued / f"{permit_id}{ISSUED}", envelope)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    looked.packed.keep_permit(envelope)
    log.event("move.permitted", permit=permit_id, sitting=sitting, to=reader.key_id, is_fenced=contents.is_fenced)
    return document


def station_of(wanted: str, rosters: Sequence[VerifiedRoster]) -> ToStation:
    """A station by what people call it.

    Args:
        wanted: Its name, the id of its enrolment or of one of its keys, or the file of its enrolment request.
        rosters: Those that were taken in at the centre, the newest first.

    Raises:
        UnknownStationError: There is none.
        PocusError: The file is no request.
    """
    for roster in rosters:
        for station in roster.roster.stations:
            if wanted in {station.name, station.enrolment_id, *station.is_of}:
                return _to({"name": station.name, "signing": station.signing, "sealing": station.sealing})
    path = Path(wanted)
    if not path.is_file():
        raise UnknownStationError(station=wanted)
    asked = read_request(path.read_bytes()).request
    return _to({"name": asked.name, "signing": asked.signing, "sealing": asked.sealing})


def _to(fields: Mapping[str, object]) -> ToStation:
    return ToStation.model_validate(fields)


def _require_first(looked: LookedInto, issued: Path) -> None:
    """No permit was issued for this state of the sitting, or for a later one.

    Raises:
        AlreadyPermittedError: One was.
    """
    for path in sorted(issued.glob(f"*{ISSUED}")):
        try:
            before = told_by(path.read_bytes())
        except (OSError, PocusError):  # damaged: it names no sitting
            continue
        if before.sitting == looked.journal.header.sitting and before.last_seq >= looked.journal.last_seq:
            raise AlreadyPermittedError(station=before.to_station.name, at=moment(before.issued_at_ms))
