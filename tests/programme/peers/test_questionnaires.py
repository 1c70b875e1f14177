"""Questionnaires as data: what is shipped is sound, and what is wrong in a file is told, all of it at once."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import assets
from pocus_desktop.programme.peers import policy as policies
from pocus_desktop.programme.peers.errors import BadQuestionnaireError, NoQuestionnaireError
from pocus_desktop.programme.peers.questionnaire import Domain
from pocus_desktop.programme.peers.questionnaire_files import load, shipped

FOLDER = assets.folder("programme", "questionnaires")


@pytest.mark.parametrize("area", list(ContentArea))
def test_every_content_area_is_asked_about_in_every_domain(area: ContentArea) -> None:
    found = shipped().on(area, date(2026, 1, 1))
    assert {question.domain for question in found.rated()} == set(Domain)
    assert all("{" not in one.prompt.told(language) for one in found.questions() for language in ("en", "es"))
    assert found is shipped().named(found.name)


def test_nobody_is_asked_before_the_day() -> None:
    with pytest.raises(NoQuestionnaireError):
        shipped().on(ContentArea.LUNG, date(2025, 12, 31))


def test_a_newer_version_is_used_from_its_day_and_the_older_one_stays(tmp_path: Path) -> None:
    for name in ("common-1.toml", "lung-1.toml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    newer = (
        (FOLDER / "lung-1.toml").read_text().replace("version = 1", "version = 2").replace("2026-01-01", "2028-02-29")
    )
    (tmp_path / "lung-2.toml").write_text(newer)
    shelf = load(tmp_path)
    assert shelf.on(ContentArea.LUNG, date(2028, 2, 28)).version == 1
    assert shelf.on(ContentArea.LUNG, date(2028, 2, 29)).version == 2
    assert shelf.named("lung-1").digest == shipped().named("lung-1").digest


WRONG: dict[str, tuple[str, Callable[[str], str], str]] = {
    "a blank that nothing fills": ("lung-1.toml", lambda text: text.replace("decision =", "choice ="), "peers.blank"),
    "a fill that nothing uses": ("lung-1.toml", lambda text: text.replace("decision =", "choice ="), "peers.needless"),
    "a language that lacks": ("lung-1.toml", lambda text: text.replace(', es = "Pulmón"', ""), "peers.shape"),
    "an unknown area": ("lung-1.toml", lambda text: text.replace('area = "lung"', 'area = "brain"'), "peers.shape"),
    "an unknown field": ("lung-1.toml", lambda text: "fees = 3\n" + text, "peers.shape"),
    "a file of another name": ("lung-1.toml", lambda text: text.replace("version = 1", "version = 3"), "peers.name"),
    "no such common file": ("lung-1.toml", lambda text: text.replace("common = 1", "common = 9"), "peers.no_common"),
    "no TOML": ("lung-1.toml", lambda text: text + "[", "peers.not_toml"),
    "an unknown scale": (
        "common-1.toml",
        lambda text: text.replace('scale = "how-often"\ndomain = "safety"', 'scale = "stars"\ndomain = "safety"'),
        "peers.no_scale",
    ),
    "a question twice": (
        "common-1.toml",
        lambda text: text.replace('"interpret-limits"', '"acquire-views"'),
        "peers.twice",
    ),
    "a comment for no answer": (
        "common-1.toml",
        lambda text: text.replace('option = "some"', 'option = "maybe"'),
        "peers.no_answer",
    ),
    "steps that fall": ("common-1.toml", lambda text: text.replace("{ value = 5,", "{ value = 1,", 1), "peers.steps"),
    "blanks of one language": (
        "common-1.toml",
        lambda text: text.replace("Obtiene {views}", "Obtiene vistas"),
        "peers.blanks_differ",
    ),
    "a section that is not there": (
        "lung-1.toml",
        lambda text: (
            text + '[[question]]\nsection = "nowhere"\nid = "more"\nkind = "comment"\nprompt = { en = "a", es = "b" }\n'
        ),
        "peers.no_section",
    ),
}


@pytest.mark.parametrize("row", WRONG, ids=str)
def test_what_is_wrong_is_told_with_its_file_and_a_remedy(row: str, tmp_path: Path) -> None:
    name, change, code = WRONG[row]
    for kept in ("common-1.toml", "lung-1.toml"):
        shutil.copy(FOLDER / kept, tmp_path / kept)
    before = (tmp_path / name).read_text()
    after = change(before)
    assert after != before
    (tmp_path / name).write_text(after)
    with pytest.raises(BadQuestionnaireError) as caught:
        load(tmp_path)
    assert code in {problem.code for problem in caught.value.problems}
    assert all(problem.file and problem.what and problem.fix for problem in caught.value.problems)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "lung-1.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadQuestionnaireError, match="UnicodeDecodeError"):
        load(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadQuestionnaireError):
        load(tmp_path)


def test_rules_are_rows_with_their_days(tmp_path: Path) -> None:
    text = assets.folder("programme", "peers.toml").read_text()
    row = text[text.rindex("[[rule]]") :]
    newer = (
        row.replace("version = 1", "version = 2")
        .replace("2026-01-01", "2027-03-01")
        .replace("contacted = 3", "contacted = 2")
    )
    file = tmp_path / "peers.toml"
    file.write_text(text + "\n" + newer)
    rows = policies.load(file)
    assert policies.in_force(rows, date(2027, 2, 28)).contacted == 3
    assert policies.in_force(rows, date(2027, 3, 1)).contacted == 2
    assert policies.versioned(rows, 1).contacted == 3
    with pytest.raises(NoQuestionnaireError):
        policies.in_force(rows, date(2025, 1, 1))
    file.write_text(text + "\n" + row)
    with pytest.raises(BadQuestionnaireError):
        policies.load(file)
    file.write_text(text.replace("least_answers = 2", "least_answers = 4"))
    with pytest.raises(BadQuestionnaireError, match="least_answers"):
        policies.load(file)
