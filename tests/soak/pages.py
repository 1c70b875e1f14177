"""Every page of the staff by axe-core, in both languages, on a desk and on a dark phone: a try is a round of all."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.soak import asked

ROOT: Final = Path(__file__).resolve().parents[2]
_TEST: Final = "tests/hub/pages/test_in_chromium.py"


def main(argv: Sequence[str]) -> int:
    """Run it; 0 where everything held."""
    rounds = 0
    for _ in asked.read(argv, count=1).tries():
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", _TEST]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "POCUS_EVERY_PAGE": "1"}, capture_output=True, text=True
        )
        if done.returncode != 0:
            asked.say(done.stdout[-6000:])
            return 1
        rounds += 1
    asked.counted("rounds of every page in two languages", rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
