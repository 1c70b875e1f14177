"""Turn what the models refuse into problems an item writer can mend."""

import difflib
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import STAGE_SHORT_FORMS, DataPath, Place, raw_path, without_tags
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import Problem

_LENGTHS: Final[Mapping[str, tuple[str, str]]] = {
    "too_short": ("source.too_few", "min_length"),
    "too_long": ("source.too_many", "max_length"),
    "string_too_long": ("source.text_too_long", "max_length"),
}
_RANGES: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than": ("more than {}", "gt"),
    "greater_than_equal": ("at least {}", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("at most {}", "le"),
}
_TYPE_WORDS: Final[Mapping[str, str]] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list (each entry on a line of its own after “- ”)",
    "list_type": "a list (each entry on a line of its own after “- ”)",
    "dict_type": "names with values (name: value)",
    "model_type": "names with values (name: value)",
    "model_attributes_type": "names with values (name: value)",
}


_MOMENTS: Final = ("datetime_", "timezone_")
_FILE: Final = "the file"


def explain(refused: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """One problem for each thing refused, in the order of the files."""
    found: dict[tuple[str, int, int, str, str], Problem] = {}
    names = _field_names(model)
    errors = refused.errors(include_url=False)
    floats = {error["loc"][:-1] for error in errors if error["loc"] and error["loc"][-1] == "float"}
    for error in errors:
        is_said_as_float = bool(error["loc"]) and error["loc"][-1] == "int" and error["loc"][:-1] in floats
        if _is_echo(error) or is_said_as_float:
            continue
        problem = _problem(error, document, names)
        found.setdefault((problem.file, problem.line, problem.column, problem.code, problem.what), problem)
    return sorted(found.values(), key=lambda problem: (problem.file, problem.line, problem.column))


def _is_echo(error: ErrorDetails) -> bool:
    """Whether a list is only called too short because entries in it were refused, which are told by themselves."""
    given = error.get("input")
    return error["type"] == "too_short" and isinstance(given, list) and len(given) >= error["ctx"]["min_length"]


def _problem(error: ErrorDetails, document: Document, names: frozenset[str]) -> Problem:
    path, missed = raw_path(document.data, without_tags(error["loc"]))
    place = document.place(path)
    kind, given = error["type"], error.get("input")
    context = error.get("ctx", {})
    name = _named(path)
    if error["loc"] and error["loc"][-1] == "[key]":
        return fault("source.name_refused", document.keys.get(path, place), name=name, reason=_reason(error))
    if kind == "missing":
        return fault("source.key_missing", place, key=missed or name)
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]) if path else name, document.keys.get(path, place), names)
    if kind in _TYPE_WORDS:
        wanted = "true" if path[-1:] == ("patient",) and "steps" in path else _TYPE_WORDS[kind]
        return fault("source.wrong_type", place, key=name, given=_shown(given), wanted=wanted)
    if kind in {"literal_error", "enum"}:
        return fault("source.not_one_of", place, key=name, given=_shown(given), wanted=str(context["expected"]))
    if kind == "union_tag_invalid":
        tag = str(context["discriminator"]).strip("'")
        place = document.place((*path, tag))
        return fault("source.not_one_of", place, key=tag, given=_shown(context["tag"]), wanted=context["expected_tags"])
    if kind == "union_tag_not_found":
        return fault("source.kind_missing", place, key=str(context.get("discriminator", "kind")).strip("'"))
    if kind in _LENGTHS:
        code, bound = _LENGTHS[kind]
        return fault(code, place, key=name, bound=context.get(bound, ""))
    if kind in _RANGES:
        rule, bound = _RANGES[kind]
        return fault("source.number_range", place, key=name, given=_shown(given), rule=rule.format(context[bound]))
    if kind.startswith(_MOMENTS):
        return fault("source.moment", place, key=name, given=_shown(given))
    if isinstance(given, dict | list | tuple):
        return fault("source.group_refused", place, key=name, reason=_reason(error))
    return fault("source.refused", place, key=name, given=_shown(given), reason=_reason(error))


def _unknown(key: str, place: Place, names: frozenset[str]) -> Problem:
    """A key that has no meaning where it stands: a slip in spelling, or one that belongs elsewhere."""
    if key in names:
        return fault("source.key_misplaced", place, key=key)
    near = difflib.get_close_matches(key, sorted(names))
    if not near:
        return fault("source.key_unknown", place, key=key)
    best = max(near, key=lambda name: (_likeness(name, key), -abs(len(name) - len(key))))
    return fault("source.key_unknown_near", place, key=key, near=best)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _named(path: DataPath) -> str:
    """What to call the thing at a path: its key, or the list that it is an entry of."""
    if not path:
        return _FILE
    holder = next((part for part in reversed(path[:-1]) if isinstance(part, str)), _FILE)
    holder = "scoring" if holder == "entries" else holder
    return path[-1] if isinstance(path[-1], str) else f"This entry of {holder}"


def _reason(error: ErrorDetails) -> str:
    """Why a value was refused, as a sentence without its stop."""
    context = error.get("ctx", {})
    reason = str(context["error"]) if "error" in context else error["msg"]
    return reason if "_" in reason.split(" ", 1)[0] else reason[:1].upper() + reason[1:]


def _shown(given: object) -> str:
    if isinstance(given, dict):
        return "names with values"
    if isinstance(given, list | tuple):
        return "a list"
    if given is None:
        return "empty"
    text = str(given).lower() if isinstance(given, bool) else str(given)
    return f"“{text if len(text) <= 40 else text[:37] + '…'}”"


def _field_names(model: type[BaseModel]) -> frozenset[str]:
    """All field names of a model and the models in it, for “did you mean”."""
    schema = model.model_json_schema(by_alias=True)
    found = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        found |= set(part.get("properties", {}))
    return frozenset(found | {*STAGE_SHORT_FORMS, "scoring"} if model is Assessment else found)
