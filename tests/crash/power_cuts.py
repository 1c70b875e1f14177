"""Records the scenarios and tries the states that a power cut can leave of them."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pocus_desktop.sitting.codec import Recorded
from tests.crash import moving_in, scenarios
from tests.crash.recording import MARKS, Operation, record
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
    def recorded(cls, names: Sequence[str], folder: Path) -> "dict[str, PowerCuts]":
        """Run the scenarios in a process of their own, and watch it; the outbox's comes after the sitting's."""
        watched = [folder / name for name in names]
        for place in watched:
            place.mkdir(parents=True)
        if "move-in" in names:
            moving_in.prepare(folder, folder / "move-in")
        recordings = record(["-m", "tests.crash.scenarios", str(folder), *names], watched)
        cuts = {name: cls._of(name, folder, done) for name, done in zip(names, recordings, strict=True)}
        for name, place in zip(names, watched, strict=True):
            cuts[name]._require_the_same(place)
        return cuts

    @classmethod
    def _of(cls, name: str, folder: Path, operations: tuple[Operation, ...]) -> "PowerCuts":
        told = folder / f"{name}.story"
        story = tuple(map(Recorded.from_json, json.loads(told.read_text()))) if told.exists() else ()
        return cls(name=name, folder=folder, crashes=Crashes(operations), story=story)

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
