"""Items refuse what no candidate could answer, and numbers are read as clinicians write them."""

import pytest
from pydantic import ValidationError

from pocus_desktop.case.conditions import VariableIs
from pocus_desktop.case.items.registry import ITEM
from pocus_desktop.case.items.select_point import Point
from pocus_desktop.case.items.text_entry import parse_number
from pocus_desktop.case.media import Image
from pocus_desktop.case.values import Text, parse_duration

CHOICES = [{"id": "left", "text": "Left"}, {"id": "right", "text": "Right"}]
REGIONS = [
    {"id": name, "label": name, "area": {"shape": "ellipse", "x": 9, "y": 9, "radius_x": 3, "radius_y": 3}}
    for name in ("first", "second")
]
IMAGE = {"kind": "image", "file": "a.png", "alt": "A picture"}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"type": "choice", "choices": [*CHOICES, CHOICES[0]]}, "left stands twice"),
        ({"type": "choice", "choices": CHOICES, "max_choices": 3}, "fit the number of choices"),
        ({"type": "hotspot", "picture": IMAGE, "regions": [REGIONS[0], REGIONS[0]]}, "first stands twice"),
        ({"type": "hotspot", "picture": IMAGE, "regions": REGIONS, "max_choices": 3}, "fit the number of regions"),
        ({"type": "text-entry", "kind": "number", "minimum": 2, "maximum": 1}, "must not exceed"),
        ({"type": "text-entry", "kind": "number", "minimum": float("nan")}, "finite"),
        ({"type": "text-entry", "kind": "text", "units": ["mm"]}, "belong to kind: number"),
    ],
)
def test_an_item_that_cannot_be_answered_is_refused(item: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ITEM.validate_python({"id": "asked", "prompt": "Which?", **item})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" 7.5 ", 7.5),
        ("7,5", 7.5),
        (".5", 0.5),
        ("\u22122", -2.0),
        ("+3", 3.0),
        ("7.5 mm", None),
        ("1e3", None),
        ("inf", None),
        ("1,000.5", None),
        ("9" * 400, None),
    ],
)
def test_a_number_is_read_as_clinicians_write_it(text: str, number: float | None) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("x_px", [float("inf"), float("nan"), -1.0])
def test_a_mark_is_somewhere(x_px: float) -> None:
    with pytest.raises(ValidationError):
        Point(x_px=x_px, y_px=1.0)


@pytest.mark.parametrize(
    "written", ["20", "", "m", "1.5h", "30 min", "8:00", "-5m", "9" * 40 + "m", "9" * 5000 + "s", 20]
)
def test_a_duration_needs_its_unit_and_a_bound(written: object) -> None:
    with pytest.raises(ValueError, match="write a"):
        parse_duration(written)


@pytest.mark.parametrize("name", ["", ".", "/etc/passwd", "../a.png", "a\\b.png", "c:a.png", "a\0.png"])
def test_a_file_is_inside_the_folder_of_its_case(name: str) -> None:
    with pytest.raises(ValidationError, match="inside the case's folder"):
        Image.model_validate({"file": name, "alt": "A picture"})


@pytest.mark.parametrize("value", [10**400, 2**53, -(2**53), 1e300])
def test_a_number_that_json_cannot_carry_is_no_number_of_a_case(value: float) -> None:
    with pytest.raises(ValidationError):
        VariableIs(variable="delay", at_least=value)
    assert VariableIs(variable="delay", at_least=2**53 - 1).at_least == 2**53 - 1


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(ValidationError):
        Text.model_validate({"en": "Leg \ud83d"})
