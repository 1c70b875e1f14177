"""The main job as `make run` does it without a display: a real process, real windows, a real hub."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.scoring.score import ScoreReport
from pocus_desktop.sitting.receipt import verify_receipt

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def test_a_scripted_candidate_leaves_screens_result_receipt_score_and_log(tmp_path: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, "-c", "from pocus_desktop.app.main import main; main()", "demo", "--out", str(tmp_path)],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.strip() == "", "nothing but the story is printed"
    assert "cut off; the hub holds" in done.stdout, "the link was cut"
    assert "received, and the receipt came back" in done.stdout, "and what was cut finished by itself"
    [folder] = tmp_path.iterdir()
    assert str(folder) in done.stdout
    screens = sorted(path.name.split("-", 1)[1] for path in (folder / "screens").glob("*.png"))
    for shown in (
        "sign-in",
        "identity",
        "system-check",
        "agreement",
        "comfort",
        "ready",
        "review",
        "receipt",
        "farewell",
    ):
        assert any(shown in name for name in screens), screens
    report = ScoreReport.model_validate_json((folder / "score-report.json").read_text())
    assert report.assessment_id == "dvt-swollen-calf"
    assert {line.status for line in report.items} >= {"scored", "pending"}
    assert report.result == "pass"
    sealed = (folder / "sealed-result.pocus").read_bytes()
    keys = [PublicKey.from_json(key) for key in json.loads((folder / "academy.json").read_text())["keys"]]
    hub_keys = [key for key in keys if key.algorithm == "ed25519"]
    receipt = verify_receipt((folder / "receipt.json").read_bytes(), hub_keys, sealed_digest=canonical.digest(sealed))
    assert not receipt.is_partial
    story = (folder / "sitting-log.txt").read_text()
    assert "femoral-view" in story
