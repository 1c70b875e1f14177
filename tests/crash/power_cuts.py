"""Records the scenarios and tries the states that a power cut can leave of them."""

import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pocus_desktop.sitting.codec import Recorded
from tests.crash import moving_in, scenarios
from tests.crash.recording import MARKS, record
from tests.crash.states import Crashes, State


@dataclass
class PowerCuts:
    """One scenario, recorded.

    Attributes:
        found: How many states were found how.
    """

    name: str
    folder: Path
    crashes: Crashes
    story: tuple[Recorded, ...]
    found: Counter[str] = field(default_factory=Counter)
    _seen: set[bytes] = field(default_factory=set)

    @classmethod
    def of(cls, name: str, folder: Path) -> "PowerCuts":
        """Run the scenario in a process of its own, and watch it; the outbox's after the sitting's."""
        watched = folder / name
        watched.mkdir(parents=True)
        if name == "outbox":  # its envelopes are what the sitting sealed
            (folder / "sealed").mkdir()
            for path in (folder / "sitting" / scenarios.SITTING).iterdir():
                if len(path.name) == len(hashlib.sha256().hexdigest()):
                    shutil.copy(path, folder / "sealed")
        if name == "move-in":
            moving_in.prepare(folder, watched)
        operations = record(["-m", "tests.crash.scenarios", name, str(watched)], watched)
        told = folder / f"{name}.story"
        story = tuple(map(Recorded.from_json, json.loads(told.read_text()))) if told.exists() else ()
        cuts = cls(name=name, folder=folder, crashes=Crashes(operations), story=story)
        cuts._require_the_same(watched)
        return cuts

    def systematic(self) -> list[State]:
        """Each state once."""
        return list(self._new(self.crashes.systematic()))

    def sampled(self, chance: random.Random) -> Iterator[State]:
        """States by chance, each once, as long as there are new ones."""
        return self._new(self.crashes.sampled(chance))

    def check(self, states: Iterable[State]) -> int:
        """Open what each state leaves; how many there were.

        Raises:
            AssertionError: What must be so is not, in a state whose description is in the words.
        """
        number = 0
        for state in states:
            number += 1
            place = self.folder / "state"
            state.lay(place)
            try:
                how = scenarios.CHECKS[self.name](place, state, self.story)
            except AssertionError as wrong:
                raise AssertionError(f"after operation {state.after}, {state.how}: {wrong}") from wrong
            finally:
                shutil.rmtree(place)
            self.found[how] += 1
        return number

    def _new(self, states: Iterable[State]) -> Iterator[State]:
        for state in states:
            digest = state.digest
            if digest not in self._seen:
                self._seen.add(digest)
                yield state

    def _require_the_same(self, watched: Path) -> None:
        """The recording, replayed without a cut, is what is on the disk: the model misses nothing."""
        there = {
            str(path.relative_to(watched)): path
            for path in watched.rglob("*")
            if path.name != MARKS and not path.is_symlink()
        }
        told = self.crashes.whole().files
        assert set(there) == set(told) - {MARKS}, sorted(set(there) ^ set(told))
        for name, path in there.items():
            assert path.is_dir() or path.read_bytes() == told[name], name
