"""Permitting a move from the proctor's window: what `pocus sitting permit` does, of the sitting on a stick."""

from pathlib import Path

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.move_permit import MovePermit
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.moving.move_stick import only_on
from pocus_desktop.sitting.moving.permitting import LookedInto, MoveOrder, looked_into, permit, station_of


def permit_from_stick(
    home: Home,
    stick: Path,
    *,
    admission_id: str,
    station_id: str,
    who: str,
    why: str,
    is_first_off: bool,
    keys: StationKeys,
    clock: Clock,
) -> MovePermit:
    """Permit the station to go on with that admission's sitting, once; the permit stands on the stick then.

    Raises:
        PocusError: `move.*`, `sitting.*`, `crypto.*`: there is no such sitting on the stick, or it may not be moved.
    """
    trusting = Trusting.load(home)
    with looked_into(only_on(stick, admission_id), own=keys, hubs=trusting.hubs) as looked:
        desk = UnlockDesk(home=home, keys=keys, trusting=trusting, clock=clock)
        return permit(
            looked,
            MoveOrder(
                to=station_of(station_id, rosters(home, trusting.hubs)), who=who, why=why, is_first_off=is_first_off
            ),
            own=keys,
            content_key=_content_key(desk, looked),
            now_ms=max(clock.read().wall_ms, LatestTime(home.latest_time).seen_ms()),
            issued=home.moves,
        )


def _content_key(desk: UnlockDesk, looked: LookedInto) -> bytes | None:
    """The bundle's key for the new station, as far as this computer has it; that station may have its own."""
    version = looked.journal.header.bundle_version
    try:
        found = desk.content_key(looked.admission, version=version, is_sealed=True, is_begun=True)
    except PocusError as problem:
        log.failure(problem)
        return None
    return None if found is None else found.key
