"""The named points of the write path, from an answer to its receipt: before and after each step that writes.

They are put around the program's own functions, in a process that is about to die; the program knows nothing of them.
"""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from pocus_desktop.admission import latest_time
from pocus_desktop.app import station
from pocus_desktop.kernel import files
from pocus_desktop.sitting import sealed
from pocus_desktop.sitting.alive import Alive
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.store import JournalStore
from pocus_desktop.sync.outbox import RECEIPT_SUFFIX, Outbox
from pocus_desktop.sync.store import OutboxStore

Reach = Callable[[str], None]


def _name(name: str) -> Callable[..., str]:
    return lambda *_arguments, **_named: name


def _append(_store: object, *_rows: object, checkpoint: object = None) -> str:
    return "append" if checkpoint is None else "append with a checkpoint"


def _outbox_file(_outbox: object, path: Path, _data: object) -> str:
    return "receipt" if path.name.endswith(RECEIPT_SUFFIX) else "copy in the outbox"


STEPS: Final[tuple[tuple[Any, str, Callable[..., str]], ...]] = (
    (SittingFolder, "keep_admission", _name("admission")),
    (JournalStore, "create", _name("first write of the journal")),
    (JournalStore, "append", _append),
    (JournalStore, "settle", _name("settle")),
    (JournalStore, "destroy_resume_wrappings", _name("wrappings destroyed")),
    (Alive, "mark", _name("sign of life")),
    (sealed, "seal", _name("seal")),
    (SittingFolder, "keep_closed", _name("note of the hand-in")),
    (station.Station, "_note_begun", _name("mark of the beginning")),
    (latest_time.LatestTime, "note", _name("latest time")),
    (Outbox, "_write", _outbox_file),
    (OutboxStore, "add", _name("row in the outbox")),
    (OutboxStore, "change", _name("change of a row")),
    (os, "fsync", _name("sync of a file or folder")),
    (files, "sync_folder", _name("sync of a folder after a rename")),
)
"""What is wrapped: whose, which function, and how the point is called."""

POINTS: Final = tuple(
    f"{moment} {name}"
    for name in (
        "admission", "first write of the journal", "append", "append with a checkpoint", "settle",
        "wrappings destroyed", "sign of life", "seal", "note of the hand-in", "mark of the beginning", "latest time",
        "copy in the outbox", "receipt", "row in the outbox", "change of a row", "sync of a file or folder",
        "sync of a folder after a rename",
    )
    for moment in ("before", "after")
)  # fmt: skip
"""Every named point; a sitting that is finished came by them all."""


def watch(reach: Reach) -> None:
    """Call `reach` at every named point from now on, in this process; for good."""
    for owner, attribute, name in STEPS:
        inside = owner.__dict__[attribute]
        is_class_method = isinstance(inside, classmethod)
        watched = _watched(inside.__func__ if is_class_method else inside, name, reach)
        setattr(owner, attribute, classmethod(watched) if is_class_method else watched)


def _watched(function: Callable[..., Any], name: Callable[..., str], reach: Reach) -> Any:
    @wraps(function)
    def around(*arguments: Any, **named: Any) -> Any:
        called = name(*arguments, **named)
        reach(f"before {called}")
        result = function(*arguments, **named)
        reach(f"after {called}")
        return result

    return around
