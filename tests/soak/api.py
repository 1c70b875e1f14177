"""Every door of the hub, asked by the OpenAPI document for what nobody thought of: rounds of 200 questions a door.

`tests.hub.test_openapi_fuzzed` says what must hold. One try is one round, with a seed of its own; rounds are on SQLite
and on PostgreSQL in turn.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.soak import asked

COUNT: Final = 20
EXAMPLES: Final = 200
DATABASES: Final = ("sqlite", "postgresql")
ROOT: Final = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str]) -> int:
    """Run it; 0 where everything held."""
    given = asked.read(argv, count=COUNT)
    rounds = dict.fromkeys(DATABASES, 0)
    for number, _ in enumerate(given.tries()):
        database = DATABASES[number % len(DATABASES)]
        seed = given.chance.randrange(2**32)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
        done = subprocess.run(
            [*command, "tests/hub/test_openapi_fuzzed.py"],
            cwd=ROOT,
            env={**os.environ, "POCUS_API_EXAMPLES": str(EXAMPLES), "POCUS_API_DATABASE": database},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            asked.say(done.stdout[-6000:])
            return 1
        rounds[database] += 1
    for database, count in rounds.items():
        asked.counted(f"rounds of at most {EXAMPLES} questions a door on {database}", count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
