"""The candidate before the portfolio's window, over a home of the rehearsal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Final

from pocus_desktop.app.display import draw_without_one
from pocus_desktop.app.portfolio import carried, read_academy, sitting_here, synced
from pocus_desktop.app.rehearsals.computers import PASSPHRASE
from pocus_desktop.app.rehearsals.programme.clock import MovedClock
from pocus_desktop.app.rehearsals.programme.record import Record
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.own.opening import open_portfolio
from pocus_desktop.ui import event_loop
from pocus_desktop.ui.launch import WINDOW_PX, make_application
from pocus_desktop.ui.portfolio.scripted import ScriptedApplicant
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

LARGE_PERCENT: Final = 200


@contextmanager
def open_window(
    home: Home, clock: MovedClock, record: Record, *, language: str = "en", percent: int = 100
) -> Iterator[ScriptedApplicant]:
    """The portfolio's window, open as long as the context lasts.

    Raises:
        PocusError: `portfolio.*`: its database cannot be used.
    """
    draw_without_one()
    make_application()
    look.wear(look.Look(text_percent=percent))
    with event_loop.collecting_here(), open_portfolio(home, passphrase=PASSPHRASE, clock=clock) as desk:
        window = PortfolioWindow(
            desk,
            words=Words(language),
            sync=partial(synced, desk, home, PASSPHRASE, clock, language),
            carry=partial(carried, desk, language),
            read_keys=read_academy,
            sit=sitting_here(home, language),
        )
        window.resize(*WINDOW_PX)
        window.show()
        applicant = ScriptedApplicant(window, record.picture)
        try:
            with _faults() as faults:
                applicant.settle()
                yield applicant
            record.expect("the window met no fault of its own", not faults, faults)
        except PocusError:
            applicant.picture("stopped")
            raise
        finally:
            applicant.leave()


def send_and_fetch(applicant: ScriptedApplicant, record: Record) -> None:
    """As the button does.

    Raises:
        OtherwiseError: Something still waits.
    """
    applicant.press("sync")
    record.expect(
        "what the portfolio holds is sent, and what is there is fetched", not applicant.view.waiting, applicant.told()
    )


@contextmanager
def _faults() -> Iterator[list[str]]:
    """What goes wrong inside the window, which Qt only prints."""
    found: list[str] = []
    before = sys.excepthook

    def note(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        found.append(f"{kind.__name__}: {problem}")
        before(kind, problem, trace)

    sys.excepthook = note
    try:
        yield found
    finally:
        sys.excepthook = before
