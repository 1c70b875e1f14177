"""Envelopes, and candidates' files, in pieces: the tus protocol 1.0.0 (formats/sync 8).

    OPTIONS /v1/uploads          what this door can do
    POST    /v1/uploads          begin: 201 with the address of the upload
    HEAD    /v1/uploads/{id}     how far it is
    PATCH   /v1/uploads/{id}     what comes next; the last piece is answered once the envelope is held, or refused
    DELETE  /v1/uploads/{id}     let it go

No process has to remember anything between two requests. Of a request that is cut, what arrived is kept. What is whole
is judged as if it had come whole, by the desk of its kind.
"""

import asyncio
import contextlib
import re
import secrets
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.errors import (
    BadRequestError,
    BadUploadError,
    ChecksumMismatchError,
    ContentDigestMismatchError,
    EnvelopeRefusedError,
    NameMismatchError,
    NoUploadError,
    OtherTusVersionError,
    SlowSenderError,
    TooBusyError,
    TooLargeError,
    UploadOffsetError,
    WrongMediaTypeError,
)
from pocus_desktop.hub.programme.errors import FileRefusedByAcademyError
from pocus_desktop.hub.records.upload_store import ENVELOPE_KIND, Bounds, Upload, UploadStore
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.hub.web.body import Parts
from pocus_desktop.hub.web.doors import Door, Endpoint
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.hub.web.protocol import BUSY_S
from pocus_desktop.hub.web.upload_fields import CHECKSUMS, Checksum, checksum_of, expires, metadata, number
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.sealed import MEDIA_TYPE

COUNTED: Final = "uploads"
VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,termination,checksum"
PIECE_TYPE: Final = "application/offset+octet-stream"
LIFETIME_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long what arrived is kept after the last piece: a weekend, and a few days more."""

BEGUN_LIFETIME_MS: Final = 60 * 60 * 1000
"""The same while nothing arrived: an upload that someone only begins holds no room for long."""

PIECE_BYTES: Final = 256 * 1024
"""So much is kept as it comes, before the request is over."""

SETTLING_S: Final = 2.0
"""How long a question for an upload waits for a request that is at work on it in this process."""

_SHOWN: Final = MappingProxyType({"Tus-Resumable": VERSION})
_ID_BYTES: Final = 32
_UPLOAD_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `token_urlsafe` makes of that many bytes."""

Take = Callable[[bytes, str], Awaitable[object]]
LetIn = Callable[[Request], Awaitable[str]]
RequireRoom = Callable[[str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What may arrive.

    Attributes:
        name: By which an upload is known to be of the kind.
        let_in: Asks who begins an upload; who it is, empty where nobody said.
        require_room: Asks whether they may send so many bytes.
        take: Judges the whole of it, durably.
        maximum_bytes: The largest.
        bounds: How much of the kind may be arriving; those of the store where None.
        turns: So many of its pieces at a time, out of all turns, and one of an upload; where None, no such limit.
    """

    name: str
    let_in: LetIn
    take: Take
    maximum_bytes: int
    require_room: RequireRoom | None = None
    bounds: Bounds | None = None
    turns: threading.BoundedSemaphore | None = None


def envelopes(take: Take, guard: Guard, *, maximum_bytes: int) -> Kind:
    """The kind that sealed results are: of whoever may deliver."""

    async def let_in(request: Request) -> str:
        sender = await guard.let_in(request, door=COUNTED, content_digest=None)
        return sender.key_id if sender is not None else ""

    return Kind(name=ENVELOPE_KIND, let_in=let_in, take=take, maximum_bytes=maximum_bytes)


class UploadsDoor:
    """The endpoints."""

    def __init__(
        self,
        uploads: UploadStore,
        kinds: Mapping[str, Kind],
        clock: Clock,
        guard: Guard,
        *,
        readers: threading.BoundedSemaphore,
        stall_s: float,
    ) -> None:
        """Join the parts.

        Args:
            uploads: The rows.
            kinds: What may arrive, by its media type; that of envelopes is meant where none is told.
            clock: The hub's.
            guard: Counts who asks; who knows an upload's address may go on with it.
            readers: A turn for each upload that is held in memory, pieces of one too.
            stall_s: How long a sender may send nothing, in seconds.
        """
        self._uploads = uploads
        self._kinds = kinds
        self._named = {kind.name: kind for kind in kinds.values()}
        self._clock = clock
        self._readers = readers
        self._stall_s = stall_s
        self._maximum_bytes = max(kind.maximum_bytes for kind in kinds.values())
        self._guard = guard
        self._under_way: dict[tuple[asyncio.AbstractEventLoop, str], list[asyncio.Event]] = {}

    def routes(self) -> list[Door]:
        """For the application."""
        all_of_them, one = "/v1/uploads", "/v1/uploads/{upload_id}"

        def door(path: str, method: str, endpoint: Endpoint, takes: str | None = None) -> Door:
            return Door(path, _in_our_version(endpoint), method=method, takes=takes, guard=self._guard, counted=COUNTED)

        return [
            Door(all_of_them, self.options, method="OPTIONS", guard=self._guard, counted=COUNTED),
            Door(all_of_them, _in_our_version(self.begin), method="POST"),  # it asks who sends, and counts by that
            door(one, "HEAD", self.offset),
            door(one, "PATCH", self.append, takes=PIECE_TYPE),
            door(one, "DELETE", self.remove),
        ]

    async def options(self, _request: Request) -> Response:
        """What this door can do."""
        can = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(self._maximum_bytes),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        }
        return Response(status_code=204, headers={**_SHOWN, **can})

    async def begin(self, request: Request) -> Response:
        """Begin an upload."""
        kind = self._kind_of(request)
        sender = await kind.let_in(request)
        size_bytes = number(request, "Upload-Length")
        if size_bytes > kind.maximum_bytes:
            raise TooLargeError(limit_bytes=kind.maximum_bytes)
        told = metadata(request.headers.get("Upload-Metadata", ""))
        if not is_digest(told.get("filename", "")):
            raise BadUploadError(field="Upload-Metadata")
        if told.get("filetype", MEDIA_TYPE) not in self._kinds:
            raise WrongMediaTypeError(needed=MEDIA_TYPE)
        if kind.require_room is not None:
            await kind.require_room(sender, size_bytes)
        now_ms = self._now_ms()
        upload = Upload(
            upload_id=secrets.token_urlsafe(_ID_BYTES),
            digest=told["filename"],
            owner=sender,
            size_bytes=size_bytes,
            arrived_bytes=0,
            begun_ms=now_ms,
            expires_ms=now_ms + BEGUN_LIFETIME_MS,
            kind=kind.name,
        )
        await run_in_threadpool(self._uploads.begin, upload, now_ms=now_ms, bounds=kind.bounds)
        # relative, so that it holds behind a proxy which puts a path before ours
        told = {**_state(upload), **expires(upload.expires_ms)}
        return Response(status_code=201, headers={**told, "Location": f"uploads/{upload.upload_id}"})

    async def offset(self, request: Request) -> Response:
        """How far it is."""
        upload = await self._found(*self._asked_for(request))
        return Response(status_code=200, headers={**_state(upload), "Cache-Control": "no-store"})

    async def append(self, request: Request) -> Response:
        """Take what comes next; with the last byte, the envelope is judged."""
        begins_at = number(request, "Upload-Offset")
        checksum = checksum_of(request)
        with contextlib.ExitStack() as turns:
            _take_turn(self._readers, turns)
            ends_at = await self._append(request, begins_at, checksum, turns)
        until = expires(self._now_ms() + LIFETIME_MS)
        return Response(status_code=204, headers={**_SHOWN, "Upload-Offset": str(ends_at), **until})

    async def remove(self, request: Request) -> Response:
        """Let it go."""
        upload = await self._found(*self._asked_for(request))
        await run_in_threadpool(self._uploads.remove, upload.upload_id)
        return Response(status_code=204, headers=_SHOWN)

    async def _append(
        self, request: Request, begins_at: int, checksum: "Checksum | None", turns: contextlib.ExitStack
    ) -> int:
        """Where it ended."""
        with self._working_on(request.path_params["upload_id"]) as before:
            finding = asyncio.create_task(self._found_at(request, begins_at, before, turns))
            pouring = asyncio.create_task(self._pour(request, begins_at, finding, checksum))
            finding.add_done_callback(lambda done: _failure(done) and pouring.cancel())
            try:
                upload, ends_at = await pouring
            except asyncio.CancelledError:
                problem = _failure(finding)
                if problem is None:
                    raise
                raise problem from None  # nothing is waited for that belongs nowhere
            finally:
                finding.cancel()
        if ends_at == upload.size_bytes:
            await self._judge(upload)
        return ends_at

    async def _pour(
        self, request: Request, begins_at: int, finding: "asyncio.Task[Upload]", checksum: "Checksum | None"
    ) -> tuple[Upload, int]:
        """Keep the content as it comes, and all that came where it is cut; the upload, and where it ended.

        This reads from the first moment on and never waits for the disk: a server drops what it still holds of a
        request that is cut. With a checksum nothing is kept before the whole piece is there and fits.
        """
        waiting, ends_at = bytearray(), begins_at
        cut: PocusError | None = None
        keeping: asyncio.Task[None] | None = None
        try:
            async for part in Parts(request, self._maximum_bytes, stall_s=self._stall_s):
                waiting += part
                if not finding.done():
                    continue
                _require_room(finding.result(), ends_at + len(waiting))
                is_free = keeping is None or keeping.done()
                if checksum is None and is_free and len(waiting) >= PIECE_BYTES:
                    if keeping is not None:
                        await keeping
                    content = bytes(waiting)
                    waiting.clear()
                    keeping = asyncio.create_task(self._keep(finding.result(), ends_at, content))
                    ends_at += len(content)
        except (BadRequestError, SlowSenderError) as problem:
            cut = problem
        finally:
            if keeping is not None:
                await keeping
        upload = await finding
        _require_room(upload, ends_at + len(waiting))
        if checksum is not None and (cut is not None or not checksum.fits(waiting)):
            raise cut or ChecksumMismatchError
        await self._keep(upload, ends_at, bytes(waiting))
        if cut is not None:
            raise cut
        return upload, ends_at + len(waiting)

    async def _keep(self, upload: Upload, begins_at: int, content: bytes) -> None:
        if content:
            expires_ms = self._now_ms() + LIFETIME_MS
            bounds = self._named[upload.kind].bounds
            keep = partial(self._uploads.append, expires_ms=expires_ms, bounds=bounds)
            await run_in_threadpool(keep, upload, begins_at, content)

    async def _judge(self, upload: Upload) -> None:
        """Hand the whole to the desk of its kind; only then, or when it is refused for good, its pieces are let go."""
        data = await run_in_threadpool(self._uploads.read, upload)
        if canonical.digest(data) != upload.digest:
            await run_in_threadpool(self._uploads.remove, upload.upload_id)
            raise ContentDigestMismatchError
        try:
            await self._named[upload.kind].take(data, upload.digest)
        except (EnvelopeRefusedError, NameMismatchError, FileRefusedByAcademyError):
            await run_in_threadpool(self._uploads.remove, upload.upload_id)
            raise
        await run_in_threadpool(self._uploads.remove, upload.upload_id)

    def _kind_of(self, request: Request) -> Kind:
        """What is said to come; what cannot be read, or is unknown, is judged once it is known who sends it."""
        try:
            told = metadata(request.headers.get("Upload-Metadata", ""))
        except BadUploadError:
            told = {}
        return self._kinds.get(told.get("filetype", MEDIA_TYPE), self._kinds[MEDIA_TYPE])

    async def _found_at(
        self, request: Request, begins_at: int, before: asyncio.Event | None, turns: contextlib.ExitStack
    ) -> Upload:
        upload_id: str = request.path_params["upload_id"]
        if before is not None and self._limit_of(await self._found(upload_id, None)) is not None:
            raise TooBusyError(wait_s=BUSY_S)
        upload = await self._found(upload_id, before)
        limit = self._limit_of(upload)
        if limit is not None:
            _take_turn(limit, turns)
        if begins_at != upload.arrived_bytes:
            raise UploadOffsetError
        told = request.headers.get("Content-Length", "")
        _require_room(upload, begins_at + (int(told) if told.isdigit() else 0))
        return upload

    def _limit_of(self, upload: Upload) -> threading.BoundedSemaphore | None:
        return self._named[upload.kind].turns

    async def _found(self, upload_id: str, before: asyncio.Event | None) -> Upload:
        """An upload as it is once the request `before`, if there is one in this process, has kept what came."""
        if _UPLOAD_ID.fullmatch(upload_id) is None:
            raise NoUploadError
        if before is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLING_S):
                    await before.wait()
        return await run_in_threadpool(self._uploads.find, upload_id, now_ms=self._now_ms())

    def _asked_for(self, request: Request) -> tuple[str, asyncio.Event | None]:
        """Which upload; who knows its address may ask."""
        upload_id: str = request.path_params["upload_id"]
        return upload_id, self._under_way.get((asyncio.get_running_loop(), upload_id), [None])[-1]

    @contextlib.contextmanager
    def _working_on(self, upload_id: str) -> Iterator[asyncio.Event | None]:
        """Until this ends, others ask only after it; it gives the request that they would have waited for before."""
        key, done = (asyncio.get_running_loop(), upload_id), asyncio.Event()
        at_work = self._under_way.setdefault(key, [])
        before = at_work[-1] if at_work else None
        at_work.append(done)
        try:
            yield before
        finally:
            done.set()
            at_work.remove(done)
            if not at_work:
                del self._under_way[key]

    def _now_ms(self) -> int:
        return self._clock.read().wall_ms


def _in_our_version(endpoint: Endpoint) -> Endpoint:
    """Every request names the protocol's version (but one that asks for it)."""

    async def asked(request: Request) -> Response:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise OtherTusVersionError(known=VERSION)
        return await endpoint(request)

    return asked


def _state(upload: Upload) -> dict[str, str]:
    return {
        **_SHOWN,
        "Upload-Offset": str(upload.arrived_bytes),
        "Upload-Length": str(upload.size_bytes),
    }


def _failure(finding: "asyncio.Task[Upload]") -> BaseException | None:
    """Why an upload was not found; None where it was, or nobody waits for it any more."""
    return None if finding.cancelled() or not finding.done() else finding.exception()


def _take_turn(among: threading.BoundedSemaphore, turns: contextlib.ExitStack) -> None:
    """Until `turns` ends.

    Raises:
        TooBusyError: All are taken.
    """
    if not among.acquire(blocking=False):
        raise TooBusyError(wait_s=BUSY_S)
    turns.callback(among.release)


def _require_room(upload: Upload, ends_at: int) -> None:
    """What came is no more than was promised.

    Raises:
        TooLargeError: It is.
    """
    if ends_at > upload.size_bytes:
        raise TooLargeError(limit_bytes=upload.size_bytes)
