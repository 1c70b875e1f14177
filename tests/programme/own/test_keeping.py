"""What is acknowledged stays: crashes, two windows at once, damage, and whatever the academy answers."""

import multiprocessing
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import ManualClock, SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.academy import Voucher
from pocus_desktop.programme.own import changes, sending, taking_in
from pocus_desktop.programme.own.desk import DATABASE, PortfolioDesk
from pocus_desktop.programme.own.errors import (
    ChangedMeanwhileError,
    OtherAccountError,
    PartMissingError,
    PortfolioOfLaterVersionError,
    PortfolioUnreadableError,
)
from pocus_desktop.programme.papers import write_papers
from pocus_desktop.programme.submission import (
    BadPortfolioReceiptError,
    PortfolioReceipt,
    issue_receipt,
    read_submission,
)
from pocus_desktop.programme.voucher_code import voucher_id_of
from tests.hub.school import School
from tests.programme.own.killed import kill_again_and_again
from tests.ui.portfolio.desks import LUNG, NOW_MS, TODAY, FarAcademy, begun, empty


class RefusingError(PocusError):
    """A hub that says no."""


class Wire:
    """Signs for what it gets; refuses what holds one document, and loses answers."""

    def __init__(self, academy: FarAcademy, desk: PortfolioDesk) -> None:
        self.academy, self.desk = academy, desk
        self.refused_content = b""
        self.lost = 0
        self.got: list[str] = []
        self.signer = academy.signing

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        assert sealed
        parcel = next(one for one in self.desk.parcels() if one.digest == digest)
        sent = read_submission(parcel.envelope)
        contents = [canonical.encode(one.model_dump(mode="json")) for one in sent.documents]
        if self.refused_content in contents:
            raise RefusingError(reason="academy.other_person")
        self.got.append(digest)
        if self.lost:
            self.lost -= 1
            raise PocusError(reason="cut")
        said = PortfolioReceipt(
            digest=digest, account_id=sent.account_id, candidate_id="P1", received_at_ms=self.desk.now_ms
        )
        return issue_receipt(said, self.signer)

    divides_into = 2
    academy_ms = None
    as_of = None

    def refusal(self, error: PocusError) -> str:
        return str(error.params["reason"]) if isinstance(error, RefusingError) else ""

    def is_on_its_way(self, _error: PocusError) -> bool:
        return False

    def papers(self) -> bytes:
        return write_papers("P1", [])

    def certificate_paper(self, certificate_id: str, language: str) -> bytes:
        raise PocusError(reason=certificate_id + language)


@pytest.fixture
def academy() -> FarAcademy:
    return FarAcademy()


@pytest.fixture
def desk(tmp_path: Path, academy: FarAcademy) -> Iterator[PortfolioDesk]:
    made = begun(tmp_path)
    made.connect(academy.public)
    yield made
    made.close()


@pytest.fixture
def wire(academy: FarAcademy, desk: PortfolioDesk) -> Wire:
    return Wire(academy, desk)


def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_submission(desk: PortfolioDesk, wire: Wire) -> None:
    wire.lost = 1
    assert sending.sync_once(desk, wire).error is not None
    assert desk.view().waiting == 38
    assert sending.sync_once(desk, wire).sent == 1
    assert wire.got[0] == wire.got[1]
    assert desk.view().waiting == 0
    assert sending.sync_once(desk, wire).sent == 0


def test_one_document_that_is_refused_holds_up_no_other(desk: PortfolioDesk, wire: Wire) -> None:
    refused = desk.portfolio().cases[7]
    wire.refused_content = canonical.encode(refused.model_dump(mode="json"))
    synced = sending.sync_once(desk, wire)
    assert synced.refused == 1
    view = desk.view()
    assert view.refused == ((refused, "academy.other_person"),)
    assert view.waiting == 1
    wire.refused_content = b""
    assert sending.sync_once(desk, wire).sent == 0, "nobody asks again by themselves"
    desk.try_again()
    assert sending.sync_once(desk, wire).sent == 1
    assert desk.view().refused == ()


def test_a_receipt_of_somebody_else_ends_nothing(desk: PortfolioDesk, wire: Wire) -> None:
    wire.signer = SigningKey.generate()
    assert isinstance(sending.sync_once(desk, wire).error, BadPortfolioReceiptError)
    assert desk.view().waiting == 38


def test_papers_of_somebody_else_are_left(desk: PortfolioDesk, academy: FarAcademy) -> None:
    impostor = FarAcademy()
    with pytest.raises(PocusError):
        desk.take_papers(b"[]")
    voucher = Voucher(voucher_id=voucher_id_of("0" * 16), areas=(LUNG,), issued_at_ms=NOW_MS)
    impostor.give(desk, voucher, number=None)
    assert desk.portfolio().vouchers == ()
    academy.give(desk, voucher)
    assert desk.portfolio().vouchers == (voucher,)


def test_two_windows_never_overwrite_each_other(desk: PortfolioDesk) -> None:
    before = desk.portfolio()
    desk.write(changes.write_account(before, now_ms=NOW_MS, email="new@example.org"))
    with pytest.raises(ChangedMeanwhileError):
        desk.write(changes.write_account(before, now_ms=NOW_MS, email="other@example.org"))
    assert changes.require_account(desk.portfolio()).email == "new@example.org"
    assert desk.portfolio().conflicts == ()


def test_what_two_computers_wrote_is_shown_and_settled(desk: PortfolioDesk) -> None:
    account = changes.require_account(desk.portfolio())
    desk.write(account.model_copy(update={"revision": 2, "email": "a@example.org"}))
    other = account.model_copy(update={"revision": 2, "email": "b@example.org"})
    assert desk.take_in([other]) == 1
    (conflict,) = desk.portfolio().conflicts
    wanted = conflict.writings.index(other)
    desk.write(changes.settle(conflict.writings, wanted))
    assert desk.portfolio().conflicts == ()
    assert changes.require_account(desk.portfolio()).email == "b@example.org"
    with pytest.raises(OtherAccountError):
        desk.take_in([account.model_copy(update={"account_id": "acc_" + "0" * 20})])


def test_another_window_is_seen_and_keys_that_count_no_more_take_their_papers_away(
    desk: PortfolioDesk, academy: FarAcademy
) -> None:
    voucher = Voucher(voucher_id=voucher_id_of("0" * 16), areas=(LUNG,), issued_at_ms=NOW_MS)
    academy.give(desk, voucher)
    assert desk.portfolio().vouchers == (voucher,)
    other = empty(desk.folder)
    other.write(changes.write_account(other.portfolio(), now_ms=NOW_MS, email="other@example.org"))
    other.close()
    assert changes.require_account(desk.portfolio()).email == "other@example.org"
    desk.connect(FarAcademy().public)
    assert desk.portfolio().vouchers == ()
    desk.connect(academy.public)
    assert desk.portfolio().vouchers == (voucher,)


def test_a_clock_from_before_the_rules_were_made_is_not_believed(tmp_path: Path) -> None:
    made = empty(tmp_path, ManualClock(wall_ms=0))
    assert made.view().on.year == 2026
    made.close()


def _write_until_killed(folder: Path, told: Connection) -> None:
    desk = empty(folder)
    for back in range(10_000):
        entry = changes.write_case(
            desk.portfolio(), today=TODAY, performed_on=TODAY - timedelta(days=back % 300), area="lung"
        )
        desk.write(entry)
        told.send(entry.case_entry_id)


def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    desk = empty(tmp_path)
    fields = {"name": "Ana", "email": "ana@example.org", "zone": "UTC"}
    desk.write(changes.write_account(desk.portfolio(), now_ms=NOW_MS, **fields))
    desk.close()
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_write_until_killed, args=(tmp_path, theirs))
    child.start()
    theirs.close()
    told = {mine.recv() for _ in range(12)}
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    try:
        while True:
            told.add(mine.recv())
    except EOFError:
        pass
    again = empty(tmp_path)
    assert told <= {one.case_entry_id for one in again.portfolio().cases}
    assert len(again.portfolio().cases) <= len(told) + 1
    again.close()


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        pytest.param(b"not a database, whatever it is called" * 200, PortfolioUnreadableError, id="something-else"),
        pytest.param(None, PortfolioOfLaterVersionError, id="later"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_and_left(
    tmp_path: Path, damage: bytes | None, kind: type[PocusError]
) -> None:
    path = tmp_path / DATABASE
    if damage is None:
        empty(tmp_path).close()
        data = bytearray(path.read_bytes())
        data[60:64] = (99).to_bytes(4, "big")
        damage = bytes(data)
    path.write_bytes(damage)
    with pytest.raises(kind):
        empty(tmp_path)
    assert path.read_bytes() == damage


@pytest.mark.parametrize(
    "altered",
    [
        "UPDATE writing SET content = replace(content, 'Bogota', 'Bogotb') WHERE kind = 'account'",
        "UPDATE writing SET content = CAST(replace(content, '2026-12', '2026-11') AS BLOB) WHERE kind = 'case'",
        "UPDATE setting SET value = substr(value, 1, 60) WHERE name = 'academy'",
    ],
)
def test_a_row_that_was_altered_is_not_taken_for_what_was_written(desk: PortfolioDesk, altered: str) -> None:
    with closing(sqlite3.connect(desk.folder / DATABASE)) as connection, connection:
        assert connection.execute(altered).rowcount
    with pytest.raises(PortfolioUnreadableError):
        empty(desk.folder).view()


def test_a_file_is_kept_under_its_digest_and_told_when_it_changed(desk: PortfolioDesk, tmp_path: Path) -> None:
    scan = tmp_path / "diploma.pdf"
    scan.write_bytes(b"%PDF-1.7 diploma")
    held = desk.files.keep(scan)
    assert (held.name, held.media_type, held.size_bytes) == ("diploma.pdf", "application/pdf", 16)
    assert desk.files.read(held.sha256) == b"%PDF-1.7 diploma"
    desk.files.path(held.sha256).write_bytes(b"other")
    assert desk.files.read(held.sha256) is None
    assert desk.files.keep(scan) == held
    assert desk.files.read(held.sha256) == b"%PDF-1.7 diploma"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("diploma.pdf", b"<html><script>", "portfolio.file_of_other_kind", id="a page called PDF"),
        pytest.param("diploma.PDF", b"\xff\xd8\xff\xe0", "portfolio.file_of_other_kind", id="a picture called PDF"),
        pytest.param("scan.jpg", b"%PDF-1.7", "portfolio.file_of_other_kind", id="a PDF called picture"),
        pytest.param("diploma.pdf", b"", "portfolio.file_empty", id="empty"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_proves_nothing(
    desk: PortfolioDesk, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PocusError) as caught:
        desk.files.keep(path)
    assert caught.value.code == told
    assert not (desk.folder / "files").exists(), "nothing of it is kept"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("scan.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("scan", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic", "image/heic"),
        ("letter.docx", b"PK\x03\x04", "application/octet-stream"),
    ],
)
def test_what_a_file_is_its_first_bytes_say(
    desk: PortfolioDesk, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert desk.files.keep(path).media_type == kind


@pytest.mark.skipif(os.name != "posix", reason="Windows closes the user's folder as a whole")
def test_other_users_of_the_computer_read_nothing(desk: PortfolioDesk) -> None:
    assert desk.folder.stat().st_mode & 0o077 == 0


def test_a_part_that_is_not_installed_is_named(
    desk: PortfolioDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("case_log.dicom_folder", "certificate.paper_reader"):
        monkeypatch.setitem(sys.modules, f"pocus_desktop.programme.{module}", None)
    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(b"%PDF-1.7")
    asked: list[Callable[[], object]] = [
        lambda: taking_in.dicom_folder(desk, tmp_path, area=LUNG),
        lambda: desk.keep_certificate(paper),
    ]
    for ask in asked:
        with pytest.raises(PartMissingError):
            ask()


def test_killed_while_it_sends_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    hub = School(folder=tmp_path / "school").hub(is_registered=False, clock=SystemClock())
    moments = ((1, 0.0), (3, 0.004), (2, 0.02))
    documents, submissions = kill_again_and_again(tmp_path / "own", hub, moments)
    hub.close()
    assert documents > 10
    assert submissions > 1


def test_a_database_of_before_there_were_files_is_opened_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    desk = begun(tmp_path)
    before = desk.documents()
    desk.close()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("DROP TABLE file_sent")
        database.execute("PRAGMA user_version = 1")
    again = empty(tmp_path)
    assert again.documents() == before
    assert again.view().files == ()
    again.close()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
