"""What the video and cine widgets paint, pixel by pixel, on the offscreen platform."""

import io
from collections.abc import Iterator
from itertools import pairwise

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QPointF, QSizeF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.media.cine import CineInfo, CineReader, even_times, write_cine
from pocus_desktop.media.errors import CineIndexError
from pocus_desktop.media.events import Ended, Loaded, PlayerEvent, Started
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import PlayerState
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui.video.cine_surface import CineSurface
from pocus_desktop.ui.video.fitting import fitted, zoomed
from pocus_desktop.ui.video.frame_cache import FrameCache, FrameUndecodableError
from pocus_desktop.ui.video.relay import PlayerRelay
from pocus_desktop.ui.video.tone import levels
from pocus_desktop.ui.video.video_surface import VideoSurface
from tests.media.playing import make_audio, make_video, number_of, source_of

BLACK = QColor(0, 0, 0)


def colour_at(widget: VideoSurface | CineSurface, x: int, y: int) -> QColor:
    return widget.grab().toImage().pixelColor(x, y)


def grey_frame(level: int, size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (level, level, level)).save(buffer, format="WEBP", lossless=True)
    return buffer.getvalue()


@pytest.fixture
def cine() -> Iterator[CineReader]:
    times, end = even_times(10, fps=20)
    info = CineInfo(width_px=40, height_px=30, times_us=times, end_us=end)
    data = write_cine(info, [grey_frame(20 + 20 * index) for index in range(10)])
    with CineReader(lambda: io.BytesIO(data)) as reader:
        yield reader


def fill(frames: FrameBuffer, pixel: bytes) -> None:
    frames.writing_view()[:] = pixel * (frames.width * frames.height)
    frames.publish()


def test_a_video_keeps_its_aspect_between_black_bars(qtbot: QtBot) -> None:
    surface = VideoSurface()
    qtbot.addWidget(surface)
    surface.resize(400, 200)
    assert colour_at(surface, 200, 100) == BLACK
    frames = FrameBuffer(100, 100)
    surface.set_frames(frames)
    assert not surface.has_picture
    fill(frames, bytes((10, 120, 240, 0)))
    surface.show_latest()
    assert colour_at(surface, 200, 100) == QColor(240, 120, 10)
    assert colour_at(surface, 50, 100) == BLACK
    assert colour_at(surface, 350, 100) == BLACK
    assert surface.picture_rect().getRect() == (100, 0, 200, 200)


def test_a_frame_on_screen_is_not_overwritten_by_the_next_two(qtbot: QtBot) -> None:
    surface = VideoSurface()
    qtbot.addWidget(surface)
    surface.resize(100, 100)
    frames = FrameBuffer(10, 10)
    surface.set_frames(frames)
    fill(frames, bytes((0, 0, 200, 0)))
    surface.show_latest()
    for _ in range(5):
        fill(frames, bytes((200, 0, 0, 0)))
    assert colour_at(surface, 50, 50) == QColor(200, 0, 0)
    surface.show_latest()
    assert colour_at(surface, 50, 50) == QColor(0, 0, 200)


def test_a_cine_shows_exactly_the_frame_asked_for(qtbot: QtBot, cine: CineReader) -> None:
    surface = CineSurface()
    qtbot.addWidget(surface)
    surface.resize(400, 300)
    surface.set_cine(cine)
    for index in (0, 9, 3, 4, 3):
        surface.show_index(index)
        assert surface.index == index
        assert colour_at(surface, 200, 150).red() == 20 + 20 * index
    with pytest.raises(CineIndexError):
        surface.show_index(10)
    assert surface.index == 3
    surface.set_cine(None)
    assert colour_at(surface, 200, 150) == BLACK


def test_brightness_and_contrast_change_the_picture_and_zero_restores_it(qtbot: QtBot, cine: CineReader) -> None:
    surface = CineSurface()
    qtbot.addWidget(surface)
    surface.resize(400, 300)
    surface.set_cine(cine)
    surface.show_index(5)
    surface.set_tone(20, 0)
    assert colour_at(surface, 200, 150).red() == 171
    surface.set_tone(0, 100)
    assert colour_at(surface, 200, 150).red() == levels(0, 100)[120]
    surface.show_index(2)
    assert colour_at(surface, 200, 150).red() == levels(0, 100)[60]
    surface.set_tone(0, 0)
    assert colour_at(surface, 200, 150).red() == 60


def test_levels_rise_with_the_level_and_keep_the_middle() -> None:
    for brightness in (-100, 0, 35, 100):
        for contrast in (-100, 0, 60, 100):
            table = levels(brightness, contrast)
            assert len(table) == 256
            assert all(a <= b for a, b in pairwise(table))
    assert levels(0, 0) == bytes(range(256))


def test_zooming_keeps_the_pixel_under_the_pointer(qtbot: QtBot, cine: CineReader) -> None:
    surface = CineSurface()
    qtbot.addWidget(surface)
    surface.resize(400, 300)
    surface.set_cine(cine)
    place = QPointF(250, 120)
    before = surface.picture_point(place)
    assert before is not None
    for zoom in (2.0, 5.0, 3.0):
        surface.set_zoom(zoom, about=place)
        after = surface.picture_point(place)
        assert after is not None
        assert (after - before).manhattanLength() < 0.01
        assert (surface.widget_point(after) - place).manhattanLength() < 0.01
    surface.pan(QPointF(10_000, 10_000))
    assert surface.picture_rect().topLeft() == QPointF(0, 0)
    surface.set_zoom(0.2)
    assert surface.zoom == 1.0
    assert surface.picture_point(QPointF(0, 0)) == QPointF(0, 0)


def test_fitting_fills_one_side_and_centres_the_other() -> None:
    assert fitted(QSizeF(200, 100), QSizeF(100, 100)).getRect() == (0, 25, 100, 50)
    assert fitted(QSizeF(0, 0), QSizeF(100, 100)).isEmpty()
    assert zoomed(QSizeF(100, 100), QSizeF(100, 100), 2, QPointF(1, 1)).getRect() == (-100, -100, 200, 200)


def test_the_cache_decodes_once_and_keeps_its_budget(qtbot: QtBot) -> None:
    asked: list[int] = []

    def frame_bytes(index: int) -> bytes:
        asked.append(index)
        return grey_frame(index)

    one = 40 * 30 * 4
    cache = FrameCache(frame_bytes, budget_bytes=3 * one)
    for index in (0, 1, 0, 2, 0, 3):
        cache.image(index)
    assert asked == [0, 1, 2, 3]
    assert cache.held_bytes == 3 * one
    assert 1 not in cache
    assert 0 in cache


def test_a_frame_that_qt_does_not_decode_is_named(qtbot: QtBot) -> None:
    with pytest.raises(FrameUndecodableError):
        FrameCache(lambda _: b"RIFF....").image(4)


def test_a_clip_travels_from_vlc_to_the_screen(qtbot: QtBot) -> None:
    engine = VlcEngine(arguments=("--aout=adummy",))
    relay = PlayerRelay(engine.player)
    surface = VideoSurface()
    qtbot.addWidget(surface)
    surface.resize(320, 240)
    relay.frame_ready.connect(surface.show_latest)
    events: list[PlayerEvent] = []
    relay.happened.connect(events.append)
    relay.player.load(source_of(make_video(1.0)))
    surface.set_frames(relay.player.frames)
    qtbot.waitUntil(lambda: any(isinstance(event, Loaded) for event in events) and surface.has_picture)
    frame = relay.player.frames.latest()
    assert frame is not None
    assert number_of(frame) == 0
    assert colour_at(surface, 34, 80).red() < 40
    assert abs(colour_at(surface, 10, 20).red() - 60) < 8

    relay.player.play()
    qtbot.waitUntil(lambda: any(isinstance(event, Ended) for event in events), timeout=10_000)
    assert [type(event) for event in events if isinstance(event, Started | Ended)] == [Started, Ended]
    relay.close()
    assert relay.player.state == PlayerState.CLOSED
    engine.close()


def test_a_closed_relay_tells_nothing(qtbot: QtBot) -> None:
    clock = ManualClock()
    relay = PlayerRelay(lambda sink: FakePlayer(sink, clock=clock))
    events: list[PlayerEvent] = []
    relay.happened.connect(events.append)
    relay.player.load(source_of(make_audio(0.5)))
    qtbot.waitUntil(lambda: len(events) == 1)
    relay.player.play()
    relay.player.poll()
    relay.close()
    relay.close()
    QCoreApplication.processEvents()  # whatever was handed on before the close would arrive now
    assert [type(event) for event in events] == [Loaded]
