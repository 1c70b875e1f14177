"""`pocus programme …`: what is computed, told to people and to programs, from files as people have them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.cli import programme_rules
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel import assets
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.errors import NotTheAcademysError
from pocus_desktop.programme.portfolio_files import append_documents
from pocus_desktop.programme.rules.keeping import RULES, require_rules
from pocus_desktop.programme.rules.load import shipped_rules
from tests.programme.samples import account, attestations, cases, credential

_ON = date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    folder = tmp_path / "portfolio"
    held: list[AnyDocument] = [account(), credential("rdms", "2024-01-01"), *attestations("2026-11-01")]
    append_documents(folder / "papers.jsonl", [*held, *cases(19, _ON)])
    return folder


def _json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_eligibility_is_told_to_people_and_to_programs(portfolio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["programme", "eligibility", str(portfolio), "--on", "2026-11-26"]
    assert run([*asked, "--area", "lung"]) == 0
    told = capsys.readouterr().out
    assert "Lung: not met" in told
    assert "cases to log: 1 (19 of 20 count)" in told
    assert "https://www.pocus.org/" in told
    assert run([*asked, "--json", "--language", "es"]) == 0
    found = {one["area"]: one for one in _json(capsys)}
    assert len(found) == 10
    [short] = [one for one in found["lung"]["findings"] if one["standing"] == "missing"]
    assert (short["requirement"], short["have"], short["rule"]["id"]) == ("cases", 19, "cases-lung-2020")
    assert short["missing"][0]["told"].startswith("Pulmón")


def test_deadlines_are_told_and_leave_as_a_calendar(
    portfolio: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ics = tmp_path / "deadlines.ics"
    asked = ["programme", "deadlines", str(portfolio), "--on", "2026-11-26"]
    assert run([*asked, "--ics", str(ics)]) == 0
    told = capsys.readouterr().out
    assert "2027-12-31  you         ARDMS: 0 of 30 credits" in told
    assert len(icalendar.Calendar.from_ical(ics.read_bytes()).events) == 1
    assert run([*asked, "--json"]) == 0
    assert [one["kind"] for one in _json(capsys)] == ["credits", "log-cases"]


def test_education_is_told(portfolio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["programme", "cme", str(portfolio), "--on", "2026-11-26", "--json"]) == 0
    [cycle] = _json(capsys)["cycles"]
    assert (cycle["body"], cycle["last"], cycle["missing"]) == ("ardms", "2027-12-31", "30")
    assert run(["programme", "cme", str(portfolio), "--on", "2026-11-26", "--language", "es"]) == 0
    assert "créditos" in capsys.readouterr().out


def test_rules_are_shown_checked_signed_and_taken_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["programme", "rules", "show", "--kind", "cases", "--json"]) == 0
    assert len(_json(capsys)["rules"]) == 10
    assert run(["programme", "rules", "show", "--on", "2019-12-31"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    shipped = assets.folder("programme", "rules.toml")
    book = tmp_path / "rules.toml"
    book.write_text(shipped.read_text(encoding="utf-8").replace("count = 30", "count = none"), encoding="utf-8")
    assert run(["programme", "rules", "check", str(book)]) == 1
    assert "rules.toml:" in capsys.readouterr().err
    book.write_text(shipped.read_text(encoding="utf-8").replace("count = 30", "count = 29"), encoding="utf-8")
    assert run(["programme", "rules", "check", str(book)]) == 0
    assert run(["programme", "rules", "check", str(book), "--before", str(shipped)]) == 1
    assert "programme.rewrites_history" in capsys.readouterr().err
    monkeypatch.setenv("POCUS_PASSPHRASE", "a passphrase of the academy")
    keys = tmp_path / "keys"
    AcademyKeys.generate().save(FileKeyStore(keys, "a passphrase of the academy"))
    signed = tmp_path / "rules.json"
    assert run(["programme", "rules", "sign", str(shipped), "--keys", str(keys), "--out", str(signed)]) == 0
    assert run(["programme", "rules", "take", str(signed)]) == 1  # this computer was never set up: it believes nobody
    assert "programme.not_the_academys" in capsys.readouterr().err
    hub = tmp_path / "hub"
    hub.mkdir()
    assert run(["programme", "rules", "take", str(signed), "--hub", str(hub), "--keys", str(keys)]) == 0
    ring = AcademyRing.load(FileKeyStore(keys, "a passphrase of the academy"))
    assert require_rules(hub / RULES, ring.verifiers).digest == shipped_rules().digest
    with pytest.raises(NotTheAcademysError):  # a hub does not go on by other rules than its own
        require_rules(hub / RULES, [SigningKey.generate().public])
    rows = shipped.read_text(encoding="utf-8").split("[[rule]]")
    lung = next(row for row in rows if 'id = "cases-lung-2020"' in row).replace("cases-lung-2020", "cases-lung-x")
    begins = lung.replace("from = 2020-01-01", "from = 2027-03-01")
    later = "[[rule]]".join([*rows, begins]).replace("published = 2026-11-26", "published = 2027-03-01")
    book.write_text(later, encoding="utf-8")
    assert run(["programme", "rules", "check", str(book), "--before", str(shipped)]) == 1, "not after its own day"
    book.write_text(later.replace("published = 2027-03-01", "published = 2027-02-01"), encoding="utf-8")
    assert run(["programme", "rules", "check", str(book), "--before", str(shipped)]) == 0
    assert run(["programme", "rules", "sign", str(book), "--keys", str(keys), "--out", str(signed)]) == 0
    take = ["programme", "rules", "take", str(signed), "--hub", str(hub), "--keys", str(keys)]
    in_kiritimati = round(datetime(2027, 2, 28, 11, tzinfo=UTC).timestamp() * 1000)  # 1 March has begun there
    monkeypatch.setattr(programme_rules, "now", lambda: in_kiritimati)
    assert run(take) == 1
    assert capsys.readouterr().err.count("programme.rewrites_history") == 2
    assert run([*take, "--late"]) == 0
    ring = ring.rotated(now_ms=1).with_revoked(ring.current.signing.key_id, since_ms=1, why="stolen")
    ring.save(FileKeyStore(keys, "a passphrase of the academy"))
    with pytest.raises(NotTheAcademysError):  # by a revoked key's signature the hub does not start
        require_rules(hub / RULES, ring.verifiers)
    capsys.readouterr()
    assert run(["programme", "rules", "sign", str(shipped), "--keys", str(keys), "--out", str(signed)]) == 0
    assert run(take) == 1, "shorter than what the revoked key signed"
    assert "programme.rewrites_history" in capsys.readouterr().err
    assert run(["programme", "rules", "sign", str(book), "--keys", str(keys), "--out", str(signed)]) == 0
    assert run(take) == 0, "as the guide says"
    assert require_rules(hub / RULES, ring.verifiers).named("cases-lung-x") is not None


def test_cases_come_from_csv_once_and_what_cannot_be_taken_is_given_back(
    portfolio: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, rest = tmp_path / "log.csv", tmp_path / "rest.csv"
    log.write_text("date,area,findings\n2025-11-26,lung,ok\n26/11/2025,lung,ok\n")
    asked = ["programme", "cases", "import", str(log), str(portfolio)]
    assert run(asked) == 1
    assert "Nothing was taken. Could be taken: 1. Known already: 0. Cannot be taken: 1." in capsys.readouterr().out
    assert run([*asked, "--rest", str(rest)]) == 1
    found = capsys.readouterr()
    assert "Taken: 1. Known already: 0. Not taken: 1." in found.out
    assert "log.csv:3:1" in found.err
    mended = ["programme", "cases", "import", str(rest), str(portfolio), "--dates", "day"]
    assert run(mended) == 0
    assert "Known already: 1" in capsys.readouterr().out  # it says the same as the row that was taken
    assert run([*mended, "--further"]) == 0
    assert "Taken: 1" in capsys.readouterr().out
    assert run([*asked, "--language", "es"]) == 1
    assert "Ya conocidas: 1" in capsys.readouterr().out
    out = tmp_path / "out.csv"
    assert run(["programme", "cases", "export", str(portfolio), str(out)]) == 0
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 1 + 19 + 2


def test_certificates_of_education_come_from_csv_and_leave_as_one(
    portfolio: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, rest = tmp_path / "cme.csv", tmp_path / "rest.csv"
    log.write_text(
        "date,activity,provider,credits,approvals\n2026-02-28,Lung,AIUM,3,aium\n2026-02-30,Heart,AIUM,3,aium\n"
    )
    asked = ["programme", "credits", "import", str(log), str(portfolio), "--rest", str(rest)]
    assert run(asked) == 1
    assert "Taken: 1. Known already: 0. Not taken: 1." in capsys.readouterr().out
    assert run(asked) == 1
    assert "Known already: 1" in capsys.readouterr().out
    assert "Heart" in rest.read_text(encoding="utf-8-sig")
    assert run(["programme", "cme", str(portfolio), "--on", "2026-11-26", "--json"]) == 0
    assert _json(capsys)["cycles"][0]["have"] == "3"
    out = tmp_path / "out.csv"
    assert run(["programme", "credits", "export", str(portfolio), str(out)]) == 0
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_cases_are_counted_from_dicom_once(portfolio: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "readme.txt").write_text("none")
    asked = ["programme", "cases", "count", str(tmp_path / "scans"), str(portfolio), "--area", "lung"]
    assert run(asked) == 0
    assert "Studies taken: 0." in capsys.readouterr().out


def test_a_portfolio_without_an_account_takes_no_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text("date,area\n2025-11-26,lung\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(["programme", "cases", "import", str(log), str(empty)]) == 1
    assert "programme.no_account" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "1812-01-01"])
def test_a_day_that_is_none_is_refused(portfolio: Path, day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["programme", "eligibility", str(portfolio), "--on", day]) == 2
    assert "day" in capsys.readouterr().err


def test_a_day_before_any_rule_is_told_by_name(portfolio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["programme", "eligibility", str(portfolio), "--on", "2019-12-31"]) == 1
    assert "programme.no_rule" in capsys.readouterr().err
