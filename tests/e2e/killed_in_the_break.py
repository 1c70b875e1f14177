"""A program that is killed while its candidate rests.

    python killed_in_the_break.py HOME ADMISSION CANDIDATE < {"signing": HEX, "sealing": HEX}

Sits the first case, comes to the break, says so, and waits for the end.
"""

import sys

from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import BreakView, CaseView
from tests.e2e.academy import LEFT, answer, at, to_case
from tests.e2e.child_station import child_station, wait_for_the_end


def main() -> None:
    """Sit up to the break."""
    folder, admission_id, candidate_id = sys.argv[1:]
    station = child_station(folder)
    opened = to_case(station.open(candidate_id=candidate_id, admission_id=admission_id, language="en"))
    answer(opened, LEFT)
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, CaseView, "decision")
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, BreakView)
    wait_for_the_end("resting")


if __name__ == "__main__":
    main()
