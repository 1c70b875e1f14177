"""A second copy of the program on the same sitting is refused by name, and the first goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.academy import CANDIDATE, LEFT, RIGHT, Academy, answer, answered, delivered, hand_in, points

ROOT = Path(__file__).resolve().parents[2]


def second(academy: Academy, admission_id: str) -> Any:
    """Let a second process try; what it printed."""
    keys = academy.workshop.station_keys
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("second_instance.py")),
            str(academy.workshop.home.folder),
            admission_id,
            CANDIDATE,
        ],
        input=json.dumps({"signing": keys.signing.seed.hex(), "sealing": keys.sealing.seed.hex()}),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_second_instance_is_refused_while_the_first_goes_on(academy: Academy) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    told = second(academy, admission_id)
    assert told["listed"] == [admission_id]
    assert told["error"]["code"] == "sitting.already_open"
    assert told["error"]["what"] == "This sitting is open in another window or program."
    assert told["error"]["next"].endswith("Nothing is lost.")
    answer(opened, RIGHT)
    hand_in(opened)
    delivered(opened, "received")
    assert points(academy) == 0


def test_once_the_first_has_closed_the_second_goes_on_where_it_was(academy: Academy) -> None:
    admission_id, opened = academy.begin()
    answer(opened, LEFT)
    academy.leave()
    assert second(academy, admission_id)["error"] is None
    assert answered(academy.open(admission_id).view()) == LEFT
