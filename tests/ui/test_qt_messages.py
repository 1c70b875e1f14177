"""What Qt says is logged, and said aloud from warnings up, also where there is no console."""

import logging
from collections.abc import Iterator

import pytest
from PySide6.QtCore import qDebug, qInstallMessageHandler, qWarning

from pocus_desktop.ui import qt_messages


@pytest.fixture(autouse=True)
def routed() -> Iterator[None]:
    before = qInstallMessageHandler(None)
    qt_messages.route()
    yield
    qInstallMessageHandler(before)


def test_a_warning_is_logged_and_said_aloud(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG, "qt"):
        qWarning("a layout is broken")
        qDebug("a detail")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "a layout is broken"),
        ("DEBUG", "a detail"),
    ]
    assert capsys.readouterr().err == "a layout is broken\n"


@pytest.mark.parametrize("what", ["propagateSizeHints()", "raise()", "grabbing the keyboard"])
def test_what_every_offscreen_window_says_is_left_out(caplog: pytest.LogCaptureFixture, what: str) -> None:
    with caplog.at_level(logging.DEBUG, "qt"):
        qWarning(f"This plugin does not support {what}")
    assert caplog.records == []


def test_without_a_console_it_is_logged_all_the_same(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with caplog.at_level(logging.DEBUG, "qt"):
        qWarning("a layout is broken")
    assert len(caplog.records) == 1
