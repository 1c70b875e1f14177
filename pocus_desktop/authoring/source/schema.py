"""The JSON Schemas that editors use while an item writer types."""

from typing import Any

from pydantic import TypeAdapter

from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.source.assemble import SETTINGS_KEYS
from pocus_desktop.case.items.registry import ITEM
from pocus_desktop.case.models import Assessment, Case
from pocus_desktop.case.patient import Patient
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.scoring.rules.registry import Entry

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SHORT_FORMS = {"clip": "Clip", "cine": "Cine", "image": "Image"}


def case_schema() -> dict[str, Any]:
    """The schema of `case.yaml`: a case, its format and languages, and the short and glob forms of the source."""
    schema = Case.model_json_schema(by_alias=True, mode="validation")
    definitions, properties = schema["$defs"], schema["properties"]
    step = definitions["Step"]
    for key, name in _SHORT_FORMS.items():
        step["properties"][key] = {"$ref": f"#/$defs/{name}"}
    step["properties"]["patient"] = {"const": True, "description": "Show the patient's summary and vital signs."}
    for key in ("items", "phases"):
        properties[key] = {"anyOf": [properties[key], {"type": "string", "description": "A glob of files."}]}
    properties["patient"] = {"anyOf": [properties["patient"], {"type": "string", "description": "A file."}]}
    properties["scoring"] = {
        "type": "string",
        "description": "A glob of scoring files.",
        "examples": ["scoring/*.yaml"],
    }
    properties["format"] = {"const": 1, "description": "The version of the case format."}
    properties["languages"] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    schema["required"] = ["format", "languages", *schema["required"]]
    return _published(schema, "case")


def items_schema() -> dict[str, Any]:
    """The schema of a file in `items/`: one item or a list of them."""
    return _one_or_list(ITEM.json_schema(by_alias=True), "items")


def scoring_schema() -> dict[str, Any]:
    """The schema of a file in `scoring/`: one entry or a list of them."""
    entry: TypeAdapter[Entry] = TypeAdapter(Entry)
    return _one_or_list(entry.json_schema(by_alias=True), "scoring")


def patient_schema() -> dict[str, Any]:
    """The schema of a file that `patient:` names."""
    return _published(Patient.model_json_schema(by_alias=True), "patient")


def assessment_schema() -> dict[str, Any]:
    """The schema of `assessment.yaml`: an assessment whose cases are the names of folders."""
    schema = Assessment.model_json_schema(by_alias=True)
    used = {name: schema["$defs"][name] for name in ("Break", "ContentArea", "Text")}
    cases = {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Folders beside this file."}
    schema["properties"]["cases"] = cases
    schema["required"] = ["format", *schema["required"]]
    return _published({**schema, "$defs": used}, "assessment")


def settings_schema() -> dict[str, Any]:
    """The schema of `scoring/_assessment.yaml`."""
    properties = ScoringKey.model_json_schema(by_alias=True)["properties"]
    kept = {key: properties[key] for key in SETTINGS_KEYS}
    return _published({"type": "object", "properties": kept, "additionalProperties": False}, "scoring-settings")


def bundle_schema() -> dict[str, Any]:
    """The schema of `bundle.yaml`."""
    return _published(Recipe.model_json_schema(by_alias=True), "bundle")


def schemas() -> dict[str, Json]:
    """Every schema by the name of its file."""
    return {
        "assessment.schema.json": assessment_schema(),
        "bundle.schema.json": bundle_schema(),
        "case.schema.json": case_schema(),
        "items.schema.json": items_schema(),
        "patient.schema.json": patient_schema(),
        "scoring.schema.json": scoring_schema(),
        "scoring-settings.schema.json": settings_schema(),
    }


def _one_or_list(schema: dict[str, Any], name: str) -> dict[str, Any]:
    definitions = schema.pop("$defs", {})
    definitions["Entry"] = schema
    either = {"anyOf": [{"$ref": "#/$defs/Entry"}, {"type": "array", "items": {"$ref": "#/$defs/Entry"}}]}
    return _published({**either, "$defs": definitions}, name)


def _published(schema: dict[str, Any], name: str) -> dict[str, Any]:
    definitions = schema.get("$defs", {})
    if "Text" in definitions:
        definitions["Text"] = {"anyOf": [{"type": "string"}, definitions["Text"]]}
    return {"$schema": _DRAFT, "$id": f"urn:pocus-desktop:schema:{name}:1", **schema}
