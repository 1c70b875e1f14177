"""What stands behind the proctor's window: it gives a view of the room and takes intents."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from pocus_desktop.admission.proctor_order import Kind
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.check_in import Entrant, Seat
from pocus_desktop.proctoring.close_out import Checklist
from pocus_desktop.proctoring.order_plan import OrderPlan
from pocus_desktop.proctoring.record import RecordLine
from pocus_desktop.proctoring.view import RoomView
from pocus_desktop.ui.proctor.intents import Intent

Readiness: TypeAlias = Literal["unknown", "ready", "problems"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreCard:
    """The centre, and how its stations find this console.

    Attributes:
        name, centre_id: Empty before the academy enrolled it.
        day: Of the newest roster; empty before one was taken in.
        expected: How many admissions that has.
        walk_ins: How many walk-ins are allowed and left.
        addresses: `host:port`, the likeliest first; none while nothing is served.
        pairing: Words that a station types, which carry the room's certificate.
        qr: The same for a scanner; empty while nothing is served.
        fingerprint: Of the room's certificate.
    """

    name: str = ""
    centre_id: str = ""
    day: str = ""
    expected: int = 0
    walk_ins: int = 0
    walk_in_bundles: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    pairing: str = ""
    qr: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCard:
    """A station before the day.

    Attributes:
        is_in: It belongs to the room.
        is_known: It has said who it is; else it stands in the roster alone.
        is_heard: It reports to this console.
        readiness: What its newest preflight report says.
        checked_at_ms: When that was made; None where none was filed.
        problems: What it says has to be mended.
    """

    station_id: str
    name: str
    is_in: bool
    is_heard: bool
    is_known: bool = True
    readiness: Readiness = "unknown"
    checked_at_ms: int | None = None
    problems: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleCard:
    """A bundle that the day needs.

    Attributes:
        is_good: It is here, and every byte is as the academy signed it.
        told: Where it stands, and what to do.
    """

    bundle_id: str
    told: Explanation
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalCard:
    """The rehearsal on this computer.

    Attributes:
        is_running: It is under way, at `step` of `steps`; 0 before the first.
        is_stopping: It was asked to stop.
        desks: How many candidates it has.
        at_ms: When it began, or ended; None where there was none.
        outcome: What came of the last one; empty while one is under way, and before the first.
        told: What it said last, where it failed.
        report: The file of its report; empty where the disk did not take it.
    """

    is_running: bool = False
    is_stopping: bool = False
    steps: int = 1
    step: int = 0
    desks: int = 0
    at_ms: int | None = None
    outcome: Literal["", "passed", "failed", "stopped"] = ""
    told: str = ""
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleView:
    """Everything that the window shows.

    Attributes:
        who: The proctor who acts; empty before they said so.
        silent_consoles: How many other consoles of the room do not answer.
    """

    centre: CentreCard
    room: RoomView
    stations: tuple[StationCard, ...] = ()
    bundles: tuple[BundleCard, ...] = ()
    entrants: tuple[Entrant, ...] = ()
    seats: tuple[Seat, ...] = ()
    checklist: Checklist = field(default_factory=lambda: Checklist(lines=()))
    record: tuple[RecordLine, ...] = ()
    rehearsal: RehearsalCard = field(default_factory=RehearsalCard)
    who: str = ""
    silent_consoles: int = 0
    wall_ms: int = 0


class Desk(Protocol):
    """Holds the room.

    Views and plans are asked for on the GUI thread and wait for neither disk nor network; `handle` is called on a
    worker meanwhile, one call at a time.
    """

    def view(self, language: str) -> ConsoleView:
        """The present."""

    def plan(self, kind: Kind, station_ids: Iterable[str]) -> OrderPlan:
        """What an order would do, before it is given."""

    def seats_for(self, admission_id: str) -> tuple[Seat, ...]:
        """The stations that a candidate may be given, the likeliest first."""

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this, and none before it, on any thread, whenever something came that shall be seen at once."""

    def handle(self, intent: Intent, language: str) -> Explanation | None:
        """Do what the proctor wants; what came of it, where it is more than what is seen anyway.

        Raises:
            PocusError: Why it is not done.
        """
