"""What every `pocus conform` command has in common: where its input comes from, and how a missing one is told."""

import errno
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pocus_desktop.cli.conform_input import STANDARD_INPUT, read_input
from pocus_desktop.cli.main import pocus
from pocus_desktop.crypto.chunked import FileSource
from pocus_desktop.kernel.errors import PocusError

COMMANDS = {
    "webvtt": [],
    "webvtt-cue": [],
    "scxml": [],
    "chunked": ["--key", "00" * 32, "--context", ""],
    "dsse": [],
    "hpke": [],
}


def conform(command: str, *files: str, stdin: str = "") -> Result:
    return CliRunner().invoke(pocus, ["conform", command, *COMMANDS[command], *files], input=stdin)


@pytest.mark.parametrize("name", ["missing", ".", "a\0b"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_cannot_be_read_is_refused_by_name(command: str, name: str, tmp_path: Path) -> None:
    result = conform(command, str(tmp_path / name))
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert set(error) == {"code", "blame", "what", "next", "params"}
    assert error["code"] == "cli.unreadable_input"
    assert result.stderr == ""


def test_standard_input_that_is_closed_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(PocusError) as refused:
        read_input(STANDARD_INPUT)
    assert refused.value.code == "cli.unreadable_input"


def test_a_file_that_goes_away_while_it_is_read_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    path = tmp_path / "stored"
    path.write_bytes(bytes(100))
    monkeypatch.setattr(FileSource, "read_at", gone)
    result = conform("chunked", str(path))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "kernel.file_refused"
    assert result.stderr == ""


@pytest.mark.parametrize("command", ["webvtt", "webvtt-cue"])
@pytest.mark.parametrize("files", [(), ("-",)])
def test_standard_input_is_read_where_no_file_is_named(command: str, files: tuple[str, ...]) -> None:
    result = conform(command, *files, stdin="WEBVTT\n")
    assert result.exit_code == 0
    assert result.stdout.startswith(("{", "#document-fragment"))


def test_an_id_that_the_reader_keeps_for_itself_is_refused(tmp_path: Path) -> None:
    chart = tmp_path / "chart.scxml"
    chart.write_text('<scxml xmlns="http://www.w3.org/2005/07/scxml"><state id="~1"/></scxml>', encoding="utf-8")
    result = conform("scxml", str(chart), stdin="[]")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "scenario.unsupported_attribute"
