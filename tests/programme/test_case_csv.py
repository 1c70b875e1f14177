"""A case log from other people's CSV: nothing guessed, nothing lost, nothing run."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.problems import Severity
from pocus_desktop.programme import csv_sheet
from pocus_desktop.programme.case_log.csv_file import read_case_csv, write_case_csv
from pocus_desktop.programme.csv_sheet import MAXIMUM_BYTES, Table, inert, live, write_refused
from pocus_desktop.programme.documents.candidate import CaseEntry
from tests.programme.samples import case

_TODAY = date(2026, 11, 26)
_ACCOUNT = "acc_00000000000000000001"


def _read(data: bytes | str, **options: Any) -> Table[CaseEntry]:
    raw = data.encode() if isinstance(data, str) else data
    return read_case_csv(raw, "log.csv", account_id=_ACCOUNT, today=_TODAY, **options)


def _told(found: Table[CaseEntry]) -> list[tuple[int, int, str]]:
    return [(one.line, one.column, one.code.removeprefix("case-log.")) for one in found.problems]


def test_a_plain_file_is_read_whole() -> None:
    found = _read(
        "date,area,approach,performed,interpreted,findings\n"
        "2026-02-28,Lung,,yes,yes,B lines\n"
        "2026-03-01,obstetrics-first-trimester,TV,,no,\n"
        '2026-03-02,AAA,,x,1,"Aorta 3.1 cm,\nno flap"\n'
    )
    assert found.is_whole
    assert [
        (str(one.performed_on), str(one.area), one.approach, one.did_perform, one.did_interpret, one.findings)
        for one in found.documents
    ] == [
        ("2026-02-28", "lung", None, True, True, "B lines"),
        ("2026-03-01", "obstetrics-first-trimester", "transvaginal", True, False, ""),
        ("2026-03-02", "abdominal-aortic-aneurysm", None, True, True, "Aorta 3.1 cm,\nno flap"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        "Fecha;Área clínica;Hallazgos\r\n2026-02-28;Pulmón;Líneas B\r\n".encode(),
        "Fecha;Área clínica;Hallazgos\n2026-02-28;Pulmón;Líneas B\n".encode("utf-8-sig"),
        "Fecha\tÁrea clínica\tHallazgos\n2026-02-28\tPulmón\tLíneas B\n".encode("utf-16"),
        "FECHA|AREA CLINICA|HALLAZGOS\n\n2026-02-28|PULMON|Líneas B".encode(),
    ],
)
def test_spanish_other_separators_and_other_encodings(data: bytes) -> None:
    found = _read(data)
    assert found.problems == ()
    assert [(str(one.performed_on), str(one.area), one.findings) for one in found.documents] == [
        ("2026-02-28", "lung", "Líneas B")
    ]


def test_an_old_encoding_is_read_and_told() -> None:
    found = _read("date,area,findings\n2026-02-28,Pulmón,ok\n".encode("cp1252"))
    assert _told(found) == [(2, 0, "encoding")]
    assert found.is_whole
    assert len(found.documents) == 1


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("28/02/2026", "date-written"),
        ("31/02/2026", "date-none"),
        ("02.03.2026", "date-order"),
        ("2026-02-29", "date-none"),
        ("2026-13-01", "date-none"),
        ("0000-01-01", "date-none"),
        ("1812-01-01", "date-none"),
        ("2026-11-27", "date-to-come"),
        ("46081", "date-serial"),
        ("28 Feb 2026", "date"),
        ("", "date"),
        ("٢٠٢٦-٠٢-٢٨", "date"),
        ("2026-02-28 and more", "date"),
    ],
)
def test_a_date_that_is_none_is_told_with_row_and_column(cell: str, kind: str) -> None:
    found = _read(f"findings,area,date\nok,lung,2026-01-01\nok,lung,{cell}\nok,lung,2026-01-02\n")
    assert _told(found) == [(3, 3, kind)]
    assert [str(one.performed_on) for one in found.documents] == ["2026-01-01", "2026-01-02"]
    assert found.refused == ((3, ("ok", "lung", cell)),)
    assert found.problems[0].fix


def test_both_readings_of_an_order_are_named() -> None:
    [problem] = _read("date,area\n03/04/2026,lung\n").problems
    assert "2026-04-03 / 2026-03-04" in problem.what
    [other] = _read("date,area\n28/02/2026,lung\n", language="es").problems
    assert "2026-02-28" in other.what
    assert "2026-28" not in other.what


@pytest.mark.parametrize(("is_day_first", "day"), [(True, "2026-04-03"), (False, "2026-03-04")])
def test_an_order_that_was_said_is_followed(is_day_first: bool, day: str) -> None:
    found = _read("date,area\n03/04/2026,lung\n", is_day_first=is_day_first)
    assert [str(one.performed_on) for one in found.documents] == [day]


def test_every_slip_of_a_row_is_told() -> None:
    found = _read("date,area,approach,performed\n2026-02-30,spleen?,sideways,perhaps,surplus\n")
    assert _told(found) == [
        (2, 1, "date-none"),
        (2, 2, "area"),
        (2, 3, "approach"),
        (2, 4, "flag"),
        (2, 5, "too-many-cells"),
    ]
    assert found.documents == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", [(0, 0, "empty")]),
        ("\n\n  \n", [(0, 0, "empty")]),
        ("area,findings\nlung,ok\n", [(1, 0, "column-missing")]),
        ("date,day,area\n2026-01-01,2026-01-01,lung\n", [(1, 2, "column-twice")]),
        ("date,area,colour\n2026-01-01,lung,red\n", [(1, 3, "unknown-column")]),
        ("date,area,Patient name,MRN\n2026-01-01,lung,x,1\n", [(1, 3, "identity-column"), (1, 4, "identity-column")]),
        (",".join(["date", "area", *map(str, range(300))]), [(1, 0, "too-many-columns")]),
    ],
)
def test_headings(data: str, told: list[tuple[int, int, str]]) -> None:
    assert _told(_read(data)) == told


def test_what_was_not_taken_is_given_back_and_read_again_once_mended() -> None:
    first = _read('date,area,findings\n2026-01-01,lung,one\n01/02/2026,lung,"=cmd|"" /C calc""!A0"\n')
    assert len(first.documents) == 1
    rest = write_refused(first)
    assert b"'=cmd" in rest
    again = _read(rest, is_day_first=True)
    assert [(str(one.performed_on), one.findings) for one in again.documents] == [("2026-02-01", '=cmd|" /C calc"!A0')]


BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@given(st.sampled_from(["", "'", *BEGINS]), st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
def test_no_cell_that_goes_out_runs_and_each_comes_back(begin: str, rest: str) -> None:
    cell = begin + rest
    assert not inert(cell).startswith(BEGINS)
    assert live(inert(cell)) == cell


@given(st.lists(st.text("=+-@'\",;\n aé", max_size=12), max_size=5))
def test_a_log_that_was_exported_is_imported_as_it_was(findings: list[str]) -> None:
    stripped = ["\n".join(one.strip().splitlines()) for one in findings]
    entries = [case("2026-01-01", findings=one) for one in stripped]
    found = _read(write_case_csv(entries))
    assert found.is_whole
    assert [one.findings for one in found.documents] == stripped


def test_the_same_file_twice_is_the_same_cases_and_equal_rows_are_several() -> None:
    data = "date,area\n2026-01-01,lung\n2026-01-01,lung\n"
    first, again = _read(data), _read(data)
    assert [one.case_entry_id for one in first.documents] == [one.case_entry_id for one in again.documents]
    assert len({one.case_entry_id for one in first.documents}) == 2
    other = read_case_csv(data.encode(), "log.csv", account_id="acc_00000000000000000002", today=_TODAY)
    assert {one.case_entry_id for one in other.documents}.isdisjoint(one.case_entry_id for one in first.documents)


def test_what_looks_like_a_patient_is_a_warning_and_the_case_is_taken() -> None:
    found = _read("date,area,findings\n2026-01-01,lung,Mrs Jane Roe MRN 00123456\n")
    assert [one.severity for one in found.problems] == [Severity.WARNING] * 2
    assert [one.code for one in found.problems] == ["case-log.identity-name", "case-log.identity-number"]
    assert all("Roe" not in one.what + one.fix for one in found.problems)
    assert len(found.documents) == 1


def test_bounds() -> None:
    assert _told(_read(b"x" * (MAXIMUM_BYTES + 1))) == [(0, 0, "too-large")]
    long = _read("date,area,findings\n2026-01-01,lung," + "a" * 10_001 + "\n")
    assert _told(long) == [(2, 3, "too-long")]
    endless = _read('date,area,findings\n2026-01-01,lung,"' + "a" * 200_000)
    assert _told(endless) == [(2, 0, "not-csv")]
    zero = _read("date,area,findings\n2026-01-01,lung,a\x00b\n")
    assert _told(zero) == [(2, 0, "zero-byte")]
    assert zero.documents[0].findings == "ab"
    bell = _read("date,area,findings\n2026-01-01,lung,a\x07b\n")
    assert _told(bell) == [(2, 3, "control-character")]
    assert len(bell.refused) == 1
    wide = _read("date,area," + "x," * 199 + "\n2026-01-01,lung\n")
    assert _told(wide) == [(1, 0, "too-many-columns")]


def test_no_more_rows_are_read_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_sheet, "MOST_ROWS", 2)
    found = _read("date,area,findings\n" + "2026-01-01,lung,one\n" * 5)
    assert _told(found) == [(4, 0, "too-many-rows")]
    assert len(found.documents) == 2


@given(st.binary(max_size=400))
def test_no_bytes_are_more_than_told(data: bytes) -> None:
    found = _read(data)
    assert found.problems or found.documents or not data.strip()


_CELLS = st.sampled_from(["2026-01-01", "01/02/2026", "lung", "=1+1", "", "MRN 123456", "é", "yes", "\n", '"'])


@given(st.lists(st.lists(_CELLS, min_size=1, max_size=4), max_size=8))
def test_each_row_is_taken_or_given_back(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["date", "area", "findings"], *rows])
    found = _read(out.getvalue())
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(found.documents) + len(found.refused) == len(filled)
    assert {number for number, _ in found.refused} == {
        one.line for one in found.problems if one.severity is Severity.ERROR and one.line > 1
    }
