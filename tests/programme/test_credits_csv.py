"""Certificates of education from CSV: as certificates say it, whole or told."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.programme.cme.csv_file import read_credits_csv, write_credits_csv
from pocus_desktop.programme.csv_sheet import Table
from pocus_desktop.programme.documents.candidate import CmeCredit
from pocus_desktop.programme.rules.load import shipped_rules
from tests.programme.samples import credit

_HEAD = "date,activity,provider,credits,approvals,number,way,topic,subjects\n"


def _read(data: str | bytes, **options: Any) -> Table[CmeCredit]:
    raw = data.encode() if isinstance(data, str) else data
    said: dict[str, Any] = {
        "account_id": "acc_00000000000000000001",
        "today": date(2026, 11, 26),
        "rules": shipped_rules(),
    }
    return read_credits_csv(raw, "cme.csv", **(said | options))


def test_a_row_says_what_a_certificate_says() -> None:
    found = _read(
        _HEAD + '2026-02-28,"Lung, advanced",Gulfcoast Ultrasound Institute,1.25,ARDMS; accme,L-1,In person,'
        "advanced imaging,cardiovascular lung\n"
    )
    assert found.problems == ()
    [one] = found.documents
    assert (one.activity, one.activity_id, one.provider, str(one.credits)) == (
        "Lung, advanced",
        "L-1",
        "gulfcoast",
        "1.25",
    )
    assert (one.approvals, one.way, one.subjects) == (("ardms", "accme"), "in-person", ("cardiovascular", "lung"))


def test_four_columns_are_enough_and_spanish_is_read() -> None:
    found = _read("Fecha;Actividad;Proveedor;Créditos;Modalidad\n2026-02-28;Pulmón;Otro;1,5;presencial\n")
    assert found.problems == ()
    [one] = found.documents
    assert (one.provider, one.provider_name, str(one.credits), one.way) == (None, "Otro", "1.5", "in-person")
    assert one.topic is None  # nobody said


@pytest.mark.parametrize(
    ("cells", "column", "kind"),
    [
        (("2026-02-29", "A", "P", "1"), 1, "date-none"),
        (("2027-01-01", "A", "P", "1"), 1, "date-to-come"),
        (("2026-02-28", " ", "P", "1"), 2, "missing"),
        (("2026-02-28", "A" * 201, "P", "1"), 2, "too-long-line"),
        (("2026-02-28", "A", "P", "1.255"), 4, "credits"),
        (("2026-02-28", "A", "P", "one"), 4, "credits"),
        (("2026-02-28", "A", "P", "-1"), 4, "credits"),
        (("2026-02-28", "A", "P", "1", "心"), 5, "names"),
        (("2026-02-28", "A", "P", "1", "", "", "by pigeon"), 7, "way"),
        (("2026-02-28", "A", "P", "1", "", "", "", "poetry"), 8, "topic"),
        (("2026-02-28", "A\x07", "P", "1"), 2, "control-character"),
    ],
)
def test_a_slip_is_told_with_its_place(cells: tuple[str, ...], column: int, kind: str) -> None:
    found = _read(_HEAD + ",".join(cells) + "\n")
    assert [(one.line, one.column, one.code) for one in found.problems] == [(2, column, f"cme.{kind}")]
    assert (found.documents, found.refused) == ((), ((2, cells),))
    assert _read(_HEAD + ",".join(cells) + "\n", language="es").problems[0].fix != found.problems[0].fix


def test_what_was_exported_is_read_again_as_it_was() -> None:
    first = _read(_HEAD + "2026-02-28,=A,P,1.25,ardms,L-1,correspondence,professional skills,lung\n").documents
    data = write_credits_csv(first)
    assert b",'=A," in data
    again = _read(data)
    assert again.documents == first
    assert _read(_HEAD + "2026-02-28,A,P,1\n2026-02-28,A,P,1\n").documents[0] != first[0]


def test_a_column_left_out_says_what_an_empty_one_does() -> None:
    four = _read("date,activity,provider,credits\n2026-02-28,A,P,1\n").documents
    assert _read(write_credits_csv(four)).documents == four


def test_rows_that_say_the_same_are_one_and_told() -> None:
    row = "2026-02-28,A,P,1,ardms\n"
    found = _read(_HEAD + row + "2026-03-01,A,P,1,ardms\n" + row)
    assert [(one.line, one.code, str(one.severity)) for one in found.problems] == [(4, "cme.row-twice", "warning")]
    assert "row 2" in found.problems[0].what
    assert (len(found.documents), found.refused, found.is_whole) == (2, (), True)


def test_what_is_noted_already_is_told_and_not_taken_again() -> None:
    by_hand = credit("2026-02-28", "1", activity="Lung  course", provider_name="Gulfcoast Ultrasound Institute")
    said = by_hand.model_copy(update={"provider": "gulfcoast"})
    rows = "2026-02-28,lung course,Gulfcoast Ultrasound Institute,1\n2026-02-28,lung course,Gulfcoast,2\n"
    found = _read(_HEAD + rows, held=[said])
    assert [one.code for one in found.problems] == ["cme.known"]
    assert (found.known, [str(one.credits) for one in found.documents]) == (1, ["2"])
    again = _read(_HEAD + rows, held=[said, *found.documents])
    assert again.documents == found.documents  # what came from a table is known by its id


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff" + "fecha;actividad;proveedor;créditos\r\n2026-02-28;Pulmón;Otro;1,5\r\n",
        "fecha\tactividad\tproveedor\tcréditos\n2026-02-28\tPulmón\tOtro\t1.5\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_what_excel_saves_is_read(data: str, encoding: str) -> None:
    raw = data.removeprefix("\ufeff").encode(encoding)
    marks = {"utf-8": b"\xef\xbb\xbf", "utf-16": b"", "utf-16-be": b"\xfe\xff"}
    [one] = _read(marks[encoding] + raw).documents
    assert (one.activity, str(one.credits)) == ("Pulmón", "1.5")


def test_days_counted_from_either_beginning_are_both_told() -> None:
    found = _read(_HEAD + "46081,A,P,1\n")
    assert found.problems[0].code == "cme.date-serial"
    assert "2026-02-28 / 2030-03-01" in found.problems[0].what


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_HEAD + "2026-02-28,A\x00B,P,1\n", "cme.zero-byte"),
        (_HEAD + f"2026-02-28,{'A' * 10_001},P,1\n", "cme.too-long"),
        (_HEAD + f'2026-02-28,"{"A" * 200_000}",P,1\n', "cme.not-csv"),
        (_HEAD + "2026-02-28,A,P,1" + ",x" * 20 + "\n", "cme.too-many-cells"),
    ],
)
def test_hostile_cells_are_told(data: str, code: str) -> None:
    assert code in {one.code for one in _read(data).problems}


@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_told(data: bytes) -> None:
    found = _read(data)
    assert found.problems or found.documents or not data.strip()
