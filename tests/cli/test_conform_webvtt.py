"""`pocus conform webvtt` and `webvtt-cue` as a person runs them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pocus_desktop.cli.main import pocus, run

FILE = (
    "WEBVTT\n\nSTYLE\n::cue {}\n\nREGION\nid:low width:40.5%\n\n"
    "intro\n00:00:01.500 --> 01:02:03.004 region:low\n<v Ann>Hi\n"
)


def test_a_file_is_printed_with_the_names_of_the_api(tmp_path: Path) -> None:
    file = tmp_path / "captions.vtt"
    file.write_text(FILE, encoding="utf-8")
    result = CliRunner().invoke(pocus, ["conform", "webvtt", str(file)])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "cues": [
            {
                "id": "intro",
                "start": 1.5,
                "end": 3723.004,
                "pauseOnExit": False,
                "region": "low",
                "vertical": "",
                "snapToLines": True,
                "line": "auto",
                "lineAlign": "start",
                "position": "auto",
                "positionAlign": "auto",
                "size": 100,
                "align": "center",
                "text": "<v Ann>Hi",
            }
        ],
        "regions": [
            {
                "id": "low",
                "width": 40.5,
                "lines": 3,
                "regionAnchorX": 0,
                "regionAnchorY": 100,
                "viewportAnchorX": 0,
                "viewportAnchorY": 100,
                "scroll": "",
            }
        ],
        "styles": ["::cue {}"],
    }


@pytest.mark.parametrize(
    ("line", "number"),
    [("-0", "0"), ("1.50", "1.5"), ("18446744073709552000", "18446744073709552000"), ("1" + "0" * 34, "1e+34")],
)
def test_numbers_are_written_as_a_browser_writes_them(line: str, number: str) -> None:
    result = CliRunner().invoke(
        pocus, ["conform", "webvtt", "-"], input=f"WEBVTT\n\n00:00.000 --> 00:01.000 line:{line}\n"
    )
    assert f'"line": {number},' in result.stdout


def test_a_file_without_signature_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "captions.srt"
    file.write_text("1\n00:00:01,500 --> 00:00:02,000\nHi\n", encoding="utf-8")
    assert run(["conform", "webvtt", str(file)]) == 1
    error = json.loads(capfd.readouterr().out)["error"]
    assert error["code"] == "case.captions_not_webvtt"
    assert error["blame"] == "content"
    assert error["next"]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a<v.x Ann>b\n", '#document-fragment\n| "a"\n| <span>\n|   class="x"\n|   title="Ann"\n|   "b"\n'),
        ("a\nb", '#document-fragment\n| "a\nb"\n'),
        ("a\n\nb", '#document-fragment\n| "a"\n'),
        ("", "#document-fragment\n"),
        ("é\0<1:00:00.500>", '#document-fragment\n| "é�"\n| <?timestamp 01:00:00.500>\n'),
    ],
)
def test_a_cue_text_is_printed_as_its_tree(text: str, tree: str) -> None:
    result = CliRunner().invoke(pocus, ["conform", "webvtt-cue", "-"], input=text.encode())
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == tree
