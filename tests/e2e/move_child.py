"""A station's program that is killed while its candidate answers.

    python move_child.py HOME ADMISSION CANDIDATE CODE < {"signing": HEX, "sealing": HEX}

Comes to the case, answers the first question, says so, and waits for the end.
"""

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
from tests.e2e.academy import LEFT, answer, to_case


def main() -> None:
    """Sit up to the first answer."""
    folder, admission_id, candidate_id, code = sys.argv[1:]
    seeds = json.loads(sys.stdin.readline())
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
    opened = station.open(candidate_id=candidate_id, admission_id=admission_id, language="en", code=code)
    answer(to_case(opened), LEFT)
    sys.stdout.write("answered\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    main()
