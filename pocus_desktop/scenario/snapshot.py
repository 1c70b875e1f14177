"""A configuration as JSON and back (formats/scenario 6).

A snapshot is a cache: what happened is in the journal, and replaying it gives the same configuration. It names the
chart by its fingerprint, so that a snapshot of another version of a case is never taken for one of this.
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.chart import Chart
from pocus_desktop.scenario.configuration import ArmedTimer, Configuration, Memory
from pocus_desktop.scenario.engine import SEND_PREFIX
from pocus_desktop.scenario.errors import BadConfigurationError, NewerConfigurationError, WrongChartError
from pocus_desktop.scenario.index import Index

VERSION: Final = 1
"""The version written; older ones are read."""

_Count: TypeAlias = Annotated[StrictInt, Field(ge=0)]
_Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")


class _Timer(_Stored):
    id: StrictStr
    name: StrictStr
    event: StrictStr
    after_ms: _Count
    due_ms: StrictInt
    clock: Literal["exam", "simulated"]
    serial: _Count


class _Memory(_Stored):
    variables: dict[str, _Scalar]
    responses: dict[str, object]
    visits: dict[str, _Count]
    simulated_ms: _Count
    entered_at_ms: dict[str, StrictInt]
    entered_simulated_ms: dict[str, StrictInt]
    open_items: list[StrictStr]
    locked_items: list[StrictStr]


class _Snapshot(_Stored):
    version: Literal[1]
    chart: StrictStr
    active: list[StrictStr]
    history: dict[str, list[StrictStr]]
    timers: list[_Timer]
    serial: _Count
    memory: _Memory
    is_finished: StrictBool


def fingerprint(chart: Chart) -> str:
    """SHA-256 of the chart's canonical JSON: equal charts have equal fingerprints."""
    found = chart.index.fingerprint
    if not found:
        found = chart.index.fingerprint = canonical.digest(canonical.encode(_as_json(chart)))
    return found


def encode(chart: Chart, configuration: Configuration) -> bytes:
    """The configuration as canonical JSON."""
    memory = configuration.memory
    return canonical.encode(
        {
            "version": VERSION,
            "chart": fingerprint(chart),
            "active": configuration.active,
            "history": configuration.history,
            "timers": [
                {
                    "id": timer.id,
                    "name": timer.name,
                    "event": timer.event,
                    "after_ms": timer.after_ms,
                    "due_ms": timer.due_ms,
                    "clock": timer.clock,
                    "serial": timer.serial,
                }
                for timer in sorted(configuration.timers.values(), key=lambda timer: timer.serial)
            ],
            "serial": configuration.serial,
            "memory": {
                "variables": memory.variables,
                "responses": memory.responses,
                "visits": memory.visits,
                "simulated_ms": memory.simulated_ms,
                "entered_at_ms": memory.entered_at_ms,
                "entered_simulated_ms": memory.entered_simulated_ms,
                "open_items": sorted(memory.open_items),
                "locked_items": sorted(memory.locked_items),
            },
            "is_finished": configuration.is_finished,
        }
    )


def decode(chart: Chart, data: bytes) -> Configuration:
    """Read a configuration of this chart.

    Raises:
        BadConfigurationError: It is damaged, or not one that the chart can be in.
        NewerConfigurationError: A newer program wrote it.
        WrongChartError: It belongs to another chart.
    """
    try:
        parsed = canonical.decode(data)
        if isinstance(parsed, Mapping) and isinstance(version := parsed.get("version"), int) and version > VERSION:
            raise NewerConfigurationError(version=version, known=VERSION)
        stored = _Snapshot.model_validate(parsed)
    except (ValidationError, canonical.BadJsonError) as problem:
        raise BadConfigurationError(reason=_first_line(problem)) from problem
    if stored.chart != fingerprint(chart):
        raise WrongChartError(chart=chart.name)
    _check_names(chart, stored)
    index = chart.index
    active = _numbers(index, stored.active)
    if not index.is_legal(active):
        raise BadConfigurationError(reason="its states cannot be active together")
    remembered = {index.number[name]: _numbers(index, held) for name, held in stored.history.items()}
    for history, held in remembered.items():
        if not index.is_memory_of(history, held):
            raise BadConfigurationError(reason="a history holds what it cannot")
    memory = stored.memory
    if set(memory.entered_at_ms) != set(stored.active) or set(memory.entered_simulated_ms) != set(stored.active):
        raise BadConfigurationError(reason="times of entry and active states differ")
    if any(timer.serial > stored.serial for timer in stored.timers):
        raise BadConfigurationError(reason="more timers are armed than ever were")
    found = Configuration(
        active_set=active,
        remembered=tuple(remembered.get(history, 0) for history in index.all_histories),
        timers={timer.id: ArmedTimer(**timer.model_dump()) for timer in stored.timers},
        serial=stored.serial,
        memory=Memory(
            variables=memory.variables,
            responses=memory.responses,  # type: ignore[arg-type]  # parsed from JSON, so every value is JSON
            visits=memory.visits,
            simulated_ms=memory.simulated_ms,
            entered_at_ms=memory.entered_at_ms,
            entered_simulated_ms=memory.entered_simulated_ms,
            open_items=frozenset(memory.open_items),
            locked_items=frozenset(memory.locked_items),
        ),
        is_finished=stored.is_finished,
        index=index,
    )
    try:
        is_as_written = encode(chart, found) == data
    except canonical.NotCanonicalError as problem:
        raise BadConfigurationError(reason="it holds what is never written") from problem
    if not is_as_written:
        raise BadConfigurationError(reason="it is not in the form that is written")
    return found


def _check_names(chart: Chart, stored: _Snapshot) -> None:
    memory, states = stored.memory, chart.index.number
    known = (
        set(stored.active) | set(stored.history) | set(memory.visits) <= set(states)
        and set(memory.variables) == set(chart.variables)
        and set(memory.responses) | set(memory.open_items) | set(memory.locked_items) <= set(chart.items)
        and len({timer.id for timer in stored.timers}) == len(stored.timers)
        and all(timer.id in chart.timer_ids or timer.id.startswith(SEND_PREFIX) for timer in stored.timers)
    )
    if not known:
        raise BadConfigurationError(reason="it names what the chart does not have")


def _numbers(index: Index, names: list[str]) -> int:
    found = 0
    for name in names:
        if name not in index.number:
            raise BadConfigurationError(reason="it names a state that the chart does not have")
        found |= 1 << index.number[name]
    return found


def _first_line(problem: Exception) -> str:
    if isinstance(problem, ValidationError):
        first = problem.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return "it is not JSON"


def _as_json(value: object) -> Json:
    """A chart's data as JSON: dataclasses as their fields with the class's name, so that no two kinds coincide."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.init]
        return {"": type(value).__name__, **{name: _as_json(getattr(value, name)) for name in fields}}
    if isinstance(value, Mapping):
        return {str(key): _as_json(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [_as_json(held) for held in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(type(value).__name__)
