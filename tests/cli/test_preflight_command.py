"""`pocus preflight`: report, files and status, over a station that was looked at."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pocus_desktop.admission.preflight_report import STATION, Check, Report, read, sign
from pocus_desktop.app.faces import faces
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keys import SigningKey

KEY = SigningKey.from_seed(b"\x01" * 32)
SOUND = Check(subject="adm_1", level="ok", code="bytes_sound", params={"size_mb": 3})
WORDS = Check(subject="adm_1", level="note", code="key_by_words", params={"until": "noon"})
BAD = Check(subject=STATION, level="problem", code="disk_full", params={"free_mb": 1, "needed_mb": 2})


def pocus(*arguments: str, checks: tuple[Check, ...]) -> int:
    def looked(
        *, day: date | None, passphrase: str | None, progress: Callable[[Progress], None]
    ) -> tuple[Report, bytes]:
        assert passphrase is None or passphrase
        progress(Progress(done_bytes=1, total_bytes=2))
        progress(Progress(done_bytes=2, total_bytes=2))
        told = day.isoformat() if day is not None else ""
        report = Report(made_at_ms=1_800_000_000_000, station="x25519-1", day=told, application="1", checks=checks)
        return report, sign(report, KEY)

    return run(["preflight", *arguments], faces=replace(faces(), preflight=looked))


def test_a_report_in_words_with_what_is_wrong_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert pocus(checks=(SOUND, WORDS)) == 0
    told = capsys.readouterr().out
    assert "READY" in told
    assert told.index("note") < told.index("[ok]")
    assert "[key_by_words]" in told
    assert pocus("--language", "es", checks=(SOUND, BAD)) == 1
    told = capsys.readouterr().out
    assert "NO ESTÁ LISTO" in told
    assert "[PROBLEMA]" in told


def test_a_report_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert pocus("--json", "--day", "2027-03-01", checks=(SOUND, BAD)) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["is_ready"], told["day"], told["format"]) == (False, "2027-03-01", 1)
    assert [(each["code"], each["level"]) for each in told["checks"]] == [
        ("bytes_sound", "ok"),
        ("disk_full", "problem"),
    ]
    assert told["checks"][1]["next"]


def test_a_report_that_is_filed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert pocus("--out", str(tmp_path / "filed"), "--day", "2027-03-01", checks=(SOUND,)) == 0
    signed, text = sorted((tmp_path / "filed").iterdir())
    assert signed.name == "preflight-2027-03-01-20270115T080000Z.dsse.json"
    assert read(signed.read_bytes(), [KEY.public]).checks == (SOUND,)
    assert text.read_text(encoding="utf-8") in capsys.readouterr().out


def test_a_day_that_no_calendar_has_is_used_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert pocus("--day", "2027-02-30", checks=()) == 2
    assert "2027-02-30" in capsys.readouterr().err
