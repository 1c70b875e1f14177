"""What models cannot see: names that must exist, files that must be there, languages that must be complete."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pocus_desktop.authoring.media.errors import ImportRefusedError, SourceNameError
from pocus_desktop.authoring.media.sources import resolve_source
from pocus_desktop.authoring.source.assemble import inside
from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import Placed, fault
from pocus_desktop.authoring.source.languages import check_languages, written_languages
from pocus_desktop.authoring.source.names import check_names
from pocus_desktop.authoring.source.place import DataPath, entries, raw_path
from pocus_desktop.authoring.source.places import FILE_KEYS, FILES_KEYS, walk
from pocus_desktop.authoring.source.running_order import check_running_order
from pocus_desktop.case.models import Assessment, Case
from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.case.values import file_name, parse_duration
from pocus_desktop.case.webvtt.lint import lint
from pocus_desktop.scenario.check import Finding, check_case
from pocus_desktop.scoring.key import ScoringKey, flaws, mismatches


def check_written(
    document: Document, scoring: Document, folder: Path, case_folders: Iterable[str], *, is_sound: bool
) -> list[Problem]:
    """Every name, file and language of an assessment and its key as they are written, sound or not.

    Args:
        document: The assessment's data; what could not be read is missing in it.
        scoring: The key's.
        folder: The source folder.
        case_folders: By case, the folder its file names count from.
        is_sound: Whether the models took the assessment, so that what is not there was left out on purpose.
    """
    languages: Collection[str] = ()
    problems: list[Problem] = []
    if isinstance(document.data, dict):
        languages = written_languages(document.data.get("languages"))
        if not document.problems:  # what stands in an unread file is not unknown
            problems += check_names(document, is_sound=is_sound)
            problems += check_running_order(document)
        for index, (case, prefix) in enumerate(zip(entries(document.data.get("cases")), case_folders, strict=False)):
            problems += _files(case, ("cases", index), document, folder / prefix, prefix, is_sound=is_sound)
    for part in (document, scoring):
        problems += check_languages(part, languages, is_sound=is_sound)
    return problems


def check_course(assessment: Assessment, document: Document) -> list[Problem]:
    """The course of every case; only where all names are right, since a wrong one leads it astray."""
    return [
        _of_course(finding, ("cases", index), document)
        for index, case in enumerate(assessment.cases)
        for finding in check_case(case)
    ]


def _of_course(finding: Finding, at: DataPath, document: Document) -> Problem:
    """What the scenario's own check found, at its place in the source."""
    place = document.place((*at, *finding.path))
    return fault(finding.code, place, severity=Severity(finding.severity), **finding.params)


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
    return found


def check_asked(assessment: Assessment, document: Document) -> list[Problem]:
    """Items asked twice at once or never, and steps that show a patient the case does not have."""
    return [problem for c, case in enumerate(assessment.cases) for problem in _asked(case, ("cases", c), document)]


def _asked(case: Case, at: DataPath, document: Document) -> list[Problem]:
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


def _files(raw: Any, at: DataPath, document: Document, base: Path, prefix: str, *, is_sound: bool) -> list[Problem]:
    found: list[Problem] = []
    for path, key, value in walk(raw, at):
        place = document.place(path)
        if key in FILE_KEYS - {"frames"}:
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
                found += _file(base, name, here)
                path_of = inside(base, str(name))
                if key == "captions" and path_of is not None and path_of.is_file():
                    found += lint(path_of.read_bytes(), file=f"{prefix}{name}")
        elif key == "time_limit" and isinstance(value, str):
            with suppress(ValueError):
                if parse_duration(value) == 0:
                    found.append(fault("source.limit_zero", place))
        elif value is None and is_sound:
            found.append(fault("source.value_empty", place, severity=Severity.WARNING, key=key))
    return found


def _file(base: Path, name: object, place: Placed) -> list[Problem]:
    """What is wrong with a file that is named; a name that no file can have is for the models to refuse."""
    if not isinstance(name, str):
        return []
    try:
        file_name(name)
    except ValueError:
        return []
    path = inside(base, name)
    if path is None:
        return [fault("source.file_outside", place, file=name)]
    return [] if path.is_file() else [fault("source.media_missing", place, file=name)]
