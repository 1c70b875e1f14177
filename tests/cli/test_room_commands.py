"""A room from the command line: served by a process of its own, joined, shown, ordered; and a second one beside it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.proctoring.pairing import load_rooms
from tests.cli.test_enrolment_commands import PROGRAM, Places, places

pytestmark = pytest.mark.slow

__all__ = ["places"]


@contextmanager
def serving(places: Places, computer: str) -> Iterator[str]:
    """A console as a process; its address."""
    command = [sys.executable, "-c", PROGRAM, "room", "serve", "--host", "127.0.0.1", "--port", "0", "--name", "Room 2"]
    environment = {
        **os.environ,
        "POCUS_HOME": str(places.folder / computer),
        "POCUS_ROOM_INTERFACES": "-",
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        try:
            yield told.partition(" at ")[2].strip().rstrip(".")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


@pytest.mark.argon2
def test_a_room_is_served_joined_and_shown(places: Places) -> None:
    centre = places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    desk = places.enrol("desk-1", "--centre", "north")
    places.at("north")
    with serving(places, "north") as address:
        told = places.pocus("room", "show", "--json")
        assert json.loads(next(line for line in told.splitlines() if line.startswith("{")))["rows"] == []
        assert "[room.no_such_station]" in places.pocus("room", "let-in", "desk-1", "--by", "P.", status=1)
        qr = places.pocus("room", "pair", "--address", address, "--qr", places.file("qr")).splitlines()
        assert any(line.startswith(f"pocus-room:{address}/") for line in qr)
        assert len(list(Path(places.file("qr")).glob("*.png"))) == 1

        places.at("desk-1")
        assert "Room 2" in places.pocus("room", "join", address)
        (found,) = load_rooms(desk.paired_rooms)
        assert (found.way, str(found.address)) == ("card", address)
        assert "[room.no_centre]" in places.pocus("room", "serve", status=1)
    assert not (centre.room / "serving.json").exists()
    assert (centre.room / "journal.sqlite").exists()


@pytest.mark.argon2
def test_what_a_screen_does_a_command_does_beside_it(places: Places) -> None:
    places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    places.at("north")
    assert "Nothing is known to close" in places.pocus("room", "close-out", status=1)
    filed = ("room", "incident", "file", "--category", "environment", "--kind", "alarm", "--who", "P.", "--told")
    with serving(places, "north"):
        assert json.loads(places.pocus("room", "close-out", "--json", status=1).splitlines()[-1])["is_green"] is False
        assert "[check_in.not_listed]" in places.pocus("room", "check-in", "C-1", "--by", "P.", status=1)
        told = places.pocus(*filed, "The alarm rang.")
        reference = next(line for line in told.splitlines() if any(c.isdigit() for c in line)).split(": ")[1].strip()
        places.pocus("room", "incident", "add", reference, "--who", "P.", "--told", "A drill.", "--close")
        closed = places.pocus("room", "incident", "add", reference, "--who", "P.", "--told", "More.", status=1)
        assert "[incident.closed]" in closed
    assert "A drill." in places.pocus("room", "incident", "show", reference)
    places.pocus(*filed, "Filed while no console is open.")


@pytest.mark.parametrize(
    "options",
    [
        ("pause", "--by", "P."),
        ("pause", "--station", "a", "--all", "--by", "P."),
        ("add-time", "--station", "a", "--by", "P."),
        ("message", "--station", "a", "--by", "P."),
        ("dance", "--station", "a", "--by", "P."),
    ],
    ids=lambda options: "-".join(options[:2]),
)
def test_an_order_that_says_too_little_is_told_so(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["room", "order", *options], faces=faces()) == 2
    assert "Usage: pocus room order" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "close-out",
        "check-in",
        "show",
        "order",
        "withdraw",
        "seat",
        "hand",
        "pair",
        "let-in",
        "put-out",
        "join",
    ],
)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["room", command, "--help"], faces=faces()) == 0
    assert f"Usage: pocus room {command}" in capsys.readouterr().out
