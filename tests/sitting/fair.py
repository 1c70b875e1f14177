"""A candidate, a machine and bad luck, beside a count of the time that truly passed; for the tests of fair time.

The truth knows what no station can: when the power went, how long the machine was off, what the wall clock was set by.
It keeps one number: the time since the start that clocks prove which nobody can set, while nothing held the clock.
Whatever happens, that number is what was consumed and what was credited, to the millisecond, and no more was credited
than the cap. So nobody gets less than the limit, for nothing is consumed that did not pass, nor more than limit and
credit. What of it is to be credited is reckoned from the events (`tests.sitting.fair_credit`): what is not given back
is missed although the sum is right.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.proctor_order import AddTime, Kind, RemoveTime, told_by
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, intents, lost, views
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import DiskFullError
from pocus_desktop.sitting.ledger import BREAK, JUMP_MS
from tests.sitting.fair_credit import Credit
from tests.sitting.ordering import Console
from tests.sitting.several import a_case, a_world, an_assessment
from tests.sitting.world import World, choice, to_case

CAP_MS: Final = 40_000
LIMIT_MS: Final = 6 * 60_000
BREAKS_MS: Final = 90_000 + 30_000
CODE: Final = "4711"
KINDS: Final = (
    "work",
    "work",
    "wait",
    "tick",
    "tick",
    "play",
    "report",
    "report",
    "pause",
    "go-on",
    "grant",
    "kill",
    "power",
    "sleep",
    "jump",
    "disk",
    "disk",
    "leave",
    "code",
    "order-pause",
    "order-on",
    "order-time",
    "order-break",
    "order-hand",
)
REPORTS: Final = ("stalled", "failed", "recovered", "position", "ended", "stalled", "failed", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something that happens, after some time in which nothing does."""

    kind: str
    before_ms: int
    ms: int
    number: int


def an_exam() -> Any:
    """Three cases with limits of every kind, breaks between, and a recording in each."""
    cases = [a_case("heart", minutes=2), a_case("lung", minutes=2, step_limit="45s"), a_case("vein", minutes=1)]
    for case in cases:
        case["phases"][0]["steps"][0]["stage"] = [{"kind": "clip", "video": "media/clip.mp4", "plays": 3}]
    breaks = [{"after": 1, "length": "90s"}, {"after": 2, "length": "30s", "optional": False}]
    return an_assessment(*cases, time_limit="6m", breaks=breaks)


@dataclass
class Sat:
    """One sitting, and the truth about its time."""

    folder: Path
    needs_code: bool
    world: World = field(init=False)
    proved_ms: int = 0
    passed_ms: int = 0
    given_breaks_ms: int = 0
    pending_ms: int = 0
    slept_ms: int = 0
    dark_in_breaks_ms: int = 0
    is_full: bool = False
    is_over: bool = False
    boots: int = 0
    checks: int = 0
    proved_at: dict[Reading, int] = field(default_factory=dict)
    credit: Credit = field(default_factory=lambda: Credit(cap_ms=CAP_MS))
    reckoned: int = 0

    def __post_init__(self) -> None:
        self.world = a_world(World(folder=self.folder), an_exam())
        code = admissions.start_code_verifier(CODE, admission_id="adm_1") if self.needs_code else None
        self.console = Console(station=self.world.station)
        self.sitting = self.world.begin(
            credit_cap_ms=CAP_MS, start_code=code, hook=self._hook, centre=self.console.keys.sealing.public
        )
        self.sitting.handle(intents.ConfirmIdentity(start_code=CODE))
        to_case(self.sitting)
        self._settle()

    def live(self, turns: Iterable[Turn]) -> "Sat":
        """All of it, one after the other."""
        try:
            for turn in turns:
                if self.is_over:
                    break
                self.slept_ms = 0
                self._pass(turn.before_ms)
                getattr(self, f"_{turn.kind.replace('-', '_')}")(turn)
                self._settle()
                self._check()
        finally:
            self.is_full = False
            self.world.close()
        return self

    def _hook(self, moment: str) -> None:
        if self.is_full and moment == "before-append":
            raise DiskFullError

    @property
    def is_stopped(self) -> bool:
        """The disk refuses, and the sitting stands still."""
        return isinstance(self.sitting.view().screen, views.StoppedView)

    def _pass(self, ms: int, *, is_asleep: bool = False) -> None:
        """Time passes, awake or not."""
        clock = self.world.clock
        if is_asleep:
            clock.sleep(ms=ms)
        else:
            clock.advance(ms=ms)
        self.passed_ms += ms
        if self.is_stopped:
            self.pending_ms += ms
        elif self.sitting.state.pause is None:
            self.proved_ms += ms

    def _settle(self) -> None:
        """What was just written is stamped now; a disk that takes again has held the clock, and that is over."""
        if not self.is_stopped:
            self.pending_ms = 0
        self.proved_at[self.world.clock.read()] = self.proved_ms

    def _work(self, turn: Turn) -> None:
        step = self.sitting.state.place.step or ""
        item = f"{step.partition('-')[0]}-{'side' if step.endswith('look') else 'next'}"
        one = (
            intents.Answer(item=item, response=choice(("one", "two")[turn.ms % 2])),
            intents.GoNext(is_confirmed=True),
            intents.EndBreak(),
            intents.CallProctor(note="…"),
        )[turn.number % 4]
        self.sitting.handle(one)

    def _wait(self, turn: Turn) -> None:
        self._pass(turn.ms)

    def _tick(self, _turn: Turn) -> None:
        self.sitting.tick()

    def _clip(self) -> str:
        return f"{(self.sitting.state.place.step or '').partition('-')[0]}-look.0"

    def _play(self, _turn: Turn) -> None:
        self.sitting.handle(intents.PlayClip(clip=self._clip()))

    def _report(self, turn: Turn) -> None:
        what = REPORTS[turn.number % len(REPORTS)]
        self.sitting.handle(intents.ReportMedia(clip=self._clip(), what=what, position_ms=turn.ms))  # type: ignore[arg-type]  # one of its words

    def _pause(self, _turn: Turn) -> None:
        if not self.is_stopped:
            self.sitting.record(events.Paused(reason="alarm", by="P. Roctor"))

    def _go_on(self, _turn: Turn) -> None:
        if not self.is_stopped:
            self.sitting.record(events.Continued(by="P. Roctor"))

    def _code(self, _turn: Turn) -> None:
        self.sitting.handle(intents.ConfirmIdentity(start_code=CODE))

    def _grant(self, turn: Turn) -> None:
        grant = events.TimeGranted(
            scope="assessment", scope_id="dvt-small", extra_ms=turn.ms + 1, reason="noise", signer="P. Roctor"
        )
        self.sitting.record(grant)

    def _order(self, kind: Kind, **act: Any) -> None:
        """The proctor orders; a disk that refuses lets nobody order."""
        if not self.is_stopped:
            self.sitting.obey(self.console.make(self.sitting, kind, **act), centre=self.console.centre)

    def _order_pause(self, _turn: Turn) -> None:
        self._order("pause")

    def _order_on(self, _turn: Turn) -> None:
        self._order("authorise" if self.sitting.state.is_barred else "resume")

    def _order_time(self, turn: Turn) -> None:
        """A grant to all that runs, or some of it taken back."""
        self._order("remove-time" if turn.number % 3 == 0 else "add-time", extra_ms=turn.ms + 1)

    def _order_break(self, turn: Turn) -> None:
        before = self.sitting.state.rest
        self._order("break", minutes=1, is_clock_held=turn.number % 2 == 0)
        rest = self.sitting.state.rest
        if rest is not None and rest is not before and rest.by and rest.is_clock_held:
            self.given_breaks_ms += rest.length_ms

    def _order_hand(self, _turn: Turn) -> None:
        self._order("lower-hand")

    def _sleep(self, turn: Turn) -> None:
        self.slept_ms = 1_000 + turn.ms
        self._pass(self.slept_ms, is_asleep=True)

    def _jump(self, turn: Turn) -> None:
        by_ms = (7_919, -7_919, 3_600_017, -3_600_017, 31_536_000_019, -31_536_000_019)[turn.number % 6]
        self.world.clock.set(wall_ms=self.world.clock.read().wall_ms + by_ms)

    def _disk(self, _turn: Turn) -> None:
        self.is_full = not self.is_full
        self._pass(2_500)
        self.sitting.tick()

    def _leave(self, turn: Turn) -> None:
        self.sitting.handle(intents.Leave())
        if self.sitting.state.ledger.is_started:  # else the time was over, and the sitting handed itself in
            self._kill(turn, reason=lost.LEFT if self.sitting.state.has_left else lost.CRASHED)

    def _kill(self, turn: Turn, reason: str = lost.CRASHED) -> None:
        """The program dies; what the disk had refused dies with it, but not since when it refused."""
        was_held = self.is_stopped
        self.sitting.close()
        self.is_full = False
        is_let_go = self.sitting.state.pause is None
        gone_ms, self.pending_ms = 0 if was_held else turn.ms, 0
        self.world.clock.advance(ms=turn.ms)
        self.passed_ms += turn.ms
        if turn.number % 3 == 0:
            self.slept_ms = turn.ms + 1_000
            self.world.clock.sleep(ms=self.slept_ms)
            self.passed_ms += self.slept_ms
            gone_ms += 0 if was_held else self.slept_ms
        self.proved_ms += gone_ms if is_let_go else 0
        known = len(self.sitting.state.ledger.entries)
        self.sitting = self.world.again(hook=self._hook)
        new = self.sitting.state.ledger.entries[known:]
        assert {entry.reason for entry in new if entry.kind == "gap"} <= {reason, lost.SLEPT}

    def _power(self, turn: Turn) -> None:
        """The power goes and comes back; nobody but the truth knows how long that was."""
        before, was_held = self.sitting.state.ledger, self.is_stopped
        self.sitting.close()
        self.is_full, self.pending_ms, self.boots = False, 0, self.boots + 1
        off_ms, up_ms = turn.ms * 7, turn.ms // 2
        self.slept_ms = slept_ms = 1_000 + turn.ms if turn.number % 4 == 0 else 0
        told_ms = (off_ms, 0, -3_600_017, 31_536_000_019)[turn.number % 4] + up_ms
        clock = self.world.clock
        wall_ms = clock.read().wall_ms + told_ms
        clock.set(monotonic_ms=up_ms, wall_ms=wall_ms, boot_id=f"boot {self.boots}")
        clock.sleep(ms=slept_ms)
        self.passed_ms += off_ms + up_ms + slept_ms
        seq = len(self.sitting.recorded)
        self.sitting = self.world.again(hook=self._hook)
        recorded = self.sitting.recorded
        back = next(place for place in range(seq, len(recorded)) if isinstance(recorded[place].event, events.Reopened))
        last = recorded[back - 1].at
        self.proved_ms = self.proved_at[last]
        if not before.is_let_go:
            return
        ledger = self.sitting.state.ledger
        new = ledger.entries[len(before.entries) :]
        dark_ms = sum(entry.amount_ms for entry in ledger.entries if entry.kind == "dark")
        away_ms = clock.read().wall_ms - last.wall_ms - up_ms
        is_doubted = away_ms < -JUMP_MS or (
            any(entry.kind == "dark" for entry in new) and dark_ms + ledger.credited_ms > CAP_MS
        )
        is_asked = self.sitting.state.is_barred  # the proctor decides then, before the sleep is shown
        if self.sitting.recorded[-1].at == clock.read() and not was_held and not slept_ms:
            assert is_asked == (is_doubted and self.needs_code)
        self.proved_ms += (0 if was_held else up_ms) + (0 if is_asked else slept_ms)
        if not was_held and before.rest_ms and before.rest_reason == BREAK:
            wall_gap_ms = clock.read().wall_ms - last.wall_ms
            left_ms = before.rest_ms - min(before.rest_ms, up_ms)
            self.dark_in_breaks_ms += min(left_ms, max(wall_gap_ms - up_ms, 0))

    def _check(self) -> None:
        self.sitting.tick()
        if self.is_stopped:
            return
        self._settle()
        ledger, now = self.sitting.state.ledger, self.world.clock.read()
        used_ms = ledger.rest_ms - ledger.rest_at(now) if ledger.is_started else 0
        consumed_ms = ledger.consumed_at(now)
        credited_ms = ledger.credited_ms + (used_ms if ledger.is_waiting else 0)
        rested_ms = sum(entry.amount_ms for entry in ledger.entries if (entry.kind, entry.reason) == ("hold", BREAK))
        if ledger.rest_ms and not ledger.is_waiting:
            rested_ms += used_ms + (0 if ledger.holds else ledger.held_ms)
        missed_ms = self.proved_ms - (consumed_ms + credited_ms + rested_ms - self.dark_in_breaks_ms)
        # a sitting that was over before the sleep, or on coming back, shows no sleep any more
        assert missed_ms == 0 or (not ledger.is_started and missed_ms == self.slept_ms)
        assert 0 <= credited_ms <= CAP_MS
        assert credited_ms == self._due_ms(now)
        assert 0 <= rested_ms <= BREAKS_MS + self.given_breaks_ms
        assert consumed_ms <= self.proved_ms <= self.passed_ms
        told_ms = sum(entry.amount_ms for entry in ledger.entries if entry.kind == "credit")
        assert told_ms + (ledger.held_ms if ledger.is_waiting and not ledger.holds else 0) == ledger.credited_ms
        granted_ms = 0
        for one in self.sitting.recorded:
            granted_ms += one.event.extra_ms if isinstance(one.event, events.TimeGranted) else 0
            granted_ms += self._ordered_ms(one)
            if isinstance(one.event, events.TimerFired) and one.event.timer.startswith("assessment"):
                assert one.event.due_ms == LIMIT_MS + granted_ms
        self._check_credits()
        self.checks += 1
        self.is_over = not ledger.is_started

    def _due_ms(self, now: Reading) -> int:
        """What is to be given back by now, reckoned without the ledger."""
        recorded = self.sitting.recorded
        for one in recorded[self.reckoned :]:
            self.credit.take(self.sitting.course, one)
        self.reckoned = len(recorded)
        return self.credit.at(now)

    def _ordered_ms(self, one: Recorded) -> int:
        """What an order gave the assessment, or took back of it; reckoned from what it says."""
        found = [done for done in self.sitting.state.orders if done.seq == one.seq and done.is_obeyed]
        if not isinstance(one.event, events.Ordered) or not found:
            return 0
        act = told_by(one.event.order).act
        if isinstance(act, AddTime):
            return act.extra_ms
        taken = [entry.scopes for entry in self.sitting.state.ledger.entries if entry.amount_ms < 0]
        nth = [done.seq for done in self.sitting.state.orders if done.kind == "remove-time" and done.is_obeyed]
        if isinstance(act, RemoveTime) and ("assessment", "dvt-small") in taken[nth.index(one.seq)]:
            return -act.extra_ms
        return 0

    def _check_credits(self) -> None:
        """Of each gap is given back what is left of the cap, but nothing to who left; reckoned here anew."""
        entries, credited_ms = self.sitting.state.ledger.entries, 0
        for place, entry in enumerate(entries):
            if entry.kind == "credit":
                credited_ms += entry.amount_ms
            elif entry.kind == "gap":
                due_ms = 0 if entry.reason == lost.LEFT else min(entry.amount_ms, CAP_MS - credited_ms)
                after = entries[place + 1] if place + 1 < len(entries) else None
                is_credit = after is not None and (after.kind, after.reason) == ("credit", entry.reason)
                assert (after.amount_ms if after is not None and is_credit else 0) == due_ms
