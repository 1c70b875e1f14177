"""The air-gapped rehearsal with its processes forked: only the first command of each group starts from nothing.

python -m tests.e2e.warm_rehearsal OUT
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocus_desktop.app.main import main
from pocus_desktop.app.rehearsals.computers import Computer
from tests import warm

_start_anew = Computer._ran
_started: set[str] = set()


def _ran(
    computer: Computer, words: Sequence[str], secret: Mapping[str, str] | None
) -> subprocess.CompletedProcess[str]:
    if words[0] not in _started:
        _started.add(words[0])
        return _start_anew(computer, words, secret)
    return warm.ran(words, folder=computer.folder, environment=computer._environment(secret))


if __name__ == "__main__":
    sys.argv = ["pocus", "rehearse", "air-gap", "--out", str(Path(sys.argv[1]))]
    if sys.platform == "linux":
        setattr(Computer, "_ran", _ran)  # noqa: B010 - this process is another program from here on
        with warm.imported():
            main()
    main()
