"""What only the real player can show: the right picture, the right sound, silence on standard error, named breakage."""

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pocus_desktop.authoring.media.clip import SAMPLE_RATE, Clip, encode_clip
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.events import Ended, Failed, FrameReady, Loaded, Paused, PlayerEvent, Started
from pocus_desktop.media.frames import BYTES_PER_PIXEL
from pocus_desktop.media.vlc_player import VlcEngine, VlcPlayer
from tests.media.playing import FRAME_MS, Driver, make_audio, make_video, number_of, numbered_pictures, source_of, tone

_CHECK = """
import json
from pocus_desktop.media.vlc_player import VlcEngine
report = VlcEngine().check()
problem = report.problem
print(json.dumps({"code": problem.code if problem else None, "version": report.version,
                  "next": problem.explain("en").next if problem else ""}))
"""

_PLAY = """
import sys, time
from pathlib import Path
from pocus_desktop.media.events import AudioSilent, Ended
from pocus_desktop.media.player import MediaSource
from pocus_desktop.media.vlc_player import VlcEngine
path = Path(sys.argv[1])
events = []
player = VlcEngine().player(events.append)
player.load(MediaSource(open=lambda: path.open("rb"), size_bytes=path.stat().st_size, kind="audio", duration_ms=500))
player.play()
deadline = time.monotonic() + 20
while time.monotonic() < deadline and not any(isinstance(event, Ended) for event in events):
    time.sleep(0.02)
    player.poll()
assert any(isinstance(event, Ended) for event in events), events
# The player is not closed: the interpreter must end in peace all the same.
"""


@pytest.fixture(scope="module")
def clip() -> Clip:
    return make_video(4.0)


@pytest.fixture(scope="module")
def engine() -> Iterator[VlcEngine]:
    engine = VlcEngine(arguments=("--aout=adummy",))
    yield engine
    engine.close()


@pytest.fixture
def driver(engine: VlcEngine) -> Iterator[Driver]:
    driver = Driver(lambda sink: VlcPlayer(sink, engine=engine), None)
    yield driver
    driver.player.close()


def shown(driver: Driver) -> int:
    frame = driver.player.frames.latest()
    assert frame is not None
    return number_of(frame)


def is_near(driver: Driver, wanted: int) -> bool:
    return abs(shown(driver) - wanted) <= 1


def test_the_picture_is_the_one_of_the_position(driver: Driver, clip: Clip) -> None:
    driver.player.load(source_of(clip))
    driver.wait_for(Loaded)
    assert shown(driver) == 0
    driver.player.play()
    errors: list[int] = []

    def look() -> bool:
        position = driver.player.position_ms()
        errors.append(shown(driver) * FRAME_MS + FRAME_MS // 2 - position)
        return position > 2500

    driver.until(look)
    middle = sorted(errors)[len(errors) // 2]
    assert abs(middle) <= 2 * FRAME_MS  # the poll itself takes up to 20 ms, a picture stands 40


def test_paused_seeks_show_the_picture_of_their_place(driver: Driver, clip: Clip) -> None:
    driver.player.load(source_of(clip))
    driver.wait_for(Loaded)
    for target in (2010, 500, 3330, 0, 1490):
        driver.player.seek(target)
        wanted = target // FRAME_MS
        driver.until(partial(is_near, driver, wanted))


def test_paused_seeks_work_in_a_clip_without_sound_that_never_ran(driver: Driver) -> None:
    silent = encode_clip(frames=numbered_pictures(75), fps=25, effort=6)
    driver.player.load(source_of(silent))
    driver.wait_for(Loaded)
    for target in (1210, 410, 2010):
        driver.player.seek(target)
        driver.until(partial(is_near, driver, target // FRAME_MS))
    assert driver.kinds() == ["Seeked"] * 3
    driver.player.play()
    assert driver.wait_for(Started).position_ms == 2010


def test_what_is_heard_is_what_was_encoded(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    arguments = ("--aout=afile", f"--audiofile-file={path}", "--audiofile-format=s16", "--audiofile-wav")
    engine = VlcEngine(arguments=arguments)
    driver = Driver(lambda sink: VlcPlayer(sink, engine=engine), None)
    driver.player.load(source_of(make_audio(1.5)))
    driver.player.play()
    driver.wait_for(Ended)
    driver.player.close()
    engine.close()

    with wave.open(str(path)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
        heard = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, channels)[:, 0] / 32768
    assert rate == SAMPLE_RATE
    meant = tone(1.5)
    size = 1 << (heard.size + meant.size).bit_length()
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(meant, size)))
    delay = int(np.argmax(match))
    overlap = min(meant.size, heard.size - delay)
    assert overlap > meant.size * 0.9
    same = np.corrcoef(heard[delay : delay + overlap], meant[:overlap])[0, 1]
    assert same > 0.95


def test_a_clip_that_ends_before_its_declared_length_is_cut_short(driver: Driver, clip: Clip) -> None:
    short = make_audio(0.6)
    driver.player.load(replace(source_of(short), duration_ms=4000))
    driver.player.play()
    failed = driver.wait_for(Failed)
    assert failed.code == "media.cut_short"
    assert failed.params["declared_ms"] == 4000


def test_a_video_without_a_picture_is_named(driver: Driver) -> None:
    sound = make_audio(0.8)
    driver.player.load(replace(source_of(sound), kind="video", width_px=64, height_px=48))
    driver.player.play()
    assert driver.wait_for(Failed).code == "media.no_picture"


def test_a_sink_that_raises_stops_the_play_and_not_the_program(engine: VlcEngine) -> None:
    events: list[PlayerEvent] = []

    def sink(event: PlayerEvent) -> None:
        if isinstance(event, FrameReady):
            raise TypeError("a sink must not raise")
        events.append(event)

    player = VlcPlayer(sink, engine=engine)
    driver = Driver(lambda _: player, None)
    driver.player.load(source_of(make_video(1.0)))
    driver.until(lambda: any(isinstance(event, Failed) for event in events))
    assert next(event for event in events if isinstance(event, Failed)).code == PocusError.code
    player.close()


def test_pictures_hold_their_own_size_whatever_the_codec_pads(driver: Driver, clip: Clip) -> None:
    driver.player.load(replace(source_of(clip), width_px=162, height_px=90))
    driver.wait_for(Loaded)
    frame = driver.player.frames.latest()
    assert frame is not None
    assert (frame.width, frame.height, len(frame.data)) == (162, 90, 162 * 90 * BYTES_PER_PIXEL)


def test_opening_and_closing_many_times_leaves_nothing(engine: VlcEngine) -> None:
    clip = make_video(0.6)
    open_files = Path("/proc/self/fd")
    before = 0
    for turn in range(12):
        driver = Driver(lambda sink: VlcPlayer(sink, engine=engine), None)
        driver.player.load(source_of(clip))
        driver.player.play()
        if turn % 3:
            driver.wait_for(Started)
        if turn % 3 == 2:
            driver.player.pause()
            driver.wait_for(Paused)
        driver.player.close()
        if open_files.is_dir():
            now = len(list(open_files.iterdir()))
            before = before or now
            assert now <= before + 2


def run(program: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_the_system_check_shows_the_test_clip() -> None:
    done = run(_CHECK)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["code"] is None
    assert report["version"].startswith("3.")


def test_a_missing_library_is_named_with_what_to_install(tmp_path: Path) -> None:
    done = run(_CHECK, PYTHON_VLC_LIB_PATH=str(tmp_path / "libvlc.so.5"))
    report = json.loads(done.stdout)
    assert report["code"] == "media.vlc_missing"
    assert "libvlc5" in report["next"]


def libraries() -> Path:
    name = ctypes.util.find_library("vlc")
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"):
        if name and (Path(folder) / name).exists() and (Path(folder) / "vlc" / "plugins").is_dir():
            return Path(folder)
    pytest.skip("libVLC lies elsewhere on this system, so it cannot be copied without its plugins")


def elsewhere(target: Path, *, without: str) -> dict[str, str]:
    """libVLC in another folder, where it finds its plugins beside itself, except those whose path has `without`."""
    source = libraries()
    for pattern in ("libvlc.so*", "libvlccore.so*"):
        for file in source.glob(pattern):
            shutil.copy(file, target / file.name)
    plugins = target / "vlc" / "plugins"
    plugins.mkdir(parents=True)
    for plugin in (source / "vlc" / "plugins").glob("*/*_plugin.so"):
        if without not in str(plugin):
            (plugins / plugin.parent.name).mkdir(exist_ok=True)
            (plugins / plugin.parent.name / plugin.name).symlink_to(plugin)
    library = next(target.glob("libvlc.so.*"))
    return {"PYTHON_VLC_LIB_PATH": str(library), "LD_LIBRARY_PATH": str(target), "VLC_PLUGIN_PATH": str(plugins)}


def test_missing_plugins_are_named(tmp_path: Path) -> None:
    done = run(_CHECK, **elsewhere(tmp_path, without="plugin"))
    report = json.loads(done.stdout)
    assert report["code"] == "media.vlc_plugins_missing"
    assert "vlc-plugin-base" in report["next"]


def test_plugins_that_cannot_show_the_test_clip_are_named(tmp_path: Path) -> None:
    done = run(_CHECK, **elsewhere(tmp_path, without="avformat"))
    assert json.loads(done.stdout)["code"] == "media.vlc_broken"


def test_a_program_without_sound_card_says_nothing_and_ends_in_peace(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    path.write_bytes(make_audio(0.5).data)
    done = run(_PLAY, str(path))
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
