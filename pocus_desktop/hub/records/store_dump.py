"""The hub's database as one file, consistent though the hub runs, and back into an empty database.

SQLite by its own backup interface, PostgreSQL by `pg_dump` and `pg_restore`, which must be installed; the password
reaches them by their environment, which no list of programs shows.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pocus_desktop.hub.errors import DumpFailedError, NotEmptyError, StoreUnavailableError
from pocus_desktop.hub.programme.store import FILE
from pocus_desktop.hub.records import store_engine, store_schema
from pocus_desktop.hub.records.store_tables import ENVELOPE
from pocus_desktop.kernel import files

Kind = Literal["sqlite", "postgresql"]

_OPTIONS: Final = ("--no-owner", "--no-privileges", "--no-password")


def kind_of(url: str) -> Kind:
    """Which kind of database an address names.

    Raises:
        StoreUnavailableError: The address is not understood.
    """
    return "sqlite" if _parsed(url).get_backend_name() == "sqlite" else "postgresql"


def dump(url: str, path: Path) -> str:
    """Write a database to a new file, as it was at one moment; its revision.

    An earlier revision than this program's will do: a backup is what comes before an upgrade, and `load` brings it up.

    Raises:
        DumpFailedError: It cannot be written.
        StoreUnavailableError: The database does not answer.
        DatabaseOlderError, DatabaseNewerError, StoreMismatchError: It is empty, or of a revision unknown here.
    """
    engine = store_engine.connect(url)
    try:
        with store_engine.told_as_ours(), engine.begin() as connection:
            found = store_schema.require_known(connection)
    finally:
        engine.dispose()
    parsed = _parsed(url)
    try:
        if kind_of(url) == "sqlite":
            with closing(sqlite3.connect(parsed.database or "")) as source, closing(sqlite3.connect(path)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file, whole by itself
        else:
            _run("pg_dump", parsed, "--format=custom", f"--file={path}")
        files.sync_file(path)
    except (OSError, sqlite3.Error) as problem:
        raise DumpFailedError(reason=type(problem).__name__) from problem
    return found


def envelopes(url: str) -> tuple[str, ...]:
    """Digests of every envelope that a database names.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    engine = store_engine.connect(url)
    try:
        with store_engine.told_as_ours(), engine.connect() as connection:
            return tuple(store_engine.only_reading(connection).execute(select(ENVELOPE.c.digest)).scalars())
    finally:
        engine.dispose()


def kept_files(url: str) -> frozenset[str]:
    """Digests of every candidate's file, as sealed, that a database says is kept; none of an earlier revision's.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    engine = store_engine.connect(url)
    try:
        with store_engine.told_as_ours(), engine.connect() as connection:
            reading = store_engine.only_reading(connection)
            if not inspect(reading).has_table(FILE.name):
                return frozenset()
            kept = select(FILE.c.sealed_digest).where(FILE.c.gone_ms.is_(None))
            return frozenset(reading.execute(kept).scalars())
    finally:
        engine.dispose()


def dumped_envelopes(path: Path, kind: Kind) -> tuple[str, ...]:
    """Digests of every envelope that a dump names; none for an archive of `pg_dump`, which only a server reads.

    Raises:
        DumpFailedError: It cannot be read.
    """
    if kind != "sqlite":
        return ()
    try:  # not through an engine, which would change the file
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as dumped:
            return tuple(digest for (digest,) in dumped.execute("SELECT digest FROM envelope"))
    except sqlite3.Error as problem:
        raise DumpFailedError(reason=type(problem).__name__) from problem


def require_empty(url: str) -> None:
    """There is nothing yet in a database.

    Raises:
        NotEmptyError: There is.
        StoreUnavailableError: It does not answer.
    """
    parsed = _parsed(url)
    if kind_of(url) == "sqlite":
        if parsed.database and Path(parsed.database).exists():
            raise NotEmptyError(what=Path(parsed.database).name)
        return
    engine = store_engine.connect(url)
    try:
        with store_engine.told_as_ours(), engine.begin() as connection:
            if not store_schema.is_empty(connection):
                raise NotEmptyError(what=parsed.database or "-")
    finally:
        engine.dispose()


def load(url: str, path: Path) -> None:
    """Fill an empty database from a file, whole or not at all, and bring it to this program's revision.

    Raises:
        DumpFailedError: It cannot be filled.
        DatabaseNewerError: A later program wrote it.
        StoreUnavailableError: The database does not answer.
    """
    parsed = _parsed(url)
    try:
        if kind_of(url) == "sqlite":
            target = Path(parsed.database or "")
            files.make_folder(target.parent)
            files.write_atomically(target, path.read_bytes(), is_private=True)
        else:
            _run("pg_restore", parsed, "--single-transaction", "--exit-on-error", str(path))
    except OSError as problem:
        raise DumpFailedError(reason=type(problem).__name__) from problem
    engine = store_engine.connect(url)
    try:
        with store_engine.told_as_ours(), engine.begin() as connection:
            store_schema.upgrade(connection)
    finally:
        engine.dispose()


def _run(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise DumpFailedError(reason=f"{program} is not installed")
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    address = store_engine.libpq(url.set(password=None))
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, by its full path, without a shell
        [found, *_OPTIONS, f"--dbname={address}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:  # what it says may carry values
        raise DumpFailedError(reason=f"{program} ended with {done.returncode}")


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as problem:
        raise StoreUnavailableError(reason="the database's address is not understood") from problem
