"""What every clock keeps: the machine's own, the test's, and one over clocks of another system's kind."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from pocus_desktop.kernel.clock import Clock, ManualClock, Reading, SystemClock
from pocus_desktop.kernel.machine_clocks import MachineClocks, machine_clocks

NOISE_MS = 20
"""Two clocks are looked at one after the other, and one system counts one of them in sixtieths of a second."""


class Ticking:
    """Nanoseconds that go on by a little with each look, and by what the machine slept."""

    def __init__(self) -> None:
        self.awake_ns = 0
        self.asleep_ns = 0

    def awake(self) -> int:
        self.awake_ns += 300_000
        return self.awake_ns

    def passed(self) -> int:
        return self.awake_ns + self.asleep_ns


def clocks() -> list[tuple[str, Callable[[], Clock]]]:
    """Each by its name."""
    ticking = Ticking()
    fake = MachineClocks(awake_ns=ticking.awake, passed_ns=ticking.passed, boot_id="a boot")
    return [("system", SystemClock), ("manual", ManualClock), ("fake", lambda: SystemClock(fake))]


@pytest.mark.parametrize(("_name", "make"), clocks(), ids=lambda value: value if isinstance(value, str) else "")
def test_no_reading_is_before_the_last(_name: str, make: Callable[[], Clock]) -> None:
    clock = make()
    readings = [clock.read() for _ in range(50)]
    assert readings == sorted(readings, key=lambda reading: reading.monotonic_ms)
    asleep = [reading.asleep_ms for reading in readings]
    assert max(asleep) - min(asleep) <= NOISE_MS  # no machine sleeps in between
    assert min(asleep) >= 0
    assert len({reading.boot_id for reading in readings}) == 1
    assert readings[0].boot_id


def test_the_clock_of_an_examination_stands_still_in_sleep_and_the_sleep_is_told() -> None:
    ticking = Ticking()
    clock = SystemClock(MachineClocks(awake_ns=ticking.awake, passed_ns=ticking.passed, boot_id="a boot"))
    before = clock.read()
    ticking.asleep_ns += 3_600_000_000_000
    after = clock.read()
    assert after.monotonic_ms - before.monotonic_ms <= 1
    assert after.asleep_ms - before.asleep_ms == 3_600_000


def test_the_manual_clock_sleeps_like_a_machine() -> None:
    clock = ManualClock(monotonic_ms=7)
    before = clock.read()
    clock.sleep(ms=60_000)
    after = clock.read()
    assert (after.monotonic_ms, after.asleep_ms) == (7, 60_000)
    assert after.wall_ms - before.wall_ms == 60_000
    clock.set(monotonic_ms=3, boot_id="the next")
    assert clock.read().asleep_ms == 0


def test_two_clocks_of_one_machine_agree_on_boot_and_time() -> None:
    """A program that comes back measures against what the one before it wrote."""
    code = (
        "from pocus_desktop.kernel.clock import SystemClock; r = SystemClock().read();"
        "print(r.boot_id, r.monotonic_ms, r.asleep_ms)"
    )
    before = SystemClock().read()
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    after = SystemClock().read()
    assert told[0] == before.boot_id == after.boot_id
    assert before.monotonic_ms <= int(told[1]) <= after.monotonic_ms
    assert abs(int(told[2]) - after.asleep_ms) <= NOISE_MS


def test_what_counts_the_sleep_never_shows_less_than_what_does_not() -> None:
    found = machine_clocks()
    awake = found.awake_ns()
    assert found.passed_ns() >= awake > 0


@pytest.mark.skipif(sys.platform == "win32", reason="there, Python's own clock runs through sleep")
def test_the_clock_is_the_one_that_timers_go_by() -> None:
    before = time.monotonic_ns() // 1_000_000
    now_ms = SystemClock().read().monotonic_ms
    assert before <= now_ms <= time.monotonic_ns() // 1_000_000


def test_how_long_the_machine_slept_is_beside_a_reading_and_not_of_it() -> None:
    assert Reading(monotonic_ms=1, wall_ms=2, boot_id="a") == Reading(
        monotonic_ms=1, wall_ms=2, boot_id="a", asleep_ms=9
    )
