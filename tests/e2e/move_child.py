"""A station's program that is killed while its candidate answers.

    python move_child.py HOME ADMISSION CANDIDATE CODE < {"signing": HEX, "sealing": HEX}

Comes to the case, answers the first question, says so, and waits for the end.
"""

import sys

from tests.e2e.academy import LEFT, answer, to_case
from tests.e2e.child_station import child_station, wait_for_the_end


def main() -> None:
    """Sit up to the first answer."""
    folder, admission_id, candidate_id, code = sys.argv[1:]
    station = child_station(folder)
    opened = station.open(candidate_id=candidate_id, admission_id=admission_id, language="en", code=code)
    answer(to_case(opened), LEFT)
    wait_for_the_end("answered")


if __name__ == "__main__":
    main()
