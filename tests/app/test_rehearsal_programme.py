"""The parts of the programme's rehearsal; the whole way is `python -m tests.soak programme`."""

import os
import shutil
import signal
import smtplib
import sys
import threading
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.app.rehearsals.computers import Running
from pocus_desktop.app.rehearsals.programme import parts, way
from pocus_desktop.app.rehearsals.programme.cast import Cast
from pocus_desktop.app.rehearsals.programme.clock import DAY_MS, MovedClock
from pocus_desktop.app.rehearsals.programme.post import post_office, text_of
from pocus_desktop.app.rehearsals.programme.record import PAGE, REPORT, OtherwiseError, Record
from pocus_desktop.app.rehearsals.programme.scans import write_log, write_paper, write_scans
from pocus_desktop.app.rehearsals.programme.stopping import STOPPED, Stopping
from pocus_desktop.app.rehearsals.programme.web import Web
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.programme.case_log.csv_file import read_case_csv
from pocus_desktop.programme.case_log.dicom_folder import count_studies

TODAY = date(2026, 11, 26)
ACCOUNT = "acc_00000000000000000001"
TOKEN = "t" * 43


def test_every_program_of_a_rehearsal_tells_the_same_later_time(tmp_path: Path) -> None:
    one, other = MovedClock(tmp_path / "clock"), MovedClock(tmp_path / "clock")
    assert one.passed_ms() == 0
    one.advance(ms=400 * DAY_MS)
    one.advance(ms=5)
    assert other.passed_ms() == 400 * DAY_MS + 5
    before, told, after = SystemClock().read(), other.read(), SystemClock().read()
    assert before.wall_ms <= told.wall_ms - other.passed_ms() <= after.wall_ms
    assert before.monotonic_ms <= told.monotonic_ms - other.passed_ms() <= after.monotonic_ms


def test_what_came_otherwise_is_named_with_its_step(tmp_path: Path) -> None:
    record = Record(folder=tmp_path, name="sqlite")
    record.begin("The first step")
    record.expect("one is one", is_so=True)
    record.picture("a-page").write_bytes(b"")
    record.begin("The second step")
    with pytest.raises(OtherwiseError) as caught:
        record.expect_words("nothing of it", "A <certificate>")
    told = caught.value.explain()
    assert "The second step" in told.what
    assert "A <certificate>" in told.what
    assert "nothing of it" in told.what
    record.problem = told.what
    record.write()
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert 'src="pictures/001-a-page.png"' in page
    assert "A &lt;certificate&gt;" in page
    report = (tmp_path / REPORT).read_text(encoding="utf-8")
    assert "1. The first step\n   one is one\n" in report
    assert "It stopped: " in report


def test_what_is_missing_is_named_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_asked: Any) -> None:
        return None

    monkeypatch.setattr(shutil, "which", nothing)
    monkeypatch.setattr(parts, "SERVERS", tmp_path)
    monkeypatch.setattr(parts, "find_spec", nothing)
    for look, part in (
        (parts.browser, "Chromium"),
        (parts.database_programs, "PostgreSQL"),
        (parts.require_libraries, "playwright"),
    ):
        with pytest.raises(parts.PartMissingError) as caught:
            look()
        assert part in caught.value.explain().what
        assert "install" in caught.value.explain().next
        assert part in caught.value.explain("es").what


def test_mail_is_taken_kept_and_its_link_found(tmp_path: Path) -> None:
    with post_office(tmp_path / "mail") as post:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = "Hello", "peers@academy.example", "ben@hospital.example"
        message.set_content(f"Open http://127.0.0.1:1/peer/{TOKEN} and answer; http://127.0.0.1:1/peer/off/{TOKEN}")
        with smtplib.SMTP("127.0.0.1", post.port) as sending:
            sending.send_message(message)
        post.wait_for("ben@hospital.example", 1)
        assert post.link("ben@hospital.example") == f"http://127.0.0.1:1/peer/{TOKEN}"
        assert post.link("clara@hospital.example") == ""
        assert "and answer" in text_of(post.of("ben@hospital.example")[0])
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["01-ben.eml"]


def test_the_papers_of_a_synthetic_candidate_are_read_as_real_ones(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.csv", area="lung", until=TODAY, how_many=3).read_bytes()
    found = read_case_csv(log, "log.csv", account_id=ACCOUNT, today=TODAY)
    assert (len(found.documents), len(found.refused)) == (3, 1)
    counted = count_studies(write_scans(tmp_path / "scans", until=TODAY, how_many=2), account_id=ACCOUNT, today=TODAY)
    assert [one.files for one in counted.studies] == [2, 2]
    assert write_paper(tmp_path / "paper.pdf", "held").read_bytes().startswith(b"%PDF-1.4\n")


def test_a_rehearsal_that_is_told_to_stop_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going: list[Running] = []

    def go(cast: Cast, *, is_shared: bool) -> None:
        assert not is_shared
        cast.record.begin("The hub is there")
        waits = replace(cast.academy.computer, program=(sys.executable, "-c", "import time; time.sleep(600)"))
        going.append(waits.start("hub", "serve"))
        cast.running += going
        os.kill(os.getpid(), signal.SIGTERM)
        cast.record.begin("Nobody comes here")

    monkeypatch.setattr(way, "_go", go)
    monkeypatch.setattr(way, "open_web", lambda record: nullcontext(Web(browser=None, record=record)))  # type: ignore[arg-type]  # none is opened
    before = signal.getsignal(signal.SIGTERM)
    assert way.rehearse_programme(tmp_path, databases=["sqlite"]) == STOPPED
    assert signal.getsignal(signal.SIGTERM) is before
    assert going[0].process.poll() == -signal.SIGTERM
    assert not any(thread.name == "rehearsal-mail" for thread in threading.enumerate())
    (report,) = tmp_path.glob("*/sqlite/report.txt")
    assert "The hub is there" in report.read_text(encoding="utf-8")
    assert "stopped" in report.read_text(encoding="utf-8")
    assert "Nobody" not in report.read_text(encoding="utf-8")


def test_what_is_told_within_a_slot_of_qt_stops_at_the_next_turn(tmp_path: Path) -> None:
    stopping = Stopping()
    record = Record(folder=tmp_path, name="sqlite", require_wanted=stopping.require_wanted)
    with stopping.by_signals():
        with suppress(KeyboardInterrupt):  # as Qt does
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            record.begin("The next step")
        os.kill(os.getpid(), signal.SIGINT)  # everything is being ended already
