"""Fuzz targets about tables that other programs wrote: the case log, and continuing education."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from pocus_desktop.case.problems import Problem
from pocus_desktop.programme.case_log.csv_file import read_case_csv, write_case_csv
from pocus_desktop.programme.cme.csv_file import read_credits_csv, write_credits_csv
from pocus_desktop.programme.csv_sheet import write_refused
from pocus_desktop.programme.rules.load import shipped_rules
from tests.fuzz.target import Target, WrongResultError

_ACCOUNT: Final = "acc_00000000000000000001"
_TODAY: Final = date(2026, 11, 26)
_HEADING: Final = b"date,activity,provider,credits,approvals,number,way,topic,subjects\n"


def _require_told(problems: Iterable[Problem]) -> None:
    for one in problems:
        if "{" in one.fix or not one.what or not one.fix:
            raise WrongResultError("a problem of a row is not told")


def _read_credits(data: bytes) -> None:
    rules = shipped_rules()
    found = read_credits_csv(data, "cme.csv", account_id=_ACCOUNT, today=_TODAY, rules=rules)
    _require_told(found.problems)
    again = read_credits_csv(
        write_credits_csv(found.documents), "cme.csv", account_id=_ACCOUNT, today=_TODAY, rules=rules
    )
    if again.documents != found.documents:
        raise WrongResultError("credits do not come back as they were read")
    write_refused(found)


def _read_cases(data: bytes) -> None:
    found = read_case_csv(data, "log.csv", account_id=_ACCOUNT, today=_TODAY)
    _require_told(found.problems)
    again = read_case_csv(write_case_csv(found.documents), "log.csv", account_id=_ACCOUNT, today=_TODAY)
    if [one.performed_on for one in again.documents] != [one.performed_on for one in found.documents]:
        raise WrongResultError("cases do not come back as they were read")
    write_refused(found)


TABLE_TARGETS: Final = (
    Target(
        name="credits-csv",
        read=_read_credits,
        seeds=lambda: (
            _HEADING
            + b'2026-02-28,"Lung, advanced",Gulfcoast Ultrasound Institute,1.25,ARDMS accme,L-1,online,,lung\n',
            "fecha;actividad;proveedor;créditos\r\n2026-02-28;=Pulmón;Otro;1,5\r\n46081;x;y;z\r\n".encode("utf-16"),
        ),
    ),
    Target(
        name="cases-csv",
        read=_read_cases,
        seeds=lambda: (
            b"date,area,approach,performed,findings\n2026-02-28,lung,,yes,B lines\n",
            "fecha;área;hallazgos\r\n28/02/2026;Pulmón;@líneas\r\n".encode("cp1252"),
        ),
    ),
)
