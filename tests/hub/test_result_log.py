"""The hub's log: what is accepted is in it, in order, once, and proved by its receipt; on SQLite and PostgreSQL."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.arrival import Accepted, Arrival, Wish
from pocus_desktop.hub.errors import LogDamagedError, SittingConflictError, UnstorableError
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.results_log.audit import Deed, audit_records
from pocus_desktop.hub.results_log.export import export_log
from pocus_desktop.hub.results_log.result_log import ResultLog, origin_for
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting.receipt import Entered, entry_of, issue_receipt, verify_entered
from pocus_desktop.sync.log_reader import FolderLog
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.copy import LogCopy
from tests.hub.log_hub import ENVELOPES, KEYS, KeptLog
from tests.hub.school import School


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> KeptLog:
    """A hub's records with their log, on either kind of database."""
    is_shared = request.param == "postgresql"
    url = request.getfixturevalue("hub_database") if is_shared else f"sqlite:///{tmp_path / 'hub.sqlite'}"
    return KeptLog(url=url)


def entered(receipt: bytes, digest: str) -> Entered:
    """A receipt, verified with its proof."""
    found = verify_entered(receipt, [KEYS.signing.public], sealed_digest=digest)
    assert found.head is not None
    return found


def test_each_acceptance_is_proved_by_its_receipt(kept: KeptLog) -> None:
    with kept.open() as log:
        for number in range(5):
            accepted = kept.accept(log, number)
            found = entered(accepted.receipt, kept.digest(number))
            assert (accepted.is_new, found.index, found.receipt.log) == (True, number, log.origin)
            assert found.head is not None
            assert found.head.head.size == number + 1
        again = kept.accept(log, 2)
        assert (again.is_new, entered(again.receipt, kept.digest(2)).index) == (False, 2)
        assert log.copy().audit() == 5


def test_a_batch_is_entered_in_order_under_one_head(kept: KeptLog) -> None:
    with kept.open() as log, kept.store() as store:
        kept.accept(log, 0)
        wishes = [kept.wish(log, number) for number in (1, 2, 1, 0, 3)]
        clash = Wish(arrival=kept.arrival(9, sitting="sit_1", admission_id="adm_other"), receipt=b"", entry=bytes(32))
        outcomes = store.accept_all([*wishes, clash], log.sign)
        assert [one.is_new for one in outcomes if isinstance(one, Accepted)] == [True, True, False, False, True]
        assert isinstance(outcomes[-1], SittingConflictError)
        proved = [entered(one.receipt, kept.digest(n)) for one, n in zip(outcomes, (1, 2, 1, 0, 3), strict=False)]  # type: ignore[union-attr]
        assert [one.index for one in proved] == [1, 2, 1, 0, 3]
        assert [one.head.head.size for one in proved if one.head] == [4, 4, 4, 1, 4]
        assert log.copy().audit() == 4


def test_what_the_database_has_no_form_for_is_refused_alone(kept: KeptLog) -> None:
    with kept.open() as log, kept.store() as store:
        wishes = [kept.wish(log, number, attempt=2**70 if number == 1 else 1) for number in range(3)]
        first, odd, last = store.accept_all(wishes, log.sign)
        assert isinstance(odd, UnstorableError)
        assert [one.is_new for one in (first, last) if isinstance(one, Accepted)] == [True, True]
        assert log.copy().audit() == 2


def test_many_threads_of_many_processes_make_one_order(kept: KeptLog) -> None:
    """Two hubs on one database, eight threads each, and every envelope twice."""
    with kept.open() as first, kept.open() as second, ThreadPoolExecutor(16) as pool:
        work = [(log, number) for number in range(60) for log in (first, second)]
        accepted = list(pool.map(lambda one: kept.accept(*one), work))
        assert sum(one.is_new for one in accepted) == 60
        proved = [entered(one.receipt, kept.digest(number)) for one, (_, number) in zip(accepted, work, strict=True)]
        assert sorted({one.index for one in proved if one.index is not None}) == list(range(60))
        copy = first.copy()
        assert copy.audit() == 60
        for one in proved:
            assert one.head is not None
            copy.require_continues(one.head)
        assert {head.size: head.root for head in (one.head.head for one in proved if one.head)} == {
            one.head.head.size: one.head.head.root for one in proved if one.head
        }


def test_tiles_of_all_levels_are_kept_as_the_tree_grows(kept: KeptLog) -> None:
    with kept.open() as log, kept.store() as store:
        for begin in range(0, 600, 200):
            store.accept_all([kept.wish(log, number) for number in range(begin, begin + 200)], log.sign)
        copy = log.copy()
        assert copy.audit() == 600
        assert [log.read(path) is None for path in ("tile/0/001", "tile/1/000.p/2", "tile/0/002.p/88")] == [False] * 3
        for path in ("tile/0/002", "tile/1/000", "tile/2/000.p/1", "tile/0/../001", "x"):
            assert log.read(path) is None
        for number in (0, 255, 256, 599):
            receipt = store.receipt(kept.digest(number))
            assert receipt is not None
            copy.require_entry(entry_of(receipt), number)
    with kept.open() as again:
        assert again.copy().head.head == copy.head.head


def test_an_exported_copy_proves_offline_and_is_brought_up_to_date(kept: KeptLog, tmp_path: Path) -> None:
    with kept.open() as log, kept.store() as store:
        store.accept_all([kept.wish(log, number) for number in range(300)], log.sign)
        assert export_log(log, tmp_path / "copy") == 300
        kept.accept(log, 300)
        assert export_log(log, tmp_path / "copy") == 301
        assert export_log(log, tmp_path / "thin", has_entries=False) == 301
        copy = LogCopy(FolderLog(tmp_path / "copy").read, [KEYS.signing.public])
        assert copy.audit() == 301
        receipt = store.receipt(kept.digest(7))
        assert receipt is not None
        thin = LogCopy(FolderLog(tmp_path / "thin").read, [KEYS.signing.public])
        thin.require_entry(entry_of(receipt), 7)
        head = entered(receipt, kept.digest(7)).head
        assert head is not None
        thin.require_continues(head)
        assert not (tmp_path / "thin" / "tile" / "entries").exists()


def test_what_was_accepted_before_there_was_a_log_is_entered_in_order(kept: KeptLog) -> None:
    with kept.store() as store:
        older = {n: issue_receipt(KEYS.signing, sealed_digest=kept.digest(n), sitting=f"sit_{n}", last_seq=1,
                                  received_at_ms=1000 - n, is_partial=False) for n in range(5)}  # fmt: skip
        for number, receipt in older.items():
            kept.insert_without_log(store, number, receipt, received_at_ms=1000 - number)
    with kept.open() as log:
        assert log.copy().head.head.size == 5
        assert [log.copy().find(entry_of(older[number])) for number in range(5)] == [4, 3, 2, 1, 0]
        again = kept.accept(log, 3)
        assert (again.receipt, again.is_new) == (older[3], False)
        assert entered(kept.accept(log, 5).receipt, kept.digest(5)).index == 5
    with kept.open() as log:
        assert log.copy().head.head.size == 6


def test_the_log_keeps_its_name_when_keys_rotate(kept: KeptLog) -> None:
    fresh = AcademyKeys.generate()
    with kept.open() as log:
        first = kept.accept(log, 0)
        origin = log.origin
    assert origin == origin_for(KEYS.signing.public)
    with kept.open(keys=fresh, retired=(KEYS,)) as log:
        again = log.copy().head
        assert (again.signers, again.head.size) == ((fresh.signing.public,), 1)
        second = kept.accept(log, 1, signer=fresh.signing)
        assert log.origin == origin
        copy = log.copy()
        assert copy.head.signers == (fresh.signing.public,)
        head = entered(first.receipt, kept.digest(0)).head
        assert head is not None
        copy.require_continues(head)
        both = [KEYS.signing.public, fresh.signing.public]
        assert verify_entered(second.receipt, both).index == 1


DAMAGE: dict[str, Sequence[str]] = {
    "an entry is gone": ("DELETE FROM log_entry WHERE number = 3",),
    "the last entry is gone": ("DELETE FROM log_entry WHERE number = 299",),
    "an entry is another": ("UPDATE log_entry SET entry = X'00' WHERE number = 3",),
    "an entry at the edge is another": ("UPDATE log_entry SET entry = X'00' WHERE number = 299",),
    "a tile's root is another": ("UPDATE log_tile SET root = X'00'",),
    "a tile's root is gone": ("DELETE FROM log_tile",),
    "the size was set back": ("UPDATE log SET size = 299",),
    "the state is of an older tree": (
        "UPDATE log SET size = 256, peaks = substr(peaks, 1, 32)",
        "DELETE FROM log_entry WHERE number >= 256",
    ),
    "receipted entries are gone with their head": (
        "UPDATE log SET size = 0, peaks = X'', checkpoint = X'{empty}'",
        "DELETE FROM log_entry",
        "DELETE FROM log_tile",
    ),
    "the head is another's": ("UPDATE log SET checkpoint = X'00'",),
    "the origin is another": ("UPDATE log SET origin = 'pocus-log/other'",),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_log_that_is_not_what_was_signed_is_refused_on_opening(tmp_path: Path, damage: str) -> None:
    kept = KeptLog(url=f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with kept.open() as log, kept.store() as store:
        empty = (log.read("checkpoint") or b"").hex()
        store.accept_all([kept.wish(log, number) for number in range(300)], log.sign)
    with closing(sqlite3.connect(tmp_path / "hub.sqlite")) as other, other:
        for statement in DAMAGE[damage]:
            other.execute(statement.replace("{empty}", empty))
    with pytest.raises(LogDamagedError), kept.open():
        pass


def test_a_hub_whose_keys_are_others_does_not_go_on_with_the_log(tmp_path: Path) -> None:
    kept = KeptLog(url=f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with kept.open():
        pass
    with pytest.raises(LogDamagedError), kept.open(keys=AcademyKeys.generate()):
        pass


KILLED = """
import os, sys
from tests.hub.log_hub import KeptLog
kept = KeptLog(url=sys.argv[1])
with kept.open() as log:
    sign, die = log.sign, int(sys.argv[2])
    def dying(head):
        made = sign(head)
        if head.size > die:
            os._exit(9)
        return made
    log.sign = dying
    for number in range(int(sys.argv[3]), 1000):
        print(number, kept.accept(log, number).receipt.hex(), flush=True)
"""


def test_a_process_that_dies_between_signing_and_committing_leaves_no_gap_and_no_second_head(kept: KeptLog) -> None:
    """The head it signed was seen by no one, and another of its size may come instead."""
    given: dict[int, str] = {}
    for die in (3, 3, 5):
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, kept.url, str(die), str(len(given))],
            capture_output=True, text=True, check=False, env=dict(os.environ), cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert ended.returncode == 9, ended.stderr
        given |= {int(line.split()[0]): line.split()[1] for line in ended.stdout.splitlines()}
    with kept.open() as log:
        copy = log.copy()
        assert (copy.audit(), sorted(given)) == (5, list(range(5)))
        for number, receipt in given.items():
            found = entered(bytes.fromhex(receipt), kept.digest(number))
            assert found.head is not None
            copy.require_continues(found.head)
            copy.require_entry(found.entry, number)


def deeds(kept: KeptLog, log: ResultLog, store: HubStore, files: dict[str, bytes]) -> list[tuple[str, int | None]]:
    del log
    found = audit_records(store, (KEYS.signing.public,), read=files.get)
    return [(str(one.deed), one.number) for one in found]


AUDITED: dict[str, tuple[str, list[tuple[Deed, int | None]]]] = {
    "all is well": ("SELECT 1", []),
    "a result was dropped": ("DELETE FROM envelope WHERE digest = '{1}'", [(Deed.DROPPED, 1)]),
    "a receipt was exchanged": (
        "UPDATE envelope SET receipt = (SELECT receipt FROM envelope WHERE digest = '{2}') WHERE digest = '{1}'",
        [(Deed.RECEIPT_ALTERED, 1)],
    ),
    "an entry was taken out": (
        "DELETE FROM log_entry WHERE number = 1",
        [(Deed.OTHER_HISTORY, 2), (Deed.NOT_ENTERED, None)],
    ),
}


@pytest.mark.parametrize("deed", AUDITED)
def test_an_audit_at_the_hub_names_each_deed(kept: KeptLog, deed: str) -> None:
    files = {kept.digest(number): ENVELOPES[number] for number in range(4)}
    with kept.open() as log, kept.store() as store:
        for number in range(4):
            kept.accept(log, number)
        statement, expected = AUDITED[deed]
        with store.transaction() as connection:
            connection.exec_driver_sql(statement.format(*(kept.digest(number) for number in range(4))))
        found = deeds(kept, log, store, files)
        assert set(found) >= {(str(one), number) for one, number in expected}
        assert bool(found) == bool(expected)


def test_an_audit_at_the_hub_looks_at_the_envelopes(kept: KeptLog) -> None:
    with kept.open() as log, kept.store() as store:
        for number in range(3):
            kept.accept(log, number)
        files = {kept.digest(0): ENVELOPES[0], kept.digest(2): b"another"}
        assert deeds(kept, log, store, files) == [("envelope-missing", 1), ("envelope-altered", 2)]


@pytest.mark.parametrize("at_once", [2, 5])
def test_an_audit_looks_at_more_than_one_read_brings(kept: KeptLog, at_once: int) -> None:
    with kept.open() as log, kept.store() as store:
        for number in range(5):
            kept.accept(log, number)
        assert [one.number for one in store.log.held(at_once=at_once)] == [0, 1, 2, 3, 4]


def test_a_real_result_comes_back_with_its_place_in_the_log(school: School) -> None:
    hub = school.hub()
    sat = school.sit()
    receipts = [hub.receive(data) for data in (sat.partial, sat.final, sat.partial)]
    found = [verify_entered(receipt, [school.keys.signing.public]) for receipt in receipts]
    assert [one.index for one in found] == [0, 1, 0]
    assert hub.log.copy().audit() == 2
    assert merkle.leaf_hash(found[1].entry) == (hub.log.read("tile/0/000.p/2") or b"")[32:]
    hub.close()
    assert canonical.digest(sat.final) == found[1].receipt.sealed_digest


def test_no_entry_tells_whose_it_is(school: School) -> None:
    hub = school.hub()
    sat = school.sit()
    hub.take(sat.final)
    published = b"".join(hub.log.read(path) or b"" for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"))
    for told in (sat.sitting, "C-1", "adm_1", canonical.digest(sat.final), school.station.signing.public.key_id):
        assert told.encode() not in published
    assert bytes.fromhex(canonical.digest(sat.final)) not in published
    hub.close()


def test_another_log_cannot_be_begun_over_one_that_is_there(tmp_path: Path) -> None:
    kept = KeptLog(url=f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with kept.open() as log, kept.store() as store:
        kept.accept(log, 0)
        begun = store.log.begin("pocus-log/another", lambda head: head.sign([SigningKey.generate()]))
        assert (begun.origin, begun.frontier.size) == (log.origin, 1)


def test_arrivals_speak_for_their_sitting_within_a_batch_as_one_after_another(kept: KeptLog) -> None:
    with kept.open() as log, kept.store() as store:
        several = [kept.wish(log, n, sitting="sit_same", last_seq=seq) for n, seq in ((0, 5), (1, 9), (2, 7))]
        store.accept_all(several, log.sign)
        standing = store.standing("sit_same")
        assert standing is not None
        assert (standing.digest, standing.last_seq) == (kept.digest(1), 9)
        store.accept_all([kept.wish(log, 3, sitting="sit_same", last_seq=11)], log.sign)
        later = store.standing("sit_same")
        assert later is not None
        assert later.digest == kept.digest(3)
        assert isinstance(kept.arrival(0), Arrival)


def test_a_hub_is_opened_while_another_takes_results(kept: KeptLog) -> None:
    """What is checked on opening is of one moment."""
    stopped = threading.Event()
    with kept.open() as busy:

        def accept() -> None:
            for number in range(400):
                if stopped.is_set():
                    return
                kept.accept(busy, number)

        worker = threading.Thread(target=accept)
        worker.start()
        try:
            for _ in range(15):
                with kept.open() as log:
                    assert log.origin == busy.origin
        finally:
            stopped.set()
            worker.join()
