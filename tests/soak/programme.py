"""The programme rehearsed: a candidate from the account to a renewed certificate (`pocus rehearse programme`).

    python -m tests.soak programme

The whole way on both databases, with a real browser and real mail, in a folder that is thrown away.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.programme.way import DATABASES, rehearse_programme
from tests.soak import asked

WAYS: Final = 1


def main(argv: Sequence[str]) -> int:
    """Go the way; 1 where something was otherwise than it must be."""
    given = asked.read(argv, count=WAYS)
    ways = 0
    for _ in given.tries():
        with tempfile.TemporaryDirectory(prefix="soak-programme-") as name:
            if rehearse_programme(Path(name), databases=DATABASES) != 0:
                return 1
        ways += len(DATABASES)
    asked.counted("ways from the account to a revoked certificate", ways)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
