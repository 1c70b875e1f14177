"""The rehearsal of a room: the programs of real candidates and consoles, on a LAN that is cut, some of them killed.

Every computer is a folder and a network namespace with one cable; the academy has none, and a stick goes to it. What
goes wrong on purpose is told, and so is what must be true after it. It ends when every result is received and every
receipt is back at the station that sent it.
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pocus_desktop.app.demo import SAMPLE
from pocus_desktop.app.rehearsals.academy import CENTRE, Academy, Codes
from pocus_desktop.app.rehearsals.air_gap import fresh_folder
from pocus_desktop.app.rehearsals.computers import PATIENCE_S, Computer, RehearsalFailedError, Running, say
from pocus_desktop.app.rehearsals.network import Lan, lan

FEWEST: Final = 5
MOST: Final = 20
PROCTOR: Final = "Pat Lee"
THINK_S: Final = 15
CUT_S: Final = 8
SITTING_S: Final = 900.0
"""How long a candidate may take from the last thing that goes wrong to the end."""

_LOOK_S: Final = 0.5
_NAMES: Final = ("Alex Moreno", "Bo Li", "Chidi Okafor", "Dana Weiss", "Elif Kaya", "Farid Rahimi", "Grace Mensah")
_OVER: Final = frozenset({"handed-in", "survey", "farewell"})

Row = Mapping[str, Any]


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
class RoomRehearsal:
    """The steps, in order."""

    folder: Path
    lan: Lan
    count: int
    academy: Academy = field(init=False)
    console: Computer = field(init=False)
    spare: Computer = field(init=False)
    desks: list[Computer] = field(init=False)
    codes: Mapping[str, Codes] = field(default_factory=dict)
    programs: dict[str, Running] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.academy = Academy(folder=self.folder, is_quiet=True)
        self.console = self._computer("console")
        self.spare = self._computer("spare-console")
        self.desks = [self._computer(f"desk-{number}") for number in range(1, self.count + 1)]

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
            for program in self.programs.values():
                program.kill()

    def prepare(self) -> str:
        """Up to the stick that goes to the centre; the words of the day."""
        academy = self.academy
        academy.hold_ceremony()
        bundle = academy.publish(version=1, people=("dee", "eve"))
        academy.enrol([(self.console, "centre"), *((desk, "station") for desk in self.desks)])
        self.codes = academy.admit(
            {self._candidate(desk): name for desk, name in zip(self.desks, _people(self.count), strict=True)}
        )
        academy.make_roster()
        _, words = academy.release(bundle, [self.console, *self.desks])
        return words

    def open_room(self) -> None:
        """The stick is taken in; two consoles of one centre open."""
        stick = self.academy.stick
        self.console.run("roster", "import", stick / f"{CENTRE}.roster")
        self.console.run("unlock", "apply", stick / "release")
        self.console.run("room", "relay", "fetch", stick / "depot")
        say("the centre's keys and papers are copied to a spare console, as its sealed stick has them")
        shutil.copytree(self.console.folder / "home", self.spare.folder / "home")
        self._open(self.console)
        self._open(self.spare, peer=self.console)

    def stock(self, words: str) -> None:
        """Nothing of a desk comes by another way than the room."""
        for desk in self.desks:
            desk.run("room", "join", self.lan.address(self.console.name))
            desk.run("room", "stock")
            desk.run("unlock", "apply", "--words", words)

    def begin(self) -> None:
        """Programs start; the proctor looks at each candidate, and lets all begin."""
        for desk in self.desks:
            self._sit(desk)
        self._until("every desk shows who waits", lambda: self._stages() == ["identity"] * self.count)
        for desk in self.desks:
            self.console.run("room", "seat", desk.name, self._candidate(desk), "--by", PROCTOR)
        self._order("authorise", "--all")
        self._until("every sitting has begun", lambda: all(self._limits(row) for row in self._rows()))

    def trouble(self) -> None:
        """A cable, a power cut, a switch; orders on the way, and time that is given."""
        first, second, third, *_ = self.desks
        before = self._seq(first)
        say(f"the cable of {first.name} is pulled")
        self.lan.pull(first.name)
        self._until(f"{first.name} is silent", lambda: not self._is_linked(first))
        self._order("pause", "--station", first.name, "--reason", "a cable", wait_s=0)
        time.sleep(CUT_S)
        self.lan.plug(first.name)
        self._until(
            f"{first.name} is back, and obeyed what waited for it", lambda: self._row(first).get("pause") is not None
        )
        if self._seq(first) <= before:
            raise RehearsalFailedError(step="the sitting went on without its cable", status=0)
        self._order("resume", "--station", first.name)
        say(f"{second.name} loses power")
        kept = self._seq(second)
        self.programs[second.name].kill()
        self._until(f"{second.name} is silent", lambda: not self._is_linked(second))
        self._sit(second)
        self._until(f"{second.name} goes on where it was", lambda: self._is_linked(second) and self._seq(second) > kept)
        self._order("add-time", "--station", third.name, "--minutes", "5", "--reason", "sound of a desk beside it")
        say("the switch dies")
        self.lan.switch_off()
        time.sleep(CUT_S)
        self.lan.switch_on()
        self._until("every desk is back", lambda: all(self._is_linked(desk) for desk in self.desks))
        self._order("message", "--all", "--text", "Half of the time is over.")

    def swap_consoles(self) -> None:
        """What one console ordered, the other knows from the desks."""
        last = self.desks[-1]
        say("the console loses power")
        self.programs[self.console.name].kill()
        lost, self.console, self.spare = self.console, self.spare, self.console
        self._until("the spare console has every desk", lambda: all(self._is_linked(desk) for desk in self.desks))
        self._order("pause", "--station", last.name, "--reason", "a proctor's question")
        self._until(f"{last.name} stands still", lambda: self._row(last).get("pause") is not None)
        self._open(lost)
        self.console, self.spare = self.spare, self.console
        self._until("the first console has every desk again", lambda: all(self._is_linked(desk) for desk in self.desks))
        self._until("it knows what the spare one ordered", lambda: self._row(last).get("pause") is not None)
        self._order("resume", "--station", last.name)

    def close_out(self) -> None:
        """From the last hand-in to the last receipt."""
        for desk in self.desks:
            self.programs.pop(desk.name).end(SITTING_S)
        for desk in self.desks:
            desk.tries("outbox", "send", "--wait", "5")  # what a program that was closed had not brought over yet
        self.send_and_receive()

    def send_and_receive(self) -> None:
        """One stick to the academy and back; each result is at the console that its desk met last."""
        consoles = (self.console, self.spare)
        self._until("the consoles hold every result", lambda: len(self._held(consoles)) == self.count)
        stick = self.academy.stick / "results"
        stick.mkdir()
        for console in consoles:
            console.run("room", "relay", "stick", stick)
        self.academy.computer.run("hub", "take", stick)
        for console in consoles:
            console.run("room", "relay", "stick", stick)
            console.run("room", "relay", "status")
        for desk in self.desks:
            self._receive(desk)
        scored = self.academy.computer.run("hub", "list", "--json", is_shown=False)
        if scored.count('"status": "scored"') != self.count:
            say(scored)
            raise RehearsalFailedError(step="hub list", status=0)

    # Hands and eyes ------------------------------------------------------------------------------------------------

    def _computer(self, name: str) -> Computer:
        computer = Computer(name=name, folder=self.folder / name, lan=self.lan)
        self.lan.attach(name)
        return computer

    def _candidate(self, desk: Computer) -> str:
        return f"C-{desk.name.removeprefix('desk-')}"

    def _open(self, console: Computer, *, peer: Computer | None = None) -> None:
        peers = () if peer is None else ("--peer", self.lan.address(peer.name))
        self.programs[console.name] = console.start("room", "serve", "--name", console.name, *peers)
        self._until(f"{console.name} is open", lambda: console.tries("room", "show", "--json") is not None)

    def _sit(self, desk: Computer) -> None:
        number = len(list(desk.folder.glob("screens-*"))) + 1
        codes = self.codes[self._candidate(desk)]
        self.programs[desk.name] = desk.start(
            "rehearse", "candidate", "--id", self._candidate(desk), "--admission", codes.admission,
            "--sign-in-code", codes.sign_in, "--answers", SAMPLE,
            "--think", str(THINK_S), "--patience", str(int(PATIENCE_S)), "--pictures", f"screens-{number}",
        )  # fmt: skip

    def _order(self, kind: str, *words: str, wait_s: float = 10) -> None:
        self.console.run("room", "order", kind, *words, "--by", PROCTOR, *(("--wait", str(wait_s)) if wait_s else ()))

    def _rows(self) -> list[Row]:
        found: list[Row] = json.loads(self.console.run("room", "show", "--json", is_shown=False))["rows"]
        return found

    def _row(self, desk: Computer) -> Row:
        """As the console has it; nothing where it has not met it yet."""
        return next((row for row in self._rows() if row["name"] == desk.name), {})

    def _stages(self) -> list[str]:
        return [row["stage"] for row in self._rows()]

    def _limits(self, row: Row) -> bool:
        return row["left_ms"] is not None

    def _is_linked(self, desk: Computer) -> bool:
        return bool(self._row(desk).get("is_linked"))

    def _seq(self, desk: Computer) -> int:
        return int(self._row(desk).get("head_seq", 0))

    def _held(self, consoles: Sequence[Computer]) -> set[str]:
        """The sittings whose whole results are at consoles."""
        told = [console.run("room", "relay", "status", "--json", is_shown=False) for console in consoles]
        held = [json.loads(line) for each in told for line in each.splitlines()]
        return {row["sitting"] for row in held if not row["is_partial"]}

    def _receive(self, desk: Computer) -> None:
        """The desk's program runs once more, and takes its receipts from the room."""
        desk.run("outbox", "send", "--wait", str(int(PATIENCE_S)))

    def _until(self, what: str, is_so: Callable[[], bool]) -> None:
        """Wait for what must come, and say that it came.

        Raises:
            RehearsalFailedError: It does not.
        """
        until_s = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > until_s:
                raise RehearsalFailedError(step=what, status=0)
            time.sleep(_LOOK_S)
        say(f"    {what}")


def _people(count: int) -> list[str]:
    return [_NAMES[number % len(_NAMES)] for number in range(count)]
