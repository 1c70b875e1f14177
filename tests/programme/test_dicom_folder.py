"""Cases counted from DICOM: one a study, nothing of the patient, and no file that stops the count."""

from datetime import date
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, generate_uid

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.case_log.dicom_folder import as_entries, count_studies
from pocus_desktop.programme.documents.registry import encode_document
from pocus_desktop.programme.values import Approach

_TODAY = date(2026, 11, 26)
_ACCOUNT = "acc_00000000000000000001"
_PATIENT = "Secret^Person"


def a_file(path: Path, uid: str, day: str, modality: str = "US", **more: object) -> Path:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.6.1")
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    said = FileDataset(str(path), Dataset(), file_meta=meta, preamble=b"\x00" * 128)
    said.SOPClassUID = meta.MediaStorageSOPClassUID
    said.PatientName = _PATIENT
    said.PatientID = "MRN-7"
    said.PatientBirthDate = "19700101"
    for name, value in {"StudyInstanceUID": uid, "StudyDate": day, "Modality": modality, **more}.items():
        if value:
            setattr(said, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    said.save_as(path, enforce_file_format=True)
    return path


def test_a_study_is_one_case_however_many_files_it_has(tmp_path: Path) -> None:
    a_file(tmp_path / "a" / "1", "1.2.3", "20260301")
    a_file(tmp_path / "a" / "2", "1.2.3", "20260228")  # past midnight: the earlier day counts
    a_file(tmp_path / "b.dcm", "1.2.4", "20260105")
    a_file(tmp_path / "ct.dcm", "1.2.5", "20260105", "CT")
    (tmp_path / "notes.txt").write_text("no DICOM")
    counted = count_studies(tmp_path, account_id=_ACCOUNT, today=_TODAY)
    assert [(one.day, one.files) for one in counted.studies] == [(date(2026, 1, 5), 1), (date(2026, 2, 28), 2)]
    assert (counted.other_modality, counted.not_dicom, counted.passed) == (1, 1, ())
    entries = as_entries(counted, ContentArea.OBSTETRICS_FIRST_TRIMESTER, approach=Approach.TRANSVAGINAL)
    assert [(one.performed_on, one.approach, one.origin) for one in entries] == [
        (date(2026, 1, 5), "transvaginal", "dicom"),
        (date(2026, 2, 28), "transvaginal", "dicom"),
    ]
    known = frozenset(one.study for one in entries if one.study is not None)
    assert as_entries(counted, ContentArea.LUNG, known=known) == ()


def test_nothing_of_the_patient_and_no_uid_leaves(tmp_path: Path) -> None:
    a_file(tmp_path / "one.dcm", "1.2.840.99", "20260301")
    counted = count_studies(tmp_path, account_id=_ACCOUNT, today=_TODAY)
    written = b"".join(encode_document(one) for one in as_entries(counted, ContentArea.LUNG)) + str(counted).encode()
    assert not any(part in written for part in (b"Secret", b"MRN", b"1970", b"1.2.840.99"))
    other = count_studies(tmp_path, account_id="acc_00000000000000000002", today=_TODAY)
    assert other.studies[0].study != counted.studies[0].study


def test_files_that_cannot_be_counted_are_told_and_stop_nothing(tmp_path: Path) -> None:
    whole = a_file(tmp_path / "whole.dcm", "1.2.3", "20260301").read_bytes()
    a_file(tmp_path / "no-study.dcm", "", "20260301")
    a_file(tmp_path / "no-day.dcm", "1.2.6", "")
    a_file(tmp_path / "odd-day.dcm", "1.2.7", "").write_bytes(
        a_file(tmp_path / "x.dcm", "1.2.7", "20260301").read_bytes().replace(b"20260301", b"20260230")
    )
    (tmp_path / "x.dcm").unlink()
    a_file(tmp_path / "tomorrow.dcm", "1.2.8", "20261127")
    (tmp_path / "cut.dcm").write_bytes(whole[:140])
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "link.dcm").symlink_to(tmp_path / "whole.dcm")
    (tmp_path / "loop").symlink_to(tmp_path)
    counted = count_studies(tmp_path, account_id=_ACCOUNT, today=_TODAY)
    assert len(counted.studies) == 1
    assert dict(counted.passed) == {
        "no-study.dcm": "no-study",
        "no-day.dcm": "no-day",
        "odd-day.dcm": "no-day",
        "tomorrow.dcm": "to-come",
        "cut.dcm": "damaged",
    }
    assert counted.not_dicom == 1


def test_a_file_cut_anywhere_is_counted_or_told(tmp_path: Path) -> None:
    whole = a_file(tmp_path / "whole.dcm", "1.2.3", "20260301").read_bytes()
    (tmp_path / "whole.dcm").unlink()
    path = tmp_path / "cut.dcm"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        found = count_studies(tmp_path, account_id=_ACCOUNT, today=_TODAY)
        assert len(found.studies) + len(found.passed) + found.other_modality + found.not_dicom == 1


def test_dates_as_early_devices_wrote_them_and_of_the_series_where_the_study_has_none(tmp_path: Path) -> None:
    a_file(tmp_path / "old.dcm", "1.2.3", "", SeriesDate="20260302")
    counted = count_studies(tmp_path, account_id=_ACCOUNT, today=_TODAY)
    assert [one.day for one in counted.studies] == [date(2026, 3, 2)]


def test_files_that_real_devices_wrote_are_counted() -> None:
    assert pydicom.__file__ is not None
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    counted = count_studies(folder, account_id=_ACCOUNT, today=_TODAY)
    assert [one.day for one in counted.studies] == [
        date(1997, 4, 24),
        date(2004, 8, 26),
        date(2011, 5, 25),
        date(2016, 5, 3),
    ]
    assert {why for _, why in counted.passed} == {"damaged", "deflated"}  # a few say neither modality nor class
    assert len(counted.passed) < 7
    assert counted.other_modality > 50


def test_a_file_that_would_have_to_be_inflated_is_passed_over(tmp_path: Path) -> None:
    path = a_file(tmp_path / "one.dcm", "1.2.3", "20260301")
    said = pydicom.dcmread(path)
    said.add_new((0x0009, 0x0010), "LO", "FILLER")
    said.add_new((0x0009, 0x1001), "OB", bytes(4_000_000))
    said.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    said.save_as(path)
    assert path.stat().st_size < 20_000
    counted = count_studies(tmp_path, account_id=_ACCOUNT, today=_TODAY)
    assert (counted.studies, counted.passed) == ((), (("one.dcm", "deflated"),))
