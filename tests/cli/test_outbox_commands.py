"""`pocus outbox`: what a person at a station can see and do."""

import json
from pathlib import Path

import pytest

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.hub.carried import take_folder
from pocus_desktop.kernel.settings import HOME_VARIABLE, Home
from pocus_desktop.sync.errors import HubRefusedError, NoConnectionError
from pocus_desktop.sync.log_watch import LogWatch
from pocus_desktop.sync.outbox import Outbox
from tests.hub.school import School
from tests.sync.carriers import Story, fails


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(folder=tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(made.folder))
    return made


@pytest.fixture
def school(tmp_path: Path, home: Home) -> School:
    made = School(folder=tmp_path / "school")
    made.folder.mkdir()
    Enrolment(publishers=(), hubs=(made.keys.signing.public,)).save(home.trust)
    return made


def _enqueue(home: Home, school: School, *errors: NoConnectionError | HubRefusedError) -> str:
    outbox = Outbox(home.outbox, Story(deeds=[fails(error) for error in errors]), [school.keys.signing.public])
    digest = outbox.enqueue(school.sit().final_path, now_ms=1_000)
    for number in range(len(errors)):
        outbox.run_once(1_000 + number * 3_600_000)
    outbox.close()
    return digest


def test_an_empty_outbox_says_so(home: Home, school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["outbox"]) == 0
    assert "nothing waits" in capsys.readouterr().out


def test_it_tells_what_waits_carries_it_and_takes_the_receipt(
    home: Home, school: School, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = _enqueue(home, school, NoConnectionError(host="hub.example.org"))
    assert run(["outbox"]) == 0
    told = capsys.readouterr().out
    assert digest[:12] in told
    assert "days old" in told
    assert "carry the result on a USB stick" in told
    stick = tmp_path / "stick"
    assert run(["outbox", "export", str(stick)], faces=faces()) == 1
    assert "Plug in the USB stick" in capsys.readouterr().err
    stick.mkdir()
    assert run(["outbox", "export", str(stick)], faces=faces()) == 0
    told = capsys.readouterr().out
    assert f"{digest[:12]}  On the stick, read back and the same" in told
    assert "pull it out" in told
    assert (stick / "results" / digest).is_file()
    assert run(["outbox", "import", str(stick)], faces=faces()) == 0
    assert "0 receipts taken; 1 results still wait" in capsys.readouterr().out
    assert run(["outbox", "forget", digest[:12]]) == 1
    assert "sync.not_receipted" in capsys.readouterr().err
    hub = school.hub()
    take_folder(hub, stick)
    hub.close()
    assert run(["outbox", "import", str(stick)], faces=faces()) == 0
    assert "1 receipts taken" in capsys.readouterr().out
    assert run(["outbox", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["digest"], row["stage"], row["status"]) == (digest, "receipted", "done")
    assert run(["outbox", "export", str(stick)], faces=faces()) == 0
    assert "Nothing waits" in capsys.readouterr().out
    assert run(["outbox", "forget", digest[:12]]) == 0
    assert "sitting's own folder on this computer was not removed" in capsys.readouterr().out
    assert [path.name for path in home.outbox.glob("[0-9a-f]*")] == [f"{digest}.forgotten"]
    assert (stick / "results" / digest).is_file(), "what lies on a stick may be another's only copy"


def test_one_set_aside_shows_by_the_status_and_a_person_tries_again(
    home: Home, school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = _enqueue(home, school, HubRefusedError(host="hub", status=422, reason="sitting.not_for_this_key"))
    assert run(["outbox"]) == 1
    told = capsys.readouterr().out
    assert "needs a person" in told
    assert "sitting.not_for_this_key" in told
    assert run(["outbox", "retry", digest[:6]]) == 0
    assert run(["outbox", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "waiting"


@pytest.mark.parametrize("command", [["retry", "ffff"], ["forget", "ffff"]])
def test_a_digest_that_is_not_there_is_told(
    home: Home, school: School, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", *command]) == 1
    assert "sync.unknown_envelope" in capsys.readouterr().err


def test_a_forged_receipt_on_a_stick_is_told_and_clears_nothing(
    home: Home, school: School, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = _enqueue(home, school, NoConnectionError(host="hub"))
    receipts = tmp_path / "stick" / "receipts"
    receipts.mkdir(parents=True)
    (receipts / f"{digest}.receipt").write_bytes(b"{}")
    assert run(["outbox", "import", str(tmp_path / "stick")], faces=faces()) == 1
    told = capsys.readouterr()
    assert "sync.bad_receipt" in told.err
    assert "0 receipts taken; 1 results still wait for theirs." in told.out
    assert run(["outbox", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "failed"


@pytest.mark.parametrize("command", ["import", "export"])
def test_receipts_by_stick_reach_the_watch_over_the_academys_log(
    home: Home, school: School, tmp_path: Path, command: str
) -> None:
    _enqueue(home, school, NoConnectionError(host="hub"))
    stick = tmp_path / "stick"
    stick.mkdir()
    assert run(["outbox", "export", str(stick)], faces=faces()) == 0
    hub = school.hub()
    take_folder(hub, stick)
    hub.close()
    before = sorted(stick.rglob("*"))
    assert run(["outbox", command, str(stick)], faces=faces()) == 0
    watch = LogWatch(home.academy_log, [school.keys.signing.public])
    seen = watch.seen()
    assert seen is not None
    assert (seen.head.size, watch.unproved()) == (1, ())
    heads = [path for path in stick.glob("heads/*.checkpoint") if path not in before]
    assert len(heads) == (1 if command == "export" else 0)
    assert command == "export" or sorted(stick.rglob("*")) == before, "an import writes nothing to the stick"
