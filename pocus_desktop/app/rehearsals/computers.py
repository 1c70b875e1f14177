"""Computers that are folders: every step of a rehearsal is one command of this program, in a process of its own.

What is run is printed as a person would type it, so that a rehearsal is also the script for the real day.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pocus_desktop.app.rehearsals.network import Lan
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import HOME_VARIABLE

PASSPHRASE: Final = "rehearsal only"  # noqa: S105 - protects nothing but a rehearsal's throw-away keys
PATIENCE_S: Final = 240.0
PROGRAM: Final = (sys.executable, "-c", "from pocus_desktop.app.main import main; main()")


class RehearsalFailedError(PocusError):
    """A step of the rehearsal went otherwise than it should."""

    code = "app.rehearsal_failed"
    blame = Blame.ENVIRONMENT


@dataclass(kw_only=True)
class Computer:
    """A computer that is a folder: commands run in it, with a home and keys of its own.

    Attributes:
        lan: The network that it has a cable to; None for none but this machine's own.
        is_quiet: Print its commands only where one goes wrong.
        program: What starts the program on it.
        environment: What its commands find set, besides what all do.
    """

    name: str
    folder: Path
    lan: Lan | None = None
    is_quiet: bool = False
    program: Sequence[str] = PROGRAM
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        *arguments: str | Path,
        status: int = 0,
        secret: Mapping[str, str] | None = None,
        is_secret: bool = False,
        is_shown: bool = True,
    ) -> str:
        """Run one command and print it; what it told.

        Args:
            arguments: What follows the program's name.
            status: How it shall end.
            secret: What it is told by its environment, and not printed.
            is_secret: What it tells is not printed either.
            is_shown: Print at all, unless it goes wrong.

        Raises:
            RehearsalFailedError: It ended with another status.
        """
        words = [str(argument) for argument in arguments]
        done = self._ran(words, secret)
        if (is_shown and not self.is_quiet) or done.returncode != status:
            self._say(words)
            told = done.stderr if is_secret else done.stdout + done.stderr
            for line in told.splitlines():
                say(f"    {line}")
        if done.returncode != status:
            raise RehearsalFailedError(step=" ".join(words[:2]), status=done.returncode)
        return done.stdout

    def tries(self, *arguments: str | Path) -> str | None:
        """Run one command that may fail yet, and print nothing; what it told, None where it failed."""
        done = self._ran([str(argument) for argument in arguments], None)
        return done.stdout if done.returncode == 0 else None

    def _ran(self, words: Sequence[str], secret: Mapping[str, str] | None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - this program itself
            self._line(words),
            cwd=self.folder,
            env=self._environment(secret),
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *arguments: str | Path, secret: Mapping[str, str] | None = None) -> "Running":
        """Start a command that goes on beside the rehearsal; what it tells is in a file of the computer's folder."""
        words = [str(argument) for argument in arguments]
        self._say(words)
        number = len(list(self.folder.glob("program-*.txt"))) + 1
        path = self.folder / f"program-{number}.txt"
        with path.open("wb") as told:
            process = subprocess.Popen(  # noqa: S603 - as above
                self._line(words), cwd=self.folder, env=self._environment(secret), stdin=subprocess.DEVNULL,
                stdout=told, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return Running(computer=self, what=" ".join(words[:2]), process=process, told=path)

    def _say(self, words: Sequence[str]) -> None:
        say(f"{self.name}$ pocus {' '.join(_quoted(word) for word in words)}")

    def _line(self, words: Sequence[str]) -> list[str]:
        into = self.lan.into(self.name) if self.lan is not None else ()
        return [*into, *self.program, *words]

    def _environment(self, secret: Mapping[str, str] | None) -> dict[str, str]:
        return {
            **os.environ,
            HOME_VARIABLE: str(self.folder / "home"),
            "POCUS_PASSPHRASE": PASSPHRASE,
            "QT_QPA_PLATFORM": "offscreen",
            **self.environment,
            **(secret or {}),
        }


@dataclass(kw_only=True)
class Running:
    """A program that goes on."""

    computer: Computer
    what: str
    process: subprocess.Popen[bytes]
    told: Path

    def kill(self) -> None:
        """As if its computer had lost power."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, as a person does who closes it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def end(self, patience_s: float) -> None:
        """Wait until it has ended by itself.

        Raises:
            RehearsalFailedError: It has not, or with another status than 0; what it told is printed.
        """
        try:
            status = self.process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            status = -1
        if status != 0:
            say(f"{self.computer.name}: {self.what} told:")
            for line in self.told.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]:
                say(f"    {line}")
            raise RehearsalFailedError(step=self.what, status=status)


def told_after(told: str, label: str) -> str:
    """What stands behind a label in what a command told.

    Raises:
        RehearsalFailedError: Nothing does.
    """
    for line in told.splitlines():
        if line.startswith(label):
            return line.removeprefix(label).strip()
    raise RehearsalFailedError(step=label, status=0)


def say(line: str) -> None:
    """Tell whoever watches."""
    print(line, flush=True)  # noqa: T201 - these commands tell a person what happens


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word or not word else word
