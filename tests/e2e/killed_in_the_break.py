"""A program that is killed while its candidate rests.

    python killed_in_the_break.py HOME ADMISSION CANDIDATE < {"signing": HEX, "sealing": HEX}

Sits the first case, comes to the break, says so, and waits for the end.
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
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import BreakView, CaseView
from pocus_desktop.sync.folder import FolderTransport
from tests.e2e.academy import LEFT, answer, at, to_case


def main() -> None:
    """Sit up to the break."""
    folder, admission_id, candidate_id = sys.argv[1:]
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
    opened = to_case(station.open(candidate_id=candidate_id, admission_id=admission_id, language="en"))
    answer(opened, LEFT)
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, CaseView, "decision")
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, BreakView)
    sys.stdout.write("resting\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    main()
