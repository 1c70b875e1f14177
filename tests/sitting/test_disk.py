"""A disk that is full, read-only or broken: nothing is acknowledged, nothing is lost, and the clock stands still."""

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pocus_desktop.sitting import events, intents, views
from pocus_desktop.sitting.errors import DiskFailedError, DiskFullError, DiskReadOnlyError
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.session import RETRY_MS, Sitting
from pocus_desktop.sitting.store import JournalStore, as_ours
from tests.sitting.world import World, choice, number, to_case, to_femoral, to_review

Full = Callable[[bool], None]


@pytest.fixture
def full() -> Iterator[Full]:
    """Let no file be written any further while it is told so; at the end there is space again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(is_full: bool) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 if is_full else soft, hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def answer_until_it_stops(sitting: Sitting) -> int:
    """Answer again and again; how often it was acknowledged."""
    for count in range(1_000):
        sitting.handle(intents.Answer(item="diameter", response=number(str(count), "mm")))
        if isinstance(sitting.view().screen, views.StoppedView):
            return count
    raise AssertionError("the disk never refused")


def test_a_full_disk_stops_the_sitting_and_loses_nothing(world: World, full: Full) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=3_000)
    full(True)
    count = answer_until_it_stops(sitting)
    view = sitting.view()
    assert isinstance(view.screen, views.StoppedView)
    assert (view.screen.code, view.chrome.saved) == ("sitting.disk_failed", "failed")  # as SQLite tells a file's limit
    acknowledged = sitting.state.responses.get("diameter")
    assert acknowledged == (number(str(count - 1), "mm") if count else None)

    world.clock.advance(ms=40_000)
    sitting.tick()
    assert isinstance(sitting.view().screen, views.StoppedView)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    assert "compressible" not in sitting.state.responses

    full(False)
    world.clock.advance(ms=RETRY_MS)
    assert sitting.next_due_ms() is not None
    sitting.tick()
    view = sitting.view()
    assert (type(view.screen), view.chrome.saved) == (views.CaseView, "saved")
    assert sitting.state.responses["diameter"] == number(str(count), "mm")
    assert sitting.state.responses["compressible"] == choice("no")
    assert "sitting.disk_recovered" in [notice.code for notice in view.chrome.notices]
    assert sitting.state.ledger.consumed_ms == 3_000
    (hold,) = [entry for entry in sitting.state.ledger.entries if entry.kind == "hold"]
    assert (hold.reason, hold.amount_ms) == ("disk", 42_000)
    state = sitting.state
    sitting.close()
    again = world.again()
    assert again.state.responses == state.responses
    assert again.state.ledger.consumed_ms == 3_000


def test_a_full_disk_twice_in_a_row(world: World, full: Full) -> None:
    sitting = to_femoral(world.begin())
    for _ in range(2):
        full(True)
        answer_until_it_stops(sitting)
        world.clock.advance(ms=RETRY_MS)
        full(False)
        sitting.tick()
        assert isinstance(sitting.view().screen, views.CaseView)
    assert sitting.state.ledger.consumed_ms == 0
    assert sitting.state.ledger.is_running
    kinds = [type(one.event) for one in sitting.recorded]
    assert kinds.count(events.DiskStopped) == kinds.count(events.DiskRecovered) == 2


def test_a_disk_too_full_to_seal_keeps_the_sitting_whole(world: World, full: Full) -> None:
    folder = world.folder / "sitting"
    sitting = to_review(world.begin())
    sitting._runner._journal._store.settle()  # type: ignore[union-attr]
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def no_room_to_seal(moment: str) -> None:
        if moment == "after-append":
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))

    sitting._runner._hook = no_room_to_seal  # type: ignore[union-attr]
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert isinstance(sitting.view().screen, views.StoppedView)
    assert not [path for path in folder.iterdir() if len(path.name) == 64]
    sitting._runner._hook = lambda _moment: None  # type: ignore[union-attr]
    full(False)
    world.clock.advance(ms=RETRY_MS)
    sitting.tick()
    assert isinstance(sitting.view().screen, views.HandedInView)
    assert sitting.sealed is not None
    assert [path.name for path in folder.iterdir() if len(path.name) == 64] == [sitting.sealed.sealed_digest]


def test_a_sitting_cannot_begin_on_a_full_disk(world: World) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        with pytest.raises((DiskFullError, DiskFailedError)):
            world.begin()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (world.folder / "sitting" / "journal.sqlite").exists()
    world.begin()


def test_a_disk_that_fills_up_while_a_sitting_begins_leaves_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_store: JournalStore) -> None:
        raise DiskFullError

    monkeypatch.setattr(JournalStore, "settle", full)
    with pytest.raises(DiskFullError) as told:  # held while the next one begins, as a screen may hold it
        world.begin()
    monkeypatch.undo()
    assert not SittingFolder(path=world.folder / "sitting").has_journal
    assert world.begin().state.last_seq == 1
    assert told.value.params == {}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("SQLITE_FULL", DiskFullError),
        ("SQLITE_READONLY", DiskReadOnlyError),
        ("SQLITE_READONLY_DIRECTORY", DiskReadOnlyError),
        ("SQLITE_CANTOPEN", DiskReadOnlyError),
        ("SQLITE_IOERR_WRITE", DiskFailedError),
        ("SQLITE_IOERR_FSYNC", DiskFailedError),
    ],
)
def test_what_sqlite_says_of_a_disk_gets_our_words(name: str, error: type[Exception]) -> None:
    problem = sqlite3.OperationalError("x")
    problem.sqlite_errorname = name
    with pytest.raises(error), as_ours():
        raise problem


def test_a_folder_that_cannot_be_written_is_refused_by_name(world: World) -> None:
    (world.folder / "sitting").write_text("a file where the folder should be")
    with pytest.raises((DiskFailedError, DiskReadOnlyError)):
        world.begin()


def test_a_cut_between_stop_and_recovery_leaves_no_clock_that_stands_for_ever(world: World, full: Full) -> None:
    """The disk stopped, that much was written, and the power went before the recovery was."""

    def cut(moment: str) -> None:
        if moment == "before-append" and isinstance(sitting.recorded[-1].event, events.DiskStopped):
            shutil.copytree(world.folder / "sitting", world.folder / "cut")

    sitting = to_femoral(world.begin())
    sitting._runner._hook = cut  # type: ignore[union-attr]
    full(True)
    answer_until_it_stops(sitting)
    full(False)
    world.clock.advance(ms=RETRY_MS)
    sitting.tick()
    sitting.close()
    again = world.again(name="cut")
    assert again.state.ledger.is_running
    world.clock.advance(ms=7_000)
    again.tick()
    assert again.state.ledger.consumed_ms == 7_000
    assert replay(again.course, again.recorded) == again.state


def test_a_disk_that_refuses_in_a_pause_costs_nothing_once_the_pause_is_over(world: World, full: Full) -> None:
    sitting = to_femoral(world.begin())
    sitting.record(events.Paused(reason="fire alarm", by="P. Roctor"))
    full(True)
    for count in range(1_000):
        sitting.handle(intents.CallProctor(note=str(count)))
        if isinstance(sitting.view().screen, views.StoppedView):
            break
    assert isinstance(sitting.view().screen, views.StoppedView)
    sitting.record(events.Continued(by="P. Roctor"))
    world.clock.advance(ms=60_000)
    full(False)
    sitting.tick()
    assert isinstance(sitting.view().screen, views.CaseView)
    assert sitting.state.ledger.consumed_ms == 0
    assert sitting.state.ledger.is_running


@pytest.mark.parametrize("refused", [1, 2])
def test_a_disk_that_refuses_the_return_makes_no_absence_free(
    world: World, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    """The sign of life is written down first, with a stamp before the absence; then `reopened`."""
    sitting = to_femoral(world.begin(credit_cap_ms=60_000))
    world.clock.advance(ms=600)
    sitting.tick()
    sitting.close()
    world.clock.advance(ms=80_000)
    append, calls = JournalStore.append, []

    def refuse(store: JournalStore, *rows: Any, **named: Any) -> None:
        calls.append(rows)
        if len(calls) >= refused:
            raise DiskFullError
        append(store, *rows, **named)

    monkeypatch.setattr(JournalStore, "append", refuse)
    again = world.again()
    assert isinstance(again.view().screen, views.StoppedView)
    monkeypatch.undo()
    world.clock.advance(ms=RETRY_MS)
    again.tick()
    credited = [e.amount_ms for e in again.state.ledger.entries if e.kind == "credit"]
    held = [e.amount_ms for e in again.state.ledger.entries if e.kind == "hold"]
    assert (credited, held) == ([60_000], [RETRY_MS])
    assert again.state.ledger.consumed_ms == 600 + 80_000 - 60_000
    assert judge(again.course, again.recorded) == again.state


@pytest.mark.parametrize("is_new_boot", [False, True])
def test_a_disk_that_never_took_its_own_refusal_has_held_the_clock_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_new_boot: bool
) -> None:
    sitting = to_case(world.begin(credit_cap_ms=60_000))
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    world.clock.advance(ms=600)

    def refuse(_store: JournalStore, *_rows: Any, **_named: Any) -> None:
        raise DiskFullError

    monkeypatch.setattr(JournalStore, "append", refuse)
    sitting.handle(intents.CallProctor(note="…"))
    for _ in range(30):
        world.clock.advance(ms=60_000)
        sitting.handle(intents.ReportMedia(clip="arrival.0", what="position", position_ms=100))
        sitting.tick()
    sitting.close()
    monkeypatch.undo()
    if is_new_boot:
        world.clock.set(monotonic_ms=30_000, boot_id="next")
    again = world.again()
    assert again.state.ledger.consumed_ms == 600
    assert again.state.ledger.credited_ms == 0
    assert again.state.ledger.is_running
    assert judge(again.course, again.recorded) == again.state


def test_a_disk_that_refuses_and_takes_again_leaves_no_hold_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = to_case(world.begin(credit_cap_ms=0))

    def refuse(_store: JournalStore, *_rows: Any, **_named: Any) -> None:
        raise DiskFullError

    monkeypatch.setattr(JournalStore, "append", refuse)
    sitting.handle(intents.CallProctor(note="…"))
    monkeypatch.undo()
    world.clock.advance(ms=RETRY_MS)
    sitting.tick()
    sitting.close()
    world.clock.advance(ms=7_000)
    assert world.again().state.ledger.consumed_ms == 7_000
