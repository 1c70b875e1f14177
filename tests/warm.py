"""The program, imported once: each command is a fork of this process and costs no start-up.

It is a process of its own all the same, with its own arguments, environment, folder, streams, threads and end. What a
fork does not show is that a command finds its imports when it starts from nothing, nor that each of them stretches a
passphrase anew. Linux only: elsewhere what Qt brings with it does not outlive a fork.
"""

import gc
import hashlib
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

import pocus_desktop
from pocus_desktop.app.main import main
from pocus_desktop.crypto import password
from pocus_desktop.crypto.password import Cost
from pocus_desktop.kernel.files import write_atomically


@contextmanager
def imported() -> Iterator[None]:
    """Import all of the program, and keep the collector from writing on what its forks share."""
    for module in pkgutil.walk_packages(pocus_desktop.__path__, "pocus_desktop."):
        if ".migrations." not in module.name:  # these are Alembic's to run
            import_module(module.name)
    with tempfile.TemporaryDirectory() as folder, patch.object(password, "_stretch", _stretched_once(Path(folder))):
        gc.collect()
        gc.freeze()
        yield


def _stretched_once(kept: Path) -> Callable[[str, bytes, Cost], bytes]:
    """As in `tests.conftest`, for all forks: the first that needs a key leaves it for the others."""
    stretch = password._stretch

    def once(passphrase: str, salt: bytes, cost: Cost) -> bytes:
        path = kept / hashlib.sha256(repr((passphrase, salt, cost)).encode()).hexdigest()
        if not path.exists():
            write_atomically(path, stretch(passphrase, salt, cost))
        return path.read_bytes()

    return once


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
