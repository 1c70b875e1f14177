"""Sits a scripted sitting in a process of its own, and dies where it is told to.

    python crash_child.py FOLDER POINT...

Each POINT is `moment:n` (the n-th time that the sitting comes to the moment) or `after:ms` (a clock that knows nothing
of the sitting). For each, a process is forked that sits in FOLDER/<number>, writes what was acknowledged to it into
FOLDER/<number>.acknowledged, and is killed without warning.
"""

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.state import SittingState
from tests.sitting.world import World, choice, number

SCRIPT: tuple[Intent, ...] = (
    intents.ConfirmIdentity(),
    intents.PassSystemCheck(),
    intents.AcceptAgreement(version="1"),
    intents.FinishComfort(),
    intents.FinishTutorial(),
    intents.StartCase(),
    intents.PlayClip(clip="arrival.0"),
    intents.ReportMedia(clip="arrival.0", what="position", position_ms=2_500),
    intents.ReportMedia(clip="arrival.0", what="ended", position_ms=9_000),
    intents.PlayClip(clip="arrival.0"),
    intents.ReportMedia(clip="arrival.0", what="position", position_ms=1_250),
    intents.GoNext(),
    intents.Answer(item="risk-factors", response=choice("flight")),
    intents.Answer(item="risk-factors", response=choice("flight", "pill")),
    intents.Flag(item="risk-factors", is_flagged=True),
    intents.GoNext(),
    intents.Answer(item="calf-size", response=number("3", "cm")),
    intents.GoNext(),
    intents.ReportCine(cine="femoral.0", frame=12),
    intents.Answer(item="compressible", response=choice("yes")),
    intents.Answer(item="diameter", response=number("11", "mm")),
    intents.GoNext(),
    intents.Answer(item="second-look", response=choice("no")),
    intents.GoNext(),
    intents.Answer(item="treatment", response=choice("treat")),
    intents.GoNext(),
    intents.GoNext(),
    intents.HandIn(is_confirmed=True),
)
"""What the candidate does, one deed every seven seconds: time runs, heartbeats and timers fire in between."""

STEP_MS = 7_000


def world_in(folder: Path) -> World:
    """The same hub, academy and station in every process."""
    return World(
        folder=folder,
        hub=SigningKey.from_seed(b"\x01" * 32),
        academy=SealingKey.from_seed(b"\x02" * 32),
        station=StationKeys(signing=SigningKey.from_seed(b"\x03" * 32), sealing=SealingKey.from_seed(b"\x04" * 32)),
    )


def essence(state: SittingState) -> str:
    """All that a candidate could miss: where they are, answers, plays, media, cines, flags, time."""
    return json.dumps(
        [
            state.last_seq,
            state.stage,
            state.place.step,
            state.place.patient,
            sorted((name, response.model_dump_json()) for name, response in state.responses.items()),
            sorted((key, repr(clip)) for key, clip in state.clips.items()),
            sorted(state.cines.items()),
            sorted(state.flags),
            state.ledger.consumed_ms,
            sorted((*scope, ms) for scope, ms in state.ledger.by_scope.items()),
            sorted(state.configuration.timers) if state.configuration else [],
        ]
    )


def sit(folder: Path, name: str, point: str) -> None:
    """Sit until the point is reached; never returns if it is."""
    moment, _, after = point.partition(":")
    counted: Counter[str] = Counter()

    def hook(reached: str) -> None:
        counted[reached] += 1
        if reached == moment and counted[reached] == int(after):
            os.kill(os.getpid(), signal.SIGKILL)

    def kill_later() -> None:
        time.sleep(int(after) / 1000)
        os.kill(os.getpid(), signal.SIGKILL)

    acknowledged = os.open(folder / f"{name}.acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    world = world_in(folder)
    if moment == "after":
        threading.Thread(target=kill_later, daemon=True).start()
    sitting = world.begin(name=name, hook=hook)
    for intent in SCRIPT:
        for _ in range(2):
            world.clock.advance(ms=STEP_MS // 2)
            sitting.tick()
        sitting.handle(intent)
        os.write(acknowledged, (essence(sitting.state) + "\n").encode())
    sitting.close()


def main() -> None:
    """Fork and wait, point after point."""
    folder, points = Path(sys.argv[1]), sys.argv[2:]
    for index, point in enumerate(points):
        child = os.fork()
        if child == 0:
            sit(folder, str(index), point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        told = {"name": str(index), "point": point, "was_killed": os.WIFSIGNALED(status)}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
