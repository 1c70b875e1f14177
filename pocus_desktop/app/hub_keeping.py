"""Keep a hub: its database's revisions, its workers, its backups."""

import os
from collections.abc import Sequence
from pathlib import Path

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.cli.hub_options import OBJECTS
from pocus_desktop.cli.keeping_face import HubPlace, Revision
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub import backup as backups
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records import store_engine
from pocus_desktop.hub.work import Worker
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock


class Keeping:
    """As `cli.keeping_face.HubKeeping`.

    Args:
        clock: Of the workers; the machine's where omitted.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock

    def revisions(self, place: HubPlace) -> Sequence[Revision]:
        """Every revision that this program knows, the first one first.

        Raises:
            PocusError: `hub.*`: the database does not answer, or is another program's.
        """
        found, known = store_engine.revisions(_url(place))
        return tuple(Revision(number=number, told=told, is_here=number == found) for number, told in known)

    def upgrade(self, place: HubPlace, revision: str) -> str:
        """Bring the database to a later revision; the one that it is of now.

        Raises:
            PocusError: `hub.*`: there is no such revision, or the database is of a later program.
        """
        return store_engine.move(_url(place), revision, is_up=True)

    def downgrade(self, place: HubPlace, revision: str) -> str:
        """Bring the database back to an earlier revision; the one that it is of now.

        Raises:
            PocusError: `hub.*`: there is no such revision, or the database is of a later program.
        """
        return store_engine.move(_url(place), revision, is_up=False)

    def work(self, place: HubPlace, *, keys: Path, passphrase: str, at_once: int, is_draining: bool) -> None:
        """Score what waits, until SIGTERM or SIGINT, or until nothing waits.

        Raises:
            PocusError: The keys cannot be opened, the database cannot be used, or is SQLite.
        """
        ring = _ring(keys, passphrase)
        log.start(place.folder / f"work-{os.getpid()}.log", is_strict=True)
        hub = Hub(place.folder, ring, place.database_url, objects=os.environ.get(OBJECTS), clock=self._clock)
        try:
            worker = Worker(hub, at_once=at_once)
            if is_draining:
                worker.drain()
            else:
                worker.run()
        finally:
            hub.close()

    def back_up(self, place: HubPlace, into: Path, *, keys: Path, passphrase: str) -> str:
        """Back the hub up; what was done, in words.

        Raises:
            PocusError: As `hub.backup.back_up`, or the keys cannot be opened.
        """
        done = backups.back_up(
            into,
            _ring(keys, passphrase),
            folder=place.folder,
            database_url=place.database_url,
            objects=os.environ.get(OBJECTS),
        )
        return f"{done.entries} objects belong to the backup, {done.copied} were copied now; the database anew."

    def restore(self, place: HubPlace, backup: Path, *, keys: Path, passphrase: str) -> str:
        """Restore a backup into an empty place; what was done, in words.

        Raises:
            PocusError: As `hub.backup.restore`, or the keys cannot be opened.
        """
        done = backups.restore(
            backup,
            _ring(keys, passphrase),
            folder=place.folder,
            database_url=place.database_url,
            objects=os.environ.get(OBJECTS),
        )
        return f"{done.entries} objects are restored; {done.envelopes} envelopes and their receipts are as they were."

    def verify_backup(self, backup: Path, *, keys: Path, passphrase: str) -> str:
        """Look at every byte of a backup; what it holds, in words.

        Raises:
            PocusError: As `hub.backup.verify`, or the keys cannot be opened.
        """
        manifest = backups.verify(backup, _ring(keys, passphrase))
        return f"The backup is whole: {len(manifest.entries)} objects, and the database at {manifest.records.revision}."


def _url(place: HubPlace) -> str:
    return place.database_url or f"sqlite:///{place.folder / 'hub.sqlite'}"


def _ring(keys: Path, passphrase: str) -> AcademyRing:
    return AcademyRing.load(FileKeyStore(keys, passphrase))
