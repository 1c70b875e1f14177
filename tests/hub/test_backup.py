"""Backups, tested by restoring them: into a fresh hub, which then is the one that was."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.hub.backup import back_up, restore, verify
from pocus_desktop.hub.errors import (
    BackupDamagedError,
    DumpFailedError,
    EnvelopeRefusedError,
    NoBackupError,
    NotEmptyError,
    ObjectDamagedError,
    OtherDatabaseError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.errors import NoFileError
from pocus_desktop.hub.records import store_engine, store_schema
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.hub.storage.places import FolderPlace, open_place
from pocus_desktop.hub.work import Worker
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.signed import sign_rules
from tests.hub.programme.applicant import Sender
from tests.hub.s3 import S3
from tests.hub.school import BUNDLE, Sat, School
from tests.hub.test_admissions import enrol

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    """Either is backed up."""
    if request.param == "postgresql" and (shutil.which("pg_dump") is None or shutil.which("pg_restore") is None):
        pytest.skip("pg_dump and pg_restore are not installed")
    return str(request.param)


@pytest.fixture
def fresh(kept_in: str, request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database of the same kind; None for SQLite, which makes its own."""
    return str(request.getfixturevalue("database")) if kept_in == "postgresql" else None


@pytest.fixture
def sats(school: School, hub: Hub) -> list[Sat]:
    """A hub with something of everything."""
    made = [school.sit(), school.sit(vein="yes"), school.sit(plan="wait")]
    for sat in made:
        hub.take(sat.partial)
    for sat in made[:2]:
        hub.take(sat.final)
    with pytest.raises(EnvelopeRefusedError):
        hub.take(school.sit(signer=AcademyKeys.generate()).final)
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Roe", who="ada")
    enrol(hub.registry, "North", kind="centre", centre_id="north")
    return made


def _ring(school: School) -> AcademyRing:
    return AcademyRing.of(school.keys, ())


def _back_up(school: School, **changes: Any) -> Path:
    into = school.folder / "backup"
    back_up(into, _ring(school), folder=school.folder / "hub", database_url=school.database_url, **changes)
    return into


def _state(hub: Hub) -> dict[str, Any]:
    """Everything that a hub knows."""
    return {
        "standings": hub.standings(),
        "reports": {one.sitting: hub.report(one.sitting) for one in hub.standings()},
        "receipts": {digest: hub.receipt(digest) for digest in hub.held()},
        "opened": {one.sitting: hub.opened(one.sitting).events for one in hub.standings()},
        "quarantined": hub.quarantined(),
        "stations": hub.registry.enrolments.all(),
        "candidate": hub.registry.candidates.find("C-17"),
        "history": hub.registry.candidates.history("C-17"),
        "log": hub.log.read("checkpoint"),
    }


def test_a_restored_hub_is_the_one_that_was(school: School, hub: Hub, sats: list[Sat], fresh: str | None) -> None:
    before = _state(hub)
    backup = _back_up(school)
    restored = restore(backup, _ring(school), folder=school.folder / "new", database_url=fresh)
    assert (restored.envelopes, len(before["receipts"])) == (5, 5)
    again = Hub(school.folder / "new", school.keys, fresh, clock=school.clock, is_scoring_later=False)
    assert _state(again) == before
    for sat in sats[:2]:
        assert not again.take(sat.final).is_new
    late = sats[2]
    assert again.take(late.final).is_new, "it goes on"
    assert again.report(late.sitting) is not None
    again.retry_quarantine()
    again.close()


def test_a_hub_is_backed_up_by_the_program_that_will_upgrade_it(
    school: School, hub: Hub, sats: list[Sat], fresh: str | None
) -> None:
    """An update's first step, as the refusal of an older database tells: stop, make a backup, upgrade."""
    before = _state(hub)
    hub.close()
    url = school.database_url or f"sqlite:///{school.folder / 'hub' / 'hub.sqlite'}"
    older = store_schema.revisions()[-2]
    store_engine.move(url, older, is_up=False)
    backup = _back_up(school)
    assert verify(backup, _ring(school)).records.revision == older
    restore(backup, _ring(school), folder=school.folder / "new", database_url=fresh)
    again = Hub(school.folder / "new", school.keys, fresh, clock=school.clock, is_scoring_later=False)
    assert _state(again) == before
    again.close()


def test_a_hub_that_runs_is_backed_up_and_the_next_time_only_what_is_new_is_copied(
    school: School, hub: Hub, sats: list[Sat], fresh: str | None
) -> None:
    into = school.folder / "backup"
    given: dict[str, Any] = {"folder": school.folder / "hub", "database_url": school.database_url}
    first = back_up(into, _ring(school), **given)
    assert (first.copied, first.entries) == (7, 7)
    hub.take(sats[2].final)
    second = back_up(into, _ring(school), **given)
    assert (second.copied, second.entries) == (1, 8)
    assert len(list(into.glob("database-*"))) == 1
    restored = restore(into, _ring(school), folder=school.folder / "new", database_url=fresh)
    assert restored.envelopes == 6


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_the_academys_rules_and_the_way_of_its_mail_come_back(school: School, hub: Hub, sats: list[Sat]) -> None:
    signed = sign_rules(shipped_rules(), school.keys.signing)
    (school.folder / "hub" / "rules.json").write_bytes(signed)
    (school.folder / "hub" / "mail.toml").write_text("format = 1\n")
    backup = _back_up(school)
    restore(backup, _ring(school), folder=school.folder / "new")
    assert (school.folder / "new" / "rules.json").read_bytes() == signed
    assert (school.folder / "new" / "mail.toml").read_text() == "format = 1\n"
    again = Hub(school.folder / "new", school.keys, clock=school.clock)
    assert again.academy.rules.digest == shipped_rules().digest
    again.close()
    (school.folder / "third").mkdir()
    (school.folder / "third" / "rules.json").write_bytes(b"another's")
    with pytest.raises(NotEmptyError):
        restore(backup, _ring(school), folder=school.folder / "third")
    assert (school.folder / "third" / "rules.json").read_bytes() == b"another's"


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_a_backup_that_was_cut_off_leaves_the_one_before(
    school: School, hub: Hub, sats: list[Sat], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = _back_up(school)
    before = verify(backup, _ring(school))
    hub.take(sats[2].final)

    def cut(*_given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Objects, "put", cut)
    with pytest.raises(KeyboardInterrupt):
        _back_up(school)
    assert verify(backup, _ring(school)) == before


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
@pytest.mark.parametrize("harm", [_flip, _cut, Path.unlink], ids=["flipped", "cut", "gone"])
def test_a_damaged_backup_is_refused_by_name_and_nothing_is_written(
    school: School, sats: list[Sat], fresh: str | None, harm: Callable[[Path], None]
) -> None:
    backup = _back_up(school)
    whole = {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    assert len(whole) == 9
    for path, data in whole.items():
        harm(path)
        with pytest.raises((BackupDamagedError, NoBackupError)) as told:
            restore(backup, _ring(school), folder=school.folder / "new", database_url=fresh)
        assert told.value.explain().next
        assert not (school.folder / "new").exists()
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    verify(backup, _ring(school))


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_a_manifest_cut_anywhere_is_refused(school: School, sats: list[Sat]) -> None:
    backup = _back_up(school)
    path = backup / "backup.json"
    data = path.read_bytes()
    for length in range(0, len(data), 37):
        path.write_bytes(data[:length])
        with pytest.raises(BackupDamagedError):
            verify(backup, _ring(school))


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_another_academys_backup_is_refused(school: School, sats: list[Sat]) -> None:
    backup = _back_up(school)
    with pytest.raises(BackupDamagedError):
        verify(backup, AcademyRing.of(AcademyKeys.generate(), ()))


def test_a_backup_goes_into_an_empty_place_only(school: School, hub: Hub, sats: list[Sat], fresh: str | None) -> None:
    backup = _back_up(school)
    with pytest.raises(NotEmptyError):
        restore(backup, _ring(school), folder=school.folder / "hub", database_url=school.database_url)
    FolderPlace(school.folder / "new" / "shelf").put("lung-v1.shelf", b"")
    with pytest.raises(NotEmptyError):
        restore(backup, _ring(school), folder=school.folder / "new", database_url=fresh)
    assert not (school.folder / "new" / "hub.sqlite").exists()
    assert _state(hub)["receipts"]


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_an_object_that_is_damaged_is_not_backed_up_as_if_it_were_whole(
    school: School, hub: Hub, sats: list[Sat]
) -> None:
    path = next(path for path in (school.folder / "hub" / "objects").rglob("*") if path.is_file())
    _flip(path)
    with pytest.raises(ObjectDamagedError):
        _back_up(school)


def test_an_object_that_is_gone_ends_the_backup_and_its_earlier_copy_stays(
    school: School, hub: Hub, sats: list[Sat]
) -> None:
    backup = _back_up(school)
    before = verify(backup, _ring(school))
    shutil.rmtree(school.folder / "hub" / "objects")  # or the place is not mounted
    with pytest.raises(ObjectDamagedError):
        _back_up(school)
    assert verify(backup, _ring(school)) == before


@pytest.mark.parametrize("kept_in", ["sqlite"])  # an archive of pg_dump is looked at when it is restored
def test_a_backup_whose_database_names_more_than_it_holds_is_refused(
    school: School, hub: Hub, sats: list[Sat], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(school.folder / "hub" / "objects")
    monkeypatch.setattr("pocus_desktop.hub.records.store_dump.envelopes", lambda _url: ())  # as it was once written
    backup = _back_up(school)
    with pytest.raises(BackupDamagedError) as told:
        verify(backup, _ring(school))
    assert str(told.value.params["part"]).startswith("objects/")


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_no_folder_of_a_backup_is_named(school: School) -> None:
    with pytest.raises(NoBackupError):
        verify(school.folder, _ring(school))


@pytest.mark.parametrize("kept_in", ["sqlite"])
def test_a_backup_of_one_kind_is_not_restored_into_the_other(school: School, sats: list[Sat], database: str) -> None:
    backup = _back_up(school)
    with pytest.raises(OtherDatabaseError):
        restore(backup, _ring(school), folder=school.folder / "new", database_url=database)


@pytest.mark.parametrize("kept_in", ["postgresql"])
def test_jobs_and_objects_in_s3_come_back_too(
    school: School, s3: S3, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    first, second = s3.place(), s3.place()
    hub = school.hub(objects=first, is_scoring_later=True)
    sat = school.sit()
    hub.take(sat.final)
    hub.close()
    backup = _back_up(school, objects=first)
    restore(backup, _ring(school), folder=school.folder / "new", database_url=database, objects=second)
    assert list(open_place(second, school.folder).names()) == list(open_place(first, school.folder).names())
    again = Hub(school.folder / "new", school.keys, database, objects=second)
    Worker(again).drain()
    standing = again.standing(sat.sitting)
    assert standing is not None
    assert (standing.bundle_id, again.report(sat.sitting) is not None) == (BUNDLE, True)
    again.close()


@pytest.mark.parametrize("kept_in", ["postgresql"])
def test_what_hinders_a_dump_is_told_without_the_password(
    school: School, sats: list[Sat], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path, reason in ((tmp_path, "pg_dump is not installed"), (tmp_path / "bin", "pg_dump ended with 7")):
        (tmp_path / "bin").mkdir(exist_ok=True)
        program = tmp_path / "bin" / "pg_dump"
        program.write_text("#!/bin/sh\nexit 7\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(path))
        with pytest.raises(DumpFailedError) as told:
            _back_up(school)
        assert told.value.params == {"reason": reason}


def test_candidates_files_come_back_and_one_that_is_gone_is_no_backup(
    school: School, hub: Hub, fresh: str | None
) -> None:
    ana = Sender(hub)
    ana.register()
    content, other = b"%PDF-1.7\n", b"%PDF-1.7\n2"
    first, second = ana.prove(content), ana.prove(other)
    for one in (content, other):
        ana.send_file(one)
    hub.academy.files.let_go(ana.account_id, second, who="rex", why="she asked")
    restore(_back_up(school), _ring(school), folder=school.folder / "new", database_url=fresh)
    again = Hub(school.folder / "new", school.keys, fresh, clock=school.clock)
    assert again.academy.files.open(ana.account_id, first, who="dora").content == content
    with pytest.raises(NoFileError):
        again.academy.files.open(ana.account_id, second, who="dora")
    again.close()
    (kept,) = [path for path in (school.folder / "hub" / "evidence").rglob("*") if path.is_file()]
    kept.unlink()
    with pytest.raises(ObjectDamagedError):
        hub.academy.files.open(ana.account_id, first, who="dora")
    assert [step.action for step in hub.academy.tables.trail(about=first)] == ["file received"], "nobody saw it"
    with pytest.raises(ObjectDamagedError):
        _back_up(school)
