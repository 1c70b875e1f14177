"""Runs a chart against a list of events with a virtual clock, as public suites do.

Each entry of the result is the sorted ids of the active states that hold no states: after the start, and after each
event. Time passes only where an event says `after`; sends that are due by then come first, in order, each as an
external event of its own (a send without delay is due at once, and so comes before the next listed event).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.chart import Chart
from pocus_desktop.scenario.configuration import ArmedTimer, Configuration
from pocus_desktop.scenario.effects import Event
from pocus_desktop.scenario.engine import start, step
from pocus_desktop.scenario.errors import BadEventListError, DoesNotSettleError
from pocus_desktop.scenario.scxml import GENERATED

MAX_FIRINGS: Final = 10_000
"""How many sends may fire while one event is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedEvent:
    """An event, and how long after the one before it comes."""

    name: str
    after_ms: int = 0


def parse_events(value: Json) -> tuple[TimedEvent, ...]:
    """Read a list of events: names, `{"name": …}`, or `{"event": {"name": …}, "after": ms}`; other keys are ignored.

    Raises:
        BadEventListError: It is something else.
    """
    if isinstance(value, Mapping) and "events" in value:
        value = value["events"]
    if not isinstance(value, list):
        raise BadEventListError(reason="it is not a list")
    return tuple(_event(place, entry) for place, entry in enumerate(value))


def run(chart: Chart, events: Sequence[TimedEvent]) -> list[list[str]]:
    """The states after the start and after each event.

    Raises:
        DoesNotSettleError: The chart runs in a circle, in one step or from one send to the next.
    """
    now = 0
    configuration = start(chart, now=now).configuration
    seen = [_told(configuration)]
    for event in events:
        until = now + event.after_ms
        firings = 0
        while (due := _next_due(configuration, until)) is not None:
            firings += 1
            if firings > MAX_FIRINGS:
                raise DoesNotSettleError(event=event.name, bound=MAX_FIRINGS)
            now = max(now, due.due_ms)
            configuration = step(chart, configuration, Event(name=f"timer.{due.id}"), now=now).configuration
        now = until
        configuration = step(chart, configuration, Event(name=event.name), now=now).configuration
        seen.append(_told(configuration))
    return seen


def _next_due(configuration: Configuration, until: int) -> ArmedTimer | None:
    due = [timer for timer in configuration.timers.values() if timer.due_ms <= until]
    return min(due, key=lambda timer: (timer.due_ms, timer.serial), default=None)


def _told(configuration: Configuration) -> list[str]:
    return sorted(name for name in configuration.atomic if not name.startswith(GENERATED))


def _event(place: int, entry: Json) -> TimedEvent:
    after: Json = 0
    name: Json = entry
    if isinstance(entry, Mapping):
        after = entry.get("after", 0)
        name = entry.get("event", entry.get("name"))
        if isinstance(name, Mapping):
            name = name.get("name")
    if not isinstance(name, str):
        raise BadEventListError(reason=f"entry {place} names no event")
    if not isinstance(after, int | float) or isinstance(after, bool) or not 0 <= after <= 10**12:
        raise BadEventListError(reason=f"the time of entry {place} is not a number of milliseconds")
    return TimedEvent(name=name, after_ms=round(after))
