"""The steps and hands that rehearsals of a room share: who is there, and how it is driven and looked at.

Every computer is a folder. The academy has no network, and a stick goes to it.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pocus_desktop.app.demo import SAMPLE
from pocus_desktop.app.rehearsals.academy import CENTRE, Academy, Codes
from pocus_desktop.app.rehearsals.computers import PATIENCE_S, Computer, RehearsalFailedError, Running, say
from pocus_desktop.proctoring.hosting import SERVING

PROCTOR: Final = "Pat Lee"
SITTING_S: Final = 900.0
"""How long a candidate may take from the last thing that is done to them to the end."""

_LOOK_S: Final = 0.5
_NAMES: Final = ("Alex Moreno", "Bo Li", "Chidi Okafor", "Dana Weiss", "Elif Kaya", "Farid Rahimi", "Grace Mensah")

Row = Mapping[str, Any]


@dataclass(kw_only=True)
class RoomSteps:
    """A room that is rehearsed.

    Attributes:
        folder: A fresh one.
        count: How many candidates.
        think_s: How long a candidate thinks before each step is left.
        codes: By candidate, when they are admitted.
        programs: What goes on, by computer.
    """

    folder: Path
    count: int
    think_s: int = 15
    academy: Academy = field(init=False)
    console: Computer = field(init=False)
    desks: list[Computer] = field(init=False)
    codes: Mapping[str, Codes] = field(default_factory=dict)
    programs: dict[str, Running] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.academy = Academy(folder=self.folder, is_quiet=True)
        self.console = self.computer("console")
        self.desks = [self.computer(f"desk-{number}") for number in range(1, self.count + 1)]

    def computer(self, name: str) -> Computer:
        """A computer of the room."""
        return Computer(name=name, folder=self.folder / name)

    def address(self, console: Computer) -> str:
        """Where the desks reach an open console."""
        told = json.loads((console.folder / "home" / "room" / SERVING).read_text(encoding="utf-8"))
        return str(told["address"])

    def place(self, console: Computer) -> tuple[str, ...]:
        """How a console is told where to listen: at this computer alone, at a free port."""
        del console
        return ("--host", "127.0.0.1", "--port", "0")

    def prepare(self) -> str:
        """Up to the stick that goes to the centre; the words of the day."""
        academy = self.academy
        academy.hold_ceremony()
        bundle = academy.publish(version=1, people=("dee", "eve"))
        academy.enrol([(self.console, "centre"), *((desk, "station") for desk in self.desks)])
        self.codes = academy.admit(
            {self.candidate(desk): name for desk, name in zip(self.desks, _people(self.count), strict=True)}
        )
        academy.make_roster()
        _, words = academy.release(bundle, [self.console, *self.desks])
        return words

    def open_room(self) -> None:
        """The console takes the stick in, and opens."""
        self.take_stick_in()
        self.open(self.console)

    def take_stick_in(self) -> None:
        """What the academy sent."""
        stick = self.academy.stick
        self.console.run("roster", "import", stick / f"{CENTRE}.roster")
        self.console.run("unlock", "apply", stick / "release")
        self.console.run("room", "relay", "fetch", stick / "depot")

    def stock(self, words: str) -> None:
        """Nothing of a desk comes by another way than the room."""
        for desk in self.desks:
            desk.run("room", "join", self.address(self.console))
            desk.run("room", "stock")
            desk.run("unlock", "apply", "--words", words)

    def begin(self) -> None:
        """Programs start; the proctor looks at each candidate, and lets all begin."""
        for desk in self.desks:
            self.sit(desk)
        self.until("every desk shows who waits", lambda: self.stages() == ["identity"] * self.count)
        for desk in self.desks:
            self.console.run("room", "seat", desk.name, self.candidate(desk), "--by", PROCTOR)
        self.order("authorise", "--all")
        self.until("every sitting has begun", lambda: all(self.limits(row) for row in self.rows()))

    def close_out(self) -> None:
        """From the last hand-in to the last receipt."""
        for desk in self.desks:
            self.programs.pop(desk.name).end(SITTING_S)
        for desk in self.desks:
            desk.tries("outbox", "send", "--wait", "5")  # what a program that was closed had not brought over yet
        self.send_and_receive()

    def send_and_receive(self) -> None:
        """One stick to the academy and back; each result is at the console that its desk met last."""
        consoles = self.consoles()
        self.until("the consoles hold every result", lambda: len(self.held(consoles)) == self.count)
        stick = self.academy.stick / "results"
        stick.mkdir()
        for console in consoles:
            console.run("room", "relay", "stick", stick)
        self.academy.computer.run("hub", "take", stick)
        for console in consoles:
            console.run("room", "relay", "stick", stick)
            console.run("room", "relay", "status")
        for desk in self.desks:
            self.receive(desk)
        scored = self.academy.computer.run("hub", "list", "--json", is_shown=False)
        if scored.count('"status": "scored"') != self.count:
            say(scored)
            raise RehearsalFailedError(step="hub list", status=0)

    def consoles(self) -> tuple[Computer, ...]:
        """Those that may hold results."""
        return (self.console,)

    def stop(self) -> None:
        """Whatever goes on ends."""
        for program in self.programs.values():
            program.kill()

    # Hands and eyes ------------------------------------------------------------------------------------------------

    def candidate(self, desk: Computer) -> str:
        """Who sits at a desk."""
        return f"C-{desk.name.removeprefix('desk-')}"

    def open(self, console: Computer, *, peer: Computer | None = None) -> None:
        """A console's program starts."""
        peers = () if peer is None else ("--peer", self.address(peer))
        self.programs[console.name] = console.start(
            "room", "serve", "--name", console.name, *self.place(console), *peers
        )
        self.until(f"{console.name} is open", lambda: console.tries("room", "show", "--json") is not None)

    def sit(self, desk: Computer) -> None:
        """A candidate's program starts."""
        number = len(list(desk.folder.glob("screens-*"))) + 1
        codes = self.codes[self.candidate(desk)]
        self.programs[desk.name] = desk.start(
            "rehearse", "candidate", "--id", self.candidate(desk), "--admission", codes.admission,
            "--sign-in-code", codes.sign_in, "--answers", SAMPLE,
            "--think", str(self.think_s), "--patience", str(int(PATIENCE_S)), "--pictures", f"screens-{number}",
        )  # fmt: skip

    def order(self, kind: str, *words: str, wait_s: float = 10) -> None:
        """The proctor orders something."""
        self.console.run("room", "order", kind, *words, "--by", PROCTOR, *(("--wait", str(wait_s)) if wait_s else ()))

    def rows(self) -> list[Row]:
        """The room as the console shows it."""
        found: list[Row] = json.loads(self.console.run("room", "show", "--json", is_shown=False))["rows"]
        return found

    def row(self, desk: Computer) -> Row:
        """As the console has it; nothing where it has not met it yet."""
        return next((row for row in self.rows() if row["name"] == desk.name), {})

    def stages(self) -> list[str]:
        """Where everyone is."""
        return [row["stage"] for row in self.rows()]

    def limits(self, row: Row) -> bool:
        """Whether time runs for whoever sits there."""
        return row["left_ms"] is not None

    def is_linked(self, desk: Computer) -> bool:
        """Whether the console hears of a desk."""
        return bool(self.row(desk).get("is_linked"))

    def seq(self, desk: Computer) -> int:
        """How long the journal of a desk's sitting is."""
        return int(self.row(desk).get("head_seq", 0))

    def held(self, consoles: Sequence[Computer]) -> set[str]:
        """The sittings whose whole results are at consoles."""
        told = [console.run("room", "relay", "status", "--json", is_shown=False) for console in consoles]
        held = [json.loads(line) for each in told for line in each.splitlines()]
        return {row["sitting"] for row in held if not row["is_partial"]}

    def receive(self, desk: Computer) -> None:
        """The desk's program runs once more, and takes its receipts from the room."""
        desk.run("outbox", "send", "--wait", str(int(PATIENCE_S)))

    def until(self, what: str, is_so: Callable[[], bool]) -> None:
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
