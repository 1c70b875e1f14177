"""Draws legal charts of every shape: nesting, regions, finals, histories, guards, raised events, many targets."""

from dataclasses import replace

from hypothesis import strategies as st

from pocus_desktop.scenario.actions import Emit, Raise
from pocus_desktop.scenario.chart import Chart, Kind, State, Transition
from pocus_desktop.scenario.errors import IllegalTargetsError
from pocus_desktop.scenario.guards import AllOf, AnyOf, Guard, InState, Not

EVENTS = ("a", "a.b", "c", "d")
DESCRIPTORS = ("a", "a.b", "a.*", "c", "d", "*", "done.state")


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A chart of at most four levels."""
    names = iter(f"s{number}" for number in range(10_000))
    shape = tuple(_bare(draw, names, depth=0) for _ in range(draw(st.integers(1, 3))))
    flat = [state for top in shape for state in _flatten(top)]
    ids = [state.id for state in flat]
    states = tuple(_furnish(draw, state, ids) for state in shape)
    initial = (draw(st.sampled_from(ids)),) if draw(st.booleans()) else ()
    return _legal(Chart, states, initial)


def _legal(chart: type[Chart], states: tuple[State, ...], initial: tuple[str, ...]) -> Chart:
    """The chart, each set of targets that cannot be active together cut down to its first."""
    while True:
        try:
            return chart(name="drawn", states=states, initial=initial)
        except IllegalTargetsError as problem:
            source = str(problem.params["source"])
            states = tuple(_cut(state, source) for state in states)


def _cut(state: State, source: str) -> State:
    children = tuple(_cut(child, source) for child in state.children)
    if state.id != source:
        return replace(state, children=children)
    transitions = tuple(replace(one, targets=one.targets[:1]) for one in state.transitions)
    return replace(state, children=children, transitions=transitions)


def _bare(draw: st.DrawFn, names: "object", *, depth: int) -> State:
    name = next(names)  # type: ignore[call-overload]  # an iterator of names
    kinds = [Kind.ATOMIC, Kind.ATOMIC, Kind.COMPOUND, Kind.PARALLEL] if depth < 3 else [Kind.ATOMIC]
    kind = draw(st.sampled_from(kinds))
    if kind is Kind.ATOMIC:
        return State(id=name)
    children = [_bare(draw, names, depth=depth + 1) for _ in range(draw(st.integers(1, 3)))]
    if kind is Kind.COMPOUND and draw(st.booleans()):
        children.append(State(id=next(names), kind=Kind.FINAL))  # type: ignore[call-overload]  # as above
    if draw(st.integers(0, 2)) == 0:
        history = draw(st.sampled_from([Kind.SHALLOW_HISTORY, Kind.DEEP_HISTORY]))
        children.insert(0, State(id=next(names), kind=history))  # type: ignore[call-overload]  # as above
    return State(id=name, kind=kind, children=tuple(children))


def _flatten(state: State) -> list[State]:
    return [state, *(below for child in state.children for below in _flatten(child))]


def _furnish(draw: st.DrawFn, state: State, ids: list[str]) -> State:
    """Give a bare state its transitions, initial and actions; histories get theirs from their parent."""
    if state.kind is Kind.FINAL:
        return replace(state, on_entry=((Emit(name=f"+{state.id}"),),))
    inside = [below for child in state.children for below in _flatten(child)]
    real = [below.id for below in inside if not below.kind.is_history]
    children: list[State] = []
    for child in state.children:
        if child.kind.is_history:
            own = [one.id for one in state.children if not one.kind.is_history]
            default = draw(st.sampled_from(real if child.kind is Kind.DEEP_HISTORY else own))
            actions = (Emit(name=f"default {child.id}"),)
            children.append(replace(child, transitions=(Transition(targets=(default,), actions=actions),)))
        else:
            children.append(_furnish(draw, child, ids))
    has_initial = state.kind is Kind.COMPOUND and draw(st.booleans())
    return replace(
        state,
        children=tuple(children),
        initial=(draw(st.sampled_from([below.id for below in inside])),) if has_initial else (),
        initial_actions=(Emit(name=f"initial {state.id}"),) if state.kind is Kind.COMPOUND else (),
        transitions=tuple(_transition(draw, state, place, ids) for place in range(draw(st.integers(0, 3)))),
        on_entry=((Emit(name=f"+{state.id}"),),),
        on_exit=((Emit(name=f"-{state.id}"),),),
    )


def _transition(draw: st.DrawFn, state: State, place: int, ids: list[str]) -> Transition:
    is_eventless = draw(st.integers(0, 7)) == 0
    guard = draw(_guards(ids)) if is_eventless or draw(st.booleans()) else None
    actions = [Emit(name=f"{state.id}.{place}")]
    raised = [Raise(event=draw(st.sampled_from(EVENTS)))] if draw(st.integers(0, 5)) == 0 else []
    return Transition(
        events=() if is_eventless else tuple(draw(st.lists(st.sampled_from(DESCRIPTORS), min_size=1, max_size=2))),
        guard=guard,
        targets=tuple(draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))),
        is_internal=draw(st.booleans()),
        actions=(*actions, *raised),
    )


def _guards(ids: list[str]) -> st.SearchStrategy[Guard]:
    leaf: st.SearchStrategy[Guard] = st.sampled_from(ids).map(lambda name: InState(state=name))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            inner.map(lambda part: Not(part=part)),
            st.lists(inner, max_size=2).map(lambda parts: AllOf(parts=tuple(parts))),
            st.lists(inner, max_size=2).map(lambda parts: AnyOf(parts=tuple(parts))),
        ),
        max_leaves=3,
    )
