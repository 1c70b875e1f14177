"""The report for a board: everything is in it as text, nothing in it is obeyed, and tables go over pages well."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtGui import QImage, QPainter

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.sheet import Cell
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.ui.appeals.paper import Paper
from pocus_desktop.ui.appeals.report import report, write_report
from pocus_desktop.ui.words import Words
from tests.appeals.eventful import HOSTILE, after_years, eventful, with_grant
from tests.appeals.sealed import appeal_of
from tests.appeals.test_orders import ordered
from tests.sitting.world import World, to_femoral

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils reads PDF back")


def made(
    appeal: Appeal, path: Path, *, paper: Literal["a4", "letter"] = "a4", is_blind: bool = False, language: str = "en"
) -> int:
    """Write a report; how many pages it has."""
    return write_report(
        appeal, path, words=Words(language), paper=paper, is_blind=is_blind, made_at_ms=1_767_225_600_000
    )


def asked(program: str, path: Path, *arguments: str) -> str:
    """What a program of poppler says of a file."""
    command = [program, *arguments, str(path), *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode("utf-8")


def answered(world: World, *texts: str) -> tuple[Recorded, ...]:
    """A history that goes on with letters to the doctor; whether they count does not matter."""
    recorded = list(to_femoral(world.begin()).recorded)
    for text in texts:
        last = recorded[-1]
        event = events.Answered(item="letter", response=ExtendedTextResponse(text=text))
        recorded.append(replace(last, seq=last.seq + 1, event=event))
    return tuple(recorded)


@needs_poppler
def test_everything_can_be_selected_as_text(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    found = appeal_of(world, with_grant(eventful(world)))
    pages = made(found, path)
    text = asked("pdftotext", path, "-layout")
    identity = found.identity
    for said in (
        "Report for an appeal", "Ana Roe (C-17)", identity.sitting, identity.digest, identity.admission_digest,
        identity.manifest_digest, "Long flight; Contraceptive", "In place of: Long flight", "stalled for 0:06.0",
        "Not counted", "fire alarm", "Proctor <North>", "The wall clock fell 10 min behind", "10:59:51.0 not charged",
        "0:09.0 credited", "How to verify this report", f"Page {pages} of {pages}",
    ):  # fmt: skip
        assert said in text, said
    info = asked("pdfinfo", path)
    assert f"Report for an appeal: {identity.sitting}" in info
    assert f"Pages:           {pages}" in info
    assert "595 x 842" in info


@needs_poppler
def test_a_board_that_reads_spanish_is_told_in_spanish(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    made(appeal_of(world, with_grant(eventful(world))), path, language="es", paper="letter")
    text = asked("pdftotext", path)
    assert "Informe para una apelación" in text
    assert "El programa no estaba en marcha" in text
    assert "612 x 792" in asked("pdfinfo", path)


@needs_poppler
def test_a_blind_report_names_nobody(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    made(appeal_of(world, with_grant(eventful(world))), path, is_blind=True)
    text = asked("pdftotext", path) + asked("pdfinfo", path)
    assert "Left out for a blind review" in text
    assert "Ana Roe" not in text
    assert "C-17" not in text


@needs_poppler
def test_what_the_proctor_ordered_is_told_with_who_and_why(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    made(appeal_of(world, ordered(world).recorded), path)
    text = " ".join(asked("pdftotext", path, "-layout").split())
    did = text[text.index("What the proctor did") :]
    for said in (
        "P. Roctor paused the sitting: Fire alarm",
        "P. Roctor granted 5 min: Fire alarm",
        "P. Roctor took back 2 min: Fire alarm",
        "P. Roctor declared the sitting void: Other person",
        "Not carried out: The sitting is not paused.",
    ):
        assert said in did, said


@needs_poppler
def test_what_a_candidate_writes_is_shown_and_never_obeyed(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    made(appeal_of(world, answered(world, HOSTILE)), path)
    text = "".join(asked("pdftotext", path, "-raw").split())
    assert '<b>bold</b>&<imgsrc="file:///etc/passwd">' in text
    assert "⟨U+202E⟩gnirtsa" in text
    assert "{sitting}%s" in text
    assert not re.findall(r"[\u202a-\u202e\u2066-\u2069\x1b\x00]", text)
    data = path.read_bytes()
    for action in (b"/JavaScript", b"/Launch", b"/URI", b"/EmbeddedFile", b"/OpenAction", b"passwd"):
        assert action not in data, action


@needs_poppler
def test_a_very_long_answer_is_there_to_its_last_word(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    text = " ".join(f"word{number}" for number in range(2_000))
    pages = made(appeal_of(world, answered(world, text)), path)
    assert pages > 5
    said = asked("pdftotext", path)
    assert re.findall(r"word\d+", said) == text.split()


@needs_poppler
def test_the_head_of_a_table_stands_on_every_page_it_goes_on_to(world: World, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    made(appeal_of(world, answered(world, *(f"letter {number}" for number in range(60)))), path)
    pages = asked("pdftotext", path, "-layout").split("\f")
    with_answers = [page for page in pages if re.search(r"letter \d+", page)]
    assert len(with_answers) > 2
    assert [page for page in with_answers if "What became of it" not in page] == []


def test_a_gap_of_half_a_century_takes_no_more_pages_than_another(world: World) -> None:
    sitting = eventful(world)
    pages = [
        report(appeal_of(world, recorded), words=Words("en"), paper="a4", is_blind=False, made_at_ms=0)[1]
        for recorded in (sitting.recorded, after_years(sitting))
    ]
    assert pages[1] <= pages[0] + 1


def test_doubts_are_said_before_anything_else(world: World) -> None:
    found = appeal_of(world, answered(world, "late"), has_bundle=False)
    assert [one.code for one in found.timeline.doubts] == ["appeals.no_content"]
    data, pages = report(found, words=Words("en"), paper="a4", is_blind=False, made_at_ms=0)
    assert data.startswith(b"%PDF-")
    assert pages >= 2


def painted(sheet: Paper) -> list[QImage]:
    """Each page as a picture."""
    found = []
    for page in sheet.pages:
        picture = QImage(int(sheet.width), int(sheet.height), QImage.Format.Format_Grayscale8)
        picture.fill(255)
        painter = QPainter(picture)
        for paint in page.paints:
            paint(painter)
        painter.end()
        found.append(picture)
    return found


def test_a_row_stays_whole_where_a_page_can_hold_it() -> None:
    sheet = Paper(width=300, height=200, point=1)
    rows = [[Cell(text="one\ntwo\nthree\nfour")] for _ in range(7)]
    sheet.table(["Head"], rows, shares=[1])
    counts = [len(page.paints) for page in sheet.pages]
    assert counts[0] == counts[1], "as many whole rows on each page, and the head again"
    assert len(painted(sheet)) == len(counts)


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    sheet = Paper(width=300, height=200, point=1)
    while len(sheet.pages) == 1 and sheet.left > 40:
        sheet.text("a line")
    sheet.heading("Heading")
    assert len(sheet.pages) == 2
