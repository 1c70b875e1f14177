"""Incidents from the command line: filed at the centre, carried on a stick, listed at the academy, receipts back."""

import json
from pathlib import Path

import pytest

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.proctoring import events
from pocus_desktop.proctoring.live_room import JOURNAL
from pocus_desktop.proctoring.store import RoomJournal
from tests.cli.test_enrolment_commands import Places, places
from tests.proctoring.reports import STATION, report, sitting

pytestmark = pytest.mark.slow
__all__ = ["places"]

FILE = ("room", "incident", "file", "--category", "environment", "--kind", "alarm", "--who", "P. Roctor")


def _centre_with_a_room(places: Places) -> Path:
    places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe")
    places.hub(
        *("admit", "--candidate", "C-17", "--bundle", "lung-a", "3", "--centre", "north", "--mode", "trial"),
        *("--from", "2026-01-01", "--until", "2099-01-01", "--out", places.file("a")),
    )
    home = places.at("north")
    journal = RoomJournal(home.room / JOURNAL)
    stamp = {"at_ms": 1, "wall_ms": 1}
    journal.append(events.Opened(console="con_" + "0" * 20, **stamp))
    signing = SigningKey.generate().public
    journal.append(events.StationCame(station_id=STATION, name="Station 1", signing=signing, is_ours=True, **stamp))
    journal.append(events.ReportCame(report=report(sitting=sitting()), **stamp))
    journal.close()
    return home.room


def _reference(told: str) -> str:
    return told.partition("this number: ")[2].splitlines()[0].strip()


def test_an_incident_from_the_room_to_the_academy_and_back(places: Places, tmp_path: Path) -> None:
    _centre_with_a_room(places)
    told = "The alarm rang.\u202e"
    reference = _reference(places.pocus(*FILE, "--told", told, "--station", "Station 1"))
    listed = json.loads(places.pocus("room", "incident", "show", "--json").splitlines()[0])
    assert (listed["reference"], listed["is_received"]) == (reference, False)
    told = places.pocus("room", "incident", "show", reference.replace(" ", "-"))
    assert "Sitting sit_1 of C-17: journal rows 1 to 12" in told
    assert "\u202e" not in told, "what turns the direction is shown by its number"
    folder = tmp_path / "stick"
    folder.mkdir()
    stick, out = str(folder), str(tmp_path / "out")
    assert "[incident.no_academy_key]" in places.pocus("room", "incident", "send", "--to", stick, status=1)
    roster = places.file("north.roster")
    places.hub("roster", "--centre", "north", "--day", "2026-11-26", "--out", roster)
    places.at("north")
    places.pocus("roster", "import", roster)
    assert "[sync.no_receipt_yet]" in places.pocus("room", "incident", "send", "--to", stick, status=1)
    carried = b"".join(path.read_bytes() for path in (folder / "incidents").iterdir())
    assert b"alarm" not in carried
    at_hub = places.hub("incidents", "--take", stick)
    assert "taken" in at_hub
    assert f"{reference}  north  environment/alarm  open" in at_hub
    assert "known" in places.hub("incidents", "--take", stick)
    assert "The alarm rang." in places.hub("incidents", reference, "--out", out)
    assert (tmp_path / "out" / "1.incident").read_bytes().startswith(b"{")
    places.at("north")
    assert f"{reference}  received" in places.pocus("room", "incident", "send", "--to", stick)
    assert "Nothing waits." in places.pocus("room", "incident", "send", "--to", stick)
    places.pocus("room", "incident", "add", reference, "--told", "A drill.", "--who", "P. Roctor", "--close")
    assert "[incident.closed]" in places.pocus(
        *("room", "incident", "add", reference, "--told", "More.", "--who", "P. Roctor"), status=1
    )
    written = places.pocus("room", "incident", "report", reference, "--out", out, "--data-only")
    assert Path(written.strip().splitlines()[0]).is_file()


def test_what_does_not_fit_is_refused_by_name(places: Places) -> None:
    _centre_with_a_room(places)
    assert "[incident.bad_reference]" in places.pocus("room", "incident", "show", "123 4567 8901", status=1)
    wrong = ("room", "incident", "file", "--category", "staff", "--kind", "alarm", "--who", "P.", "--told", "x")
    assert "[incident.unknown_kind]" in places.pocus(*wrong, status=1)
    assert "[room." in places.pocus(*FILE, "--told", "x", "--station", "Nowhere", status=1)
    assert "[enrolment.bad_document]" in places.pocus(*FILE, "--told", "\x1b[2J", status=1)
    assert "--category and --kind go together" in places.pocus(
        *("room", "incident", "add", "1", "--category", "other", "--told", "x", "--who", "y"), status=2
    )


def test_a_station_holds_no_incidents(places: Places) -> None:
    places.enrol("desk-1")
    places.at("desk-1")
    assert "[room.no_centre]" in places.pocus("room", "incident", "show", status=1)
    assert "[room.no_centre]" in places.pocus(*FILE, "--told", "x", status=1)


def test_while_another_program_holds_the_room_it_is_said(places: Places) -> None:
    room = _centre_with_a_room(places)
    held = RoomJournal(room / JOURNAL)
    try:
        assert "[room.in_use]" in places.pocus(*FILE, "--told", "x", status=1)
        assert "alarm" not in places.pocus("room", "incident", "show")
    finally:
        held.close()


def test_a_policy_from_the_academy_to_the_room(places: Places) -> None:
    _centre_with_a_room(places)
    out = places.file("north.policy")
    made = ("policy", "--centre", "north", "--extra-once", "10", "--extra-total", "15", "--breaks", "1")
    places.hub(*made, "--break-minutes", "10", "--nobody-voids", "--out", out)
    assert "policy" in places.hub("stations", "North Clinic")
    assert "contradict" in places.hub(
        *(*made, "--break-minutes", "1", "--nobody-voids", "--void-by", "A", "--out", places.file("p")), status=2
    )
    places.at("north")
    assert "no policy" in places.pocus("room", "policy")
    told = places.pocus("room", "policy", "--take", out)
    assert "10 min at once, 15 min for a sitting" in told
    assert "Voiding: the academy" in told
    Path(out).write_bytes(b"{}")
    assert "[crypto." in places.pocus("room", "policy", "--take", out, status=1)
