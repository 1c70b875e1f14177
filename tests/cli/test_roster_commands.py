"""A centre's day from the command line: roster out, taken in, a walk-in admitted, and its result reconciled."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.sign_in import is_sign_in_code
from pocus_desktop.cli.main import COMMANDS
from tests.admission.test_admission import _picture
from tests.cli.test_enrolment_commands import Places, places

pytestmark = pytest.mark.slow

__all__ = ["places"]
TODAY = ("--from", "2026-01-01", "--until", "2099-01-01")


def _day(places: Places) -> str:
    return f"{datetime.now(tz=UTC):%Y-%m-%d}"


def test_a_centres_day(places: Places) -> None:
    places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    places.enrol("desk-1", "--centre", "north")
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe")
    admit = ("--bundle", "lung-a", "3", "--centre", "north", "--mode", "trial", *TODAY)
    places.hub("admit", "--candidate", "C-17", *admit, "--out", places.file("a"))
    roster = places.file("north.roster")
    told = places.hub(
        *("roster", "--centre", "north", "--day", _day(places), "--walk-ins", "1"),
        *("--bundle", "lung-a", "3", "live", "--content-key", "lung-a", "ab" * 32, "--out", roster),
    )
    assert "1 admissions, 1 stations, 1 walk-ins allowed" in told
    places.at("desk-1")
    assert "1 new admissions, 0 known" in places.pocus("roster", "import", roster)
    assert "0 new admissions, 1 known" in places.pocus("roster", "import", roster)
    assert "[roster.not_the_centre]" in places.pocus("roster", "walk-in", "--id", "W", "--name", "W", status=1)
    home = places.at("north")
    places.pocus("roster", "import", roster)
    assert "North Clinic" in places.pocus("roster", "show")
    out = Path(places.file("w.admission"))
    told = places.pocus("roster", "walk-in", "--id", "W-1", "--name", "Late Comer", "--out", str(out))
    found = admissions.recall(out.read_bytes()).admission
    assert home.admission(found.admission_id).read_bytes() == out.read_bytes()
    assert is_sign_in_code(found, told.partition("sign-in code: ")[2].split()[0])
    assert admissions.is_start_code(found, told.partition("start code: ")[2].split()[0])
    assert "[roster.used_up]" in places.pocus("roster", "walk-in", "--id", "W-2", "--name", "W", status=1)
    places.at("desk-1")
    assert found.admission_id in places.pocus("admission", "import", str(out))


def test_reconciling_needs_a_sitting_and_a_reason(places: Places) -> None:
    assert places.hub("reconcile").strip() == ""
    assert "SITTING" in places.hub("reconcile", "--reject", status=2)
    assert "--why" in places.hub("reconcile", "sit_1", "--reject", status=2)
    assert "[registry.unknown_sitting]" in places.hub("reconcile", "sit_1", "--reject", "--why", "x", status=1)
    assert "[hub.not_found]" in places.hub("report", "sit_1", status=1)


@pytest.mark.parametrize(
    "command",
    [("roster",), ("roster", "walk-in"), ("hub", "roster"), ("hub", "reconcile"), ("hub", "report")],
)
def test_every_command_explains_itself(places: Places, command: tuple[str, ...]) -> None:
    assert "roster" in COMMANDS
    assert "Usage: pocus" in places.pocus(*command, "--help")


def test_an_admission_is_printed_as_text_and_taken_back_from_what_was_typed(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = places.enrol("desk-1")
    photo = Path(places.file("ana.webp"))
    photo.write_bytes(_picture("WEBP", quality=20))
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe", "--photo", str(photo))
    out = places.file("a")
    places.hub("admit", "--candidate", "C-17", "--bundle", "lung-a", "3", "--mode", "live", *TODAY, "--out", out)
    found = admissions.recall(Path(out).read_bytes()).admission
    parts = places.pocus("admission", "text", out).splitlines()
    assert len(parts) > 1
    typed = Path(places.file("typed"))
    others = "\n".join(parts[1:]).lower()
    typed.write_text(others + "\n" + parts[0].replace("POCUS:1", "POCUS:1 ")[:-1])
    told = places.pocus("admission", "import", str(typed), status=1)
    assert "Part 1 is not as it was made" in told
    assert "[scan.missing_parts]" in told
    assert not home.admission(found.admission_id).exists()
    typed.write_text(others + "\nscanned at 9:00\n" + parts[0])
    assert f"{found.admission_id} is here." in places.pocus("admission", "import", str(typed))
    assert home.admission(found.admission_id).read_bytes() == Path(out).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(parts).encode())))
    assert "is here" in places.pocus("admission", "import", "-")
    typed.write_text("nothing")
    assert "[scan.nothing]" in places.pocus("admission", "import", str(typed), status=1)


def test_an_admission_for_another_station_is_not_taken_in(places: Places) -> None:
    places.enrol("desk-1")
    places.enrol("desk-2")
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe")
    out = places.file("a")
    admit = ("admit", "--candidate", "C-17", "--bundle", "lung-a", "3", "--mode", "trial", "--out", out)
    places.hub(*admit, "--station", "desk-1")
    assert "[sitting.wrong_station]" in places.pocus("admission", "import", out, status=1)
    places.at("desk-1")
    places.pocus("admission", "import", out)
    Path(out).write_bytes(Path(out).read_bytes().replace(b'"payload"', b' "payload"'))
    assert "[roster.conflict]" in places.pocus("admission", "import", out, status=1)
