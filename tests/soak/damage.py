"""Cuts every stored file at every byte, and changes every byte of it.

The journal and its log are some 200,000 bytes; `--count` bounds how many places of each file are tried.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.crash.damage import Sample, strided
from tests.soak import asked

_AT_ONCE = 64


def main(argv: Sequence[str]) -> int:
    """Every file in turn, the small ones first; raises where a change was accepted in silence."""
    given = asked.read(argv, count=10**9)
    with tempfile.TemporaryDirectory() as folder:
        sample = Sample.make(Path(folder) / "sample")
        for stored in sorted(sample.files, key=sample.size):
            places = list(strided(sample.size(stored), given.count))
            cuts = changes = 0
            for first in range(0, len(places), _AT_ONCE):
                if given.is_over():
                    break
                cuts += sample.cut(stored, places[first : first + _AT_ONCE])
                changes += sample.change(stored, places[first : first + _AT_ONCE])
            asked.counted(f"cuts of the {stored.name}", cuts)
            asked.counted(f"changed bytes of the {stored.name}", changes)
            asked.say(f"{stored.name}: {dict(sample.found.get(stored.name, {}))}")
    return 0
