"""Peer evaluation at one hub: its desk, its evaluators' side, its post."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.peers.answering import Answering
from pocus_desktop.hub.peers.bounce import Report, read
from pocus_desktop.hub.peers.desk import Desk
from pocus_desktop.hub.peers.nominating import Nominating
from pocus_desktop.hub.peers.post import MailPoint, Post
from pocus_desktop.hub.peers.store import PeerStore
from pocus_desktop.hub.peers.telling import Telling
from pocus_desktop.hub.peers.vault import Vault
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.registry.store import Row
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError

EVERY_S: Final = 60.0
"""How often a hub looks at what is due."""


class Peers:
    """Any thread may call.

    Attributes:
        desk: Panels and their evaluators.
        nominating: Whom portfolios name.
        answering: What evaluators do.
        post: The messages.
    """

    def __init__(
        self,
        store: HubStore,
        ring: KeyRing,
        clock: Clock,
        folder: Path,
        academy: Academy,
        *,
        hook: Callable[[MailPoint], None] = lambda _point: None,
    ) -> None:
        """Join the hub's records.

        Args:
            store: In whose database the tables lie.
            ring: The academy's keys.
            clock: When things happen.
            folder: Where the settings for mail are.
            academy: Takes portfolios, and tells them.
            hook: As `Post`.
        """
        self._store = PeerStore(store, clock)
        self._is_shared = store.is_shared
        self._clock = clock
        vault = Vault(ring, self._store)
        telling = Telling(academy.portfolios.give)
        self.desk = Desk(self._store, vault, telling, clock)
        self.nominating = Nominating(self._store, self.desk, telling, academy.admitting.window, clock)
        academy.portfolios.tell(self.nominating)
        academy.portfolios.when_given(self.nominating.given)
        self.answering = Answering(self._store, vault, self.desk, clock)
        self.post = Post(self._store, vault, self.desk, clock, folder, hook=hook)

    @property
    def now_ms(self) -> int:
        """The present."""
        return self._clock.read().wall_ms

    def run_due(self, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Do what is due now; how many messages went out. With PostgreSQL they are left to the workers (`hub.work`).

        Args:
            is_stopped: As `Post.send_due`.

        Raises:
            NoMailSettingsError, BadMailSettingsError: Messages wait.
            StoreUnavailableError: The database does not answer.
        """
        self.look_after()
        return 0 if self._is_shared else self.post.send_due(is_stopped)

    def look_after(self) -> int:
        """Enter what is due, and take up what was left lying; how many messages have a job now that had none.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        taken_up = self.post.take_up()
        if taken_up:
            log.event("peers.mail_taken_up", count=taken_up)
        self.nominating.see_to_notices()
        self.desk.tick()
        return self._store.enter_missing_jobs()

    def stuck(self, most: int) -> tuple[tuple[Row, ...], int]:
        """Messages that somebody has to see to, each with its panel, and how many there are.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return self._store.stuck(most)

    def take_report(self, data: bytes) -> Report:
        """Take a report of a mail server.

        Raises:
            NoReportError: It is none, or none of a message of ours.
        """
        report = read(data)
        if report.is_lasting:
            self.desk.bounced(report.mail_id, status=report.status, who="mail server")
        return report

    @contextmanager
    def kept(self, every_s: float = EVERY_S) -> Iterator[None]:
        """A thread does what is due, as long as the context lasts; with PostgreSQL the workers do."""
        if self._is_shared:
            yield
            return
        stop = threading.Event()
        thread = threading.Thread(target=self._keep, args=(stop, every_s), name="peers-mail")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _keep(self, stop: threading.Event, every_s: float) -> None:
        while not stop.wait(every_s):
            try:
                self.run_due(stop.is_set)
            except PocusError as problem:
                log.failure(problem)
