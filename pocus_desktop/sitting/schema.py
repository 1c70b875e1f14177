"""What keeps a journal append-only: the triggers and settings of its database (formats/journal 2.2 and 2.3).

They guard against mistakes of programs. Against a person with the file, the chain, the encryption and the signed
checkpoints guard (`sitting.journal`).
"""

from typing import Final

APPLICATION_ID: Final = 0x504F4A4C
"""“POJL”, in the database's header."""

REFUSAL: Final = "append-only"
"""What a trigger says when it refuses."""


def _refuse(name: str, moment: str, when: str = "1") -> str:
    return f"CREATE TRIGGER {name} BEFORE {moment} WHEN {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"


_WRITTEN_ONCE: Final = ("about", "event", "checkpoint")

TRIGGERS: Final = (
    *(_refuse(f"{table}_no_update", f"UPDATE ON {table}") for table in (*_WRITTEN_ONCE, "wrapping")),
    *(_refuse(f"{table}_no_delete", f"DELETE ON {table}") for table in _WRITTEN_ONCE),
    _refuse("wrapping_no_delete", "DELETE ON wrapping", "OLD.purpose <> 'resume'"),
    _refuse(
        "wrapping_no_replace",
        "INSERT ON wrapping",
        "EXISTS (SELECT 1 FROM wrapping WHERE purpose = NEW.purpose AND key_id = NEW.key_id)",
    ),
    _refuse(
        "event_in_order",
        "INSERT ON event",
        """NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
        OR (NEW.seq > 1 AND NEW.previous IS NOT (SELECT digest FROM event WHERE seq = NEW.seq - 1))""",
    ),
    _refuse(
        "checkpoint_in_order",
        "INSERT ON checkpoint",
        """NEW.seq <= (SELECT coalesce(max(seq), 0) FROM checkpoint)
        OR NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)""",
    ),
    _refuse("about_once", "INSERT ON about", "EXISTS (SELECT 1 FROM about)"),
)
"""No update, no delete (except of resume wrappings), no gap, no second chain, and no REPLACE, which is refused before
it could delete."""

PRAGMAS: Final = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -256",
)
"""In this order: the lock is exclusive before the write-ahead log is touched, so that there is no shared memory.

Rows are appended and read once: a small cache of pages does, and does not grow with the day.
"""
