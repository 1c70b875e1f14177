"""Codes of the room from the command line: the hub makes the secret, the centre answers, the book is printed."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.room_code import Challenge, open_secret, source_of
from pocus_desktop.crypto.keystore import FileKeyStore
from tests.cli.test_enrolment_commands import Places, places

pytestmark = pytest.mark.slow

__all__ = ["places"]
TODAY = ("--from", "2026-01-01", "--until", "2099-01-01")


def test_a_centre_answers_its_stations_and_prints_a_book(places: Places) -> None:
    places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    desk = places.enrol("desk-1", "--centre", "north")
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe")
    admit = ("--bundle", "lung-a", "3", "--centre", "north", *TODAY)
    places.hub("admit", "--candidate", "C-17", *admit, "--out", places.file("a"))
    day = f"{datetime.now(tz=UTC):%Y-%m-%d}"
    places.hub("roster", "--centre", "north", "--day", day, "--out", places.file("north.roster"))
    verified = admissions.recall(Path(places.file("a")).read_bytes())
    secret = open_secret(verified.admission, [own_keys(FileKeyStore(desk.keys, "correct horse")).sealing])
    assert secret is not None
    challenge = Challenge(purpose="time", minutes=10, number=1, admission_digest=verified.digest)

    places.at("desk-1")
    assert "[code.not_for_station]" not in places.pocus("admission", "import", places.file("a"))
    places.enrol("desk-2", "--centre", "north")
    places.at("desk-2")
    late = places.pocus("admission", "import", places.file("a"))
    assert "is here." in late
    assert "[code.not_for_station]" in late

    home = places.at("north")
    ask = ("room", "code", *challenge.shown.split(), "--candidate", "C-17", "--by", "Proctor")
    assert "[code.none_here]" in places.pocus(*ask, status=1)
    places.pocus("roster", "import", places.file("north.roster"))
    told = places.pocus(*ask)
    assert "Ana Roe (C-17), number 1" in told
    assert "gives 10 minutes more" in told
    assert source_of(secret, challenge, told.partition("The code: ")[2].splitlines()[0]) == "device"
    assert "[code.told_before]" in places.pocus(*ask, status=1)
    assert "The code: " in places.pocus(*ask, "--again")
    assert "[code.bad_challenge]" in places.pocus(*ask[:2], "12345678", *ask[4:], status=1)

    places.pocus("room", "book", "--out", places.file("book"), "--text", "--numbers", "2")
    places.pocus("room", "book", "--out", places.file("book"), "--candidate", "C-17", "--language", "es")
    (text,) = Path(places.file("book")).glob("*.txt")
    (pdf,) = Path(places.file("book")).glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
    lines = text.read_text().splitlines()
    row = next(line for line in lines if line.startswith("1 "))
    assert any(source_of(secret, challenge, code) == "book" for code in row.split("  ") if code.strip())
    assert {path.stat().st_mode & 0o077 for path in (text, pdf)} == {0}
    assert "[code.none_here]" in places.pocus("room", "book", "--out", str(home.folder), "--candidate", "x", status=1)
    if shutil.which("pdftotext"):
        read = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "Ana Roe" in read
        assert challenge.shown in read


def test_a_book_is_written_for_whoever_has_codes(places: Places) -> None:
    places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    assert "[code.none_here]" in places.pocus("room", "book", "--out", places.file("book"), "--text", status=1)


@pytest.mark.parametrize("command", [("room",), ("room", "code"), ("room", "book")])
def test_every_command_explains_itself(places: Places, command: tuple[str, ...]) -> None:
    assert "Usage: pocus" in places.pocus(*command, "--help")
