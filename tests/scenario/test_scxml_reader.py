"""What the SCXML reader takes, and what it refuses: each refusal has one cause and names its code."""

import pytest

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scenario import conformance, scxml
from pocus_desktop.scenario.effects import Emitted
from pocus_desktop.scenario.engine import start
from pocus_desktop.scenario.guards import ALWAYS, NEVER, AllOf, AnyOf, Guard, InState, Not
from pocus_desktop.scenario.scxml_conditions import NotAConditionError, parse_condition

A, B = InState(state="a"), InState(state="b")


def document(body: str, attributes: str = "") -> bytes:
    return f'<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" {attributes}>{body}</scxml>'.encode()


def entering(content: str) -> bytes:
    return document(f"<state id='a'><onentry>{content}</onentry></state>")


def holding(content: str) -> bytes:
    return document(f"<state id='a'>{content}<state id='b'/></state><state id='c'/>")


def ran(body: str, *events: str, after: int = 0) -> list[list[str]]:
    timed = [conformance.TimedEvent(name=name, after_ms=after) for name in events]
    return conformance.run(scxml.read(document(body)), timed)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("not_xml", b"<scxml"),
        ("not_xml", b""),
        ("not_xml", b'<!DOCTYPE scxml [<!ENTITY a "a">]><scxml xmlns="http://www.w3.org/2005/07/scxml">&a;</scxml>'),
        ("not_xml", b'<?xml version="1.0" encoding="no-such"?><scxml/>'),
        ("not_scxml", b"<svg/>"),
        ("not_scxml", b'<scxml xmlns="urn:other"/>'),
        ("misplaced_element", document("")),
        ("unsupported_attribute", b'<scxml xmlns="http://www.w3.org/2005/07/scxml" version="2.0"><state/></scxml>'),
        ("unsupported_element", document("<state id='a'/><script/>")),
        ("unsupported_element", document("<datamodel/><state id='a'/>")),
        ("unsupported_element", entering("<assign location='x' expr='1'/>")),
        ("unsupported_element", entering("<foreach array='x' item='y'/>")),
        ("unsupported_element", document("<state><invoke/></state>")),
        ("unsupported_element", document("<final><donedata/></final>")),
        ("unsupported_element", document("<state><x:y xmlns:x='urn:x'/></state>")),
        ("misplaced_element", document("<state><raise event='e'/></state>")),
        ("misplaced_element", entering("<raise/>")),
        ("misplaced_element", holding("<initial><transition target='b'/></initial>" * 2)),
        ("misplaced_element", holding("<initial><transition event='e' target='b'/></initial>")),
        ("misplaced_element", document("<state><initial/><state id='b'/></state>")),
        ("misplaced_element", entering("<if cond='true'><else/><elseif cond='true'/></if>")),
        ("misplaced_element", entering("<send event='e' target='#_internal' delay='1s'/>")),
        ("unsupported_attribute", document("<state src='other.scxml'/>")),
        ("unsupported_attribute", entering("<send event='e' targetexpr='x'/>")),
        ("unsupported_attribute", entering("<send event='e' target='baz' delay='soon'/>")),
        ("unsupported_attribute", entering("<send event='e' delayexpr='x'/>")),
        ("unsupported_attribute", entering("<send event='e' delay='soon'/>")),
        ("unsupported_attribute", entering("<send eventexpr='x'/>")),
        ("unsupported_attribute", document("<state id='a'><transition type='odd' event='e'/></state>")),
        ("unsupported_attribute", document("<state id='a'><transition target='' event='e'/></state>")),
        ("unsupported_attribute", holding("<history type='odd'><transition target='b'/></history>")),
        ("unsupported_condition", document("<state><transition cond='x == 1' event='e'/></state>")),
        ("unsupported_condition", document("<state><transition cond='' event='e'/></state>")),
        ("duplicate_state", document("<state id='a'/><state id='a'/>")),
        ("unknown_target", document("<state id='a'><transition event='e' target='b'/></state>")),
        ("unknown_target", document("<state id='a'/>", "initial='b'")),
        ("bad_initial", document("<state id='a' initial='b'><state id='c'/></state><state id='b'/>")),
        ("bad_initial", document("<state id='a' initial='a'/>")),
        ("misplaced_element", document("<state id='a' initial='b'><initial/><state id='b'/></state>")),
        ("illegal_targets", holding("<transition event='e' target='b c'/>")),
        ("illegal_targets", document("<state id='a' initial='b c'><state id='b'/><state id='c'/></state>")),
        ("bad_history", holding("<history id='h'/>")),
        ("bad_history", holding("<history id='h'><transition target='c'/></history>")),
        ("bad_history", holding("<history id='h'><transition target='b' event='e'/></history>")),
        ("misplaced_element", document("<parallel><final id='f'/></parallel>")),
        ("misplaced_element", document("<history/>")),
        ("misplaced_element", document("<final><state/></final>")),
        ("misplaced_state", document("<parallel><history id='h'><transition target='h'/></history></parallel>")),
        ("empty_transition", document("<state><transition/></state>")),
        ("too_deep", document("<state>" * 70 + "</state>" * 70)),
        ("too_deep", document("<state>" * 300 + "</state>" * 300)),
        ("too_deep", entering("" + "<if cond='true'>" * 40 + "</if>" * 40 + "")),
    ],
)  # fmt: skip
def test_a_refusal_names_its_cause(code: str, text: bytes) -> None:
    with pytest.raises(PocusError) as refused:
        scxml.read(text)
    assert refused.value.code == f"scenario.{code}"
    assert "{" not in refused.value.explain("en").what + refused.value.explain("es").what


def test_a_refusal_tells_line_and_column() -> None:
    with pytest.raises(PocusError) as refused:
        scxml.read(document("\n<state>\n  <invoke/></state>"))
    assert refused.value.params == {"element": "invoke", "line": 3, "column": 3}


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("true", ALWAYS),
        ("false", NEVER),
        ("In('a')", A),
        (' In ( "b" ) ', B),
        ("In('elsewhere')", NEVER),
        ("!In('a')", Not(part=A)),
        ("not In('a')", Not(part=A)),
        ("In('a') && In('b') || true", AnyOf(parts=(AllOf(parts=(A, B)), ALWAYS))),
        ("In('a') and (In('b') or not true)", AllOf(parts=(A, AnyOf(parts=(B, Not(part=ALWAYS)))))),
        ("!!In('a')", Not(part=Not(part=A))),
    ],
)
def test_conditions_that_are_taken(text: str, guard: Guard) -> None:
    assert parse_condition(text, {"a", "b"}) == guard


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50 + "true" + ")" * 50,
        "",
        "In(a)",
        "In('a'",
        "In('a') &&",
        "(true",
        "true)",
        "true false",
        "!",
        "!=",
        "trueish",
        "1",
    ],
)
def test_conditions_that_are_refused(text: str) -> None:
    with pytest.raises(NotAConditionError):
        parse_condition(text, {"a"})


def test_states_without_an_id_run_but_are_not_told() -> None:
    assert ran("<state><transition event='e' target='b'/></state><state id='b'/>", "e") == [[], ["b"]]


def test_an_if_takes_its_first_branch() -> None:
    body = """<state id='a'><onentry>
      <if cond="In('b')"><raise event='e.b'/>
      <elseif cond="In('a')"/><raise event='e.a'/><else/><raise event='e.else'/></if>
      </onentry><transition event='e.a' target='right'/><transition event='e' target='wrong'/></state>
      <state id='b'/><state id='right'/><state id='wrong'/>"""
    assert ran(body) == [["right"]]


def test_a_cancelled_send_never_comes() -> None:
    body = """<state id='a'><onentry><send event='late' delay='1s' id='s'/>
      <send event='later' delayexpr="'2.5s'"/></onentry>
      <transition event='stop'><cancel sendid='s'/></transition>
      <transition event='late' target='wrong'/><transition event='later' target='right'/></state>
      <state id='right'/><state id='wrong'/>"""
    assert ran(body, "stop", "x", "y", after=900) == [["a"], ["a"], ["a"], ["right"]]


@pytest.mark.parametrize(
    ("send", "error"),
    [
        ("<send event='e' type='http'/>", "execution"),
        ("<send event='e' type='http' target='#_internal'/>", "execution"),
        ("<send event='e' target='baz'/>", "execution"),
        ("<send event='e' target='baz' delay='1s'/>", "execution"),
        ("<send event='e' target='#_parent'/>", "communication"),
        ("<send event='e' target='#_scxml_other'/>", "communication"),
        ("<if cond='true'><send event='e' target='baz'/></if>", "execution"),
    ],
)
def test_a_send_to_nobody_is_an_error_event_that_ends_the_block(send: str, error: str) -> None:
    body = f"""<state id='a'><onentry>{send}<raise event='never'/></onentry><onentry><raise event='other'/></onentry>
      <transition event='e never' target='wrong'/><transition event='error.{error}' target='b'/></state>
      <state id='b'><transition event='other' target='right'/></state><state id='right'/><state id='wrong'/>"""
    assert ran(body, "x", after=2_000) == [["right"], ["right"]]


def test_a_log_is_an_effect() -> None:
    step = start(scxml.read(entering("<log label='l' expr='e'/>")), now=0)
    assert step.effects == (Emitted(name="log", data={"label": "l", "expr": "e"}),)


def test_a_parallel_without_states_is_an_atomic_state() -> None:
    assert ran("<parallel id='p'/>") == [["p"]]


@pytest.mark.parametrize(
    "events", [{}, "e", [1], [{"after": 1}], [{"name": "e", "after": -1}], [{"name": "e", "after": "1"}]]
)
def test_lists_of_events_that_are_refused(events: object) -> None:
    with pytest.raises(PocusError) as refused:
        conformance.parse_events(events)  # type: ignore[arg-type]  # each row is JSON
    assert refused.value.code == "scenario.bad_event_list"


def test_all_forms_of_an_event_are_taken() -> None:
    listed = conformance.parse_events(
        ["e", {"name": "e"}, {"event": {"name": "e"}, "after": 5, "nextConfiguration": []}]
    )
    assert [(event.name, event.after_ms) for event in listed] == [("e", 0), ("e", 0), ("e", 5)]


def test_sends_that_go_on_for_ever_are_refused() -> None:
    body = "<state id='a'><onentry><send event='e'/></onentry><transition event='e' target='a'/></state>"
    with pytest.raises(PocusError) as refused:
        ran(body, "x")
    assert refused.value.code == "scenario.does_not_settle"
