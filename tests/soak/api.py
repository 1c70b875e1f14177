"""Every door of the hub, asked by the OpenAPI document for what nobody thought of: rounds of 200 questions a door.

`tests.hub.test_openapi_fuzzed` says what must hold. One try is one round, with a seed of its own.
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
ROOT: Final = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str]) -> int:
    """Run it; 0 where everything held."""
    given = asked.read(argv, count=COUNT)
    rounds = 0
    for _ in given.tries():
        seed = given.chance.randrange(2**32)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
        done = subprocess.run(
            [*command, "tests/hub/test_openapi_fuzzed.py"],
            cwd=ROOT,
            env={**os.environ, "POCUS_API_EXAMPLES": str(EXAMPLES)},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            asked.say(done.stdout[-6000:])
            return 1
        rounds += 1
    asked.counted(f"rounds of at most {EXAMPLES} questions a door", rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
