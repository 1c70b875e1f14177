"""Several processes of one hub, killed one after another and with their database: nothing lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub.postgres import Cluster
from tests.hub.school import School
from tests.hub.several import POINTS, academy, expected, sit_several

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are divided and stopped by signals")


@pytest.fixture
def kept_in() -> str:
    """Several processes are PostgreSQL's."""
    return "postgresql"


def test_whatever_is_killed_nothing_accepted_is_lost_or_doubled(
    school: School, postgres: Cluster, tmp_path: Path
) -> None:
    rng = random.Random(20)
    rounds = 2 * len(POINTS) + 2
    sats = sit_several(school, rounds, rng)
    at_one = expected(school, [envelope for sat in sats for envelope in sat], tmp_path / "alone")
    each = iter(sats)
    with academy(school, postgres, rng) as hub:
        for point in POINTS:
            hub.kill_at("process", point, next(each))
            hub.kill_at("database", point, next(each))
        hub.kill_somewhere("process", next(each))
        hub.kill_somewhere("database", next(each))
        hub.check(at_one)
        assert sum(hub.kills.values()) == rounds


FAMILY = """
import signal, sys, time
from pocus_desktop.hub.web.processes import run_several

def work(number):
    print(number, flush=True)
    signal.pause()

run_several(2, work)
print("stopped", flush=True)
"""


def test_a_process_whose_parent_is_gone_stops_by_itself() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert sorted(parent.stdout.readline() for _ in range(2)) == ["0\n", "1\n"]
        parent.kill()
        assert parent.stdout.read() == "", "the pipe ends when the last of them is gone"


BORN = """
import os, signal
from pocus_desktop.hub.web.processes import run_several

fork, told = os.fork, []

def fork_and_tell():
    child = fork()
    if child == 0 and not told:
        told.append("told to stop at its birth, and lives on")
        os.kill(os.getpid(), signal.SIGTERM)
    if child:
        told.append("")  # the one that is started in its place is told nothing
    return child

def work(number):
    print(told[-1] or number, flush=True)
    signal.pause()

os.fork = fork_and_tell
run_several(1, work)
"""


def test_a_process_that_is_told_to_stop_at_its_birth_stops() -> None:
    with subprocess.Popen([sys.executable, "-c", BORN], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline() == "0\n", "another one, started in its place"
        finally:
            parent.terminate()
        assert parent.wait(timeout=30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "interrupted"])
def test_all_of_them_stop_when_the_parent_is_told(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert sorted(parent.stdout.readline() for _ in range(2)) == ["0\n", "1\n"]
        parent.send_signal(number)
        assert parent.wait(timeout=30) == 0
        assert parent.stdout.read() == "stopped\n"
