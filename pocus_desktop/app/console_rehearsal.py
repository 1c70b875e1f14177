"""The rehearsal behind the button of the console: a program of its own, watched, stopped, and reported on.

It runs with a home of its own in a throw-away folder, with keys of its own, on this computer's own network; nothing of
the centre is told to it but that it shall stop when the console does.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pocus_desktop import __version__
from pocus_desktop.app.console_intake import ConsoleError
from pocus_desktop.app.rehearsals.here import STEPS, STOPPED
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.proctoring.rehearsal_report import (
    Outcome,
    RehearsalReport,
    bounded,
    file_rehearsal,
    latest_rehearsal,
)
from pocus_desktop.ui.proctor.desk import RehearsalCard

DESKS: Final = 2
PATIENCE_S: Final = 10.0
"""How long it may take to stop before it is ended."""

_START: Final = "from pocus_desktop.app.main import main; main()"


class RehearsingAlreadyError(ConsoleError):
    """A rehearsal is under way."""

    code = "console.rehearsing"


class CannotRehearseError(ConsoleError):
    """The rehearsal's program does not start."""

    code = "console.cannot_rehearse"
    blame = Blame.ENVIRONMENT


def command(out: Path, desks: int) -> list[str]:
    """What runs it."""
    return [
        *(sys.executable, "-c", _START),
        *("rehearse", "here", "--out", str(out), "--desks", str(desks), "--stop-with-input"),
    ]


class ConsoleRehearsal:
    """One rehearsal at a time; any thread may call.

    Args:
        room: The room's folder, where reports are filed.
        key: The centre's, which signs them.
        clock: The machine's.
        command: What runs it, given a folder and how many desks; as the program's own where omitted.
    """

    def __init__(
        self,
        room: Path,
        *,
        key: SigningKey,
        clock: Clock,
        command: Callable[[Path, int], Sequence[str]] = command,
    ) -> None:
        self._room, self._key, self._clock, self._command = room, key, clock, command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._watching: threading.Thread | None = None
        self._ending: threading.Thread | None = None
        self._is_stopping = False
        self._on_change: Callable[[], None] = lambda: None
        self._card = RehearsalCard()
        self._recall()

    @property
    def card(self) -> RehearsalCard:
        """How far it is, or what came of the last one."""
        return self._card

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this, and none before it, on any thread, whenever it came further."""
        self._on_change = callback

    def start(self, desks: int = DESKS) -> None:
        """Begin one.

        Raises:
            RehearsingAlreadyError: One is under way.
            CannotRehearseError: It does not start.
        """
        with self._lock:
            if self._process is not None:
                raise RehearsingAlreadyError
            try:
                out = Path(tempfile.mkdtemp(prefix="pocus-rehearsal-"))
                self._process = process = subprocess.Popen(  # noqa: S603 - this program itself
                    self._command(out, desks), cwd=out, env=_environment(out), text=True, encoding="utf-8",
                    errors="replace", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
            except OSError as problem:
                raise CannotRehearseError(reason=problem.strerror or "") from problem
            self._is_stopping = False
            self._card = RehearsalCard(is_running=True, steps=STEPS, desks=desks, at_ms=self._clock.read().wall_ms)
            self._watching = threading.Thread(target=self._watch, args=(process, out), name="console-rehearsal")
            self._watching.start()

    def stop(self) -> None:
        """Let it end soon; nothing where none is under way. What does not stop in a while is ended."""
        with self._lock:
            process, watching = self._process, self._watching
            if process is None or process.stdin is None or watching is None or self._is_stopping:
                return
            self._is_stopping = True
            self._card = replace(self._card, is_stopping=True)
            self._ending = threading.Thread(target=_end, args=(process, watching), name="console-rehearsal-end")
            self._ending.start()
        try:
            process.stdin.close()
        except OSError as problem:  # it ended meanwhile
            log.event("console.rehearsal_gone", reason=problem.strerror or "")

    def close(self) -> None:
        """Stop it and wait."""
        self.stop()
        for thread in (self._watching, self._ending):
            if thread is not None:
                thread.join()

    def _watch(self, process: "subprocess.Popen[str]", out: Path) -> None:
        lines: list[str] = []
        assert process.stdout is not None  # noqa: S101 - it was asked for
        with process.stdout:
            for line in process.stdout:
                lines.append(line.rstrip())
                number, sign, _rest = line.partition("  ")
                if sign and number.isdecimal() and 0 < int(number) <= STEPS:
                    self._card = replace(self._card, step=int(number))
                    self._on_change()
        status = process.wait()
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        outcome: Outcome = (
            "passed" if status == 0 else "stopped" if self._is_stopping or status == STOPPED else "failed"
        )
        self._report(outcome, lines)
        if outcome != "failed":  # what went wrong is looked for in its folder
            shutil.rmtree(out, ignore_errors=True)
        with self._lock:
            self._process = None
        self._on_change()

    def _report(self, outcome: Outcome, lines: list[str]) -> None:
        report = RehearsalReport(
            began_at_ms=self._card.at_ms or 0,
            ended_at_ms=self._clock.read().wall_ms,
            desks=self._card.desks,
            outcome=outcome,
            steps=STEPS,
            step=self._card.step,
            application=__version__,
            told=bounded(lines),
        )
        try:
            path = file_rehearsal(self._room, report, self._key)
        except PocusError as error:  # it is told as not filed
            log.failure(error)
            self._card = _card(report, "")
        else:
            self._card = _card(report, str(path))

    def _recall(self) -> None:
        found = latest_rehearsal(self._room, self._key.public)
        if found is not None:
            path, report = found
            self._card = _card(report, str(path))


def _end(process: "subprocess.Popen[str]", watching: threading.Thread) -> None:
    """End it with every program that it started, should it not stop by itself."""
    watching.join(PATIENCE_S)
    if not watching.is_alive():
        return
    log.event("console.rehearsal_ended")
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except OSError as problem:  # it ended meanwhile
        log.event("console.rehearsal_gone", reason=problem.strerror or "")


def _card(report: RehearsalReport, path: str) -> RehearsalCard:
    return RehearsalCard(
        outcome=report.outcome,
        steps=report.steps,
        step=report.step,
        desks=report.desks,
        at_ms=report.ended_at_ms,
        report=path,
        told=next((one for one in reversed(report.told) if one.strip()), "") if report.outcome == "failed" else "",
    )


def _environment(out: Path) -> dict[str, str]:
    """Nothing of this program's own home, keys or passphrase."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POCUS_")}
    return kept | {HOME_VARIABLE: str(out / "home"), "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
