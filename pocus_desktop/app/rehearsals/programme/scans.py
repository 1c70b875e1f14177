"""Papers of a synthetic candidate: a case log, a folder of DICOM files, certificates of education. Nobody's."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage, generate_uid

_PREAMBLE: Final = b"\x00" * 128
_PDF: Final = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length %d>>stream
%s
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%%%EOF
"""


def write_log(file: Path, *, area: str, until: date, how_many: int) -> Path:
    """A case log as a table, with one row whose day is written as nobody can read it."""
    rows = ["date,area,findings,performed,interpreted"]
    rows += [
        f"{until - timedelta(days=9 * number + 2)},{area},Femoral and popliteal vein compressed,yes,yes"
        for number in range(how_many)
    ]
    rows.append(f"31.02.{until.year},{area},A day that there is not,yes,yes")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def write_scans(folder: Path, *, until: date, how_many: int) -> Path:
    """A folder of studies, two pictures each, of a patient that there is not."""
    for number in range(how_many):
        study, day = generate_uid(), until - timedelta(days=7 * number + 1)
        for picture in ("1", "2"):
            meta = FileMetaDataset()
            meta.MediaStorageSOPClassUID = UltrasoundImageStorage
            meta.MediaStorageSOPInstanceUID = generate_uid()
            meta.TransferSyntaxUID = ExplicitVRLittleEndian
            path = folder / f"study-{number + 1}" / f"{picture}.dcm"
            said = FileDataset(str(path), Dataset(), file_meta=meta, preamble=_PREAMBLE)
            said.SOPClassUID = meta.MediaStorageSOPClassUID
            said.StudyInstanceUID, said.StudyDate, said.Modality = study, f"{day:%Y%m%d}", "US"
            said.PatientName, said.PatientID = "Nobody^Synthetic", "NONE"
            path.parent.mkdir(parents=True, exist_ok=True)
            said.save_as(path, enforce_file_format=True)
    return folder


def write_paper(file: Path, words: str) -> Path:
    """A page that proves something."""
    drawn = b"BT /F1 14 Tf 20 120 Td (%s) Tj ET" % words.encode("ascii")
    file.write_bytes(_PDF % (len(drawn), drawn))
    return file


def write_credits(file: Path, rows: list[tuple[date, str, str, str, str]]) -> Path:
    """Certificates of education as a table: day, activity, provider, credits, approvals."""
    lines = ["date,activity,provider,credits,approvals"]
    lines += [f"{day},{activity},{provider},{count},{approvals}" for day, activity, provider, count, approvals in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
