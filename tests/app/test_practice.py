"""Practice before signing in: no academy, no admission, feedback at once, and nothing left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from case_bundles.tutorial.press import SHIPPED
from pocus_desktop.app.practice import PracticeRoom, PracticeSitting, TutorialDamagedError
from pocus_desktop.case.items.registry import RESPONSE
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import CaseView, HandedInView, ReviewView, SystemCheckView
from tests.e2e.academy import until

SOURCE = Path(__file__).parents[2] / "case_bundles" / "tutorial"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeRoom]:
    """A practice room whose folders lie in the test's own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = PracticeRoom(SystemClock())
    yield made
    made.close()


def to_case(opened: PracticeSitting) -> None:
    """To the first step of the tutorial."""
    until(opened, lambda view: isinstance(view.screen, SystemCheckView))
    for intent in (
        intents.PassSystemCheck(),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
    ):
        opened.handle(intent)
    until(opened, lambda view: isinstance(view.screen, CaseView))


def test_anyone_practises_to_the_end_and_sees_what_was_right(room: PracticeRoom) -> None:
    answers = YAML(typ="safe").load(SOURCE / "walkthrough.yaml")
    opened = room.open("en")
    to_case(opened)
    for step in opened.sitting.course.assessment.steps():
        until(opened, lambda view, here=step.id: getattr(view.screen, "step", "") == here)  # type: ignore[misc]
        for name in step.ask:
            opened.handle(intents.Answer(item=name, response=RESPONSE.validate_python(answers[name])))
        opened.handle(intents.GoNext(is_confirmed=True, step=step.id))
    until(opened, lambda view: isinstance(view.screen, ReviewView))
    opened.handle(intents.HandIn(is_confirmed=True))
    last = until(opened, lambda view: isinstance(view.screen, HandedInView)).screen
    assert isinstance(last, HandedInView)
    assert last.score is not None
    assert last.score[0] == last.score[1] == 7
    assert last.sealed_digest == ""


def test_it_begins_without_asking_who_one_is_and_in_the_language_of_the_screen(room: PracticeRoom) -> None:
    opened = room.open("es")
    view = until(opened, lambda view: isinstance(view.screen, SystemCheckView))
    assert (view.chrome.comfort.language, view.chrome.candidate_name) == ("es", "Práctica")


def test_nothing_is_left_behind(room: PracticeRoom, tmp_path: Path) -> None:
    opened = room.open("en")
    to_case(opened)
    assert list(tmp_path.iterdir()) != []
    opened.close()
    assert list(tmp_path.iterdir()) == []
    room.open("en")
    room.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_changed_is_refused_by_name(tmp_path: Path) -> None:
    changed = tmp_path / "tutorial.casebundle"
    data = bytearray(SHIPPED.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    for path in (changed, tmp_path / "missing.casebundle"):
        room = PracticeRoom(SystemClock(), bundle=path)
        try:
            with pytest.raises(TutorialDamagedError) as caught:
                room.open("en")
        finally:
            room.close()
        for language in ("en", "es"):
            told = caught.value.explain(language)
            assert "{" not in told.what + told.next
