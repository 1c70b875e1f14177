"""Broken captions: named with file, line, column and fix at the build and in the preview; harmless at delivery."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop import __version__
from pocus_desktop.app.preview import Previews, read
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.preview import read_preview
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.case.problems import CaseRefusedError
from pocus_desktop.cli.main import run
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.player import PlayerState
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.sitting.views import CaseView
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.preview.window import PreviewWindow
from pocus_desktop.ui.words import Words
from tests.conftest import CAPTIONS
from tests.e2e.academy import CANDIDATE, CLIP, LEFT, Academy, answer, delivered, hand_in, to_case, told
from tests.e2e.spoilt_films import SPOILT_FILMS
from tests.e2e.windows import Seat, has, words_on

pytestmark = pytest.mark.slow

TakeSeat = Callable[..., Seat]

BROKEN: dict[str, tuple[bytes, str]] = {
    "another kind of file": (b"1\n00:00:00,000 --> 00:00:02,000\nGood morning.\n", "no_signature"),
    "not text": (bytes(range(128, 256)) * 40, "no_signature"),
    "empty": (b"", "no_signature"),
    "a comma in a time": (CAPTIONS.replace("00:00.000", "00:00,000").encode(), "bad_timestamp"),
    "ends before it begins": (CAPTIONS.replace("00:02.000", "00:00.000").encode(), "no_duration"),
    "after the end of the clip": (CAPTIONS.replace("00:02.000", "00:09.000").encode(), "past_the_end"),
    "bytes that are no text": (CAPTIONS.replace("Good", "G\xff\xfed").encode("latin-1"), "not_utf8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_build_refuses_with_place_and_fix(academy: Academy, capsys: pytest.CaptureFixture[str], name: str) -> None:
    data, code = BROKEN[name]
    captions = academy.source / "captions" / "a.en.vtt"
    captions.write_bytes(data)
    capsys.readouterr()
    assert run(["case", "check", "--json", str(academy.source)]) == 1
    problems = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [problem] = [one for one in problems if one["code"] == f"captions.{code}"]
    assert (problem["file"], problem["severity"]) == ("captions/a.en.vtt", "error")
    assert problem["line"] >= 1
    assert problem["what"]
    assert problem["fix"]
    with pytest.raises(CaseRefusedError) as refused:
        academy.build(version=2)
    assert problem["code"] in [one.code for one in refused.value.problems]
    assert not list((academy.workshop.folder / "other").glob("*")), "half a bundle is no bundle"
    captions.write_text(CAPTIONS)
    academy.build(version=2)


def test_a_clip_shorter_than_its_captions_is_told_for_every_cue(
    academy: Academy, capsys: pytest.CaptureFixture[str]
) -> None:
    """The clip is measured at the build; captions that end after it are wrong, or the clip is."""
    samples = (0.2 * np.sin(np.arange(48_000) / 20)).astype(np.float32)
    (academy.source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    capsys.readouterr()
    assert run(["case", "check", "--json", str(academy.source)]) == 1
    problems = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    late = [one for one in problems if one["code"] == "captions.past_the_end"]
    assert [one["file"] for one in late] == ["captions/a.en.vtt", "captions/a.es.vtt"]
    assert all((one["line"], one["severity"]) == (3, "error") for one in late)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.write_bytes(b"no clip at all" * 100), "source.clip_unplayable"),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 3]), "source.clip_unplayable"),
        (lambda path: path.unlink(), "source.media_missing"),
    ],
    ids=["another kind of file", "cut", "missing"],
)
def test_a_clip_that_cannot_be_played_is_refused_at_the_build(
    academy: Academy, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], object], code: str
) -> None:
    damage(academy.source / "media" / "arrival.ogg")
    capsys.readouterr()
    assert run(["case", "check", "--json", str(academy.source)]) == 1
    problems = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code in {one["code"] for one in problems}
    assert all(one["what"] and one["fix"] for one in problems)


@pytest.mark.parametrize("name", SPOILT_FILMS)
def test_a_film_that_cannot_be_played_is_refused_at_the_build(
    filmed: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["case", "check", str(filmed)]) == 0
    SPOILT_FILMS[name](filmed / "media" / "arrival.webm")
    capsys.readouterr()
    assert run(["case", "check", "--json", str(filmed)]) == 1
    [problem] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (problem["code"], problem["file"]) == ("source.clip_unplayable", "case.yaml")
    assert problem["line"] >= 1
    assert "arrival.webm" in problem["what"]
    assert problem["fix"]


def test_a_file_that_vanishes_under_the_preview_is_told(playable: Path) -> None:
    content = read_preview(playable).content
    name = "captions/a.en.vtt"
    (playable / name).unlink()
    for ask in (content.read, content.open, content.size_bytes):
        with pytest.raises(PocusError) as refused:
            ask(name)
        assert told(refused.value, "kernel.file_refused").what == (
            "A file could not be read or written (a.en.vtt): No such file or directory."
        )


def test_a_script_that_is_no_text_is_refused_at_the_build(academy: Academy, capsys: pytest.CaptureFixture[str]) -> None:
    (academy.source / "scripts" / "a.en.md").write_bytes(b"**Nurse:** Good \xff\xfe morning.\n")
    capsys.readouterr()
    assert run(["case", "check", "--json", str(academy.source)]) == 1
    problems = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["file"] for one in problems] == ["scripts/a.en.md"]


def test_the_preview_keeps_the_last_sound_case_and_tells_of_the_captions(
    playable: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    make_application()
    engine = VlcEngine()
    previews = Previews(tmp_path / "scratch", engine, SystemClock())
    window = PreviewWindow(playable, read=lambda: read(playable), make_face=previews.make_face, words=Words())
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.refreshed, timeout=20_000) as first:
        window.show()
    assert first.args == [True]
    face = window.face
    captions = playable / "captions" / "a.en.vtt"
    for name, (data, _) in BROKEN.items():
        with qtbot.waitSignal(window.refreshed, timeout=20_000) as again:
            captions.write_bytes(data)
        assert again.args == [False], name
        assert window.face is face, "the last sound case stays"
        qtbot.waitUntil(lambda: "captions/a.en.vtt" in _listed(window), timeout=5_000)
    with qtbot.waitSignal(window.refreshed, timeout=20_000) as mended:
        captions.write_text(CAPTIONS)
    assert mended.args == [True]
    qtbot.waitUntil(lambda: "captions/a.en.vtt" not in _listed(window), timeout=5_000)
    window.close()
    previews.close()
    engine.close()


def _listed(window: QWidget) -> str:
    """All words of the window, the list of problems among them."""
    return words_on(window)


def _seated(academy: Academy, take_seat: TakeSeat, damage: Callable[[Path], object]) -> Seat:
    """A candidate before a step whose captions a careless publisher signed."""
    written = academy.press(version=2, spoil=lambda: damage(academy.source))
    academy.take_in(written.path)
    admission_id = academy.admit(version=2, content_key=written.content_key)
    seat = take_seat(academy)
    seat.sign_in(CANDIDATE, admission_id)
    to_case(seat.host)
    seat.wait(lambda: has(seat.window, f"clip:{CLIP}"))
    return seat


def _watch_to_the_end(seat: Seat) -> None:
    seat.window.media.ask_play(CLIP)
    seat.wait(lambda: seat.window.media.playing(CLIP).state is PlayerState.ENDED)
    screen = seat.host.view().screen
    assert isinstance(screen, CaseView)


@pytest.mark.parametrize("name", BROKEN)
def test_a_candidate_hears_the_clip_whatever_its_captions_are(academy: Academy, take_seat: TakeSeat, name: str) -> None:
    data, _ = BROKEN[name]
    seat = _seated(academy, take_seat, lambda source: (source / "captions" / "a.en.vtt").write_bytes(data))
    if name == "after the end of the clip":
        _watch_to_the_end(seat)
    answer(seat.host, LEFT)
    hand_in(seat.host)
    delivered(seat.host, "received")


def test_captions_that_tell_of_a_longer_clip_are_shown_to_its_end(academy: Academy, take_seat: TakeSeat) -> None:
    """A clip that became shorter than its cues plays to its own end; what is left of the captions is never said."""
    times = {
        "First.": "00:00.000 --> 00:02.000",
        "Second.": "00:02.000 --> 00:20.000",
        "Third.": "00:30.000 --> 00:40.000",
    }
    cues = "WEBVTT\n" + "".join(f"\n{time}\n{said}\n" for said, time in times.items())
    seat = _seated(academy, take_seat, lambda source: (source / "captions" / "a.en.vtt").write_text(cues))
    seat.window.media.ask_play(CLIP)
    for said in ("First.", "Second."):
        seat.wait(lambda said=said: said in words_on(seat.window))  # type: ignore[misc]
    seat.wait(lambda: seat.window.media.playing(CLIP).state is PlayerState.ENDED)
    assert "Third." not in words_on(seat.window)
    assert seat.window.media.playing(CLIP).failure == ""


def test_captions_changed_on_the_disk_are_told_and_the_clip_still_plays(academy: Academy, take_seat: TakeSeat) -> None:
    admission_id = academy.admit()
    seat = take_seat(academy)
    seat.sign_in(CANDIDATE, admission_id)
    [entry] = academy.library.entries()
    whole = entry.path.read_bytes()
    with open_bundle(
        entry.path, academy.workshop.enrolment.policy(), now_ms=0, app_version=__version__
    ) as bundle:  # a sealed bundle hides names, not sizes
        members = [one for one in bundle.manifest.members if one.plain_bytes == len(CAPTIONS.encode())]
        for offset, size in (bundle.stored_range(member.path) for member in members):
            whole = whole[:offset] + bytes(size) + whole[offset + size :]
    entry.path.write_bytes(whole)
    to_case(seat.host)
    seat.wait(lambda: has(seat.window, f"clip:{CLIP}"))
    seat.wait_for_words("is damaged or was changed")
    _watch_to_the_end(seat)
    answer(seat.host, LEFT)
