"""What keeping a hub needs of it: its database's revisions, its workers, its backups. `app` hands it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlace:
    """Where a hub is; `database_url` None is SQLite in the folder."""

    folder: Path
    database_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One step of the database's history; `is_here` for the one that a database is of."""

    number: str
    told: str
    is_here: bool


class HubKeeping(Protocol):
    """What the person who keeps a hub does besides serving."""

    def revisions(self, place: HubPlace) -> Sequence[Revision]:
        """Every revision that this program knows, the first one first."""

    def upgrade(self, place: HubPlace, revision: str) -> str:
        """Bring the database to a later revision; the one that it is of now."""

    def downgrade(self, place: HubPlace, revision: str) -> str:
        """Bring the database back to an earlier revision; the one that it is of now."""

    def work(self, place: HubPlace, *, keys: Path, passphrase: str, at_once: int, is_draining: bool) -> None:
        """Score what waits, until stopped or until nothing waits."""

    def back_up(self, place: HubPlace, into: Path, *, keys: Path, passphrase: str) -> str:
        """Back the hub up; what was done, in words."""

    def restore(self, place: HubPlace, backup: Path, *, keys: Path, passphrase: str) -> str:
        """Restore a backup into an empty place; what was done, in words."""

    def verify_backup(self, backup: Path, *, keys: Path, passphrase: str) -> str:
        """Look at every byte of a backup; what it holds, in words."""
