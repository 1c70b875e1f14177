"""Reads script-free SCXML (W3C SCXML 1.0): every structural element, and executable content that needs no data model.

Taken: `state`, `parallel`, `final`, `initial`, `history`, `transition`, `onentry`, `onexit`, and in them `raise`,
`send` (event, literal delay, id; to anyone but the chart itself it is an error event), `cancel`, `log`, `if`.
Conditions: see `scxml_conditions`. Everything else is refused by name, with line and column (formats/scenario 8).
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from pocus_desktop.scenario.actions import Action, Block, Branch, CancelTimer, Choose, Emit, Fail, Raise, Send
from pocus_desktop.scenario.chart import Chart, Kind, State, Transition
from pocus_desktop.scenario.errors import (
    MisplacedElementError,
    UnsupportedAttributeError,
    UnsupportedConditionError,
    UnsupportedElementError,
)
from pocus_desktop.scenario.guards import ALWAYS, Guard
from pocus_desktop.scenario.scxml_conditions import NotAConditionError, parse_condition
from pocus_desktop.scenario.scxml_document import Element, parse

GENERATED: Final = "~"
"""Begins the ids of states that have none; no XML id can begin so."""

_STATES: Final = ("state", "parallel", "final", "history")
_DURATION: Final = re.compile(r"(\d{0,12}(?:\.\d{1,9})?)(ms|s|m|h|d)")
_UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LITERAL: Final = re.compile(r"""\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*""")
_SCXML_PROCESSORS: Final = ("http://www.w3.org/TR/scxml/#SCXMLEventProcessor", "scxml")

_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "scxml": frozenset({"initial", "name", "version", "datamodel", "binding"}),
    "state": frozenset({"id", "initial"}),
    "parallel": frozenset({"id"}),
    "final": frozenset({"id"}),
    "history": frozenset({"id", "type"}),
    "initial": frozenset(),
    "transition": frozenset({"event", "cond", "target", "type"}),
    "onentry": frozenset(),
    "onexit": frozenset(),
    "raise": frozenset({"event"}),
    "send": frozenset({"event", "delay", "delayexpr", "id", "target", "type"}),
    "cancel": frozenset({"sendid", "sendidexpr"}),
    "log": frozenset({"label", "expr"}),
    "if": frozenset({"cond"}),
    "elseif": frozenset({"cond"}),
    "else": frozenset(),
}
_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "scxml": ("state", "parallel", "final"),
    "state": (*_STATES, "initial", "transition", "onentry", "onexit"),
    "parallel": ("state", "parallel", "history", "transition", "onentry", "onexit"),
    "final": ("onentry", "onexit"),
    "history": ("transition",),
    "initial": ("transition",),
    "transition": ("raise", "send", "cancel", "log", "if"),
    "onentry": ("raise", "send", "cancel", "log", "if"),
    "onexit": ("raise", "send", "cancel", "log", "if"),
    "if": ("raise", "send", "cancel", "log", "if", "elseif", "else"),
}


def read(data: bytes) -> Chart:
    """Read an SCXML document.

    Raises:
        ScenarioError: It is not XML, not SCXML, needs what this reader does not take, or is no legal chart; the
            error's class says which.
    """
    root = parse(data)
    _check(root)
    return _Reader(root).chart()


def _check(root: Element) -> None:
    """Every element is known, stands where it may, and has only attributes that it may have."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        for name, value in element.attributes.items():
            if name not in _ATTRIBUTES[element.name]:
                raise _bad_attribute(element, name, value)
        for child in element.children:
            if child.name not in _ATTRIBUTES:
                raise UnsupportedElementError(element=child.name, line=child.line, column=child.column)
            if child.name not in _INSIDE.get(element.name, ()):
                raise _misplaced(child, f"it cannot stand in <{element.name}>")
        waiting += reversed(element.children)


class _Reader:
    """Turns the checked tree into a chart."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._ids = set(_ids(root))
        self._generated = 0

    def chart(self) -> Chart:
        """The whole document."""
        root = self._root
        if (version := root.attributes.get("version", "1.0")) != "1.0":
            raise _bad_attribute(root, "version", version)
        if not root.children:
            raise _misplaced(root, "it holds no state")
        return Chart(
            name=root.attributes.get("name", ""),
            states=tuple(self._state(child) for child in root.children),
            initial=tuple(root.attributes.get("initial", "").split()),
        )

    def _state(self, element: Element) -> State:
        if (name := element.attributes.get("id", "")).startswith(GENERATED):
            raise _bad_attribute(element, "id", name)
        children = [child for child in element.children if child.name in _STATES]
        initial, initial_actions = self._initial(element)
        return State(
            id=name or self._new_id(),
            kind=_kind(element),
            children=tuple(self._state(child) for child in children),
            initial=initial,
            initial_actions=initial_actions,
            transitions=tuple(self._transition(child) for child in element.children if child.name == "transition"),
            on_entry=tuple(self._block(child) for child in element.children if child.name == "onentry"),
            on_exit=tuple(self._block(child) for child in element.children if child.name == "onexit"),
        )

    def _initial(self, element: Element) -> tuple[tuple[str, ...], Block]:
        attribute = element.attributes.get("initial")
        found = [child for child in element.children if child.name == "initial"]
        if not found:
            return tuple((attribute or "").split()), ()
        if len(found) > 1 or attribute is not None:
            raise _misplaced(found[0], "a state has one initial")
        inside = found[0].children
        if len(inside) != 1 or not set(inside[0].attributes) <= {"target", "type"}:
            raise _misplaced(found[0], "it needs one transition with only a target")
        transition = self._transition(inside[0])
        if not transition.targets:
            raise _misplaced(found[0], "it needs one transition with only a target")
        return transition.targets, transition.actions

    def _transition(self, element: Element) -> Transition:
        attributes = element.attributes
        kind = attributes.get("type", "external")
        if kind not in {"internal", "external"}:
            raise _bad_attribute(element, "type", kind)
        for needed in ("event", "target"):
            if needed in attributes and not attributes[needed].split():
                raise _bad_attribute(element, needed, attributes[needed])
        return Transition(
            events=tuple(attributes.get("event", "").split()),
            guard=self._guard(element) if "cond" in attributes else None,
            targets=tuple(attributes.get("target", "").split()),
            is_internal=kind == "internal",
            actions=self._block(element),
        )

    def _guard(self, element: Element) -> Guard:
        condition = element.attributes.get("cond", "")
        try:
            return parse_condition(condition, self._ids)
        except NotAConditionError as problem:
            raise UnsupportedConditionError(condition=condition, line=element.line, column=element.column) from problem

    def _block(self, element: Element) -> Block:
        return tuple(self._action(child) for child in element.children)

    def _action(self, element: Element) -> Action:
        attributes = element.attributes
        match element.name:
            case "raise":
                return Raise(event=_needed(element, "event"))
            case "send":
                return _send(element)
            case "cancel":
                if "sendidexpr" in attributes:
                    return CancelTimer(id=_literal(element, "sendidexpr"))
                return CancelTimer(id=_needed(element, "sendid"))
            case "log":
                return Emit(name="log", data=dict(attributes))
            case _:
                return self._choose(element)

    def _choose(self, element: Element) -> Choose:
        branches: list[Branch] = []
        _needed(element, "cond")
        head, body, has_else = self._guard(element), list[Action](), False
        for child in element.children:
            if child.name not in {"elseif", "else"}:
                body.append(self._action(child))
                continue
            if has_else:
                raise _misplaced(child, "nothing follows else")
            branches.append(Branch(guard=head, actions=tuple(body)))
            has_else, body = child.name == "else", []
            head = ALWAYS if has_else else self._guard(child)
        branches.append(Branch(guard=head, actions=tuple(body)))
        return Choose(branches=tuple(branches))

    def _new_id(self) -> str:
        while True:
            self._generated += 1
            name = f"{GENERATED}{self._generated}"
            if name not in self._ids:
                return name


def _ids(root: Element) -> Iterable[str]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.name in _STATES and element.attributes.get("id"):
            yield element.attributes["id"]
        waiting += element.children


def _kind(element: Element) -> Kind:
    has_states = any(child.name in {"state", "parallel", "final"} for child in element.children)
    match element.name:
        case "parallel" if element.children and any(child.name in _STATES for child in element.children):
            return Kind.PARALLEL
        case "final":
            return Kind.FINAL
        case "history":
            kind = element.attributes.get("type", "shallow")
            if kind not in {"shallow", "deep"}:
                raise _bad_attribute(element, "type", kind)
            return Kind.DEEP_HISTORY if kind == "deep" else Kind.SHALLOW_HISTORY
        case _:
            return Kind.COMPOUND if has_states else Kind.ATOMIC


def _send(element: Element) -> Action:
    attributes = element.attributes
    event = _needed(element, "event")
    target = attributes.get("target", "")
    has_delay = "delay" in attributes or "delayexpr" in attributes
    if target == "#_internal" and has_delay:
        raise _misplaced(element, "an internal event is not delayed")
    after_ms = _delay(element) if has_delay else 0
    if attributes.get("type", _SCXML_PROCESSORS[0]) not in _SCXML_PROCESSORS:
        return Fail(event="error.execution")
    if target == "#_internal":
        return Raise(event=event)
    if target.startswith("#_"):
        return Fail(event="error.communication")
    if target:
        return Fail(event="error.execution")
    return Send(event=event, after_ms=after_ms, id=attributes.get("id", ""))


def _delay(element: Element) -> int:
    attribute = "delay" if "delay" in element.attributes else "delayexpr"
    if attribute == "delayexpr" and "delay" in element.attributes:
        raise _misplaced(element, "delay and delayexpr exclude each other")
    written = element.attributes["delay"] if attribute == "delay" else _literal(element, attribute)
    match = _DURATION.fullmatch(written.strip())
    if match is None or not match[1]:
        raise _bad_attribute(element, attribute, written)
    return round(Decimal(match[1]) * _UNIT_MS[match[2]])


def _literal(element: Element, attribute: str) -> str:
    match = _LITERAL.fullmatch(element.attributes[attribute])
    if match is None:
        raise _bad_attribute(element, attribute, element.attributes[attribute])
    return match[1] if match[1] is not None else match[2]


def _needed(element: Element, attribute: str) -> str:
    value = element.attributes.get(attribute, "").strip()
    if not value:
        raise _misplaced(element, f"it needs {attribute}")
    return value


def _bad_attribute(element: Element, attribute: str, value: str) -> UnsupportedAttributeError:
    return UnsupportedAttributeError(
        element=element.name, attribute=attribute, value=value, line=element.line, column=element.column
    )


def _misplaced(element: Element, reason: str) -> MisplacedElementError:
    return MisplacedElementError(element=element.name, reason=reason, line=element.line, column=element.column)
