"""Load a case source: every problem at once, or the assessment with its scoring key."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pocus_desktop.authoring.source.assemble import assemble
from pocus_desktop.authoring.source.check import check_asked, check_course, check_key, check_written
from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.explain import explain
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.names import check_entries
from pocus_desktop.authoring.source.place import Place
from pocus_desktop.authoring.source.places import Places, places
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import CaseRefusedError, Problem, Severity
from pocus_desktop.scoring.key import ScoringKey

_UNNAMED = "unnamed"  # stands for the assessment's id while that is refused, so that the key's own slips are told
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A source folder as read.

    Attributes:
        assessment: None where errors stand in the way.
        key: The scoring key; None likewise.
        case_folders: By case, the folder its file names count from, relative to the source folder (`""` or `name/`).
        files: Every source file that was read, for watching.
        problems: Errors and warnings in the order of the files.
        places: Where files, items and scoring entries stand, for who finds out about them later.
    """

    folder: Path
    assessment: Assessment | None
    key: ScoringKey | None
    case_folders: tuple[str, ...]
    files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    places: Places = field(default_factory=Places)

    @property
    def is_sound(self) -> bool:
        """Whether nothing but warnings was found."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    def demand(self) -> tuple[Assessment, ScoringKey]:
        """The assessment and its key.

        Raises:
            CaseRefusedError: There are errors; it carries all problems.
        """
        if self.assessment is None or self.key is None or not self.is_sound:
            raise CaseRefusedError(problem for problem in self.problems if problem.severity is Severity.ERROR)
        return self.assessment, self.key


def load_source(folder: Path) -> Loaded:
    """Read a case or assessment folder and check everything in it; never raises for what an item writer wrote."""
    if not folder.is_dir():
        problem = fault("source.folder_missing", Place(str(folder), 0, 0), folder=folder)
        return Loaded(folder=folder, assessment=None, key=None, case_folders=(), files=(), problems=(problem,))
    found = assemble(folder)
    document, scoring = found.assessment, found.scoring
    problems = [*document.problems, *scoring.problems]
    assessment = _validate(Assessment, document, problems)
    if scoring.data is not None and assessment is None:
        scoring.data["assessment_id"] = _UNNAMED
    key = _validate(ScoringKey, scoring, problems)
    written = check_written(document, scoring, folder, found.case_folders, is_sound=assessment is not None)
    refused = {(problem.file, problem.line, problem.column) for problem in problems}
    problems += [problem for problem in written if (problem.file, problem.line, problem.column) not in refused]
    if assessment is not None:
        problems += check_asked(assessment, document)
        if not any(problem.severity is Severity.ERROR for problem in written):
            problems += check_course(assessment, document)
    if assessment is not None and key is not None:
        problems += check_key(assessment, key, scoring, document)
    elif not document.problems:
        problems += check_entries(document, scoring, is_sound=assessment is not None)
    return Loaded(
        folder=folder,
        assessment=assessment,
        key=key if assessment is not None else None,
        case_folders=tuple(found.case_folders),
        files=tuple(found.files),
        places=places(document, scoring, found.case_folders)
        if assessment is not None and key is not None
        else Places(),
        problems=tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.code))),
    )


def _validate(model: type[_M], document: Document, problems: list[Problem]) -> _M | None:
    """The model, unless parts could not be read or are not as they should be."""
    if document.data is None:
        return None
    had_trouble = bool(document.problems)
    try:
        found = model.model_validate(document.data)
    except ValidationError as refused:
        problems += explain(refused, document, model)
        return None
    return None if had_trouble else found
