"""Enrolment by file, from the command line: a request out, a grant back, and what people do with it after."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.app.faces import faces
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.cli.main import run
from pocus_desktop.kernel.settings import Home
from tests.bundle.trust.academy import Academy

PROGRAM = "from pocus_desktop.app.main import main; main()"


class Places:
    """One machine that plays the hub and several computers."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def at(self, computer: str) -> Home:
        """Sit down at a computer."""
        home = self.folder / computer
        self._monkeypatch.setenv("POCUS_HOME", str(home))
        return Home(folder=home)

    def pocus(self, *arguments: str, status: int = 0) -> str:
        """Run a command; what it told."""
        self._capsys.readouterr()
        found = run(list(arguments), faces=faces())
        told = self._capsys.readouterr()
        assert found == status, told
        return told.out + told.err

    def hub(self, *arguments: str, status: int = 0) -> str:
        """Run a command of the hub."""
        where = ["--folder", str(self.folder / "hub"), "--keys", str(self.folder / "academy-keys")]
        return self.pocus("hub", *arguments, *where, status=status)

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def enrol(self, computer: str, *more: str, name: str = "") -> Home:
        """The whole way of one computer."""
        home = self.at(computer)
        ask, grant = self.file(f"{computer}.request"), self.file(f"{computer}.grant")
        self.pocus("enrol", "request", "--name", name or computer, *more, "--out", ask)
        self.hub("enrol", ask, "--out", grant, "--by", "ada")
        self.pocus("enrol", "accept", grant)
        return home


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Places:
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    made = Places(tmp_path, monkeypatch, capsys)
    made.pocus("keys", "init", "--role", "academy", "--keys", made.file("academy-keys"))
    return made


def test_a_centre_and_its_station_are_enrolled_by_file(places: Places) -> None:
    academy = Academy(folder=places.folder / "depot")
    academy.found()
    root = places.folder / "root.json"
    root.write_bytes(academy.root)
    places.hub("terms", "--root", str(root), "--url", "https://hub.example.org")
    places.enrol("north", "--kind", "centre", "--centre", "north", name="North Clinic")
    home = places.enrol("desk-1", "--centre", "north")
    assert Enrolment.load(home.trust).hub_url == "https://hub.example.org"
    assert TrustClient(home.trust_state).is_enrolled
    told = places.pocus("enrol", "show")
    assert "centre north (North Clinic)" in told
    assert "fingerprint" in told
    listed = [json.loads(line) for line in places.hub("stations", "--json").splitlines() if line.startswith("{")]
    assert {one["name"]: (one["kind"], one["state"]) for one in listed} == {
        "North Clinic": ("centre", "active"),
        "desk-1": ("station", "active"),
    }


def test_the_command_says_where_the_keys_are(places: Places) -> None:
    places.at("desk")
    told = places.pocus("enrol", "request", "--name", "Desk", "--out", places.file("r"))
    assert str(places.folder / "desk" / "keys") in told


def test_a_grant_works_at_its_computer_only_and_a_stick_wins_no_computer_over(places: Places) -> None:
    places.enrol("desk-1")
    places.at("desk-2")
    told = places.pocus("enrol", "accept", places.file("desk-1.grant"), status=1)
    assert "[enrolment.other_computer]" in told
    places.pocus("keys", "init", "--role", "academy", "--keys", places.file("mallory"))
    places.at("desk-1")
    where = ["--folder", places.file("hub-m"), "--keys", places.file("mallory")]
    places.pocus("hub", "enrol", places.file("desk-1.request"), "--out", places.file("m.grant"), *where)
    told = places.pocus("enrol", "accept", places.file("m.grant"), status=1)
    assert "[enrolment.other_academy]" in told
    by_hand = ("enrol", "--publisher", places.file("m.json"), "--academy", places.file("m.json"))
    Path(places.file("m.json")).write_text(places.pocus("keys", "show", "--role", "academy", "--keys", where[3]))
    assert "[enrolment.already_enrolled]" in places.pocus(*by_hand, status=1)
    assert "join" in places.pocus("enrol", status=2)


def test_a_station_is_renamed_moved_and_its_new_grant_is_taken_in_but_never_an_old_one(places: Places) -> None:
    places.enrol("north", "--kind", "centre", "--centre", "north")
    places.enrol("desk-1")
    places.hub("rename", "desk-1", "Desk A", "--why", "painted", "--by", "bob")
    places.hub("move", "Desk A", "--centre", "north", "--why", "carried", "--by", "bob")
    told = places.hub("stations", "Desk A", "--grant", places.file("new.grant"))
    assert "renamed  desk-1 -> Desk A  by bob  painted" in told
    places.at("desk-1")
    assert "Desk A" in places.pocus("enrol", "accept", places.file("new.grant"))
    assert "[enrolment.older_grant]" in places.pocus("enrol", "accept", places.file("desk-1.grant"), status=1)
    assert "retired" in places.hub("retire", "Desk A", "--why", "broken")
    assert "revoked" in places.hub("revoke", "Desk A", "--why", "stolen", "--since", "2026-01-01T00:00+00:00")
    assert "[registry.enrolment_ended]" in places.hub("rename", "Desk A", "x", "--why", "y", status=1)


def test_a_station_that_trusts_only_a_revoked_key_is_told_the_new_one_by_a_person(places: Places) -> None:
    home = places.enrol("desk-1")
    (old,) = Enrolment.load(home.trust).hubs
    keys = ["--role", "academy", "--keys", places.file("academy-keys")]
    places.pocus("keys", "rotate", *keys)
    places.pocus("keys", "revoke", old.key_id, "--since", "2026-01-01T00:00+00:00", "--why", "stolen", *keys)
    places.hub("stations", "desk-1", "--grant", places.file("new.grant"))
    places.at("desk-1")
    assert "[enrolment.other_academy]" in places.pocus("enrol", "accept", places.file("new.grant"), status=1)
    public = Path(places.file("hub.json"))
    public.write_text(places.pocus("keys", "show", *keys))
    accept = ("enrol", "accept", places.file("new.grant"), "--after-compromise")
    assert "--academy" in places.pocus(*accept, status=2)
    assert "fingerprint" in places.pocus(*accept, "--academy", str(public))
    assert old not in Enrolment.load(home.trust).hubs


def test_a_code_is_shown_once(places: Places) -> None:
    told = places.hub("code", "new", "--hours", "2")
    assert len(told.splitlines()[0]) == 19
    assert "[registry.unknown_centre]" in places.hub("code", "new", "--centre", "none", status=1)


@pytest.mark.parametrize("command", ["terms", "code", "enrol", "stations", "rename", "move", "retire", "revoke"])
def test_every_command_explains_itself(places: Places, command: str) -> None:
    assert "Usage: pocus hub" in places.pocus("hub", command, "--help")


@pytest.mark.skipif(os.name != "posix", reason="the process is stopped by a signal")
@pytest.mark.argon2
def test_a_station_joins_by_code_and_fetches_its_admissions(places: Places) -> None:
    code = places.hub("code", "new").splitlines()[0]
    where = ["--folder", places.file("hub"), "--keys", places.file("academy-keys")]
    command = [sys.executable, "-c", PROGRAM, "hub", "serve", "--port", "0", *where]
    home = places.at("desk-1")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().removeprefix("The hub listens at ")
            join = ("enrol", "join", "--hub", url, "--name", "Desk 1", "--code")
            told = places.pocus(*join, "0000-0000-0000-0000", status=1)
            assert "The one-time code is not valid" in told
            assert "Enrolled as station Desk 1" in places.pocus(*join, code)
            assert "no admissions" in places.pocus("admission", "fetch", "--hub", url)
            places.hub("candidate", "add", "--id", "C-17", "--name", "Ana Roe")
            admit = ("admit", "--candidate", "C-17", "--bundle", "lung-a", "1", "--mode", "trial")
            places.hub(*admit, "--station", "Desk 1", "--out", places.file("a"))
            assert "is here" in places.pocus("admission", "fetch", "--hub", url)
            (held,) = home.admissions.iterdir()
            assert held.read_bytes() == Path(places.file("a")).read_bytes()
            assert "--hub" in places.pocus("admission", "fetch", status=2)
            assert "carry" in places.pocus("enrol", "renew", status=2).lower(), "no address was told yet"
            places.hub("terms", "--url", url)
            places.hub("stations", "Desk 1", "--grant", places.file("told.grant"))
            places.pocus("enrol", "accept", places.file("told.grant"))
            places.pocus("keys", "rotate", "--role", "academy", "--keys", places.file("academy-keys"))
            assert "Enrolled as station Desk 1" in places.pocus("enrol", "renew"), "the hub was not started anew"
            assert len(Enrolment.load(home.trust).hubs) == 2
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            if process.poll() is None:
                process.kill()
    assert "[sync.hub_not_reached]" in places.pocus("admission", "fetch", "--hub", url, status=1)
