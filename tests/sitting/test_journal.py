"""The journal: append-only, encrypted, chained, held by one program, and whole or refused by name after any damage."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.errors import SittingError
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import (
    AlreadyExistsError,
    AlreadyOpenError,
    AppendOnlyError,
    CannotResumeError,
    HandedInError,
    JournalAlteredError,
    JournalCutError,
    JournalDamagedError,
    NewerJournalError,
    NoSittingError,
    NotAJournalError,
)
from pocus_desktop.sitting.folder import CLOSED, SittingFolder
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.journal import FILE_NAME, Journal
from pocus_desktop.sitting.store import JournalStore
from tests.sitting.world import World, to_femoral, to_review


def header(station: StationKeys) -> Header:
    """A journal's header."""
    return Header(
        sitting="sit_1",
        admission_id="adm_1",
        bundle_id="dvt-small",
        bundle_version=3,
        mode="trial",
        created_ms=0,
        station=station.signing.public,
    )


def begin(folder: Path, station: StationKeys, academy: SealingKey) -> Journal:
    """A journal with one event."""
    journal, _ = Journal.create(
        folder,
        header(station),
        (events.Heartbeat(),),
        at(1),
        signer=station.signing,
        academy=[academy.public],
        resume=[station.sealing.public],
    )
    return journal


def at(seq: int) -> Reading:
    """A stamp."""
    return Reading(monotonic_ms=1_000 * seq, wall_ms=5_000 * seq, boot_id="boot")


def write(folder: Path, station: StationKeys, *, count: int, academy: SealingKey | None = None) -> list[Recorded]:
    """A closed journal with so many events."""
    journal = begin(folder, station, academy or SealingKey.generate())
    recorded = [Recorded(seq=1, at=at(1), event=events.Heartbeat())]
    for seq in range(2, count + 1):
        recorded += journal.append(events.CineLeft(cine="c", frame=seq), at(seq))
    journal.close()
    return recorded


def read(folder: Path, station: StationKeys) -> list[Recorded]:
    """All that is in a journal."""
    journal, recorded = Journal.open(folder, keys=[station.sealing], signer=station.signing)
    journal.close()
    return list(recorded)


@pytest.fixture
def station() -> StationKeys:
    """A station."""
    return StationKeys.generate()


@pytest.fixture
def raw(tmp_path: Path, station: StationKeys) -> Iterator[sqlite3.Connection]:
    """The file of a journal of 40 events, opened behind its back, with the guards that travel in the file."""
    write(tmp_path, station, count=40)
    connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    yield connection
    connection.close()


def test_what_is_appended_is_read_back(tmp_path: Path, station: StationKeys) -> None:
    recorded = write(tmp_path, station, count=70)
    assert read(tmp_path, station) == recorded


def test_nothing_of_an_event_is_readable_in_the_files(tmp_path: Path, station: StationKeys) -> None:
    journal = begin(tmp_path, station, SealingKey.generate())
    journal.append(events.ProctorCalled(note="an unmistakable sentence"), at(2))
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    journal.close()
    assert b"unmistakable" not in everything
    assert b"proctor-called" not in everything


COPY = "SELECT {0}, 0, 0, '', {1}, nonce, ciphertext, {2} FROM event WHERE seq = {3}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET wall_ms = 0 WHERE seq = 3",
        "DELETE FROM event WHERE seq = 40",
        "DELETE FROM event",
        "INSERT INTO event " + COPY.format(42, "digest", "x'00'", 40),
        "INSERT INTO event " + COPY.format(41, "nonce", "x'00'", 40),
        "INSERT INTO event " + COPY.format("NULL", "digest", "x'00'", 39),
        "INSERT OR REPLACE INTO event " + COPY.format(40, "previous", "digest", 40),
        "REPLACE INTO event " + COPY.format(3, "previous", "digest", 3),
        "INSERT INTO event "
        + COPY.format(40, "previous", "digest", 40)
        + " ON CONFLICT (seq) DO UPDATE SET wall_ms = 0",
        "UPDATE OR REPLACE event SET seq = 39 WHERE seq = 40",
        "UPDATE about SET header = '{}'",
        "DELETE FROM about",
        "REPLACE INTO about VALUES (1, '{}')",
        "UPDATE checkpoint SET envelope = x'00'",
        "DELETE FROM checkpoint",
        "REPLACE INTO checkpoint VALUES (32, x'00')",
        "INSERT INTO checkpoint VALUES (41, x'00')",
        "DELETE FROM wrapping WHERE purpose = 'academy'",
        "UPDATE wrapping SET sealed = x'00'",
        "REPLACE INTO wrapping SELECT purpose, key_id, x'00' FROM wrapping",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_what_is_written_stays(
    raw: sqlite3.Connection, tmp_path: Path, station: StationKeys, statement: str, recursive: str
) -> None:
    raw.execute(f"PRAGMA recursive_triggers = {recursive}")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.close()
    assert len(read(tmp_path, station)) == 40


def test_the_store_says_so_in_our_words(tmp_path: Path, station: StationKeys) -> None:
    write(tmp_path, station, count=2)
    with JournalStore.open(tmp_path / FILE_NAME) as store:
        (first, _) = store.rows()
        with pytest.raises(AppendOnlyError):
            store.append(first)
        with pytest.raises(AppendOnlyError):
            store.append(first, checkpoint=b"checkpoint")
        assert store.last() is not None


def test_the_settings_are_those_that_make_it_durable(tmp_path: Path, station: StationKeys) -> None:
    write(tmp_path, station, count=2)
    with JournalStore.open(tmp_path / FILE_NAME) as store:
        found = {
            name: store._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync", "secure_delete")
        }
        locking = store._connection.exec_driver_sql("PRAGMA locking_mode").scalar_one()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "fullfsync": 1,
        "checkpoint_fullfsync": 1,
        "secure_delete": 1,
    }
    assert locking == "exclusive"


def test_a_second_instance_is_refused_by_name(world: World) -> None:
    sitting = to_femoral(world.begin())
    with pytest.raises(AlreadyOpenError):
        world.again()
    with pytest.raises(AlreadyOpenError):
        SittingFolder(path=world.folder / "sitting").header()
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    sitting.close()
    assert "diameter" in world.again().state.flags


def test_a_second_sitting_in_the_same_folder_is_refused(world: World) -> None:
    world.begin().close()
    with pytest.raises(AlreadyExistsError):
        world.begin()


def test_a_folder_without_a_sitting_is_refused(world: World) -> None:
    with pytest.raises(NoSittingError):
        world.again(name="nothing")


def test_another_station_cannot_resume(world: World) -> None:
    world.begin().close()
    with pytest.raises(CannotResumeError):
        world.again(station=StationKeys.generate())


def test_the_centres_key_resumes_at_another_station(world: World) -> None:
    centre = SealingKey.generate()
    sitting = to_femoral(world.begin(centre=centre.public))
    sitting.close()
    again = world.again(station=StationKeys.generate(), centre=centre)
    assert again.state.place == sitting.state.place
    for seq in range(40):
        again.handle(intents.Flag(item="diameter", is_flagged=bool(seq % 2)))
    again.close()
    assert world.again(centre=centre).state.flags == {"diameter"}


def test_the_academys_key_opens_what_is_left_of_a_sitting(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.close()
    journal, recorded = Journal.open(
        world.folder / "sitting", keys=[world.academy], signer=SigningKey.generate(), purpose="academy"
    )
    journal.close()
    assert recorded == sitting.recorded


def test_nothing_that_resumes_is_left_after_the_hand_in(world: World) -> None:
    folder = world.folder / "sitting"
    sitting = to_review(world.begin())
    assert sitting._runner is not None
    kept = [one.sealed for one in sitting._runner._journal._store.wrappings("resume")]
    (academy,) = [one.sealed for one in sitting._runner._journal._store.wrappings("academy")]
    before = b"".join(path.read_bytes() for path in folder.iterdir())
    assert all(sealed in before for sealed in kept)
    assert kept
    sitting.handle(intents.HandIn(is_confirmed=True))
    for moment in ("while open", "after closing"):
        files = b"".join(path.read_bytes() for path in folder.iterdir())
        assert not any(sealed[:16] in files or sealed[-16:] in files for sealed in kept), moment
        assert academy in files, moment
        sitting.close()
    with pytest.raises(HandedInError):
        Journal.open(folder, keys=[world.station.sealing], signer=world.station.signing)


def test_a_journal_that_nobody_handed_in_and_nothing_resumes_is_damaged(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.close()
    connection = sqlite3.connect(world.folder / "sitting" / FILE_NAME)
    connection.execute("DELETE FROM wrapping WHERE purpose = 'resume'")
    connection.commit()
    connection.close()
    with pytest.raises(JournalDamagedError):
        world.again()


def test_one_that_was_handed_in_is_shown_as_such_though_its_note_is_gone(world: World) -> None:
    sitting = to_review(world.begin())
    sitting.handle(intents.HandIn(is_confirmed=True))
    sitting.close()
    (world.folder / "sitting" / CLOSED).unlink()
    with pytest.raises(HandedInError):
        world.again()


def test_a_checkpoint_vouches_for_rows_that_were_cut_off(tmp_path: Path, station: StationKeys) -> None:
    write(tmp_path, station, count=40)
    doctor(tmp_path, "DELETE FROM event WHERE seq >= 31", drop="event_no_delete")
    with pytest.raises(JournalCutError) as caught:
        read(tmp_path, station)
    assert caught.value.params == {"seq": 30, "signed": 32}


@pytest.mark.parametrize(
    ("statement", "drop"),
    [
        ("UPDATE event SET wall_ms = wall_ms + 1 WHERE seq = 7", "event_no_update"),
        ("UPDATE event SET monotonic_ms = 0 WHERE seq = 7", "event_no_update"),
        ("UPDATE event SET boot_id = 'other' WHERE seq = 7", "event_no_update"),
        ("UPDATE event SET nonce = zeroblob(12) WHERE seq = 7", "event_no_update"),
        ("UPDATE event SET ciphertext = zeroblob(60) WHERE seq = 7", "event_no_update"),
        ("UPDATE event SET digest = zeroblob(32) WHERE seq = 40", "event_no_update"),
        ("UPDATE event SET previous = zeroblob(32) WHERE seq = 7", "event_no_update"),
        ("DELETE FROM event WHERE seq = 7", "event_no_delete"),
        ("DELETE FROM event WHERE seq = 1", "event_no_delete"),
        ("UPDATE checkpoint SET envelope = '{}' || x''", "checkpoint_no_update"),
        ("UPDATE checkpoint SET seq = 33", "checkpoint_no_update"),
    ],
)
def test_an_altered_row_is_refused_by_name(tmp_path: Path, station: StationKeys, statement: str, drop: str) -> None:
    write(tmp_path, station, count=40)
    doctor(tmp_path, statement, drop=drop)
    with pytest.raises((JournalAlteredError, JournalDamagedError)):
        read(tmp_path, station)


def test_rows_of_another_sitting_do_not_fit(tmp_path: Path, station: StationKeys) -> None:
    write(tmp_path / "one", station, count=5)
    write(tmp_path / "two", station, count=5)
    other = tmp_path / "two" / FILE_NAME
    doctor(
        tmp_path / "one",
        f"ATTACH '{other}' AS two; DELETE FROM event; INSERT INTO event SELECT * FROM two.event",
        drop="event_no_delete",
    )
    with pytest.raises(JournalAlteredError):
        read(tmp_path / "one", station)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("header = replace(header, '\"format\":1', '\"format\":2')", NewerJournalError),
        ("header = replace(header, '\"format\":1', '\"format\":true')", NotAJournalError),
        ("header = 'x'", NotAJournalError),
        ("header = '[]'", NotAJournalError),
        ("header = replace(header, 'sit_1', 'sit_2')", CannotResumeError),
        ("header = replace(header, 'dvt-small', 'dvt-large')", JournalAlteredError),
    ],
)
def test_an_altered_header_is_refused_by_name(
    tmp_path: Path, station: StationKeys, change: str, error: type[SittingError]
) -> None:
    write(tmp_path, station, count=2)
    doctor(tmp_path, f"UPDATE about SET {change}", drop="about_no_update")
    with pytest.raises(error):
        read(tmp_path, station)


@pytest.mark.parametrize("content", [b"SQLite format 3\x00" * 60, b"\x00" * 9000, b"GIF89a" * 900])
def test_another_file_is_refused_by_name(tmp_path: Path, station: StationKeys, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises((NotAJournalError, JournalDamagedError)):
        read(tmp_path, station)


def test_a_file_from_before_the_first_commit_is_no_sitting(world: World) -> None:
    folder = world.folder / "sitting"
    folder.mkdir()
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert not SittingFolder(path=folder).has_journal
    with pytest.raises(NoSittingError):
        world.again()
    world.begin().close()
    assert SittingFolder(path=folder).has_journal
    assert world.again().recorded


def doctor(folder: Path, statements: str, *, drop: str) -> None:
    """Do to a journal what its guards do not allow, by someone who knows how to take them away."""
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.executescript(f"DROP TRIGGER {drop}; {statements};")
    connection.close()


def unfinished(folder: Path, station: StationKeys, *, count: int) -> list[Recorded]:
    """Copy a journal's files as a power cut leaves them: the log not yet moved into the file."""
    live = folder / "live"
    journal = begin(live, station, SealingKey.generate())
    recorded = [Recorded(seq=1, at=at(1), event=events.Heartbeat())]
    for seq in range(2, count + 1):
        recorded += journal.append(events.CineLeft(cine="c", frame=seq), at(seq))
    (folder / "cut").mkdir()
    for path in live.iterdir():
        shutil.copy(path, folder / "cut" / path.name)
    journal.close()
    return recorded


def outcome(folder: Path, station: StationKeys, whole: list[Recorded]) -> str:
    """What opening a damaged journal comes to: a prefix, or a refusal by name; anything else fails the test."""
    try:
        found = read(folder, station)
    except SittingError as problem:
        return problem.code
    assert found == whole[: len(found)]
    return "prefix"


def cut(data: bytes, place: int) -> bytes:
    """The bytes up to a place."""
    return data[:place]


def flip(data: bytes, place: int) -> bytes:
    """The bytes with one of them changed."""
    return data[:place] + bytes((data[place] ^ 0x41,)) + data[place + 1 :]


@pytest.mark.parametrize("damage", [cut, flip])
@pytest.mark.parametrize(("name", "stride"), [(FILE_NAME, 211), (FILE_NAME + "-wal", 523)])
def test_a_journal_cut_or_changed_at_any_byte(
    tmp_path: Path, station: StationKeys, name: str, stride: int, damage: Callable[[bytes, int], bytes]
) -> None:
    whole = unfinished(tmp_path, station, count=6)
    if not name.endswith("-wal"):
        read(tmp_path / "cut", station)  # moves the log into the file
    clean = {path.name: path.read_bytes() for path in (tmp_path / "cut").iterdir()}
    seen: set[str] = set()
    for place in range(0, len(clean[name]), stride):
        for path in (tmp_path / "cut").iterdir():
            path.unlink()
        for file, data in clean.items():
            (tmp_path / "cut" / file).write_bytes(damage(data, place) if file == name else data)
        seen.add(outcome(tmp_path / "cut", station, whole))
    assert seen - {"prefix"} <= {
        "sitting.not_a_journal",
        "sitting.journal_damaged",
        "sitting.journal_altered",
        "sitting.journal_cut",
        "sitting.cannot_resume",
        "sitting.disk_failed",
        "sitting.handed_in",
        "sitting.newer_journal",
        "sitting.no_sitting",
    }


def test_what_is_noted_at_the_beginning_is_there_or_no_journal_is(tmp_path: Path, station: StationKeys) -> None:
    first = (events.Heartbeat(), events.IntegrityNoted(what="trust-stale"))
    journal, written = Journal.create(
        tmp_path,
        header(station),
        first,
        at(1),
        signer=station.signing,
        academy=[],
        resume=[station.sealing.public],
    )
    journal.close()
    again, recorded = Journal.open(tmp_path, keys=[station.sealing], signer=station.signing)
    again.close()
    assert recorded == written
    assert [(one.seq, one.event) for one in recorded] == [(1, first[0]), (2, first[1])]
