"""Questionnaires from their files, with everything that is wrong in them (docs/formats/peer-evaluation 2).

`common-N.toml` holds what is asked everywhere, `AREA-N.toml` what an area fills in and adds. All files of a folder are
read together and checked against each other; nothing of them is used while there is a problem.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from pocus_desktop.case.models import ContentArea
from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel import assets, canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.programme.peers.errors import BadQuestionnaireError, NoQuestionnaireError
from pocus_desktop.programme.peers.questionnaire import (
    Comment,
    Part,
    Question,
    QuestionId,
    Questionnaire,
    Rated,
    Scale,
    Section,
    Text,
)

LANGUAGES: Final = ("en", "es")
_BLANK: Final = re.compile(r"\{(\w*)\}")
_MOST_BYTES: Final = 256 * 1024


class _Common(Part):
    format: Literal[1]
    common: Annotated[int, Field(ge=1)]
    effective_from: date
    source: Annotated[str, Field(min_length=1)]
    scale: tuple[Scale, ...]
    section: Annotated[tuple[Section, ...], Field(min_length=1)]


class _Added(Part):
    """A question of one area, put at the end of a section."""

    section: QuestionId
    question: Question


class _Area(Part):
    format: Literal[1]
    area: ContentArea
    version: Annotated[int, Field(ge=1)]
    common: Annotated[int, Field(ge=1)]
    effective_from: date
    source: Annotated[str, Field(min_length=1)]
    title: Text
    fill: Mapping[str, Text]
    question: tuple[_Added, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Every version of every questionnaire, with the day from which each is used."""

    versions: tuple[tuple[date, Questionnaire], ...]

    def on(self, area: ContentArea, day: date) -> Questionnaire:
        """What is asked about an area of who is invited on a day.

        Raises:
            NoQuestionnaireError: None is in force.
        """
        known = [(since, one.version, one) for since, one in self.versions if one.area is area and since <= day]
        if not known:
            raise NoQuestionnaireError(what=str(area), day=day.isoformat())
        return max(known, key=lambda each: each[:2])[2]

    def named(self, name: str) -> Questionnaire:
        """One by area and version, as it stands beside answers.

        Raises:
            NoQuestionnaireError: There is none of that name.
        """
        for _, one in self.versions:
            if one.name == name:
                return one
        raise NoQuestionnaireError(what=name, day="-")


@cache
def shipped() -> Shelf:
    """The questionnaires that come with the program."""
    return load(assets.folder("programme", "questionnaires"))


def load(folder: Path) -> Shelf:
    """Read a folder of questionnaires.

    Raises:
        BadQuestionnaireError: With every problem of every file.
    """
    problems: list[Problem] = []
    common: dict[int, _Common] = {}
    areas: list[tuple[str, _Area]] = []
    for path in sorted(folder.glob("*.toml")):
        document = read_toml(path, problems)
        if document is None:
            continue
        try:
            if path.name.startswith("common-"):
                read = _Common.model_validate(document)
                _require_name(path, f"common-{read.common}.toml", problems)
                common[read.common] = read
            else:
                area = _Area.model_validate(_with_added(document))
                _require_name(path, f"{area.area}-{area.version}.toml", problems)
                areas.append((path.name, area))
        except ValidationError as problem:
            problems += faults(path.name, problem)
    made = [(area.effective_from, _join(name, area, common, problems)) for name, area in areas]
    if not areas and not problems:
        problems.append(_problem("-", "peers.nothing", "There is no questionnaire.", "Add a file for each area."))
    if problems:
        raise BadQuestionnaireError(problems)
    return Shelf(versions=tuple((since, one) for since, one in made if one is not None))


def read_toml(path: Path, problems: list[Problem]) -> dict[str, object] | None:
    """A file as TOML; None, and a problem more, where it is none."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            problems.append(_problem(path.name, "peers.too_large", "The file is too large.", "Keep it below 256 KiB."))
            return None
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        told = f"It cannot be read ({type(problem).__name__})."
        problems.append(_problem(path.name, "peers.unreadable", told, "Save it as UTF-8."))
    except tomllib.TOMLDecodeError as problem:
        problems.append(_problem(path.name, "peers.not_toml", f"It is not TOML: {problem}.", "Mend that place."))
    return None


def faults(name: str, problem: ValidationError) -> list[Problem]:
    """What a document lacks or has too much of, each with its place."""
    found = []
    for fault in problem.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in fault["loc"]) or "the file"
        told = f"{place}: {fault['msg']}."
        found.append(_problem(name, "peers.shape", told, "See docs/formats/peer-evaluation 2."))
    return found


def _with_added(document: dict[str, object]) -> dict[str, object]:
    """An area's questions as the file has them, each with its section inside, taken apart."""
    added = document.get("question")
    if not isinstance(added, list) or not all(isinstance(one, dict) for one in added):
        return document
    parts = [
        {"section": one.get("section"), "question": {key: value for key, value in one.items() if key != "section"}}
        for one in added
    ]
    return {**document, "question": parts}


def _require_name(path: Path, wanted: str, problems: list[Problem]) -> None:
    if path.name != wanted:
        told = f"What it holds belongs into {wanted}."
        problems.append(_problem(path.name, "peers.name", told, "Rename the file, or mend area and version."))


def _join(name: str, area: _Area, common: Mapping[int, _Common], problems: list[Problem]) -> Questionnaire | None:
    base = common.get(area.common)
    if base is None:
        told = f"There is no common-{area.common}.toml, or it cannot be used."
        problems.append(_problem(name, "peers.no_common", told, "Add that file, or name another version."))
        return None
    known = {section.id for section in base.section}
    for added in area.question:
        if added.section not in known:
            told = f"{added.question.id} is put into section {added.section}, which there is not."
            problems.append(_problem(name, "peers.no_section", told, "Name a section of the common file."))
    whole = tuple(_with(section, area) for section in base.section)
    before = len(problems)
    problems += _mistakes(name, whole, base.scale, area.fill)
    if len(problems) > before:
        return None
    filled = tuple(_filled(section, area.fill) for section in whole)
    asked: Json = {
        "title": area.title.model_dump(mode="json"),
        "scales": [scale.model_dump(mode="json") for scale in base.scale],
        "sections": [section.model_dump(mode="json") for section in filled],
    }
    return Questionnaire(
        area=area.area,
        version=area.version,
        title=area.title,
        scales=base.scale,
        sections=filled,
        digest=canonical.digest(canonical.encode(asked)),
    )


def _with(section: Section, area: _Area) -> Section:
    added = tuple(one.question for one in area.question if one.section == section.id)
    return section.model_copy(update={"question": (*section.question, *added)})


def _mistakes(
    name: str, sections: Sequence[Section], scales: Iterable[Scale], fill: Mapping[str, Text]
) -> Iterable[Problem]:
    questions = [question for section in sections for question in section.question]
    known = {scale.id for scale in scales}
    for kind, ids in (("question", [one.id for one in questions]), ("section", [one.id for one in sections])):
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            yield _problem(name, "peers.twice", f"The {kind} {twice} stands twice.", "Give one another id.")
    blanks = set()
    for question in questions:
        blanks |= set(_BLANK.findall(question.prompt.en)) | set(_BLANK.findall(question.prompt.es))
        if set(_BLANK.findall(question.prompt.en)) != set(_BLANK.findall(question.prompt.es)):
            told = f"{question.id} has other blanks in one language than in the other."
            yield _problem(name, "peers.blanks_differ", told, "Use the same in both.")
        if isinstance(question, Rated) and question.scale not in known:
            told = f"{question.id} is answered on the scale {question.scale}, which there is not."
            yield _problem(name, "peers.no_scale", told, "Name a scale of the common file.")
        if isinstance(question, Comment) and question.required_with is not None:
            needed = question.required_with
            options = [
                option.id
                for other in questions
                if other.kind == "choice" and other.id == needed.question
                for option in other.options
            ]
            if needed.option not in options:
                told = f"{question.id} is needed with {needed.question}:{needed.option}, which nobody can answer."
                yield _problem(name, "peers.no_answer", told, "Name a choice and one of its options.")
    for lacking in sorted(blanks - set(fill)):
        yield _problem(name, "peers.blank", f"Nothing fills {{{lacking}}}.", "Add it to [fill].")
    for needless in sorted(set(fill) - blanks):
        yield _problem(name, "peers.needless", f"No question has {{{needless}}}.", "Remove it from [fill].")
    for scale in scales:
        values = [point.value for point in scale.points]
        if values != sorted(set(values)):
            told = f"The steps of {scale.id} do not rise."
            yield _problem(name, "peers.steps", told, "Number them upwards, each once.")


def _filled(section: Section, fill: Mapping[str, Text]) -> Section:
    return section.model_copy(update={"question": tuple(_fill(one, fill) for one in section.question)})


def _fill(question: Question, fill: Mapping[str, Text]) -> Question:
    def told(language: str) -> str:
        return _BLANK.sub(lambda blank: fill[blank.group(1)].told(language), question.prompt.told(language))

    return question.model_copy(update={"prompt": Text(en=told("en"), es=told("es"))})


def _problem(file: str, code: str, what: str, fix: str) -> Problem:
    return Problem(file=file, line=0, column=0, code=code, what=what, fix=fix)
