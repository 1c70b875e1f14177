"""What every player promises, told as stories that the VLC player and the fake both live through."""

import threading
from collections.abc import Iterator
from typing import Literal

import pytest

from pocus_desktop.authoring.media.clip import Clip
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.media.errors import NothingLoadedError, PlayerClosedError, WrongThreadError
from pocus_desktop.media.events import (
    AudioSilent,
    Ended,
    Failed,
    Loaded,
    Paused,
    PositionChanged,
    Recovered,
    Resumed,
    Seeked,
    Stalled,
    Started,
    Stopped,
)
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.media.player import MediaSource, PlayerState
from pocus_desktop.media.vlc_player import VlcEngine, VlcPlayer
from tests.media.playing import Bursts, Driver, Gated, Tampered, TamperedError, make_audio, make_video, source_of

pytestmark = pytest.mark.slow

Which = Literal["vlc", "fake"]


@pytest.fixture(scope="module")
def video() -> Clip:
    return make_video(1.6)


@pytest.fixture(scope="module")
def long_video() -> Clip:
    return make_video(4.0)


@pytest.fixture(scope="module")
def heavy_video() -> Clip:
    """Too large to be read ahead as a whole."""
    clip = make_video(4.0, noise=100)
    assert len(clip.data) > 1_000_000
    return clip


@pytest.fixture(scope="module")
def audio() -> Clip:
    return make_audio(1.2)


@pytest.fixture(scope="module")
def engine() -> Iterator[VlcEngine]:
    engine = VlcEngine(arguments=("--aout=adummy",))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def deaf_engine() -> Iterator[VlcEngine]:
    """An engine on a computer without a sound device."""
    engine = VlcEngine(arguments=("--aout=none",))
    yield engine
    engine.close()


@pytest.fixture(params=["vlc", "fake"])
def which(request: pytest.FixtureRequest) -> Which:
    chosen: Which = request.param
    return chosen


@pytest.fixture
def driver(which: Which, engine: VlcEngine) -> Iterator[Driver]:
    clock = ManualClock() if which == "fake" else None
    driver = Driver(
        lambda sink: FakePlayer(sink, clock=clock) if clock is not None else VlcPlayer(sink, engine=engine), clock
    )
    yield driver
    driver.player.close()
    leftover = [thread for thread in threading.enumerate() if thread.name == "media-source"]
    for thread in leftover:
        thread.join(5)
    assert not [thread for thread in leftover if thread.is_alive()]


def test_a_loaded_clip_stands_at_its_first_picture(driver: Driver, video: Clip) -> None:
    driver.player.load(source_of(video))
    loaded = driver.wait_for(Loaded)

    assert abs(loaded.duration_ms - video.duration_ms) <= 60
    assert driver.player.state == PlayerState.READY
    assert driver.player.plays == 0
    assert driver.player.position_ms() == 0
    frame = driver.player.frames.latest()
    assert frame is not None
    assert (frame.width, frame.height, frame.stride) == (video.width_px, video.height_px, video.width_px * 4)
    assert len(frame.data) == frame.stride * frame.height
    driver.run_for(300)
    assert driver.player.position_ms() == 0


def test_a_play_goes_from_start_to_end(driver: Driver, video: Clip) -> None:
    driver.player.load(source_of(video))
    driver.player.play()
    driver.until(lambda: driver.player.state == PlayerState.ENDED)

    assert driver.kinds() == ["Loaded", "Started", "Ended"]
    started = next(event for event in driver.events if isinstance(event, Started))
    assert started == Started(play=1, position_ms=0)
    told = [event.position_ms for event in driver.events if isinstance(event, PositionChanged)]
    assert told == sorted(told)
    assert len(told) >= 4
    assert driver.pictures > 10
    assert driver.player.position_ms() == driver.player.duration_ms


def test_replay_after_the_end_counts_as_another_play(driver: Driver, audio: Clip) -> None:
    driver.player.load(source_of(audio))
    for play in (1, 2, 3):
        driver.player.play()
        assert driver.wait_for(Started) == Started(play=play, position_ms=0)
        driver.wait_for(Ended)
    assert driver.player.plays == 3


def test_pause_holds_the_place_and_play_resumes_it(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 400)
    driver.player.pause()
    paused = driver.wait_for(Paused)
    driver.run_for(400)
    assert driver.player.position_ms() == paused.position_ms

    driver.player.play()
    resumed = driver.wait_for(Resumed)
    assert resumed.position_ms == paused.position_ms
    driver.until(lambda: driver.player.position_ms() > paused.position_ms + 300)
    assert driver.player.plays == 1


def test_a_pause_taken_back_at_once_goes_on(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 400)
    driver.player.pause()
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 1500)
    assert driver.player.state == PlayerState.PLAYING
    assert driver.player.plays == 1


def test_position_runs_between_reports_and_never_back(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.wait_for(Started)
    seen: list[int] = []

    def look() -> bool:
        seen.append(driver.player.position_ms())
        return seen[-1] > 1500

    driver.until(look)

    assert seen == sorted(seen)
    assert len(set(seen)) > 12


def test_seek_while_playing_goes_on_from_there(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 200)
    driver.player.seek(2500)
    seeked = driver.wait_for(Seeked)
    assert seeked.to_ms == 2500
    assert 200 <= seeked.from_ms < 1500
    driver.until(lambda: driver.player.position_ms() > 2800)
    driver.player.seek(300)
    assert driver.player.position_ms() < 600
    driver.until(lambda: driver.player.position_ms() > 700)
    assert driver.player.position_ms() < 1500


def test_seek_while_paused_shows_a_new_picture(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.wait_for(Loaded)
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 200)
    driver.player.pause()
    driver.wait_for(Paused)
    before = driver.pictures
    driver.player.seek(2000)
    assert driver.player.position_ms() == 2000
    driver.until(lambda: driver.pictures > before)
    driver.run_for(300)
    assert driver.player.position_ms() == 2000
    assert driver.player.state == PlayerState.PAUSED


def test_seek_before_the_first_play_starts_there(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.wait_for(Loaded)
    driver.player.seek(2400)
    driver.player.play()
    assert driver.wait_for(Started) == Started(play=1, position_ms=2400)
    driver.until(lambda: driver.player.position_ms() > 2700)


def test_seek_is_kept_inside_the_clip(driver: Driver, audio: Clip) -> None:
    driver.player.load(source_of(audio))
    driver.wait_for(Loaded)
    driver.player.seek(-5)
    assert driver.player.position_ms() == 0
    driver.player.seek(10**9)
    assert driver.player.position_ms() == driver.player.duration_ms - 1


@pytest.mark.parametrize("moment", ["ready", "paused"])
def test_a_held_seek_to_the_last_moment_is_not_an_end(driver: Driver, long_video: Clip, moment: str) -> None:
    driver.player.load(source_of(long_video))
    driver.wait_for(Loaded)
    if moment == "paused":
        driver.player.play()
        driver.until(lambda: driver.player.position_ms() > 200)
        driver.player.pause()
        driver.wait_for(Paused)
    before = driver.pictures
    driver.player.seek(10**9)
    driver.until(lambda: driver.pictures > before)
    driver.run_for(1500)
    assert driver.kinds() == ["Seeked"]
    assert driver.player.state == (PlayerState.READY if moment == "ready" else PlayerState.PAUSED)
    assert driver.player.position_ms() == driver.player.duration_ms - 1

    driver.player.play()
    driver.wait_for(Ended)
    assert driver.player.plays == 1


def test_seek_after_the_end_opens_again_there(driver: Driver, audio: Clip) -> None:
    driver.player.load(source_of(audio))
    driver.player.play()
    driver.wait_for(Ended)
    driver.player.seek(600)
    driver.until(lambda: driver.player.state == PlayerState.READY)
    assert driver.player.position_ms() == 600
    driver.player.play()
    assert driver.wait_for(Started).play == 2


def test_stop_ends_the_play_and_the_next_begins_anew(driver: Driver, long_video: Clip) -> None:
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 300)
    driver.player.stop()
    assert driver.wait_for(Stopped).position_ms >= 300
    assert driver.player.state == PlayerState.STOPPED
    driver.player.stop()
    driver.run_for(200)
    assert driver.kinds() == []

    driver.player.play()
    assert driver.wait_for(Started) == Started(play=2, position_ms=0)


def test_rate_changes_how_fast_time_runs(driver: Driver, long_video: Clip) -> None:
    driver.player.set_rate(2.0)
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.wait_for(Started)
    driver.until(lambda: driver.player.position_ms() > 1000)
    first = driver.player.position_ms()
    driver.run_for(500)
    assert driver.player.position_ms() - first > 700


def test_audio_alone_plays_without_pictures(driver: Driver, audio: Clip) -> None:
    driver.player.load(source_of(audio))
    driver.player.set_volume(30)
    driver.player.play()
    driver.wait_for(Ended)
    assert driver.pictures == 0
    assert driver.player.frames.latest() is None


def test_a_source_that_hangs_stalls_and_recovers(driver: Driver, heavy_video: Clip) -> None:
    gate = threading.Event()
    half = len(heavy_video.data) // 2
    driver.player.load(source_of(heavy_video, wrap=lambda reader: Gated(reader, at=half, gate=gate)))
    driver.player.play()
    stalled = driver.wait_for(Stalled)
    assert 0 < stalled.position_ms < heavy_video.duration_ms
    driver.run_for(300)
    assert driver.player.position_ms() == stalled.position_ms
    gate.set()
    assert driver.wait_for(Recovered).position_ms >= stalled.position_ms
    driver.wait_for(Ended)


def test_a_source_that_hangs_at_once_stalls_while_opening(driver: Driver, video: Clip) -> None:
    gate = threading.Event()
    driver.player.load(source_of(video, wrap=lambda reader: Gated(reader, at=0, gate=gate)))
    driver.wait_for(Stalled)
    assert driver.player.state == PlayerState.OPENING
    gate.set()
    driver.until(lambda: driver.player.state == PlayerState.READY)
    assert {"Recovered", "Loaded"} <= set(driver.kinds())


def test_closing_does_not_wait_for_a_source_that_hangs(driver: Driver, heavy_video: Clip) -> None:
    gate = threading.Event()
    half = len(heavy_video.data) // 2
    driver.player.load(source_of(heavy_video, wrap=lambda reader: Gated(reader, at=half, gate=gate)))
    driver.player.play()
    driver.wait_for(Stalled)
    driver.player.close()
    assert not gate.is_set()
    gate.set()


def test_an_altered_source_fails_with_its_own_code(driver: Driver, heavy_video: Clip) -> None:
    half = len(heavy_video.data) // 2
    driver.player.load(source_of(heavy_video, wrap=lambda reader: Tampered(reader, at=half)))
    driver.player.play()
    failed = driver.wait_for(Failed)
    assert failed.code == TamperedError.code
    assert driver.player.state == PlayerState.FAILED
    driver.run_for(400)
    assert driver.kinds() == []


def test_a_source_that_cannot_be_opened_fails(driver: Driver) -> None:
    def open_nothing() -> Bursts:
        raise OSError("the drive is gone")

    driver.player.load(MediaSource(open=open_nothing, size_bytes=1000, kind="audio", duration_ms=1000))
    assert driver.wait_for(Failed) == Failed(code="media.source_unreadable", params={"reason": "OSError"})


def test_a_source_shorter_than_declared_fails(driver: Driver, audio: Clip) -> None:
    whole = source_of(audio)
    driver.player.load(
        MediaSource(open=whole.open, size_bytes=whole.size_bytes + 5000, kind="audio", duration_ms=whole.duration_ms)
    )
    driver.player.play()
    assert driver.wait_for(Failed).code == "media.source_short"


@pytest.mark.parametrize("junk", [b"", b"not a clip at all" * 400], ids=["empty", "text"])
def test_what_is_not_a_clip_fails(driver: Driver, junk: bytes) -> None:
    clip = Clip(data=junk, media_type="video/webm", kind="video", width_px=64, height_px=48, duration_ms=1000)
    driver.player.load(source_of(clip))
    assert driver.wait_for(Failed).code == "media.unplayable"


def test_play_after_a_failure_tries_again(driver: Driver, audio: Clip) -> None:
    attempts: list[int] = []

    def flaky(reader: object) -> Bursts:
        attempts.append(1)
        assert hasattr(reader, "read")
        return Tampered(reader, at=0) if len(attempts) == 1 else Bursts(reader)  # type: ignore[arg-type]

    driver.player.load(source_of(audio, wrap=flaky))
    driver.wait_for(Failed)
    driver.player.play()
    driver.wait_for(Ended)


def test_another_clip_may_be_loaded_at_any_time(driver: Driver, video: Clip, audio: Clip, long_video: Clip) -> None:
    driver.player.load(source_of(audio))
    driver.player.play()
    driver.wait_for(Ended)
    driver.player.load(source_of(long_video))
    driver.player.play()
    driver.until(lambda: driver.player.position_ms() > 200)
    driver.player.load(source_of(video))
    driver.events.clear()
    driver.player.play()
    driver.wait_for(Ended)
    assert driver.player.plays == 1


def test_many_small_reads_play_as_well(driver: Driver, video: Clip) -> None:
    driver.player.load(source_of(video, wrap=Bursts))
    driver.player.play()
    driver.wait_for(Ended)


@pytest.mark.parametrize("moment", ["opening", "ready", "playing", "paused", "ended"])
def test_no_event_after_close(driver: Driver, video: Clip, moment: str) -> None:
    driver.player.load(source_of(video))
    if moment != "opening":
        driver.wait_for(Loaded)
    if moment in {"playing", "paused", "ended"}:
        driver.player.play()
        driver.wait_for(Started)
    if moment == "paused":
        driver.player.pause()
        driver.wait_for(Paused)
    if moment == "ended":
        driver.wait_for(Ended)
    driver.player.close()
    driver.events.clear()
    pictures = driver.pictures
    driver.player.close()
    driver.run_for(200)
    assert (driver.events, driver.pictures) == ([], pictures)
    assert driver.player.state == PlayerState.CLOSED
    with pytest.raises(PlayerClosedError):
        driver.player.load(source_of(video))


def test_commands_without_a_clip_are_refused(driver: Driver) -> None:
    for command in (driver.player.play, driver.player.pause, driver.player.stop, lambda: driver.player.seek(5)):
        with pytest.raises(NothingLoadedError):
            command()


def test_a_player_belongs_to_one_thread(driver: Driver, audio: Clip) -> None:
    caught: list[Exception] = []

    def intrude() -> None:
        try:
            driver.player.load(source_of(audio))
        except WrongThreadError as problem:
            caught.append(problem)

    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_silence_is_told_where_no_device_takes_the_sound(which: Which, deaf_engine: VlcEngine) -> None:
    clip = make_video(3.0)
    clock = ManualClock() if which == "fake" else None
    driver = Driver(
        lambda sink: (
            FakePlayer(sink, clock=clock, is_silent=True) if clock is not None else VlcPlayer(sink, engine=deaf_engine)
        ),
        clock,
    )
    driver.player.load(source_of(clip))
    driver.player.play()
    driver.wait_for(AudioSilent)
    driver.wait_for(Ended)
    assert "AudioSilent" not in driver.kinds()
    driver.player.close()
