"""Computers that are folders: every step of a rehearsal is one command of this program, in a process of its own.

What is run is printed as a person would type it, so that a rehearsal is also the script for the real day.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import HOME_VARIABLE

PASSPHRASE: Final = "rehearsal only"  # noqa: S105 - protects nothing but a rehearsal's throw-away keys
_START: Final = "from pocus_desktop.app.main import main; main()"


class RehearsalFailedError(PocusError):
    """A step of the rehearsal went otherwise than it should."""

    code = "app.rehearsal_failed"
    blame = Blame.ENVIRONMENT


@dataclass(kw_only=True)
class Computer:
    """A computer that is a folder: commands run in it, with a home and keys of its own."""

    name: str
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        *arguments: str | Path,
        status: int = 0,
        secret: Mapping[str, str] | None = None,
        is_secret: bool = False,
    ) -> str:
        """Run one command and print it; what it told.

        Args:
            arguments: What follows the program's name.
            status: How it shall end.
            secret: What it is told by its environment, and not printed.
            is_secret: What it tells is not printed either.

        Raises:
            RehearsalFailedError: It ended with another status.
        """
        words = [str(argument) for argument in arguments]
        say(f"{self.name}$ pocus {' '.join(_quoted(word) for word in words)}")
        done = subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-c", _START, *words],
            cwd=self.folder,
            env={
                **os.environ,
                HOME_VARIABLE: str(self.folder / "home"),
                "POCUS_PASSPHRASE": PASSPHRASE,
                "QT_QPA_PLATFORM": "offscreen",
                **(secret or {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        told = done.stderr if is_secret else done.stdout + done.stderr
        for line in told.splitlines():
            say(f"    {line}")
        if done.returncode != status:
            raise RehearsalFailedError(step=" ".join(words[:2]), status=done.returncode)
        return done.stdout


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
