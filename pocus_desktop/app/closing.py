"""How a room stands at its end, out of a centre's home: for the open room, and where no program holds it open."""

from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.console_papers import read_papers
from pocus_desktop.app.relay_desk import RelayDesk
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring import day
from pocus_desktop.proctoring.close_out import Checklist, as_document
from pocus_desktop.proctoring.errors import NotReachedError, NotServingError
from pocus_desktop.proctoring.hosting import holder_of, own_console
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.live_room import LiveRoom, passed_ms


def closing(home: Home, room: LiveRoom, relay: RelayDesk, clock: Clock) -> Checklist:
    """The checklist now; reads the day's papers and what is held.

    Raises:
        PocusError: They cannot be read.
    """
    now = clock.read()
    papers = read_papers(home, room.holder.hubs, wall_ms=now.wall_ms)
    waiting = IncidentDesk.of(room, home.room, clock=clock).waiting()
    return day.closing(room.state, papers.admissions, now_ms=passed_ms(now), brought=relay.held(), reports=len(waiting))


def close_out_here(home: Home, passphrase: str | None, *, language: str) -> dict[str, Json]:
    """The checklist of this computer's room: as the console that is open says, else as its journal has it.

    Raises:
        PocusError: This computer is no centre, or its room cannot be read.
    """
    keys = own_keys(open_keystore(home.keys, passphrase))
    try:
        link = own_console(home, keys.signing)
        try:
            return link.close_out(language)
        finally:
            link.close()
    except (NotServingError, NotReachedError):
        return as_document(_of_the_journal(home, passphrase), language)


def _of_the_journal(home: Home, passphrase: str | None) -> Checklist:
    trusting, clock = Trusting.load(home), SystemClock()
    keys = own_keys(open_keystore(home.keys, passphrase))
    room = LiveRoom(home.room, holder=holder_of(home, keys, trusting.hubs), clock=clock)
    try:
        relay = RelayDesk(home, keys=None, trusting=trusting, clock=clock, is_alone=False)
        try:
            return closing(home, room, relay, clock)
        finally:
            relay.close()
    finally:
        room.close()
