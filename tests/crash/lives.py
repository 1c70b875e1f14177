"""Sittings on a real station without windows, each in several lives: every life but the last is killed.

One process builds the academy and forks a child for each life, so that a life costs no start-up. The station, its
journal, outbox and worker threads, and the hub in the same process are the real ones, on the disk; only nobody is in
front of it, and its clock is moved by the candidate. What the child tells comes through a pipe, which outlives it.
"""

import gc
import json
import os
import random
import select
import shutil
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.demo import CANDIDATE, SAMPLE
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.walkthrough import read_walkthrough
from pocus_desktop.case.items.registry import Response
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import Clock, ManualClock, Reading
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.sealed import open_sealed_result
from pocus_desktop.sitting.views import HandedInView, View
from tests.crash.candidate import Candidate, refused_answer
from tests.crash.points import watch
from tests.crash.truth import Tally, Truth, essence, require_kept

PATIENCE_S: Final = 60.0
NEVER: Final = ""
SITTINGS_A_HOME: Final = 12
"""A station that looks through many sittings at each start is another matter than the one that is killed here."""


@dataclass
class Kitchen:
    """An academy on the disk whose station is opened and killed again and again.

    Attributes:
        folder: Of everything.
        workshop: The academy; its own hub is closed, each life has one.
    """

    folder: Path
    workshop: Workshop
    answers: Mapping[str, Response]
    sat: int = 0
    reached: Counter[str] = field(default_factory=Counter)

    @classmethod
    def build(cls, folder: Path) -> "Kitchen":
        """Build the sample's bundle once."""
        workshop = Workshop.open(folder / "0", source=SAMPLE, recipe=None, clock=ManualClock(wall_ms=Truth().now[1]))
        workshop.hub.close()
        return cls(folder=folder, workshop=workshop, answers=read_walkthrough(SAMPLE))

    def admit(self) -> str:
        """Another admission, in a fresh home where the last had enough; its id."""
        if self.sat and self.sat % SITTINGS_A_HOME == 0:
            old, new = self.workshop.folder, self.folder / str(self.sat)
            for part in ("station/library", "station/trust.json", "hub"):
                copy = shutil.copytree if (old / part).is_dir() else shutil.copyfile
                (new / part).parent.mkdir(parents=True, exist_ok=True)
                copy(old / part, new / part)
            shutil.rmtree(old)
            home = replace(self.workshop.home, folder=new / "station")
            self.workshop = replace(self.workshop, folder=new, home=home)
        self.sat += 1
        first = admissions.recall(self.workshop.admission(candidate=CANDIDATE, mode=Mode.TRIAL)).admission
        hub, station = self.opened(Truth())
        try:
            return station.admit(
                admissions.issue(first.model_copy(update={"attempt": self.sat}), [self.workshop.academy.signing])
            )
        finally:
            station.close()
            hub.close()

    def live(
        self, life: "type[Life]", admission_id: str, truth: Truth, chance: random.Random, kill: str | float
    ) -> str:
        """One life of a sitting, from the start of the program to its end.

        Args:
            life: Of which kind.
            admission_id: Of the sitting.
            truth: What the lives before told; what this one tells is added.
            chance: What the candidate does.
            kill: `point:n` kills at the n-th time it comes by a point, a number after so many seconds, empty never.

        Returns:
            `killed` or `finished`.

        Raises:
            AssertionError: Something that was acknowledged is lost, or the life broke.
        """
        truth.begin_life()
        out, into = os.pipe()
        seed = chance.randrange(2**32)
        gc.collect()
        child = os.fork()
        if child == 0:
            os.close(out)
            status = 1
            try:
                point = kill if isinstance(kill, str) else NEVER
                life(self, admission_id, truth, random.Random(seed), into, point).run()
                status = 0
            except BaseException:  # noqa: BLE001 - told through the pipe, whatever it is
                os.write(into, json.dumps({"fault": traceback.format_exc()}).encode() + b"\n")
            finally:
                os._exit(status)
        os.close(into)
        at = time.monotonic() + (kill if isinstance(kill, float) else PATIENCE_S)
        fault = self._listen(out, child, truth, at)
        _, status = os.waitpid(child, 0)
        assert not fault, fault
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL, status
            assert kill != NEVER, "it hung"
            return "killed"
        assert os.WEXITSTATUS(status) == 0
        return "finished"

    def require_whole(self, admission_id: str, truth: Truth) -> None:
        """A finished sitting: sealed once and for all, opened by the academy, its answers those acknowledged last."""
        folder = self.workshop.home.sittings / admission_id
        data = (folder / truth.sealed).read_bytes()
        opened = open_sealed_result(data, [self.workshop.academy.sealing])
        assert truth.acknowledged is not None
        told = truth.saved[max(seq for seq in truth.saved if seq <= opened.header.last_seq)]
        at_that_time = essence(replay(self.course(opened.events[0]), opened.events[: told["seq"]]))
        assert at_that_time == told, f"acknowledged {told}, sealed {at_that_time}"
        answered = [one.event for one in opened.events if isinstance(one.event, events.Answered)]
        taken = [event for event in answered if event.response.model_dump_json() not in truth.refused]
        for item, response in truth.acknowledged["responses"].items():
            given = [event.response.model_dump(mode="json") for event in taken if event.item == item]
            assert response in given, f"{item}: acknowledged {response}, sealed {given}"
        assert truth.received == truth.sealed, "the hub's receipt came back"
        hub, station = self.opened(truth)
        try:
            sittings = [standing.sitting for standing in hub.standings()]
            assert sittings.count(opened.header.sitting) == 1, "the hub has it once"
            assert station.outbox.receipt(truth.sealed) is not None
        finally:
            station.close()
            hub.close()

    def course(self, first: Recorded) -> Course:
        """What a sitting is of that this event opened."""
        assert isinstance(first.event, events.Opened)
        return Course.of(self.workshop.built.assessment, first.event)

    def opened(self, truth: Truth, clock: Clock | None = None) -> tuple[Hub, Station]:
        """The hub and the station of a life, over what is on the disk."""
        monotonic_ms, wall_ms, boot = truth.now
        clock = clock or ManualClock(monotonic_ms=monotonic_ms, wall_ms=wall_ms, boot_id=boot)
        hub = Hub(self.workshop.folder / "hub", self.workshop.academy, clock=clock)
        workshop = replace(self.workshop, hub=hub, clock=clock)
        return hub, workshop.station()

    def _listen(self, out: int, child: int, truth: Truth, at: float) -> str:
        """Hear the child until it is gone; kill it when its time is over."""
        fault, rest, is_killed = "", b"", False
        while True:
            ready, _, _ = select.select([out], [], [], max(0.0, at - time.monotonic()) if not is_killed else None)
            if not ready:
                os.kill(child, signal.SIGKILL)
                is_killed = True
                continue
            read = os.read(out, 1 << 16)
            if not read:
                os.close(out)
                return fault
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                told = json.loads(line)
                if "fault" in told:
                    fault = told["fault"]
                elif "reached" in told:
                    self.reached[told["reached"]] += 1
                else:
                    truth.hear(told)


class Life:
    """In the child: from opening the station to the receipt, or to the kill.

    Args:
        kitchen: Where.
        admission_id: Of the sitting.
        truth: What the lives before told.
        chance: What the candidate does.
        pipe: Where it tells of itself.
        kill: `point:n`, or empty.
    """

    def __init__(
        self, kitchen: Kitchen, admission_id: str, truth: Truth, chance: random.Random, pipe: int, kill: str
    ) -> None:
        self.kitchen = kitchen
        self.admission_id = admission_id
        self.truth = truth
        self.chance = chance
        self._pipe = pipe
        self._point, _, number = kill.rpartition(":")
        self._left = int(number or 0)
        self._lock = threading.Lock()
        self.was_received = threading.Event()
        watch(self.reach)

    def run(self) -> None:
        """Sit to the end."""
        raise NotImplementedError

    def tell(self, **told: Any) -> None:
        """One line through the pipe."""
        data = json.dumps(told).encode() + b"\n"
        with self._lock:
            while data:
                data = data[os.write(self._pipe, data) :]

    def tell_clock(self, opened: OpenSitting, now: Reading) -> None:
        """What the exam clock shows at a moment."""
        ledger = opened.sitting.state.ledger
        self.tell(clock=[now.monotonic_ms, now.wall_ms, now.boot_id, ledger.consumed_at(now), ledger.is_running])

    def welcome(self, opened: OpenSitting) -> None:
        """The sitting was opened: look whether all is there, and tell from now on what is shown."""
        self.settle(opened)
        if self.truth.acknowledged is not None or opened.sitting.state.last_seq > 1:
            for what, off_ms in require_kept(opened, self.truth):
                self.tell(off=[what, off_ms])
        opened.on_view(lambda view: self.shown(opened, view))

    def settle(self, opened: OpenSitting) -> None:
        """Until all that was given to the writer is done, and shown."""
        done = threading.Event()
        opened.sitting._writer.submit(done.set)
        if not done.wait(PATIENCE_S / 2):
            raise AssertionError("the writer hangs")

    def shown(self, opened: OpenSitting, view: View) -> None:
        """What a person sees is what was acknowledged to them."""
        if view.chrome.saved == "saved" and opened.sitting.recorded:
            self.tell(saved=essence(opened.sitting.state))
        if isinstance(view.screen, HandedInView) and view.screen.sealed_digest:
            self.tell(sealed=view.screen.sealed_digest)
            if view.screen.delivery == "received":
                self.tell(received=view.screen.sealed_digest)
                self.was_received.set()

    def reach(self, point: str) -> None:
        """Came by a point; the end, where this is what it is to be killed by."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        self.tell(reached=point)


class IntentLife(Life):
    """Nobody at a window: intents are handed in, and the candidate moves the clock."""

    def run(self) -> None:
        """Sit to the end."""
        hub, station = self.kitchen.opened(self.truth)
        self._clock = station._clock
        opened = station.open(candidate_id=CANDIDATE.id, admission_id=self.admission_id, language="en")
        self.welcome(opened)
        candidate = Candidate(answers=self.kitchen.answers, chance=self.chance)
        while True:
            self._pass_time(opened)
            if self.chance.random() < 0.1 and (bad := refused_answer(opened.view(), self.chance)) is not None:
                self.tell(refused=bad.response.model_dump_json())
                opened.handle(bad)
                self.settle(opened)
            intent = candidate.next(opened.view())
            if intent is None:
                break
            if isinstance(intent, intents.Answer):
                self.tell(asked=intent.response.model_dump_json())
            opened.handle(intent)
            self.settle(opened)
        self.shown(opened, opened.view())
        if not self.was_received.wait(PATIENCE_S / 2):
            raise AssertionError("no receipt came")
        station.close()
        hub.close()

    def _pass_time(self, opened: OpenSitting) -> None:
        """Let up to six seconds pass as the window does: awake when the sitting says that something is due."""
        assert isinstance(self._clock, ManualClock)
        left_ms = self.chance.choice((0, 80, 400, 1_500, 6_000))
        while left_ms > 0:
            due_ms, now = opened.next_due_ms(), self._clock.read()
            step_ms = min(left_ms, 500, max(1, due_ms - now.monotonic_ms) if due_ms is not None else 500)
            then = replace(now, monotonic_ms=now.monotonic_ms + step_ms, wall_ms=now.wall_ms + step_ms)
            self.tell_clock(opened, then)
            self._clock.advance(ms=step_ms)
            left_ms -= step_ms
            opened.tick()
            self.settle(opened)


def sit(
    kitchen: Kitchen, chance: random.Random, kills: list[str | float], tally: Tally, life: type[Life] = IntentLife
) -> None:
    """One sitting: killed by the first of `kills`, then by the next, until one is not reached and it is finished.

    Args:
        kitchen: Where.
        chance: What the candidate does, and how long the program is gone.
        kills: What to kill it by; what was used is taken out.
        tally: What is counted.
        life: Of which kind its lives are.
    """
    admission_id, truth = kitchen.admit(), Truth(tally=tally)
    while True:
        kill = kills.pop(0) if kills else NEVER
        if kitchen.live(life, admission_id, truth, chance, kill) == "finished":
            kitchen.require_whole(admission_id, truth)
            tally.sittings += 1
            return
        tally.killed[kill.rpartition(":")[0] if isinstance(kill, str) else AT_A_MOMENT] += 1
        monotonic_ms, wall_ms, boot = truth.now
        gap_ms = chance.choice((0, 3, 700, 20_000))
        is_new_boot = chance.random() < 0.2
        is_told = life is IntentLife and not is_new_boot  # the others have the machine's clock
        truth.gone_ms = [*truth.gone_ms, gap_ms] if is_told else []
        truth.now = (
            chance.randrange(1_000, 90_000) if is_new_boot else monotonic_ms + gap_ms,
            wall_ms + gap_ms,
            f"boot-{chance.randrange(10**9)}" if is_new_boot else boot,
        )


AT_A_MOMENT: Final = "at a chance moment"
AT_THE_START: Final = (
    "latest time", "sync of a file or folder", "sync of a folder after a rename", "admission",
    "first write of the journal", "settle", "mark of the beginning",
)  # fmt: skip
AT_THE_END: Final = (
    "seal", "sync of a file or folder", "sync of a folder after a rename", "note of the hand-in", "copy in the outbox",
    "row in the outbox", "receipt", "change of a row", "wrappings destroyed", "settle",
)  # fmt: skip
"""The points in the order in which a sitting comes by them; what is not here it comes by all the time."""

_LONGEST_MOMENT_S: Final = 0.5


def plan(chance: random.Random) -> list[str | float]:
    """By what one sitting is killed: at the start, on its way, at its end, and at chance moments between."""
    start = [f"{moment} {name}:1" for name in AT_THE_START for moment in ("before", "after") if chance.random() < 0.3]
    middle: list[str | float] = [
        f"{chance.choice(('before', 'after'))} append with a checkpoint:1",
        *(f"{chance.choice(('before', 'after'))} append:{chance.randint(1, 15)}" for _ in range(3)),
        *(f"{chance.choice(('before', 'after'))} sign of life:{chance.randint(1, 40)}" for _ in range(2)),
        *(chance.uniform(0.02, _LONGEST_MOMENT_S) for _ in range(4)),
    ]
    chance.shuffle(middle)
    end = [f"{moment} {name}:1" for name in AT_THE_END for moment in ("before", "after") if chance.random() < 0.6]
    return [*start, *middle[: chance.randint(2, 8)], *end]
