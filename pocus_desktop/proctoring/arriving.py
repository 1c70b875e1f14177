"""Envelopes that arrive at a relay in pieces, kept until they are whole (formats/relay 3.3; the tus protocol 1.0.0).

    <folder>/<id>.upload     what it shall be: digest, size, who brings it
    <folder>/<id>.part       what arrived, durable before it is answered for

What is here can be lost without harm: whoever brings it begins again. A whole one is judged by its digest, whatever a
power cut left in a part.
"""

import json
import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.kernel import files
from pocus_desktop.proctoring.relay_errors import (
    CannotKeepError,
    NoSuchUploadError,
    OtherOffsetError,
    UploadsFullError,
)

LIFETIME_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long a part is kept after the last piece came."""

MAXIMUM_BYTES: Final = 512 * 1024 * 1024
"""All uploads under way together, each with its whole length."""

MAXIMUM_OF_ONE: Final = 16
"""Uploads of one station; the oldest makes room."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_ID_BYTES: Final = 32
_UPLOAD: Final = ".upload"
_PART: Final = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An envelope that is arriving.

    Attributes:
        upload_id: Cannot be guessed.
        digest: What it shall be.
        owner: Key id of who brings it.
        size_bytes: Of the whole.
        arrived_bytes: How much is here durably.
        touched_ms: When something came last, as wall time.
    """

    upload_id: str
    digest: str
    owner: str
    size_bytes: int
    arrived_bytes: int
    touched_ms: int


class Arriving:
    """The uploads of a relay; any thread may call."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; made when first something arrives."""
        self._folder = folder
        self._lock = threading.Lock()

    def begin(self, digest: str, *, size_bytes: int, owner: str, now_ms: int) -> Upload:
        """Begin to take an envelope.

        Raises:
            UploadsFullError: Too much is arriving.
            CannotKeepError: The disk does not take it.
        """
        with self._lock, _told():
            under_way = self._swept(now_ms)
            own = sorted((one for one in under_way if one.owner == owner), key=lambda one: one.touched_ms)
            for oldest in own[: max(0, len(own) - MAXIMUM_OF_ONE + 1)]:
                self._remove(oldest.upload_id)
                under_way.remove(oldest)
            if sum(one.size_bytes for one in under_way) + size_bytes > MAXIMUM_BYTES:
                raise UploadsFullError
            begun = Upload(
                upload_id=secrets.token_urlsafe(_ID_BYTES),
                digest=digest,
                owner=owner,
                size_bytes=size_bytes,
                arrived_bytes=0,
                touched_ms=now_ms,
            )
            told = {name: value for name, value in asdict(begun).items() if name in {"digest", "owner", "size_bytes"}}
            files.make_folder(self._folder)
            self._part(begun.upload_id).touch()
            self._touch(begun.upload_id, now_ms)
            files.write_atomically(self._upload(begun.upload_id), json.dumps(told).encode("utf-8"))
            return begun

    def find(self, upload_id: str) -> Upload:
        """How far it is.

        Raises:
            NoSuchUploadError: There is none.
        """
        if _ID.fullmatch(upload_id) is None:
            raise NoSuchUploadError
        try:
            told = json.loads(self._upload(upload_id).read_bytes())
            part = self._part(upload_id).stat()
            return Upload(
                upload_id=upload_id,
                digest=str(told["digest"]),
                owner=str(told["owner"]),
                size_bytes=int(told["size_bytes"]),
                arrived_bytes=part.st_size,
                touched_ms=part.st_mtime_ns // 1_000_000,
            )
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise NoSuchUploadError from problem

    def append(self, upload_id: str, begins_at: int, content: bytes, *, now_ms: int) -> Upload:
        """Take what comes next; durable when this returns.

        Raises:
            NoSuchUploadError: There is none.
            OtherOffsetError: It is at another place, or would become longer than was said.
            CannotKeepError: The disk does not take it; what arrived before is kept.
        """
        with self._lock, _told():
            found = self.find(upload_id)
            if begins_at != found.arrived_bytes or begins_at + len(content) > found.size_bytes:
                raise OtherOffsetError
            with self._part(upload_id).open("r+b") as file:
                file.seek(begins_at)
                try:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(begins_at)
                    raise
            self._touch(upload_id, now_ms)
            return self.find(upload_id)

    def read(self, upload_id: str) -> bytes:
        """All that arrived.

        Raises:
            NoSuchUploadError: There is none.
        """
        try:
            return self._part(upload_id).read_bytes()
        except OSError as problem:
            raise NoSuchUploadError from problem

    def remove(self, upload_id: str) -> None:
        """Let it go; doing it again does no harm."""
        with self._lock, _told():
            self._remove(upload_id)

    def _swept(self, now_ms: int) -> list[Upload]:
        """What is arriving; what nobody went on with for long is gone, and so is what lost its other half."""
        found: list[Upload] = []
        if not self._folder.is_dir():
            return found
        for name in {path.stem for path in self._folder.iterdir() if path.suffix in {_UPLOAD, _PART}}:
            try:
                one = self.find(name)
            except NoSuchUploadError:
                self._remove(name)
                continue
            if abs(now_ms - one.touched_ms) > LIFETIME_MS:
                self._remove(name)
            else:
                found.append(one)
        return found

    def _touch(self, upload_id: str, now_ms: int) -> None:
        os.utime(self._part(upload_id), ns=(now_ms * 1_000_000, now_ms * 1_000_000))

    def _remove(self, upload_id: str) -> None:
        for path in (self._upload(upload_id), self._part(upload_id)):
            path.unlink(missing_ok=True)

    def _upload(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}{_UPLOAD}"

    def _part(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}{_PART}"


@contextmanager
def _told() -> Iterator[None]:
    """What the operating system refuses becomes ours at the door."""
    try:
        yield
    except OSError as problem:
        raise CannotKeepError(reason=problem.strerror or "") from problem
