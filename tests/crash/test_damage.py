"""Stored files that were cut or changed: the same, a beginning of a log, or refused by name.

Here at some places of each; `make soak` does it at every byte (docs/crash-safety.md).
"""

import pytest

from tests.crash.damage import Sample, Stored, strided
from tests.crash.scenarios import SITTING

SOME = 24
EVERYWHERE = {"latest time", "note of the hand-in"}
"""Small enough to be tried at every byte here too."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample.make(tmp_path_factory.mktemp("stored") / "sample")


NAMES = (
    "journal", "journal's log", "admission", "sealed result", "note of the hand-in", "latest time", "trusted keys",
    "receipt", "copy in the outbox", "outbox's records",
)  # fmt: skip


def test_every_file_is_tried(sample: Sample) -> None:
    assert tuple(stored.name for stored in sample.files) == NAMES
    assert (sample.folder / "under-way" / SITTING / "journal.sqlite-wal").stat().st_size > 10_000


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_was_damaged_is_never_taken_for_another(sample: Sample, name: str) -> None:
    stored = _of(sample, name)
    size = sample.size(stored)
    places = range(size) if name in EVERYWHERE else strided(size, SOME)
    assert sample.cut(stored, places) + sample.change(stored, places) >= SOME


def _of(sample: Sample, name: str) -> Stored:
    return next(stored for stored in sample.files if stored.name == name)


def test_records_whose_own_description_is_no_text_are_made_anew(sample: Sample) -> None:
    """What SQLite then says of them is no text either."""
    stored = _of(sample, "outbox's records")
    data = (sample.folder / stored.path).read_bytes()
    described = data.index(b"CREATE TABLE")
    for place in range(described, described + 90, 3):
        sample.put(stored, data[:place] + bytes((data[place] ^ 0x80,)) + data[place + 1 :], f"no text at {place}")
