"""The short run of every fuzz target: seeds, corpus, earlier findings, and the same changes of them every time."""

import time
from random import Random
from typing import Final

import pytest

from pocus_desktop.kernel.errors import PocusError
from tests.fuzz.mutation import MAXIMUM_BYTES, mutated
from tests.fuzz.saved import FOUND, inputs
from tests.fuzz.targets import TARGETS
from tests.fuzz.tellable import NotTellableError, require_tellable

INPUTS: Final = 120
SLOWEST_SECONDS: Final = 10.0
"""Of one input, on this process's clock: what is slow by design here takes a hundredth of it."""


@pytest.mark.parametrize("name", TARGETS)
def test_only_errors_that_can_be_told_come_out(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    for data in seeds:
        target.try_one(data)
    known = (*seeds, *inputs(target))
    chance = Random(name)
    changed = [mutated(chance.choice(known), chance, other=chance.choice(known)) for _ in range(INPUTS)]
    for data in (*inputs(target), *changed):
        begun = time.process_time()
        target.try_one(data)
        assert time.process_time() - begun < SLOWEST_SECONDS


def test_every_target_reads_something() -> None:
    """A target whose seeds are all refused alike would test nothing but that refusal."""
    for target in TARGETS.values():
        codes = {target.try_one(data) for data in (*target.seeds(), *inputs(target))}
        assert "" in codes or len(codes) > 1, target.name


def test_findings_lie_under_the_name_of_a_target() -> None:
    assert {path.name for path in FOUND.iterdir()} <= set(TARGETS)


def test_mutations_are_the_same_every_time_and_bounded() -> None:
    data = b'{"a":[1,2,{"b":"c"}]}'
    assert mutated(data, Random(1)) == mutated(data, Random(1))
    assert len({mutated(data, Random(seed)) for seed in range(200)}) > 100
    assert all(len(mutated(data * 9000, Random(seed))) <= MAXIMUM_BYTES for seed in range(9))


def test_an_error_that_cannot_be_told_is_a_finding() -> None:
    with pytest.raises(NotTellableError):
        require_tellable(PocusError())  # its code has no row of its own to fill in
