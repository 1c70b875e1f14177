"""The sitting as screens and tools know it: intents in, views out; the runner and its thread behind it.

`handle` stamps an intent on arrival; the stamp decides whether it beat its deadline, however long the disk takes. All
else happens on the writer, one deed at a time (`sitting.runner`).
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pocus_desktop.admission import room_code
from pocus_desktop.admission.admission import StationKeys, VerifiedAdmission
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.proctor_order import (
    ProctorOrder,
    VerifiedOrder,
    read_order,
    require_for,
    require_seen,
)
from pocus_desktop.crypto.keys import PublicKey, SealingKey
from pocus_desktop.kernel.clock import Clock, Reading
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import events, intents, opening, present, times
from pocus_desktop.sitting.alive import Sign, last_sign
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.delivery import Delivery, DeliveryState
from pocus_desktop.sitting.errors import DiskFailedError, HandedInError
from pocus_desktop.sitting.events import Event
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.material import Material
from pocus_desktop.sitting.orders import Obeyed, find, outcome
from pocus_desktop.sitting.receipt import Receipt
from pocus_desktop.sitting.recording import not_taken
from pocus_desktop.sitting.runner import HEARTBEAT_MS, Deed, Runner
from pocus_desktop.sitting.sealed import SealedResult
from pocus_desktop.sitting.state import SittingState, Stage, after
from pocus_desktop.sitting.summary import Summary, summary
from pocus_desktop.sitting.unsealed import Unsealed
from pocus_desktop.sitting.views import View
from pocus_desktop.sitting.writer import ThreadWriter, Writer

_LOG: Final = logging.getLogger(__name__)

RETRY_MS: Final = 2_000
"""How long after a refusal of the disk the next attempt is made."""

TYPED_WAIT_S: Final = 0.5
"""How long an order that stops the work waits for what is being typed; a window answers in milliseconds, or hangs."""

_STOPS: Final = frozenset({"pause", "break", "end", "void"})
"""Orders after which no answer is taken, at least for a while."""

Hook: TypeAlias = Callable[[str], None]


class Sitting:
    """One candidate's attempt, open on this station.

    `handle`, `tick`, `view` and the like may be called from any thread. Callbacks come on the writer's thread and must
    only post; with an `InlineWriter` everything has happened when a call returns.
    """

    def __init__(
        self,
        *,
        course: Course,
        material: Material,
        clock: Clock,
        writer: Writer,
        state: SittingState,
        delivery: Delivery | None,
        centre: PublicKey | None,
        station: str,
    ) -> None:
        self._course = course
        self._centre = centre
        self._station = station
        self._material = material
        self._clock = clock
        self._writer = writer
        self._state = state
        self._delivery = delivery
        self._runner: Runner | None = None
        self._failure: PocusError | None = None
        self._lock = threading.RLock()  # a callback may hand in the next intent at once
        self._waiting = 0
        self._sign: Sign | None = None
        self._retry_at_ms = 0
        self._is_closed = False
        self._ask_typed: Callable[[Callable[[], None]], None] | None = None
        self._on_view: list[Callable[[View], None]] = []
        self._on_sealed: list[Callable[[SealedResult], None]] = []
        self._warned: tuple[str, ...] = ()
        self._code_secret: bytes | None = None
        if isinstance(writer, ThreadWriter):
            writer.on_fault = self._fault

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        admission: VerifiedAdmission,
        material: Material,
        station: StationKeys,
        clock: Clock,
        candidate_id: str | None = None,
        language: str | None = None,
        notes: Sequence[events.IntegrityNoted] = (),
        moment_ms: int | None = None,
        writer: Writer | None = None,
        hook: Hook | None = None,
    ) -> "Sitting":
        """Begin a sitting in a folder of its own.

        Args:
            folder: Where its journal shall lie.
            admission: The permission, verified.
            material: What is sat.
            station: This station's keys.
            clock: The machine's.
            candidate_id: As typed at sign-in; None where there was no sign-in.
            language: The screen's, where the admission says nothing.
            notes: What must stand in the journal from its first write.
            moment_ms: When it counts as begun for the admission's window, where that is not what the clock says.
            writer: Who writes; a thread of its own where omitted.
            hook: Called at named moments, for tests that stop the process there.

        Raises:
            SittingError: The admission does not fit the candidate, station, bundle or moment; or a sitting is there.
            DiskFullError: And the other errors of a disk.
        """
        begun = opening.begin_sitting(
            folder,
            admission=admission,
            material=material,
            station=station,
            now=clock.read(),
            candidate_id=candidate_id,
            language=language,
            notes=notes,
            moment_ms=moment_ms,
        )
        sitting = cls._over(begun, material=material, station=station, clock=clock, writer=writer, hook=hook)
        if begun.state.mode is Mode.REVIEW:
            sitting.handle(intents.StartCase())
        return sitting

    @classmethod
    def resume(
        cls,
        folder: Path,
        *,
        material: Material,
        station: StationKeys,
        clock: Clock,
        centre: SealingKey | None = None,
        writer: Writer | None = None,
        hook: Hook | None = None,
    ) -> "Sitting":
        """Go on with a sitting after a crash, a power cut or a closed window; or show one that was handed in.

        Args:
            folder: The sitting's.
            material: The same bundle as before.
            station: This station's keys.
            clock: The machine's.
            centre: The centre's key, to go on at another station.
            writer: Who writes; a thread of its own where omitted.
            hook: As for `open`.

        Raises:
            SittingError: As `Journal.open`; or bundle or admission are not those it began with.
        """
        begun = opening.reopen_sitting(folder, material=material, station=station, now=clock.read(), centre=centre)
        sitting = cls._over(begun, material=material, station=station, clock=clock, writer=writer, hook=hook)
        if begun.journal is not None:
            last = begun.state.ledger.last
            sign = last_sign(folder, begun.journal.sign_key, after=last)
            if sign is not None and sign.is_held and begun.state.ledger.is_let_go:
                sitting.record(_sign_event(sign), at=sign.at)
            elif (
                sign is not None and not sign.is_held and begun.state.ledger.is_running
            ):  # as if this had been durable: the gap begins where the program ended
                sitting.record(_sign_event(sign), at=sign.at, is_sign=True)
            sitting.record(opening.coming_back(begun, station))
        return sitting

    @classmethod
    def _over(
        cls,
        begun: opening.Begun,
        *,
        material: Material,
        station: StationKeys,
        clock: Clock,
        writer: Writer | None,
        hook: Hook | None,
    ) -> "Sitting":
        """A sitting over an open journal, or over one that is closed to this station."""
        closed = begun.folder.closed()
        sitting = cls(
            course=begun.course,
            material=material,
            clock=clock,
            writer=writer or ThreadWriter(),
            state=begun.state,
            delivery=Delivery(sealed_path=str(closed.path), sealed_digest=closed.digest) if closed else None,
            centre=begun.admission.admission.centre,
            station=station.signing.public.raw.hex(),
        )
        if begun.journal is not None:
            sitting._code_secret = room_code.open_secret(begun.admission.admission, [station.sealing])
            sitting._runner = Runner(
                course=begun.course,
                folder=begun.folder,
                admission=begun.admission.admission,
                envelope=begun.admission.envelope,
                signer=station.signing,
                clock=clock,
                journal=begun.journal,
                recorded=begun.recorded,
                state=begun.state,
                on_sealed=sitting._sealed,
                hook=hook or _no_hook,
                code_secret=sitting._code_secret,
            )
        return sitting

    @property
    def state(self) -> SittingState:
        """Where the sitting stands: everything durable, nothing else."""
        return self._state

    @property
    def course(self) -> Course:
        """What is sat, compiled."""
        return self._course

    @property
    def sealed(self) -> Delivery | None:
        """The sealed result, once there is one; what a host delivers."""
        return self._delivery

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        """The durable events; empty for a sitting whose journal is closed to this station."""
        return self._runner.recorded if self._runner is not None else ()

    def recorded_after(self, seq: int) -> tuple[Recorded, ...]:
        """The durable events after a number; none for a sitting whose journal is closed to this station."""
        return self._runner.recorded_after(seq) if self._runner is not None else ()

    @property
    def head(self) -> tuple[int, bytes] | None:
        """Number and digest of the journal's last row; None once it is closed to this station."""
        return self._runner.head if self._runner is not None else None

    @property
    def saved(self) -> Literal["saved", "saving", "failed"]:
        """Whether all that was said is on the disk, something is on its way there, or the disk refuses."""
        if self._failure is not None:
            return "failed"
        return "saving" if self._waiting else "saved"

    def on_view(self, callback: Callable[[View], None]) -> None:
        """Call this with every new view, on the writer's thread."""
        self._on_view.append(callback)

    def on_sealed(self, callback: Callable[[SealedResult], None]) -> None:
        """Call this with every sealed result, on the writer's thread: at hand-in, and again with the survey."""
        self._on_sealed.append(callback)

    def handle(self, intent: Intent) -> None:
        """Take what the person or their player says; stamped now, answered by a view.

        A clip that is near to where the journal has it is not worth an event, nor a view.
        """
        with self._lock:  # stamps and the queue keep one order
            at = self._clock.read()
            if not (isinstance(intent, intents.ReportMedia) and self._signs(intent, at)):
                self._submit(Deed(at=at, intent=intent))

    def record(self, event: Event, *, at: Reading | None = None, is_sign: bool = False) -> None:
        """Take what happened and nobody asked for, such as the program's coming back. What a proctor does is an order.

        Args:
            event: What happened.
            at: When, where that was before now.
            is_sign: It is a sign of life, which is dropped where the disk refuses it.
        """
        with self._lock:
            self._submit(Deed(at=at or self._clock.read(), event=event, is_sign=is_sign))

    def before_stop(self, ask: Callable[[Callable[[], None]], None]) -> None:
        """Call this before an order stops the work: to have what is being typed handed in, and then be called back.

        Args:
            ask: Called on the thread of `obey`, which waits for the call back, though not for long.
        """
        self._ask_typed = ask

    def obey(
        self, envelope: bytes, *, centre: Centre, take: Callable[[Obeyed | None], None] | None = None
    ) -> ProctorOrder:
        """Take what the proctor orders: verified here, journalled, obeyed if it applies; once, however often it comes.

        Args:
            envelope: The order.
            centre: This station's, of its enrolment grant.
            take: Told on the writer's thread what came of it. `seq` is 0 where the order was not taken down: it came
                too early, and the ones before it are missing, or the sitting is over. None where the disk does not take
                it yet; it waits, and what came of it will stand in the state.

        Returns:
            What was ordered.

        Raises:
            NotTheCentresOrderError: Another signed it, or the admission names another centre, or none.
            OrderForOtherSittingError, OrderForOtherStationError: It is not for here.
            UnseenCharacterError: It says what nobody could see.
            PocusError: It is no order that this program knows.
        """
        known = centre.sealing == self._centre
        verified = read_order(envelope, (centre.signing,) if known else ())
        require_for(
            verified.order,
            sitting=self._state.opened.sitting,
            admission_id=self._state.opened.admission_id,
            station=self._station,
        )
        require_seen(verified.order)
        if verified.order.act.kind in _STOPS and find(self._state.orders, verified.order.order_id) is None:
            self._let_type()
        with self._lock:
            self._submit(Deed(at=self._clock.read(), order=verified), then=lambda: self._tell_order(verified, take))
        return verified.order

    def tick(self) -> None:
        """Fire what is due, show life, try the disk again. Calling it too often does no harm."""
        with self._lock:
            now = self._clock.read()
            if not self._is_closed:
                self._writer.submit(lambda: self._tick(now))

    def next_due_ms(self) -> int | None:
        """When (monotonic milliseconds, as the clock reads) `tick` is next of use; None for never."""
        if self._runner is None or self._is_closed:
            return None
        if self._failure is not None:
            return self._retry_at_ms
        state = self._state
        if not state.ledger.is_let_go:
            return None
        if state.ledger.rest_ms:
            return state.ledger.last.monotonic_ms + state.ledger.rest_ms
        moments = [min(state.ledger.last.monotonic_ms + HEARTBEAT_MS, self._runner.sign_due_ms)]
        change_ms = times.next_change_ms(self._course, state, now=self._clock.read())
        moment = state.ledger.monotonic_at(change_ms) if change_ms is not None else None
        return min(moments if moment is None else [*moments, moment])

    def view(self) -> View:
        """What to show now."""
        return self._view(self._clock.read())

    def summary(self) -> Summary:
        """What its room may know of it now."""
        return summary(self._course, self._state, self._clock.read())

    def note_delivery(
        self,
        digest: str,
        state: DeliveryState,
        *,
        reason: str = "",
        receipt: Receipt | None = None,
        document: bytes = b"",
    ) -> None:
        """Tell how far a sealed result has come; whoever sends it knows.

        Args:
            digest: Of which result; word of one before the latest is passed over.
            state: Where it is.
            reason: The code of why it waits or was refused.
            receipt: The receipt, verified.
            document: The receipt as it came.
        """
        with self._lock:
            if self._delivery is None or self._delivery.sealed_digest != digest:
                return
            self._delivery = replace(
                self._delivery, state=state, reason=reason, receipt=receipt, receipt_document=document
            )
            if not self._is_closed:
                self._writer.submit(self._show)

    def seal_partial(self, take: Callable[[SealedResult | PocusError], None]) -> None:
        """Seal what there is while the sitting goes on, and hand it (or why not) to `take` on the writer's thread."""

        def work() -> None:
            try:
                take(self._runner.seal_partial() if self._runner is not None else HandedInError())
            except PocusError as problem:
                take(problem)

        self._writer.submit(work)

    def unsealed(self, take: Callable[[Unsealed], None]) -> None:
        """Hand what there is to `take`, which must only hand it on, on the writer's thread; nothing once handed in."""

        def work() -> None:
            if self._runner is not None and self._delivery is None:
                take(self._runner.unsealed())

        with self._lock:
            if not self._is_closed:
                self._writer.submit(work)

    def close(self) -> None:
        """Finish what is under way and let go of the journal; the sitting can be resumed."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            if self._runner is not None:
                self._writer.submit(self._runner.close)
        self._writer.close()

    def _signs(self, report: intents.ReportMedia, at: Reading) -> bool:
        """Keep a clip's position as a sign of life; the writer writes the latest, and nobody waits for its disk."""
        if self._runner is None or self._is_closed or not self._runner.is_sign(report):
            return False
        is_submitted = self._sign is not None
        self._sign = Sign(at=at, clip=report.clip, position_ms=report.position_ms)
        if not is_submitted:
            self._writer.submit(self._give_sign)
        return True

    def _give_sign(self) -> None:
        """On the writer: the latest of the signs that came meanwhile."""
        with self._lock:
            sign, self._sign = self._sign, None
        if sign is not None and self._runner is not None:
            self._runner.sign(sign)

    def _let_type(self) -> None:
        """What was typed and not handed in yet comes first, so that an order costs nobody a word."""
        if self._ask_typed is not None:
            has_come = threading.Event()
            self._ask_typed(has_come.set)
            has_come.wait(TYPED_WAIT_S)

    def _tell_order(self, verified: VerifiedOrder, take: Callable[[Obeyed | None], None] | None) -> None:
        """On the writer: what came of an order."""
        if take is None:
            return
        order, found = verified.order, find(self._state.orders, verified.order.order_id)
        if found is None and self._failure is None:
            found = outcome(order, refused=not_taken(order, self._state))
        take(found)

    def _submit(self, deed: Deed, *, then: Callable[[], None] | None = None) -> None:
        if self._is_closed:
            return
        self._waiting += 1
        self._writer.submit(lambda: self._do(deed, then))

    def _do(self, deed: Deed, then: Callable[[], None] | None) -> None:
        """On the writer: one deed, then the view that answers it."""
        try:
            if self._runner is None:
                self._leave(deed.intent)
            else:
                self._guard(lambda runner: runner.do(deed), self._runner)
        finally:
            with self._lock:
                self._waiting -= 1
        self._show()
        if then is not None:
            then()

    def _fault(self, problem: Exception) -> None:
        """On the writer: an error that nobody foresaw is told; what is durable stays, and the next deed is tried."""
        _LOG.error("a deed of the sitting failed", exc_info=problem)
        self._failure = PocusError(code=type(problem).__name__)
        self._retry_at_ms = self._clock.read().monotonic_ms + RETRY_MS
        self._show()

    def _tick(self, now: Reading) -> None:
        if self._runner is None:
            return
        before = _seen(self._state, self._failure)
        if self._failure is None or now.monotonic_ms >= self._retry_at_ms:
            self._guard(lambda runner: runner.tick(now), self._runner)
        warned = tuple(
            f"{warning.minutes} {warning.deadline.limit.timer}"
            for warning in times.warnings(self._course, self._state, now)
        )
        if before != _seen(self._state, self._failure) or warned != self._warned:
            self._warned = warned
            self._show()

    def _guard(self, work: Callable[[Runner], None], runner: Runner) -> None:
        """Run; what the runner refuses to go on with stops the sitting with its words, and loses nothing."""
        try:
            work(runner)
            self._failure = runner.failure
        except PocusError as problem:
            self._failure = problem
        if self._failure is not None:
            self._retry_at_ms = self._clock.read().monotonic_ms + RETRY_MS
        self._state = runner.state

    def _leave(self, intent: Intent | None) -> None:
        """A sitting whose journal is closed here: nothing is left but to leave."""
        if isinstance(intent, intents.GoNext | intents.AnswerSurvey):
            self._state = replace(self._state, stage=after(Stage.SURVEY, self._state.mode))

    def _sealed(self, result: SealedResult) -> None:
        with self._lock:  # word of an earlier result may come at this moment, on another thread
            self._delivery = Delivery(sealed_path=str(result.path), sealed_digest=result.digest)
        for take in self._on_sealed:
            take(result)

    def _show(self) -> None:
        if self._on_view:
            view = self._view(self._clock.read())
            for take in self._on_view:
                take(view)

    def _view(self, now: Reading) -> View:
        return present.view(
            self._course,
            self._state,
            now=now,
            key=self._material.key,
            delivery=self._delivery,
            failure=self._failure,
            saved="saving" if self._waiting else "saved",
            takes_codes=self._code_secret is not None,
        )


def _seen(state: SittingState, failure: PocusError | None) -> tuple[object, ...]:
    """What a tick may change of what is seen."""
    return state.stage, state.configuration, bool(state.ledger.rest_ms), failure


def _sign_event(sign: Sign) -> Event:
    """The event that a sign of life stands for."""
    if sign.is_held:
        return events.DiskStopped(code=DiskFailedError.code)
    if sign.clip:
        return events.MediaReported(clip=sign.clip, what="position", position_ms=max(sign.position_ms, 0))
    return events.Heartbeat()


def _no_hook(_moment: str) -> None:
    """Nothing is watched."""
