"""What the first paint waits for, and a fault of a binding that would end a sitting after minutes."""

import os
import subprocess
import sys

from PySide6.QtWidgets import QLabel

HEAVY = ("sqlalchemy", "cryptography", "vlc", "pydantic", "httpx2", "segno")


def test_the_sign_in_window_needs_no_heavy_room() -> None:
    program = (
        "import sys; from pocus_desktop.ui.launch import make_application, show_sign_in; "
        "application = make_application(); window = show_sign_in(); application.processEvents(); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_calls_that_return_nothing_lose_no_reference_to_none(qtbot: object) -> None:
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(500):
        label.setText("x")
    lost = before - sys.getrefcount(None)
    label.deleteLater()
    assert lost < 100
