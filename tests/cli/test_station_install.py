"""A station installs neither what authors need nor what a hub needs; its own commands must not miss them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = """
import importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {"av", "numpy", "ruamel", "pydicom", "PIL", "starlette", "uvicorn"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from pocus_desktop.app.main import main
main()
"""


def _pocus(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *arguments],
        cwd=ROOT,
        env={"POCUS_HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["enrol", "--help"],
        ["sit", "--help"],
        ["admission", "import", "--help"],
        ["bundle", "import", "--help"],
        ["bundle", "verify", "--help"],
        ["receipt", "verify", "--help"],
        ["conform", "scxml", "--help"],
        ["conform", "webvtt", "--help"],
        ["conform", "chunked", "--help"],
    ],
    ids=" ".join,
)
def test_what_a_station_does_needs_nothing_of_authors_and_hubs(arguments: list[str], tmp_path: Path) -> None:
    done = _pocus(*arguments, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["case", "check", "."], ["demo", "--scripted"]], ids=lambda given: given[0])
def test_what_is_not_installed_is_told_with_how_to_install_it(arguments: list[str], tmp_path: Path) -> None:
    done = _pocus(*arguments, home=tmp_path)
    assert done.returncode == 1
    assert "[cli.extra_missing]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["sit"], ["case", "preview", "."]], ids=lambda given: given[-1])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_a_window_without_a_display_is_refused_by_name(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from pocus_desktop.app.main import main; main()", *arguments],
        cwd=ROOT,
        env={"POCUS_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "[app.no_display]" in done.stderr
