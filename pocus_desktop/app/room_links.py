"""A station's links to its rooms, opened when it is paired with one."""

import os
from collections.abc import Callable, Sequence
from typing import Final

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.app.station_rooms import StationRooms
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.discovery import Discovery
from pocus_desktop.ui.candidate.desk import Link

INTERFACES_VARIABLE: Final = "POCUS_ROOM_INTERFACES"
"""On which of this computer's addresses consoles are looked for and told of, separated by commas; `-` for none."""


def open_room_links(
    home: Home,
    *,
    keys: StationKeys,
    hubs: tuple[PublicKey, ...],
    clock: Clock,
    waiting: Callable[[], int],
    received: Callable[[], Sequence[str]],
    hub: Callable[[], Link],
) -> StationRooms:
    """The links of a station; none is made before `refresh`.

    Raises:
        PocusError: Its enrolment cannot be read.
    """
    grant = held_grant(home, hubs, keys)
    is_looking = interfaces() != ()
    return StationRooms(
        home,
        keys=keys,
        grant=None if grant is None else (grant, home.grant.read_bytes()),
        clock=clock,
        waiting=waiting,
        received=received,
        hub=hub,
        discovery=Discovery(interfaces=interfaces()) if is_looking else None,
    )


def interfaces() -> tuple[str, ...] | None:
    """The addresses that mDNS shall use; None for all, empty for none."""
    named = os.environ.get(INTERFACES_VARIABLE)
    if named is None:
        return None
    return tuple(each.strip() for each in named.split(",") if each.strip() not in {"", "-"})
