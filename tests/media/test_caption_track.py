"""Which captions are shown at a moment."""

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.media.caption_track import CaptionTrack, TimedCue


def track(*cues: tuple[int, int, str]) -> CaptionTrack[str]:
    return CaptionTrack(TimedCue(start_ms=start, end_ms=end, payload=text) for start, end, text in cues)


def texts(track: CaptionTrack[str], at: float) -> list[str]:
    return [cue.payload for cue in track.active(at)]


def test_a_cue_is_shown_from_its_start_until_just_before_its_end() -> None:
    captions = track((1000, 2000, "a"), (2000, 3000, "b"))
    shown = [texts(captions, at) for at in (0, 999.9, 1000, 1999.9, 2000, 2999, 3000, 9999)]
    assert shown == [[], [], ["a"], ["a"], ["b"], ["b"], [], []]
    assert captions.end_ms == 3000


def test_overlapping_cues_keep_the_order_of_the_file() -> None:
    captions = track((500, 900, "later in time, first in file"), (0, 1000, "second in file"))
    assert texts(captions, 600) == ["later in time, first in file", "second in file"]


def test_a_cue_that_ends_before_it_starts_is_never_shown() -> None:
    captions = track((500, 500, "never"), (800, 200, "never"))
    assert texts(captions, 500) == []
    assert captions.next_change_ms(0) is None
    assert captions.end_ms == 0


def test_changes_are_announced() -> None:
    captions = track((100, 300, "a"), (200, 300, "b"))
    assert [captions.next_change_ms(at) for at in (0, 100, 200, 299, 300)] == [100, 200, 300, 300, None]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12),
    st.integers(-5, 60),
)
def test_it_agrees_with_asking_every_cue(spans: list[tuple[int, int]], at: int) -> None:
    captions = track(*((start, end, str(number)) for number, (start, end) in enumerate(spans)))
    assert texts(captions, at) == [str(n) for n, (start, end) in enumerate(spans) if start <= at < end]
