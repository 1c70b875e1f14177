"""The outbox: nothing is lost, nothing is believed that does not verify, nothing blocks its neighbour."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import words
from pocus_desktop.sitting.receipt import issue_receipt
from pocus_desktop.sync.backoff import FIRST_MS, LEAST_SPREAD_MS, LONGEST_MS, SPREAD_OF_ASKED, delay_ms
from pocus_desktop.sync.engine import LONGEST_PLAN_MS, Status
from pocus_desktop.sync.errors import (
    BadReceiptError,
    EnvelopeChangedError,
    EnvelopeMissingError,
    HubRefusedError,
    NoConnectionError,
    NotReceiptedError,
    OutboxUnreadableError,
    SyncError,
    UnknownEnvelopeError,
)
from pocus_desktop.sync.outbox import Outbox
from tests.sync.carriers import Deed, Story, fails

HUB = SigningKey.from_seed(b"h" * 32)
NOW = 1_700_000_000_000


def _receipt(digest: str, *, signer: SigningKey = HUB) -> bytes:
    return issue_receipt(
        signer, sealed_digest=digest, sitting="sit_1", last_seq=9, received_at_ms=NOW, is_partial=False
    )


def _signed(_envelope: bytes, digest: str) -> bytes:
    return _receipt(digest)


def _sealed(folder: Path, data: bytes = b"a sealed result") -> Path:
    path = folder / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return path


def _outbox(folder: Path, *deeds: Deed) -> tuple[Outbox, Story]:
    story = Story(deeds=list(deeds))
    return Outbox(folder / "outbox", story, [HUB.public], chance=lambda: 1.0), story


def _states(outbox: Outbox) -> list[Status]:
    return [entry.status for entry in outbox.rows()]


def test_a_result_waits_until_a_hub_has_signed_for_it(tmp_path: Path) -> None:
    outbox, story = _outbox(tmp_path, fails(NoConnectionError(host="hub")), _signed)
    digest = outbox.enqueue(_sealed(tmp_path), now_ms=NOW)
    assert outbox.next_due_ms(NOW) == NOW
    (first,) = outbox.run_once(NOW)
    assert (first.receipt, type(first.error)) == (None, NoConnectionError)
    (entry,) = outbox.rows()
    assert (entry.status, entry.attempts, entry.problem) == (Status.FAILED, 1, "sync.no_connection")
    assert outbox.next_due_ms(NOW) == NOW + FIRST_MS
    assert outbox.run_once(NOW + FIRST_MS - 1) == ()
    assert outbox.receipt(digest) is None
    (second,) = outbox.run_once(NOW + FIRST_MS)
    assert (second.error, second.receipt is not None) == (None, True)
    assert outbox.receipt(digest) == _receipt(digest)
    assert (_states(outbox), outbox.next_due_ms(NOW)) == ([Status.DONE], None)
    assert outbox.run_once(NOW + 10**9) == ()
    assert story.delivered == [digest, digest]
    outbox.close()
    assert story.is_closed


def test_the_sealed_result_is_the_outboxs_own_copy(tmp_path: Path) -> None:
    outbox, _ = _outbox(tmp_path, _signed)
    path = _sealed(tmp_path)
    digest = outbox.enqueue(path, now_ms=NOW)
    path.unlink()
    (attempt,) = outbox.run_once(NOW)
    assert attempt.receipt is not None
    assert (tmp_path / "outbox" / digest).read_bytes() == b"a sealed result"
    outbox.close()


def test_taking_it_twice_is_taking_it_once(tmp_path: Path) -> None:
    outbox, story = _outbox(tmp_path, _signed)
    path = _sealed(tmp_path)
    assert outbox.enqueue(path, now_ms=NOW) == outbox.enqueue(path, now_ms=NOW + 1)
    outbox.run_once(NOW)
    outbox.enqueue(path, now_ms=NOW + 2)
    assert outbox.run_once(NOW + 3) == ()
    assert (len(outbox.rows()), len(story.delivered)) == (1, 1)
    outbox.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: _receipt("0" * 64), "sitting.other_receipt"),
        (lambda digest: _receipt(digest, signer=SigningKey.generate()), "crypto.not_enough_signatures"),
        (lambda digest: _receipt(digest).replace(b"receipt.v1", b"receipt.v2"), "crypto.wrong_payload_type"),
        (lambda digest: _receipt(digest)[:-1], "crypto.bad_envelope"),
        (lambda _: b"<html>", "crypto.bad_envelope"),
        (lambda _: b"", "crypto.bad_envelope"),
    ],
    ids=["of another result", "by a stranger", "another document", "cut", "a page", "nothing"],
)
def test_a_receipt_that_does_not_verify_delivers_nothing(
    tmp_path: Path, answer: Callable[[str], bytes], reason: str
) -> None:
    outbox, _ = _outbox(tmp_path, lambda _envelope, digest: answer(digest), _signed)
    digest = outbox.enqueue(_sealed(tmp_path), now_ms=NOW)
    (attempt,) = outbox.run_once(NOW)
    assert isinstance(attempt.error, BadReceiptError)
    (entry,) = outbox.rows()
    assert (entry.status, entry.problem, entry.reason) == (Status.FAILED, "sync.bad_receipt", reason)
    assert outbox.receipt(digest) is None
    with pytest.raises(NotReceiptedError):
        outbox.forget(digest)
    outbox.run_once(NOW + FIRST_MS)
    assert _states(outbox) == [Status.DONE]
    outbox.close()


def test_one_that_is_refused_is_set_aside_and_holds_up_no_other(tmp_path: Path) -> None:
    refused = fails(HubRefusedError(host="hub", status=422, reason="sitting.not_for_this_key"))
    outbox, story = _outbox(tmp_path, refused, _signed, _signed)
    bad = outbox.enqueue(_sealed(tmp_path, b"bad"), now_ms=NOW)
    good = outbox.enqueue(_sealed(tmp_path, b"good"), now_ms=NOW + 1)
    attempts = outbox.run_once(NOW + 1)
    assert [attempt.error is None for attempt in attempts] == [False, True]
    entries = {entry.digest: entry for entry in outbox.rows()}
    assert (entries[bad].status, entries[bad].problem) == (Status.QUARANTINED, "sync.hub_refused")
    assert entries[bad].reason == "sitting.not_for_this_key"
    assert entries[good].status is Status.DONE
    assert outbox.run_once(NOW + 10**9) == ()
    assert (tmp_path / "outbox" / bad).is_file()
    outbox.retry(bad, now_ms=NOW + 2)
    outbox.run_once(NOW + 2)
    assert (story.delivered, _states(outbox)) == ([bad, good, bad], [Status.DONE, Status.DONE])
    outbox.close()


def test_a_person_may_ask_for_another_try_at_once(tmp_path: Path) -> None:
    outbox, _ = _outbox(tmp_path, fails(NoConnectionError(host="hub")), _signed)
    outbox.enqueue(_sealed(tmp_path), now_ms=NOW)
    outbox.run_once(NOW)
    outbox.retry(now_ms=NOW + 1)
    outbox.run_once(NOW + 1)
    assert _states(outbox) == [Status.DONE]
    outbox.close()


def test_a_clock_set_back_does_not_hold_a_result_for_years(tmp_path: Path) -> None:
    outbox, _ = _outbox(tmp_path, fails(NoConnectionError(host="hub")), _signed)
    outbox.enqueue(_sealed(tmp_path), now_ms=NOW)
    outbox.run_once(NOW)
    long_ago = NOW - LONGEST_PLAN_MS - FIRST_MS
    assert outbox.next_due_ms(long_ago) == long_ago
    outbox.run_once(long_ago)
    assert _states(outbox) == [Status.DONE]
    outbox.close()


@pytest.mark.parametrize(
    ("hurt", "error"),
    [
        (lambda path: path.unlink(), EnvelopeMissingError),
        (lambda path: path.write_bytes(b"another sealed result"), EnvelopeChangedError),
    ],
    ids=["gone", "changed"],
)
def test_a_file_that_is_not_what_it_was_is_never_sent(
    tmp_path: Path, hurt: Callable[[Path], None], error: type[SyncError]
) -> None:
    outbox, story = _outbox(tmp_path, _signed)
    path = _sealed(tmp_path)
    digest = outbox.enqueue(path, now_ms=NOW)
    hurt(tmp_path / "outbox" / digest)
    (attempt,) = outbox.run_once(NOW)
    assert type(attempt.error) is error
    assert (_states(outbox), story.delivered) == ([Status.QUARANTINED], [])
    outbox.enqueue(path, now_ms=NOW)  # the sitting's own copy mends it
    outbox.run_once(NOW)
    assert (_states(outbox), story.delivered) == ([Status.DONE], [digest])
    outbox.close()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda folder: folder / "missing", EnvelopeMissingError),
        (lambda folder: folder, EnvelopeMissingError),
        (lambda folder: _sealed(folder).rename(folder / ("0" * 64)), EnvelopeChangedError),
    ],
    ids=["missing", "a folder", "under another name"],
)
def test_what_cannot_be_taken(tmp_path: Path, make: Callable[[Path], Path], error: type[SyncError]) -> None:
    outbox, _ = _outbox(tmp_path)
    with pytest.raises(error):
        outbox.enqueue(make(tmp_path), now_ms=NOW)
    assert outbox.rows() == ()
    outbox.close()


def test_only_what_a_receipt_covers_is_forgotten(tmp_path: Path) -> None:
    outbox, _ = _outbox(tmp_path, _signed, _signed)
    digest = outbox.enqueue(_sealed(tmp_path), now_ms=NOW)
    with pytest.raises(NotReceiptedError):
        outbox.forget(digest)
    outbox.run_once(NOW)
    receipt = tmp_path / "outbox" / f"{digest}.receipt"
    sound = receipt.read_bytes()
    receipt.write_bytes(_receipt(digest, signer=SigningKey.generate()))
    with pytest.raises(NotReceiptedError):
        outbox.forget(digest)
    assert (tmp_path / "outbox" / digest).is_file()
    receipt.write_bytes(sound)
    outbox.forget(digest)
    assert outbox.rows() == ()
    assert sorted(path.name for path in (tmp_path / "outbox").iterdir()) == [f"{digest}.forgotten", "outbox.sqlite"]
    assert (outbox.was_forgotten(digest), outbox.receipt(digest)) == (True, sound)
    (tmp_path / "outbox" / f"{digest}.forgotten").write_bytes(_receipt(digest, signer=SigningKey.generate()))
    assert not outbox.was_forgotten(digest), "only a receipt is such a note"
    with pytest.raises(UnknownEnvelopeError):
        outbox.forget(digest)
    outbox.close()


def test_files_decide_after_a_crash(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    without_row, with_receipt = _sealed(folder, b"no row yet"), _sealed(folder, b"received, no row yet")
    (folder / f"{with_receipt.name}.receipt").write_bytes(_receipt(with_receipt.name))
    forged = _sealed(folder, b"a receipt that is none")
    (folder / f"{forged.name}.receipt").write_bytes(_receipt(forged.name, signer=SigningKey.generate()))
    outbox, story = _outbox(tmp_path, _signed, _signed)
    states = {entry.digest: entry.status for entry in outbox.rows()}
    assert states == {
        without_row.name: Status.WAITING,
        with_receipt.name: Status.DONE,
        forged.name: Status.WAITING,
    }
    outbox.run_once(NOW)
    assert sorted(story.delivered) == sorted([without_row.name, forged.name])
    assert set(_states(outbox)) == {Status.DONE}
    outbox.close()


CHILD = """
import os, signal, sys
from pathlib import Path
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import files
from pocus_desktop.sitting.receipt import issue_receipt
from pocus_desktop.sync.engine import Receipted
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.store import OutboxStore

folder, sealed, point = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)

class Road:
    name = "road"
    def deliver(self, envelope, digest):
        if point == "before it left":
            die()
        receipt = issue_receipt(SigningKey.from_seed(b"h" * 32), sealed_digest=digest, sitting="sit_1", last_seq=9,
                                received_at_ms=5, is_partial=False)
        if point == "before the answer came":
            die()
        if point == "before the receipt was written":
            files.write_atomically = die
        return receipt
    def close(self): pass

outbox = Outbox(folder, Road(), [SigningKey.from_seed(b"h" * 32).public])
if point == "before the row was written":
    OutboxStore.add = die
if point == "before the row said so":
    step = Outbox._step
    Outbox._step = lambda self, digest, event, now_ms: (
        die() if isinstance(event, Receipted) else step(self, digest, event, now_ms)
    )
outbox.enqueue(sealed, now_ms=1)
outbox.run_once(2)
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by signal")
@pytest.mark.parametrize(
    ("point", "sent_again"),
    [
        ("before the row was written", True),
        ("before it left", True),
        ("before the answer came", True),
        ("before the receipt was written", True),
        ("before the row said so", False),
    ],
)
def test_killed_at_any_moment_it_goes_on(tmp_path: Path, point: str, sent_again: bool) -> None:
    sealed = _sealed(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "outbox"), str(sealed), point], timeout=60, check=False
    )
    assert ended.returncode == -9
    outbox, story = _outbox(tmp_path, _signed)
    assert _states(outbox) == [Status.WAITING if sent_again else Status.DONE]
    outbox.run_once(NOW)
    assert story.delivered == ([sealed.name] if sent_again else [])
    assert _states(outbox) == [Status.DONE]
    assert outbox.receipt(sealed.name) is not None
    outbox.close()


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sqlite3;sqlite3.connect({str(folder / 'outbox.sqlite')!r}).execute('PRAGMA user_version=7')",
            ],
            check=True,
        ),
        lambda folder: (folder / "outbox.sqlite").mkdir(),
    ],
    ids=["of a later version", "a folder"],
)
def test_records_that_cannot_be_used_are_named_and_kept(tmp_path: Path, make: Callable[[Path], object]) -> None:
    (tmp_path / "outbox").mkdir()
    make(tmp_path / "outbox")
    with pytest.raises(OutboxUnreadableError):
        _outbox(tmp_path)
    assert (tmp_path / "outbox" / "outbox.sqlite").exists()


def test_damaged_records_are_set_aside_and_made_anew_from_the_files(tmp_path: Path) -> None:
    sealed = _sealed(tmp_path)
    outbox, _ = _outbox(tmp_path)
    outbox.enqueue(sealed, now_ms=NOW)
    outbox.close()
    records = tmp_path / "outbox" / "outbox.sqlite"
    for number in (1, 2):
        records.write_bytes(b"not a database" * 1000)
        outbox, _ = _outbox(tmp_path)
        assert [entry.digest for entry in outbox.rows()] == [sealed.name]
        assert _states(outbox) == [Status.WAITING]
        outbox.close()
        assert records.with_name(f"outbox.sqlite.damaged-{number}").read_bytes().startswith(b"not a database")


def test_records_whose_index_is_damaged_are_made_anew_before_anything_is_written(tmp_path: Path) -> None:
    """Their table reads as an empty one; only writing a row would meet what is wrong."""
    outbox, _ = _outbox(tmp_path)
    digest = outbox.enqueue(_sealed(tmp_path), now_ms=NOW)
    outbox.close()
    records = outbox.folder / "outbox.sqlite"
    header, page = records.read_bytes()[:4096], 4096
    no_rows = b"\x0d" + bytes(4) + b"\x10\x00" + bytes(page - 7)
    records.write_bytes(header + no_rows + b"\x0a" + b"\xff" * (page - 1))
    again, _ = _outbox(tmp_path)
    assert [row.digest for row in again.rows()] == [digest]
    again.close()
    assert records.with_name("outbox.sqlite.damaged-1").exists()


@given(
    attempts=st.integers(1, 10_000),
    chance=st.floats(0, 1),
    asked_ms=st.none() | st.integers(0, 3_600_000),
)
def test_waits_grow_and_stay_within_bounds(attempts: int, chance: float, asked_ms: int | None) -> None:
    found = delay_ms(attempts, chance=chance, asked_ms=asked_ms)
    latest_ms = 0 if asked_ms is None else asked_ms + max(asked_ms * SPREAD_OF_ASKED, LEAST_SPREAD_MS) + 1
    assert max(FIRST_MS // 2, asked_ms or 0) <= found <= max(LONGEST_MS, latest_ms) <= LONGEST_PLAN_MS
    assert found <= delay_ms(attempts + 1, chance=chance, asked_ms=asked_ms)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_state_has_words(language: str) -> None:
    assert all(words.has(f"sync.status.{status}", language) for status in Status)


def test_stations_spread() -> None:
    chances: Sequence[float] = (0.0, 0.5, 1.0)
    assert [delay_ms(3, chance=chance) for chance in chances] == [2 * FIRST_MS, 3 * FIRST_MS, 4 * FIRST_MS]
    asked = [delay_ms(1, chance=chance, asked_ms=120_000) for chance in chances]
    assert asked == [120_000, 135_000, 150_000], "never earlier than asked, and not all of them then"


def test_a_fault_of_a_carrier_that_nobody_foresaw_holds_up_no_one(tmp_path: Path) -> None:
    def stumbles(_envelope: bytes, _digest: str) -> bytes:
        raise ZeroDivisionError("private")

    outbox, _ = _outbox(tmp_path, stumbles, _signed, _signed)
    first = outbox.enqueue(_sealed(tmp_path, b"one"), now_ms=NOW)
    second = outbox.enqueue(_sealed(tmp_path, b"two"), now_ms=NOW + 1)
    attempts = {attempt.digest: attempt for attempt in outbox.run_once(NOW + 1)}
    assert attempts[second].receipt is not None
    error = attempts[first].error
    assert error is not None
    assert (error.code, error.params) == ("sync.failed", {"reason": "ZeroDivisionError"})
    (waiting,) = [entry for entry in outbox.rows() if entry.digest == first]
    assert (waiting.status, waiting.attempts, waiting.due_ms) == (Status.FAILED, 1, NOW + 1 + FIRST_MS)
    assert outbox.run_once(waiting.due_ms)[0].receipt is not None
    outbox.close()
