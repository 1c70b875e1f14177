"""A PostgreSQL server of the rehearsal's own: a private cluster in a folder of its own, gone afterwards."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pocus_desktop.app.rehearsals.computers import RehearsalFailedError
from pocus_desktop.app.rehearsals.programme.parts import PartMissingError, database_programs

if TYPE_CHECKING:
    from pwd import struct_passwd

USER: Final = "pocus"
NAME: Final = "hub"
_PATIENCE_S: Final = 60
_LOOK_S: Final = 0.1


@contextmanager
def open_database() -> Iterator[str]:
    """The URL of an empty database on a server that runs as long as the context lasts.

    Raises:
        PartMissingError: PostgreSQL is not on this computer, or nobody may run it.
        RehearsalFailedError: It does not start.
    """
    programs = database_programs()
    folder = Path(tempfile.mkdtemp(prefix="pocus-rehearsal-"))
    password, port = secrets.token_urlsafe(12), _free_port()
    as_somebody = _unprivileged(folder)
    try:
        secret = folder / "password"
        secret.write_text(password, encoding="ascii")
        secret.chmod(0o644)  # read by whoever runs the server, in a folder that is theirs alone
        data = folder / "data"
        made: list[str | Path] = [
            "-D",
            data,
            "-U",
            USER,
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C",
            "--auth=scram-sha-256",
        ]
        _run([*as_somebody, programs / "initdb", *made], folder)
        secret.unlink()
        said = ["-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        with (folder / "server.log").open("ab") as log:
            server = subprocess.Popen(  # noqa: S603 - found on this computer
                [*map(str, as_somebody), str(programs / "postgres"), "-D", str(data), *said],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            _create(programs, port, password, folder)
            yield f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{port}/{NAME}"
        finally:
            server.terminate()
            server.wait(timeout=_PATIENCE_S)
    finally:
        shutil.rmtree(folder)


def _create(programs: Path, port: int, password: str, folder: Path) -> None:
    """The database, once the server takes connections."""
    command = [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", USER, "-T", "template0", NAME]
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        done = subprocess.run(  # noqa: S603 - found on this computer
            list(map(str, command)), cwd=folder, env={**os.environ, "PGPASSWORD": password}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return
        if time.monotonic() > until_s:
            raise RehearsalFailedError(step=f"createdb: {done.stderr.strip()}", status=done.returncode)
        time.sleep(_LOOK_S)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - found on this computer
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RehearsalFailedError(step=f"initdb: {done.stderr.strip()[-300:]}", status=done.returncode)


def _unprivileged(folder: Path) -> list[str | Path]:
    """What stands before a command so that it runs as no administrator, which PostgreSQL insists on."""
    if os.name == "nt" or os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    owner = next((found for name in ("postgres", "nobody") if (found := _account(name)) is not None), None)
    if setpriv is None or owner is None:
        raise PartMissingError(part="setpriv", install="apt-get install util-linux")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return [setpriv, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--pdeathsig=INT"]


def _account(name: str) -> "struct_passwd | None":
    from pwd import getpwnam  # Windows has none, and nobody there is asked for

    try:
        return getpwnam(name)
    except KeyError:
        return None


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port
