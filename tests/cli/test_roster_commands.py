"""A centre's day from the command line: roster out, taken in, a walk-in admitted, and its result reconciled."""

from pathlib import Path

import pytest

from pocus_desktop.cli.main import COMMANDS
from pocus_desktop.sitting import admission as admissions
from pocus_desktop.sitting.sign_in import is_sign_in_code
from tests.cli.test_enrolment_commands import Places, places

__all__ = ["places"]
TODAY = ("--from", "2026-01-01", "--until", "2099-01-01")


def _day(places: Places) -> str:
    from datetime import UTC, datetime

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
