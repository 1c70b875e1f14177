"""Work: the processes that score what was accepted and send mail, where the hub's database is PostgreSQL.

A job is entered in the transaction that accepts its envelope (`hub.records.store_jobs`). It may run more than once:
after a failure, after its worker was killed, or because two envelopes of one sitting came. That does no harm, for
scoring a sitting again by the envelope that speaks for it comes to the same (`Hub.settle`), and two jobs of one sitting
never run at the same time. Mail is the exception: what became of a message is in its row (`hub.peers.post`).
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from pocus_desktop.hub.errors import NeedsServerError, NotFoundError, StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.peers.errors import MailRefusedError, MailUnsureError
from pocus_desktop.hub.peers.store import MAIL, MAILING
from pocus_desktop.hub.records.store_jobs import SCORE, SCORING
from pocus_desktop.kernel import log

AT_ONCE: Final = 2
HEARTBEAT_S: Final = 10.0
"""A worker that was silent for three of these is taken for dead, and its jobs are taken up by others."""

LONGEST_PAUSE_S: Final = 300
_RECONNECT_S: Final = 5.0
QUEUES: Final = (SCORING, MAILING)


class Worker:
    """Runs jobs of one hub until it is told to stop."""

    def __init__(self, hub: Hub, *, at_once: int = AT_ONCE, heartbeat_s: float = HEARTBEAT_S) -> None:
        """Prepare.

        Args:
            hub: Whose results are scored; it stays the caller's to close.
            at_once: Jobs that run at the same time.
            heartbeat_s: How often it says that it lives, in seconds.

        Raises:
            NeedsServerError: The hub's database is SQLite, where results are scored as they come.
        """
        if not hub.is_shared:
            raise NeedsServerError
        self._hub = hub
        self._at_once = at_once
        self._heartbeat_s = heartbeat_s
        self._stop = asyncio.Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the jobs under way are finished."""
        with _loop() as loop:
            loop.run(self._run_until_stopped())

    def drain(self) -> None:
        """Work until no job waits.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        try:
            with _loop() as loop:
                loop.run(self._once(is_waiting=False))
        except (ConnectorException, psycopg.Error) as problem:
            raise StoreUnavailableError(reason=type(problem).__name__) from problem

    async def _run_until_stopped(self) -> None:
        with _stopping(self._stop):
            while not self._stop.is_set():
                try:
                    await self._once(is_waiting=True)
                except (ConnectorException, psycopg.Error, StoreUnavailableError) as problem:
                    log.failure(StoreUnavailableError(reason=type(problem).__name__))
                with contextlib.suppress(TimeoutError):  # the database went away: not at once again
                    await asyncio.wait_for(self._stop.wait(), _RECONNECT_S)

    async def _once(self, *, is_waiting: bool) -> None:
        """One connection to the queue, as long as it lasts."""
        app = _app(self._hub)
        async with app.open_async():
            missing = await asyncio.to_thread(self._hub.enter_missing_jobs)
            if missing:
                log.event("hub.jobs_entered", count=missing)
            await self._take_up(app)
            await self._tell()
            await self._mail()
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=list(QUEUES),
                    concurrency=self._at_once,
                    wait=is_waiting,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._heartbeat_s,
                    stalled_worker_timeout=3 * self._heartbeat_s,
                )
            )
            others = [
                asyncio.create_task(self._stop.wait()),
                asyncio.create_task(self._look_after(app)),
            ]
            try:
                await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (working, *others):
                    task.cancel()
                ended = await asyncio.gather(working, *others, return_exceptions=True)
            for outcome in ended:
                if isinstance(outcome, Exception):
                    raise outcome

    async def _look_after(self, app: App) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            await self._take_up(app)
            await self._tell()
            await self._mail()

    async def _tell(self) -> None:
        """Tell candidates what a process that died has left untold."""
        await asyncio.to_thread(self._hub.academy.releasing.take_up)

    async def _mail(self) -> None:
        """Enter the mail that is due."""
        missing = await asyncio.to_thread(self._hub.peers.look_after)
        if missing:
            log.event("hub.mail_entered", count=missing)

    async def _take_up(self, app: App) -> None:
        """Let jobs of workers that are silent run again."""
        manager = app.job_manager
        for queue in QUEUES:
            for job in await manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=3 * self._heartbeat_s):
                log.event("hub.job_taken_up", queue=queue, sitting=str(job.task_kwargs.get("sitting", "")))
                await manager.retry_job(job)


class _Patience(BaseRetryStrategy):
    """Again and again, ever later: what was accepted is scored, however long the database or the shelf is away."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, NotFoundError):
            return None
        return RetryDecision(retry_in={"seconds": min(LONGEST_PAUSE_S, 2 ** min(job.attempts, 10))})


def _app(hub: Hub) -> App:
    app = App(connector=PsycopgConnector(conninfo=hub.queue_address))

    @app.task(name=SCORE, queue=SCORING, retry=_Patience())
    def score(sitting: str) -> None:
        hub.settle(sitting)

    @app.task(name=MAIL, queue=MAILING, retry=_Patience())
    def mail(mail_id: str) -> None:
        try:
            hub.peers.post.send(mail_id)
        except (MailRefusedError, MailUnsureError) as problem:  # its row says so; trying again is for a person
            log.failure(problem)

    _quiet()
    return app


def _quiet() -> None:
    """The library's log lines carry addresses and what a job was called with; ours say what happened."""
    logger = logging.getLogger("procrastinate")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())


def _loop() -> asyncio.Runner:
    """With the kind of loop that psycopg can use on every system."""
    return asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)


@contextlib.contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    told: list[Any] = []
    with contextlib.suppress(NotImplementedError):  # Windows has no such signals, and ends the process
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
            told.append(number)
    try:
        yield
    finally:
        for number in told:
            loop.remove_signal_handler(number)
