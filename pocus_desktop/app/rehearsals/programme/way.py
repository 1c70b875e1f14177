"""`pocus rehearse programme`: one synthetic candidate from the account to the certificate, and through a CME cycle.

Real mail on this computer's loopback, a real browser, a hub in a process of its own; the whole way once on SQLite and
once on PostgreSQL. It leaves a report and pictures of every page and screen.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.academy import Academy
from pocus_desktop.app.rehearsals.air_gap import fresh_folder
from pocus_desktop.app.rehearsals.computers import Computer, say
from pocus_desktop.app.rehearsals.programme import (
    applying,
    assessing,
    certifying,
    evaluating,
    founding,
    keeping,
    looking,
    parts,
)
from pocus_desktop.app.rehearsals.programme.cast import Cast
from pocus_desktop.app.rehearsals.programme.clock import MovedClock
from pocus_desktop.app.rehearsals.programme.database import open_database
from pocus_desktop.app.rehearsals.programme.post import post_office
from pocus_desktop.app.rehearsals.programme.program import program
from pocus_desktop.app.rehearsals.programme.record import PAGE, Record
from pocus_desktop.app.rehearsals.programme.stopping import STOPPED, Stopping
from pocus_desktop.app.rehearsals.programme.web import open_web
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui import qt_messages

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
DATABASES: Final = (SQLITE, POSTGRESQL)


def rehearse_programme(out: Path, *, databases: Sequence[str] = DATABASES) -> int:
    """The whole way on each database, each in a folder of its own below a fresh one; the exit status.

    Told to stop, it ends its hub, its mail and its browser, writes the report of what came so far, and leaves nothing
    running.

    Raises:
        NoSampleError: The sample case is not there.
        PartMissingError: Something is not on this computer that the way needs; nothing was begun.
        PocusError: Something was otherwise than it must be; the report says where.
    """
    parts.require_libraries()
    parts.browser()
    if POSTGRESQL in databases:
        parts.database_programs()
    folder = fresh_folder(out)
    qt_messages.route()
    log.start(folder / "program.log")
    stopping = Stopping()
    try:
        with stopping.by_signals():
            for database in databases:
                say(f"The programme, rehearsed on {database}")
                _rehearse(folder / database, database, stopping)
    except KeyboardInterrupt:
        say(f"The rehearsal was stopped. What came so far: {folder}")
        return STOPPED
    say(f"The rehearsal is over. Reports and pictures: {' '.join(str(folder / one / PAGE) for one in databases)}")
    return 0


def _rehearse(folder: Path, database: str, stopping: Stopping) -> None:
    folder.mkdir()
    record = Record(folder=folder, name=database, require_wanted=stopping.require_wanted)
    try:
        with ExitStack() as open_:
            url = open_.enter_context(open_database()) if database == POSTGRESQL else ""
            clock = MovedClock(folder / "clock")
            cast = Cast(
                folder=folder,
                record=record,
                clock=clock,
                academy=Academy(
                    folder=folder,
                    is_quiet=True,
                    program=program(folder / "clock"),
                    environment={"POCUS_DATABASE_URL": url} if url else {},
                ),
                centre=Computer(name="riverside", folder=folder / "centre", is_quiet=True),
                station=Computer(name="desk-1", folder=folder / "station", is_quiet=True),
                post=open_.enter_context(post_office(folder / "mail")),
                web=open_.enter_context(open_web(record)),
            )
            open_.callback(_stop, cast)
            _go(cast, is_shared=bool(url))
    except PocusError as problem:
        told = problem.explain()
        record.problem = f"{told.what} {told.next}"
        raise
    except KeyboardInterrupt:
        record.problem = "somebody stopped it."
        raise
    finally:
        record.write()


def _go(cast: Cast, *, is_shared: bool) -> None:
    """Every step."""
    founding.found(cast, is_shared=is_shared)
    founding.employ(cast)
    applying.open_account(cast)
    applying.gather_evidence(cast)
    applying.apply(cast)
    applying.decide(cast)
    applying.pay(cast)
    assessing.sit_and_fail(cast)
    assessing.appeal(cast)
    assessing.sit_and_pass(cast)
    evaluating.name_evaluators(cast)
    evaluating.answer(cast)
    evaluating.decide(cast)
    certifying.issue(cast)
    certifying.verify(cast)
    keeping.earn_credits(cast)
    keeping.renew(cast)
    certifying.revoke(cast)
    looking.look_around(cast)
    cast.record.expect("no page asked another computer for anything", not cast.web.abroad, cast.web.abroad)


def _stop(cast: Cast) -> None:
    for one in reversed(cast.running):
        one.stop()
