"""Cases counted from folders of DICOM, and a portfolio with a large log.

Counting is held beside the same count in a dozen lines of plain pydicom, which reads the same tags with the same
function and keeps a day by study; ours tells besides what was passed over and why, opens no file that would inflate
without end, follows no link and lets no UID out. That it grows with the files is told by twice as many.

The portfolio is the one of the window (`PortfolioDesk`) with 20 000 logged cases: opened and shown first, which is to
say every writing read, checked and gathered and every area told of; shown once more, which tells of all areas anew; and
one case added and shown. The reference for the first is what nobody can leave out: the same rows read from the same
file and taken apart as JSON, checked by nobody. For the others it is the first: neither may cost what opening costs.

All in seconds of this process's processor; making files and log is not timed.
"""

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import pydicom
from pydicom.errors import InvalidDicomError

from benchmarks.claim import Claim, at_most
from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.programme.case_log.dicom_folder import count_studies
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.desk import DATABASE, PortfolioDesk
from pocus_desktop.programme.rules.load import shipped_rules
from tests.programme.test_dicom_folder import a_file

STUDIES: Final = 300
FILES: Final = 5
"""Of each study."""

CASES: Final = 20_000
ROUNDS: Final = 5
NOW_MS: Final = 1_797_336_000_000
TODAY: Final = date(2026, 12, 15)
_TAGS: Final = ["SOPClassUID", "Modality", "StudyInstanceUID", "StudyDate", "AcquisitionDate", "SeriesDate"]


def run() -> list[Claim]:
    """Both."""
    with tempfile.TemporaryDirectory(prefix="pocus-bench-case-log-") as folder:
        return [*_counting(Path(folder, "dicom")), *_keeping(Path(folder, "portfolio"))]


def _counting(folder: Path) -> list[Claim]:
    for number in range(2 * STUDIES):
        half = folder / ("first" if number < STUDIES else "second") / f"{number:05}"
        day = f"{TODAY - timedelta(days=number % 700):%Y%m%d}"
        for file in range(FILES):
            a_file(half / f"{file}.dcm", f"1.2.840.99.{number}", day, PixelData=b"\0" * 65536)
    ours, theirs, whole = [], [], []
    for _ in range(ROUNDS):
        ours.append(_spent(lambda: _count(folder / "first")))
        theirs.append(_spent(lambda: _count_plainly(folder / "first")))
        whole.append(_spent(lambda: _count(folder)))
    found, plain = _count(folder), _count_plainly(folder)
    assert len(found) == len(plain) == 2 * STUDIES
    assert sorted(found) == sorted(plain.values()), "both must count the same days"
    files = STUDIES * FILES
    return [
        at_most(
            f"Cases counted from {files:,} DICOM files ({1000 * median(ours) / files:.2f} ms each), against pydicom",
            ours=round(median(ours), 3), reference=round(median(theirs), 3), unit="s", goal=2.0,
        ),
        at_most(
            f"Cases of {2 * files:,} DICOM files counted, against twice those of {files:,}",
            ours=round(median(whole), 3), reference=round(2 * median(ours), 3), unit="s", goal=1.2,
        ),
    ]  # fmt: skip


def _count(folder: Path) -> list[date]:
    return [study.day for study in count_studies(folder, account_id="acc_1", today=TODAY).studies]


def _count_plainly(folder: Path) -> dict[str, date]:
    days: dict[str, date] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                said = pydicom.dcmread(Path(place, name), stop_before_pixels=True, specific_tags=list(_TAGS))
            except InvalidDicomError:
                continue
            if said.Modality == "US":
                day = date.fromisoformat(said.StudyDate)
                days[said.StudyInstanceUID] = min(day, days.get(said.StudyInstanceUID, day))
    return days


def _keeping(folder: Path) -> list[Claim]:
    desk = _desk(folder)
    account = {"name": "Ana Roe", "email": "ana@example.org", "country": "ES", "zone": "Europe/Madrid"}
    desk.write(changes.write_account(desk.portfolio(), now_ms=NOW_MS, **account))
    areas = list(ContentArea)
    empty = desk.portfolio()
    desk.write(
        *(
            changes.write_case(
                empty,
                today=TODAY,
                performed_on=TODAY - timedelta(days=number % 700),
                area=areas[number % len(areas)],
                findings="Normal.",
            )
            for number in range(CASES)
        )
    )
    desk.close()
    opened, again, added, plain = [], [], [], []
    for _ in range(ROUNDS):
        plain.append(_spent(lambda: _rows(folder / DATABASE)))
        begun = time.process_time()
        desk = _desk(folder)
        view = desk.view()
        opened.append(time.process_time() - begun)
        assert len(view.portfolio.cases) >= CASES
        again.append(_spent(desk.view))
        added.append(_spent(partial(_add_one, desk)))
        desk.close()
    return [
        at_most(
            f"A portfolio with {CASES:,} cases opened and shown, against its rows read and taken apart as JSON",
            ours=round(median(opened), 3), reference=round(median(plain), 3), unit="s", goal=6.0,
        ),
        at_most(
            f"Every area at a glance, of {CASES:,} cases in an open portfolio, against opening it",
            ours=round(median(again), 3), reference=round(median(opened), 3), unit="s", goal=0.5,
        ),
        at_most(
            f"One case added to {CASES:,}, durable and shown, against opening them",
            ours=round(median(added), 3), reference=round(median(opened), 3), unit="s", goal=0.5,
        ),
    ]  # fmt: skip


def _desk(folder: Path) -> PortfolioDesk:
    key = SigningKey.generate()
    clock = ManualClock(wall_ms=NOW_MS)
    return PortfolioDesk(folder, key=lambda: key, rules=lambda _keys: shipped_rules(), clock=clock)


def _add_one(desk: PortfolioDesk) -> None:
    before = desk.portfolio()
    desk.write(changes.write_case(before, today=TODAY, performed_on=TODAY, area=ContentArea.LUNG))
    assert len(desk.view().portfolio.cases) == len(before.cases) + 1


def _rows(database: Path) -> list[object]:
    with closing(sqlite3.connect(database)) as connection:
        return [json.loads(content) for (content,) in connection.execute("SELECT content FROM writing ORDER BY seq")]


def _spent(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
