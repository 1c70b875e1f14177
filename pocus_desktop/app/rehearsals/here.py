"""The rehearsal that a console runs beside itself: a whole small room on this computer, with nothing of the real one.

The academy, a console and its desks are throw-away folders with keys of their own; the programs are the real ones, the
candidates scripted, the network is this computer's own, on which nobody else can listen. It needs no right and no
namespace. Whoever started it holds the other end of its standard input: when that closes, it stops.
"""

import _thread
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.app.rehearsals.air_gap import fresh_folder
from pocus_desktop.app.rehearsals.computers import say
from pocus_desktop.app.rehearsals.room_steps import RoomSteps
from pocus_desktop.app.room_links import INTERFACES_VARIABLE

STEPS: Final = 6
"""How many there are; each begins with a line that begins with its number."""

STOPPED: Final = 130
"""Its status where it was stopped."""

_THINK_S: Final = 2


def rehearse_here(out: Path, *, desks: int, stops: bool = False) -> int:
    """The rehearsal, in a fresh folder below `out`; the exit status.

    Args:
        out: Where.
        desks: How many candidates.
        stops: Stop when standard input ends.

    Raises:
        NoSampleError: The sample case is not there.
        RehearsalFailedError: Something went otherwise than it must.
    """
    os.environ[INTERFACES_VARIABLE] = "-"  # its console is announced to nobody
    rehearsal = HereRehearsal(folder=fresh_folder(out), count=desks, think_s=_THINK_S)
    if stops:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the console may have it ignored
        threading.Thread(target=_stop_with, args=(sys.stdin.buffer,), name="rehearsal-stop", daemon=True).start()
    try:
        rehearsal.run()
    except KeyboardInterrupt:
        say("The rehearsal was stopped.")
        return STOPPED
    return 0


@dataclass(kw_only=True)
class HereRehearsal(RoomSteps):
    """The steps, in order."""

    def run(self) -> None:
        """All of it.

        Raises:
            RehearsalFailedError: Something went otherwise than it must.
        """
        try:
            say("1  An academy of the rehearsal publishes, enrols a centre and its desks, and admits its candidates")
            words = self.prepare()
            say("2  A console of the rehearsal is brought up to date by stick, and its room opens")
            self.open_room()
            say("3  Each desk joins the room, and fetches admissions and bundles from the console")
            self.stock(words)
            say("4  The candidates sign in, are given their desks, and are let begin by one order")
            self.begin()
            say("5  The room is paused and goes on, time is given, and a desk loses power and comes back")
            self.trouble()
            say("6  Everyone hands in; results go to the academy on a stick, and receipts come back to the desks")
            self.close_out()
            say(f"The rehearsal is over: {self.count} results received, {self.count} receipts back.")
        finally:
            self.stop()

    def trouble(self) -> None:
        """What can go wrong without a network to cut."""
        first = self.desks[0]
        self.order("pause", "--all", "--reason", "a fire drill")
        self.order("resume", "--all")
        self.order("add-time", "--station", first.name, "--minutes", "5", "--reason", "the fire drill")
        kept = self.seq(first)
        say(f"{first.name} loses power")
        self.programs[first.name].kill()
        self.until(f"{first.name} is silent", lambda: not self.is_linked(first))
        self.sit(first)
        self.until(f"{first.name} goes on where it was", lambda: self.is_linked(first) and self.seq(first) > kept)


def _stop_with(whoever: BinaryIO) -> None:
    """As if someone pressed Ctrl+C, also while a command is waited for."""
    while whoever.read(1):
        pass
    main_thread = threading.main_thread().ident
    if main_thread is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main_thread, signal.SIGINT)
    else:  # Windows: seen when the command that is waited for has ended
        _thread.interrupt_main()
