"""What of a candidate's assessments can be sat on this computer: asked of the same rooms that open a sitting here.

Nothing is begun, and no content is read: a bundle is verified without its members (formats/bundle 5), as when a sitting
opens. What is in the way is told by the error that the sign-in would tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, StationKeys
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.enrolment import centre_id_of, held_grant
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.admission.unlock_errors import WordsNeededError
from pocus_desktop.admission.unlocking import Held, content_key_for
from pocus_desktop.admission.windows import require_not_begun
from pocus_desktop.bundle.ledger import Record
from pocus_desktop.bundle.library import Library
from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home
from pocus_desktop.programme.places import Here, Refusal, Stage, ThisComputer
from pocus_desktop.sitting.folder import SittingFolder

_AREAS: Final = frozenset(map(str, ContentArea))


def look(home: Home, keys: Callable[[], StationKeys], clock: Clock) -> ThisComputer:
    """What can be sat here.

    Args:
        home: This installation's.
        keys: Opens the station's keys; asked only where an admission is here.
        clock: The present; never taken for earlier than the latest time seen here.
    """
    paths = sorted(home.admissions.glob(f"*{ADMISSION_SUFFIX}"))
    try:
        trusting = Trusting.load(home)
        grant = held_grant(home, trusting.hubs)
        if not paths:
            return ThisComputer(station_id=grant.sealing.key_id if grant is not None else None)
        own = keys()
        looking = _Looking(
            home=home,
            keys=own,
            trusting=trusting,
            grant=grant,
            library=Library(home.library),
            held=UnlockDesk(home=home, keys=own, trusting=trusting, clock=clock).kept().held,
            now_ms=max(clock.read().wall_ms, LatestTime(home.latest_time).seen_ms()),
        )
        found = looking.found([one for path in paths if (one := _read(path, trusting)) is not None])
    except PocusError as error:
        log.failure(error)
        return ThisComputer(refusal=Refusal.of(error))
    return ThisComputer(station_id=own.station_id, here=found)


def _read(path: Path, trusting: Trusting) -> Admission | None:
    """An admission that the academy signed; anything else is logged, and nobody's."""
    try:
        return admissions.verify(path.read_bytes(), trusting.hubs).admission
    except OSError as problem:
        log.failure(FileRefusedError.of(problem))
    except PocusError as error:
        log.failure(error)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looking:
    """What is asked for each admission.

    Attributes:
        held: Releases, and words that were typed here.
        now_ms: The present.
    """

    home: Home
    keys: StationKeys
    trusting: Trusting
    grant: EnrolmentGrant | None
    library: Library
    held: Held
    now_ms: int

    def found(self, admitted: Sequence[Admission]) -> tuple[Here, ...]:
        """Each of them as it stands."""
        records = [entry.record for entry in self.library.entries()]
        begun = [one for one in admitted if self.home.begun(one.admission_id).exists()]
        return tuple(self._here(one, records, begun) for one in admitted)

    def _here(self, admitted: Admission, records: Sequence[Record], begun: Sequence[Admission]) -> Here:
        of_line = [one for one in records if one.bundle_id == admitted.bundle_id]  # by version, the newest last
        area = next((ContentArea(one.content_area) for one in of_line[-1:] if one.content_area in _AREAS), None)
        folder = SittingFolder(path=self.home.sittings / admitted.admission_id)
        stage: Stage = "begun" if folder.has_journal else "new"
        needs_words, refusal = False, None
        try:
            if stage == "begun" and folder.closed() is not None:
                stage = "handed-in"
            elif stage == "begun":
                refusal = self._in_the_way_of_going_on(admitted, folder)
            else:
                needs_words, refusal = self._in_the_way(admitted, begun)
        except PocusError as error:
            refusal = Refusal.of(error)
        return Here(
            admission=admitted,
            area=area,
            titles=dict(of_line[-1].title) if of_line else {},
            stage=stage,
            refusal=refusal,
            needs_words=needs_words,
        )

    def _in_the_way_of_going_on(self, admitted: Admission, folder: SittingFolder) -> Refusal | None:
        """A sitting that was begun needs the version that it was begun with; nothing else is asked again.

        Raises:
            PocusError: It was moved away, is open in another window, or is for another computer.
        """
        station_id = self.keys.station_id if folder.permit() is None else None  # the centre let it go on here
        admissions.check(admitted, station_id=station_id, centre_id=centre_id_of(self.grant))
        folder.require_here()
        header = folder.header()
        if self.library.held(header.bundle_id, header.bundle_version) is not None:
            return None
        return Refusal(
            code="app.version_missing", params={"bundle": header.bundle_id, "version": header.bundle_version}
        )

    def _in_the_way(self, admitted: Admission, begun: Sequence[Admission]) -> tuple[bool, Refusal | None]:
        """What would keep the sitting from beginning once its window is open, which is asked elsewhere.

        Returns:
            Whether the words for the day will be asked for, and what is in the way.

        Raises:
            PocusError: What is in the way.
        """
        if self.home.begun(admitted.admission_id).exists():
            return False, Refusal(code="app.journal_lost", params={"admission": admitted.admission_id})
        admissions.check(admitted, station_id=self.keys.station_id, centre_id=centre_id_of(self.grant))
        require_not_begun(admitted, begun)
        at_ms = max(self.now_ms, admitted.window.not_before_ms or 0)
        self.trusting.require_may_begin(str(admitted.mode), at_ms)
        entry = self.library.find(admitted.bundle_id, admitted.minimum_version)
        with self.library.open(entry, self.trusting.policy, now_ms=at_ms, app_version=__version__) as bundle:
            is_sealed, version = bundle.manifest.mode == "sealed", bundle.manifest.version
        try:
            content_key_for(admitted, self.held, version=version, now_ms=at_ms, is_sealed=is_sealed)
        except WordsNeededError:
            return True, None
        return False, None
