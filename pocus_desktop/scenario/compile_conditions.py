"""A case's conditions and actions as guards and actions of the chart."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from pocus_desktop.case import conditions as written
from pocus_desktop.case.models import Case
from pocus_desktop.scenario import guards, vocabulary
from pocus_desktop.scenario.actions import Action, AddToVariable, Advance, SetVariable
from pocus_desktop.scenario.errors import CaseUnfitError
from pocus_desktop.scenario.guards import Guard


class Names:
    """What the names in one case mean: targets, conditions, actions."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._steps = {step.id for step in case.steps()}
        self._phases = {phase.id for phase in case.phases}

    def target(self, go: str, *, of: str) -> str:
        """The state that `go` leads to: a step, else a phase, or the end of the case.

        Raises:
            CaseUnfitError: Neither is in this case.
        """
        if go in self._steps:
            return vocabulary.step_state(go)
        if go in self._phases:
            return vocabulary.phase_state(go)
        if go == written.END:
            return vocabulary.end_state(self.case.id)
        raise CaseUnfitError(id=of, reason=f"it leads to “{go}”, which is no step or phase of this case")

    def guard(self, condition: written.Condition | None, *, of: str) -> Guard | None:
        """The guard for a condition; None for none.

        Args:
            condition: As written.
            of: The state that asks; a step that asks whether it was visited itself means an earlier visit.
        """
        return None if condition is None else self._guard(condition, of)

    def actions(self, done: Sequence[written.Action]) -> Iterator[Action]:
        """The actions for what a branch does."""
        for action in done:
            match action:
                case written.SetVariables(set=values):
                    for name, value in values.items():
                        yield SetVariable(name=self._variable(name), value=value)
                case written.AddToVariables(add=amounts):
                    for name, amount in amounts.items():
                        yield AddToVariable(name=self._variable(name), amount=amount)
                case written.AdvanceTime(advance=ms):
                    yield Advance(simulated_ms=ms)
                case _:
                    assert_never(action)

    def _variable(self, name: str) -> str:
        return vocabulary.variable(self.case.id, name)

    def _timed(self, name: str, of: str) -> str:
        if name in self._steps:
            return vocabulary.step_state(name)
        if name in self._phases:
            return vocabulary.phase_state(name)
        if name == self.case.id:
            return vocabulary.case_state(name)
        raise CaseUnfitError(id=of, reason=f"it asks for the time in “{name}”, which is not in this case")

    def _guard(self, condition: written.Condition, of: str) -> Guard:
        match condition:
            case written.ResponseIs():
                return _all(self._response(condition))
            case written.Answered(answered=item):
                return guards.Answered(item=item)
            case written.VariableIs():
                return _all(self._compared(condition))
            case written.Elapsed(elapsed=name, at_least=ms):
                return guards.ElapsedAtLeast(state=self._timed(name, of), at_least_ms=ms)
            case written.SimulatedTime(simulated=ms):
                return guards.SimulatedAtLeast(at_least_ms=ms)
            case written.Visited(visited=step):
                name = vocabulary.step_state(step)
                return guards.Visited(state=name, times=2 if name == of else 1)
            case written.PatientIs(patient=state):
                return guards.InState(state=vocabulary.patient_state(self.case.id, state))
            case written.All(all=parts):
                return guards.AllOf(parts=tuple(self._guard(part, of) for part in parts))
            case written.Any_(any=parts):
                return guards.AnyOf(parts=tuple(self._guard(part, of) for part in parts))
            case written.Not(not_=part):
                return guards.Not(part=self._guard(part, of))
            case _:
                assert_never(condition)

    @staticmethod
    def _response(condition: written.ResponseIs) -> Iterator[Guard]:
        item = condition.response
        if condition.includes is not None:
            yield guards.ResponseIncludes(item=item, value=condition.includes)
        if condition.equals is not None:
            yield guards.ResponseEquals(item=item, value=condition.equals)
        if condition.at_least is not None:
            yield guards.ResponseAtLeast(item=item, bound=condition.at_least)
        if condition.at_most is not None:
            yield guards.ResponseAtMost(item=item, bound=condition.at_most)

    def _compared(self, condition: written.VariableIs) -> Iterator[Guard]:
        name = self._variable(condition.variable)
        if condition.equals is not None:
            yield guards.VariableEquals(name=name, value=condition.equals)
        if condition.at_least is not None:
            yield guards.VariableAtLeast(name=name, bound=condition.at_least)
        if condition.at_most is not None:
            yield guards.VariableAtMost(name=name, bound=condition.at_most)


def _all(parts: Iterator[Guard]) -> Guard:
    found = tuple(parts)
    return found[0] if len(found) == 1 else guards.AllOf(parts=found)
