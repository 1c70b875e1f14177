"""`pocus room relay` and `pocus room stock`: what a person at a console and at a station can see and do."""

import json
from pathlib import Path

import pytest

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.hub.carried import take_folder
from pocus_desktop.kernel.settings import HOME_VARIABLE, Home
from pocus_desktop.sync.errors import HubRefusedError
from pocus_desktop.sync.holding import Holding
from tests.hub.school import School
from tests.sync.carriers import Story, fails


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(folder=tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(made.folder))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "of these tests")
    return made


@pytest.fixture
def school(tmp_path: Path, home: Home) -> School:
    made = School(folder=tmp_path / "school")
    made.folder.mkdir()
    Enrolment(publishers=(), hubs=(made.keys.signing.public,)).save(home.trust)
    return made


def _held(home: Home, school: School, *, is_refused: bool = False) -> str:
    refusal = HubRefusedError(host="hub", status=422, reason="sitting.not_sealed_result")
    holding = Holding(home.relay, Story(deeds=[fails(refusal)]), [school.keys.signing.public])
    digest = holding.hold(school.sit().final, station=school.station.signing.key_id, now_ms=1_000)
    if is_refused:
        holding.outbox.run_once(2_000)
    holding.close()
    return digest


def test_a_relay_that_holds_nothing_says_so(home: Home, school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["room", "relay", "status"], faces=faces()) == 0
    assert "No station has brought a result yet." in capsys.readouterr().out


def test_what_is_held_goes_by_stick_and_its_receipt_comes_back(
    home: Home, school: School, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = _held(home, school)
    assert run(["room", "relay", "status"], faces=faces()) == 0
    told = capsys.readouterr().out
    assert school.station.signing.key_id in told, "a station that no roster names is told by its key"
    assert "1 held here" in told
    assert run(["room", "relay", "status", "--json"], faces=faces()) == 0
    [row] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (row["digest"], row["where"], row["is_partial"]) == (digest, "waiting", False)
    stick = tmp_path / "stick"
    assert run(["room", "relay", "stick", str(stick)], faces=faces()) == 1
    assert "Plug in the USB stick" in capsys.readouterr().err
    stick.mkdir()
    assert run(["room", "relay", "stick", str(stick)], faces=faces()) == 0
    assert "Eject it" in capsys.readouterr().out
    hub = school.hub()
    take_folder(hub, stick)
    hub.close()
    assert run(["room", "relay", "stick", str(stick)], faces=faces()) == 0
    assert "receipt" in capsys.readouterr().out
    assert not home.keys.exists(), "neither looking nor carrying needs this centre's keys"
    assert run(["room", "relay", "stick", str(stick)], faces=faces()) == 0
    assert "Nothing waits" in capsys.readouterr().out
    assert run(["room", "relay", "status"], faces=faces()) == 0
    assert "1 received" in capsys.readouterr().out


def test_a_refused_result_is_told_first_and_by_the_status(
    home: Home, school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    _held(home, school, is_refused=True)
    assert run(["room", "relay", "status"], faces=faces()) == 1
    assert "The academy refused a result" in capsys.readouterr().out


def test_sending_without_a_hub_says_what_to_do(home: Home, school: School, capsys: pytest.CaptureFixture[str]) -> None:
    _held(home, school)
    assert run(["room", "relay", "send"], faces=faces()) == 1
    assert "[sync.no_folder]" in capsys.readouterr().err


def test_fetching_from_nowhere_says_what_to_do(home: Home, school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["room", "relay", "fetch"], faces=faces()) == 1
    assert "pocus room relay fetch SOURCE" in capsys.readouterr().err


def test_a_station_without_a_room_says_what_to_do(
    home: Home, school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["room", "stock"], faces=faces()) == 1
    assert "pocus room join" in capsys.readouterr().err
