"""Where there is no display, and nobody chose a platform without one."""

import os
import subprocess
import sys
from pathlib import Path

_OPENS_A_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from pocus_desktop.app.rehearsals.programme.clock import MovedClock
from pocus_desktop.app.rehearsals.programme.record import Record
from pocus_desktop.app.rehearsals.programme.window import open_window
from pocus_desktop.kernel.settings import Home
folder = Path(sys.argv[1])
record = Record(folder=folder, name="test")
record.begin("a window")
with open_window(Home(folder=folder), MovedClock(folder / "passed"), record):
    print(QGuiApplication.platformName())
"""


def test_the_rehearsal_draws_its_windows_without_a_display(tmp_path: Path) -> None:
    gone = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    surroundings = {name: value for name, value in os.environ.items() if name not in gone}
    command = [sys.executable, "-c", _OPENS_A_WINDOW, str(tmp_path)]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "offscreen" in done.stdout.splitlines()
