"""Rooms of scripted candidates on a LAN that is cut, with consoles and desks that are killed (`pocus rehearse room`).

    python -m tests.soak rehearsals

First the one that the console's window runs, then whole rooms, each from the academy's ceremony to the last receipt.
Linux, as root.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.here import rehearse_here
from pocus_desktop.app.rehearsals.room import FEWEST, rehearse_room
from tests.soak import asked

ROOMS: Final = 3
KINDS: Final = 4


def main(argv: Sequence[str]) -> int:
    """Rehearse rooms; 1 where one went otherwise than it must."""
    given = asked.read(argv, count=ROOMS)
    rooms = desks = 0
    with tempfile.TemporaryDirectory(prefix="soak-here-") as name:
        if rehearse_here(Path(name), desks=2) != 0:
            return 1
    for _ in given.tries():
        count = FEWEST + given.chance.randrange(KINDS)
        with tempfile.TemporaryDirectory(prefix="soak-room-") as name:
            if rehearse_room(Path(name), desks=count) != 0:
                return 1
        rooms, desks = rooms + 1, desks + count
    asked.counted("rooms, from the ceremony to the last receipt", rooms)
    asked.counted("desks, each received and receipted", desks)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
