"""A second copy of the program, in a process of its own, on the station of the first.

    python second_instance.py HOME ADMISSION CANDIDATE < {"signing": HEX, "sealing": HEX}

Prints what its sign-in lists and how opening the sitting ended, as JSON.
"""

import json
import sys

from pocus_desktop.kernel.errors import PocusError
from tests.e2e.child_station import child_station


def main() -> None:
    """Start, list, try to open, say how it went."""
    folder, admission_id, candidate_id = sys.argv[1:]
    station = child_station(folder)
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
