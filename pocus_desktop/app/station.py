"""A candidate's station: the admissions present, the library, the sittings, and what they seal on its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import move_permit
from pocus_desktop.admission.admission import Admission, StationKeys, VerifiedAdmission
from pocus_desktop.admission.enrolment import centre_id_of, held_grant
from pocus_desktop.admission.errors import TooLateError
from pocus_desktop.admission.latest_time import ClockSetBackError, LatestTime, moment
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.move_permit import MovePermit
from pocus_desktop.admission.sign_in import CodeGate
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.admission.unlocking import ReleasedKey
from pocus_desktop.admission.windows import require_not_begun
from pocus_desktop.app.deliveries import Deliveries
from pocus_desktop.app.hosted import BundleSitting
from pocus_desktop.app.letting_in import LettingIn, vouched_ms
from pocus_desktop.app.room_watch import RoomWatch
from pocus_desktop.bundle.errors import ExpiredError
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.pinned import is_enrolled
from pocus_desktop.bundle.verifier import VerifiedBundle, open_known_bundle
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home
from pocus_desktop.kernel.volumes import require_own_disk
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.events import IntegrityNoted
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.moving.move_in import Arrival, held_permit
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.outlook import tell_outlook
from pocus_desktop.sync.transport import Transport
from pocus_desktop.ui.candidate.desk import AdmissionChoice, Link, RoomCode, RoomLink

if TYPE_CHECKING:
    from pocus_desktop.app.station_rooms import StationRooms


class NoSuchAdmissionError(PocusError):
    """The admission asked for is not on this computer."""

    code = "app.no_such_admission"
    blame = Blame.USER


class VersionMissingError(PocusError):
    """The bundle version that a sitting was begun with is no longer in the library."""

    code = "app.version_missing"
    blame = Blame.ENVIRONMENT


class JournalLostError(PocusError):
    """A sitting was begun here, and its journal is gone or empty; it is never taken for one that was not begun."""

    code = "app.journal_lost"
    blame = Blame.ENVIRONMENT


class OpenSitting(BundleSitting):
    """A sitting of an admission; what the candidate's window hosts."""


class Station:
    """The desk of one computer: signs candidates in, opens and resumes sittings, sends what they seal."""

    def __init__(
        self, home: Home, *, keys: StationKeys, trusting: Trusting, transport: Transport, clock: Clock
    ) -> None:
        self._home = home
        self._keys = keys
        self._trusting = trusting
        self._clock = clock
        self._library = Library(home.library)
        self._latest = LatestTime(home.latest_time)
        self._unlocks = UnlockDesk(home=home, keys=keys, trusting=trusting, clock=clock)
        self._deliveries = Deliveries(home, transport=transport, hubs=trusting.hubs, clock=clock, latest=self._latest)
        self._codes = CodeGate()
        self._letting_in = LettingIn(home, keys)
        self._open: list[BundleSitting] = []
        self._rooms = RoomWatch(home.paired_rooms, self._open_links)
        self._begun_ms = clock.read().wall_ms
        self._link_problem = ""

    @property
    def arrival(self) -> Arrival:
        """Where sittings that were moved to this station come in."""
        return Arrival(home=self._home, keys=self._keys, trusting=self._trusting, clock=self._clock)

    @property
    def outbox(self) -> Outbox:
        """What waits to be sent, and what was received."""
        return self._deliveries.outbox

    def admit(self, envelope: bytes) -> str:
        """Take an admission in; its id. Taking it twice is taking it once.

        Raises:
            PocusError: No trusted hub signed it, or it is something else.
            FileRefusedError: The disk does not take it.
        """
        verified = admissions.verify(envelope, self._trusting.hubs)
        admission_id = verified.admission.admission_id
        try:
            write_atomically(self._home.admission(admission_id), envelope)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        return admission_id

    def choices(self, language: str) -> Sequence[AdmissionChoice]:
        """The admissions present, those to be resumed first; one that cannot be used says why."""
        self._deliveries.sweep()
        found = [self._choice(path, language) for path in sorted(self._home.admissions.glob(f"*{ADMISSION_SUFFIX}"))]
        return tuple(sorted(found, key=lambda choice: not choice.is_resumable))

    def open(
        self,
        *,
        candidate_id: str,
        admission_id: str,
        language: str,
        code: str = "",
        words: str = "",
        room_code: RoomCode | None = None,
    ) -> OpenSitting:
        """Open the sitting of an admission, or resume it where it was begun.

        A sitting that was begun goes on with the version of the bundle that it was begun with, whatever was imported
        since, and after its window and the bundle's validity are over. Who is let in by a code of the room is not asked
        for a code of their own, and begins within the window whatever the clock says.

        Raises:
            PocusError: The candidate is another one, the bundle is missing, the window is over, …
        """
        admission = self._admission(admission_id)
        admitted = admission.admission
        grant = held_grant(self._home, self._trusting.hubs, self._keys)
        permit = held_permit(SittingFolder(path=self._folder(admission_id)), grant, self._keys)
        admissions.check(
            admitted,
            candidate_id=candidate_id,
            station_id=self._keys.station_id if permit is None else None,  # the centre let it go on here
            centre_id=centre_id_of(grant),
        )
        if room_code is None:
            self._codes.check(admitted, code, now_ms=self._clock.read().monotonic_ms)
        else:
            self._letting_in.use(admission, room_code, self._clock.read())
        if words:
            self._unlocks.hear(words)
        folder = self._sitting_folder(admitted.admission_id)
        is_begun = folder.has_journal
        if admitted.mode in (Mode.LIVE, Mode.TRIAL):
            require_not_begun(admitted, self._begun_here())
        if not is_begun:
            require_own_disk(self._home.sittings)
        moment_ms = self._latest_ms() if room_code is None else vouched_ms(admitted.window, self._latest_ms())
        note = "" if is_begun else self._heard().require_may_begin(str(admitted.mode), moment_ms)
        bundle = self._bundle_again(folder) if is_begun else self._bundle(admitted, moment_ms)
        try:
            released = self._released(admitted, bundle, permit, is_begun=is_begun)
            content = bundle.unlock(released.key if released is not None else None)
            material = Material.of(bundle, content)
            notes = [IntegrityNoted(what="trust-stale", detail=note)] if note else []
            if released is not None and released.told:
                notes.append(IntegrityNoted(what="unlocked", detail=released.told))
            sitting = self._begin_or_resume(admission, material, candidate_id, language, notes, moment_ms)
            self._note_begun(admitted.admission_id)
        except BaseException:
            bundle.close()
            raise
        told = self._letting_in.tell(sitting, admission_id)

        def closed(opened: BundleSitting) -> None:
            if opened.sitting.saved == "saved":  # whatever was recorded is durable by then, unless the disk refused
                told()
            self._let_go(opened)

        opened = OpenSitting(sitting, bundle, content, photo=admitted.photo or b"", on_closed=closed)
        self._open.append(opened)
        self._deliveries.watch(sitting)
        self._rooms.watch(sitting)
        log.event("station.opened", admission=admission_id, mode=str(admitted.mode))
        return opened

    def waiting(self, language: str) -> Explanation | None:
        """What waits in the outbox and what to do; None for nothing, or where the outbox cannot be read just now."""
        self._rooms.look()
        try:
            rows = self.outbox.rows()
        except PocusError:  # `link` tells of it
            return None
        return tell_outlook(rows, now_ms=self._clock.read().wall_ms, language=language)

    def link(self) -> Link:
        """How it stands with the hub, by what the outbox met.

        Returns:
            offline while a result waits after a failed try, online once one was received since this program began, and
            none before either, or where results leave by another way than a hub's address.
        """
        self._rooms.look()
        return self._hub_link()

    def room_link(self) -> RoomLink:
        """How it stands with the proctor's room."""
        rooms = self._rooms.look()
        return "none" if rooms is None else rooms.standing or "none"

    def _open_links(self) -> StationRooms:
        """The links to the rooms that this station is paired with; on a thread of their own."""
        from pocus_desktop.app.room_links import open_room_links  # the network: a station without a room needs none

        return open_room_links(
            self._home,
            keys=self._keys,
            hubs=self._trusting.hubs,
            clock=self._clock,
            waiting=lambda: sum(row.delivered_ms is None for row in self.outbox.rows()),
            received=lambda: [row.digest for row in self.outbox.rows() if row.delivered_ms is not None],
            hub=self._hub_link,
        )

    def _hub_link(self) -> Link:
        if not self._trusting.hub_url:
            return "none"
        try:
            rows = self.outbox.rows()
        except PocusError as error:
            if error.code != self._link_problem:  # once, although it is asked for every few seconds
                self._link_problem = error.code
                log.failure(error)
            return "offline"
        self._link_problem = ""
        if any(row.problem and row.status is not Status.QUARANTINED for row in rows):
            return "offline"
        received = [row.delivered_ms for row in rows if row.delivered_ms is not None]
        return "online" if max(received, default=0) >= self._begun_ms else "none"

    def send_now(self) -> None:
        """Try everything that waits in the outbox at once."""
        self._deliveries.send_now()

    def close(self) -> None:
        """Let go of everything, sittings under way first; what waits stays on the disk for the next start."""
        for opened in tuple(self._open):
            opened.close()
        self._rooms.close()
        self._deliveries.close()

    def _let_go(self, opened: BundleSitting) -> None:
        """Forget a sitting that was closed: its answers are not kept for the next candidate's time."""
        self._deliveries.leave(opened.sitting)
        self._rooms.leave(opened.sitting)
        if opened in self._open:
            self._open.remove(opened)

    def _heard(self) -> Trusting:
        """What this station believes now: it may have been refreshed, or a proctor's word given, while this ran.

        Raises:
            PocusError: As `Trusting.load`.
        """
        if is_enrolled(self._home.trust_state):
            self._trusting = Trusting.load(self._home)
        return self._trusting

    def _bundle(self, admitted: Admission, latest_ms: int) -> VerifiedBundle:
        """The newest bundle of an admission, opened inside both windows; the clock cannot be turned back into them."""
        now_ms = self._clock.read().wall_ms
        seen_ms = self._latest.seen_ms()
        try:
            admissions.check(admitted, now_ms=latest_ms)
            entry = self._library.find(admitted.bundle_id, admitted.minimum_version)
            bundle = self._library.open(entry, self._trusting.policy, now_ms=latest_ms, app_version=__version__)
        except (TooLateError, ExpiredError) as problem:
            if now_ms < seen_ms:
                raise ClockSetBackError(now=moment(now_ms), seen=moment(seen_ms)) from problem
            raise
        self._latest.note(min(latest_ms, self._latest_ms()))
        return bundle

    def _released(
        self, admitted: Admission, bundle: VerifiedBundle, permit: MovePermit | None, *, is_begun: bool
    ) -> ReleasedKey | None:
        """The key of an embargoed bundle, once it is released; a sitting that was begun goes on after that."""
        manifest = bundle.manifest
        moved = None if permit is None else move_permit.content_key(permit, self._keys.sealing)
        if moved is not None:
            return ReleasedKey(key=moved, way="admission")
        is_sealed = manifest.mode == "sealed"
        return self._unlocks.content_key(admitted, version=manifest.version, is_sealed=is_sealed, is_begun=is_begun)

    def _begun_here(self) -> Sequence[Admission]:
        """The admissions whose sittings were begun at this station."""
        found: list[Admission] = []
        for path in sorted(self._home.admissions.glob(f"*{ADMISSION_SUFFIX}")):
            admission_id = path.name.removesuffix(ADMISSION_SUFFIX)
            if self._home.begun(admission_id).exists():
                try:
                    found.append(self._admission(admission_id).admission)
                except PocusError as problem:  # one that can no longer be read keeps nobody else from sitting
                    log.failure(problem)
        return found

    def _latest_ms(self) -> int:
        """The present, never earlier than the latest time seen here."""
        return max(self._clock.read().wall_ms, self._latest.seen_ms())

    def _bundle_again(self, folder: SittingFolder) -> VerifiedBundle:
        """The bundle that a sitting was begun with, whatever was revoked or is over since (formats/bundle 5.7)."""
        header = folder.header()
        entry = self._library.held(header.bundle_id, header.bundle_version)
        if entry is not None:
            return open_known_bundle(entry.path, digest=entry.record.digest)
        raise VersionMissingError(bundle=header.bundle_id, version=header.bundle_version)

    def _begin_or_resume(
        self,
        admission: VerifiedAdmission,
        material: Material,
        candidate_id: str,
        language: str,
        notes: Sequence[IntegrityNoted],
        moment_ms: int,
    ) -> Sitting:
        """`notes` stand in the first write of a sitting that begins; one that goes on has its own."""
        folder = self._folder(admission.admission.admission_id)
        if SittingFolder(path=folder).has_journal:
            return Sitting.resume(folder, material=material, station=self._keys, clock=self._clock)
        return Sitting.open(
            folder,
            admission=admission,
            material=material,
            station=self._keys,
            clock=self._clock,
            candidate_id=candidate_id,
            language=language,
            notes=notes,
            moment_ms=moment_ms,
        )

    def _admission(self, admission_id: str) -> VerifiedAdmission:
        try:
            envelope = self._home.admission(admission_id).read_bytes()
        except OSError as problem:
            raise NoSuchAdmissionError(admission=admission_id) from problem
        return admissions.verify(envelope, self._trusting.hubs)

    def _choice(self, path: Path, language: str) -> AdmissionChoice:
        """An admission as it is listed; what keeps it from being sat is told in place of how it counts."""
        admission_id = path.name.removesuffix(ADMISSION_SUFFIX)
        listed = AdmissionChoice(admission_id=admission_id, title=path.stem)
        try:
            verified = self._admission(admission_id)
            admitted = verified.admission
            listed = listed._replace(needs_code=admitted.sign_in_code is not None)  # before the reason is told
            titles = self._library.find(admitted.bundle_id, admitted.minimum_version).title
            listed = listed._replace(title=titles.get(language) or titles.get("en") or next(iter(titles.values())))
            folder = self._sitting_folder(admitted.admission_id)
            folder.require_here()
            is_resumable = folder.has_journal and folder.closed() is None
        except PocusError as error:
            log.failure(error)
            told = error.explain(language)
            return listed._replace(told=f"{told.what} {told.next}")
        return listed._replace(
            told=words.say(f"app.mode_{admitted.mode}", language),
            is_resumable=is_resumable,
            challenge=self._letting_in.challenge(verified),
        )

    def _sitting_folder(self, admission_id: str) -> SittingFolder:
        """Where a sitting is or shall be.

        Raises:
            JournalLostError: It was begun, and its journal is not there.
        """
        folder = SittingFolder(path=self._folder(admission_id))
        if not folder.has_journal and self._home.begun(admission_id).exists():
            raise JournalLostError(admission=admission_id)
        return folder

    def _note_begun(self, admission_id: str) -> None:
        """Remember beside the admission that its sitting has a journal; a disk that refuses is told when it matters."""
        mark = self._home.begun(admission_id)
        if not mark.exists():
            try:
                write_atomically(mark, b"")
            except OSError as problem:
                log.event("station.begun_not_noted", reason=problem.strerror or type(problem).__name__)

    def _folder(self, admission_id: str) -> Path:
        return self._home.sittings / admission_id
