"""What an author should know about the course of a case before anyone sits it (formats/scenario 9).

These are findings about a case that can be compiled and run: steps nobody comes to, branches that are never taken,
loops without a way out. A lint turns them into problems with line and column; `path` says where in the case they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias

from pocus_desktop.case import conditions as written
from pocus_desktop.case.models import Case, Phase, Step

Path: TypeAlias = tuple[str | int, ...]
"""Where in the case: keys and indices from the case down, such as `("phases", 1, "steps", 0, "then", 2)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about the course of a case.

    Attributes:
        id: The step, phase or patient state.
        path: Where in the case it is.
        code: A stable dotted name, such as `course.unreachable_step`; its words are `problems.<code>`.
        severity: An error cannot be meant; a warning may be.
        params: What its words name.
    """

    id: str
    path: Path
    code: str
    severity: Literal["error", "warning"] = "warning"
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A way from a step; `target` is a step's id or `END`."""

    target: str
    path: Path
    is_restart: bool = False


def check_case(case: Case) -> tuple[Finding, ...]:
    """Everything found about the course of one case, in document order of its kind.

    A case that cannot be compiled has other problems first; names that lead nowhere are passed over here.
    """
    course = _Course(case)
    return (
        *course.unreachable(),
        *course.without_end(),
        *_shadowed(case),
        *_idle_timeouts(case),
        *course.restarted_limits(),
        *_patient(case),
        *_still_clock(case),
    )


class _Course:
    """The steps of a case and the ways between them."""

    def __init__(self, case: Case) -> None:
        self._steps: dict[str, tuple[Step, Phase, Path]] = {}
        for p, phase in enumerate(case.phases):
            for s, step in enumerate(phase.steps):
                self._steps[step.id] = (step, phase, ("phases", p, "steps", s))
        self._phases = {phase.id: phase for phase in case.phases}
        self._after = dict(pairwise(self._steps))
        self._edges = {name: tuple(self._ways(name)) for name in self._steps}
        self._first = next(iter(self._steps))

    def unreachable(self) -> Iterator[Finding]:
        """Steps that no way leads to."""
        reached = _closure([self._first], {name: [e.target for e in self._edges[name]] for name in self._edges})
        for name, (_, _, path) in self._steps.items():
            if name not in reached:
                yield Finding(
                    id=name,
                    path=path,
                    code="course.unreachable_step",
                    severity="error",
                    params={"step": name},
                )

    def without_end(self) -> Iterator[Finding]:
        """Steps from which the case can never end."""
        back: dict[str, list[str]] = {}
        for name, edges in self._edges.items():
            for edge in edges:
                back.setdefault(edge.target, []).append(name)
        ending = _closure([written.END], back)
        for name, (_, _, path) in self._steps.items():
            if name in ending:
                continue
            is_alone = all(edge.target == name for edge in self._edges[name])
            yield Finding(
                id=name,
                path=path,
                code="course.step_cannot_end" if is_alone else "course.loop_without_exit",
                severity="error",
                params={"step": name},
            )

    def restarted_limits(self) -> Iterator[Finding]:
        """Branches by which a candidate gets the full time of a limited phase or step again."""
        for name, (step, phase, _) in self._steps.items():
            for edge in self._edges[name]:
                to = self._steps.get(edge.target)
                if to is None:
                    continue
                is_same_step = edge.target == name and step.time_limit_ms is not None
                is_same_phase = edge.is_restart and phase.time_limit_ms is not None
                if is_same_step or is_same_phase:
                    yield Finding(
                        id=name,
                        path=edge.path,
                        code="course.limit_starts_again",
                        params={"name": name if is_same_step else phase.id},
                    )

    def _ways(self, name: str) -> Iterator[_Edge]:
        step, phase, path = self._steps[name]
        after = self._after.get(name, written.END)
        yield from self._branches(step.then, after, (*path, "then"), phase)
        if step.time_limit_ms is not None and step.on_timeout is not None:
            yield self._edge(step.on_timeout, after, (*path, "on_timeout"), phase)
        if phase.time_limit_ms is not None:
            beyond = self._after.get(phase.steps[-1].id, written.END)
            where = (*path[:2], "on_timeout")
            if phase.on_timeout is not None:
                yield self._edge(phase.on_timeout, beyond, where, phase)
            if phase.on_timeout is None or phase.on_timeout.when is not None:
                yield _Edge(beyond, where)

    def _branches(self, then: Sequence[written.Branch], after: str, path: Path, phase: Phase) -> Iterator[_Edge]:
        for place, branch in enumerate(then):
            yield self._edge(branch, after, (*path, place), phase)
            if branch.when is None:
                return
        yield _Edge(after, path)

    def _edge(self, branch: written.Branch, after: str, path: Path, phase: Phase) -> _Edge:
        if branch.go is None:
            return _Edge(after, path)
        if branch.go not in self._steps and branch.go in self._phases:
            return _Edge(self._phases[branch.go].steps[0].id, path, is_restart=branch.go == phase.id)
        return _Edge(branch.go, path)


def _closure(first: Iterable[str], ways: dict[str, list[str]]) -> set[str]:
    """Everything that can be come to."""
    found, waiting = set[str](), list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += ways.get(name, [])
    return found


def _steps_of(case: Case) -> Iterator[tuple[Step, Path]]:
    for p, phase in enumerate(case.phases):
        for s, step in enumerate(phase.steps):
            yield step, ("phases", p, "steps", s)


def _shadowed(case: Case) -> Iterator[Finding]:
    """Branches that an earlier one always takes first."""
    for step, path in _steps_of(case):
        for place, branch in enumerate(step.then):
            earlier = next((n for n, one in enumerate(step.then[:place]) if _covers(one.when, branch.when)), None)
            if earlier is not None:
                yield Finding(
                    id=step.id,
                    path=(*path, "then", place),
                    code="course.branch_never_taken",
                    severity="error",
                    params={"branch": place + 1, "earlier": earlier + 1},
                )


def _covers(earlier: written.Condition | None, later: written.Condition | None) -> bool:
    """Whether the earlier condition certainly holds whenever the later one does; False where that is not plain."""
    if earlier is None:
        return True
    if later is None:
        return False
    if earlier == later:
        return True
    match earlier, later:
        case written.Any_(any=parts), _ if any(_covers(part, later) for part in parts):
            return True
        case _, written.All(all=parts) if any(_covers(earlier, part) for part in parts):
            return True
        case written.All(all=parts), _ if all(_covers(part, later) for part in parts):
            return True
        case _, written.Any_(any=parts) if all(_covers(earlier, part) for part in parts):
            return True
        case written.Elapsed(), written.Elapsed():
            return earlier.elapsed == later.elapsed and earlier.at_least <= later.at_least
        case written.SimulatedTime(), written.SimulatedTime():
            return earlier.simulated <= later.simulated
        case _:
            return False


def _idle_timeouts(case: Case) -> Iterator[Finding]:
    """`on_timeout` where nothing times out."""
    for p, phase in enumerate(case.phases):
        holders: list[tuple[str, Step | Phase, Path]] = [(phase.id, phase, ("phases", p))]
        holders += [(step.id, step, ("phases", p, "steps", s)) for s, step in enumerate(phase.steps)]
        for name, holder, path in holders:
            if holder.on_timeout is not None and holder.time_limit_ms is None:
                yield Finding(
                    id=name,
                    path=(*path, "on_timeout"),
                    code="course.timeout_without_limit",
                    severity="error",
                    params={"name": name},
                )


def _patient(case: Case) -> Iterator[Finding]:
    """Patient states nobody comes to, and changes that follow one another without end."""
    if case.patient is None:
        return
    states = {state.id: state for state in case.patient.states}
    ways = {name: [change.go for change in state.then] for name, state in states.items()}
    at_once = {
        name: [change.go for change in state.then if not change.after and change.when is None]
        for name, state in states.items()
    }
    reached = _closure([case.patient.states[0].id], ways)
    for place, name in enumerate(states):
        path = ("patient", "states", place)
        if name not in reached:
            yield Finding(
                id=name,
                path=path,
                code="course.unreachable_patient_state",
                params={"state": name},
            )
        if name in _closure(at_once[name], at_once):
            yield Finding(
                id=name,
                path=path,
                code="course.patient_never_settles",
                severity="error",
                params={"state": name},
            )


def _still_clock(case: Case) -> Iterator[Finding]:
    """Changes that wait for simulated time in a case that never lets any pass."""
    done = [action for step, _ in _steps_of(case) for action in _done_in(step)]
    done += [action for phase in case.phases if phase.on_timeout for action in phase.on_timeout.do]
    if case.patient is None or any(isinstance(action, written.AdvanceTime) for action in done):
        return
    for place, state in enumerate(case.patient.states):
        for change_place, change in enumerate(state.then):
            if change.after:
                yield Finding(
                    id=state.id,
                    path=("patient", "states", place, "then", change_place),
                    code="course.clock_stands_still",
                    params={"state": change.go, "example": "{advance: 30m}"},
                )


def _done_in(step: Step) -> Iterator[written.Action]:
    yield from step.on_enter
    for branch in step.then:
        yield from branch.do
    if step.on_timeout is not None:
        yield from step.on_timeout.do
