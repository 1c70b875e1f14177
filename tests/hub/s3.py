"""A real S3 server of the tests' own: SeaweedFS, on this computer alone, with keys that it asks for.

Give a room's conftest the fixture by importing it; it skips where the program is not installed:

    from tests.hub.s3 import s3

    __all__ = ["s3"]
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

KEY: Final = "a-key-of-the-tests"
SECRET: Final = "a-secret-of-the-tests"
BUCKET: Final = "academy"
REGION: Final = "us-east-1"
_START_S: Final = 60
_TRIES: Final = 5
_GRPC: Final = 10_000
"""Each of its services listens at a second port, which is so much higher."""


def program() -> Path | None:
    """Where the server's program is; None where it is not installed."""
    beside = Path(sys.executable).parent / "weed"
    if beside.is_file():
        return beside
    found = shutil.which("weed")
    return None if found is None else Path(found)


@dataclass
class S3:
    """One server."""

    address: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def client(self) -> "S3Client":
        """Of its own, for looking from outside."""
        made: S3Client = boto3.client(
            "s3",
            endpoint_url=self.address,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name=REGION,
            config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
        )
        return made

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach it."""
        return {
            "AWS_ENDPOINT_URL_S3": self.address,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def place(self) -> str:
        """The address of an empty place, as a hub is told of it."""
        return f"s3://{BUCKET}/{next(self._numbers)}/hub"


@contextlib.contextmanager
def running_s3() -> Iterator[S3]:
    """A server that runs, and is gone afterwards.

    Raises:
        FileNotFoundError: It is not installed.
    """
    weed = program()
    if weed is None:
        raise FileNotFoundError("no S3 server is installed")
    with contextlib.ExitStack() as running:
        for tries_left in reversed(range(_TRIES)):
            try:
                server = running.enter_context(_started(weed))
                break
            except _DiedError:  # another program took a port between its choice and its use
                if not tries_left:
                    raise
        yield server


class _DiedError(RuntimeError):
    """The server ended instead of starting; the last lines that it wrote."""


@contextlib.contextmanager
def _started(weed: Path) -> Iterator[S3]:
    """One server on ports that were free a moment ago."""
    folder = Path(tempfile.mkdtemp(prefix="pocus-s3-"))
    keys = {"name": "pocus", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    (folder / "keys.json").write_text(json.dumps({"identities": [keys]}))
    master, volume, filer, s3_port = _free_ports(4)
    (folder / "data").mkdir()
    command = [
        *(str(weed), "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-master.port={master}", "-master.volumeSizeLimitMB=64", f"-volume.port={volume}", "-volume.max=30"),
        *("-filer", f"-filer.port={filer}", "-s3", f"-s3.port={s3_port}", f"-s3.config={folder / 'keys.json'}"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0"),  # else at fixed ports, where a second server meets the first
    ]
    try:
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "TMPDIR": str(folder)},  # where it keeps logs of its own
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                server = S3(address=f"http://127.0.0.1:{s3_port}")
                _wait(server, process, folder / "log")
                yield server
            finally:
                process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """The session's server."""
    if program() is None:
        pytest.skip("no S3 server (`weed`) is installed")
    with running_s3() as server:
        yield server


def _wait(server: S3, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until it takes an object: each of its services starts in its own time."""
    client = server.client
    deadline = time.monotonic() + _START_S
    while True:
        try:
            with contextlib.suppress(client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou):
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="first", Body=b"1")
        except (ClientError, BotoCoreError):
            if process.poll() is not None:
                raise _DiedError(log.read_text(errors="replace")[-2000:]) from None
            if time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.1)
        else:
            return


def _free_ports(number: int) -> list[int]:
    """Ports that are free and whose second ones are."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < number:
            first = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            port: int = first.getsockname()[1]
            port -= _GRPC if port + _GRPC > 65_535 else 0
            with contextlib.suppress(OSError):
                for one in {port, port + _GRPC} - {first.getsockname()[1]}:
                    held.enter_context(socket.create_server(("127.0.0.1", one)))
                found.append(port)
    return found
