"""The preview window: reads a source on a worker, shows the candidate's window, and again whenever a file is saved."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QFileSystemWatcher, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from pocus_desktop.case.problems import Problem
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.preview.problem_list import ProblemList
from pocus_desktop.ui.words import Words

_LOG: Final = logging.getLogger(__name__)

SETTLE_MS: Final = 150
"""How long files must be quiet before they are read: editors write a file in several steps."""

_PANEL: Final = 1
_FACE: Final = 3

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[R]):
    """A source as it was read.

    Attributes:
        result: What `make_face` makes a window of; None while errors stand in the way.
        problems: Errors and warnings.
        files: What to watch.
    """

    result: R | None
    problems: Sequence[Problem]
    files: Sequence[Path]


class PreviewWindow(QMainWindow, Generic[R]):
    """A source folder beside its problems.

    Args:
        folder: The source folder.
        read: Reads it; called on a worker.
        make_face: Makes the candidate's window of what was read; called on the GUI thread.
        words: In the item writer's language.
        parent: The owner.

    Signals:
        refreshed: The folder was read and shown anew; whether it could be shown.
    """

    refreshed = Signal(bool)
    _arrived = Signal(object)

    def __init__(
        self,
        folder: Path,
        *,
        read: Callable[[], Reading[R]],
        make_face: Callable[[R], QWidget],
        words: Words,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._read = read
        self._make_face = make_face
        self._words = words
        self._face: QWidget | None = None
        self._is_reading = False
        self._is_again = False
        self._is_closed = False
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._watcher.fileChanged.connect(self._on_changed)
        self._watcher.directoryChanged.connect(self._on_changed)
        self._settle.timeout.connect(self.refresh)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self.setWindowTitle(words("preview.title", folder=folder.name))
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._problems = ProblemList(words)
        self._nothing = Label(words("preview.broken"), scale="lead", tone="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._split.addWidget(self._nothing)
        self._split.addWidget(self._problems)
        self._split.setStretchFactor(0, _FACE)
        self._split.setStretchFactor(1, _PANEL)
        self.setCentralWidget(self._split)
        self.refresh()

    @property
    def face(self) -> QWidget | None:
        """The candidate's window now shown."""
        return self._face

    @Slot()
    def refresh(self) -> None:
        """Read the folder again; while it is being read, one more reading waits."""
        if self._is_closed:
            return
        if self._is_reading:
            self._is_again = True
            return
        self._is_reading = True
        self._problems.show_state(self._words("preview.reading"))
        self._pool.submit(self._work)

    def _work(self) -> None:
        """On the worker: values in, values out."""
        try:
            self._arrived.emit(self._read())
        except Exception as problem:  # noqa: BLE001 - whatever it is, the item writer is told and may save again
            self._arrived.emit(problem)

    @Slot(object)
    def _on_arrived(self, arrived: Reading[R] | Exception) -> None:
        self._is_reading = False
        if self._is_closed:
            return
        if not self._watcher.directories():
            self._watch(())
        if isinstance(arrived, Exception):
            is_shown, told = False, self._explain(arrived)
        else:
            is_shown, told = self._show_reading(arrived)
        self._problems.show_state(told)
        self.refreshed.emit(is_shown)
        if self._is_again:
            self._is_again = False
            self._settle.start()

    def _explain(self, problem: Exception) -> str:
        if isinstance(problem, PocusError):
            words = problem.explain(self._words.language)
            return f"{words.what} {words.next}"
        _LOG.error("a case source could not be previewed", exc_info=problem)
        return self._words("preview.failed", reason=type(problem).__name__)

    def _show_reading(self, reading: Reading[R]) -> tuple[bool, str]:
        """Whether there is a new face, and what to say."""
        self._watch(reading.files)
        self._problems.show_problems(reading.problems)
        if reading.result is None:
            return False, "" if self._face is None else self._words("preview.stale")
        try:
            self._show_face(self._make_face(reading.result))
        except Exception as problem:  # noqa: BLE001 - as above
            return False, self._explain(problem)
        return True, ""

    def _show_face(self, face: QWidget) -> None:
        old = self._face if self._face is not None else self._nothing
        face.setWindowFlags(Qt.WindowType.Widget)
        self._face = face
        self._split.replaceWidget(0, face)
        face.show()
        if old is not self._nothing:
            old.close()
        old.setParent(None)
        old.deleteLater()

    def _watch(self, files: Sequence[Path]) -> None:
        """Files and their folders: an editor that saves by renaming leaves a file that is no longer watched."""
        wanted = {str(path) for path in files} | {str(path.parent) for path in files} | {str(self._folder)}
        watched = set(self._watcher.files()) | set(self._watcher.directories())
        if gone := sorted(watched - wanted):
            self._watcher.removePaths(gone)
        if new := sorted(wanted - watched):
            self._watcher.addPaths(new)

    @Slot()
    def _on_changed(self) -> None:
        self._settle.start()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stop watching and reading; a reading that is under way is waited for, and not shown."""
        self._is_closed = True
        self._settle.stop()
        self._watcher.removePaths([*self._watcher.files(), *self._watcher.directories()])
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._face is not None:
            self._face.close()
        super().closeEvent(event)
