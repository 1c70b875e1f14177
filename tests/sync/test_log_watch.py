"""What a station remembers of the log, and what the hub cannot do without being found out."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.log_reader import FolderLog
from pocus_desktop.sync.log_watch import MOST_UNPROVED, LogWatch, exchange_heads
from pocus_desktop.tlog.copy import Fork
from pocus_desktop.tlog.errors import (
    DamagedLogError,
    ForkedLogError,
    IncompleteLogError,
    NotSignedError,
    OtherLogError,
    ShrunkLogError,
    UnprovedLogError,
)
from tests.tlog.world import ENTRIES, LOG, STRANGER, head_of, published, signed


@pytest.fixture
def watch(tmp_path: Path) -> LogWatch:
    return LogWatch(tmp_path / "academy-log", [LOG.public])


def size_of(watch: LogWatch) -> int | None:
    seen = watch.seen()
    return None if seen is None else seen.head.size


def codes(watch: LogWatch) -> list[str]:
    return [alarm.code for alarm in watch.alarms()]


def test_the_first_head_is_believed_and_each_later_one_proved(watch: LogWatch) -> None:
    assert (watch.seen(), watch.unproved(), watch.alarms()) == (None, (), ())
    watch.note(signed(ENTRIES[:3]))
    for size in (5, 5, 300, 400):
        watch.note(signed(ENTRIES[:size]))
    assert (size_of(watch), [head.head.size for head in watch.unproved()]) == (3, [5, 300, 400])
    assert watch.prove(published(ENTRIES[:310]).get, is_live=False).head.size == 310
    assert (size_of(watch), [head.head.size for head in watch.unproved()]) == (310, [400])
    watch.prove(published(ENTRIES[:500]).get, is_live=True)
    assert (size_of(watch), watch.unproved(), watch.alarms()) == (500, (), ())


def test_what_is_remembered_outlives_the_program(watch: LogWatch, tmp_path: Path) -> None:
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    again = LogWatch(tmp_path / "academy-log", [LOG.public])
    with pytest.raises(ForkedLogError):
        again.note(signed(ENTRIES[1:301]))


def test_a_receipt_that_comes_late_is_proved_as_well(watch: LogWatch) -> None:
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    watch.note(signed(ENTRIES[:200]))
    assert len(watch.unproved()) == 1
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    assert watch.unproved() == ()


def late_lie() -> tuple[bytes, ...]:
    return (*ENTRIES[:100], ENTRIES[-1], *ENTRIES[101:400])


DEEDS: dict[str, tuple[Sequence[bytes], Sequence[bytes]]] = {
    "an entry is dropped": (ENTRIES[:300], (*ENTRIES[:100], *ENTRIES[101:400])),
    "an entry is altered": (ENTRIES[:300], late_lie()),
    "entries are put in another order": (ENTRIES[:300], (*ENTRIES[:60], ENTRIES[61], ENTRIES[60], *ENTRIES[62:400])),
    "two views of one size": (ENTRIES[:300], late_lie()[:300]),
    "a receipt was given from another view": (late_lie()[:350], ENTRIES[:400]),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_hub_that_tells_two_stories_is_found_out_with_evidence(watch: LogWatch, deed: str) -> None:
    shown, told = DEEDS[deed]
    watch.note(signed(ENTRIES[:50]))
    watch.note(signed(shown))
    with pytest.raises(ForkedLogError):
        watch.prove(published(told).get, is_live=True)
    (alarm,) = watch.alarms()
    assert alarm.code == "tlog.forked"
    first, second = Fork.parse(alarm.path.read_bytes()).verify([LOG.public])
    assert {first.head.root, second.head.root} == {signed(shown).head.root, signed(told).head.root}
    with pytest.raises(ForkedLogError):  # it stays so, and is not written again
        watch.prove(published(told).get, is_live=True)
    assert len(watch.alarms()) == 1
    assert size_of(watch) == 50


def test_a_log_that_went_back_is_named_until_someone_takes_the_evidence_away(watch: LogWatch) -> None:
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    with pytest.raises(ShrunkLogError):
        watch.prove(published(ENTRIES[:299]).get, is_live=True)
    (alarm,) = watch.alarms()
    document = canonical.decode(alarm.path.read_bytes())
    assert isinstance(document, dict)
    assert document["second"] == head_of(ENTRIES[:300]).decode()
    assert size_of(watch) == 300
    watch.prove(published(ENTRIES[:301]).get, is_live=True)
    assert (watch.alarms(), size_of(watch)) == ((alarm,), 301)
    alarm.path.unlink()
    assert watch.alarms() == ()


def test_what_another_program_remembered_meanwhile_stays_and_is_compared(watch: LogWatch, tmp_path: Path) -> None:
    other = LogWatch(tmp_path / "academy-log", [LOG.public])
    files = published(ENTRIES[:305])

    def read(path: str) -> bytes | None:
        if path == "checkpoint":
            other.prove(published(ENTRIES[:310]).get, is_live=True)
        return files.get(path)

    with pytest.raises(UnprovedLogError):  # the first head of all: whoever is first is believed
        watch.prove(read, is_live=False)
    other.prove(published(ENTRIES[:310]).get, is_live=True)
    asked: list[str] = []

    def read_later(path: str) -> bytes | None:
        if path.startswith("tile") and not asked:
            asked.append(path)
            other.prove(published(ENTRIES[:350]).get, is_live=True)
        return published(ENTRIES[:330]).get(path)

    assert watch.prove(read_later, is_live=False).head.size == 350
    assert (asked, size_of(watch), [one.head.size for one in watch.unproved()]) == (asked[:1], 350, [330])
    watch.prove(published(ENTRIES[:360]).get, is_live=True)
    assert (size_of(watch), watch.unproved(), watch.alarms()) == (360, (), ())


def test_a_log_that_grows_on_after_a_deed_piles_up_no_evidence(watch: LogWatch) -> None:
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    for size in (250, 260, 270):
        with pytest.raises(ShrunkLogError):
            watch.prove(published(ENTRIES[:size]).get, is_live=True)
    assert codes(watch) == ["tlog.shrunk"]
    for size in (350, 360, 370):
        with pytest.raises(ForkedLogError):
            watch.prove(published(late_lie()[:size]).get, is_live=True)
    assert sorted(codes(watch)) == ["tlog.forked", "tlog.shrunk"]


def test_a_head_noted_while_the_hub_is_asked_is_no_alarm(watch: LogWatch) -> None:
    """A receipt that comes in meanwhile may be newer than the checkpoint that was already on its way."""
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    files = published(ENTRIES[:305])

    def read(path: str) -> bytes | None:
        if path == "checkpoint":
            watch.note(signed(ENTRIES[:310]))
        return files.get(path)

    assert watch.prove(read, is_live=True).head.size == 305
    assert (watch.alarms(), [head.head.size for head in watch.unproved()]) == ((), [310])
    with pytest.raises(ShrunkLogError):  # asked again, it must have it
        watch.prove(files.get, is_live=True)


def test_a_receipt_ahead_of_the_log_that_the_hub_shows_is_named(watch: LogWatch) -> None:
    watch.note(signed(ENTRIES[:300]))
    watch.note(signed(ENTRIES[:310]))
    with pytest.raises(ShrunkLogError):
        watch.prove(published(ENTRIES[:305]).get, is_live=True)


def test_an_old_copy_on_a_stick_is_only_old(watch: LogWatch) -> None:
    watch.prove(published(ENTRIES[:300]).get, is_live=True)
    with pytest.raises(UnprovedLogError):
        watch.prove(published(ENTRIES[:200]).get, is_live=False)
    assert (watch.alarms(), size_of(watch)) == ((), 300)


def test_a_second_log_of_the_same_academy_is_named(watch: LogWatch) -> None:
    watch.note(signed(ENTRIES[:3]))
    with pytest.raises(OtherLogError):
        watch.note(signed(ENTRIES[:3], origin="pocus-log/second"))
    assert codes(watch) == ["tlog.other_log"]


SPOILT: dict[str, tuple[type[PocusError], Callable[[dict[str, bytes]], object]]] = {
    "nothing there": (IncompleteLogError, lambda files: files.clear()),
    "a tile is gone": (IncompleteLogError, lambda files: files.pop("tile/0/000")),
    "a tile is another": (DamagedLogError, lambda files: files.update({"tile/0/000": bytes(8192)})),
    "a head by a stranger": (
        NotSignedError,
        lambda files: files.update(published(ENTRIES[:400], signer=STRANGER)),
    ),
}


@pytest.mark.parametrize("cause", SPOILT)
def test_a_spoilt_copy_changes_nothing_and_accuses_no_one(watch: LogWatch, cause: str) -> None:
    error, spoil = SPOILT[cause]
    watch.note(signed(ENTRIES[:200]))
    watch.note(signed(ENTRIES[:301]))
    files = published(ENTRIES[:400])
    spoil(files)
    with pytest.raises(error):
        watch.prove(files.get, is_live=True)
    assert (size_of(watch), watch.alarms()) == (200, ())
    assert 301 in [head.head.size for head in watch.unproved()]


def test_a_memory_that_is_spoilt_on_this_disk_is_begun_anew(watch: LogWatch, tmp_path: Path) -> None:
    watch.note(signed(ENTRIES[:3]))
    path = tmp_path / "academy-log" / "seen.checkpoint"
    for data in (path.read_bytes()[:-9], b"", b"\xff" * 99):
        path.write_bytes(data)
        assert watch.seen() is None
    watch.note(signed(ENTRIES[:5]))
    assert size_of(watch) == 5


def test_a_key_that_is_revoked_takes_no_memory_with_it(watch: LogWatch, tmp_path: Path) -> None:
    """Else an academy could rotate its key, begin its log anew, and be believed again."""
    watch.note(signed(ENTRIES[:300]))
    later = LogWatch(tmp_path / "academy-log", [STRANGER.public])
    assert size_of(later) == 300
    later.prove(published(ENTRIES[:400], signer=STRANGER).get, is_live=True)
    assert size_of(later) == 400
    (tmp_path / "academy-log" / "keys.json").write_bytes(b"{")
    assert size_of(LogWatch(tmp_path / "academy-log", [STRANGER.public])) == 400
    assert size_of(LogWatch(tmp_path / "academy-log", [LOG.public])) is None
    with pytest.raises(ForkedLogError):
        later.prove(published(late_lie(), signer=STRANGER).get, is_live=True)


def test_what_waits_is_bounded(watch: LogWatch) -> None:
    for size in range(1, MOST_UNPROVED + 20):
        watch.note(signed(ENTRIES[:size]))
    assert len(watch.unproved()) == MOST_UNPROVED


def test_stations_that_share_a_stick_compare_what_they_were_told(tmp_path: Path) -> None:
    stick = tmp_path / "heads"
    first, second, third = (LogWatch(tmp_path / name, [LOG.public]) for name in ("a", "b", "c"))
    first.note(signed(ENTRIES[:300]))
    second.note(signed(ENTRIES[:310]))
    third.note(signed(late_lie()[:300]))
    assert exchange_heads(first, stick, [LOG.public]) == ()
    assert exchange_heads(second, stick, [LOG.public]) == ()
    (found,) = exchange_heads(third, stick, [LOG.public])
    assert (found.code, codes(third)) == ("tlog.forked", ["tlog.forked"])
    assert [head.head.size for head in second.unproved()] == [300]
    second.prove(published(ENTRIES[:320]).get, is_live=True)
    (stick / "zz.checkpoint").write_bytes(head_of(ENTRIES[:3], signer=STRANGER))
    assert [problem.code for problem in exchange_heads(second, stick, [LOG.public])] == ["tlog.not_signed"]


def test_the_copy_in_a_folder_gives_regular_files_and_nothing_else(tmp_path: Path) -> None:
    for path, data in published(ENTRIES[:300]).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "long").write_bytes(bytes(64 * 1024 + 1))
    (tmp_path / "link").symlink_to(tmp_path / "checkpoint")
    read = FolderLog(tmp_path).read
    assert read("checkpoint") == head_of(ENTRIES[:300])
    assert [read(path) for path in ("tile", "nothing", "long", "link")] == [None] * 4
    assert LogWatch(tmp_path / "watch", [LOG.public]).prove(read, is_live=False).head.size == 300
