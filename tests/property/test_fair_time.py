"""No sequence of pauses, crashes, sleeps and clock jumps gives less than the limit, or more than limit and credit."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sitting.fair import KINDS, Sat, Turn

turns = st.lists(
    st.builds(
        Turn,
        kind=st.sampled_from(KINDS),
        before_ms=st.integers(0, 60_000),
        ms=st.integers(0, 30_000),
        number=st.integers(0, 23),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(turns, st.booleans())
def test_time_is_fair_whatever_happens(history: list[Turn], needs_code: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Sat(Path(folder), needs_code=needs_code).live(history)
