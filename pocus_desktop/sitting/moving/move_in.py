"""At the new station: take a permitted sitting in, whole or not at all (formats/move 4).

In this order:

1. The files on the stick are those that were put there.
2. The permit is signed by the centre that this station is enrolled with, names this station, and is not over.
3. The admission is the hub's, for this centre, and the one that the permit names.
4. The permit was not used here before, and no sitting is here that the one on the stick does not continue.
5. The bundle that it began with is here, and opens.
6. The journal opens with the key in the permit, is whole, and is the very one that was permitted.
7. What resumes it is made anew: for this station and the centre, and for nobody else.
8. It takes its place in one rename; then its admission, and the note that the permit is used.

Until the rename nothing is changed; after it, doing it again completes what was cut off.
"""

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import move_permit
from pocus_desktop.admission.admission import StationKeys, VerifiedAdmission
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.move_permit import MovePermit, VerifiedPermit, read_permit, require_usable
from pocus_desktop.admission.roster_folder import require_same_admission
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.verifier import open_known_bundle
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.files import FileRefusedError, make_folder, sync_folder, write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.kernel.volumes import require_own_disk
from pocus_desktop.sitting.folder import ADMISSION, PERMIT, MovedAway, SittingFolder
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.journal import FILE_NAME, Journal
from pocus_desktop.sitting.moving import fence
from pocus_desktop.sitting.moving.errors import (
    BundleMissingError,
    DivergedError,
    HandedInAlreadyError,
    NoCentreHereError,
    NoPermitError,
    OtherJournalError,
    PermitUsedError,
)
from pocus_desktop.sitting.moving.move_stick import Contents, PackedSitting
from pocus_desktop.sitting.moving.permitting import history_digest, require_begun, require_named
from pocus_desktop.sitting.store import JournalStore

_STAGED: Final = ".incoming-"
_USED: Final = ".used"


class Point(StrEnum):
    """Moments that a test may stop the process at."""

    STAGED = "staged"
    PLACED = "placed"
    ADMITTED = "admitted"
    NOTED = "noted"


Hook = Callable[[Point], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedIn:
    """A sitting that goes on here from now on."""

    permit: MovePermit
    admission: VerifiedAdmission


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new station, for which a sitting lies on a stick.

    Attributes:
        home: The station's.
        keys: Its keys.
        trusting: Whom it believes.
        clock: The present; never taken for earlier than the latest time seen here.
    """

    home: Home
    keys: StationKeys
    trusting: Trusting
    clock: Clock

    def verified(self, packed: PackedSitting) -> MovedIn:
        """Rules 1 to 3: what would go on here.

        Raises:
            NoPermitError: Rule 2: it lies there without one.
            NoCentreHereError: Rule 2: this station has no centre.
            NotTheCentresPermitError, PermitForOtherStationError, PermitOverError: Rule 2.
            NoCentreNamedError, NotThisCentreError, WrongCentreError, OtherJournalError: Rule 3.
            StickAlteredError: Rule 1.
            PocusError: `crypto.*`, `enrolment.*`, `sitting.*`: permit or admission are not what they must be.
        """
        held = packed.read()
        envelope = packed.permit()
        if envelope is None:
            raise NoPermitError
        centre = centre_of(held_grant(self.home, self.trusting.hubs, self.keys))
        permit = read_permit(envelope, [centre.signing]).permit
        require_usable(permit, self.keys, now_ms=self._unlocks.now_ms())
        admission = admissions.verify(held[ADMISSION], self.trusting.hubs)
        admissions.check(admission.admission, centre_id=centre.centre_id)
        require_named(admission.admission, centre.sealing)
        named = (permit.admission_id, permit.admission_digest, permit.centre_id)
        if named != (admission.admission.admission_id, admission.digest, centre.centre_id):
            raise OtherJournalError
        return MovedIn(permit=permit, admission=admission)

    def take_in(self, packed: PackedSitting, *, hook: Hook = lambda _point: None) -> MovedIn:
        """Rules 1 to 8.

        Args:
            packed: The sitting, as it lies on the stick.
            hook: Called at each `Point`.

        Raises:
            PermitUsedError, RosterConflictError: Rule 4.
            DivergedError, HandedInAlreadyError: Rule 4.
            BundleMissingError: Rule 5.
            OtherJournalError: Rule 6.
            FileRefusedError: The disk does not take it.
            NetworkDriveError: This station's things lie on a network drive.
            PocusError: As `verified`; `sitting.*`: the journal is not sound; as `UnlockDesk.content_key`.
        """
        moved = self.verified(packed)
        permit = moved.permit
        place = SittingFolder(path=self.home.sittings / permit.admission_id)
        used = self._used(permit)
        if used.exists():
            raise PermitUsedError
        require_own_disk(self.home.sittings)
        held = packed.read()
        require_same_admission(self.home, permit.admission_id, held[ADMISSION])
        if place.permit() != packed.permit():  # else it is in its place, and only the rest was cut off
            self._require_bundle(packed.contents, moved)
            self._place(packed, held, moved, place, hook)
        _let_go(SittingFolder(path=self._aside(permit)), permit, now_ms=self.clock.read().wall_ms)
        try:
            write_atomically(self.home.admission(permit.admission_id), held[ADMISSION])
            write_atomically(self.home.begun(permit.admission_id), b"")
            hook(Point.ADMITTED)
            write_atomically(used, b"")
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        hook(Point.NOTED)
        log.event("move.taken_in", permit=permit.permit_id, sitting=permit.sitting, last_seq=permit.last_seq)
        return moved

    def was_used(self, permit: MovePermit) -> bool:
        """Whether a permit was used here."""
        return self._used(permit).exists()

    def _used(self, permit: MovePermit) -> Path:
        return self.home.moves / f"{permit.permit_id}{_USED}"

    def _aside(self, permit: MovePermit) -> Path:
        """Where what was here before the rename goes; there may be none."""
        return self.home.sittings / f".before-{permit.permit_id}"

    @property
    def _unlocks(self) -> UnlockDesk:
        return UnlockDesk(home=self.home, keys=self.keys, trusting=self.trusting, clock=self.clock)

    def _require_bundle(self, contents: Contents, moved: MovedIn) -> None:
        """Rule 5."""
        entry = Library(self.home.library).held(contents.bundle_id, contents.bundle_version)
        if entry is None:
            raise BundleMissingError(bundle=contents.bundle_id, version=contents.bundle_version)
        with open_known_bundle(entry.path, digest=entry.record.digest) as bundle:
            key = move_permit.content_key(moved.permit, self.keys.sealing)
            if key is None:
                released = self._unlocks.content_key(
                    moved.admission.admission,
                    version=bundle.manifest.version,
                    is_sealed=bundle.manifest.mode == "sealed",
                    is_begun=True,
                )
                key = None if released is None else released.key
            bundle.unlock(key)

    def _place(
        self, packed: PackedSitting, held: Mapping[str, bytes], moved: MovedIn, place: SittingFolder, hook: Hook
    ) -> None:
        """Rules 4, 6 and 7, and the rename of 8."""
        permit, envelope = moved.permit, packed.permit()
        staged = self.home.sittings / f"{_STAGED}{secrets.token_hex(4)}"
        aside = self._aside(permit)
        try:
            make_folder(self.home.sittings)
            for left in self.home.sittings.glob(f"{_STAGED}*"):  # of a program that died
                shutil.rmtree(left)
            staged.mkdir()
            try:
                for name, data in ((FILE_NAME, held[FILE_NAME]), (ADMISSION, held[ADMISSION]), (PERMIT, envelope)):
                    write_atomically(staged / name, data or b"")
                self._make_own(staged, packed, moved)
                if place.has_journal:
                    _require_continued(place, staged)
                sync_folder(staged)
                hook(Point.STAGED)
                if place.path.exists():
                    place.path.replace(aside)
                staged.replace(place.path)
                sync_folder(self.home.sittings)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        hook(Point.PLACED)

    def _make_own(self, staged: Path, packed: PackedSitting, moved: MovedIn) -> None:
        """Rules 6 and 7."""
        permit = moved.permit
        key = move_permit.sitting_key(permit, self.keys.sealing)
        journal, recorded = Journal.open_by_key(staged, key=key, signer=self.keys.signing)
        try:
            require_begun(recorded, moved.admission.digest, journal, packed)
            found = (journal.header.sitting, journal.last_seq, journal.head.hex(), journal.station)
            if found != (permit.sitting, permit.last_seq, permit.head, permit.from_station):
                raise OtherJournalError
            if history_digest(recorded) != permit.history:
                raise OtherJournalError
            centre = moved.admission.admission.centre
            assert centre is not None  # noqa: S101 - rule 3
            journal.hand_over(self.keys.sealing.public, keep=centre)
        finally:
            journal.close()


def centre_of(grant: EnrolmentGrant | None) -> Centre:
    """The centre that this station is enrolled with.

    Raises:
        NoCentreHereError: There is none.
    """
    if grant is None or grant.centre is None:
        raise NoCentreHereError
    return grant.centre


def held_permit(folder: SittingFolder, grant: EnrolmentGrant | None, keys: StationKeys) -> MovePermit | None:
    """The permit by which a sitting goes on here; None where it began here.

    Raises:
        NoCentreHereError: There is one, and this station has no centre (any more).
        PermitForOtherStationError: It is another station's.
        PocusError: As `read_permit`.
    """
    envelope = folder.permit()
    if envelope is None:
        return None
    verified: VerifiedPermit = read_permit(envelope, [centre_of(grant).signing])
    require_usable(verified.permit, keys, now_ms=0)  # it was used in time
    return verified.permit


def _require_continued(here: SittingFolder, staged: Path) -> None:
    """The sitting that is here is the beginning of the one that comes.

    Raises:
        HandedInAlreadyError: It was handed in here.
        DivergedError: It is not.
    """
    if here.closed() is not None:
        raise HandedInAlreadyError
    with JournalStore.open(here.path / FILE_NAME) as store, JournalStore.open(staged / FILE_NAME) as coming:
        header, last = Header.from_text(store.header()), store.last()
        rows = coming.rows()
        is_same = header == Header.from_text(coming.header())
    if not is_same or last is None or last[0] > len(rows) or rows[last[0] - 1].digest != last[1]:
        raise DivergedError


def _let_go(before: SittingFolder, permit: MovePermit, *, now_ms: int) -> None:
    """What was here before goes on nowhere any more."""
    if not (before.path / FILE_NAME).exists():
        return
    if before.moved() is None:
        note = MovedAway(at_ms=now_ms, to=permit.permit_id, last_seq=permit.last_seq, head=permit.head)
        before.keep_moved(note)
    fence.finish(before)
