"""Backups of a hub: its records at one moment, and every object that they name (formats/hub-backup).

<backup>/backup.json     what belongs to it, signed by the academy; written last, so that it tells of a whole backup
<backup>/database-…      the records, by digest
<backup>/files/          objects, quarantine, evidence, shelf and the settings of the hub's folder, by digest; what is
                         there already is not copied again

The database is written first: what its rows name was durable before them, and is never changed. A restored hub is
looked at as a whole: every digest, every receipt.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.crypto import dsse
from pocus_desktop.hub import place_mark
from pocus_desktop.hub.errors import (
    BackupDamagedError,
    DumpFailedError,
    NoBackupError,
    NotEmptyError,
    ObjectDamagedError,
    OtherDatabaseError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.peers.mail_settings import FILE as MAIL
from pocus_desktop.hub.place_mark import OBJECTS
from pocus_desktop.hub.programme.files import EVIDENCE
from pocus_desktop.hub.records import store_dump
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.storage.objects import Objects, is_digest
from pocus_desktop.hub.storage.places import FolderPlace, Place, open_place
from pocus_desktop.kernel import canonical, files, log
from pocus_desktop.kernel.canonical import BadJsonError
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.rules.keeping import RULES
from pocus_desktop.sitting.receipt import verify_receipt

PAYLOAD_TYPE: Final = "application/vnd.pocus.hub-backup+json"
PARTS: Final = (OBJECTS, "quarantine", EVIDENCE, "shelf")
SETTINGS: Final = (RULES, MAIL)
"""What the hub's folder holds besides, and nobody can make again: the academy's signed rules, and how its mail goes
out, which names the file of its password and does not hold it."""

_OF_SETTINGS: Final = "settings/"

_MANIFEST: Final = "backup.json"
_FILES: Final = "files"
_CHUNK_BYTES: Final = 1 << 20
_DIGEST: Final = r"^[0-9a-f]{64}$"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Records(_Model):
    """The database's file."""

    kind: Literal["sqlite", "postgresql"]
    revision: str = Field(max_length=40)
    sha256: str = Field(pattern=_DIGEST)
    size_bytes: int = Field(ge=0)

    @property
    def file(self) -> str:
        """Its name in the backup."""
        return f"database-{self.sha256}"


class Manifest(_Model):
    """What belongs to a backup.

    Attributes:
        entries: By the name in the hub's place, the digest of its bytes.
    """

    format: Literal[1] = 1
    made_ms: int = Field(ge=0)
    records: Records
    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup came to: how much belongs to it, and how much of that was copied anew."""

    entries: int
    copied: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored and looked at."""

    entries: int
    envelopes: int
    made_ms: int


def back_up(
    into: Path, ring: AcademyRing, *, folder: Path, database_url: str | None = None, objects: str | None = None
) -> BackedUp:
    """Back a hub up while it runs; a folder that holds an older backup is brought up to date.

    Raises:
        DumpFailedError: The database or a file cannot be written.
        ObjectDamagedError, PlaceDamagedError: Something that the hub keeps is gone, or no longer what it was; the
            older backup stays as it is.
        PocusError: `hub.*`: the database or the place does not answer.
    """
    place, kept = open_place(objects, folder), Objects(FolderPlace(into / _FILES))
    try:
        files.make_folder(into)
        fresh = into / ".database"
        fresh.unlink(missing_ok=True)
        url = _records_url(folder, database_url)
        revision = store_dump.dump(url, fresh)
        sha256, size = _measured(fresh)
        records = Records(kind=store_dump.kind_of(url), revision=revision, sha256=sha256, size_bytes=size)
        fresh.replace(into / records.file)
        files.sync_folder(into)
    except OSError as problem:
        raise DumpFailedError(reason=problem.strerror or "") from problem
    named = store_dump.envelopes(url)  # at least what was dumped: no envelope is ever forgotten
    kept_before = store_dump.kept_files(url)
    entries: dict[str, str] = {}
    copied = 0
    for name, data in chain(_content(place), _settings(folder)):
        digest = canonical.digest(data)
        entries[name] = digest
        if kept.get_or_none(digest) is None:
            kept.put(data)
            copied += 1
    gone = _missing(named, entries)
    if gone is None:  # a candidate's file may be let go meanwhile
        gone = _missing(sorted(kept_before & store_dump.kept_files(url)), entries, part=EVIDENCE)
    if gone is not None:  # before an earlier backup, which may hold it still, is let go
        raise ObjectDamagedError(digest=gone)
    manifest = Manifest(made_ms=SystemClock().read().wall_ms, records=records, entries=entries)
    envelope = dsse.sign(PAYLOAD_TYPE, canonical.encode(manifest.model_dump(mode="json")), [ring.current.signing])
    try:
        files.write_atomically(into / _MANIFEST, envelope.to_bytes(), is_private=True)
        _let_go(into, manifest)
    except OSError as problem:
        raise DumpFailedError(reason=problem.strerror or "") from problem
    log.event("hub.backed_up", entries=len(entries), copied=copied)
    return BackedUp(entries=len(entries), copied=copied, size_bytes=size)


def read_manifest(backup: Path, ring: AcademyRing) -> Manifest:
    """What a backup says that it holds.

    Raises:
        NoBackupError: The folder holds none.
        BackupDamagedError: It is cut or altered, or no backup of this academy.
    """
    try:
        found = (backup / _MANIFEST).read_bytes()
    except FileNotFoundError as problem:
        raise NoBackupError from problem
    except OSError as problem:
        raise BackupDamagedError(part=_MANIFEST) from problem
    try:
        envelope = dsse.Envelope.parse(found)
        dsse.verify(envelope, payload_type=PAYLOAD_TYPE, keys=ring.verifiers)
        return Manifest.model_validate(canonical.decode(envelope.payload))
    except (PocusError, BadJsonError, ValidationError) as problem:
        raise BackupDamagedError(part=_MANIFEST) from problem


def verify(backup: Path, ring: AcademyRing) -> Manifest:
    """Look at every byte of a backup.

    Raises:
        NoBackupError: The folder holds none.
        BackupDamagedError: Something is missing, cut or altered; says what.
    """
    manifest = read_manifest(backup, ring)
    records = manifest.records
    try:
        is_whole = _measured(backup / records.file) == (records.sha256, records.size_bytes)
    except OSError:
        is_whole = False
    if not is_whole:
        raise BackupDamagedError(part="database")
    kept = Objects(FolderPlace(backup / _FILES))
    for name, digest in manifest.entries.items():
        if not is_digest(digest) or kept.get_or_none(digest) is None:
            raise BackupDamagedError(part=name)
    try:
        gone = _missing(store_dump.dumped_envelopes(backup / records.file, records.kind), manifest.entries)
    except DumpFailedError as problem:
        raise BackupDamagedError(part="database") from problem
    if gone is not None:
        raise BackupDamagedError(part=_entry_of(gone))
    return manifest


def restore(
    backup: Path, ring: AcademyRing, *, folder: Path, database_url: str | None = None, objects: str | None = None
) -> Restored:
    """Bring a backup into an empty place, after looking at all of it, and look at all that is there then.

    Raises:
        NoBackupError, BackupDamagedError: As `verify`; nothing was written.
        NotEmptyError: There is a hub already; nothing was written.
        OtherDatabaseError: It is a backup of the other kind of database; nothing was written.
        DumpFailedError: The database cannot be filled.
        PocusError: `hub.*`: what was restored is not what was accepted.
    """
    manifest = verify(backup, ring)
    url = _records_url(folder, database_url)
    if store_dump.kind_of(url) != manifest.records.kind:
        raise OtherDatabaseError(kind=manifest.records.kind)
    store_dump.require_empty(url)
    place = open_place(objects, folder)
    for part in PARTS:
        if next(place.at(part).names(), None) is not None:
            raise NotEmptyError(what=part)
    for name in SETTINGS:
        if (folder / name).exists():
            raise NotEmptyError(what=name)
    kept = Objects(FolderPlace(backup / _FILES))
    for name, digest in manifest.entries.items():
        data = kept.get(digest)
        if data is None:
            raise BackupDamagedError(part=name)
        part, _, rest = name.partition("/")
        if not name.startswith(_OF_SETTINGS):
            place.at(part).put(rest, data)
        elif rest in SETTINGS:
            _put_setting(folder / rest, data)
    store_dump.load(url, backup / manifest.records.file)
    _let_mark(url)
    with_receipts = _look_at(folder, ring, url, objects)
    log.event("hub.restored", entries=len(manifest.entries), envelopes=with_receipts)
    return Restored(entries=len(manifest.entries), envelopes=with_receipts, made_ms=manifest.made_ms)


def _let_mark(url: str) -> None:
    """The records came from beside another place; the one that they are beside now is marked on opening."""
    store = HubStore(url)
    try:
        place_mark.forget(store)
    finally:
        store.close()


def _look_at(folder: Path, ring: AcademyRing, url: str, objects: str | None) -> int:
    """Every envelope is there and has its receipt, by a key of the academy; how many."""
    hub = Hub(folder, ring, url, objects=objects, is_scoring_later=True)
    try:
        held = hub.held()
        for digest in held:
            hub.require_envelope(digest)
            verify_receipt(hub.receipt(digest) or b"", hub.ring.verifiers, sealed_digest=digest)
    finally:
        hub.close()
    return len(held)


def _content(place: Place) -> Iterator[tuple[str, bytes]]:
    for part in PARTS:
        inside = place.at(part)
        objects = Objects(inside) if part != "shelf" else None
        for name in list(inside.names()):
            digest = name.replace("/", "")
            data = objects.get(digest) if objects is not None and is_digest(digest) else inside.get(name)
            if data is not None:  # a refused envelope that was let go meanwhile
                yield f"{part}/{name}", data


def _settings(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name in SETTINGS:
        try:
            yield _OF_SETTINGS + name, (folder / name).read_bytes()
        except FileNotFoundError:
            continue  # the hub has none
        except OSError as problem:
            raise DumpFailedError(reason=problem.strerror or "") from problem


def _put_setting(path: Path, data: bytes) -> None:
    try:
        files.make_folder(path.parent)
        files.write_atomically(path, data, is_private=True)
    except OSError as problem:
        raise DumpFailedError(reason=problem.strerror or "") from problem


def _missing(digests: Iterable[str], entries: Mapping[str, str], *, part: str = OBJECTS) -> str | None:
    """The first envelope, or file, that has a row and no bytes."""
    return next((digest for digest in digests if entries.get(_entry_of(digest, part)) != digest), None)


def _entry_of(digest: str, part: str = OBJECTS) -> str:
    return f"{part}/{digest[:2]}/{digest[2:]}"


def _measured(path: Path) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            hashed.update(chunk)
            size += len(chunk)
    return hashed.hexdigest(), size


def _let_go(into: Path, manifest: Manifest) -> None:
    """Remove what only an older backup named."""
    for path in into.glob("database-*"):
        if path.name != manifest.records.file:
            path.unlink()
    kept, named = Objects(FolderPlace(into / _FILES)), set(manifest.entries.values())
    for digest in list(kept.digests()):
        if digest not in named:
            kept.remove(digest)


def _records_url(folder: Path, database_url: str | None) -> str:
    return database_url or f"sqlite:///{folder / 'hub.sqlite'}"
