"""A station in a process of its own: `PROGRAM HOME …`, with its keys on standard input as `{"signing", "sealing"}`."""

import json
import sys
from pathlib import Path

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.station import Station
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.folder import FolderTransport


def child_station(folder: str) -> Station:
    """The station of a home, with the keys of the line that is read."""
    seeds = json.loads(sys.stdin.readline())
    home = Home(folder=Path(folder))
    home.carry.mkdir(exist_ok=True)
    return Station(
        home,
        keys=StationKeys(
            signing=SigningKey.from_seed(bytes.fromhex(seeds["signing"])),
            sealing=SealingKey.from_seed(bytes.fromhex(seeds["sealing"])),
        ),
        trusting=Trusting.load(home),
        transport=FolderTransport(home.carry),
        clock=SystemClock(),
    )


def wait_for_the_end(said: str) -> None:
    """Say how far it is, and wait to be killed."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
    sys.stdin.readline()
