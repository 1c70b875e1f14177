"""The air-gapped rehearsal: separate processes and folders, one stick, and where we may, no network at all.

Its eighty processes are forked from one that has imported the program, but for the first of each group of commands.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def without_network() -> list[str]:
    """What runs a command in an empty network namespace of its own; nothing where that is not allowed."""
    command = ["unshare", "--net", "--"]
    if shutil.which("unshare") is None or os.name != "posix":
        return []
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else []


def test_from_ceremony_to_revocation_on_one_stick(tmp_path: Path) -> None:
    done = subprocess.run(
        [*without_network(), sys.executable, "-m", "tests.e2e.warm_rehearsal", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    told = done.stdout
    assert "The rehearsal is over." in told
    assert "The sign-in screen refused: " in told, "before the words are spoken nothing opens"
    assert '"status": "scored"' in told
    assert "[bundle.not_trusted]" in told, "what a revoked signer signed opens no new sitting"
    [folder] = tmp_path.glob("rehearsal-*")
    assert list((folder / "station" / "screens").glob("*-farewell.png"))
    assert not list((folder / "station" / "home" / "library").glob("*-1.casebundle"))
    stick = [path.relative_to(folder / "stick").as_posix() for path in (folder / "stick").rglob("*") if path.is_file()]
    assert not [name for name in stick if "key-" in name or name.startswith("depot/staged")], "no secret is carried"
