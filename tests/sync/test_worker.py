"""The outbox's thread: it works when something is due, and leaves when told."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.sitting.errors import OtherReceiptError
from pocus_desktop.sync.backoff import FIRST_MS
from pocus_desktop.sync.engine import Row
from pocus_desktop.sync.errors import NoConnectionError, OutboxUnreadableError
from pocus_desktop.sync.outbox import Attempt, Outbox
from pocus_desktop.sync.store import OutboxStore
from pocus_desktop.sync.worker import OutboxWorker
from tests.sync.carriers import Deed, Story, fails
from tests.sync.test_outbox import HUB, _sealed, _signed

PATIENCE_S = 20.0


class Ear:
    """Hears of attempts, each once."""

    def __init__(self) -> None:
        self.heard: list[Attempt] = []
        self.threads: set[str] = set()
        self._count = threading.Semaphore(0)

    def __call__(self, attempt: Attempt) -> None:
        self.heard.append(attempt)
        self.threads.add(threading.current_thread().name)
        self._count.release()

    def wait(self) -> Attempt:
        assert self._count.acquire(timeout=PATIENCE_S)
        return self.heard[-1]


def _outbox(folder: Path, *deeds: Deed) -> Outbox:
    return Outbox(folder / "outbox", Story(deeds=list(deeds)), [HUB.public], chance=lambda: 1.0)


def test_it_sends_what_is_there_and_what_comes_and_what_is_due_again(tmp_path: Path) -> None:
    clock, ear = ManualClock(), Ear()
    outbox = _outbox(tmp_path, _signed, fails(NoConnectionError(host="hub")), _signed)
    outbox.enqueue(_sealed(tmp_path, b"one"), now_ms=clock.read().wall_ms)
    worker = OutboxWorker(outbox, clock=clock, on_attempt=ear)
    worker.start()
    assert ear.wait().receipt is not None
    outbox.enqueue(_sealed(tmp_path, b"two"), now_ms=clock.read().wall_ms)
    worker.wake()
    assert isinstance(ear.wait().error, NoConnectionError)
    clock.advance(ms=FIRST_MS)
    worker.wake()
    assert ear.wait().receipt is not None
    assert worker.close(patience_s=PATIENCE_S)
    assert ear.threads == {"pocus-outbox"}
    outbox.close()


def test_what_was_delivered_is_told_while_another_is_still_under_way(tmp_path: Path) -> None:
    is_told = threading.Event()

    def slow(_envelope: bytes, _digest: str) -> bytes:
        assert is_told.wait(PATIENCE_S)
        raise NoConnectionError(host="hub")

    outbox = _outbox(tmp_path, _signed, slow)
    first = outbox.enqueue(_sealed(tmp_path, b"one"), now_ms=1)
    outbox.enqueue(_sealed(tmp_path, b"two"), now_ms=2)
    ear = Ear()
    worker = OutboxWorker(outbox, clock=ManualClock(), on_attempt=ear)
    worker.start()
    attempt = ear.wait()
    assert (attempt.digest, attempt.receipt is not None) == (first, True)
    is_told.set()
    assert isinstance(ear.wait().error, NoConnectionError)
    assert worker.close(patience_s=PATIENCE_S)
    outbox.close()


def test_closing_waits_for_the_delivery_under_way_and_begins_no_other(tmp_path: Path) -> None:
    clock, ear = ManualClock(), Ear()
    began, go_on = threading.Event(), threading.Event()

    def slow(envelope: bytes, digest: str) -> bytes:
        began.set()
        assert go_on.wait(PATIENCE_S)
        return _signed(envelope, digest)

    outbox = _outbox(tmp_path, slow)
    for data in (b"one", b"two"):
        outbox.enqueue(_sealed(tmp_path, data), now_ms=clock.read().wall_ms)
    worker = OutboxWorker(outbox, clock=clock, on_attempt=ear)
    worker.start()
    assert began.wait(PATIENCE_S)
    assert not worker.close(patience_s=0)
    go_on.set()
    assert worker.close(patience_s=PATIENCE_S)
    assert [attempt.error for attempt in ear.heard] == [None]
    assert len([row for row in outbox.rows() if row.delivered_ms is None]) == 1
    outbox.close()


def test_a_listener_in_trouble_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock, ear = ManualClock(), Ear()

    def listen(attempt: Attempt) -> None:
        ear(attempt)
        raise OtherReceiptError

    outbox = _outbox(tmp_path, _signed, _signed)
    worker = OutboxWorker(outbox, clock=clock, on_attempt=listen)
    worker.start()
    for data in (b"one", b"two"):
        outbox.enqueue(_sealed(tmp_path, data), now_ms=clock.read().wall_ms)
        worker.wake()
        assert ear.wait().receipt is not None
    assert worker.close(patience_s=PATIENCE_S)
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warned == ["sitting.other_receipt"] * 2
    outbox.close()


def test_records_that_failed_as_an_attempt_ended_leave_nothing_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_full, has_failed, ear = threading.Event(), threading.Event(), Ear()
    change = OutboxStore.change

    def fills_the_disk(_envelope: bytes, _digest: str) -> bytes:
        is_full.set()
        raise NoConnectionError(host="hub")

    def changes(self: OutboxStore, digest: str, work: Callable[[Row], Row]) -> Row | None:
        if is_full.is_set():
            is_full.clear()
            has_failed.set()
            raise OutboxUnreadableError(reason="SQLITE_FULL")
        return change(self, digest, work)

    monkeypatch.setattr(OutboxStore, "change", changes)
    outbox = _outbox(tmp_path, fills_the_disk, _signed)
    digest = outbox.enqueue(_sealed(tmp_path, b"one"), now_ms=1)
    worker = OutboxWorker(outbox, clock=ManualClock(), on_attempt=ear)
    worker.start()
    assert has_failed.wait(PATIENCE_S)
    worker.wake()
    attempt = ear.wait()
    assert (attempt.digest, attempt.receipt is not None) == (digest, True)
    assert worker.close(patience_s=PATIENCE_S)
    outbox.close()


def test_a_worker_that_never_started_is_closed_at_once(tmp_path: Path) -> None:
    outbox = _outbox(tmp_path)
    assert OutboxWorker(outbox, clock=ManualClock(), on_attempt=Ear()).close()
    outbox.close()
