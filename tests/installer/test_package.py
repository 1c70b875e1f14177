"""The wheel holds all that an installed program needs, and the program runs from it, outside of any checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ABOUT = """
import json, sys
import pocus_desktop
from pocus_desktop.kernel import assets, words
print(json.dumps([pocus_desktop.__file__, str(assets.root()), words.languages()]))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout and unpacked as an installer does it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def _python(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env={**surroundings, "PYTHONPATH": str(installed), "POCUS_HOME": str(installed.parent / "home")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_wheel_holds_every_asset_and_module(installed: Path) -> None:
    for source, inside in ((ROOT / "assets", "_assets"), (ROOT / "pocus_desktop", "")):
        files = {
            path.relative_to(source)
            for path in source.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }
        missing = sorted(str(path) for path in files if not (installed / "pocus_desktop" / inside / path).is_file())
        assert missing == []
    assert not any((installed / name).exists() for name in ("tests", "case_bundles", "benchmarks"))


def test_the_installed_program_is_what_runs_and_finds_its_own_assets(installed: Path) -> None:
    done = _python(installed, "-c", ABOUT)
    package, assets, languages = json.loads(done.stdout)
    assert Path(package).parent == installed / "pocus_desktop"
    assert Path(assets) == installed / "pocus_desktop" / "_assets"
    assert {"en", "es"} <= set(languages)


@pytest.mark.parametrize("arguments", [["--help"], ["doctor"], ["case", "schema", "schemas"]], ids=" ".join)
def test_its_commands_run(installed: Path, arguments: list[str]) -> None:
    done = _python(installed, "-c", "from pocus_desktop.app.main import main; main()", *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_its_entry_points_are_there(installed: Path) -> None:
    [points] = installed.glob("*.dist-info/entry_points.txt")
    text = points.read_text()
    assert "pocus = pocus_desktop.app.main:main" in text
    assert "pocus-desktop = pocus_desktop.app.main:window" in text


PRACTISE = """
from pocus_desktop.app.practice import PracticeRoom
from pocus_desktop.kernel.clock import SystemClock
room = PracticeRoom(SystemClock())
print(room.open("en").view().chrome.assessment_title)
room.close()
"""


def test_anyone_may_practise_with_the_tutorial_that_it_brings(installed: Path) -> None:
    done = _python(installed, "-c", PRACTISE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Tutorial\n", "")
