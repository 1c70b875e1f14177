"""Conditions as data: what may be asked before a transition is taken.

A guard is a finite tree without variables of its own, so its evaluation always terminates; `judge` says not only
whether it holds but what was found at every leaf, so that a preview can explain why a branch was not taken
(formats/scenario 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, assert_never

from pocus_desktop.kernel.canonical import Json

Value: TypeAlias = bool | int | float | str
"""What a variable may hold."""

MAX_DEPTH: Final = 32
"""How deep conditions may be nested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseIncludes:
    """The response of an item contains a value (or is it, where it is a single one)."""

    item: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEquals:
    """The response of an item is exactly these values, in any order; one value stands for a list of one."""

    item: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The item has a response that is not empty."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseAtLeast:
    """The response of an item is a number at or above a bound."""

    item: str
    bound: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseAtMost:
    """The response of an item is a number at or below a bound."""

    item: str
    bound: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableAtLeast:
    """A number variable is at or above a bound."""

    name: str
    bound: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableAtMost:
    """A number variable is at or below a bound."""

    name: str
    bound: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableEquals:
    """A variable has a value."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ElapsedAtLeast:
    """Exam time since an active state was last entered; never holds for a state that is not active."""

    state: str
    at_least_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAtLeast:
    """The case's own clock, in milliseconds since the chart started or the clock was last reset."""

    at_least_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedElapsedAtLeast:
    """Simulated time since an active state was last entered; never holds for a state that is not active."""

    state: str
    at_least_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A state has been entered at least so often, the present stay included."""

    state: str
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InState:
    """A state is active: SCXML's `In('id')`."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part holds; with no parts, always."""

    parts: tuple["Guard", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds; with no parts, never."""

    parts: tuple["Guard", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not hold."""

    part: "Guard"


Guard: TypeAlias = (
    ResponseIncludes
    | ResponseEquals
    | ResponseAtLeast
    | ResponseAtMost
    | Answered
    | VariableAtLeast
    | VariableAtMost
    | VariableEquals
    | ElapsedAtLeast
    | SimulatedAtLeast
    | SimulatedElapsedAtLeast
    | Visited
    | InState
    | AllOf
    | AnyOf
    | Not
)

ALWAYS: Final[Guard] = AllOf(parts=())
NEVER: Final[Guard] = AnyOf(parts=())


class Facts(Protocol):
    """What a guard may ask about; the engine's run is one."""

    @property
    def variables(self) -> Mapping[str, Value]:
        """Variables by name."""

    @property
    def responses(self) -> Mapping[str, Json]:
        """Responses by item; an item without one is not in it."""

    @property
    def visits(self) -> Mapping[str, int]:
        """How often each state was entered."""

    @property
    def simulated_ms(self) -> int:
        """The case's own clock."""

    def is_active(self, state: str) -> bool:
        """Whether a state is in the configuration."""

    def elapsed_ms(self, state: str) -> int | None:
        """Exam milliseconds since the active state was entered; None where it is not active."""

    def simulated_elapsed_ms(self, state: str) -> int | None:
        """Simulated milliseconds since the active state was entered; None where it is not active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a guard, and of its parts.

    Attributes:
        guard: What was asked.
        holds: The answer.
        found: What was there: the response, the variable's value, milliseconds, visits; None for combinations.
        parts: The judgements of the parts that were looked at, in order.
    """

    guard: Guard
    holds: bool
    found: Json = None
    parts: tuple["Judgement", ...] = ()

    def explain(self) -> str:
        """One line in the notation of case sources, such as `variable delay at_least 2 (found 1)`."""
        guard = self.guard
        if isinstance(guard, AllOf | AnyOf | Not):
            inner = "; ".join(part.explain() for part in self.parts)
            word = {AllOf: "all", AnyOf: "any", Not: "not"}[type(guard)]
            return f"{word} [{inner}]"
        return f"{describe(guard)} (found {self.found!r})"


def judge(guard: Guard, facts: Facts) -> Judgement:
    """Evaluate a guard; looks only at as many parts as decide it."""
    match guard:
        case InState(state=state):
            active = facts.is_active(state)
            return Judgement(guard=guard, holds=active, found=active)
        case ResponseIncludes(item=item, value=value):
            response = facts.responses.get(item)
            return Judgement(guard=guard, holds=_includes(response, value), found=response)
        case ResponseEquals(item=item, value=wanted):
            response = facts.responses.get(item)
            return Judgement(guard=guard, holds=_same_values(response, wanted), found=response)
        case ResponseAtLeast(item=item, bound=bound):
            entered = facts.responses.get(item)
            return Judgement(guard=guard, holds=_at_least(entered, bound), found=entered)
        case ResponseAtMost(item=item, bound=bound):
            entered = facts.responses.get(item)
            return Judgement(guard=guard, holds=_at_most(entered, bound), found=entered)
        case Answered(item=item):
            response = facts.responses.get(item)
            return Judgement(guard=guard, holds=is_answer(response), found=response)
        case VariableAtLeast(name=name, bound=bound):
            number = facts.variables.get(name)
            return Judgement(guard=guard, holds=_at_least(number, bound), found=number)
        case VariableAtMost(name=name, bound=bound):
            number = facts.variables.get(name)
            return Judgement(guard=guard, holds=_at_most(number, bound), found=number)
        case VariableEquals(name=name, value=value):
            variable = facts.variables.get(name)
            return Judgement(guard=guard, holds=_same(variable, value), found=variable)
        case ElapsedAtLeast(state=state, at_least_ms=at_least):
            elapsed = facts.elapsed_ms(state)
            return Judgement(guard=guard, holds=elapsed is not None and elapsed >= at_least, found=elapsed)
        case SimulatedAtLeast(at_least_ms=at_least):
            simulated = facts.simulated_ms
            return Judgement(guard=guard, holds=simulated >= at_least, found=simulated)
        case SimulatedElapsedAtLeast(state=state, at_least_ms=at_least):
            elapsed = facts.simulated_elapsed_ms(state)
            return Judgement(guard=guard, holds=elapsed is not None and elapsed >= at_least, found=elapsed)
        case Visited(state=state, times=times):
            count = facts.visits.get(state, 0)
            return Judgement(guard=guard, holds=count >= times, found=count)
        case Not(part=part):
            inner = judge(part, facts)
            return Judgement(guard=guard, holds=not inner.holds, parts=(inner,))
        case AllOf(parts=parts):
            return _combine(guard, parts, facts, decided_by=False)
        case AnyOf(parts=parts):
            return _combine(guard, parts, facts, decided_by=True)
        case _:
            assert_never(guard)


def describe(guard: Guard) -> str:
    """The guard in the notation of case sources."""
    match guard:
        case InState(state=state):
            return f"in {state}"
        case ResponseIncludes(item=item, value=value):
            return f"response {item} includes {value}"
        case ResponseEquals(item=item, value=wanted):
            return f"response {item} equals {wanted}"
        case ResponseAtLeast(item=item, bound=bound):
            return f"response {item} at_least {bound}"
        case ResponseAtMost(item=item, bound=bound):
            return f"response {item} at_most {bound}"
        case Answered(item=item):
            return f"answered {item}"
        case VariableAtLeast(name=name, bound=bound):
            return f"variable {name} at_least {bound}"
        case VariableAtMost(name=name, bound=bound):
            return f"variable {name} at_most {bound}"
        case VariableEquals(name=name, value=value):
            return f"variable {name} equals {value}"
        case ElapsedAtLeast(state=state, at_least_ms=at_least):
            return f"elapsed {state} at_least {at_least} ms"
        case SimulatedAtLeast(at_least_ms=at_least):
            return f"simulated at_least {at_least} ms"
        case SimulatedElapsedAtLeast(state=state, at_least_ms=at_least):
            return f"simulated time in {state} at_least {at_least} ms"
        case Visited(state=state, times=times):
            return f"visited {state}" if times == 1 else f"visited {state} {times} times"
        case Not(part=part):
            return f"not [{describe(part)}]"
        case AllOf(parts=parts):
            return f"all [{'; '.join(describe(part) for part in parts)}]"
        case AnyOf(parts=parts):
            return f"any [{'; '.join(describe(part) for part in parts)}]"
        case _:
            assert_never(guard)


def leaves(guard: Guard) -> tuple[Guard, ...]:
    """Every part of a guard that is not a combination, in order."""
    if isinstance(guard, AllOf | AnyOf):
        return tuple(leaf for part in guard.parts for leaf in leaves(part))
    if isinstance(guard, Not):
        return leaves(guard.part)
    return (guard,)


def depth(guard: Guard) -> int:
    """How deep a guard is nested; a leaf has depth 1. Does not recurse, so that any depth can be measured."""
    deepest, level = 0, [guard]
    while level:
        deepest += 1
        level = [part for parent in level for part in _parts(parent)]
    return deepest


def is_answer(response: Json) -> bool:
    """Whether a response says anything: not absent, not empty text, not an empty list or record."""
    return response is not None and response != "" and response not in ([], (), {})


def _parts(guard: Guard) -> tuple[Guard, ...]:
    if isinstance(guard, AllOf | AnyOf):
        return guard.parts
    return (guard.part,) if isinstance(guard, Not) else ()


def _combine(guard: AllOf | AnyOf, parts: tuple[Guard, ...], facts: Facts, *, decided_by: bool) -> Judgement:
    seen: list[Judgement] = []
    for part in parts:
        seen.append(judge(part, facts))
        if seen[-1].holds is decided_by:
            return Judgement(guard=guard, holds=decided_by, parts=tuple(seen))
    return Judgement(guard=guard, holds=not decided_by, parts=tuple(seen))


def _at_least(value: Json, bound: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= bound


def _at_most(value: Json, bound: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value <= bound


def _same(left: Json, right: Json) -> bool:
    """Equal as JSON values: `true` is not 1, 1 is 1.0."""
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _values(response: Json) -> tuple[Json, ...]:
    if response is None:
        return ()
    return tuple(response) if isinstance(response, list | tuple) else (response,)


def _includes(response: Json, value: Value) -> bool:
    return any(_same(one, value) for one in _values(response))


def _same_values(response: Json, wanted: Json) -> bool:
    left = list(_values(response))
    for value in _values(wanted):
        found = next((i for i, one in enumerate(left) if _same(one, value)), None)
        if found is None:
            return False
        del left[found]
    return not left
