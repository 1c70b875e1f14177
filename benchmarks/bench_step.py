"""`step` against python-statemachine and sismic on the same chart: two parallel regions, nesting, guards and history.

All three run the same script of events, and must stand in the same states after each event before anything is timed.
The script ends where it began, so that rounds are alike. Loading charts and starting them is not timed.
"""

from collections.abc import Callable, Sequence
from functools import partial

from sismic.interpreter import Interpreter
from sismic.io import import_from_yaml
from sismic.model import Event as SismicEvent
from statemachine.io import load

from benchmarks.claim import Claim, alternate
from pocus_desktop.scenario import scxml
from pocus_desktop.scenario.effects import Event
from pocus_desktop.scenario.engine import start, step

GOAL = 0.1
ROUNDS = 41
REPEATS = 20

SCRIPT = ("next", "worsen", "next", "next", "next", "pause", "resume", "recover", "next", "next", "next")

SCXML = """\
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" initial="case">
  <parallel id="case">
    <state id="encounter" initial="running">
      <state id="running" initial="presentation">
        <history id="where" type="deep"><transition target="presentation"/></history>
        <transition event="pause" target="paused"/>
        <state id="presentation" initial="arrival">
          <state id="arrival"><transition event="next" target="story"/></state>
          <state id="story"><transition event="next" target="interpretation"/></state>
        </state>
        <state id="interpretation" initial="view">
          <state id="view">
            <transition event="next" cond="In('worse')" target="second"/>
            <transition event="next" target="integration"/>
          </state>
          <state id="second"><transition event="next" target="view"/></state>
        </state>
        <state id="integration" initial="diagnosis">
          <state id="diagnosis"><transition event="next" target="plan"/></state>
          <state id="plan"><transition event="next" target="presentation"/></state>
        </state>
      </state>
      <state id="paused"><transition event="resume" target="where"/></state>
    </state>
    <state id="patient" initial="stable">
      <state id="stable"><transition event="worsen" target="worse"/></state>
      <state id="worse"><transition event="recover" target="stable"/></state>
    </state>
  </parallel>
</scxml>
"""

SISMIC = """\
statechart:
  name: case
  root state:
    name: case
    parallel states:
      - name: encounter
        initial: running
        states:
          - name: running
            initial: presentation
            transitions:
              - {event: pause, target: paused}
            states:
              - {name: where, type: deep history, memory: presentation}
              - name: presentation
                initial: arrival
                states:
                  - {name: arrival, transitions: [{event: next, target: story}]}
                  - {name: story, transitions: [{event: next, target: interpretation}]}
              - name: interpretation
                initial: view
                states:
                  - name: view
                    transitions:
                      - {event: next, guard: "active('worse')", target: second}
                      - {event: next, guard: "not active('worse')", target: integration}
                  - {name: second, transitions: [{event: next, target: view}]}
              - name: integration
                initial: diagnosis
                states:
                  - {name: diagnosis, transitions: [{event: next, target: plan}]}
                  - {name: plan, transitions: [{event: next, target: presentation}]}
          - {name: paused, transitions: [{event: resume, target: where}]}
      - name: patient
        initial: stable
        states:
          - {name: stable, transitions: [{event: worsen, target: worse}]}
          - {name: worse, transitions: [{event: recover, target: stable}]}
"""

ATOMIC = {"arrival", "story", "view", "second", "diagnosis", "plan", "paused", "stable", "worse"}


class Ours:
    """Our engine, keeping the configuration as a caller would."""

    def __init__(self) -> None:
        self._chart = scxml.read(SCXML.encode())
        self._configuration = start(self._chart, now=0).configuration

    def send(self, event: str) -> None:
        """One external event."""
        self._configuration = step(self._chart, self._configuration, Event(name=event), now=0).configuration

    def where(self) -> set[str]:
        """Active states without states inside."""
        return set(self._configuration.atomic)


class PythonStatemachine:
    """python-statemachine, reading the same SCXML."""

    def __init__(self) -> None:
        self._machine = load(SCXML, format="scxml", trusted=True)()

    def send(self, event: str) -> None:
        """One external event."""
        self._machine.send(event)

    def where(self) -> set[str]:
        """Active states without states inside."""
        return {state.id for state in self._machine.configuration} & ATOMIC


class Sismic:
    """sismic, with the same chart in its own notation and without contract checks."""

    def __init__(self) -> None:
        self._interpreter = Interpreter(import_from_yaml(SISMIC), ignore_contract=True)
        self._interpreter.execute()

    def send(self, event: str) -> None:
        """One external event."""
        self._interpreter.queue(SismicEvent(event)).execute()

    def where(self) -> set[str]:
        """Active states without states inside."""
        return set(self._interpreter.configuration) & ATOMIC


def run() -> list[Claim]:
    """Microseconds per event: ours against each reference."""
    walked = [_walk(engine) for engine in (Ours(), PythonStatemachine(), Sismic())]
    agree = all(way == walked[0] for way in walked) and walked[0][-1] == {"arrival", "stable"}
    return [
        _claim("python-statemachine", PythonStatemachine(), agree=agree),
        _claim("sismic", Sismic(), agree=agree),
    ]


def _claim(name: str, reference: "PythonStatemachine | Sismic", *, agree: bool) -> Claim:
    mine, theirs = alternate(partial(_play, Ours().send), partial(_play, reference.send), rounds=ROUNDS)
    events = REPEATS * len(SCRIPT)
    return Claim(
        claim=f"one event through the scenario engine, against {name}",
        ours=round(mine / events * 1e6, 2),
        reference=round(theirs / events * 1e6, 2),
        unit="µs",
        ratio=round(mine / theirs, 4),
        goal=f"<= {GOAL:g}",
        holds=agree and mine / theirs <= GOAL,
    )


def _play(send: Callable[[str], None], script: Sequence[str] = SCRIPT) -> None:
    for _ in range(REPEATS):
        for event in script:
            send(event)


def _walk(engine: "Ours | PythonStatemachine | Sismic") -> list[set[str]]:
    seen = [engine.where()]
    for event in SCRIPT:
        engine.send(event)
        seen.append(engine.where())
    return seen
