"""How a sitting begins: the checks before, the first event, and the state of one that is over."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, StationKeys, VerifiedAdmission
from pocus_desktop.admission.errors import BundleTooOldError, WrongBundleError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.kernel import ids
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.scenario.vocabulary import Place
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import (
    BadHistoryError,
    HandedInError,
    JournalDamagedError,
    NoScoringKeyError,
    OtherAdmissionError,
)
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.journal import Journal
from pocus_desktop.sitting.ledger import Ledger
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.moving import fence
from pocus_desktop.sitting.state import SittingState, Stage
from pocus_desktop.sitting.views import Comfort


def app_version() -> str:
    """The program's version, as journals note it."""
    try:
        return version("pocus-desktop")
    except PackageNotFoundError:  # a bare source tree
        return "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sitting's journal, open, and the state that it makes.

    Attributes:
        journal: None where the sitting was handed in and its journal no longer opens here.
    """

    folder: SittingFolder
    admission: VerifiedAdmission
    course: Course
    journal: Journal | None
    recorded: tuple[Recorded, ...]
    state: SittingState


def begin_sitting(
    folder: Path,
    *,
    admission: VerifiedAdmission,
    material: Material,
    station: StationKeys,
    now: Reading,
    candidate_id: str | None,
    language: str | None,
    notes: Sequence[events.IntegrityNoted] = (),
    moment_ms: int | None = None,
) -> Begun:
    """Check, and begin the journal; see `Sitting.open`."""
    admitted = admission.admission
    admissions.check(
        admitted,
        now_ms=now.wall_ms if moment_ms is None else moment_ms,
        candidate_id=candidate_id,
        station_id=station.station_id,
        bundle_id=material.bundle_id,
        bundle_version=material.bundle_version,
    )
    require_fit(admitted, material)
    first = first_event(admission, material, language=language)
    course = Course.of(material.assessment, first)
    place = SittingFolder(path=folder)
    place.require_empty()
    place.keep_admission(admission.envelope)
    header = Header(
        sitting=first.sitting,
        admission_id=first.admission_id,
        bundle_id=first.bundle_id,
        bundle_version=first.bundle_version,
        mode=first.mode,
        created_ms=now.wall_ms,
        station=station.signing.public,
    )
    centre = (admitted.centre,) if admitted.centre is not None else ()
    journal, recorded = Journal.create(
        folder,
        header,
        (first, *notes),
        now,
        signer=station.signing,
        academy=admitted.recipients,
        resume=(station.sealing.public, *centre),
    )
    return Begun(
        folder=place,
        admission=admission,
        course=course,
        journal=journal,
        recorded=recorded,
        state=replay(course, recorded),
    )


def reopen_sitting(
    folder: Path, *, material: Material, station: StationKeys, now: Reading, centre: SealingKey | None
) -> Begun:
    """Open the journal again and replay it; see `Sitting.resume`."""
    place = SittingFolder(path=folder)
    place.require_journal()
    fence.require_here(place)
    admission = place.admission()
    require_fit(admission.admission, material)
    keys = (station.sealing, *((centre,) if centre is not None else ()))
    try:
        journal, recorded = Journal.open(folder, keys=keys, signer=station.signing)
    except HandedInError:
        closed = place.closed()
        if closed is None:
            if place.was_sealed():
                raise
            raise JournalDamagedError from None  # nothing was handed in: what resumes it is gone
        state = closed_state(admission, material, place.header(), last_seq=closed.last_seq, now=now)
        course = Course.of(material.assessment, state.opened)
        return Begun(folder=place, admission=admission, course=course, journal=None, recorded=(), state=state)
    try:
        place.require_here()  # now that nobody else can pack it
        place.permit()  # one that cannot be read is told before anything is written
        course = Course.of(material.assessment, require_same(recorded, admission, material))
        state = replay(course, recorded)
    except BaseException:
        journal.close()
        raise
    return Begun(folder=place, admission=admission, course=course, journal=journal, recorded=recorded, state=state)


def coming_back(begun: Begun, station: StationKeys) -> events.Event:
    """What is written first: that the program came back, or once, that a centre permitted to go on here."""
    signing, permit = station.signing.public.raw.hex(), begun.folder.permit()
    is_new = permit is not None and not any(
        isinstance(one.event, events.Moved) and one.event.permit == permit for one in begun.recorded
    )
    if permit is not None and is_new:
        return events.Moved(app_version=app_version(), station=signing, permit=permit)
    return events.Reopened(app_version=app_version(), station=signing)


def require_fit(admission: Admission, material: Material) -> None:
    """The material is what the admission is for.

    Raises:
        WrongBundleError: It is another bundle, or no verified bundle at all outside review mode.
        BundleTooOldError: It is too old.
        NoScoringKeyError: Practice without a key.
    """
    is_preview = admission.mode is Mode.REVIEW and not material.manifest_digest
    if material.bundle_id != admission.bundle_id or not (material.manifest_digest or is_preview):
        raise WrongBundleError(needed=admission.bundle_id, found=material.bundle_id)
    if material.bundle_version < admission.minimum_version:
        raise BundleTooOldError(needed=admission.minimum_version, found=material.bundle_version)
    if admission.mode is Mode.PRACTICE and material.key is None:
        raise NoScoringKeyError


def first_event(admitted: VerifiedAdmission, material: Material, *, language: str | None) -> events.Opened:
    """The event that opens a sitting."""
    admission, comfort = admitted.admission, admitted.admission.accommodations
    assessment = material.assessment
    chosen = comfort.language or language or assessment.languages[0]
    return events.Opened(
        sitting=ids.new_id("sit"),
        mode=admission.mode,
        admission_id=admission.admission_id,
        admission_digest=admitted.digest,
        attempt=admission.attempt,
        candidate_id=admission.candidate.id,
        candidate_name=admission.candidate.display_name,
        bundle_id=material.bundle_id,
        bundle_version=material.bundle_version,
        manifest_digest=material.manifest_digest,
        assessment=assessment.id,
        seed=secrets.randbelow(2**32),
        time_factor=comfort.time_factor,
        credit_cap_ms=admission.credit_cap_ms,
        needs_start_code=admission.start_code is not None,
        can_pause=comfort.can_pause or admission.mode in {Mode.PRACTICE, Mode.DEMO, Mode.REVIEW},
        is_sent=bool(admission.recipients),
        language=chosen,
        text_percent=comfort.text_percent,
        theme=comfort.theme,
        captions=comfort.captions,
        is_reduced_motion=comfort.is_reduced_motion,
        app_version=app_version(),
    )


def require_same(recorded: Sequence[Recorded], admitted: VerifiedAdmission, material: Material) -> events.Opened:
    """The event that opened the sitting; admission and bundle are those that it began with.

    Raises:
        BadHistoryError: The journal does not begin as one.
        OtherAdmissionError: The admission beside it is another.
        WrongBundleError: The bundle is another, or another version.
    """
    first = recorded[0].event if recorded else None
    if not isinstance(first, events.Opened):
        raise BadHistoryError(reason="the first event opens no sitting")
    if first.admission_digest != admitted.digest:
        raise OtherAdmissionError
    if first.manifest_digest != material.manifest_digest:
        needed, found = (f"{first.bundle_id} {first.bundle_version}", f"{material.bundle_id} {material.bundle_version}")
        raise WrongBundleError(needed=needed, found=found)
    return first


def closed_state(
    admitted: VerifiedAdmission, material: Material, header: Header, *, last_seq: int, now: Reading
) -> SittingState:
    """What can be shown of a sitting that was handed in: its journal no longer opens here."""
    opened = first_event(admitted, material, language=None).model_copy(update={"sitting": header.sitting})
    comfort = Comfort(text_percent=opened.text_percent, theme=opened.theme, language=opened.language)
    return SittingState(
        opened=opened,
        last_seq=last_seq,
        stage=Stage.HANDED_IN,
        ledger=Ledger(last=now),
        comfort=comfort,
        place=Place(is_finished=True),
        handed_in_at=now,
    )
