"""Start-up to the painted sign-in window against the smallest PySide6 program: a window with one centred label.

Both are fresh processes on the offscreen platform. What counts is what a person waits for: from the start of the
process to the end of the window's first paint.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.claim import Claim, at_most

ROUNDS: Final = 11
ROOT: Final = Path(__file__).resolve().parents[1]

BARE: Final = """
import time
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        application.quit()
application = QApplication([])
window = Window()
window.setCentralWidget(QLabel("Sign in", alignment=Qt.AlignmentFlag.AlignCenter))
window.resize(1280, 800)
window.show()
application.exec()
print(time.time())
"""

_OURS: Final = """
import time
from pocus_desktop.ui.launch import make_application, show_sign_in
application = make_application()
window = show_sign_in()
window.painted.connect(application.quit)
application.exec()
print(time.time())
"""


def run() -> Claim:
    """Medians of fresh processes, run in turns."""
    ours: list[float] = []
    bare: list[float] = []
    for program, figures in ((_OURS, ours), (BARE, bare)):
        _milliseconds(program)  # once unmeasured: files into the system's cache
        figures.clear()
    for _ in range(ROUNDS):
        ours.append(_milliseconds(_OURS))
        bare.append(_milliseconds(BARE))
    return at_most(
        "start-up to the painted sign-in window, against a bare PySide6 window",
        ours=round(statistics.median(ours), 1),
        reference=round(statistics.median(bare), 1),
        unit="ms",
        goal=1.25,
    )


def as_installed() -> dict[str, str]:
    """The environment of a child, on no screen, whose modules are compiled once, as an installed program's are."""
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**told, "QT_QPA_PLATFORM": "offscreen"}


def _milliseconds(program: str) -> float:
    begun = time.time()
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=as_installed(),
        timeout=60,
    )
    return (float(done.stdout.split()[-1]) - begun) * 1000
