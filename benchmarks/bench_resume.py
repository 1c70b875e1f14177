"""Back after a kill: from the start of the process to the candidate's case on the screen, where it was.

A process sits the sample to its first step, through the real windows, and is killed. What is timed is a fresh one: the
program as a person starts it (sign-in window, station, keys at hand, journal replayed, the case on the screen), with a
scripted person who signs in as soon as there is something to click. Beside it a bare start: a Qt window with one label.
The goal is in seconds, as a person would count.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.bench_startup import BARE, ROOT, as_installed
from benchmarks.claim import Claim, at_most
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.demo import CANDIDATE, SAMPLE
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.kernel.clock import SystemClock

ROUNDS: Final = 5
GOAL_S: Final = 2.0

_PROGRAM: Final = """
import json, os, signal, sys, time
told = json.loads(sys.stdin.readline())
from pocus_desktop.ui.launch import run_candidate
made = []
def rooms():
    from pathlib import Path
    from pocus_desktop.admission.admission import StationKeys
    from pocus_desktop.admission.trusting import Trusting
    from pocus_desktop.app.rooms import make_rooms
    from pocus_desktop.app.station import Station
    from pocus_desktop.crypto.keys import SealingKey, SigningKey
    from pocus_desktop.kernel.clock import SystemClock
    from pocus_desktop.kernel.settings import Home
    from pocus_desktop.media.vlc_player import VlcEngine
    from pocus_desktop.sync.folder import FolderTransport
    home = Home(folder=Path(told["home"]))
    keys = StationKeys(
        signing=SigningKey.from_seed(bytes.fromhex(told["signing"])),
        sealing=SealingKey.from_seed(bytes.fromhex(told["sealing"])),
    )
    home.carry.mkdir(exist_ok=True)
    station = Station(
        home, keys=keys, trusting=Trusting.load(home), transport=FolderTransport(home.carry), clock=SystemClock()
    )
    return make_rooms(station, clock=SystemClock(), folder=home.sittings, engine=VlcEngine())
def ready(shell):
    from PySide6.QtCore import QTimer
    from pocus_desktop.ui.candidate.screens.sign_in import SignIn
    from pocus_desktop.sitting import intents
    from pocus_desktop.sitting.views import CaseView
    beat = QTimer(shell)
    def look():
        window = shell.window
        if window is None:
            return
        view = window.view
        if isinstance(view.screen, CaseView) and view.chrome.saved == "saved":
            if made and made[-1] is window.screen_shown:  # it was there a beat ago, and is painted since
                print(time.time(), view.screen.step, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            made.append(window.screen_shown)
            return
        for intent in (
            intents.ConfirmIdentity(), intents.PassSystemCheck(), intents.AcceptAgreement(version="1"),
            intents.FinishComfort(), intents.FinishTutorial(), intents.StartCase(),
        ) if not made else ():
            made.append(intent)
            window.host.handle(intent)
    beat.timeout.connect(look)
    beat.start(5)
    shell.sign_in.asked.emit(SignIn(candidate_id=told["candidate"], admission_id=told["admission"], code="", words=""))
run_candidate(rooms, on_ready=ready)
"""


def run() -> Claim:
    """Medians of fresh processes, in turns."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-resume-") as folder:
        workshop = Workshop.open(Path(folder), source=SAMPLE, recipe=None, clock=SystemClock())
        station = workshop.station()
        admission_id = station.admit(workshop.admission(candidate=CANDIDATE, mode=Mode.TRIAL))
        station.close()
        workshop.close()
        told = json.dumps(
            {
                "home": str(workshop.home.folder),
                "signing": workshop.station_keys.signing.seed.hex(),
                "sealing": workshop.station_keys.sealing.seed.hex(),
                "candidate": CANDIDATE.id,
                "admission": admission_id,
            }
        )
        _seconds(_PROGRAM, told)  # begins the sitting, and is killed in it
        ours: list[float] = []
        bare: list[float] = []
        for _ in range(ROUNDS):
            ours.append(_seconds(_PROGRAM, told))
            bare.append(_seconds(BARE, ""))
    back_s, bare_s = statistics.median(ours), statistics.median(bare)
    return at_most(
        f"back after a kill, from the start of the process to the case (a bare PySide6 window: {bare_s:.2f} s)",
        ours=round(back_s, 2),
        reference=GOAL_S,
        unit="s",
        goal=1.0,
    )


def _seconds(program: str, told: str) -> float:
    begun = time.time()
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=f"{told}\n",
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=as_installed(),
        timeout=120,
        check=False,
    )
    return float(done.stdout.split()[0]) - begun
