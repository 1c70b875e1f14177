"""The desk behind the proctor's window: a centre's home and its open room, by the console's own hands."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final, assert_never

from pocus_desktop.admission.admission import Admission, StationKeys
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.enrolment import NotEnrolledError, held_grant
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.proctor_order import Kind, told_by
from pocus_desktop.admission.roster_folder import walk_in
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.walk_ins import WalkInOrder
from pocus_desktop.app.console_intake import ConsoleError, Intake, ask_enrolment, told_as
from pocus_desktop.app.console_known import Hosted, Known, centre_card, station_cards
from pocus_desktop.app.console_moves import permit_from_stick
from pocus_desktop.app.console_papers import Papers, read_papers, stamp
from pocus_desktop.app.console_rehearsal import CannotRehearseError, ConsoleRehearsal
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring import check_in, day
from pocus_desktop.proctoring.check_in import Entrant, Seat
from pocus_desktop.proctoring.close_out import Checklist
from pocus_desktop.proctoring.code_desk import CodeDesk
from pocus_desktop.proctoring.live_room import LiveRoom, passed_ms
from pocus_desktop.proctoring.order_plan import OrderPlan, plan
from pocus_desktop.proctoring.record import RecordLine, record
from pocus_desktop.proctoring.room_state import EMPTY, Effect, Ordered, RoomState, Tell
from pocus_desktop.proctoring.view import room_view
from pocus_desktop.ui.proctor import intents
from pocus_desktop.ui.proctor.desk import ConsoleView, RehearsalCard
from pocus_desktop.ui.proctor.intents import Intent


class NoProctorError(ConsoleError):
    """Something is to be kept with a name, and nobody gave one."""

    code = "console.no_proctor"


class NoRoomOpenError(ConsoleError):
    """The centre is not enrolled yet, so that there is no room."""

    code = "console.no_room"


class NotListedError(ConsoleError):
    """An admission is in none of the day's rosters."""

    code = "console.not_listed"


class NothingToWriteError(ConsoleError):
    """This console holds no results, so that there is nothing to write."""

    code = "console.nothing_held"


_LOOK_MS: Final = 5_000
"""How often it is looked whether another program took a paper in, or changed whom the centre believes."""


def on_a_thread(work: Callable[[], None]) -> None:
    """Do it aside."""
    threading.Thread(target=work, name="console-look", daemon=True).start()


class ConsoleDesk:
    """Holds the day.

    Views are taken on the window's thread and read no file; what is done is done on a worker, one thing at a time.

    Args:
        home: The centre's.
        keys: Its own; made where there are none.
        clock: The machine's.
        host: Opens the room once the centre is enrolled.
        who: The proctor, where known already.
        rehearsal: Behind the button; None where nothing is rehearsed from here.
        aside: Runs what looks at the disk between two views.
    """

    def __init__(
        self,
        home: Home,
        *,
        keys: StationKeys,
        clock: Clock,
        host: Callable[[EnrolmentGrant], Hosted],
        who: str = "",
        rehearsal: ConsoleRehearsal | None = None,
        aside: Callable[[Callable[[], None]], None] = on_a_thread,
    ) -> None:
        self._home, self._keys, self._clock, self._host = home, keys, clock, host
        self._who = who
        self._rehearsal, self._aside = rehearsal, aside
        self._known = Known(papers=Papers(stations={}, reports={}))
        self._working = threading.RLock()
        self._looked_ms: int | None = None
        self._is_looking = False
        self._seen_at_once: Callable[[], None] = lambda: None
        self._recorded: tuple[object, str, tuple[RecordLine, ...]] = (None, "", ())
        self._enter()

    @property
    def room(self) -> LiveRoom | None:
        """The open room; None before the centre is enrolled."""
        hosted = self._known.hosted
        return None if hosted is None else hosted.room

    @property
    def who(self) -> str:
        """The proctor who acts."""
        return self._who

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this, and none before it, on any thread, whenever something came that shall be seen at once."""
        self._seen_at_once = callback
        if self._rehearsal is not None:
            self._rehearsal.on_change(callback)

    def close(self) -> None:
        """Wait for a look that is under way; none begins after it."""
        self._is_looking = True
        with self._working:
            self._seen_at_once = lambda: None

    def view(self, language: str) -> ConsoleView:
        """The present."""
        now = self._clock.read()
        if not self._is_looking and (self._looked_ms is None or now.monotonic_ms - self._looked_ms >= _LOOK_MS):
            self._looked_ms, self._is_looking = now.monotonic_ms, True
            self._aside(self._look)
        state, known = self._state(), self._known
        entrants = self._entrants(state, now.wall_ms)
        return ConsoleView(
            centre=centre_card(known, language),
            room=room_view(state, passed_ms(now), wall_ms=now.wall_ms, language=language),
            stations=station_cards(known, state, passed_ms(now), language),
            bundles=tuple(one.card(language) for one in known.papers.bundles),
            entrants=entrants,
            seats=day.seats(state, now_ms=passed_ms(now)),
            checklist=self._checklist(state, passed_ms(now)),
            record=self._record(state, language),
            rehearsal=RehearsalCard() if self._rehearsal is None else self._rehearsal.card,
            who=self._who,
            silent_consoles=0 if known.hosted is None else known.hosted.silent_consoles(),
            wall_ms=now.wall_ms,
        )

    def plan(self, kind: Kind, station_ids: Iterable[str]) -> OrderPlan:
        """What an order would do, before it is given."""
        return plan(self._state(), kind, station_ids, now_ms=passed_ms(self._clock.read()))

    def seats_for(self, admission_id: str) -> tuple[Seat, ...]:
        """The stations that a candidate may be given, the likeliest first."""
        now, state = self._clock.read(), self._state()
        entrants = self._entrants(state, now.wall_ms)
        seats = day.seats(state, now_ms=passed_ms(now))
        return check_in.seats_for(_entrant(entrants, admission_id), seats, entrants)

    def handle(self, intent: Intent, language: str) -> Explanation | None:
        """Do what the proctor wants.

        Raises:
            PocusError: Why it is not done; what was done of it before stands.
        """
        with self._working:
            return self._handle(intent, language)

    def _handle(self, intent: Intent, language: str) -> Explanation | None:
        match intent:
            case intents.GiveOrder():
                self._give(intent)
            case intents.OrderAgain(order_ids=order_ids):
                self._order_again(order_ids)
            case intents.GiveUp(order_ids=order_ids):
                _each(order_ids, lambda one: self._open().withdraw(one, who=self._name()))
            case intents.GoToHands(station_ids=ids):
                _each(ids, lambda one: self._open().answer_hand(one, who=self._name()))
            case intents.LetIn(station_ids=ids):
                _each(ids, lambda one: self._open().let_in(one, who=self._name()))
            case intents.PutOut(station_ids=ids):
                _each(ids, lambda one: self._open().put_out(one, who=self._name()))
            case intents.CheckIn():
                self._check_in(intent)
            case intents.Seat(admission_id=admission_id, station_id=station_id):
                self._seat(admission_id, station_id, is_move=False)
            case intents.MoveSeat(admission_id=admission_id, station_id=station_id):
                self._seat(admission_id, station_id, is_move=True)
            case intents.MoveSitting():
                return self._move_sitting(intent, language)
            case intents.TellCode():
                return self._tell_code(intent, language)
            case intents.NameProctor(name=name):
                self._who = name
            case intents.AdmitWalkIn():
                return self._admit(intent, language)
            case intents.AskEnrolment(name=name, centre_id=centre_id, path=path):
                now_ms = self._clock.read().wall_ms
                return ask_enrolment(self._keys, path, name=name, centre_id=centre_id, now_ms=now_ms, language=language)
            case intents.TakeIn(path=path):
                return self._take_in(path, language)
            case intents.WriteStick(path=path):
                return self._write_stick(path, language)
            case intents.Rehearse():
                self._rehearsing().start()
            case intents.StopRehearsal():
                self._rehearsing().stop()
            case _:
                assert_never(intent)
        return None

    def _give(self, intent: intents.GiveOrder) -> None:
        room, who = self._open(), self._name()
        _each(intent.station_ids, lambda one: room.order(one, intent.act, who=who, reason=intent.reason))

    def _order_again(self, order_ids: tuple[str, ...]) -> None:
        room, who = self._open(), self._name()

        def again(order_id: str) -> None:
            asked = self._ordered(order_id).asked
            room.withdraw(order_id, who=who)
            room.order(asked.station_id, told_by(asked.envelope).act, who=who, reason=asked.reason)

        _each(order_ids, again)

    def _check_in(self, intent: intents.CheckIn) -> None:
        who, found = self._name(), self._admission(intent.admission_id)
        room = self._open()
        centre_id = room.holder.centre.centre_id
        here = day.arrivals(room.state)
        check_in.require_may_come_in(found, here, now_ms=self._clock.read().wall_ms, centre_id=centre_id)
        room.check_in(found.candidate.id, who=who, how=intent.how, admission_id=found.admission_id)

    def _seat(self, admission_id: str, station_id: str, *, is_move: bool) -> None:
        room, who, now = self._open(), self._name(), self._clock.read()
        entrants = self._entrants(room.state, now.wall_ms)
        entrant = _entrant(entrants, admission_id)
        seats = day.seats(room.state, now_ms=passed_ms(now))
        seat = next((one for one in seats if one.station_id == station_id), None)
        if seat is None:
            seat = Seat(station_id=station_id, name=room.station(station_id).name, is_ready=False)
        check_in.require_may_sit(entrant, seat, entrants, is_move=is_move)
        room.assign(station_id, entrant.candidate_id, who=who, admission_id=admission_id)

    def _move_sitting(self, intent: intents.MoveSitting, language: str) -> Explanation:
        """The permit first: a seat that was given without one would promise what the station refuses."""
        permit = permit_from_stick(
            self._home,
            intent.stick,
            admission_id=intent.admission_id,
            station_id=intent.station_id,
            who=self._name(),
            why=intent.why,
            is_first_off=intent.is_first_off,
            keys=self._keys,
            clock=self._clock,
        )
        self._seat(intent.admission_id, intent.station_id, is_move=True)
        return told_as("console.move_permitted", language, station=permit.to_station.name)

    def _tell_code(self, intent: intents.TellCode, language: str) -> Explanation:
        who, desk = self._name(), CodeDesk(self._home, self._keys, self._known.hubs)
        now_ms = max(self._clock.read().wall_ms, LatestTime(self._home.latest_time).seen_ms())
        admitted = desk.find(intent.candidate_id)
        told = desk.tell(admitted, intent.challenge, who=who, now_ms=now_ms, again=intent.is_again)
        asked = told.challenge
        return told_as(
            "console.code_told",
            language,
            code=f"{told.code[:4]} {told.code[4:]}",
            candidate=told.admission.candidate.display_name,
            does=words.say(f"code.does.{asked.purpose}", language, minutes=asked.minutes),
            number=asked.number,
        )

    def _admit(self, intent: intents.AdmitWalkIn, language: str) -> Explanation:
        self._name()
        now_ms = max(self._clock.read().wall_ms, LatestTime(self._home.latest_time).seen_ms())
        order = WalkInOrder(candidate_id=intent.candidate_id, name=intent.name, bundle_id=intent.bundle_id)
        made = walk_in(self._home, order, hubs=self._known.hubs, own=self._keys, now_ms=now_ms)
        self._read()
        key = "console.admitted" if made.start_code else "console.admitted_without_start"
        said = {"candidate": intent.name, "code": made.sign_in_code, "start": made.start_code}
        return Explanation(
            what=words.say(f"{key}.what", language, **said), next=words.say(f"{key}.next", language, **said)
        )

    def _take_in(self, path: Path, language: str) -> Explanation:
        known = self._known
        stations = [key for _name, key in known.papers.stations.values()]
        stations += [one.signing for one in self._state().stations.values() if one.is_in]
        intake = Intake(home=self._home, keys=self._keys, hubs=known.hubs, grant=known.grant, known=tuple(stations))
        told = intake.take(path, language, self._station_name)
        self._enter()
        return told

    def _write_stick(self, path: Path, language: str) -> Explanation:
        hosted = self._known.hosted
        if hosted is None or hosted.stick is None:
            raise NothingToWriteError
        count, reports = hosted.stick(path), hosted.reports_to(path)
        key = "console.stick_here" if self._is_own_disk(path) else "console.stick_written"
        return told_as(key, language, count=count, reports=reports, folder=path.name)

    def _is_own_disk(self, path: Path) -> bool:
        """Whether a folder is on the disk that has this console's data too, and no stick."""
        try:
            return path.stat().st_dev == self._home.folder.stat().st_dev
        except OSError:  # it was pulled out: what was written stands on it
            return False

    def _rehearsing(self) -> ConsoleRehearsal:
        if self._rehearsal is None:
            raise CannotRehearseError(reason="")
        return self._rehearsal

    def _enter(self) -> None:
        """Take up whom the centre believes, and open the room where it is enrolled and the room is not open yet."""
        known = self._known
        try:
            trusting = Trusting.load(self._home)
        except NotEnrolledError:
            return
        grant, hosted = held_grant(self._home, trusting.hubs, self._keys), known.hosted
        if grant is not None and grant.kind == "centre" and hosted is None:
            hosted = self._host(grant)
            hosted.room.on_effects(self._heard)
        elif hosted is not None:
            hosted.room.renew(trusting.hubs)
            hosted.renew(trusting)
        self._known = replace(known, hubs=trusting.hubs, grant=grant, hosted=hosted)
        self._read()

    def _heard(self, effects: tuple[Effect, ...]) -> None:
        if any(isinstance(effect, Tell) for effect in effects):
            self._seen_at_once()

    def _look(self) -> None:
        """Whether another program changed what is here; what cannot be read leaves all as it was, and is read again."""
        try:
            with self._working:
                if stamp(self._home, self._clock.read().wall_ms) != self._known.stamp:
                    self._enter()
                    self._seen_at_once()
        except PocusError as problem:
            log.failure(problem)
        except Exception as bug:  # noqa: BLE001 - a thread has no one above it, and it is looked again
            log.bug("console.look_failed", bug)
        finally:
            self._is_looking = False

    def _read(self) -> None:
        wall_ms = self._clock.read().wall_ms
        known = self._known
        mark = stamp(self._home, wall_ms)
        papers = read_papers(self._home, known.hubs, wall_ms=wall_ms) if known.hubs else known.papers
        self._known = replace(known, stamp=mark, papers=papers)

    def _open(self) -> LiveRoom:
        room = self.room
        if room is None:
            raise NoRoomOpenError
        return room

    def _name(self) -> str:
        if not self._who.strip():
            raise NoProctorError
        return self._who.strip()

    def _state(self) -> RoomState:
        room = self.room
        return EMPTY if room is None else room.state

    def _entrants(self, state: RoomState, wall_ms: int) -> tuple[Entrant, ...]:
        return check_in.day_list(self._known.papers.admissions, day.arrivals(state), now_ms=wall_ms)

    def _admission(self, admission_id: str) -> Admission:
        found = next((one for one in self._known.papers.admissions if one.admission_id == admission_id), None)
        if found is None:
            raise NotListedError(admission=admission_id)
        return found

    def _ordered(self, order_id: str) -> Ordered:
        found = self._state().orders.get(order_id)
        if found is None:
            raise NotListedError(admission=order_id)
        return found

    def _station_name(self, station_id: str) -> str:
        state = self._state()
        if station_id in state.stations:
            return state.stations[station_id].name
        return self._known.papers.stations[station_id][0] if station_id in self._known.papers.stations else station_id

    def _checklist(self, state: RoomState, now_ms: int) -> Checklist:
        hosted = self._known.hosted
        brought = () if hosted is None else hosted.results()
        reports = 0 if hosted is None else hosted.reports()
        return day.closing(state, self._known.papers.admissions, now_ms=now_ms, brought=brought, reports=reports)

    def _record(self, state: RoomState, language: str) -> tuple[RecordLine, ...]:
        if self._recorded[:2] != (state.orders, language) or self._recorded[0] is not state.orders:
            self._recorded = (state.orders, language, record(state, language))
        return self._recorded[2]


def _entrant(entrants: Iterable[Entrant], admission_id: str) -> Entrant:
    found = next((one for one in entrants if one.admission_id == admission_id), None)
    if found is None:
        raise NotListedError(admission=admission_id)
    return found


def _each(names: Iterable[str], do: Callable[[str], object]) -> None:
    """For every one, whatever became of another; the first that failed is told."""
    first: PocusError | None = None
    for name in names:
        try:
            do(name)
        except PocusError as problem:
            first = first or problem
    if first is not None:
        raise first
