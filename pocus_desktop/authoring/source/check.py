"""What models cannot see: names that must exist, files that must be there, languages that must be complete."""

import difflib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pocus_desktop.authoring.media.errors import ImportRefusedError, SourceNameError
from pocus_desktop.authoring.media.sources import resolve_source
from pocus_desktop.authoring.source.assemble import inside
from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import Placed, fault
from pocus_desktop.authoring.source.languages import check_languages
from pocus_desktop.authoring.source.place import DataPath, raw_path
from pocus_desktop.authoring.source.places import FILE_KEYS, FILES_KEYS, walk
from pocus_desktop.case.conditions import END
from pocus_desktop.case.models import Assessment, Case
from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.case.values import parse_duration
from pocus_desktop.case.webvtt.lint import lint
from pocus_desktop.kernel import words
from pocus_desktop.scenario.check import Finding, check_case
from pocus_desktop.scoring.key import ScoringKey, flaws, mismatches

_CHOSEN: Final = ("includes", "equals")
_FITTING: Final = {
    # kind of item: what a condition can ask of a response to it
    "choice": _CHOSEN,
    "hotspot": _CHOSEN,
    "text-entry number": ("at_least", "at_most"),
}


def check(assessment: Assessment, document: Document, folder: Path, case_folders: Iterable[str]) -> list[Problem]:
    """Every cross-reference, file and language of an assessment whose models are sound."""
    problems = _repeated(document)
    for index, (case, prefix) in enumerate(zip(assessment.cases, case_folders, strict=True)):
        at: DataPath = ("cases", index)
        raw = document.data["cases"][index]
        problems += _names(case, raw, at, document)
        problems += _files(raw, at, document, folder / prefix, prefix)
        problems += _asked(case, at, document)
        problems += _conditions(case, raw, at, document)
        problems += _references(case, at, document)
    problems += check_languages(assessment, document, assessment.languages)
    if not any(problem.severity is Severity.ERROR for problem in problems):  # a wrong name leads a course astray
        for index, case in enumerate(assessment.cases):
            problems += [_of_course(finding, ("cases", index), document) for finding in check_case(case)]
    return problems


def _of_course(finding: Finding, at: DataPath, document: Document) -> Problem:
    """What the scenario's own check found, at its place in the source."""
    place = document.place((*at, *finding.path))
    return Problem(
        file=place.file,
        line=place.line,
        column=place.column,
        code=finding.code,
        what=finding.what,
        fix=finding.fix,
        severity=Severity(finding.severity),
    )


def check_key(assessment: Assessment, key: ScoringKey, scoring: Document, document: Document) -> list[Problem]:
    """Where the scoring key and the assessment disagree."""
    entries = scoring.data["entries"]
    places = {entry.get("item"): ("entries", n) for n, entry in enumerate(entries) if isinstance(entry, dict)}
    items = {
        item.get("id"): ("cases", c, "items", n)
        for c, case in enumerate(document.data["cases"])
        for n, item in enumerate(case.get("items", ()))
    }
    found: list[Problem] = []
    for item, reason in mismatches(assessment, key):
        code = "missing_entry" if reason == "missing" else reason
        place = document.place(items[item]) if reason == "missing" else scoring.place(places[item])
        found.append(fault(f"source.key_{code}", place, item=item))
    found += [
        fault(f"source.key_{code}", scoring.place(places[item]), item=item) for item, code in flaws(assessment, key)
    ]
    return found + check_languages(key, scoring, assessment.languages)


def _repeated(document: Document) -> list[Problem]:
    """Ids of cases, phases, steps, items and patient states share one space, so that `go` and `elapsed` are plain."""
    places: list[tuple[str, DataPath]] = []
    for c, case in enumerate(document.data["cases"]):
        at: DataPath = ("cases", c)
        places.append((case["id"], (*at, "id")))
        for p, phase in enumerate(case["phases"]):
            places.append((phase["id"], (*at, "phases", p, "id")))
            places += [(s["id"], (*at, "phases", p, "steps", n, "id")) for n, s in enumerate(phase["steps"])]
        places += [(item["id"], (*at, "items", n, "id")) for n, item in enumerate(case.get("items", ()))]
        states = (case.get("patient") or {}).get("states", ())
        places += [(state["id"], (*at, "patient", "states", n, "id")) for n, state in enumerate(states)]
    counted = Counter(name for name, _ in places)
    seen: set[str] = set()
    found: list[Problem] = []
    for name, path in places:
        if counted[name] > 1 and name in seen:
            found.append(fault("source.id_repeated", document.place(path), id=name))
        elif name == END:
            found.append(fault("source.id_reserved", document.place(path), id=name))
        seen.add(name)
    return found


def _names(case: Case, raw: Any, at: DataPath, document: Document) -> list[Problem]:
    """Every name that a branch, condition, action or step uses must exist."""
    steps = {step.id for step in case.steps()}
    phases = {phase.id for phase in case.phases}
    states = {state.id for state in case.patient.states} if case.patient else set()
    items = {item.id: item for item in case.items}
    options = {
        item.id: {choice.id for choice in getattr(item, "choices", getattr(item, "regions", ()))} for item in case.items
    }
    targets = {
        "go": steps | phases | {END},
        "visited": steps | phases,
        "elapsed": steps | phases | {case.id},
        "patient": states,
        "response": set(items),
        "answered": set(items),
        "variable": set(case.variables),
    }
    found: list[Problem] = []
    for path, key, value in walk(raw, at):
        here = document.place(path)
        is_patient_change = "states" in path and key == "go"
        if key in targets and isinstance(value, str) and not _is_stage(path, key):
            known = states if is_patient_change else targets[key]
            if value not in known:
                code = f"source.unknown_{'patient_go' if is_patient_change else key}"
                found.append(fault(code, here, name=value, near=_near(value, known)))
        elif key in {"set", "add"} and isinstance(value, dict):
            found += [
                fault(
                    "source.unknown_variable",
                    document.place((*path, name)),
                    name=name,
                    near=_near(name, case.variables),
                )
                for name in value
                if name not in case.variables
            ]
        elif key == "ask" and isinstance(value, list):
            found += [
                fault("source.unknown_item", document.place((*path, n)), name=name, near=_near(name, items))
                for n, name in enumerate(value)
                if name not in items
            ]
        elif key in {"includes", "equals"} and (item := _get(document.data, (*path[:-1], "response"))) in items:
            wanted = [value] if isinstance(value, str) else value
            found += [
                fault("source.unknown_option", here, name=name, item=item, near=_near(name, options[item]))
                for name in (wanted if isinstance(wanted, list) else ())
                if options[item] and name not in options[item]
            ]
    return found


def _is_stage(path: DataPath, key: str) -> bool:
    """`patient: true` on a step is a stage, not a condition."""
    return key == "patient" and "when" not in path


def _near(name: str, known: Iterable[str]) -> str:
    """“Did you mean …?”, where something known is spelt much alike."""
    found = difflib.get_close_matches(name, sorted(known), n=1)
    return words.say("problems.source.near", near=found[0]) if found else ""


def _asked(case: Case, at: DataPath, document: Document) -> list[Problem]:
    """Items asked twice at once or never, and steps that show a patient the case does not have."""
    found: list[Problem] = []
    asked: set[str] = set()
    for p, phase in enumerate(case.phases):
        for s, step in enumerate(phase.steps):
            here = (*at, "phases", p, "steps", s)
            found += [
                fault("source.item_asked_twice", document.place((*here, "ask", n)), item=name)
                for n, name in enumerate(step.ask)
                if name in step.ask[:n]
            ]
            asked.update(step.ask)
            if case.patient is None and any(shown.kind == "patient" for shown in step.stage):
                path, _ = raw_path(document.data, (*here, "patient"))
                found.append(fault("source.no_patient", document.keys.get(path, document.place(path))))
    for n, item in enumerate(case.items):
        if item.id not in asked:
            place = document.place((*at, "items", n, "id"))
            found.append(fault("source.item_unused", place, severity=Severity.WARNING, item=item.id))
    return found


def _conditions(case: Case, raw: Any, at: DataPath, document: Document) -> list[Problem]:
    """What a condition asks of a response must be something that the item's responses can be."""
    kinds = {item.id: f"{item.type} {getattr(item, 'kind', '')}".strip() for item in case.items}
    found: list[Problem] = []
    for path, key, value in walk(raw, at):
        if key != "response" or not isinstance(value, str) or value not in kinds:
            continue
        condition = _get(document.data, path[:-1])
        fitting = _FITTING.get(kinds[value], ())
        found += [
            fault(
                "source.condition_misfit",
                document.keys[(*path[:-1], asked)],
                item=value,
                kind=kinds[value],
                asked=asked,
            )
            for asked in ("includes", "equals", "at_least", "at_most")
            if asked in condition and asked not in fitting
        ]
    return found


def _references(case: Case, at: DataPath, document: Document) -> list[Problem]:
    names = [reference.id for reference in case.references]
    return [
        fault("source.reference_repeated", document.place((*at, "references", n, "id")), id=name)
        for n, name in enumerate(names)
        if name in names[:n]
    ]


def _files(raw: Any, at: DataPath, document: Document, base: Path, prefix: str) -> list[Problem]:
    found: list[Problem] = []
    for path, key, value in walk(raw, at):
        place = document.place(path)
        if key in FILE_KEYS - {"frames"} and isinstance(value, str):
            found += _file(base, value, place)
        elif key == "frames" and isinstance(value, str):
            try:
                if inside(base, value) is None:
                    raise SourceNameError(source=value, reason="it points outside the case's folder")
                resolve_source(value, base)
            except ImportRefusedError as refused:
                told = refused.explain()
                found.append(fault("source.frames_refused", place, reason=told.what, next=told.next))
        elif key in FILES_KEYS and isinstance(value, dict):
            for language, name in value.items():
                here = document.place((*path, language))
                missing = _file(base, str(name), here)
                found += missing
                if key == "captions" and not missing:
                    found += lint((base / str(name)).read_bytes(), file=prefix + str(name))
        elif key == "time_limit" and isinstance(value, str) and parse_duration(value) == 0:
            found.append(fault("source.limit_zero", place))
        elif value is None:
            found.append(fault("source.value_empty", place, severity=Severity.WARNING, key=key))
    return found


def _file(base: Path, name: str, place: Placed) -> list[Problem]:
    path = inside(base, name)
    if path is None:
        return [fault("source.file_outside", place, file=name)]
    return [] if path.is_file() else [fault("source.media_missing", place, file=name)]


def _get(data: Any, path: DataPath) -> Any:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
