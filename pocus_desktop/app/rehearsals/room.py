"""The rehearsal of a room: the programs of real candidates and consoles, on a LAN that is cut, some of them killed.

Every computer is a folder and a network namespace with one cable; the academy has none, and a stick goes to it. What
goes wrong on purpose is told, and so is what must be true after it. It ends when every result is received and every
receipt is back at the station that sent it.
"""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.air_gap import fresh_folder
from pocus_desktop.app.rehearsals.computers import Computer, RehearsalFailedError, say
from pocus_desktop.app.rehearsals.network import Lan, lan
from pocus_desktop.app.rehearsals.room_steps import RoomSteps

FEWEST: Final = 5
MOST: Final = 20
CUT_S: Final = 8


def rehearse_room(out: Path, *, desks: int) -> int:
    """The rehearsal of a room, in a fresh folder below `out`; the exit status.

    Args:
        out: Where.
        desks: How many candidates.

    Raises:
        NoNamespacesError: This system makes no networks.
        NoSampleError: The sample case is not there.
        RehearsalFailedError: Something went otherwise than it must.
    """
    folder = fresh_folder(out)
    with lan() as network:
        RoomRehearsal(folder=folder, lan=network, count=desks).run()
    return 0


@dataclass(kw_only=True)
class RoomRehearsal(RoomSteps):
    """The steps, in order, on a LAN whose cables are pulled, with a second console."""

    lan: Lan
    spare: Computer = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.spare = self.computer("spare-console")

    def computer(self, name: str) -> Computer:
        """With a cable of its own."""
        made = Computer(name=name, folder=self.folder / name, lan=self.lan)
        self.lan.attach(name)
        return made

    def address(self, console: Computer) -> str:
        """On the LAN."""
        return self.lan.address(console.name)

    def place(self, console: Computer) -> tuple[str, ...]:
        """Where every console listens."""
        del console
        return ()

    def consoles(self) -> tuple[Computer, ...]:
        """Each result is at the console that its desk met last."""
        return (self.console, self.spare)

    def run(self) -> None:
        """All of it.

        Raises:
            RehearsalFailedError: Something went otherwise than it must.
        """
        try:
            say("1  The academy publishes, enrols a centre and its desks, and admits its candidates (as in `air-gap`)")
            words = self.prepare()
            say("2  The console is brought up to date by stick, and the room opens on its LAN")
            self.open_room()
            say("3  Each desk joins the room, and fetches admissions and bundles from the console")
            self.stock(words)
            say("4  The candidates sign in, are checked in, and are let begin by one order")
            self.begin()
            say(
                "5  A cable is pulled, a program is killed, the switch dies: the sittings go on, and all agree after it"
            )
            self.trouble()
            say("6  The console is killed, the spare one goes on, and the first comes back")
            self.swap_consoles()
            say("7  Everyone hands in; results go to the academy on a stick, and receipts come back to the desks")
            self.close_out()
            say(f"The rehearsal is over: {self.count} results received, {self.count} receipts back. {self.folder}")
        finally:
            self.stop()

    def open_room(self) -> None:
        """The stick is taken in; two consoles of one centre open."""
        self.take_stick_in()
        say("the centre's keys and papers are copied to a spare console, as its sealed stick has them")
        shutil.copytree(self.console.folder / "home", self.spare.folder / "home")
        self.open(self.console)
        self.open(self.spare, peer=self.console)

    def trouble(self) -> None:
        """A cable, a power cut, a switch; orders on the way, and time that is given."""
        first, second, third, *_ = self.desks
        before = self.seq(first)
        say(f"the cable of {first.name} is pulled")
        self.lan.pull(first.name)
        self.until(f"{first.name} is silent", lambda: not self.is_linked(first))
        self.order("pause", "--station", first.name, "--reason", "a cable", wait_s=0)
        time.sleep(CUT_S)
        self.lan.plug(first.name)
        self.until(
            f"{first.name} is back, and obeyed what waited for it", lambda: self.row(first).get("pause") is not None
        )
        if self.seq(first) <= before:
            raise RehearsalFailedError(step="the sitting went on without its cable", status=0)
        self.order("resume", "--station", first.name)
        say(f"{second.name} loses power")
        kept = self.seq(second)
        self.programs[second.name].kill()
        self.until(f"{second.name} is silent", lambda: not self.is_linked(second))
        self.sit(second)
        self.until(f"{second.name} goes on where it was", lambda: self.is_linked(second) and self.seq(second) > kept)
        self.order("add-time", "--station", third.name, "--minutes", "5", "--reason", "sound of a desk beside it")
        say("the switch dies")
        self.lan.switch_off()
        time.sleep(CUT_S)
        self.lan.switch_on()
        self.until("every desk is back", lambda: all(self.is_linked(desk) for desk in self.desks))
        self.order("message", "--all", "--text", "Half of the time is over.")

    def swap_consoles(self) -> None:
        """What one console ordered, the other knows from the desks."""
        last = self.desks[-1]
        say("the console loses power")
        self.programs[self.console.name].kill()
        lost, self.console, self.spare = self.console, self.spare, self.console
        self.until("the spare console has every desk", lambda: all(self.is_linked(desk) for desk in self.desks))
        self.order("pause", "--station", last.name, "--reason", "a proctor's question")
        self.until(f"{last.name} stands still", lambda: self.row(last).get("pause") is not None)
        self.open(lost)
        self.console, self.spare = self.spare, self.console
        self.until("the first console has every desk again", lambda: all(self.is_linked(desk) for desk in self.desks))
        self.until("it knows what the spare one ordered", lambda: self.row(last).get("pause") is not None)
        self.order("resume", "--station", last.name)
