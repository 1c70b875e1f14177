"""Every sentence of the interface is there in both languages, with the same parameters, and none stands in a widget."""

import re
import string
from pathlib import Path

import pytest

import pocus_desktop.ui
from pocus_desktop.kernel import words as table
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.words import PSEUDO, Words

SOURCES = sorted(Path(pocus_desktop.ui.__file__).parent.rglob("*.py"))
CALL = re.compile(r'\bwords\(\s*f?"([a-z_.{}A-Z]+)"')
TERNARY = re.compile(r'words\(\s*"([a-z_.]+)" if [^)]*? else "([a-z_.]+)"')


def rows(language: str) -> dict[str, str]:
    return {key: text for key, text in table.table(language).items() if key.startswith("ui.")}


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", ["es"])
def test_languages_have_the_same_rows_and_parameters(language: str) -> None:
    english, other = rows("en"), rows(language)
    assert set(english) == set(other)
    assert {key for key in english if parameters(english[key]) != parameters(other[key])} == set()


def test_every_row_that_is_said_is_there() -> None:
    english = rows("en")
    said: set[str] = set()
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        said |= set(CALL.findall(text))
        said |= {key for pair in TERNARY.findall(text) for key in pair}
    assert len(said) > 100
    missing = {key for key in said if "{" not in key and f"ui.{key}" not in english}
    assert missing == set()
    for key in said:
        if "{" in key:
            stem = re.escape(f"ui.{key}")
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[a-z0-9_-]+", stem))
            assert any(pattern.fullmatch(row) for row in english), key


def test_no_widget_says_a_sentence_of_its_own() -> None:
    pattern = re.compile(
        r'(?:Label|Button|setText|setToolTip|setAccessibleName|setWindowTitle|say)\(\s*"([^"]*[A-Za-z]{3}[^"]*)"'
    )
    guilty = [
        f"{source.name}: {found}"
        for source in SOURCES
        for found in pattern.findall(source.read_text(encoding="utf-8"))
        if found != "Inter" and "." not in found and source.name != "icons.py"
    ]
    guilty = [line for line in guilty if "IconLabel" not in line and not re.search(r": [a-z0-9-]+$", line)]
    assert guilty == []


def test_the_made_up_language_is_longer_and_keeps_its_parameters() -> None:
    said = Words(PSEUDO)("item.question_number", number=17)
    assert said.startswith("[")
    assert "17" in said
    assert len(said) > len(Words("en")("item.question_number", number=17)) * 1.3


def test_numbers_and_times_follow_the_language() -> None:
    english, spanish = Formats(Words("en")), Formats(Words("es"))
    assert english.number(1234.5) == "1,234.5"
    assert spanish.number(12.5) == "12,5"
    assert english.clock(65_001) == "1:06"
    assert english.clock(3_600_000) == "1:00:00"
    assert english.clock(-5) == "0:00"
    assert english.spoken(125_000) == "2 minutes 5 seconds"
    assert spanish.spoken(60_000) == "1 minuto"
    assert english.position(1_999) == "0:01"
