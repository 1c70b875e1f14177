"""`pocus hub peers`: evaluators by commands, from nomination to what their answers come to."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import SystemClock
from tests.hub.peers.bounces import report
from tests.hub.peers.postbox import Postbox, running_postbox
from tests.hub.peers.world import BEN, CLARA, DAVID, World, everything
from tests.hub.school import School

CSV = (
    "name,email,background,language\n"
    f"Dr Ben Okoye,{BEN},Emergency physician,\n"
    f"Dra. Clara Núñez,{CLARA},Intensivista,es\n"
    f"David Stein,{DAVID},Sonographer,en\n"
)
ANA = ["--application", "app_1", "--candidate", "C-17", "--name", "Dr Ana Roe", "--area", "lung", "--agreed"]
UNTIL = ["--until", "2090-02-28"]
WHY = ["--by", "ada", "--why", "asked by the applicant"]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with running_postbox() as box:
        yield box


@pytest.fixture
def school(tmp_path: Path, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> School:
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    made = School(folder=tmp_path)
    made.keys.save(FileKeyStore(tmp_path / "keys", "correct horse"))
    postbox.settings(tmp_path / "hub", "https://hub.academy.example")
    (tmp_path / "evaluators.csv").write_text(CSV, encoding="utf-8")
    return made


Asked = Callable[..., str]


@pytest.fixture
def ask(school: School, capsys: pytest.CaptureFixture[str]) -> Asked:
    where = ["--folder", str(school.folder / "hub"), "--keys", str(school.folder / "keys")]

    def asked(*arguments: str, is_refused: bool = False) -> str:
        capsys.readouterr()
        found = run(["hub", "peers", *arguments, *where], faces=faces())
        told = capsys.readouterr()
        assert found in ({1, 2} if is_refused else {0}), told
        assert "Traceback" not in told.err
        return told.out + told.err

    return asked


def test_from_nomination_to_what_it_comes_to(school: School, postbox: Postbox, ask: Asked) -> None:
    assert "No peer evaluation" in ask("show")
    unsaid = [each for each in ANA if each != "--agreed"]
    assert "--agreed" in ask("nominate", str(school.folder / "evaluators.csv"), *unsaid, *UNTIL, is_refused=True)
    told = ask("nominate", str(school.folder / "evaluators.csv"), *ANA, *UNTIL, "--by", "ada")
    panel_id = told.split()[0]
    assert "3 messages went out" in ask("invite")
    assert "No message" in ask("invite")
    shown = ask("show", "--candidate", "C-17")
    assert "b…@hospital.example" in shown
    assert BEN not in shown
    assert BEN in ask("show", "--addresses")
    ids = {seat["person"]["name"]: seat for seat in json.loads(ask("show", "--json"))["seats"]}
    ask("remind", ids["David Stein"]["evaluator_id"], *WHY, is_refused=True)  # they were written to a moment ago

    clara = ids["Dra. Clara Núñez"]
    (school.folder / "bounce.eml").write_bytes(report(clara["messages"][0]["mail_id"]))
    (school.folder / "other.eml").write_bytes(b"Subject: hello\r\n\r\nhello")
    assert "5.1.1  came back" in ask("bounce", str(school.folder / "bounce.eml"))
    assert "peers.no_report" in ask("bounce", str(school.folder / "other.eml"), is_refused=True)
    assert "Dra. Clara Núñez: unreachable; may be replaced" in ask("show", "--candidate", "C-17", "--as-applicant")
    new = ["--name", "Eve Park", "--email", "eve@clinic.example", "--background", "Internist", "--agreed"]
    ask("replace", clara["evaluator_id"], *new, *WHY)
    ask("replace", ids["Dr Ben Okoye"]["evaluator_id"], *new, *WHY, is_refused=True)
    assert "1 messages went out" in ask("invite")

    hub = Hub(school.folder / "hub", school.keys, clock=SystemClock())
    world = World(school=school, hub=hub, postbox=postbox)
    for address in (BEN, DAVID):
        browsing = world.browser(address)
        browsing.save_all(everything(5, remarks="Steady <b>hands</b>."))
        browsing.send()
    hub.close()
    assert "Supports the certificate  (2 answers)" in ask("combine", panel_id)
    assert "Apoya el certificado" in ask("combine", panel_id, "--language", "es")
    assert json.loads(ask("combine", panel_id, "--json"))["outcome"] == "supports"
    assert "Steady" not in ask("show", "--json")
    said = ask("answers", panel_id, *WHY).splitlines()
    assert json.loads(said[0])["answers"]["remarks"] == "Steady <b>hands</b>."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["combine", "pan_unknown"], "peers.unknown_panel"),
        (
            ["replace", "ev_x", "--name", "E", "--email", "e@x.example", "--background", "b", "--agreed", *WHY],
            "peers.unknown_evaluator",
        ),
        (["remind", "ev_x", *WHY], "peers.unknown_evaluator"),
        (["invite", "--again", "mail_x", "--why", "lost"], "failed or may have gone out"),
        (["show", "--as-applicant"], "needs --candidate"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: list[str], told: str, ask: Asked) -> None:
    assert told in ask(*arguments, is_refused=True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "names nobody"),
        (b"name,email\nBen,ben@x.example\n", "line 2: name, email, background are needed"),
        (b"\xff\xfe", "cannot be read as CSV"),
        (b'name,email,background\n"Ben,ben@x.example,b\n', "cannot be read as CSV"),
        (b"name,email,background\nBen,ben@x.example%0aBcc:a@b.c,b\n", "peers.bad_nomination"),
        (b"name,email,background,language\nBen,ben@x.example,b,fr\n", "peers.bad_nomination"),
        (b"name,email,background\nA,a@x.example,b\nB,A@x.example,b\n", "peers.same_address"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(content: bytes, told: str, school: School, ask: Asked) -> None:
    file = school.folder / "bad.csv"
    file.write_bytes(content)
    assert told in ask("nominate", str(file), *ANA, *UNTIL, is_refused=True)


def test_settings_that_cannot_be_used_are_told_and_messages_wait(school: School, ask: Asked) -> None:
    settings = school.folder / "hub" / "mail.toml"
    kept = settings.read_text()
    ask("nominate", str(school.folder / "evaluators.csv"), *ANA, *UNTIL)
    for broken, told in (
        (kept.replace("'none'", "'none'").replace("127.0.0.1'\nport", "mail.example.org'\nport"), "without TLS"),
        (kept + "fees = 3\n", "fees"),
        (kept.replace("https://hub.academy.example", "http://hub.academy.example"), "https://"),
        (kept + "user = 'peers'\n", "password_file"),
        ("[", "cannot be read"),
    ):
        assert broken != kept
        settings.write_text(broken)
        assert told in ask("invite", is_refused=True)
    settings.unlink()
    assert "peers.no_mail_settings" in ask("invite", is_refused=True)
    settings.write_text(kept)
    assert "3 messages went out" in ask("invite")
