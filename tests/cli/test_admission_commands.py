"""Candidates and admissions from the hub's command line."""

import json
from pathlib import Path

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission
from pocus_desktop.admission.sign_in import is_sign_in_code
from tests.admission.test_admission import _picture
from tests.cli.test_enrolment_commands import Places, places

pytestmark = pytest.mark.slow

__all__ = ["places"]


def _admitted(path: Path) -> Admission:
    return admissions.recall(path.read_bytes()).admission


def test_a_candidate_is_admitted_for_days_at_a_centre(places: Places) -> None:
    photo = places.folder / "ana.webp"
    photo.write_bytes(_picture("WEBP", quality=50))
    places.enrol("north", "--kind", "centre", "--centre", "north")
    assert places.hub("zone", "north", "Asia/Kolkata").strip() == "Asia/Kolkata"
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe", "--photo", str(photo))
    places.hub("candidate", "accommodate", "C-17", "--time-factor", "1.5", "--language", "es", "--why", "letter")
    out = places.folder / "ana.admission"
    told = places.hub(
        *("admit", "--candidate", "C-17", "--bundle", "lung-a", "3", "--centre", "north", "--mode", "live"),
        *("--from", "2027-03-01", "--until", "2027-03-02", "--begins", "08:00", "--out", str(out)),
    )
    found = _admitted(out)
    assert (found.bundle_id, found.minimum_version, found.centre_id) == ("lung-a", 3, "north")
    assert (found.window.not_before_ms, found.window.not_after_ms) == (1_803_868_200_000, 1_804_012_199_999)
    assert (found.accommodations.time_factor, found.accommodations.language) == (1.5, "es")
    code = told.partition("sign-in code: ")[2].split()[0]
    assert is_sign_in_code(found, code)
    assert admissions.is_start_code(found, told.partition("start code: ")[2].split()[0])
    shown = json.loads(places.hub("candidate", "show", "C-17", "--json"))
    assert [one["state"] for one in shown["admissions"]] == ["open"]
    assert shown["accommodations"]["time_factor"] == 1.5
    assert code not in json.dumps(shown)
    places.hub("copy", found.admission_id, "--out", places.file("again"))
    assert Path(places.file("again")).read_bytes() == out.read_bytes()
    places.hub("withdraw", found.admission_id, "--why", "ill")
    assert "withdrawn" in places.hub("candidate", "show", "C-17")


def test_what_the_rules_refuse_is_told(places: Places) -> None:
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe")
    places.hub("rules", "lung-a", "--attempts", "1", "--why", "board")
    admit = ("admit", "--candidate", "C-17", "--bundle", "lung-a", "1", "--mode", "trial", "--out", places.file("a"))
    places.hub(*admit)
    assert "[windows.too_many_attempts]" in places.hub(*admit, status=1)
    assert "[windows.no_such_day]" in places.hub(*admit, "--from", "2011-12-30", "--zone", "Pacific/Apia", status=1)
    assert "[windows.unknown_zone]" in places.hub(*admit, "--from", "2027-03-01", "--zone", "Mars", status=1)
    assert "--from" in places.hub(*admit, "--until", "2027-03-01", status=2)
    assert "[registry.unknown_candidate]" in places.hub("candidate", "show", "C-9", status=1)


@pytest.mark.parametrize(
    "command",
    [
        ("candidate",),
        ("candidate", "accommodate"),
        ("rules",),
        ("admit",),
        ("withdraw",),
        ("copy",),
        ("review",),
        ("zone",),
    ],
)
def test_every_command_explains_itself(places: Places, command: tuple[str, ...]) -> None:
    assert "Usage: pocus hub" in places.pocus("hub", *command, "--help")
