"""`installer/prepare.py` on machines that lack things: what it runs, what it says, and what it makes anew.

The operating system's tools are played; environments are real where a test is about one.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "installer" / "prepare.py"
LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system packages are Debian's")


class Machine:
    """A Debian machine: which packages it has, who may install, and what was run on it."""

    def __init__(self) -> None:
        self.packages: set[str] = set()
        self.has_sudo = False
        self.ran: list[str] = []
        self.interrupted_at = ""

    def run(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """In place of `subprocess.run`."""
        line = " ".join(command)
        if command[0] == "dpkg-query":
            known = "installed" if command[-1] in self.packages else ""
            return subprocess.CompletedProcess(command, 0, known, "")
        if line == "sudo -n true":
            return subprocess.CompletedProcess(command, 0 if self.has_sudo else 1, "", "")
        if "-c" in command:
            return subprocess.run(command, **options)
        self.ran.append(line)
        if self.interrupted_at and self.interrupted_at in line:
            raise KeyboardInterrupt
        if "-m venv" in line:
            subprocess.run([*command, "--without-pip"], check=True)
            site = next(Path(command[-1]).glob("lib/python*/site-packages"))
            (site / "pip.py").write_text("")
        if "apt-get install" in line:
            self.packages |= set(command)
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def prepare(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script in a checkout of its own, on this machine."""
    script = tmp_path / "installer" / "prepare.py"
    (tmp_path / "installer" / "locks").mkdir(parents=True)
    (tmp_path / "installer" / "locks" / "dev.txt").write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    script.write_text(SOURCE.read_text())
    spec = importlib.util.spec_from_file_location("prepare_under_test", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tools = {"dpkg-query", "sudo"}
    monkeypatch.setattr(module, "subprocess", SimpleNamespace(run=machine.run))
    monkeypatch.setattr(module, "shutil", SimpleNamespace(which=lambda name: name if name in tools else None))
    return module


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)


def _with_packages(machine: Machine, prepare: ModuleType) -> None:
    machine.packages = set(prepare.DEBIAN_PACKAGES)


def _made(machine: Machine) -> list[str]:
    """What was done to the environment, in short."""
    kinds = {"-m venv": "venv", "--require-hashes": "lock", "--editable": "package"}
    return [short for line in machine.ran for part, short in kinds.items() if part in line]


@LINUX_ONLY
def test_a_person_without_sudo_is_given_one_command_and_nothing_is_done(
    machine: Machine, prepare: ModuleType, as_user: None, capsys: pytest.CaptureFixture[str]
) -> None:
    _with_packages(machine, prepare)
    machine.packages -= {"libvlc5", "xvfb"}
    assert prepare.main() == 1
    told = capsys.readouterr().err
    [command] = [line.strip() for line in told.splitlines() if "apt-get" in line]
    assert command == ("sudo apt-get update && sudo apt-get install --yes --no-install-recommends libvlc5 xvfb")
    assert machine.ran == []


@LINUX_ONLY
def test_where_sudo_asks_no_password_it_is_used(machine: Machine, prepare: ModuleType, as_user: None) -> None:
    machine.has_sudo = True
    assert prepare.main() == 0
    update, install = machine.ran[:2]
    assert update == "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update --quiet"
    assert install.startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install --yes")
    assert _made(machine) == ["venv", "lock", "package"]


@LINUX_ONLY
def test_an_older_python_is_told_so(
    prepare: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "sys", SimpleNamespace(version_info=(3, 10), version="3.10.1 x", stderr=sys.stderr))
    assert prepare.main() == 1
    assert "3.11" in capsys.readouterr().err


def test_a_second_run_does_nothing(machine: Machine, prepare: ModuleType) -> None:
    _with_packages(machine, prepare)
    assert prepare.main() == 0
    machine.ran.clear()
    assert prepare.main() == 0
    assert machine.ran == []


def test_a_new_lock_is_installed_into_the_environment_there_is(machine: Machine, prepare: ModuleType) -> None:
    _with_packages(machine, prepare)
    assert prepare.main() == 0
    machine.ran.clear()
    prepare.LOCK.write_text("# renewed\n")
    assert prepare.main() == 0
    assert _made(machine) == ["lock", "package"]


@pytest.mark.parametrize("at", ["--require-hashes", "--editable"])
def test_what_was_interrupted_while_installing_is_made_anew(machine: Machine, prepare: ModuleType, at: str) -> None:
    _with_packages(machine, prepare)
    machine.interrupted_at = at
    with pytest.raises(KeyboardInterrupt):
        prepare.main()
    machine.interrupted_at = ""
    machine.ran.clear()
    assert prepare.main() == 0
    assert _made(machine) == ["venv", "lock", "package"]


def _without_pip(venv: Path) -> None:
    """As Python without `ensurepip` leaves it behind."""
    next(venv.glob("lib/python*/site-packages/pip.py")).unlink()
    (venv / "prepared").unlink()


def _without_python(venv: Path) -> None:
    """As the Python of the system leaves it behind when it goes."""
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (venv / "bin" / name).unlink()
    (venv / "bin" / "python").symlink_to("/nowhere/python")


def _of_another_python(venv: Path) -> None:
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").write_text("#!/bin/sh\necho 3.10.0\n")
    (venv / "bin" / "python").chmod(0o755)
    (venv / "prepared").unlink()


@LINUX_ONLY
@pytest.mark.parametrize("spoil", [_without_pip, _without_python, _of_another_python])
def test_a_broken_environment_is_made_anew(
    machine: Machine, prepare: ModuleType, spoil: Callable[[Path], None]
) -> None:
    _with_packages(machine, prepare)
    assert prepare.main() == 0
    spoil(prepare.VENV)
    machine.ran.clear()
    assert prepare.main() == 0
    assert _made(machine) == ["venv", "lock", "package"]
    assert prepare.main() == 0
