"""Put the files of a case folder together into the data of one assessment.

`case.yaml` is the case; `items`, `scoring` and `phases` may stand in place or be a glob of files; `patient` in place or
be a file. `assessment.yaml` joins several case folders.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pocus_desktop.authoring.source.document import Document, read_document
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import DataPath, Place

CASE_FILE: Final = "case.yaml"
ASSESSMENT_FILE: Final = "assessment.yaml"
SCORING_SETTINGS: Final = "_assessment.yaml"

_HEAD_KEYS: Final = ("format", "languages")
SETTINGS_KEYS: Final = ("format", "cut_score")


@dataclass(slots=True)
class Assembled:
    """The raw assessment and scoring key, with places, and the files that were read.

    Attributes:
        case_folders: By case index, the folder its file names count from, relative to the source folder.
    """

    assessment: Document
    scoring: Document
    files: list[Path] = field(default_factory=list)
    case_folders: list[str] = field(default_factory=list)


def assemble(folder: Path) -> Assembled:
    """Read a source folder; problems are in the two documents."""
    if (folder / ASSESSMENT_FILE).is_file():
        return _several(folder)
    head = Document(data={"cases": []}, values={(): Place(CASE_FILE, 1, 1)})
    found = Assembled(assessment=head, scoring=_empty_scoring())
    case = _case(folder, "", found, 0)
    if case is None:
        head.data = None  # what it lacks for want of a file is no news
    else:
        head.values[()] = head.place(("cases", 0))
        _demand_format(head, case)
        for key in _HEAD_KEYS:
            if key in case:
                head.data[key] = case.pop(key)
                _move(head, ("cases", 0, key), (key,))
        for key in ("id", "title", "area"):
            if key in case:
                head.data[key] = case[key]
                _move(head, ("cases", 0, key), (key,), keep=True)
        head.data["cases"].append(case)
        _name_scoring(found, case.get("id"))
    return found


def _several(folder: Path) -> Assembled:
    head = read_document(folder / ASSESSMENT_FILE, ASSESSMENT_FILE)
    found = Assembled(assessment=head, scoring=_empty_scoring(), files=[folder / ASSESSMENT_FILE])
    if not isinstance(head.data, dict):
        return found
    _demand_format(head, head.data)
    listed = head.data.get("cases")
    if not isinstance(listed, list):
        return found
    cases: list[Any] = []
    for index, name in enumerate(listed):
        place = head.place(("cases", index))
        path = inside(folder, f"{name}/{CASE_FILE}")
        if path is None or not path.is_file():
            head.problems.append(fault("source.case_folder_missing", place, folder=name))
            continue
        case = _case(folder, f"{name}/", found, len(cases))
        if case is not None:
            for key in _HEAD_KEYS:
                case.pop(key, None)
            cases.append(case)
    head.data["cases"] = cases
    if len(cases) < len(listed):
        head.data = None
    _settings(folder / "scoring" / SCORING_SETTINGS, "scoring/" + SCORING_SETTINGS, found)
    _name_scoring(found, head.data.get("id") if head.data else None)
    return found


def inside(folder: Path, name: str) -> Path | None:
    """The file that a name in a source means; None where it leads out of the folder, by itself or over a link."""
    try:
        path = folder / name
        path.exists()  # raises for what no file can be called
        return path if path.resolve().is_relative_to(folder.resolve()) else None
    except (ValueError, OSError, RuntimeError):  # a NUL, a name longer than the system takes, links in a circle
        return None


def _demand_format(head: Document, written: dict[str, Any]) -> None:
    if "format" not in written:
        head.problems.append(fault("source.key_missing", head.place(()), key="format"))


def _empty_scoring() -> Document:
    return Document(data={"entries": []}, values={(): Place("scoring", 1, 1)})


def _name_scoring(found: Assembled, assessment_id: object) -> None:
    if found.scoring.data is not None:
        found.scoring.data["assessment_id"] = assessment_id


def _case(folder: Path, prefix: str, found: Assembled, index: int) -> dict[str, Any] | None:
    """Read one case folder, with its globs resolved, into the assessment's places at ("cases", index)."""
    path = folder / prefix / CASE_FILE
    document = read_document(path, prefix + CASE_FILE)
    found.files.append(path)
    found.case_folders.append(prefix)
    found.assessment.problems += document.problems
    if document.data is None:
        return None
    if not isinstance(document.data, dict):
        found.assessment.problems.append(fault("source.not_a_mapping", document.place(()), example="format: 1"))
        return None
    case = document.data
    at: DataPath = ("cases", index)
    found.assessment.graft(document, at)
    for key in ("items", "phases"):
        if isinstance(case.get(key), str):
            case[key] = _glob(
                folder, prefix, case[key], found.assessment, (*at, key), document.place((key,)), found.files.append
            )
    if isinstance(case.get("patient"), str):
        case["patient"] = _patient(folder, prefix, case["patient"], found, (*at, "patient"))
    if "scoring" in case:
        _scoring(folder, prefix, case.pop("scoring"), found, at)
    return case


def _patient(folder: Path, prefix: str, name: str, found: Assembled, at: DataPath) -> Any:
    path = inside(folder / prefix, name)
    if path is None or not path.is_file():
        code = "source.file_outside" if path is None else "source.file_missing"
        found.assessment.problems.append(fault(code, found.assessment.place(at), file=name))
        return None
    document = read_document(path, prefix + name)
    found.files.append(path)
    found.assessment.problems += document.problems
    found.assessment.graft(document, at)
    return document.data


def _scoring(folder: Path, prefix: str, given: object, found: Assembled, at: DataPath) -> None:
    scoring = found.scoring
    if scoring.data is None:
        return
    entries = scoring.data["entries"]
    if isinstance(given, str):
        place = found.assessment.place((*at, "scoring"))
        entries += _glob(folder, prefix, given, scoring, ("entries",), place, found.files.append, offset=len(entries))
        settings = folder / prefix / "scoring" / SCORING_SETTINGS
        if not prefix:
            _settings(settings, "scoring/" + SCORING_SETTINGS, found)
        elif settings.is_file() and not (folder / "scoring" / SCORING_SETTINGS).is_file():
            here = Place(f"{prefix}scoring/{SCORING_SETTINGS}", 0, 0)
            scoring.problems.append(fault("source.cut_score_apart", here, folder=prefix.rstrip("/")))
    else:
        scoring.problems.append(fault("source.scoring_apart", found.assessment.place((*at, "scoring"))))


def _settings(path: Path, shown_as: str, found: Assembled) -> None:
    if not path.is_file() or found.scoring.data is None:
        return
    settings = read_document(path, shown_as)
    found.files.append(path)
    found.scoring.problems += settings.problems
    if isinstance(settings.data, dict):
        found.scoring.problems += [
            fault("source.key_unknown_near", settings.keys[(key,)], key=key, near=" or ".join(SETTINGS_KEYS))
            for key in settings.data
            if key not in SETTINGS_KEYS
        ]
        found.scoring.data.update({key: settings.data[key] for key in SETTINGS_KEYS if key in settings.data})
        found.scoring.graft(settings, ())
    elif settings.data is not None:
        found.scoring.problems.append(fault("source.not_a_mapping", settings.place(()), example="cut_score: 0.7"))


def _glob(
    folder: Path,
    prefix: str,
    pattern: str,
    into: Document,
    at: DataPath,
    place: Place,
    note: Callable[[Path], None],
    *,
    offset: int = 0,
) -> list[Any]:
    """Read every file of a glob; each holds one entry or a list of them."""
    base = folder / prefix
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        into.problems.append(fault("source.glob_outside", place, pattern=pattern))
        return []
    try:
        paths = [path for path in sorted(base.glob(pattern)) if path.name != SCORING_SETTINGS and path.is_file()]
    except (ValueError, OSError):
        into.problems.append(fault("source.glob_malformed", place, pattern=pattern))
        return []
    if any(inside(base, str(path.relative_to(base))) is None for path in paths):
        into.problems.append(fault("source.glob_outside", place, pattern=pattern))
        return []
    if not paths:
        into.problems.append(fault("source.glob_empty", place, pattern=pattern))
    entries: list[Any] = []
    for path in paths:
        shown_as = prefix + path.relative_to(base).as_posix()
        document = read_document(path, shown_as)
        note(path)
        into.problems += document.problems
        if isinstance(document.data, list):
            for index, entry in enumerate(document.data):
                _graft_part(into, document, (index,), (*at, offset + len(entries)))
                entries.append(entry)
        elif document.data is not None:
            into.graft(document, (*at, offset + len(entries)))
            entries.append(document.data)
    return entries


def _graft_part(into: Document, document: Document, part: DataPath, at: DataPath) -> None:
    size = len(part)
    for source, target in ((document.values, into.values), (document.keys, into.keys)):
        target.update({at + path[size:]: place for path, place in source.items() if path[:size] == part})


def _move(document: Document, old: DataPath, new: DataPath, *, keep: bool = False) -> None:
    """Let the places below `old` stand for `new` as well (or instead)."""
    size = len(old)
    for places in (document.values, document.keys):
        for path in [path for path in places if path[:size] == old]:
            places[new + path[size:]] = places[path] if keep else places.pop(path)
