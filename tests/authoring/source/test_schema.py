"""The published schemas accept sound sources and refuse what the loader refuses."""

from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from pocus_desktop.authoring.source.document import parse_document
from pocus_desktop.authoring.source.schema import assessment_schema, case_schema, items_schema, schemas, scoring_schema
from pocus_desktop.cli.case import case as case_command

PUBLISHED = Path(__file__).parents[3] / "docs" / "formats" / "schemas"
CASES = Path(__file__).parents[3] / "case_bundles"


@pytest.mark.parametrize("schema", schemas().values(), ids=schemas())
def test_a_schema_is_a_schema(schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_published_schemas_are_the_models(tmp_path: Path) -> None:
    """`pocus case schema docs/formats/schemas` renews them."""
    published = {path.name: path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*.json")}
    assert CliRunner().invoke(case_command, ["schema", str(tmp_path)]).exit_code == 0
    assert published == {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}


def test_a_sound_source_fits(source: Path) -> None:
    for name, schema in (
        ("case.yaml", case_schema()),
        ("items/all.yaml", items_schema()),
        ("scoring/all.yaml", scoring_schema()),
    ):
        data = parse_document((source / name).read_text(), name).data
        jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(("old", "new"), [("time_limit: 20m", "time_limit: 20"), ("plays: 2", "plais: 2")])
def test_a_slip_does_not_fit(source: Path, old: str, new: str) -> None:
    data = parse_document((source / "case.yaml").read_text().replace(old, new), "case.yaml").data
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, case_schema(), cls=jsonschema.Draft202012Validator)


def _by_file(name: str) -> str | None:
    match name.split("/"):
        case ["scoring", "_assessment.yaml"]:
            return "scoring-settings.schema.json"
        case [folder, _]:
            return f"{folder}.schema.json"
        case ["case.yaml" | "patient.yaml" | "bundle.yaml" as file]:
            return file.replace(".yaml", ".schema.json")
    return None


@pytest.mark.parametrize("case", sorted(path.parent.name for path in CASES.glob("*/case.yaml")))
def test_every_file_of_the_sample_cases_fits(case: str) -> None:
    fitted = set()
    for path in sorted((CASES / case).rglob("*.yaml")):
        schema = _by_file(path.relative_to(CASES / case).as_posix())
        if schema is not None:
            data = parse_document(path.read_text(encoding="utf-8"), path.name).data
            jsonschema.validate(data, schemas()[schema], cls=jsonschema.Draft202012Validator)
            fitted.add(schema)
    assert {"case.schema.json", "items.schema.json", "scoring.schema.json", "bundle.schema.json"} <= fitted


def test_an_assessment_of_several_cases_fits() -> None:
    text = "format: 1\nid: both\ntitle: Both\narea: lung\nlanguages: [en]\ncases: [first, second]\n"
    text += "order: seeded\npinned: {first: first}\nbreaks: [{after: 1, length: 10m, optional: false}]\n"
    validator = jsonschema.Draft202012Validator(assessment_schema())
    validator.validate(parse_document(text, "assessment.yaml").data)
    assert not validator.is_valid(parse_document(text.replace("[first", "[{id: first}"), "assessment.yaml").data)


def test_a_plain_string_is_a_text_for_the_editor_too(source: Path) -> None:
    data = parse_document((source / "case.yaml").read_text(), "case.yaml").data
    data["title"] = "Sore leg"
    jsonschema.validate(data, case_schema(), cls=jsonschema.Draft202012Validator)
