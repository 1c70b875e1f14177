"""Cine scrub: the exact picture by index, beside seeking in the same pictures as a video with PyAV and with VLC."""

import io
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import av
import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QApplication

from benchmarks.claim import Claim
from pocus_desktop.authoring.media.clip import Clip, encode_clip
from pocus_desktop.authoring.media.import_cine import make_cine
from pocus_desktop.media.cine import CineReader
from pocus_desktop.media.player import MediaSource
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui.video.cine_surface import CineSurface
from pocus_desktop.ui.video.frame_cache import FrameCache

FRAMES, WIDTH, HEIGHT, FPS, BITS = 60, 640, 480, 25, 6
SCRUBS, VLC_SCRUBS = 150, 20
GOAL_MS = 16.0

Pixels = npt.NDArray[np.uint8]


def run() -> list[Claim]:
    """Scrub at random: the same targets for the cine, PyAV and VLC."""
    frames = _pictures()
    targets = [random.Random(11).randrange(FRAMES) for _ in range(SCRUBS)]
    first, again = _cine(frames, targets)
    clip = encode_clip(frames=frames, fps=FPS, effort=6)
    pyav = _pyav(clip, targets)
    vlc, vlc_wrong = _vlc(clip, targets[:VLC_SCRUBS])
    ours = statistics.quantiles(again, n=100)[98]
    cold = statistics.quantiles(first, n=100)[98]
    return [
        _below("cine scrub, p99, decode and paint at 640x480 (reference: PyAV seek and decode)", cold, pyav),
        _below("cine scrub, p99, frames kept decoded (reference: PyAV seek and decode)", ours, pyav),
        Claim(
            claim=f"cine scrub, median, every frame exact (reference: VLC paused seek, {vlc_wrong} of "
            f"{VLC_SCRUBS} on another frame)",
            ours=round(statistics.median(again), 3),
            reference=round(statistics.median(vlc), 3),
            unit="ms",
            ratio=round(statistics.median(again) / statistics.median(vlc), 4),
            goal="exact",
            holds=True,  # _cine raises on a wrong frame
        ),
    ]


def _below(claim: str, ours: float, reference: list[float]) -> Claim:
    theirs = statistics.quantiles(reference, n=100)[98]
    return Claim(
        claim=claim,
        ours=round(ours, 3),
        reference=round(theirs, 3),
        unit="ms",
        ratio=round(ours / theirs, 4),
        goal=f"ours < {GOAL_MS:g} ms",
        holds=ours < GOAL_MS,
    )


def _pictures() -> list[Pixels]:
    """Speckle that changes from frame to frame, and the frame's number in six blocks."""
    noise = np.random.default_rng(3)
    field = noise.normal(size=(HEIGHT + FRAMES, WIDTH)) ** 2 + noise.normal(size=(HEIGHT + FRAMES, WIDTH)) ** 2
    grey = np.clip(40 * np.log1p(np.sqrt(field)) * 2, 0, 255).astype(np.uint8)
    made = []
    for index in range(FRAMES):
        picture = np.repeat(grey[index : index + HEIGHT, :, None], 3, axis=2)
        for bit in range(BITS):
            picture[16:80, 16 + bit * 80 : 80 + bit * 80] = 235 if index >> bit & 1 else 16
        made.append(picture)
    return made


def _number(levels: list[int]) -> int:
    return sum(1 << bit for bit, level in enumerate(levels) if level > 128)


def _cine(frames: list[Pixels], targets: list[int]) -> tuple[list[float], list[float]]:
    """Milliseconds from the order to the painted frame: with nothing decoded yet, and with everything kept."""
    application = QApplication.instance() or QApplication([])
    imported = make_cine(frames, fps=FPS)
    cold: list[float] = []
    with CineReader(lambda: io.BytesIO(imported.data)) as reader:
        surface = CineSurface()
        surface.resize(WIDTH, HEIGHT)
        surface.set_cine(reader)
        for target in targets:
            surface._cache = FrameCache(reader.frame_bytes)  # noqa: SLF001 - nothing decoded
            cold.append(_scrub(surface, target))
        for index in range(FRAMES):
            surface.show_index(index)
        warm = [_scrub(surface, target) for target in targets]
        surface.deleteLater()
    del application
    return cold, warm


def _scrub(surface: CineSurface, target: int) -> float:
    started = time.perf_counter()
    surface.show_index(target)
    painted = surface.grab().toImage()
    elapsed = (time.perf_counter() - started) * 1000
    if _number([painted.pixelColor(48 + bit * 80, 48).red() for bit in range(BITS)]) != target:
        raise AssertionError(f"frame {target} was not the one shown")
    return elapsed


def _pyav(clip: Clip, targets: list[int]) -> list[float]:
    times = []
    with av.open(io.BytesIO(clip.data), "r") as container:
        stream = container.streams.video[0]
        for target in targets:
            started = time.perf_counter()
            container.seek(round(target / FPS * 1_000_000))
            for frame in container.decode(stream):
                if frame.time >= target / FPS - 0.5 / FPS:
                    frame.to_ndarray(format="rgb24")
                    break
            times.append((time.perf_counter() - started) * 1000)
    return times


def _vlc(clip: Clip, targets: list[int]) -> tuple[list[float], int]:
    """Milliseconds until a new picture stands, and how many were not the one asked for."""
    engine = VlcEngine(arguments=("--no-audio",))
    player = engine.player(lambda _: None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.webm"
        path.write_bytes(clip.data)
        player.load(
            MediaSource(
                open=lambda: path.open("rb"),
                size_bytes=len(clip.data),
                kind="video",
                width_px=WIDTH,
                height_px=HEIGHT,
                duration_ms=clip.duration_ms,
            )
        )
        _turn_until(lambda: player.state == "ready", player.poll, 10)
        times, wrong = [], 0
        for target in targets:
            before = player.frames.published
            started = time.perf_counter()
            player.seek(target * 1000 // FPS)
            _turn_until(lambda before=before: player.frames.published > before, player.poll, 2)  # type: ignore[misc]
            times.append((time.perf_counter() - started) * 1000)
            frame = player.frames.latest()
            if frame is not None:
                row = 48 * frame.stride
                wrong += _number([frame.data[row + (48 + bit * 80) * 4] for bit in range(BITS)]) != target
        player.close()
    engine.close()
    return times, wrong


def _turn_until(condition: Callable[[], bool], poll: Callable[[], None], seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < deadline:
        poll()
        time.sleep(0.001)


if __name__ == "__main__":
    for claim in run():
        print(claim.as_line())
