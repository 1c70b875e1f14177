"""The engine: `start` a chart, `step` it by one event. Pure, total and bounded.

The algorithm is the one of W3C SCXML, Appendix D, with its names in the docstrings: eventless transitions before
internal events before external ones, the optimal transition set with its conflicts removed, exits in reverse document
order, entries in document order. Nothing here reads a clock or touches the caller's configuration: where a step fails,
the old configuration is still the truth (formats/scenario 3).
"""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.actions import (
    Action,
    AddToVariable,
    Advance,
    Block,
    CancelTimer,
    Choose,
    ClockName,
    CloseItems,
    Emit,
    Fail,
    LockItems,
    OpenItems,
    Raise,
    ResetSimulated,
    Send,
    SetVariable,
    StartTimer,
)
from pocus_desktop.scenario.chart import Chart
from pocus_desktop.scenario.configuration import ArmedTimer, Configuration, Memory
from pocus_desktop.scenario.effects import (
    Effect,
    Emitted,
    Event,
    Finished,
    ResponseRefused,
    Round,
    Step,
    TimerArmed,
    TimerCancelled,
    Trace,
)
from pocus_desktop.scenario.errors import DoesNotSettleError, WrongChartError
from pocus_desktop.scenario.frozen import maker
from pocus_desktop.scenario.guards import Value, is_answer, judge
from pocus_desktop.scenario.index import Index
from pocus_desktop.scenario.links import members
from pocus_desktop.scenario.moves import Move, Mover
from pocus_desktop.scenario.states import Kind

MAX_MICROSTEPS: Final = 1_000
"""How many microsteps one event may set off."""

SEND_PREFIX: Final = "send:"
"""Begins the timer ids of sends."""

_TIMER: Final = "timer."
_RESPONSE: Final = "response."
_EXECUTION_ERROR: Final = "error.execution"
_EXACT: Final = 2**53 - 1

_make_memory: Final = maker(Memory)
_make_configuration: Final = maker(Configuration)
_make_step: Final = maker(Step)


def start(chart: Chart, *, now: int) -> Step:
    """Enter a chart.

    Args:
        chart: The chart.
        now: Exam milliseconds consumed so far.

    Raises:
        DoesNotSettleError: Its eventless transitions run in a circle.
    """
    memory = Memory(variables=dict(chart.variables))
    blank = Configuration(
        active_set=0,
        remembered=(0,) * len(chart.index.all_histories),
        timers={},
        serial=0,
        memory=memory,
        is_finished=False,
        index=chart.index,
    )
    run = _Run(chart, blank, now)
    run.begin()
    return run.result()


def step(chart: Chart, configuration: Configuration, event: Event, *, now: int) -> Step:
    """Take one external event, and everything that it sets off, until nothing more can happen.

    An event that nothing waits for changes nothing; a finished chart takes no events; a timer that is not armed (any
    more) is ignored.

    Args:
        chart: The chart.
        configuration: Where it stands; not changed.
        event: What happened.
        now: Exam milliseconds consumed so far.

    Raises:
        DoesNotSettleError: The event sets off more than `MAX_MICROSTEPS` microsteps.
        WrongChartError: The configuration belongs to another chart.
    """
    if configuration.index is not chart.index and configuration.index.ids != chart.index.ids:
        raise WrongChartError(chart=chart.name)
    run = _Run(chart, configuration, now)
    if not configuration.is_finished:
        run.take(event)
    return run.result()


class _BlockFailedError(Exception):
    """Raised and caught here: the rest of a block of actions is left out (SCXML 4.1); `event` says so in the chart."""

    def __init__(self, event: str = _EXECUTION_ERROR) -> None:
        super().__init__(event)
        self.event = event


class _Run:
    """One call of the engine: mutable while it lasts, copying what it changes; it is also the guards' `Facts`."""

    __slots__ = (
        "active",
        "advances",
        "chart",
        "effects",
        "entered_at_ms",
        "entered_simulated_ms",
        "final",
        "index",
        "internal",
        "is_finished",
        "locked_items",
        "microsteps",
        "mover",
        "now",
        "open_items",
        "remembered",
        "responses",
        "rounds",
        "serial",
        "simulated_ms",
        "timers",
        "variables",
        "visits",
        "waited_for",
    )

    def __init__(self, chart: Chart, configuration: Configuration, now: int) -> None:
        memory = configuration.memory
        self.chart = chart
        self.index: Index = chart.index
        self.mover: Mover = chart.mover
        self.now = now
        self.active = configuration.active_set
        self.remembered = configuration.remembered
        self.timers = configuration.timers
        self.serial = configuration.serial
        self.is_finished = configuration.is_finished
        self.variables: Mapping[str, Value] = memory.variables
        self.responses: Mapping[str, Json] = memory.responses
        self.visits = dict(memory.visits)
        self.simulated_ms = memory.simulated_ms
        self.entered_at_ms = dict(memory.entered_at_ms)
        self.entered_simulated_ms = dict(memory.entered_simulated_ms)
        self.open_items = memory.open_items
        self.locked_items = memory.locked_items
        self.effects: list[Effect] = []
        self.rounds: list[Round] = []
        self.internal: list[str] = []
        self.advances: list[int] = []  # milliseconds by which the simulated clock has yet to move
        self.microsteps = 0
        self.final = ""
        self.waited_for = ""

    # What guards ask.

    def is_active(self, state: str) -> bool:
        """Whether a state is active now."""
        number = self.index.number.get(state)
        return number is not None and bool(self.active >> number & 1)

    def elapsed_ms(self, state: str) -> int | None:
        """Exam time in an active state."""
        entered = self.entered_at_ms.get(state)
        return None if entered is None else max(0, self.now - entered)

    def simulated_elapsed_ms(self, state: str) -> int | None:
        """Simulated time in an active state."""
        entered = self.entered_simulated_ms.get(state)
        return None if entered is None else self.simulated_ms - entered

    # The main loop.

    def begin(self) -> None:
        """Enter the root's initial states (interpret)."""
        move = self.mover.arrive()
        self._make(move)
        self.rounds.append(Round(event=None, taken=(), not_taken=(), preempted=(), exited=(), entered=move.entered))
        self._settle()
        self._drain()

    def take(self, event: Event) -> None:
        """Take an event from outside (mainEventLoop)."""
        name = event.name
        self.waited_for = name
        if name.startswith(_TIMER):
            timer = self.timers.get(name[len(_TIMER) :])
            if timer is not None:
                self._disarm(timer.id, tell=False)
                name = timer.event
            elif name[len(_TIMER) :] in self.chart.timer_ids or name.startswith(_TIMER + SEND_PREFIX):
                return
        elif name.startswith(_RESPONSE) and not self._take_response(name[len(_RESPONSE) :], event.data.get("value")):
            return
        self._look(name)
        if self.internal or self.active & self.mover.restless:
            self._settle()
        if self.advances or self.is_finished:
            self._drain()

    def result(self) -> Step:
        """The step, once nothing more can happen."""
        memory = _make_memory(
            self.variables,
            self.responses,
            self.visits,
            self.simulated_ms,
            self.entered_at_ms,
            self.entered_simulated_ms,
            self.open_items,
            self.locked_items,
        )
        configuration = _make_configuration(
            self.active, self.remembered, self.timers, self.serial, memory, self.is_finished, self.index
        )
        return _make_step(configuration, tuple(self.effects), Trace(rounds=tuple(self.rounds)))

    def _take_response(self, item: str, value: Json) -> bool:
        if item not in self.chart.items:
            return True
        if item in self.locked_items:
            self.effects.append(ResponseRefused(item=item, code="scenario.item_locked"))
            return False
        if item not in self.open_items:
            self.effects.append(ResponseRefused(item=item, code="scenario.item_closed"))
            return False
        kept = {name: held for name, held in self.responses.items() if name != item}
        self.responses = {**kept, item: value} if is_answer(value) else kept
        return True

    def _drain(self) -> None:
        """Let the simulated clock move as far as it was told to."""
        while self.advances and not self.is_finished:
            self._advance(self.advances.pop(0))
        if self.is_finished:
            self._exit_interpreter()

    def _dispatch(self, event: str) -> None:
        self._look(event)
        self._settle()

    def _settle(self) -> None:
        """Eventless transitions and internal events until neither is left (the inner loop of mainEventLoop)."""
        while not self.is_finished:
            if self._look(None):
                continue
            if not self.internal:
                return
            self._look(self.internal.pop(0))

    def _advance(self, ms: int) -> None:
        """Move the simulated clock; what falls due on the way fires at its own time, earliest first."""
        target = self.simulated_ms + ms
        due = [t for t in self.timers.values() if t.clock == "simulated" and t.due_ms <= target]
        if not due:
            self.simulated_ms = target
            self._settle()
            return
        first = min(due, key=lambda timer: (timer.due_ms, timer.serial))
        self.simulated_ms = max(self.simulated_ms, first.due_ms)
        self.advances.insert(0, target - self.simulated_ms)
        self._disarm(first.id, tell=False)
        self._dispatch(first.event)

    def _exit_interpreter(self) -> None:
        """Leave for good: exit actions run, timers end, the configuration stays as it was (exitInterpreter)."""
        for number in reversed(tuple(members(self.active))):
            for block in self.index.states[number].on_exit:
                self._run_block(block)
        for timer in tuple(self.timers):
            self._disarm(timer, tell=True)
        self.advances.clear()
        self.effects.append(Finished(state=self.final))

    # Microsteps.

    def _look(self, event: str | None) -> bool:
        """Look for transitions and take them (selectTransitions and microstep); whether any was taken."""
        if event is None and not self.active & self.mover.restless:
            return False
        outcome = self.mover.look(event, self.active, self.remembered, self)
        if outcome.round is not None:
            self.rounds.append(outcome.round)
        if outcome.move is None:
            return False
        self.microsteps += 1
        if self.microsteps > MAX_MICROSTEPS:
            raise DoesNotSettleError(event=self.waited_for, bound=MAX_MICROSTEPS)
        self._make(outcome.move)
        return True

    def _make(self, move: Move) -> None:
        """One microstep: leave, act, enter (exitStates, executeTransitionContent, enterStates)."""
        self.remembered = move.remembered
        if move.is_quiet_exit:
            self.active &= ~move.exits
            for name in move.exited:
                del self.entered_at_ms[name], self.entered_simulated_ms[name]
        else:
            self._leave(move)
        for block in move.actions:
            self._run_block(block)
        if move.is_quiet_entry:
            self.active |= move.enters
            for name in move.entered:
                self.visits[name] = self.visits.get(name, 0) + 1
                self.entered_at_ms[name] = self.now
                self.entered_simulated_ms[name] = self.simulated_ms
        else:
            self._enter(move)

    def _leave(self, move: Move) -> None:
        for left in move.leaving:
            state = left.state
            for block in state.on_exit:
                self._run_block(block)
            for timer in state.timers:
                self._disarm(timer.id, tell=True)
            self.active &= ~left.bit
            del self.entered_at_ms[state.id], self.entered_simulated_ms[state.id]

    def _enter(self, move: Move) -> None:
        for arrival in move.arriving:
            state = arrival.state
            self.active |= arrival.bit
            self.visits[state.id] = self.visits.get(state.id, 0) + 1
            self.entered_at_ms[state.id] = self.now
            self.entered_simulated_ms[state.id] = self.simulated_ms
            for timer in state.timers:
                self._arm(timer.id, timer.id, _TIMER + timer.id, timer.after.after_ms, timer.after.clock)
            for block in (*state.on_entry, *arrival.defaults):
                self._run_block(block)
            if state.kind is Kind.FINAL:
                self._reach(arrival.number)

    def _reach(self, final: int) -> None:
        index = self.index
        parent = index.parents[final]
        if not parent:
            self.is_finished = True
            self.final = index.ids[final]
            return
        self.internal.append(f"done.state.{index.ids[parent]}")
        grandparent = index.parents[parent]
        if index.kinds[grandparent] is Kind.PARALLEL and self._is_in_final(grandparent):
            self.internal.append(f"done.state.{index.ids[grandparent]}")

    def _is_in_final(self, number: int) -> bool:
        """Whether a state has come to its own end (isInFinalState)."""
        index = self.index
        if index.kinds[number] is Kind.PARALLEL:
            return all(self._is_in_final(child) for child in index.children[number])
        return any(index.kinds[c] is Kind.FINAL and self.active >> c & 1 for c in index.children[number])

    # Actions.

    def _run_block(self, block: Block) -> None:
        try:
            for action in block:
                self._do(action)
        except _BlockFailedError as failed:
            self.internal.append(failed.event)

    def _do(self, action: Action) -> None:
        match action:
            case Emit(name=name, data=data):
                self.effects.append(Emitted(name=name, data=data))
            case Raise(event=event):
                self.internal.append(event)
            case Send(event=event, after_ms=after_ms, id=name):
                self._arm(f"{SEND_PREFIX}{name}~{self.serial + 1}", SEND_PREFIX + name, event, after_ms, "exam")
            case Fail(event=event):
                raise _BlockFailedError(event)
            case StartTimer(id=name, after=after):
                self._arm(name, name, _TIMER + name, after.after_ms, after.clock)
            case CancelTimer(id=name):
                for timer in [t.id for t in self.timers.values() if t.name in {name, SEND_PREFIX + name}]:
                    self._disarm(timer, tell=True)
            case SetVariable(name=name, value=value):
                self.variables = {**self.variables, name: value}
            case AddToVariable(name=name, amount=amount):
                self.variables = {**self.variables, name: self._sum(name, amount)}
            case Advance(simulated_ms=ms):
                self.advances.append(ms)
            case ResetSimulated():
                self._reset_simulated()
            case OpenItems(items=items):
                self.open_items |= set(items)
            case CloseItems(items=items):
                self.open_items -= set(items)
            case LockItems(items=items):
                self.locked_items |= set(items)
            case Choose(branches=branches):
                for branch in branches:
                    if judge(branch.guard, self).holds:
                        for inner in branch.actions:
                            self._do(inner)
                        return

    def _sum(self, name: str, amount: float) -> int | float:
        held = self.variables.get(name)
        if not isinstance(held, int | float) or isinstance(held, bool):
            raise _BlockFailedError
        try:
            total = held + amount
        except OverflowError as problem:  # a float and an integer that no float holds
            raise _BlockFailedError from problem
        if not abs(total) <= _EXACT:  # so written, it is true of NaN too
            raise _BlockFailedError
        return total

    def _reset_simulated(self) -> None:
        self.simulated_ms = 0
        self.advances.clear()
        self.entered_simulated_ms = dict.fromkeys(self.entered_simulated_ms, 0)
        for timer in [t.id for t in self.timers.values() if t.clock == "simulated"]:
            self._disarm(timer, tell=True)

    def _arm(self, timer: str, name: str, event: str, after_ms: int, clock: ClockName) -> None:
        self.serial += 1
        due = after_ms + (self.now if clock == "exam" else self.simulated_ms)
        armed = ArmedTimer(
            id=timer, name=name, event=event, after_ms=after_ms, due_ms=due, clock=clock, serial=self.serial
        )
        self.timers = {**self.timers, timer: armed}
        self.effects.append(TimerArmed(id=timer, after_ms=after_ms, due_ms=due, clock=clock))

    def _disarm(self, timer: str, *, tell: bool) -> None:
        if timer in self.timers:
            self.timers = {name: armed for name, armed in self.timers.items() if name != timer}
            if tell:
                self.effects.append(TimerCancelled(id=timer))
