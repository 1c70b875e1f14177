"""Guards: every kind at its edge, and what must hold of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scenario.chart import Chart, State, Transition
from pocus_desktop.scenario.guards import (
    ALWAYS,
    MAX_DEPTH,
    NEVER,
    AllOf,
    Answered,
    AnyOf,
    ElapsedAtLeast,
    Guard,
    InState,
    Not,
    ResponseAtLeast,
    ResponseAtMost,
    ResponseEquals,
    ResponseIncludes,
    SimulatedAtLeast,
    SimulatedElapsedAtLeast,
    Value,
    VariableAtLeast,
    VariableAtMost,
    VariableEquals,
    Visited,
    depth,
    describe,
    judge,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Facts as a test gives them."""

    variables: Mapping[str, Value] = field(default_factory=dict)
    responses: Mapping[str, Json] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    simulated_ms: int = 0
    elapsed: Mapping[str, int] = field(default_factory=dict)

    def is_active(self, state: str) -> bool:
        return state in self.elapsed

    def elapsed_ms(self, state: str) -> int | None:
        return self.elapsed.get(state)

    def simulated_elapsed_ms(self, state: str) -> int | None:
        return self.elapsed.get(state)


@pytest.mark.parametrize(
    ("guard", "facts", "holds"),
    [
        (ResponseIncludes(item="q", value="a"), Known(responses={"q": ["a", "b"]}), True),
        (ResponseIncludes(item="q", value="a"), Known(responses={"q": "a"}), True),
        (ResponseIncludes(item="q", value="c"), Known(responses={"q": ["a", "b"]}), False),
        (ResponseIncludes(item="q", value=1), Known(responses={"q": [True]}), False),
        (ResponseIncludes(item="q", value="a"), Known(), False),
        (ResponseEquals(item="q", value=("a", "b")), Known(responses={"q": ["b", "a"]}), True),
        (ResponseEquals(item="q", value=("a",)), Known(responses={"q": ["a", "b"]}), False),
        (ResponseEquals(item="q", value=("a", "a")), Known(responses={"q": ["a"]}), False),
        (ResponseEquals(item="q", value="a"), Known(responses={"q": ["a"]}), True),
        (ResponseEquals(item="q", value=7.0), Known(responses={"q": 7}), True),
        (ResponseEquals(item="q", value=()), Known(), True),
        (ResponseAtLeast(item="q", bound=7), Known(responses={"q": 7}), True),
        (ResponseAtLeast(item="q", bound=7), Known(responses={"q": 6.9}), False),
        (ResponseAtLeast(item="q", bound=0), Known(responses={"q": True}), False),
        (ResponseAtLeast(item="q", bound=0), Known(), False),
        (ResponseAtMost(item="q", bound=7), Known(responses={"q": 7}), True),
        (ResponseAtMost(item="q", bound=7), Known(responses={"q": "6"}), False),
        (Answered(item="q"), Known(responses={"q": 0}), True),
        (Answered(item="q"), Known(responses={"q": False}), True),
        (Answered(item="q"), Known(responses={"q": []}), False),
        (Answered(item="q"), Known(responses={"q": ""}), False),
        (Answered(item="q"), Known(), False),
        (VariableAtLeast(name="v", bound=1), Known(variables={"v": 1}), True),
        (VariableAtLeast(name="v", bound=1), Known(variables={"v": True}), False),
        (VariableAtMost(name="v", bound=1), Known(variables={"v": 1.5}), False),
        (VariableEquals(name="v", value=1), Known(variables={"v": 1.0}), True),
        (VariableEquals(name="v", value=1), Known(variables={"v": True}), False),
        (ElapsedAtLeast(state="s", at_least_ms=5), Known(elapsed={"s": 5}), True),
        (ElapsedAtLeast(state="s", at_least_ms=0), Known(), False),
        (SimulatedElapsedAtLeast(state="s", at_least_ms=6), Known(elapsed={"s": 5}), False),
        (SimulatedAtLeast(at_least_ms=5), Known(simulated_ms=5), True),
        (Visited(state="s"), Known(visits={"s": 1}), True),
        (Visited(state="s", times=2), Known(visits={"s": 1}), False),
        (InState(state="s"), Known(elapsed={"s": 0}), True),
        (ALWAYS, Known(), True),
        (NEVER, Known(), False),
        (Not(part=NEVER), Known(), True),
        (AllOf(parts=(ALWAYS, NEVER)), Known(), False),
        (AnyOf(parts=(NEVER, ALWAYS)), Known(), True),
    ],
)
def test_a_guard_at_its_edge(guard: Guard, facts: Known, *, holds: bool) -> None:
    assert judge(guard, facts).holds is holds


def test_a_combination_explains_only_what_decided_it() -> None:
    guard = AllOf(parts=(Answered(item="q"), VariableAtLeast(name="v", bound=2), ALWAYS))
    judgement = judge(guard, Known(responses={"q": "x"}, variables={"v": 1}))
    assert judgement.explain() == "all [answered q (found 'x'); variable v at_least 2 (found 1)]"


SCALARS: st.SearchStrategy[Value] = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=3))
NAMES = st.sampled_from(["x", "y"])
NUMBERS = st.integers(-3, 3) | st.floats(allow_nan=False)
LEAVES: st.SearchStrategy[Guard] = st.one_of(
    st.builds(ResponseIncludes, item=NAMES, value=SCALARS),
    st.builds(ResponseEquals, item=NAMES, value=SCALARS | st.tuples(SCALARS, SCALARS)),
    st.builds(ResponseAtLeast, item=NAMES, bound=NUMBERS),
    st.builds(ResponseAtMost, item=NAMES, bound=NUMBERS),
    st.builds(Answered, item=NAMES),
    st.builds(VariableAtLeast, name=NAMES, bound=NUMBERS),
    st.builds(VariableAtMost, name=NAMES, bound=NUMBERS),
    st.builds(VariableEquals, name=NAMES, value=SCALARS),
    st.builds(ElapsedAtLeast, state=NAMES, at_least_ms=st.integers()),
    st.builds(SimulatedElapsedAtLeast, state=NAMES, at_least_ms=st.integers()),
    st.builds(SimulatedAtLeast, at_least_ms=st.integers()),
    st.builds(Visited, state=NAMES, times=st.integers(0, 3)),
    st.builds(InState, state=NAMES),
)
GUARDS: st.SearchStrategy[Guard] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, part=inner),
        st.builds(AllOf, parts=st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, parts=st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)
JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
)
FACTS = st.builds(
    Known,
    variables=st.dictionaries(NAMES, SCALARS),
    responses=st.dictionaries(NAMES, JSON),
    visits=st.dictionaries(NAMES, st.integers(0, 5)),
    simulated_ms=st.integers(0, 10),
    elapsed=st.dictionaries(NAMES, st.integers(0, 10)),
)


@given(GUARDS, FACTS)
def test_every_guard_has_a_verdict_and_an_explanation_for_any_facts(guard: Guard, facts: Known) -> None:
    judgement = judge(guard, facts)
    assert isinstance(judgement.holds, bool)
    assert judgement.explain()
    assert describe(guard)
    assert judge(guard, facts) == judgement or "nan" in judgement.explain()


@given(GUARDS, GUARDS, FACTS)
def test_the_laws_of_logic(left: Guard, right: Guard, facts: Known) -> None:
    def holds(guard: Guard) -> bool:
        return judge(guard, facts).holds

    assert holds(Not(part=left)) is not holds(left)
    assert holds(AllOf(parts=(left, right))) is (holds(left) and holds(right))
    assert holds(AnyOf(parts=(left, right))) is (holds(left) or holds(right))


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH, 100_000])
def test_nesting_is_bounded(levels: int) -> None:
    guard: Guard = InState(state="s")
    for _ in range(levels):
        guard = Not(part=guard)
    assert depth(guard) == levels + 1
    states = (State(id="s", transitions=(Transition(events=("e",), guard=guard),)),)
    if levels < MAX_DEPTH:
        Chart(name="x", states=states)
        return
    with pytest.raises(PocusError) as refused:
        Chart(name="x", states=states)
    assert refused.value.code == "scenario.too_deep"
