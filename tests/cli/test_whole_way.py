"""The command line from keys to a verified receipt, as someone would type it who read only the README."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.faces import faces
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.build.build import build
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.source.schema import schemas
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.cli.main import pocus, run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def playable(source: Path) -> Path:
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    return source


def _out(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> str:
    capsys.readouterr()
    assert run([str(argument) for argument in arguments], faces=faces()) == status, capsys.readouterr()
    told = capsys.readouterr()
    return told.out + (told.err if status else "")


def _keys(capsys: pytest.CaptureFixture[str], folder: Path, role: str) -> Path:
    _out(capsys, "keys", "init", "--role", role, "--keys", folder / role)
    path = folder / f"{role}.json"
    path.write_text(_out(capsys, "keys", "show", "--role", role, "--keys", folder / role))
    return path


def test_from_source_to_library(capsys: pytest.CaptureFixture[str], playable: Path, tmp_path: Path) -> None:
    publisher, academy = _keys(capsys, tmp_path, "publisher"), _keys(capsys, tmp_path, "academy")
    assert _out(capsys, "case", "check", playable) == ""
    built = _out(
        capsys, "bundle", "build", playable, "--out", tmp_path, "--academy", academy, "--open",
        "--keys", tmp_path / "publisher",
    )  # fmt: skip
    bundle = tmp_path / "sore-leg-v1.casebundle"
    assert str(bundle) in built
    assert "every byte is as signed" in _out(capsys, "bundle", "verify", bundle, "--publisher", publisher)
    shown = json.loads(_out(capsys, "bundle", "show", bundle, "--publisher", publisher))
    assert (shown["bundle_id"], shown["mode"]) == ("sore-leg", "open")
    assert "content_key" not in shown
    assert "pocus enrol" in _out(capsys, "bundle", "import", bundle, status=1), "not enrolled yet"
    _out(capsys, "enrol", "--publisher", publisher, "--academy", academy)
    assert "is in the library" in _out(capsys, "bundle", "import", bundle)
    admission = tmp_path / "one.admission"
    _out(
        capsys, "admission", "issue", "--candidate", "C-1", "--name", "A. Candidate", "--bundle", bundle,
        "--publisher", publisher, "--mode", "practice", "--out", admission, "--keys", tmp_path / "academy",
    )  # fmt: skip
    assert "is here" in _out(capsys, "admission", "import", admission)
    register = _out(
        capsys, "hub", "register", bundle, "--folder", tmp_path / "hub",
        "--scoring-key", tmp_path / "sore-leg-v1.scoringkey", "--publisher", publisher, "--keys", tmp_path / "academy",
    )  # fmt: skip
    assert "is on the shelf" in register


def test_a_second_signature_is_added(capsys: pytest.CaptureFixture[str], playable: Path, tmp_path: Path) -> None:
    publisher, academy = _keys(capsys, tmp_path, "publisher"), _keys(capsys, tmp_path, "academy")
    _out(capsys, "keys", "init", "--role", "publisher", "--keys", tmp_path / "second")
    _out(
        capsys, "bundle", "build", playable, "--out", tmp_path, "--academy", academy, "--keys", tmp_path / "publisher"
    )  # fmt: skip
    bundle, twice = tmp_path / "sore-leg-v1.casebundle", tmp_path / "twice.casebundle"
    told = _out(
        capsys, "bundle", "sign", bundle, "--publisher", publisher, "--out", twice, "--keys", tmp_path / "second"
    )
    assert "signed by ed25519-" in told
    assert "every byte is as signed" in _out(capsys, "bundle", "verify", twice, "--publisher", publisher)


def test_a_bundle_by_another_publisher_is_refused_with_words_and_code(
    capsys: pytest.CaptureFixture[str], playable: Path, tmp_path: Path
) -> None:
    publisher, academy = _keys(capsys, tmp_path, "publisher"), _keys(capsys, tmp_path, "academy")
    workshop = Workshop.open(tmp_path / "w", source=playable, recipe=Recipe(mode="open"), clock=SystemClock())
    workshop.close()
    told = _out(capsys, "bundle", "verify", workshop.built.bundle, "--publisher", publisher, status=1)
    assert "[bundle." in told
    assert academy.exists()


def test_problems_of_a_source_are_lines_and_the_status_is_one(
    capsys: pytest.CaptureFixture[str], playable: Path
) -> None:
    case = playable / "case.yaml"
    text = case.read_text().replace("plays: 2", "plays: many")
    case.write_text(text)
    line_number = text[: text.index("plays:")].count("\n") + 1
    told = _out(capsys, "case", "check", playable, status=1)
    assert f"case.yaml:{line_number}:18" in told
    line = _out(capsys, "case", "check", playable, "--json", status=1).splitlines()[0]
    assert json.loads(line)["code"] == "source.wrong_type"


def test_a_build_tells_every_problem_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], playable: Path, tmp_path: Path
) -> None:
    _keys(capsys, tmp_path, "publisher")
    academy = _keys(capsys, tmp_path, "academy")
    build = (
        "bundle",
        "build",
        playable,
        "--out",
        tmp_path / "out",
        "--academy",
        academy,
        "--keys",
        tmp_path / "publisher",
    )
    (playable / "bundle.yaml").write_text("version: 0\nmode: shut\n")
    assert "bundle.yaml:1:10" in _out(capsys, "case", "check", playable, status=1)
    told = _out(capsys, *build, status=1)
    assert "bundle.yaml:1:10" in told
    assert "bundle.yaml:2:7" in told
    (playable / "bundle.yaml").unlink()
    case = playable / "case.yaml"
    case.write_text(case.read_text().replace("plays: 2", "plays: many").replace("sex: female", "sex: f"))
    told = _out(capsys, *build, status=1)
    assert "plays is “many”" in told
    assert "sex is “f”" in told
    assert "pocus case check" in told
    assert not (tmp_path / "out").exists()


def test_schemas_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _out(capsys, "case", "schema", tmp_path / "schemas")
    written = {path.name: json.loads(path.read_text()) for path in (tmp_path / "schemas").iterdir()}
    assert written == json.loads(json.dumps(schemas()))


def test_every_command_explains_itself() -> None:
    runner = CliRunner()
    for name in pocus.list_commands(None):  # type: ignore[arg-type]  # the lazy group does not look at its context
        shown = runner.invoke(pocus, [name, "--help"])
        assert shown.exit_code == 0, name
        assert "Usage" in shown.output


def test_keys_are_never_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _keys(capsys, tmp_path, "publisher")
    told = _out(capsys, "keys", "init", "--role", "publisher", "--keys", tmp_path / "publisher", status=1)
    assert "cli.keys_exist" in told


def test_a_sealed_result_is_opened_scored_and_its_receipt_verified(
    capsys: pytest.CaptureFixture[str], playable: Path, tmp_path: Path
) -> None:
    workshop = Workshop.open(tmp_path / "w", source=playable, recipe=Recipe(mode="open"), clock=SystemClock())
    keys = tmp_path / "academy"
    workshop.academy.save(FileKeyStore(keys, "correct horse"))
    publisher = tmp_path / "publisher.json"
    publisher.write_text(json.dumps({"role": "publisher", "keys": [workshop.publisher.signing.public.as_json()]}))
    academy = tmp_path / "academy.json"
    academy.write_text(_out(capsys, "keys", "show", "--role", "academy", "--keys", keys))
    result = _sit(workshop, tmp_path / "sitting")
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(workshop.hub.receive(result.read_bytes()))
    workshop.close()
    given = [result, "--bundle", workshop.built.bundle, "--publisher", publisher, "--keys", keys]
    assert "side" in _out(capsys, "result", "open", *given)
    events = [json.loads(line) for line in _out(capsys, "result", "open", *given, "--json").splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    report = json.loads(_out(capsys, "result", "score", *given, "--scoring-key", workshop.built.scoring_key))
    assert (report["points"], report["max_points"]) == (1, 2)
    verified = json.loads(_out(capsys, "receipt", "verify", receipt, "--academy", academy, "--result", result))
    assert verified["sealed_digest"] == result.name
    other = build(playable, out=tmp_path / "o", keys=workshop.publisher, academy=workshop.academy.sealing.public,
                  recipe=Recipe(mode="open", version=2))  # fmt: skip
    given[2] = other.bundle
    assert "[sitting.wrong_bundle]" in _out(capsys, "result", "open", *given, status=1)


def _sit(workshop: Workshop, folder: Path) -> Path:
    """A demonstration, sat without a screen; the sealed result."""
    candidate = Candidate(id="C-1", display_name="A. Candidate")
    admission = admissions.verify(
        workshop.admission(candidate=candidate, mode=Mode.DEMO), [workshop.academy.signing.public]
    )
    policy = workshop.enrolment.policy()
    with open_bundle(workshop.built.bundle, policy, now_ms=0, app_version="0.1.0") as bundle:
        material = Material.of(bundle, bundle.unlock())
    sitting = Sitting.open(
        folder,
        admission=admission,
        material=material,
        station=workshop.station_keys,
        clock=workshop.clock,
        writer=InlineWriter(),
    )
    for intent in (
        intents.ConfirmIdentity(),
        intents.PassSystemCheck(),
        intents.AcceptAgreement(version="1"),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
        intents.Answer(item="side", response=ChoiceResponse(choices=("left",))),
        intents.GoNext(is_confirmed=True),
        intents.GoNext(is_confirmed=True),
        intents.HandIn(is_confirmed=True),
    ):
        sitting.handle(intent)
    assert sitting.sealed is not None, sitting.view().screen
    sitting.close()
    return Path(sitting.sealed.sealed_path)
