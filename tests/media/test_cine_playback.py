"""Playing a cine as pure state: which frame is shown when."""

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.media.cine import CineInfo
from pocus_desktop.media.cine_clock import CinePlayback

UNEVEN = CineInfo(width_px=4, height_px=4, times_us=(0, 100, 400, 500), end_us=1000)
ONCE = CineInfo(width_px=4, height_px=4, times_us=(0, 100, 400, 500), end_us=1000, loop=False)
STILL = CineInfo(width_px=4, height_px=4, times_us=(0,), end_us=1000)


def test_frames_change_at_their_own_times() -> None:
    cine = CinePlayback.of(UNEVEN).played()
    shown = [cine.advanced(us).index for us in (0, 99, 100, 399, 400, 499, 500, 999, 1000, 1100)]
    assert shown == [0, 0, 1, 1, 2, 2, 3, 3, 0, 1]


def test_looping_counts_its_passes_and_playing_once_stops_at_the_last_frame() -> None:
    looped = CinePlayback.of(UNEVEN).played().advanced(3150)
    assert (looped.index, looped.passes, looped.is_playing) == (1, 3, True)
    once = CinePlayback.of(ONCE).played().advanced(3150)
    assert (once.index, once.passes, once.is_playing) == (3, 1, False)
    again = once.played()
    assert (again.index, again.is_playing) == (0, True)
    assert CinePlayback.of(UNEVEN).looping(False).played().advanced(1000).is_playing is False


def test_pausing_and_stepping_move_by_whole_frames() -> None:
    cine = CinePlayback.of(UNEVEN).played().advanced(450).paused()
    assert (cine.index, cine.position_us, cine.is_playing) == (2, 400, False)
    assert [cine.stepped(by).index for by in (1, 2, 3, -1, -2, -3)] == [3, 0, 1, 1, 0, 3]
    once = cine.looping(False)
    assert [once.stepped(by).index for by in (1, 2, -2, -3)] == [3, 3, 0, 0]
    assert cine.advanced(10_000) == cine


def test_a_slider_gives_every_frame_the_same_width() -> None:
    cine = CinePlayback.of(UNEVEN)
    fractions = (-1.0, 0.0, 0.24, 0.25, 0.5, 0.75, 0.99, 1.0, 2.0)
    assert [cine.scrubbed(fraction).index for fraction in fractions] == [0, 0, 0, 1, 2, 3, 3, 3, 3]
    assert not cine.played().scrubbed(0.5).is_playing


def test_speed_scales_time_and_is_bounded() -> None:
    slow = CinePlayback.of(UNEVEN).at_speed(0.25).played()
    assert slow.advanced(399).index == 0
    assert slow.advanced(400).index == 1
    assert CinePlayback.of(UNEVEN).at_speed(0).speed == 0.05
    assert CinePlayback.of(UNEVEN).at_speed(99).speed == 8.0


def test_a_still_does_not_play() -> None:
    still = CinePlayback.of(STILL).played()
    assert not still.is_playing
    assert still.next_change_us() is None
    assert still.stepped(5).index == 0


@given(st.lists(st.integers(1, 700), max_size=30), st.sampled_from([0.1, 0.25, 1.0, 2.0]))
def test_many_small_advances_equal_one_large(steps: list[int], speed: float) -> None:
    start = CinePlayback.of(UNEVEN).at_speed(speed).played()
    many = start
    for step in steps:
        many = many.advanced(step)
    one = start.advanced(sum(steps))
    assert many.passes == one.passes or abs(many.position_us - one.position_us) > 900
    distance = abs(many.position_us - one.position_us)
    assert min(distance, UNEVEN.end_us - distance) < 1e-6


@given(st.integers(0, 5000), st.sampled_from([0.1, 0.25, 0.5, 1.0, 2.0, 8.0]))
def test_the_next_change_is_when_another_frame_is_shown(elapsed: int, speed: float) -> None:
    cine = CinePlayback.of(UNEVEN).at_speed(speed).played().advanced(elapsed)
    change = cine.next_change_us()
    assert change is not None
    assert cine.advanced(change).index != cine.index or cine.advanced(change).passes > cine.passes
    assert change == 1 or cine.advanced(change - 2).index == cine.index
