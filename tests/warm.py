"""The program, imported once: each command is a fork of this process and costs no start-up.

It is a process of its own all the same, with its own arguments, environment, folder, streams, threads and end. What a
fork does not show is that a command finds its imports when it starts from nothing. Linux only: elsewhere what Qt brings
with it does not outlive a fork.
"""

import gc
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import pocus_desktop
from pocus_desktop.app.main import main


def imported() -> None:
    """Import all of the program, and keep the collector from writing on what its forks share."""
    for module in pkgutil.walk_packages(pocus_desktop.__path__, "pocus_desktop."):
        if ".migrations." not in module.name:  # these are Alembic's to run
            import_module(module.name)
    gc.collect()
    gc.freeze()


def ran(words: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command of the program in a fork; what it told and how it ended.

    Args:
        words: What follows the program's name.
        folder: Where it is run.
        environment: All of its environment.
    """
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as complained:
        process = multiprocessing.get_context("fork").Process(
            target=_be, args=(words, folder, environment, told, complained)
        )
        process.start()
        process.join()
        assert process.exitcode is not None
        texts = [_text(file) for file in (told, complained)]
    return subprocess.CompletedProcess([*words], process.exitcode, *texts)


def _be(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], told: BinaryIO, complained: BinaryIO
) -> None:
    os.dup2(told.fileno(), 1)
    os.dup2(complained.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["pocus", *words]
    main()


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode()
