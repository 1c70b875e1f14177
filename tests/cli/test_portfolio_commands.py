"""`pocus portfolio …`: all that the window can do, a command can; over a real hub on the loopback."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.app.faces import faces
from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.main import run
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import HOME_VARIABLE
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.ui.portfolio.desks import LUNG

Ask = Callable[..., str]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = School(folder=tmp_path / "school").hub(clock=SystemClock())
    yield made
    made.close()


@pytest.fixture
def academy(hub: Hub, tmp_path: Path) -> Path:
    keys = [*hub.ring.verifiers, hub.ring.current.sealing.public]
    path = tmp_path / "academy.json"
    path.write_text(json.dumps({"keys": [key.as_json() for key in keys]}), encoding="utf-8")
    return path


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "a passphrase")

    def asked(*arguments: str, status: int = 0) -> str:
        assert run(["portfolio", *arguments]) == status, capsys.readouterr()
        told = capsys.readouterr()
        return told.out + told.err

    return asked


def ago(days: int) -> date:
    return SystemClock().read().utc.date() - timedelta(days=days)


def test_the_whole_way_by_commands(hub: Hub, academy: Path, ask: Ask, tmp_path: Path) -> None:
    assert "Set up your account" in ask("next")
    assert "portfolio.no_account" in ask("case", "--on", str(ago(1)), "--area", "lung", status=1)
    ask("account", "--name", "Ana Ruiz", "--email", "ana@example.org", "--zone", "UTC")
    early = ask("apply", "lung", status=1)
    assert "portfolio.no_number" in early
    assert "[y/N]" not in early, "nobody reads statements for nothing"
    scan = tmp_path / "diploma.pdf"
    scan.write_bytes(b"%PDF-1.7")
    held = ("--body", "pocus-academy", "--credential", "pocus-fundamentals", "--issued", str(ago(300)))
    ask("credential", *held, "--file", str(scan))
    log = tmp_path / "log.csv"
    rows = [f"{ago(9)},lung"] * 19
    log.write_text("\n".join(["date,area", *rows, f"{ago(9):%d.%m.%Y},lung"]), encoding="utf-8")
    rest = tmp_path / "rest.csv"
    assert "19" in ask("import", str(log), "--rest", str(rest), status=1)
    assert f"{ago(9):%d.%m.%Y}" in rest.read_text(encoding="utf-8")
    assert "looks like a name" in ask("case", "--on", str(ago(8)), "--area", "lung", "--findings", "Mr Smith")
    assert "portfolio.no_academy" in ask("sync", status=1)
    with serving(hub) as url:
        ask("connect", str(academy), "--url", url)
        assert "Sent: 1." in ask("sync")
        assert "stays here: diploma.pdf (pocus-fundamentals)" in ask("files").lower()
        assert "waits to be sent" in ask("files", "--agree")
        assert "Files sent: 1." in ask("sync")
        (file,) = json.loads(ask("files", "--json"))["files"]
        assert file["stage"] == "received"
        assert json.loads(ask("files", "--again", file["sha256"], "--json"))["files"][0]["stage"] == "waiting"
        applied = ask("apply", "lung", "cardiac", "--attest").splitlines()
        assert applied[1].strip() == "Cardiac: cases to log: 30 (0 of 30 count).", "before the statements are made"
        application_id = applied[-1].split()[0]
        assert "Lung: the academy has not decided yet" in ask("show")
        ask("sync")
        refused = AreaChoice(area=ContentArea.CARDIAC, is_approved=False, reason="no cases")
        choice = [AreaChoice(area=LUNG, is_approved=True, reason="looked at"), refused]
        hub.academy.applications.decide(application_id, choice, who="dora", by="Dora")
        recipient = Recipient(name="Ana", candidate_id=None)
        code = hub.academy.vouchers.issue([recipient], (LUNG,), who="rex", why="paid")[0].code
        ask("sync")
        assert "starts the clock" in ask("voucher", code, "--yes")
        berta = ["nominate", "--name", "Berta Díaz", "--email", "b@example.org", "--background", "Sonographer"]
        assert "say that they agreed" in ask(*berta, status=1)
        ask(*berta, "--agreed")
        assert "Still waiting: 0" in ask("sync")
    assert "Cardiac" not in ask("evaluators"), "nobody is asked about what was refused"
    shown = ask("show")
    assert re.search(r"The last day for assessment and evaluation is \d+ [A-Z]\w+ \d{4} ", shown)
    decision_id = re.search(r"Cardiac: refused \[(dec_\w+)\]  no cases  You may appeal until \d+ [A-Z]", shown)
    assert decision_id is not None
    ask("appeal", decision_id[1], "--ground", "eligibility", "--words", "they are logged now")
    assert "You may appeal" not in ask("show")
    window = hub.academy.admitting.window(application_id, LUNG)
    assert window is not None
    steps = json.loads(ask("next", "--json"))
    assert {"sit", "nominate"} <= {step["kind"] for step in steps}
    assert window.last.isoformat() in {step["by"] for step in steps}


def test_two_computers_and_their_conflict(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("account", "--name", "Ana Ruiz", "--email", "ana@example.org", "--zone", "UTC")
    ask("export", str(tmp_path / "carried"))
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "other"))
    assert "New here: 1. Conflicts: 0." in ask("merge", str(tmp_path / "carried"))
    ask("account", "--email", "two@example.org")
    ask("export", str(tmp_path / "back"))
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    ask("account", "--email", "one@example.org")
    assert "Conflicts: 1." in ask("merge", str(tmp_path / "back"))
    assert "Two computers wrote different things" in ask("next")
    shown = ask("settle", "1")
    wanted = next(line[0] for line in shown.splitlines() if "two@example.org" in line)
    ask("settle", "1", wanted)
    assert "Two computers" not in ask("next")
    assert "portfolio.not_there" in ask("settle", "1", status=1)


def test_it_opens_the_window(ask: Ask) -> None:
    del ask
    asked: dict[str, Any] = {}

    def open_window(**given: Any) -> int:
        asked.update(given)
        return 0

    assert run(["portfolio", "open", "--language", "es"], faces=replace(faces(), portfolio=open_window)) == 0
    assert asked == {"passphrase": "a passphrase", "language": "es"}


def test_education_with_its_certificate_and_what_an_auditor_is_given(ask: Ask, tmp_path: Path) -> None:
    assert "portfolio.no_account" in ask("report", str(tmp_path / "out.xml"), status=1)
    ask("account", "--name", "Ana Ruiz", "--email", "ana@example.org", "--zone", "UTC")
    assert "cme.no_cycle" in ask("audit-pack", str(tmp_path / "pack.pdf"), status=1)
    ask("credential", "--body", "ardms", "--credential", "rdms", "--issued", str(ago(300)))
    assert "cme.nothing_to_report" in ask("audit-pack", str(tmp_path / "pack.pdf"), status=1)
    proof = tmp_path / "proof.txt"
    proof.write_text("a certificate", encoding="utf-8")
    assert "gulfcoast" in ask("providers", "gulfcost")
    assert json.loads(ask("providers", "aium", "--json").splitlines()[0])["provider"] == "aium"
    assert ask("providers", "zzzz", "--language", "es") == "Ningún proveedor se llama así.\n"
    given = ("--on", str(ago(9)), "--activity", "Lung", "--provider", "Gulfcoast Ultrasound Institute")
    ask("credit", *given, "--credits", "4", "--approved-by", "ARDMS", "--file", str(proof))
    ask("credit", "--on", str(ago(8)), "--activity", "Heart", "--provider", "aium", "--credits", "2")
    assert "ARDMS: 6 of 30" in ask("education")
    told = ask("audit-pack", str(tmp_path / "pack.pdf"), "--body", "ARDMS")
    assert "Credits claimed: 2. Files of evidence: 1." in told
    assert "Not shown whole: proof.txt" in told
    assert (tmp_path / "pack.pdf").read_bytes().startswith(b"%PDF-")
    assert "cme.no_cycle" in ask("audit-pack", str(tmp_path / "x.pdf"), "--body", "ardms", "--cycle", "7", status=1)
    assert "Credits: 2" in ask("report", str(tmp_path / "out.xml"))
    assert b"http://ns.medbiq.org/activityreport/v1/" in (tmp_path / "out.xml").read_bytes()
    ask("report", str(tmp_path / "out.csv"))
    assert b"Gulfcoast Ultrasound Institute" in (tmp_path / "out.csv").read_bytes()


def test_a_table_of_education_is_taken_whole_or_not_at_all(ask: Ask, tmp_path: Path) -> None:
    ask("account", "--name", "Ana Ruiz", "--email", "ana@example.org", "--zone", "UTC")
    table = tmp_path / "cme.csv"
    rows = ["date,activity,provider,credits", f"{ago(9)},Lung,Otro,1.5", f"{ago(8)},Heart,Otro,much"]
    table.write_text("\n".join(rows), encoding="utf-8")
    told = ask("import", str(table), "--credits", status=1)
    assert "cme.csv:3:4" in told
    assert f"{ago(9)}  1.5  Lung" in told
    assert "Nothing was taken. Could be taken: 1." in told
    assert "Credits: 0." in ask("show")
    rest = tmp_path / "rest.csv"
    assert "Taken: 1." in ask("import", str(table), "--credits", "--rest", str(rest), status=1)
    rest.write_text(rest.read_text(encoding="utf-8").replace("much", "2"), encoding="utf-8")
    assert "Could be taken: 1." in ask("import", str(rest), "--credits", "--dry-run")
    assert "Taken: 1." in ask("import", str(rest), "--credits")
    assert "Credits: 2." in ask("show")
