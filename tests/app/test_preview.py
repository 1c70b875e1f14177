"""The item writer's preview: the candidate's window over a folder, renewed by saving a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pocus_desktop.app.preview import Previews, read
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.preview import Preview
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.media.player import PlayerState
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import CaseView, ClipState, View
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.media_host import MediaHost
from pocus_desktop.ui.preview.window import PreviewWindow
from pocus_desktop.ui.words import Words


@pytest.fixture
def previews(tmp_path: Path) -> Iterator[Previews]:
    engine = VlcEngine()
    made = Previews(tmp_path / "scratch", engine, SystemClock())
    yield made
    made.close()
    engine.close()


@pytest.fixture
def window(source: Path, previews: Previews, qtbot: QtBot) -> Iterator[PreviewWindow[Preview]]:
    make_application()
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    shown = PreviewWindow(source, read=lambda: read(source), make_face=previews.make_face, words=Words())
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.refreshed, timeout=20_000) as first:
        shown.show()
    assert first.args == [True]
    yield shown
    shown.close()


def _view(previews: Previews) -> View:
    assert previews.sitting is not None
    return previews.sitting.view()


def _saved(qtbot: QtBot, window: PreviewWindow[Preview], save: Callable[[], object]) -> bool:
    with qtbot.waitSignal(window.refreshed, timeout=20_000) as again:
        save()
    assert again.args is not None
    return bool(again.args[0])


def test_saving_a_file_updates_the_preview_at_the_same_step(
    qtbot: QtBot, window: PreviewWindow[Preview], previews: Previews, source: Path
) -> None:
    assert isinstance(window.face, CandidateWindow)
    assert previews.sitting is not None
    previews.sitting.handle(intents.GoTo(step="decision"))
    items = source / "items" / "all.yaml"
    text = items.read_text()
    assert _saved(qtbot, window, lambda: items.write_text(text.replace("What next?", "What comes next?")))
    screen = _view(previews).screen
    assert isinstance(screen, CaseView)
    assert screen.step == "decision"
    assert screen.items[0].item.prompt("en") == "What comes next?"


def test_answers_that_still_fit_are_kept(
    qtbot: QtBot, window: PreviewWindow[Preview], previews: Previews, source: Path
) -> None:
    assert previews.sitting is not None
    previews.sitting.handle(intents.Answer(item="side", response=ChoiceResponse(choices=("left",))))
    items = source / "items" / "all.yaml"
    text = items.read_text()
    assert _saved(qtbot, window, lambda: items.write_text(text.replace("{en: Left", "{en: The left")))
    screen = _view(previews).screen
    assert isinstance(screen, CaseView)
    assert screen.items[0].response == ChoiceResponse(choices=("left",))
    assert _saved(qtbot, window, lambda: items.write_text(text.replace("id: right", "id: other")))
    assert _saved(qtbot, window, lambda: items.write_text(text.replace("id: left", "id: leg"))) is False


def test_an_error_keeps_the_last_sound_case_and_tells_the_problem(
    qtbot: QtBot, window: PreviewWindow[Preview], source: Path
) -> None:
    face = window.face
    case = source / "case.yaml"
    text = case.read_text()
    assert not _saved(qtbot, window, lambda: case.write_text(text.replace("plays: 2", "plays: many")))
    assert window.face is face
    assert _saved(qtbot, window, lambda: case.write_text(text))
    assert window.face is not face


def test_an_editor_that_saves_by_renaming_is_followed(
    qtbot: QtBot, window: PreviewWindow[Preview], previews: Previews, source: Path
) -> None:
    items = source / "items" / "all.yaml"

    def save(text: str) -> None:
        fresh = items.with_name(".all.yaml.swp")
        fresh.write_text(text)
        fresh.replace(items)

    text = items.read_text()
    assert _saved(qtbot, window, lambda: save(text.replace("Which side?", "Which leg?")))
    assert _saved(qtbot, window, lambda: save(text.replace("Which side?", "Which of the legs?")))
    screen = _view(previews).screen
    assert isinstance(screen, CaseView)
    assert screen.items[0].item.prompt("en") == "Which of the legs?"


def test_a_step_that_is_gone_leaves_the_preview_at_the_beginning(
    qtbot: QtBot, window: PreviewWindow[Preview], previews: Previews, source: Path
) -> None:
    assert previews.sitting is not None
    previews.sitting.handle(intents.GoTo(step="decision"))
    case = source / "case.yaml"
    text = case.read_text()
    renamed = text.replace("id: decision", "id: verdict").replace("go: decision", "go: verdict")
    assert _saved(qtbot, window, lambda: case.write_text(renamed))
    view = _view(previews)
    assert isinstance(view.screen, CaseView)
    assert view.screen.step == "arrival"
    assert view.chrome.notices == ()
    previews.sitting.handle(intents.GoTo(step="verdict"))
    screen = _view(previews).screen
    assert isinstance(screen, CaseView)
    assert screen.step == "verdict"


def test_a_face_whose_clip_plays_is_replaced_and_closed_in_order(
    qtbot: QtBot, window: PreviewWindow[Preview], previews: Previews, source: Path
) -> None:
    assert window.face is not None
    media = window.face.findChild(MediaHost)
    assert media is not None
    view = _view(previews)
    assert isinstance(view.screen, CaseView)
    [clip] = [state for state in view.screen.stage if isinstance(state, ClipState)]
    media.ask_play(clip.key)
    qtbot.waitUntil(lambda: media.playing(clip.key).state is PlayerState.PLAYING, timeout=20_000)
    items = source / "items" / "all.yaml"
    text = items.read_text()
    assert _saved(qtbot, window, lambda: items.write_text(text.replace("Which side?", "Which leg?")))
    assert media.frames is None, "the player of the face that went is closed"
    again = window.face.findChild(MediaHost)
    assert again is not None
    assert again is not media
    again.ask_play(clip.key)
    qtbot.waitUntil(lambda: again.playing(clip.key).state is PlayerState.PLAYING, timeout=20_000)
    window.close()
    assert again.frames is None
