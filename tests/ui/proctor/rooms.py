"""Rooms of simulated stations: the room's own state machine, given what stations would report."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, Window
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.proctor_order import Kind, ProctorOrder, issue_order, new_order_id
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring import check_in, day, events, room, room_orders, room_state
from pocus_desktop.proctoring.check_in import Seat
from pocus_desktop.proctoring.close_out import checklist
from pocus_desktop.proctoring.documents import Health, LimitLeft, Noted, OrderCame, SittingReport, StationReport
from pocus_desktop.proctoring.events import Event
from pocus_desktop.proctoring.order_plan import OrderPlan, plan
from pocus_desktop.proctoring.record import record
from pocus_desktop.proctoring.room_state import EMPTY, RoomState
from pocus_desktop.proctoring.view import room_view
from pocus_desktop.ui.proctor import intents
from pocus_desktop.ui.proctor.desk import BundleCard, CentreCard, ConsoleView, StationCard
from pocus_desktop.ui.proctor.intents import Intent

WALL_MS = 1_773_482_400_000
CONSOLE = "con_" + "0" * 20
CENTRE = SigningKey.from_seed(b"c" * 32)
NAMES = (
    "Maria Álvarez", "Jon Park", "Ana Ruiz", "Bo Li", "Chidi Okafor", "Dana Weiss", "Elif Kaya", "Farid Rahimi",
    "Grace Mensah", "Hana Sato", "Ivan Petrov", "Julia Nowak", "Kofi Asante", "Lena Fischer", "Mateo Rossi",
    "Noor Haddad", "Olga Ivanova", "Priya Sharma", "Quinn Byrne", "Rosa Delgado",
)  # fmt: skip
HOUR_MS = 3_600_000


def station_id(number: int) -> str:
    return f"x25519-{number:032x}"


def key_of(number: int) -> SigningKey:
    return SigningKey.from_seed(number.to_bytes(32, "big"))


def sitting_of(number: int, **changes: Any) -> SittingReport:
    """A candidate in the middle of a case."""
    left = 1_500_000 - 17_000 * (number % 37)
    fields: dict[str, Any] = {
        "sitting": f"sit_{number}",
        "admission_id": f"adm_{number}",
        "candidate_id": f"C-{20_400 + number}",
        "candidate_name": NAMES[(number - 1) % len(NAMES)],
        "mode": "live",
        "bundle_id": "lung-a",
        "bundle_version": 3,
        "stage": "case",
        "case_number": 1 + number % 2,
        "case_count": 2,
        "step_number": 1 + number % 9,
        "step_count": 11,
        "times": (LimitLeft(scope="case", scope_id="c", limit_ms=1_800_000, left_ms=left),),
        "is_running": True,
        "saved": "saved",
        "saved_at_ms": WALL_MS - 1_000 * (number % 23),
    }
    return SittingReport(**(fields | changes))


def health_of(number: int, **changes: Any) -> Health:
    fields: dict[str, Any] = {
        "disk_free_bytes": 38_000_000_000 + number * 731_000_000,
        "battery_percent": 100 - number % 9,
        "hub": "online",
    }
    return Health(**(fields | changes))


DONE: dict[str, Any] = {
    "stage": "farewell", "times": (), "is_running": False, "result": "a" * 64, "delivery": "received",
}  # fmt: skip
NOTES = (Noted(what="focus-lost", at_ms=WALL_MS - 60_000), Noted(what="focus-returned", detail="4000", at_ms=WALL_MS))
TROUBLES: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = (
    ({"is_hand_raised": True, "hand_note": "There is no sound in the left ear."}, {}),
    ({"saved": "failed", "is_running": False}, {"disk_free_bytes": 0}),
    ({"stage": "identity", "times": (), "is_running": False, "step_number": 0, "step_count": 0}, {}),
    ({"pause": "Environment: fire drill", "paused_by": "Pat Lee", "is_running": False}, {}),
    ({"notes": NOTES}, {}),
    ({}, {"battery_percent": 34, "is_on_battery": True}),
    ({"times": (LimitLeft(scope="case", scope_id="c", limit_ms=1_800_000, left_ms=222_000),)}, {}),
    ({"is_barred": True, "is_running": False, "lost_ms": 432_000, "credited_ms": 300_000}, {}),
    ({}, {"media_fault": "media.engine_missing"}),
    (DONE | {"delivery": "waiting"}, {"outbox_waiting": 1}),
)


class Room:
    """Stations that report, and a desk over them that gives orders like the real one.

    Args:
        count: How many stations.
    """

    def __init__(self, count: int = 0) -> None:
        self.state: RoomState = EMPTY
        self.now_ms = 10_000
        self.reports: dict[int, StationReport] = {}
        self.who = "Pat Lee"
        self.told: list[Intent] = []
        self.admissions: dict[str, Admission] = {}
        self.results: dict[str, str] = {}
        self.centre = CentreCard(
            name="Northern Clinic", centre_id="north", day="2026-03-14", expected=count, walk_ins=2,
            walk_in_bundles=("lung-a",), addresses=("192.168.7.20:8443",), pairing="amber kettle north violin",
            qr="POCUS-ROOM:192.168.7.20:8443:amber-kettle-north-violin", fingerprint="4be1" * 16,
        )  # fmt: skip
        self.give(events.Opened(console=CONSOLE, **self.at()))
        for number in range(1, count + 1):
            self.join(number)

    def at(self) -> dict[str, Any]:
        return {"at_ms": self.now_ms, "wall_ms": self.wall_ms}

    @property
    def wall_ms(self) -> int:
        return WALL_MS + self.now_ms - 10_000

    def give(self, event: Event) -> None:
        self.state = room.step(self.state, event).state

    def join(self, number: int, *, is_ours: bool = True) -> None:
        came = events.StationCame(
            station_id=station_id(number),
            name=f"Desk {number}",
            signing=key_of(number).public,
            is_ours=is_ours,
            **self.at(),
        )
        self.give(came)

    def admit(self, number: int, **changes: Any) -> Admission:
        fields: dict[str, Any] = {
            "admission_id": f"adm_{number}",
            "candidate": Candidate(id=f"C-{20_400 + number}", display_name=NAMES[(number - 1) % len(NAMES)]),
            "bundle_id": "lung-a",
            "mode": Mode.TRIAL,
            "window": Window(not_before_ms=WALL_MS - HOUR_MS, not_after_ms=WALL_MS + HOUR_MS),
            "accommodations": Accommodations(time_factor=1.25 if number % 7 == 0 else 1.0),
        }
        made = Admission.model_validate(fields | changes)
        self.admissions[made.admission_id] = made
        return made

    def report(self, number: int, sitting: SittingReport | None = None, health: Health | None = None) -> None:
        """A station says where it is."""
        last = self.reports.get(number)
        made = StationReport(
            station_id=station_id(number),
            name=f"Desk {number}",
            run=f"run_{number:020d}",
            number=1 if last is None else last.number + 1,
            app_version="0.1.0",
            wall_ms=self.wall_ms,
            sitting=sitting,
            health=health or health_of(number),
        )
        self.reports[number] = made
        self.give(events.ReportCame(report=made, **self.at()))

    def later(self, ms: int, *, silent: Iterable[int] = ()) -> None:
        """Time passes; who is not silent goes on reporting, and obeys what it was ordered."""
        self.now_ms += ms
        self.give(events.Ticked(**self.at()))
        for number in sorted(set(self.reports) - set(silent)):
            last = self.reports[number]
            if last.sitting is not None and last.sitting.is_running:
                times = tuple(one.model_copy(update={"left_ms": one.left_ms - ms}) for one in last.sitting.times)
                sitting = last.sitting.model_copy(update={"times": times})
                self.reports[number] = last.model_copy(update={"sitting": sitting})
            self.obey(number)

    def obey(self, number: int, *, outcome: Literal["obeyed", "refused"] = "obeyed") -> None:
        """The station follows what goes out to it, and says so."""
        last = self.reports[number]
        sitting = last.sitting
        for order in room_orders.outstanding(self.state, station_id(number)) if sitting is not None else ():
            assert sitting is not None
            came = OrderCame(
                order_id=order.asked.order_id, console=CONSOLE, number=order.asked.number, kind=order.asked.kind,
                seq=40 + order.asked.number, outcome=outcome, who=order.asked.who,
            )  # fmt: skip
            sitting = sitting.model_copy(update={"orders": (*sitting.orders, came), **_done(order, self.who)})
        self.report(number, sitting, last.health)

    def view(self, language: str) -> ConsoleView:
        entrants = check_in.day_list(self.admissions.values(), day.arrivals(self.state), now_ms=self.wall_ms)
        return ConsoleView(
            centre=self.centre,
            room=room_view(self.state, self.now_ms, wall_ms=self.wall_ms, language=language),
            stations=tuple(
                StationCard(
                    station_id=one.station_id, name=one.name, is_in=one.is_in, is_heard=one.is_linked(self.now_ms),
                    readiness="ready" if number % 5 else "unknown", checked_at_ms=WALL_MS if number % 5 else None,
                )
                for number, one in enumerate(self.state.stations.values(), 1)
            ),
            bundles=(BundleCard(bundle_id="lung-a", told=Explanation("lung-a, version 3: whole.", ""), is_good=True),),
            entrants=entrants,
            seats=day.seats(self.state, now_ms=self.now_ms),
            checklist=checklist(
                day.ends(self.state, self.admissions.values(), now_ms=self.now_ms, results=self.results),
                hands=day.hands(self.state), orders=day.open_orders(self.state),
            ),
            record=record(self.state, language),
            who=self.who,
            wall_ms=self.wall_ms,
        )  # fmt: skip

    def on_change(self, callback: Callable[[], None]) -> None:
        """Nothing comes here by itself."""

    def plan(self, kind: Kind, station_ids: Iterable[str]) -> OrderPlan:
        return plan(self.state, kind, station_ids, now_ms=self.now_ms)

    def seats_for(self, admission_id: str) -> tuple[Seat, ...]:
        entrants = check_in.day_list(self.admissions.values(), day.arrivals(self.state), now_ms=self.wall_ms)
        entrant = next(one for one in entrants if one.admission_id == admission_id)
        return check_in.seats_for(entrant, day.seats(self.state, now_ms=self.now_ms), entrants)

    def handle(self, intent: Intent, language: str) -> Explanation | None:
        del language
        self.told.append(intent)
        match intent:
            case intents.GiveOrder():
                self._order(intent)
            case intents.GiveUp(order_ids=order_ids):
                for order_id in order_ids:
                    self.give(events.OrderWithdrawn(order_id=order_id, who=self.who, **self.at()))
            case intents.GoToHands(station_ids=ids):
                for one in ids:
                    self.give(events.HandAnswered(station_id=one, who=self.who, **self.at()))
            case intents.LetIn(station_ids=ids):
                for one in ids:
                    self.give(events.StationLetIn(station_id=one, who=self.who, **self.at()))
            case intents.CheckIn(admission_id=admission_id, how=how):
                person = self.admissions[admission_id]
                check_in.require_may_come_in(person, day.arrivals(self.state), now_ms=self.wall_ms, centre_id="north")
                came: dict[str, Any] = {"candidate_id": person.candidate.id, "admission_id": admission_id}
                self.give(events.CheckedIn(**came, who=self.who, how=how, **self.at()))
            case intents.Seat() | intents.MoveSeat():
                seat: dict[str, Any] = {"station_id": intent.station_id, "admission_id": intent.admission_id}
                candidate_id = self.admissions[intent.admission_id].candidate.id
                self.give(events.StationAssigned(**seat, candidate_id=candidate_id, who=self.who, **self.at()))
            case intents.NameProctor(name=name):
                self.who = name
            case _:
                pass
        return None

    def _order(self, intent: intents.GiveOrder) -> None:
        for one in intent.station_ids:
            station = self.state.stations[one]
            assert station.report is not None
            assert station.report.sitting is not None
            admission_id = station.report.sitting.admission_id
            number, after = room_orders.next_number(self.state, one, admission_id)
            order = ProctorOrder(
                order_id=new_order_id(), centre_id="north", console=CONSOLE, number=number, after=after,
                admission_id=admission_id, station=station.signing.raw.hex(), made_at_ms=self.wall_ms, who=self.who,
                reason=intent.reason, act=intent.act,
            )  # fmt: skip
            asked = events.OrderAsked(
                order_id=order.order_id, station_id=one, admission_id=admission_id, number=number, kind=intent.act.kind,
                who=self.who, reason=intent.reason, envelope=issue_order(order, CENTRE), **self.at(),
            )  # fmt: skip
            self.give(asked)


def _done(order: room_state.Ordered, who: str) -> dict[str, Any]:
    """What a station's report is after it obeyed."""
    match order.asked.kind:
        case "pause":
            return {"pause": order.asked.reason, "paused_by": who, "is_running": False}
        case "resume":
            return {"pause": None, "paused_by": "", "is_running": True}
        case "lower-hand":
            return {"is_hand_raised": False, "hand_note": ""}
        case "authorise":
            return {"stage": "system-check", "is_barred": False}
        case "end" | "void":
            return dict(DONE) | {"delivery": "waiting"}
        case _:
            return {}


def live_room(count: int) -> Room:
    """A room in the middle of a day: most work, some need someone, the last have handed in or are free."""
    made = Room(count)
    troubles = {
        3 + 5 * place if count > 20 else 1 + place * max(1, count // 8): each for place, each in enumerate(TROUBLES)
    }
    for number in range(1, count + 1):
        made.admit(number)
        come = events.CheckedIn(
            candidate_id=f"C-{20_400 + number}", admission_id=f"adm_{number}", who="Pat Lee", **made.at()
        )
        made.give(come)
        if number in troubles and number <= count:
            changes, health = troubles[number]
            made.report(number, sitting_of(number, **changes), health_of(number, **health))
        elif count > 8 and number % 17 == 0:
            made.report(number, sitting_of(number, **DONE))
        elif count > 8 and number % 13 == 0:
            made.report(number)
        else:
            made.report(number, sitting_of(number))
    return made
