"""The preview's window by itself: what it does while reading, when reading fails, and when it is closed."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.preview.window import PreviewWindow, Reading
from pocus_desktop.ui.words import Words

PATIENCE_MS = 10_000


class Face(QWidget):
    """A candidate's window that remembers being closed."""

    def __init__(self, name: str, story: list[str]) -> None:
        super().__init__()
        self._name = name
        self._story = story

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self._story.append(f"closed {self._name}")
        super().closeEvent(event)


class Bench:
    """A preview window whose readings the test gives, one after the other."""

    def __init__(self, folder: Path, *readings: Callable[[], str]) -> None:
        self.story: list[str] = []
        self.readings = list(readings)
        self.window: PreviewWindow[str] = PreviewWindow(
            folder, read=self._read, make_face=self._make_face, words=Words()
        )

    def _read(self) -> Reading[str]:
        return Reading(result=self.readings.pop(0)(), problems=(), files=())

    def _make_face(self, name: str) -> QWidget:
        if name == "refused":
            raise PocusError
        self.story.append(f"made {name}")
        return Face(name, self.story)

    def told(self) -> str:
        """All that is shown on the window."""
        return "\n".join(label.text() for label in self.window.findChildren(QLabel) if label.isVisibleTo(self.window))


def _bad() -> str:
    raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Callable[..., Bench]:
    make_application()

    def make(*readings: Callable[[], str]) -> Bench:
        made = Bench(tmp_path, *readings)
        qtbot.addWidget(made.window)
        with qtbot.waitSignal(made.window.refreshed, timeout=PATIENCE_MS):
            made.window.show()
        return made

    return make


def _read_again(qtbot: QtBot, bench: Bench) -> bool:
    with qtbot.waitSignal(bench.window.refreshed, timeout=PATIENCE_MS) as again:
        bench.window.refresh()
    assert again.args is not None
    return bool(again.args[0])


def test_the_face_before_is_closed_once_and_after_the_new_one_stands(bench: Callable[..., Bench], qtbot: QtBot) -> None:
    shown = bench(lambda: "one", lambda: "two")
    assert _read_again(qtbot, shown)
    assert shown.story == ["made one", "made two", "closed one"]
    shown.window.close()
    assert shown.story == ["made one", "made two", "closed one", "closed two"]


@pytest.mark.parametrize("bad", [_bad, lambda: "refused"], ids=["reading fails", "the face is refused"])
def test_what_nobody_foresaw_is_told_and_the_next_save_is_read(
    bench: Callable[..., Bench], qtbot: QtBot, bad: Callable[[], str]
) -> None:
    shown = bench(lambda: "one", bad, lambda: "two")
    assert not _read_again(qtbot, shown)
    assert shown.window.face is not None, "what stood before stands on"
    assert Words()("preview.reading") not in shown.told()
    told = Words()("preview.failed", reason="UnicodeDecodeError") if bad is _bad else PocusError().explain().what
    assert told in shown.told()
    assert _read_again(qtbot, shown)
    assert shown.story == ["made one", "made two", "closed one"]
    shown.window.close()


def test_a_folder_whose_first_reading_fails_is_watched(
    bench: Callable[..., Bench], qtbot: QtBot, tmp_path: Path
) -> None:
    shown = bench(_bad, lambda: "one")
    with qtbot.waitSignal(shown.window.refreshed, timeout=PATIENCE_MS):
        (tmp_path / "case.yaml").write_text("saved")
    assert shown.story == ["made one"]
    shown.window.close()


def test_a_window_closed_while_reading_shows_nothing_more(bench: Callable[..., Bench], qtbot: QtBot) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def slow() -> str:
        has_begun.set()
        assert may_end.wait(PATIENCE_MS / 1000)
        return "late"

    shown = bench(lambda: "one", slow)
    shown.window.refresh()
    assert has_begun.wait(PATIENCE_MS / 1000)
    threading.Timer(0.05, may_end.set).start()  # the window waits for the worker when it is closed
    shown.window.close()
    QApplication.processEvents()  # what the worker sent arrives now
    shown.window.refresh()
    assert shown.story == ["made one", "closed one"]


def test_saves_while_reading_are_read_once_more(bench: Callable[..., Bench], qtbot: QtBot) -> None:
    may_end = threading.Event()

    def slow() -> str:
        assert may_end.wait(PATIENCE_MS / 1000)
        return "two"

    shown = bench(lambda: "one", slow, lambda: "three")
    for _ in range(3):
        shown.window.refresh()
    with qtbot.waitSignals([shown.window.refreshed] * 2, timeout=PATIENCE_MS):
        may_end.set()
    assert shown.story == ["made one", "made two", "closed one", "made three", "closed two"]
    shown.window.close()
