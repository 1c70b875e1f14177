"""Which revision a hub's database is of, and the way from one to another (`hub.records.migrations`).

Everything runs on the caller's connection and in its transaction: a database is of one revision or of another, never in
between. Alembic is imported where a database is changed: a hub that is opened every day needs none of it.
"""

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from pocus_desktop.hub.errors import DatabaseNewerError, DatabaseOlderError, NoRevisionError, StoreMismatchError

if TYPE_CHECKING:
    from alembic.config import Config

NOTHING: Final = "base"
"""What an empty database is of."""

_FOLDER: Final = Path(__file__).resolve().parent / "migrations"
_STAMPS: Final = "alembic_version"
"""Alembic's table; its one row names the revision."""

_LOCK_ID: Final = 0x706F637573  # "pocus"
_TURN: Final = threading.Lock()
"""Alembic keeps what it works on in its modules."""


@cache
def revisions() -> tuple[str, ...]:
    """Every revision that this program knows, the first one first: as their files are named."""
    return tuple(sorted(path.name[1:5] for path in (_FOLDER / "versions").glob("r[0-9][0-9][0-9][0-9]_*.py")))


def described() -> tuple[tuple[str, str], ...]:
    """Every revision with the first line of what it says about itself, the first one first."""
    from alembic.script import ScriptDirectory  # as the module says

    script = ScriptDirectory.from_config(_config())
    return tuple((found.revision, found.doc.partition("\n")[0]) for found in reversed(list(script.walk_revisions())))


def head() -> str:
    """The revision that this program works with."""
    return revisions()[-1]


def revision(connection: Connection) -> str:
    """The revision of a database; `NOTHING` where it is empty.

    One that was made before there were revisions is of the first or of the second: its tables tell.

    Raises:
        StoreMismatchError: It holds another program's tables.
    """
    stamped = _stamped(connection)
    if stamped is not None:
        return stamped
    tables = set(inspect(connection).get_table_names()) - {_STAMPS}
    if not tables:
        return NOTHING
    if not {"about", "envelope", "result"} <= tables:
        raise StoreMismatchError(found=0, known=1)
    return "0002" if "registry_about" in tables else "0001"


def is_empty(connection: Connection) -> bool:
    """Whether a database has no tables, ours or others'."""
    return not inspect(connection).get_table_names()


def require_head(connection: Connection) -> None:
    """The database is of the revision that this program works with.

    Raises:
        DatabaseOlderError: It has to be upgraded first.
        DatabaseNewerError: A later program made it.
        StoreMismatchError: It holds another program's tables.
    """
    found = revision(connection)
    if found == head():
        return
    if found == NOTHING or found in revisions():
        raise DatabaseOlderError(found=found, known=head())
    raise DatabaseNewerError(found=found, known=head())


def require_known(connection: Connection) -> str:
    """The revision of a database that this program works with, or can bring to the one that it does.

    Raises:
        DatabaseOlderError: It is empty.
        DatabaseNewerError: A later program made it.
        StoreMismatchError: It holds another program's tables.
    """
    found = revision(connection)
    if found not in revisions():
        require_head(connection)
    return found


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring a database to a revision, with its data.

    Raises:
        NoRevisionError: There is none of that number, or it is an earlier one.
        DatabaseNewerError: A later program made it.
        StoreMismatchError: It holds another program's tables.
    """
    _move(connection, to, is_up=True)


def downgrade(connection: Connection, to: str) -> None:
    """Bring a database back to an earlier revision; what only the later ones hold is lost.

    Raises:
        NoRevisionError: There is none of that number, or it is a later one.
        LogInUseError: It is from before the log, and receipts rest on what the log holds.
        DatabaseNewerError: A later program made it.
        StoreMismatchError: It holds another program's tables.
    """
    _move(connection, to, is_up=False)


def _stamped(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_STAMPS):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_STAMPS}")).scalar_one_or_none()  # noqa: S608 - ours
    return found


def _move(connection: Connection, to: str, *, is_up: bool) -> None:
    from alembic import command  # as the module says

    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
    found = revision(connection)
    if found != NOTHING and found not in revisions():
        raise DatabaseNewerError(found=found, known=head())
    line = (NOTHING, *revisions())
    goal = head() if to == "head" else to
    if goal not in line or (line.index(goal) < line.index(found)) == is_up:
        raise NoRevisionError(revision=to, found=found)
    if goal == found:
        return
    config = _config()
    config.attributes["connection"] = connection
    with _TURN:
        if found != NOTHING and _stamped(connection) is None:
            command.stamp(config, found)
        (command.upgrade if is_up else command.downgrade)(config, goal)


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
