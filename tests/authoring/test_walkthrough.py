"""How a scripted candidate answers: read whole, or refused by name."""

from pathlib import Path

import pytest

from pocus_desktop.authoring.walkthrough import BadWalkthroughError, NoWalkthroughError, read_walkthrough
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.problems import CaseRefusedError


def test_answers_are_responses(tmp_path: Path) -> None:
    (tmp_path / "walkthrough.yaml").write_text("side: {type: choice, choices: [left]}\n")
    assert read_walkthrough(tmp_path) == {"side": ChoiceResponse(choices=("left",))}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param(None, NoWalkthroughError, id="no file"),
        pytest.param("side: [", CaseRefusedError, id="not YAML"),
        pytest.param("- side\n", BadWalkthroughError, id="a list"),
        pytest.param("side: {type: guess}\n", BadWalkthroughError, id="not a response"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, text: str | None, error: type[Exception]) -> None:
    if text is not None:
        (tmp_path / "walkthrough.yaml").write_text(text)
    with pytest.raises(error):
        read_walkthrough(tmp_path)
