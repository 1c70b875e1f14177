"""A journal that was cut or altered anywhere: the station recovers it or refuses it by name, and keeps what is left."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.views import CaseView
from tests.e2e.academy import LEFT, RIGHT, Academy, answer, answered, at, hand_in, told, until

REFUSALS = {
    "sitting.journal_damaged",
    "sitting.journal_altered",
    "sitting.journal_cut",
    "sitting.not_a_journal",
    "sitting.cannot_resume",
    "sitting.newer_journal",
    "sitting.bad_history",
    "app.journal_lost",
}
"""By which names a broken journal is refused."""

ANSWERS = (LEFT, RIGHT) * 20


@pytest.fixture
def sat(academy: Academy, tmp_path: Path) -> tuple[str, Path]:
    """A sitting with forty answers, closed; its admission and a copy of its folder as a power cut would leave it."""
    admission_id, opened = academy.begin()
    for response in ANSWERS:
        answer(opened, response)
    running = tmp_path / "running"
    shutil.copytree(academy.journal(admission_id).parent, running)
    academy.leave()
    return admission_id, running


def _lay(folder: Path, files: dict[str, bytes]) -> None:
    """Put files into an empty folder."""
    shutil.rmtree(folder)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "journal.sqlite-shm"}


def _outcome(academy: Academy, admission_id: str, files: dict[str, bytes]) -> str:
    """How opening ends: the code of a refusal, or how many of the recorded answers there are."""
    folder = academy.journal(admission_id).parent
    _lay(folder, files)
    assert len(academy.station.choices("en")) == 1
    try:
        opened = academy.open(admission_id)
    except PocusError as refused:
        told(refused, refused.code)
        assert (folder / "journal.sqlite").exists(), "what is left stays for the academy"
        return refused.code
    events = [one.event for one in opened.sitting.recorded if one.event.type == "answered"]
    assert [one.response for one in events] == list(ANSWERS[: len(events)]), "what is shown is a beginning of what was"
    academy.leave()
    return str(len(events))


def test_a_journal_cut_anywhere_is_refused_by_name(academy: Academy, sat: tuple[str, Path]) -> None:
    admission_id, _ = sat
    whole = _files(academy.journal(admission_id).parent)
    size = len(whole["journal.sqlite"])
    seen: Counter[str] = Counter()
    for keep in sorted({*range(0, size, size // 24), 1, 100, 4095, 4096, 4097, size - 4096, size - 1}):
        seen[_outcome(academy, admission_id, {**whole, "journal.sqlite": whole["journal.sqlite"][:keep]})] += 1
    assert set(seen) <= REFUSALS, "none goes on as if nothing were missing"
    assert _outcome(academy, admission_id, whole) == str(len(ANSWERS))


def test_a_journal_with_a_changed_byte_is_refused_or_whole(academy: Academy, sat: tuple[str, Path]) -> None:
    admission_id, _ = sat
    whole = _files(academy.journal(admission_id).parent)
    data = whole["journal.sqlite"]
    seen: Counter[str] = Counter()
    for place in range(7, len(data), len(data) // 40):
        changed = data[:place] + bytes((data[place] ^ 0x40,)) + data[place + 1 :]
        seen[_outcome(academy, admission_id, {**whole, "journal.sqlite": changed})] += 1
    assert set(seen) <= {*REFUSALS, str(len(ANSWERS))}, "a byte that carries nothing, or a refusal; never fewer answers"
    assert len(seen) > 1


def test_a_log_cut_by_a_power_cut_recovers_to_its_last_whole_entry(academy: Academy, sat: tuple[str, Path]) -> None:
    """What the disk had not kept of the log is gone with the power; everything before it goes on."""
    admission_id, running = sat
    files = _files(running)
    log = files["journal.sqlite-wal"]
    assert len(log) > 100_000
    seen = [
        int(_outcome(academy, admission_id, {**files, "journal.sqlite-wal": log[:keep]}))
        for keep in (*range(0, len(log), len(log) // 16), len(log) - 1, len(log))
    ]
    assert seen == sorted(seen)
    assert seen[-1] == len(ANSWERS)


def test_a_recovered_sitting_is_answered_handed_in_and_sealed(academy: Academy, sat: tuple[str, Path]) -> None:
    admission_id, running = sat
    files = _files(running)
    log = files["journal.sqlite-wal"]
    _lay(academy.journal(admission_id).parent, {**files, "journal.sqlite-wal": log[: len(log) // 2]})
    opened = academy.open(admission_id)
    assert answered(at(opened, CaseView, "arrival")) in {LEFT, RIGHT}
    answer(opened, LEFT)
    assert hand_in(opened).sealed_digest


@pytest.mark.parametrize("name", ["journal.sqlite", "admission.dsse.json"])
def test_a_missing_file_of_a_sitting_is_never_taken_for_a_new_one(
    academy: Academy, sat: tuple[str, Path], name: str
) -> None:
    admission_id, _ = sat
    folder = academy.journal(admission_id).parent
    whole = _files(folder)
    _lay(folder, {other: data for other, data in whole.items() if other != name})
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id)
    told(
        refused.value,
        {"journal.sqlite": "app.journal_lost", "admission.dsse.json": "sitting.other_admission"}[name],
    )
    _lay(folder, whole)
    opened = academy.open(admission_id)
    until(opened, lambda view: answered(view) == ANSWERS[-1])
