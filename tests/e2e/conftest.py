"""The academy that every story of this folder begins with, and media that really play."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.kernel.clock import ManualClock, SystemClock
from pocus_desktop.ui.launch import make_application
from tests.e2e.academy import Academy
from tests.e2e.windows import Seat

CLIP_S = 3


@pytest.fixture(scope="session")
def sound() -> bytes:
    """Three seconds of a tone."""
    return encode_clip(samples=(0.2 * np.sin(np.arange(CLIP_S * 48_000) / 20)).astype(np.float32)).data


@pytest.fixture(scope="session")
def film() -> bytes:
    """Three seconds of moving noise, so that every part of the file matters."""
    chance = np.random.default_rng(1)
    frames = [chance.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(CLIP_S * 10)]
    samples = (0.2 * np.sin(np.arange(CLIP_S * 48_000) / 20)).astype(np.float32)
    return encode_clip(frames=frames, fps=10, samples=samples, effort=8).data


@pytest.fixture
def playable(source: Path, sound: bytes) -> Path:
    """The small case source with a recording that plays."""
    (source / "media" / "arrival.ogg").write_bytes(sound)
    return source


@pytest.fixture
def filmed(source: Path, film: bytes, spoil: Callable[[str, str, str], Path]) -> Path:
    """The same with a film in the recording's place."""
    (source / "media" / "arrival.webm").write_bytes(film)
    return spoil("case.yaml", "audio: media/arrival.ogg", "video: media/arrival.webm")


@pytest.fixture
def academy(playable: Path, tmp_path: Path) -> Iterator[Academy]:
    made = Academy.found(tmp_path, source=playable, clock=SystemClock())
    yield made
    made.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def timed(playable: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Academy]:
    """An academy whose clock moves only when told."""
    made = Academy.found(tmp_path, source=playable, clock=clock)
    yield made
    made.close()


OFFSCREEN_CANNOT = r"This plugin does not support (raise\(\)|grabbing the keyboard|propagateSizeHints\(\))"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/e2e/" in str(item.path):
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN_CANNOT))


@pytest.fixture
def cinema(filmed: Path, tmp_path: Path) -> Iterator[Academy]:
    """An academy whose case begins with a film."""
    made = Academy.found(tmp_path, source=filmed, clock=SystemClock())
    yield made
    made.close()


@pytest.fixture
def take_seat(qtbot: QtBot) -> Iterator[Callable[..., Seat]]:
    """Sits candidates down, and closes every window afterwards."""
    make_application()
    taken: list[Seat] = []

    def take(academy: Academy, **how: str) -> Seat:
        taken.append(Seat.take(academy, qtbot, **how))
        return taken[-1]

    yield take
    for seat in taken:
        seat.leave()
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
