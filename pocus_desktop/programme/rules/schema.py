"""The JSON Schema of a file of rules, which editors of TOML use while somebody types."""

from typing import Any, Final

from pocus_desktop.programme.rules.model import RuleBook

FILE: Final = "rules.schema.json"
"""Beside the shipped rules, whose first line names it."""


def rules_schema() -> dict[str, Any]:
    """The schema of the file: as the book's, with a table `[[rule]]` for each row."""
    schema = RuleBook.model_json_schema(by_alias=True, mode="validation")
    schema["properties"]["rule"] = schema["properties"].pop("rules")
    definitions = schema["$defs"]
    definitions["Text"] = {"anyOf": [{"type": "string", "description": "English."}, definitions["Text"]]}
    schema["required"] = [name if name != "rules" else "rule" for name in schema["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rules of the programme"}
