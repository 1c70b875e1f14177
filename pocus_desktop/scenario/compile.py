"""An assessment as a chart (formats/scenario 7).

assessment                                one state while the candidate sits; its time limit
  case:ID          (parallel)             one after the other, in order
    encounter:ID                          the phases
      phase:ID                            its steps; its time limit
        step:ID                           one at a time; its time limit; items are open while it is active
      end:ID       (final)
    patient:ID                            the patient's states, driven by the case's simulated time
finished           (final)
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pocus_desktop.case.conditions import Branch
from pocus_desktop.case.models import Assessment, Case, Phase, Step
from pocus_desktop.case.patient import Patient, PatientState
from pocus_desktop.scenario import vocabulary
from pocus_desktop.scenario.actions import (
    Action,
    Block,
    CancelTimer,
    Choose,
    CloseItems,
    LockItems,
    OpenItems,
    ResetSimulated,
    SetVariable,
    StartTimer,
    TimerSpec,
)
from pocus_desktop.scenario.actions import Branch as Choice
from pocus_desktop.scenario.chart import Chart, Kind, State, StateTimer, Transition
from pocus_desktop.scenario.compile_conditions import Names
from pocus_desktop.scenario.errors import CaseUnfitError
from pocus_desktop.scenario.guards import AllOf, AnyOf, Guard, InState, Not, SimulatedElapsedAtLeast, Visited
from pocus_desktop.scenario.vocabulary import NEXT, STOP, Level, say, step_state, timer_fired, timer_of


def compile_assessment(assessment: Assessment, *, can_jump: bool = False) -> Chart:
    """The chart of an assessment.

    Args:
        assessment: What to compile.
        can_jump: Whether the chart listens to `vocabulary.jump` (review).

    Raises:
        ScenarioError: It names what it does not have, or an id stands twice.
    """
    cases = assessment.cases
    after = [*(vocabulary.case_state(case.id) for case in cases[1:]), vocabulary.FINISHED]
    transitions = [
        *_time_out("assessment", "", assessment.time_limit_ms, (Transition(targets=(vocabulary.FINISHED,)),)),
        Transition(events=(STOP.name,), targets=(vocabulary.FINISHED,), label="stop"),
        *(_jumps(assessment.steps()) if can_jump else ()),
    ]
    running = State(
        id=vocabulary.ASSESSMENT,
        kind=Kind.COMPOUND,
        children=tuple(
            _CaseCompiler(case, then, can_jump=can_jump).case_state() for case, then in zip(cases, after, strict=True)
        ),
        transitions=tuple(transitions),
        timers=_limit("assessment", "", assessment.time_limit_ms),
    )
    items = tuple(item.id for item in assessment.items())
    if len(set(items)) != len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise CaseUnfitError(id=twice, reason="two items have this id")
    return Chart(
        name=assessment.id,
        states=(running, State(id=vocabulary.FINISHED, kind=Kind.FINAL)),
        variables={
            vocabulary.variable(case.id, name): value for case in cases for name, value in case.variables.items()
        },
        items=items,
    )


class _CaseCompiler:
    """Compiles one case."""

    def __init__(self, case: Case, after: str, *, can_jump: bool) -> None:
        self._case = case
        self._after = after
        self._can_jump = can_jump
        self._names = Names(case)
        self._limits = {item.id: item.time_limit_ms for item in case.items if item.time_limit_ms is not None}
        self._known = {item.id for item in case.items}
        self._asked_in: dict[str, list[str]] = {}
        for step in case.steps():
            for item in step.ask:
                if item not in self._known:
                    raise CaseUnfitError(id=step.id, reason=f"it asks “{item}”, which is no item of this case")
                self._asked_in.setdefault(item, []).append(step.id)

    def case_state(self) -> State:
        """The whole case."""
        case = self._case
        variables = tuple(
            SetVariable(name=vocabulary.variable(case.id, name), value=value) for name, value in case.variables.items()
        )
        locks = tuple(
            Transition(
                events=(timer_fired(timer_of("item", item)).name,),
                actions=(
                    say(vocabulary.TimedOut(level="item", name=item)),
                    LockItems(items=(item,)),
                    say(vocabulary.LockItem(item=item)),
                ),
                label="item time limit",
            )
            for item in self._limits
        )
        encounter = vocabulary.encounter_state(case.id)
        onward = Transition(events=(f"done.state.{encounter}",), targets=(self._after,), label="done")
        return State(
            id=vocabulary.case_state(case.id),
            kind=Kind.PARALLEL,
            children=(self._encounter(), *(self._patient(case.patient) if case.patient else ())),
            on_entry=((*variables, ResetSimulated(), say(vocabulary.CaseStarted(case=case.id))),),
            on_exit=(
                (
                    *(CancelTimer(id=timer_of("item", item)) for item in self._limits),
                    say(vocabulary.CaseEnded(case=case.id)),
                ),
            ),
            transitions=(
                *_time_out("case", case.id, case.time_limit_ms, (Transition(targets=(self._after,)),)),
                onward,
                *locks,
            ),
            timers=_limit("case", case.id, case.time_limit_ms),
        )

    def _encounter(self) -> State:
        case = self._case
        end = vocabulary.end_state(case.id)
        steps = [step for phase in case.phases for step in phase.steps]
        following = {step.id: step_state(then.id) for step, then in pairwise(steps)}
        phases: list[State] = []
        for phase in case.phases:
            after = following.get(phase.steps[-1].id, end)
            children = tuple(self._step(step, phase, following.get(step.id, end)) for step in phase.steps)
            phases.append(self._phase(phase, children, after))
        return State(
            id=vocabulary.encounter_state(case.id),
            kind=Kind.COMPOUND,
            children=(*phases, State(id=end, kind=Kind.FINAL)),
            transitions=tuple(_jumps(case.steps())) if self._can_jump else (),
        )

    def _phase(self, phase: Phase, steps: tuple[State, ...], after: str) -> State:
        ways = [Transition(targets=(after,), label="next phase")]
        if phase.on_timeout is not None:
            ways.insert(0, self._way(phase.on_timeout, vocabulary.phase_state(phase.id), after, "on_timeout"))
        visits = (
            Transition(
                events=(vocabulary.visit(step.id).name,),
                guard=AllOf(parts=(Visited(state=step_state(step.id)), Not(part=InState(state=step_state(step.id))))),
                targets=(step_state(step.id),),
                is_internal=True,
                label="visit",
            )
            for step in phase.steps
        )
        return State(
            id=vocabulary.phase_state(phase.id),
            kind=Kind.COMPOUND,
            children=steps,
            on_entry=((say(vocabulary.PhaseStarted(case=self._case.id, phase=phase.id)),),),
            transitions=(
                *_time_out("phase", phase.id, phase.time_limit_ms, ways),
                *(visits if phase.navigation == "nonlinear" else ()),
            ),
            timers=_limit("phase", phase.id, phase.time_limit_ms),
        )

    def _step(self, step: Step, phase: Phase, after: str) -> State:
        name = step_state(step.id)
        ways = [self._way(branch, name, after, f"then[{place}]") for place, branch in enumerate(step.then)]
        ways.append(Transition(targets=(after,), label="next step"))
        late = [] if step.on_timeout is None else [self._way(step.on_timeout, name, after, "on_timeout")]
        shown = vocabulary.ShowStep(case=self._case.id, phase=phase.id, step=step.id, items=step.ask)
        return State(
            id=name,
            on_entry=(
                (
                    OpenItems(items=step.ask),
                    say(shown),
                    *self._item_timers(step),
                    *self._names.actions(step.on_enter),
                ),
            ),
            on_exit=((CloseItems(items=step.ask),),),
            transitions=(
                *_time_out("step", step.id, step.time_limit_ms, (*late, *ways)),
                *(_on(NEXT.name, way) for way in ways),
            ),
            timers=_limit("step", step.id, step.time_limit_ms),
        )

    def _item_timers(self, step: Step) -> Iterator[Action]:
        """An item's time runs from when it is first shown, in whichever step that is."""
        for item in step.ask:
            if item not in self._limits:
                continue
            seen = tuple(
                Visited(state=step_state(asker), times=2 if asker == step.id else 1) for asker in self._asked_in[item]
            )
            start = StartTimer(id=timer_of("item", item), after=TimerSpec(after_ms=self._limits[item]))
            yield Choose(branches=(Choice(guard=Not(part=AnyOf(parts=seen)), actions=(start,)),))

    def _way(self, branch: Branch, of: str, after: str, label: str) -> Transition:
        return Transition(
            guard=self._names.guard(branch.when, of=of),
            targets=(after if branch.go is None else self._names.target(branch.go, of=of),),
            actions=tuple(self._names.actions(branch.do)),
            label=label,
        )

    def _patient(self, patient: Patient) -> Iterator[State]:
        yield State(
            id=vocabulary.patient_region(self._case.id),
            kind=Kind.COMPOUND,
            children=tuple(self._patient_state(state) for state in patient.states),
        )

    def _patient_state(self, state: PatientState) -> State:
        """Changes are eventless; a simulated timer makes the engine look at the very moment that one falls due."""
        case, name = self._case.id, vocabulary.patient_state(self._case.id, state.id)
        changes, timers = list[Transition](), list[StateTimer]()
        for place, change in enumerate(state.then):
            asked: list[Guard] = []
            if change.after is not None:
                asked.append(SimulatedElapsedAtLeast(state=name, at_least_ms=change.after))
                spec = TimerSpec(after_ms=change.after, clock="simulated")
                timers.append(StateTimer(id=f"{name}:{place}", after=spec))
            if (when := self._names.guard(change.when, of=name)) is not None:
                asked.append(when)
            changes.append(
                Transition(
                    guard=AllOf(parts=tuple(asked)) if asked else None,
                    targets=(vocabulary.patient_state(case, change.go),),
                    label=f"then[{place}]",
                )
            )
        said: Block = (say(vocabulary.PatientChanged(case=case, state=state.id)),)
        return State(id=name, on_entry=(said,), transitions=tuple(changes), timers=tuple(timers))


def _limit(level: Level, name: str, limit_ms: int | None) -> tuple[StateTimer, ...]:
    if limit_ms is None:
        return ()
    return (StateTimer(id=timer_of(level, name), after=TimerSpec(after_ms=limit_ms)),)


def _time_out(level: Level, name: str, limit_ms: int | None, ways: Sequence[Transition]) -> Iterator[Transition]:
    """The ways on, each taken when the time limit has run out and saying so first."""
    if limit_ms is None:
        return
    event, out = timer_fired(timer_of(level, name)).name, say(vocabulary.TimedOut(level=level, name=name))
    for way in ways:
        yield _on(event, way, out)


def _on(event: str, way: Transition, *first: Action) -> Transition:
    return Transition(
        events=(event,),
        guard=way.guard,
        targets=way.targets,
        is_internal=way.is_internal,
        actions=(*first, *way.actions),
        label=way.label,
    )


def _jumps(steps: Iterator[Step]) -> Iterator[Transition]:
    """From within an assessment or a case to any of its steps, without leaving the assessment or case itself."""
    for step in steps:
        yield Transition(
            events=(vocabulary.jump(step.id).name,), targets=(step_state(step.id),), is_internal=True, label="jump"
        )
