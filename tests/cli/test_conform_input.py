"""What every `pocus conform` command has in common: where its input comes from, and how a missing one is told."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pocus_desktop.cli.main import pocus

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
