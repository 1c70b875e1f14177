"""Where Qt's own messages go: into the log, and warnings to standard error as well."""

import logging
import sys
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LOGGER: Final = logging.getLogger("qt")
_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_OF_NO_MEANING: Final = frozenset(
    f"This plugin does not support {what}" for what in ("propagateSizeHints()", "raise()", "grabbing the keyboard")
)
"""Said by the offscreen platform of every window that is shown, and of every menu."""


def route() -> None:
    """From now on, log what Qt says; call once, before the application is made."""
    qInstallMessageHandler(_take)


def _take(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if message in _OF_NO_MEANING:
        return
    level = _LEVELS[kind]
    _LOGGER.log(level, message)
    if level >= logging.WARNING and sys.stderr is not None:  # a window without a console has none
        sys.stderr.write(message + "\n")
