"""The log: one JSON object a line, only what is safe."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.kernel import log
from pocus_desktop.kernel.canonical import BadJsonError


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "pocus.log"
    log.start(path)
    yield path
    log.stop()


def test_events_and_failures_are_lines_of_json(file: Path) -> None:
    log.event("sitting.opened", sitting="sit_1")
    log.failure(BadJsonError(reason="cut"))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("sitting.opened", "info"),
        ("kernel.bad_json", "warning"),
    ]
    assert lines[0]["sitting"] == "sit_1"
    assert lines[1]["blame"] == "content"


def test_starting_again_leaves_the_first_file_alone(file: Path, tmp_path: Path) -> None:
    log.start(tmp_path / "second.log")
    log.event("moved")
    assert file.read_text() == ""
    assert "moved" in (tmp_path / "second.log").read_text()


def test_a_full_file_is_turned_and_so_many_older_ones_are_kept(tmp_path: Path) -> None:
    log.start(tmp_path / "small.log", maximum_bytes=400, older=2)
    for number in range(40):
        log.event("counted", number=number)
    log.stop()
    files = [tmp_path / name for name in ("small.log.2", "small.log.1", "small.log")]
    assert sorted(tmp_path.glob("small.log*")) == sorted(files)
    longest = max(len(line) + 1 for file in files for line in file.read_text().splitlines())
    assert all(file.stat().st_size < 400 + longest for file in files)
    numbers = [json.loads(line)["number"] for file in files for line in file.read_text().splitlines()]
    assert numbers == list(range(40))[-len(numbers) :], "nothing is lost between two files"


def test_what_was_stopped_takes_no_more(file: Path) -> None:
    log.event("kept")
    log.stop()
    log.event("lost")
    assert [json.loads(line)["event"] for line in file.read_text().splitlines()] == ["kept"]


def test_a_command_without_a_log_says_no_bare_codes() -> None:
    line = "from pocus_desktop.kernel import log; from pocus_desktop.kernel.canonical import BadJsonError as E; "
    line += "log.failure(E(reason='x'))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stderr == ""
