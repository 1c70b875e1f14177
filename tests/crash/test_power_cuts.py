"""What a power cut can leave of sittings, deliveries, notes and moves: each state opens to all that was acknowledged.

The states are built from what was really done to the disk (`tests/crash/states.py` says by which rules). Here is a
sample of them; `make soak` tries them all and many more by chance (docs/crash-safety.md).
"""

import random
from itertools import islice

import pytest

from tests.crash.power_cuts import PowerCuts
from tests.crash.recording import Make, Mark, Sync, SyncFolder, Write, has_strace
from tests.crash.states import Crashes

pytestmark = pytest.mark.slow

SEED = 20_260_101
FEW = ("note", "portfolio-stick")
"""Their systematic states are all that there are."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PowerCuts]:
    if not has_strace():
        pytest.skip("strace is not here, or may not watch another process")
    names = ("note", "sitting", "outbox", "move-out", "move-in", "portfolio-stick")
    return PowerCuts.recorded(names, tmp_path_factory.mktemp("recorded"))


@pytest.mark.parametrize(
    ("name", "some", "ends"),
    [
        ("note", 40, {"0 ms", "1000 ms", "2000 ms", "3000 ms"}),
        ("sitting", 120, {"not begun", "goes on", "handed in"}),
        ("outbox", 60, {"0 delivered", "1 delivered"}),
        ("move-out", 120, {"not begun", "goes on", "moved"}),
        ("move-in", 120, {"nothing", "all of it", "done"}),
        ("portfolio-stick", 40, {"0 of 3", "1 of 3", "2 of 3", "3 of 3"}),
    ],
)
def test_every_state_opens_to_what_was_acknowledged(
    recorded: dict[str, PowerCuts], name: str, some: int, ends: set[str]
) -> None:
    cuts, chance = recorded[name], random.Random(SEED)
    states = cuts.systematic()
    tried = cuts.check(chance.sample(states, min(some, len(states))))
    tried += cuts.check(islice(cuts.sampled(chance), some // 2)) if name not in FEW else 0
    assert tried >= 10
    assert set(cuts.found) == ends, "each way to be found was met, and none is a refusal"


def test_the_recording_has_a_whole_sitting(recorded: dict[str, PowerCuts]) -> None:
    assert [one.event.type for one in recorded["sitting"].story][-1] == "handed-in"
    assert len(recorded["sitting"].story) > 32, "a checkpoint was among them"


TWO_WRITES = (
    Make("f", 2),
    Write(2, 0, b"a" * 1_024),
    Sync(2),
    SyncFolder("."),
    Write(2, 0, b"b" * 1_024),
    Write(2, 1_024, b"c" * 512),
    Mark("both"),
)


def left(*operations: object) -> set[bytes | None]:
    return {state.files.get("f") for state in Crashes(operations).systematic()}  # type: ignore[arg-type]  # these are operations


def test_what_was_synced_stays_and_what_was_not_may_be_lost_torn_or_reordered() -> None:
    a, b, c = b"a" * 512, b"b" * 512, b"c" * 512
    after = {state.files.get("f") for state in Crashes(TWO_WRITES).systematic() if state.after == len(TWO_WRITES)}
    assert after == {a + a, b + b, b + b + c, a + a + c, b + a, a + b, b + a + c, a + b + c}


def test_a_name_is_lost_until_its_folder_is_synced() -> None:
    made = (Make("f", 2), Write(2, 0, b"a"), Sync(2))
    assert None in {state.files.get("f") for state in Crashes((*made, Mark("x"))).systematic() if state.marks}
    with_folder = (*made, SyncFolder("."), Mark("x"))
    assert {state.files.get("f") for state in Crashes(with_folder).systematic() if state.marks} == {b"a"}
