"""Names in a source: each id once, and every name that is used must be there.

Reads the data as written, so that wrong names are told beside what the models refuse. Where an id of some kind cannot
be read, no name of that kind is called unknown.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import DataPath, entries, get
from pocus_desktop.authoring.source.places import walk
from pocus_desktop.case.conditions import END
from pocus_desktop.case.items.registry import RESPONSES
from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel import words
from pocus_desktop.kernel.ids import NAME

_Ids: TypeAlias = frozenset[str] | None
"""Ids of one kind; None where one of them cannot be read."""

_CHOSEN: Final = ("includes", "equals")
_OFFERING: Final = ("choice", "hotspot")
_OPTION_LISTS: Final = ("correct", "map", "option_rationale")
_FITTING: Final = {
    # kind of item: what a condition can ask of a response to it
    **dict.fromkeys(_OFFERING, _CHOSEN),
    "text-entry number": ("at_least", "at_most"),
}


def check_names(document: Document, *, is_sound: bool) -> list[Problem]:
    """Every id that stands twice, and every name that leads nowhere.

    Args:
        document: The assessment's data.
        is_sound: Whether the models took it; otherwise a list that is not there may only be misspelt.
    """
    problems = list(_repeated(document))
    for index, case in enumerate(entries(document.data.get("cases"))):
        at: DataPath = ("cases", index)
        known = _known(case, is_sound=is_sound)
        problems += _unknown(case, known, at, document)
        problems += _conditions(case, known, at, document)
        problems += _references(case, at, document)
    return problems


def check_entries(document: Document, scoring: Document, *, is_sound: bool) -> list[Problem]:
    """Scoring entries for items, or with choices, that are not there; arguments as `check_names`.

    For a key or an assessment that the models refuse; sound ones are compared as a whole.
    """
    known = [_known(case, is_sound=is_sound) for case in entries(document.data.get("cases"))]
    items = [case.targets["ask"] for case in known]
    options = {item: offered for case in known for item, offered in case.options.items()}
    found: list[Problem] = []
    for index, entry in enumerate(entries(get(scoring.data, ("entries",)))):
        item = get(entry, ("item",))
        if not isinstance(item, str) or None in items:
            continue
        used = [name for part in _OPTION_LISTS if isinstance(entry.get(part), list | dict) for name in entry[part]]
        offered = options.get(item)
        if item not in options:
            found.append(fault("source.key_unknown_item", scoring.place(("entries", index)), item=item))
        elif offered and any(isinstance(name, str) and name not in offered for name in used):
            found.append(fault("source.key_unknown_choice", scoring.place(("entries", index)), item=item))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The names of one case.

    Attributes:
        targets: By the key that uses a name, what it may be.
        options: By item, its choices or regions.
        kinds: By item, what it is.
        most: By item, how many of its options a response may name; 0 for any number.
    """

    targets: Mapping[str, _Ids]
    options: Mapping[str, _Ids]
    kinds: Mapping[str, str]
    most: Mapping[str, Any]


def _known(case: Mapping[str, Any], *, is_sound: bool) -> _Known:
    left_out: list[Any] | None = [] if is_sound else None
    phases = case.get("phases")
    listed = [get(phase, ("steps",)) for phase in entries(phases)]
    steps = [step for each in listed for step in (each if isinstance(each, list) else [None])]
    items = {
        item["id"]: item
        for item in entries(case.get("items"))
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    }
    variables = case.get("variables", {} if is_sound else None)
    states = _ids(get(case, ("patient", "states")) or left_out)
    step_ids, phase_ids, item_ids = _ids(steps), _ids(phases), _ids(case.get("items", left_out))
    places = None if step_ids is None or phase_ids is None else step_ids | phase_ids
    return _Known(
        targets={
            "go": None if places is None else places | {END},
            "visited": places,
            "elapsed": None if places is None else places | {str(case.get("id"))},
            "patient": states,
            "response": item_ids,
            "answered": item_ids,
            "ask": item_ids,
            "variable": frozenset(variables) if isinstance(variables, dict) else None,
        },
        options={name: _ids(item.get("choices", item.get("regions"))) for name, item in items.items()},
        kinds={
            name: f"{item['type']} {item.get('kind', '')}".strip()
            for name, item in items.items()
            if str(item.get("type")) in RESPONSES
        },
        most={name: item.get("max_choices", 1) for name, item in items.items()},
    )


def _ids(listed: Any) -> _Ids:
    if not isinstance(listed, list):
        return None
    found = [name for entry in listed if isinstance(name := get(entry, ("id",)), str) and NAME.fullmatch(name)]
    return frozenset(found) if len(found) == len(listed) else None


def _named(case: Any, at: DataPath) -> Iterator[tuple[Any, DataPath]]:
    """Every id that shares the one set of ids, and where it stands."""
    yield get(case, ("id",)), (*at, "id")
    for p, phase in enumerate(entries(get(case, ("phases",)))):
        yield get(phase, ("id",)), (*at, "phases", p, "id")
        for s, step in enumerate(entries(get(phase, ("steps",)))):
            yield get(step, ("id",)), (*at, "phases", p, "steps", s, "id")
    for way in (("items",), ("patient", "states")):
        for n, entry in enumerate(entries(get(case, way))):
            yield get(entry, ("id",)), (*at, *way, n, "id")


def _repeated(document: Document) -> Iterator[Problem]:
    """Ids of cases, phases, steps, items and patient states share one space, so that `go` and `elapsed` are plain."""
    seen: set[str] = set()
    for c, case in enumerate(entries(document.data.get("cases"))):
        for name, path in _named(case, ("cases", c)):
            if not isinstance(name, str):
                continue
            if name in seen:
                yield fault("source.id_repeated", document.place(path), id=name)
            elif name == END:
                yield fault("source.id_reserved", document.place(path), id=name)
            seen.add(name)


def _unknown(case: Any, known: _Known, at: DataPath, document: Document) -> list[Problem]:
    """Names of a branch, condition, action or step that do not exist."""
    used: list[tuple[DataPath, str, Any, _Ids, str]] = []
    for path, key, value in walk(case, at):
        if key == "go" and path[len(at)] == "patient":
            used.append((path, "patient_go", value, known.targets["patient"], ""))
        elif key in {"set", "add"} and isinstance(value, dict):
            used += [((*path, name), "variable", name, known.targets["variable"], "") for name in value]
        elif key == "ask":
            used += [((*path, n), "item", name, known.targets["ask"], "") for n, name in enumerate(entries(value))]
        elif key in known.targets and not _is_stage(path, key):
            used.append((path, key, value, known.targets[key], ""))
        elif key in _CHOSEN and isinstance(item := get(document.data, (*path[:-1], "response")), str):
            offered = known.options.get(item) or None
            wanted = value if isinstance(value, list) else [value]
            used += [(path, "option", name, offered, item) for name in wanted]
    return [
        fault(f"source.unknown_{what}", document.place(path), name=name, near=near(name, among), item=item)
        for path, what, name, among, item in used
        if isinstance(name, str) and among is not None and name not in among
    ]


def _is_stage(path: DataPath, key: str) -> bool:
    """`patient: true` on a step is a stage, not a condition."""
    return key == "patient" and "when" not in path


def near(name: str, known: Iterable[str]) -> str:
    """“Did you mean …?”, where something known is spelt much alike."""
    found = difflib.get_close_matches(name, sorted(known), n=1)
    return words.say("problems.source.near", near=found[0]) if found else ""


def _conditions(case: Any, known: _Known, at: DataPath, document: Document) -> list[Problem]:
    """Conditions that can never hold, whatever is answered."""
    found: list[Problem] = []
    for path, key, value in walk(case, at):
        condition = get(document.data, path[:-1])
        if key == "at_most" and _is_above(low := condition.get("at_least"), value):
            found.append(fault("source.condition_bounds", document.place(path), low=low, high=value))
        kind = known.kinds.get(value) if key == "response" and isinstance(value, str) else None
        if kind is None:
            continue
        found += [
            fault("source.condition_misfit", document.keys[(*path[:-1], asked)], item=value, kind=kind, asked=asked)
            for asked in ("includes", "equals", "at_least", "at_most")
            if asked in condition and asked not in _FITTING.get(kind, ())
        ]
        most, wanted = known.most[value], condition.get("equals")
        if kind in _OFFERING and most and isinstance(wanted, list) and _is_above(len(wanted), most):
            place = document.place((*path[:-1], "equals"))
            found.append(fault("source.condition_choices", place, item=value, most=most, count=len(wanted)))
    return found


def _is_above(one: Any, other: Any) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one > other


def _references(case: Any, at: DataPath, document: Document) -> list[Problem]:
    names = [get(reference, ("id",)) for reference in entries(get(case, ("references",)))]
    return [
        fault("source.reference_repeated", document.place((*at, "references", n, "id")), id=name)
        for n, name in enumerate(names)
        if isinstance(name, str) and name in names[:n]
    ]
