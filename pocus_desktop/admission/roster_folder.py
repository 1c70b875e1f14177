"""Rosters and walk-ins in a home's folders: taken in whole, or not at all (formats/roster 2).

<home>/rosters/ROSTER_ID.roster               as it came; written last, so that it says that all of it is here
<home>/rosters/ALLOWANCE_ID-NNN.admission     a walk-in that this centre admitted; the name takes its number
<home>/admissions/ADMISSION_ID.admission      every admission that may be sat here
"""

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, StationKeys
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.errors import WrongCentreError
from pocus_desktop.admission.roster import VerifiedRoster, verify_roster
from pocus_desktop.admission.walk_ins import (
    HasAdmissionError,
    IssuedWalkIn,
    NoAllowanceError,
    UsedUpError,
    WalkInError,
    WalkInOrder,
    issue_walk_in,
    require_allowance,
)
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, sync_folder, write_atomically
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home

ROSTER_SUFFIX: Final = ".roster"
_INCOMING: Final = ".incoming-"


class RosterConflictError(PocusError):
    """Another admission of the same id is here already; nothing was taken in."""

    code: ClassVar[str] = "roster.conflict"
    blame: ClassVar[Blame] = Blame.CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What taking a roster in did.

    Attributes:
        new: Admissions that were not here before.
        known: Those that were.
        left: Those of other stations, which stay out.
    """

    roster: VerifiedRoster
    new: int
    known: int
    left: int


def take_in(
    home: Home,
    envelope: bytes,
    *,
    hubs: Iterable[PublicKey],
    grant: EnrolmentGrant | None,
    hook: Callable[[Path], None] = lambda _path: None,
) -> TakenIn:
    """Take a roster in: all that may be sat here, or nothing. Doing it again completes and changes nothing.

    Args:
        home: This installation's.
        envelope: The roster.
        hubs: Who may sign it.
        grant: How this computer is enrolled; a station of another centre is refused. None where it was set up by hand.
        hook: Called before each admission takes its place, for tests that stop there.

    Raises:
        WrongCentreError: This computer belongs to another centre.
        RosterConflictError: Another admission of the same id is here.
        FileRefusedError: The disk does not take it; nothing was taken in.
        PocusError: As `verify_roster`.
    """
    verified = verify_roster(envelope, hubs)
    wanted = verified.admissions
    if grant is not None:
        own = grant.centre.centre_id if grant.centre is not None else "-"
        if own != verified.roster.centre.centre_id:
            raise WrongCentreError(needed=verified.roster.centre.centre_id, found=own)
        if grant.kind == "station":
            wanted = verified.sat_at(grant.sealing.key_id)
    files = {home.admission(one.admission.admission_id): one.envelope for one in wanted}
    try:
        new = {path: data for path, data in files.items() if _is_new(path, data)}
        _place(home, new, hook)
        write_atomically(home.rosters / f"{verified.roster.roster_id}{ROSTER_SUFFIX}", envelope)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    log.event("roster.taken_in", roster=verified.roster.roster_id, new=len(new), known=len(files) - len(new))
    return TakenIn(
        roster=verified,
        new=len(new),
        known=len(files) - len(new),
        left=len(verified.admissions) - len(files),
    )


def take_admissions(
    home: Home, envelopes: Iterable[bytes], *, hubs: Iterable[PublicKey], grant: EnrolmentGrant | None
) -> tuple[Admission, ...]:
    """Take admissions in that came one by one: all of them, or none. Those that are here already stay.

    Raises:
        WrongStationError, WrongCentreError: One may not be sat at this station, or not at this centre.
        RosterConflictError: Another admission of the same id is here.
        FileRefusedError: The disk does not take them.
        PocusError: As `sitting.admission.verify`.
    """
    hubs = tuple(hubs)
    verified = tuple(admissions.verify(envelope, hubs) for envelope in envelopes)
    if grant is not None:
        station_id = grant.sealing.key_id if grant.kind == "station" else None
        centre_id = grant.centre.centre_id if grant.centre is not None else ""
        for one in verified:
            admissions.check(one.admission, station_id=station_id, centre_id=centre_id)
    files = {home.admission(one.admission.admission_id): one.envelope for one in verified}
    try:
        _place(home, {path: data for path, data in files.items() if _is_new(path, data)}, lambda _path: None)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return tuple(one.admission for one in verified)


def rosters(home: Home, hubs: Iterable[PublicKey]) -> tuple[VerifiedRoster, ...]:
    """The rosters that were taken in, the newest first; one that no longer verifies is passed over and logged."""
    hubs, found = tuple(hubs), []
    for path in home.rosters.glob(f"*{ROSTER_SUFFIX}"):
        try:
            found.append(verify_roster(path.read_bytes(), hubs))
        except OSError as problem:
            log.failure(FileRefusedError.of(problem))
        except PocusError as error:
            log.failure(error)
    return tuple(sorted(found, key=lambda one: one.roster.made_at_ms, reverse=True))


def walk_in(
    home: Home, order: WalkInOrder, *, hubs: Iterable[PublicKey], own: StationKeys, now_ms: int
) -> IssuedWalkIn:
    """Admit who came by the newest roster that allows it, and keep the admission; its number is used for ever.

    Who stands in any roster, or was admitted under any allowance, is admitted under none.

    Raises:
        WalkInError: `roster.*`, of the newest roster, where none allows it.
        FileRefusedError: The disk does not take it; no one was admitted.
        PocusError: As `issue_walk_in`.
    """
    refusal: WalkInError = NoAllowanceError()
    held = rosters(home, hubs)
    listed = tuple(one.admission for roster in held for one in roster.admissions)
    known = tuple(one for one in (*listed, *_issued(home)) if now_ms <= (one.window.not_after_ms or now_ms))
    for number, roster in enumerate(held):
        try:
            return _issue(home, order, roster, known=known, own=own, now_ms=now_ms)
        except HasAdmissionError:
            raise
        except WalkInError as error:
            refusal = error if number == 0 else refusal
    raise refusal


def _issue(
    home: Home,
    order: WalkInOrder,
    roster: VerifiedRoster,
    *,
    known: tuple[Admission, ...],
    own: StationKeys,
    now_ms: int,
) -> IssuedWalkIn:
    allowance = require_allowance(roster, own, now_ms)
    for number in range(1, allowance.count + 1):
        place = home.rosters / f"{allowance.allowance_id}-{number:03d}{ADMISSION_SUFFIX}"
        if place.exists():
            continue
        made = issue_walk_in(order, roster=roster, known=known, number=number, own=own, now_ms=now_ms)
        try:
            if not _claim(place, made.envelope):
                continue  # another window admitted someone under this number at the same moment
            write_atomically(home.admission(made.admission.admission_id), made.envelope)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        log.event("roster.walk_in", admission=made.admission.admission_id, number=number)
        return made
    raise UsedUpError(count=allowance.count)


def _issued(home: Home) -> tuple[Admission, ...]:
    """The walk-ins that were admitted here, under whichever allowance."""
    found = []
    for path in home.rosters.glob(f"*{ADMISSION_SUFFIX}"):
        with suppress(OSError, PocusError):  # a damaged one keeps its number, and is no one's
            found.append(admissions.recall(path.read_bytes()).admission)
    return tuple(found)


def _claim(place: Path, envelope: bytes) -> bool:
    """Take a name that no one has, then fill its file; whether it was free. A crash between wastes the number only."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    write_atomically(place, envelope)
    return True


def require_same_admission(home: Home, admission_id: str, envelope: bytes) -> None:
    """If an admission of that id is here, it is this one.

    Raises:
        RosterConflictError: It is another.
        OSError: As the operating system says.
    """
    _is_new(home.admission(admission_id), envelope)


def _is_new(path: Path, data: bytes) -> bool:
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        return True
    if held != data:
        raise RosterConflictError(admission=path.name.removesuffix(ADMISSION_SUFFIX))
    return False


def _place(home: Home, files: Mapping[Path, bytes], hook: Callable[[Path], None]) -> None:
    """Write every file beside its place first: a full disk then shows before any of them counts."""
    home.admissions.mkdir(parents=True, exist_ok=True)
    mark = f"{_INCOMING}{secrets.token_hex(4)}"
    waiting = {path: path.with_name(f"{mark}-{path.name}.new") for path in files}
    placed: list[Path] = []
    try:
        for path, data in files.items():
            write_atomically(waiting[path], data)
        for path, ready in waiting.items():
            hook(path)
            ready.replace(path)
            placed.append(path)
        sync_folder(home.admissions)
    except BaseException:
        for path in (*placed, *waiting.values()):
            path.unlink(missing_ok=True)
        raise
