"""A real PostgreSQL of the tests' own: a private cluster in a temporary folder, with a fresh database for each test.

Give a room's conftest the fixtures by importing them, and ask for `hub_database` (with the hub's tables), `database`
(an empty one) or `postgres` (the server):

    from tests.hub.postgres import database, hub_database, hub_template, postgres

    __all__ = ["database", "hub_database", "hub_template", "postgres"]

A session (with pytest-xdist: a worker) starts one server at its first use and stops it at its end. Harnesses and
benchmarks that are not tests use `running_cluster()`. Where PostgreSQL is not installed the fixtures skip.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg import sql

from pocus_desktop.hub.records import store_engine, store_schema
from tests.ports import port_for_later

USER: Final = "pocus"
PASSWORD: Final = "a-password-of-the-tests"
"""No secret; it is there so that tests see that passwords stay out of logs."""

_START_S: Final = 60
_POLL_S: Final = 0.02
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


def binaries() -> Path | None:
    """Where PostgreSQL's programs are; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return None if on_path is None else Path(on_path).resolve().parent


@dataclass
class Cluster:
    """One server; it can be killed and started again, and keeps its address."""

    folder: Path
    programs: Path
    port: int
    _process: "subprocess.Popen[bytes] | None" = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def data(self) -> Path:
        """The folder of the cluster's files."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def url(self, name: str) -> str:
        """A database's address as SQLAlchemy writes it."""
        return f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def dsn(self, name: str = "postgres") -> str:
        """A database's address as libpq writes it."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "template0") -> str:
        """A fresh database; its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(made)
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self) -> None:
        """Start it and wait until it takes connections; nothing where it runs already."""
        if self._process is not None and self._process.poll() is None:
            return
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_unprivileged(dies_with_us=True), self.programs / "postgres", "-D", self.data],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_S
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "server.log").read_text(errors="replace")[-2000:])
            time.sleep(_POLL_S)

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            psycopg.connect(self.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """Stop every process of the server by SIGKILL, as a fault of the machine would; `start` recovers it."""
        process = self._process
        assert process is not None, "it does not run"
        process.send_signal(signal.SIGSTOP)  # so that it makes no new children while they are counted
        everyone = [*children(process.pid), process.pid]
        for pid in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        while any(_is_running(pid) for pid in everyone):  # their shared memory must be gone before the next start
            time.sleep(_POLL_S)
        self._process = None

    def stop(self) -> None:
        """Stop it in order: what is under way is undone, everything is written."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=_START_S)
        self._process = None


@contextlib.contextmanager
def running_cluster(**settings: str) -> Iterator[Cluster]:
    """A new cluster that runs, and is gone afterwards.

    Args:
        settings: Of `postgresql.conf`, besides those of the tests.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pocus-pg-"))
    try:
        if os.geteuid() == 0:
            owner = _owner()
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        cluster = Cluster(folder=folder, programs=programs, port=port_for_later())
        _make(cluster, settings)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The session's server."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def database(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty database, for SQLAlchemy; gone after the test."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.start()  # where the test stopped it
    postgres.drop(name)


@pytest.fixture(scope="session")
def hub_template(postgres: Cluster) -> str:
    """The name of a database of the hub's newest revision, empty but for its tables."""
    name = postgres.create()
    upgrade(postgres.url(name))
    return name


@pytest.fixture
def hub_database(postgres: Cluster, hub_template: str) -> Iterator[str]:
    """The URL of a database that a hub can be opened on at once; gone after the test."""
    name = postgres.create(hub_template)
    yield postgres.url(name)
    postgres.start()  # where the test stopped it
    postgres.drop(name)


def upgrade(url: str) -> None:
    """Bring a database to the hub's newest revision."""
    engine = store_engine.connect(url)
    with engine.begin() as connection:
        store_schema.upgrade(connection)
    engine.dispose()


def _make(cluster: Cluster, settings: dict[str, str]) -> None:
    secret = cluster.folder / "password"
    secret.write_text(PASSWORD)
    options = ["--encoding=UTF8", "--locale=C", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256"]
    command = [str(cluster.programs / "initdb"), "-D", str(cluster.data), "-U", USER, f"--pwfile={secret}", *options]
    secret.chmod(0o644)
    subprocess.run([*_unprivileged(), *command], check=True, capture_output=True, cwd=cluster.folder)
    with (cluster.data / "postgresql.conf").open("a") as configuration:
        own = {"port": str(cluster.port), "unix_socket_directories": str(cluster.folder)}
        for name, value in {**_SETTINGS, **own, **settings}.items():
            configuration.write(f"{name} = '{value}'\n")


def _unprivileged(*, dies_with_us: bool = False) -> list[str]:
    """What stands before a command so that it runs as no administrator, which PostgreSQL insists on."""
    options: list[str] = []
    if os.geteuid() == 0:
        owner = _owner()
        options += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    if dies_with_us:
        options += ["--pdeathsig=INT"]
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None or not options else [setpriv, *options]


def _owner() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.skip("run by an administrator, and there is nobody else to run PostgreSQL as")


def children(parent: int) -> list[int]:
    """The processes that a process started."""
    told = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True)
    return [int(line) for line in told.stdout.split()]


def _is_running(pid: int) -> bool:
    """Whether it holds anything still; one that has ended and waits for its parent to look does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}
