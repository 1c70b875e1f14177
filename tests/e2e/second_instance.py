"""A second copy of the program, in a process of its own, on the station of the first.

    python second_instance.py HOME ADMISSION CANDIDATE < {"signing": HEX, "sealing": HEX}

Prints what its sign-in lists and how opening the sitting ended, as JSON.
"""

import json
import sys
from pathlib import Path

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.station import Station
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.folder import FolderTransport


def main() -> None:
    """Start, list, try to open, say how it went."""
    folder, admission_id, candidate_id = sys.argv[1:]
    seeds = json.load(sys.stdin)
    home = Home(folder=Path(folder))
    home.carry.mkdir(exist_ok=True)
    station = Station(
        home,
        keys=StationKeys(
            signing=SigningKey.from_seed(bytes.fromhex(seeds["signing"])),
            sealing=SealingKey.from_seed(bytes.fromhex(seeds["sealing"])),
        ),
        trusting=Trusting.load(home),
        transport=FolderTransport(home.carry),
        clock=SystemClock(),
    )
    listed = [choice.admission_id for choice in station.choices("en")]
    try:
        station.open(candidate_id=candidate_id, admission_id=admission_id, language="en").close()
        error = None
    except PocusError as refused:
        error = refused.as_json()
    station.close()
    sys.stdout.write(json.dumps({"listed": listed, "error": error}))


if __name__ == "__main__":
    main()
