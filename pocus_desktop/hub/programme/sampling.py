"""The audit's sample: which approved applications are looked at once more, drawn by chance and drawn again the same.

Each application has a place by the SHA-256 of seed and id; the first ones are drawn. Who knows seed and ids finds the
same ones with any program, and nobody who does not know the seed beforehand can arrange to be left out.
"""

import hashlib
import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pocus_desktop.hub.programme.errors import BadSampleError
from pocus_desktop.hub.programme.store import APPLICATION, SAMPLE
from pocus_desktop.hub.registry.store import RegistryStore, Row
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.ids import new_id

_LONGEST_SEED: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was drawn, and from what.

    Attributes:
        population: Ids of all applications that were approved in the time.
        drawn: Those that were drawn, in the order of their places.
    """

    sample_id: str
    seed: str
    percent: int
    since_ms: int
    until_ms: int
    population: tuple[str, ...]
    drawn: tuple[str, ...]
    made_ms: int
    made_by: str

    @property
    def is_right(self) -> bool:
        """Whether drawing again gives the same."""
        return draw(self.population, self.percent, self.seed) == self.drawn


def draw(population: Collection[str], percent: int, seed: str) -> tuple[str, ...]:
    """A share of some ids, at least one where there are any; whatever order they come in."""
    wanted = math.ceil(len(population) * percent / 100)
    placed = sorted(population, key=lambda one: (hashlib.sha256(f"{seed}\0{one}".encode()).digest(), one))
    return tuple(placed[:wanted])


class Sampling:
    """The desk; any thread may call."""

    def __init__(self, store: RegistryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def make(self, *, percent: int, since_ms: int, until_ms: int, seed: str = "", who: str, why: str) -> Sample:
        """Draw from what was approved in a time.

        Args:
            percent: The share.
            since_ms: Decided at this moment or later.
            until_ms: Decided before this moment.
            seed: Such as numbers drawn in public; one is made by chance where it is empty.
            who: The login, for the trail.
            why: For the trail.

        Raises:
            BadSampleError: The share or the seed is none, or nothing was approved.
        """
        if not 1 <= percent <= 100 or len(seed) > _LONGEST_SEED or not seed.isprintable():
            raise BadSampleError(reason="a share is 1 to 100, a seed one line")
        seed = seed.strip() or secrets.token_hex(16)
        now_ms = self._clock.read().wall_ms
        with self._store.rows() as rows:
            approved = rows.find(APPLICATION, state="approved")
            population = sorted(row["application_id"] for row in approved if since_ms <= row["decided_ms"] < until_ms)
            if not population:
                raise BadSampleError(reason="nothing was approved in that time")
            sample = Sample(
                sample_id=new_id("smp"),
                seed=seed,
                percent=percent,
                since_ms=since_ms,
                until_ms=until_ms,
                population=tuple(population),
                drawn=draw(population, percent, seed),
                made_ms=now_ms,
                made_by=who,
            )
            rows.add(
                SAMPLE,
                sample_id=sample.sample_id,
                seed=seed,
                percent=percent,
                since_ms=since_ms,
                until_ms=until_ms,
                population=" ".join(sample.population),
                drawn=" ".join(sample.drawn),
                made_ms=now_ms,
                made_by=who,
            )
            for one in sample.drawn:
                rows.change(APPLICATION, {"application_id": one}, is_sampled=True)
            now = f"{len(sample.drawn)}/{len(population)} ({seed}): {' '.join(sample.drawn)}"
            rows.note(f"sample:{sample.sample_id}", at_ms=now_ms, action="drawn", now=now, who=who, why=why)
        return sample

    def all(self) -> tuple[Sample, ...]:
        """Every sample, the last first."""
        found = [_sample(row) for row in self._store.look(SAMPLE)]
        return tuple(sorted(found, key=lambda one: (-one.made_ms, one.sample_id)))


def _sample(row: Row) -> Sample:
    return Sample(
        sample_id=row["sample_id"],
        seed=row["seed"],
        percent=row["percent"],
        since_ms=row["since_ms"],
        until_ms=row["until_ms"],
        population=tuple(row["population"].split()),
        drawn=tuple(row["drawn"].split()),
        made_ms=row["made_ms"],
        made_by=row["made_by"],
    )
