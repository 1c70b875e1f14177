"""A station brings itself up to date from its paired rooms, without any other network (formats/relay 2)."""

from collections.abc import Sequence

from pocus_desktop import __version__
from pocus_desktop.admission.admission import Admission, StationKeys
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.room_code import without_codes
from pocus_desktop.admission.roster_folder import take_admissions
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_errors import AlreadyUnlockedError
from pocus_desktop.admission.unlock_folder import UnlockFolder
from pocus_desktop.admission.unlock_passing import read_release
from pocus_desktop.app.room_roads import room_url
from pocus_desktop.app.station_rooms import UNNAMED
from pocus_desktop.bundle.depot.plan import Need
from pocus_desktop.cli.relay_face import FromRoom
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.documents import StationHello
from pocus_desktop.proctoring.link import RoomLink
from pocus_desktop.proctoring.pairing import PairedRoom, load_rooms
from pocus_desktop.proctoring.tls import pinned_context
from pocus_desktop.sync.hub_client import HubAnsweredNoError
from pocus_desktop.sync.relay import RelayClient, relay_carrier
from pocus_desktop.sync.stocking import Stocker, Tell


class NoRoomPairedError(PocusError):
    """This station knows no room yet."""

    code = "app.no_room_paired"
    blame = Blame.USER


def stock_from_rooms(
    home: Home,
    *,
    keys: StationKeys,
    trusting: Trusting,
    clock: Clock,
    bundles: Sequence[str] = (),
    tell: Tell | None = None,
) -> FromRoom:
    """Admissions and releases first, so that what they need is known; then trust, then bundles.

    Args:
        home: The station's.
        keys: Its own.
        trusting: Whom it believes; rooms are not among them.
        clock: The machine's.
        bundles: Bundles asked for beside what admissions need.
        tell: Told how far each bundle is.

    Raises:
        NoRoomPairedError: It is paired with none.
        PocusError: `trust.*`, `depot.*`: no room served.
    """
    rooms = tuple(reversed(load_rooms(home.paired_rooms)))
    if not rooms:
        raise NoRoomPairedError
    now_ms = clock.read().wall_ms
    problems: list[tuple[str, PocusError]] = []
    admissions: dict[str, Admission] = {}
    releases = 0
    for room in rooms:
        try:
            try:
                handed = _take_admissions(home, room, keys, trusting, now_ms)
            except HubAnsweredNoError:  # a console that this station never told who it is
                _say_hello(home, room, keys, trusting)
                handed = _take_admissions(home, room, keys, trusting, now_ms)
            admissions |= {one.admission_id: one for one in handed}
            releases += _take_releases(home, room, keys, trusting, now_ms)
        except PocusError as problem:  # another room, or what is here already, may do
            log.failure(problem)
            problems.append((room.name, problem))
    carriers = [relay_carrier(room_url(room), pinned_context(room.certificate)) for room in rooms]
    try:
        stocker = Stocker(home=home, app_version=__version__, wall_ms=now_ms)
        refreshed = stocker.refresh(carriers)
        todo = stocker.plan(refreshed.state, [Need(bundle_id=each) for each in bundles], hubs=trusting.hubs)
        stocked = stocker.carry_out(todo, refreshed.state, carriers, tell=tell)
    finally:
        for carrier in carriers:
            carrier.close()
    return FromRoom(
        admissions=len(admissions),
        releases=releases,
        refreshed=refreshed,
        stocked=stocked,
        problems=(*problems, *refreshed.told),
        without_codes=without_codes(admissions.values(), keys.station_id),
        is_answered=len(problems) < len(rooms),
    )


def stock_here(home: Home, passphrase: str | None, *, bundles: Sequence[str]) -> FromRoom:
    """The same for one command at this station.

    Raises:
        PocusError: Its keys or its trust cannot be opened; or as above.
    """
    keys, trusting = own_keys(open_keystore(home.keys, passphrase)), Trusting.load(home)
    return stock_from_rooms(home, keys=keys, trusting=trusting, clock=SystemClock(), bundles=bundles)


def _say_hello(home: Home, room: PairedRoom, keys: StationKeys, trusting: Trusting) -> None:
    """Tell a console who this station is, as its program does with its first report.

    Raises:
        RoomError: It does not answer, or lets nobody in.
    """
    grant = held_grant(home, trusting.hubs, keys)
    hello = StationHello(
        name=grant.name if grant is not None else UNNAMED,
        signing=keys.signing.public,
        sealing=keys.sealing.public,
        grant=home.grant.read_bytes() if grant is not None else None,
    )
    link = RoomLink(room.address, room.certificate, keys.signing)
    try:
        link.hello(hello)
    finally:
        link.close()


def _take_admissions(
    home: Home, room: PairedRoom, keys: StationKeys, trusting: Trusting, now_ms: int
) -> tuple[Admission, ...]:
    with RelayClient(room_url(room), trust=pinned_context(room.certificate)) as client:
        came = client.admissions(keys.signing, now_ms=now_ms)
    grant = held_grant(home, trusting.hubs, keys)
    return take_admissions(home, came, hubs=trusting.hubs, grant=grant)


def _take_releases(home: Home, room: PairedRoom, keys: StationKeys, trusting: Trusting, now_ms: int) -> int:
    with RelayClient(room_url(room), trust=pinned_context(room.certificate)) as client:
        came = client.releases(keys.signing, now_ms=now_ms)
    folder, count = UnlockFolder(home.unlocks), 0
    for data in came:
        verified = read_release(data, trusting.hubs)
        try:
            folder.keep_grant(verified)
            count += 1
        except AlreadyUnlockedError:
            continue
    return count
