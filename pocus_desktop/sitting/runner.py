"""The runner: deeds become durable events, events become state, a finished sitting becomes a sealed result.

Runs on the writer only. Per deed:

1. Limits that ran out before its stamp fire first, each at its own time; where the last one ends an exam, the sitting
   hands itself in. Then the clocks show whether the machine slept since, and what runs out by that fires too.
2. The event is appended to the journal.
3. The state is folded.
4. A sitting that is handed in is sealed, and what resumes it is destroyed.

A disk that refuses at any of these stops the runner: the deed waits, the clock stands still from its stamp, and `retry`
goes on where it stopped. Nothing is acknowledged before it is durable, and nothing that was is ever lost.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission
from pocus_desktop.admission.proctor_order import VerifiedOrder
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import Clock, Reading
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import code_trial, events, intents, sealed, times
from pocus_desktop.sitting.alive import EVERY_MS, Alive, Sign
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import DISK_ERRORS, MovedAwayError
from pocus_desktop.sitting.events import Event
from pocus_desktop.sitting.fold import fold
from pocus_desktop.sitting.fold_flow import DISK
from pocus_desktop.sitting.folder import SittingFolder
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.journal import Journal
from pocus_desktop.sitting.kept import Kept
from pocus_desktop.sitting.recording import event_of, event_of_order
from pocus_desktop.sitting.sealed import SealedResult
from pocus_desktop.sitting.state import SittingState, Stage, start_code_wait_ms
from pocus_desktop.sitting.store import as_ours
from pocus_desktop.sitting.unsealed import Unsealed

HEARTBEAT_MS: Final = 5_000
"""While the clock runs, something durable is written at least so often: evidence for what an interruption costs."""

SLEEP_MS: Final = 1_000
"""A machine that seems to have slept for less has not: two clocks are looked at one after the other."""

POSITION_MS: Final = 300
"""How far a clip moves before that is durable; in between, it is in the sign of life.

An answer between two reports makes the sign before it stale; this and the time to the next report stay below 500 ms.
"""

_SIGNED: Final = (events.HandedIn, events.TimeOver, events.Moved, events.Ordered)
"""What gets a checkpoint at once, whatever its number."""


@dataclass(slots=True, kw_only=True)
class Deed:
    """Something to journal: an intent with its stamp, or an event of the program's own.

    Attributes:
        order: What the proctor ordered; it is taken down if it is then its turn.
        event: What it comes to; made when it is its turn, then kept, so that a retry writes the same.
        is_written: Its event is durable, and something that follows from it is not yet.
        is_sign: A sign of life to be written down. One that the disk refuses is dropped, and holds nothing: its stamp
            is before a gap.
    """

    at: Reading
    intent: Intent | None = None
    order: VerifiedOrder | None = None
    event: Event | None = None
    is_written: bool = False
    is_sign: bool = False


class Runner:
    """One sitting's journal, state and sealed result; used on one thread."""

    def __init__(
        self,
        *,
        course: Course,
        folder: SittingFolder,
        admission: Admission,
        envelope: bytes,
        signer: SigningKey,
        clock: Clock,
        journal: Journal,
        recorded: Sequence[Recorded],
        state: SittingState,
        on_sealed: Callable[[SealedResult], None],
        hook: Callable[[str], None],
        code_secret: bytes | None = None,
    ) -> None:
        self._course = course
        self._folder = folder
        self._admission = admission
        self._envelope = envelope
        self._signer = signer
        self._clock = clock
        self._journal = journal
        self._kept = Kept(recorded)
        self._on_sealed = on_sealed
        self._hook = hook
        self._code_secret = code_secret
        self._backlog: deque[Deed] = deque()
        self._in_doubt: tuple[Deed | None, tuple[Event, ...], Reading] | None = None
        self._deadline: times.Deadline | None = None
        self._deadline_of: tuple[object, ...] | None = None
        self._alive = Alive(folder.path, journal.sign_key)
        self.state = state
        self.failure: PocusError | None = None

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        """Everything that is durable, in order."""
        return self._kept.all()

    def recorded_after(self, seq: int) -> tuple[Recorded, ...]:
        """What became durable after an event; any thread may look."""
        return self._kept.after(seq)

    @property
    def head(self) -> tuple[int, bytes]:
        """Number and digest of the journal's last row; any thread may look."""
        return self._journal.last

    def do(self, deed: Deed) -> None:
        """Do a deed after those that still wait; while the disk refuses, it waits too."""
        self._backlog.append(deed)
        if self.failure is None:
            self._work_off()
        elif isinstance(deed.event, events.CAME_BACK):  # it ends a hold; the disk still refuses
            self._backlog.append(Deed(at=deed.at, event=events.DiskStopped(code=self.failure.code)))

    def retry(self) -> None:
        """Try again where the disk refused; the failure is gone when this helped. What was moved away stays so."""
        if self.failure is None or isinstance(self.failure, MovedAwayError):
            return
        try:
            self._settle_doubt()
        except DISK_ERRORS as problem:
            self.failure = problem
            return
        except MovedAwayError as moved:
            self.failure = moved
            self.close()  # the fence may have to be finished, and needs the file
            return
        self.failure = None
        self._backlog = deque(deed for deed in self._backlog if not isinstance(deed.event, events.DiskRecovered))
        self._backlog.append(Deed(at=self._clock.read(), event=events.DiskRecovered()))
        self._work_off()

    def tick(self, now: Reading) -> None:
        """Fire what is due, show that the program lives, finish what is left to finish.

        Raises:
            PocusError: Nothing that a disk says; a fault of the program or the content.
        """
        if self.failure is not None:
            self.retry()
            return
        try:
            self._catch_up(now)
            if self.state.ledger.rest_ms and self.state.ledger.is_running_at(now):
                over = events.WaitOver() if self.state.ledger.is_waiting else events.BreakOver()
                self._append(None, over, now)
            elif self.state.ledger.is_running and now.monotonic_ms - self.last_ms >= HEARTBEAT_MS:
                self._append(None, events.Heartbeat(), now)
            elif self.state.ledger.is_running and now.monotonic_ms >= self.sign_due_ms:
                self._alive.mark(Sign(at=now))
            self._finish()
        except DISK_ERRORS as problem:
            self._stop(problem, Deed(at=now, event=events.Heartbeat()))

    @property
    def last_ms(self) -> int:
        """When (monotonic) the last event was durable."""
        return self.state.ledger.last.monotonic_ms

    @property
    def sign_due_ms(self) -> int:
        """When (monotonic) the next sign of life is due while the clock runs."""
        signed_ms = self._alive.last_ms
        return EVERY_MS + (self.last_ms if signed_ms is None else max(self.last_ms, signed_ms))

    def is_sign(self, report: intents.ReportMedia) -> bool:
        """Whether a clip's position goes into the sign of life: it is so near to the journal's that this will do.

        May be called from any thread: it waits for no disk. Where it is none, it is a deed.
        """
        clip = self.state.clips.get(report.clip)
        if self.failure is not None:  # the sign says since when; a player that still plays is told to stop
            return report.what == "position"
        return (
            report.what == "position" and clip is not None and abs(report.position_ms - clip.position_ms) < POSITION_MS
        )

    def sign(self, sign: Sign) -> None:
        """Give a sign of life, unless the disk refuses: then the last one says since when."""
        if self.failure is None:
            self._alive.mark(sign)

    def seal_partial(self) -> SealedResult:
        """Seal what there is, while the sitting goes on.

        Raises:
            NoRecipientError: The admission names no one to read it.
            DiskFullError: And the other errors of a disk.
        """
        return self._seal(is_partial=True)

    def unsealed(self) -> Unsealed:
        """What there is, to be sealed elsewhere while the sitting goes on."""
        return Unsealed(
            events=self._kept.all(),
            admission=self._envelope,
            head=self._journal.head,
            signer=self._signer,
            recipients=tuple(self._admission.recipients),
        )

    def close(self) -> None:
        """Let go of the journal."""
        self._alive.close()
        self._journal.close()

    def _work_off(self) -> None:
        while self._backlog:
            deed = self._backlog[0]
            try:
                self._run(deed)
            except DISK_ERRORS as problem:
                self._backlog.popleft()
                self._stop(problem, deed)
                return
            except BaseException:
                self._backlog.popleft()
                raise
            self._backlog.popleft()
        try:
            self._finish()
        except DISK_ERRORS as problem:
            self._stop(problem, None)

    def _stop(self, problem: PocusError, deed: Deed | None) -> None:
        """The disk refused: this deed waits at the head, and the clock stands still from its stamp on."""
        self.failure = problem
        if deed is not None and deed.is_sign:
            return
        is_back = deed is not None and isinstance(deed.event, events.CAME_BACK)  # it ends a hold
        is_held = DISK in self.state.ledger.holds or any(
            isinstance(waiting.event, events.DiskStopped) for waiting in self._backlog
        )
        if (is_back or not is_held) and not isinstance(deed.event if deed else None, events.DiskStopped):
            at = deed.at if deed is not None else self._clock.read()
            self._backlog.appendleft(Deed(at=at, event=events.DiskStopped(code=problem.code)))
            if not is_back:  # where the program dies before this is durable, the hold is known all the same
                self._alive.mark(Sign(at=at, is_held=True))
        if deed is not None:
            self._backlog.appendleft(deed)

    def _settle_doubt(self) -> None:
        """Whether the event of the failed append is durable after all; if so it counts, and is not written twice."""
        is_durable = self._journal.recover()
        self._folder.require_here()  # while nobody held the file, it may have been packed
        doubt, self._in_doubt = self._in_doubt, None
        if not is_durable or doubt is None:
            return
        deed, several, at = doubt
        first = self._journal.last_seq - len(several) + 1
        for seq, event in enumerate(several, first):
            self._take(Recorded(seq=seq, at=at, event=event))
        if deed is not None and self._backlog and self._backlog[0] is deed:
            self._backlog.popleft()

    def _run(self, deed: Deed) -> None:
        if isinstance(deed.event, events.CAME_BACK):  # only once the gap is credited is it known what ran out
            if DISK in self.state.ledger.holds and deed.at.boot_id == self.state.ledger.last.boot_id:
                self._catch_up(deed.at)  # what it slept while the clock was held is no time lost
            shown = self.state.ledger.shown
            if shown is not None and shown.station != self._station:
                # in one: else a gap after a kill between the two were taken for another way between stations
                self._append(deed, deed.event, deed.at, self._clocks(deed.at))
            else:
                self._append(deed, deed.event, deed.at)
            self._catch_up(deed.at, is_back=True)
            return
        is_start = isinstance(deed.intent, intents.StartCase) and self.state.stage is Stage.READY
        self._catch_up(deed.at, is_start=is_start)
        if isinstance(deed.intent, intents.ConfirmIdentity) and self._asks_start_code():
            self._try_start_code(deed, deed.intent.start_code)
            return
        if isinstance(deed.intent, intents.UseCode):
            self._try_code(deed, deed.intent)
            return
        if deed.event is None and deed.intent is not None:
            deed.event = event_of(deed.intent, self.state)
        if deed.event is None and deed.order is not None:
            deed.event = event_of_order(deed.order, self.state)
        if deed.event is not None:
            self._append(deed, deed.event, deed.at)

    def _asks_start_code(self) -> bool:
        """Whether the proctor's word is asked for as a code: not where their order let the candidate begin."""
        is_let_begin = self.state.is_authorised and self.state.stage is Stage.IDENTITY
        return self.state.opened.needs_start_code and (self.state.is_held_by_proctor or not is_let_begin)

    def _try_start_code(self, deed: Deed, code: str) -> None:
        is_held = self.state.is_held_by_proctor
        if self.state.stage is not Stage.IDENTITY and not is_held:
            return
        if deed.event is None and not code.strip():
            return  # nothing was tried: the proctor's word is still awaited
        if is_held and self._code_secret is not None:  # what the proctor knows is one factor of two
            return
        if deed.event is None:
            if start_code_wait_ms(self.state, deed.at) > 0:
                deed.event = events.StartCodeTried(is_right=False, came_too_soon=True)
            else:
                deed.event = events.StartCodeTried(is_right=admissions.is_start_code(self._admission, code))
        if not deed.is_written:
            self._append(deed, deed.event, deed.at)
            deed.is_written = True
        is_right = isinstance(deed.event, events.StartCodeTried) and deed.event.is_right
        if is_right and self.state.stage is Stage.IDENTITY and not is_held:
            self._append(None, events.IdentityConfirmed(), deed.at)

    def _try_code(self, deed: Deed, given: intents.UseCode) -> None:
        """Look at a one-time code; what it comes to is durable before it takes effect."""
        if deed.event is None:
            deed.event = code_trial.event_of(
                self._admission, self._code_secret, course=self._course, state=self.state, given=given, at=deed.at
            )
        if deed.event is not None:
            self._append(deed, deed.event, deed.at)

    def _catch_up(self, now: Reading, *, is_back: bool = False, is_start: bool = False) -> None:
        """Rule 1.

        Args:
            now: Up to when.
            is_back: The program just came back.
            is_start: The clock is about to start.
        """
        self._fire_due(now)
        if self.state.is_clock_free or self.state.is_over:
            return
        shown = self.state.ledger.shown
        if shown is None:
            is_owed = is_start  # where the clock started without them, the history goes on without them
        elif (shown.boot_id, shown.station) == (now.boot_id, self._station):
            is_owed = now.asleep_ms - shown.asleep_ms >= SLEEP_MS
        else:
            is_owed = is_back
        if is_owed:
            self._append(None, self._clocks(now), now)
            self._fire_due(now)

    @property
    def _station(self) -> str:
        return self._signer.public.raw.hex()

    def _clocks(self, now: Reading) -> events.ClocksShown:
        shown = self.state.ledger.shown
        known_ms = shown.asleep_ms if shown is not None and shown.boot_id == now.boot_id else 0
        return events.ClocksShown(asleep_ms=max(now.asleep_ms, known_ms), station=self._station)

    def _fire_due(self, now: Reading) -> None:
        """What ran out; firing one limit may arm another that is due by then too."""
        while (deadline := self._first_deadline()) is not None:
            if deadline.due_ms > self.state.ledger.consumed_at(now):
                return
            event = events.TimerFired(timer=deadline.limit.timer, due_ms=deadline.due_ms)
            self._append(None, event, now)
        if self.state.hands_itself_in:  # just now, or before a power cut that came between the two events
            self._append(None, events.TimeOver(), now)

    def _first_deadline(self) -> times.Deadline | None:
        """The limit that is due first; it stays the same until the scenario moves, time is charged anew, or granted."""
        state = self.state
        made_of = (state.configuration, state.ledger.extra_ms, state.ledger.by_scope, state.ledger.scopes, state.stage)
        if self._deadline_of is None or any(a is not b for a, b in zip(made_of, self._deadline_of, strict=True)):
            self._deadline_of = made_of
            self._deadline = next(iter(times.deadlines(self._course, state)), None)
        return self._deadline

    def _append(self, deed: Deed | None, event: Event, at: Reading, *more: Event) -> None:
        """Rules 2 and 3; several events of one stamp are durable together or not at all."""
        self._hook("before-append")
        self._in_doubt = (deed, (event, *more), at)
        recorded = self._journal.append(event, at, *more, is_signed=isinstance(event, _SIGNED))
        self._in_doubt = None
        self._hook("after-append")
        for one in recorded:
            self._take(one)

    def _take(self, recorded: Recorded) -> None:
        self._kept.append(recorded)
        self.state = fold(self._course, self.state, recorded)
        self._first_deadline()  # worked out now, while nobody waits, and ready when the next deed must be durable

    def _finish(self) -> None:
        """Rule 4, as often as it takes; a survey that was answered is sealed with the rest."""
        if not self.state.is_over or self.state.is_declined or not self._admission.recipients:
            return
        closed = self._folder.closed()
        is_new = closed is None or (self.state.survey and closed.last_seq < self._survey_seq())
        if is_new:
            result = self._seal(is_partial=False)
            self._hook("sealed")
            self._folder.keep_closed(result)
            self._hook("noted")
            self._on_sealed(result)
            self._journal.finish()
            self._hook("finished")
        elif self._journal.can_be_resumed():
            self._journal.finish()

    def _survey_seq(self) -> int:
        found = [one.seq for one in self._kept.all() if isinstance(one.event, events.SurveyAnswered)]
        return found[-1] if found else 0

    def _seal(self, *, is_partial: bool) -> SealedResult:
        with as_ours():
            return sealed.seal(
                self._folder.path,
                self._kept.all(),
                admission=self._envelope,
                head=self._journal.head,
                station=self._signer,
                recipients=self._admission.recipients,
                sealed_at_ms=self._clock.read().wall_ms,
                is_partial=is_partial,
            )
