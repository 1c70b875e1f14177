"""A depot from the command line: published at the academy, carried, read at a station."""

import json
import time
from pathlib import Path

import pytest

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.trusting import Override
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.cli.main import run
from pocus_desktop.kernel.settings import HOME_VARIABLE, Home
from tests.bundle.depot.press import Press
from tests.bundle.trust.academy import AREA, NOW_MS, key


class Room:
    """The academy's computer and a station, one command at a time."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.press = Press(folder=folder)
        self.home = Home(folder=folder / "home")
        self._capsys = capsys

    def do(self, *arguments: str | Path, status: int = 0) -> str:
        self._capsys.readouterr()
        found = run([str(argument) for argument in arguments])
        told = self._capsys.readouterr()
        assert found == status, told
        return told.out + told.err

    def enrol(self) -> None:
        Enrolment(publishers=(), hubs=(key("hub").public,)).save(self.home.trust)
        TrustClient(self.home.trust_state).enrol(self.press.academy.root)


@pytest.fixture
def room(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Room:
    room = Room(tmp_path, capsys)
    monkeypatch.setenv(HOME_VARIABLE, str(room.home.folder))
    monkeypatch.setattr(time, "time_ns", lambda: NOW_MS * 1_000_000)  # the academy's metadata is of that day
    room.enrol()
    return room


def test_what_is_published_is_carried_fetched_and_withdrawn(room: Room, tmp_path: Path) -> None:
    depot, stick = room.press.depot, tmp_path / "stick"
    path = room.press.bundle(1)
    told = room.do("depot", "publish", path, "--depot", depot)
    assert "dvt-swollen-calf version 1 is staged" in told
    assert "waits for 2 more signatures" in told
    room.press.academy.publish()
    root = tmp_path / "root.json"
    root.write_bytes(room.press.academy.root)
    told = room.do("depot", "stick", "--depot", depot, "--to", stick, "--root", root, "--bundle", "dvt-swollen-calf")
    assert "every byte read back" in told
    assert "To fetch: dvt-swollen-calf version 1" in room.do(
        "depot", "fetch", stick, "--bundle", "dvt-swollen-calf", "--dry-run"
    )
    assert "bytes came" in room.do("depot", "fetch", stick, "--bundle", "dvt-swollen-calf")
    assert "Nothing new." in room.do("depot", "refresh", stick)
    state = json.loads(room.do("depot", "show", "--json"))
    assert [each["bundle_id"] for each in state["programmes"][AREA]["bundles"]] == ["dvt-swollen-calf"]
    room.do("depot", "withdraw", "dvt-swollen-calf", "1", "--reason", "Two right answers.", "--depot", depot)
    room.press.academy.publish()
    assert "WITHDRAWN: Two right answers." in room.do("depot", "status", "--depot", depot)
    room.do("depot", "refresh", depot)
    assert "WITHDRAWN: Two right answers." in room.do("depot", "show")
    assert "[trust.withdrawn]" in room.do("bundle", "verify", path, status=1)
    assert "1 containers were removed" in room.do("depot", "tidy", "--depot", depot)


def test_the_reason_of_a_withdrawal_steers_no_terminal(room: Room) -> None:
    depot = room.press.depot
    room.press.publish(1)
    room.do("depot", "withdraw", "dvt-swollen-calf", "1", "--reason", "\x1b[2JAll is well.", "--depot", depot)
    room.press.academy.publish()
    room.do("depot", "refresh", depot)
    for told in (room.do("depot", "status", "--depot", depot), room.do("depot", "show")):
        assert "All is well." in told
        assert "\x1b" not in told


def test_what_is_needed_and_nowhere_is_told(room: Room) -> None:
    told = room.do("depot", "fetch", room.press.depot, "--bundle", "lung-a", status=1)
    assert "Needed and listed nowhere: lung-a version 1 or newer" in told


def test_a_place_that_is_no_depot_is_told_with_what_to_do(room: Room, tmp_path: Path) -> None:
    assert "[trust.no_carrier]" in room.do("depot", "refresh", tmp_path / "nowhere", status=1)
    assert "[depot.bad_address]" in room.do("depot", "refresh", "http://", status=1)
    assert "[trust.never_refreshed]" in room.do("depot", "show", status=1)


def test_a_proctor_s_word_is_kept_with_its_reason(room: Room) -> None:
    room.do("depot", "refresh", room.press.depot)
    assert "Nothing is over here" in room.do("trust", "override", "--reason", "The stick broke.")
    word = Override.load(room.home.stale_override)
    assert word is not None
    assert word.reason == "The stick broke."
    assert "[sitting.no_reason]" in room.do("trust", "override", "--reason", " ", status=1)


def test_no_word_is_kept_at_a_computer_that_is_no_station(room: Room) -> None:
    room.home.trust.unlink()
    assert "[sitting.not_enrolled]" in room.do("trust", "override", "--reason", "The stick broke.", status=1)
    assert Override.load(room.home.stale_override) is None
