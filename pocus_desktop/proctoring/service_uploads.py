"""Sealed results in pieces at a relay: tus 1.0.0, as the hub speaks it (formats/relay 3.3, formats/sync 8)."""

import base64
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.proctoring.arriving import Upload
from pocus_desktop.proctoring.relay import Relay
from pocus_desktop.proctoring.relay_errors import (
    BadRequestError,
    ContentDiffersError,
    OtherMediaTypeError,
    OtherTusVersionError,
    RelayError,
    TooLargeError,
)
from pocus_desktop.proctoring.service_answers import Endpoint, parts_of, require_plain, told
from pocus_desktop.sitting.sealed import MEDIA_TYPE

VERSION: Final = "1.0.0"
PIECE_TYPE: Final = "application/offset+octet-stream"
MAXIMUM_ENVELOPE_BYTES: Final = 16 * 1024 * 1024
KEEP_BYTES: Final = 256 * 1024
"""So much is kept as it comes, before the request is over."""

_ALL: Final = "/v1/uploads"
_SHOWN: Final = {"Tus-Resumable": VERSION}
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_NUMBER: Final = 15

Asker = Callable[[Request, str], PublicKey]
Keep = Callable[[bytes, str, str], Awaitable[None]]


class UploadDoors:
    """The endpoints."""

    def __init__(self, relay: Relay, *, asker: Asker, keep: Keep) -> None:
        """Join the parts.

        Args:
            relay: Whose.
            asker: Who signed a request for a target.
            keep: Holds a whole envelope of a digest that a station brought.
        """
        self._relay = relay
        self._arriving = relay.arriving
        self._asker = asker
        self._keep = keep

    def routes(self) -> list[BaseRoute]:
        """For the relay."""
        one = _ALL + "/{upload_id}"
        return [
            Route(_ALL, told(self.options), methods=["OPTIONS"]),
            Route(_ALL, _door(self.begin), methods=["POST"]),
            Route(one, _door(self.remove), methods=["DELETE"]),
            Route(one, _door(self.append), methods=["PATCH"]),
            Route(one, _door(self.offset), methods=["HEAD"]),
        ]

    async def options(self, _request: Request) -> Response:
        """What this door can do."""
        can = {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,termination",
            "Tus-Max-Size": str(MAXIMUM_ENVELOPE_BYTES),
        }
        return Response(status_code=204, headers={**_SHOWN, **can})

    async def begin(self, request: Request) -> Response:
        """Begin an upload."""
        station = self._asker(request, _ALL)
        size_bytes = _number(request, "Upload-Length")
        if size_bytes > MAXIMUM_ENVELOPE_BYTES:
            raise TooLargeError(limit_bytes=MAXIMUM_ENVELOPE_BYTES)
        told_of = _metadata(request.headers.get("Upload-Metadata", ""))
        digest = told_of.get("filename", "")
        if _DIGEST.fullmatch(digest) is None:
            raise BadRequestError(reason="Upload-Metadata")
        if told_of.get("filetype", MEDIA_TYPE) != MEDIA_TYPE:
            raise OtherMediaTypeError(needed=MEDIA_TYPE)
        begun = await run_in_threadpool(
            self._arriving.begin, digest, size_bytes=size_bytes, owner=station.key_id, now_ms=self._now_ms()
        )
        # relative, so that it holds wherever this stands
        return Response(status_code=201, headers={**_state(begun), "Location": f"uploads/{begun.upload_id}"})

    async def offset(self, request: Request) -> Response:
        """How far it is; who knows its address may ask."""
        found = await run_in_threadpool(self._arriving.find, request.path_params["upload_id"])
        return Response(status_code=200, headers={**_state(found), "Cache-Control": "no-store"})

    async def append(self, request: Request) -> Response:
        """Take what comes next, of a cut request what came; a whole envelope is held before the answer."""
        require_plain(request, PIECE_TYPE)
        upload_id, begins_at = request.path_params["upload_id"], _number(request, "Upload-Offset")
        found = await self._pour(upload_id, begins_at, parts_of(request, maximum_bytes=MAXIMUM_ENVELOPE_BYTES))
        if found.arrived_bytes == found.size_bytes:
            await self._finish(found)
        return Response(status_code=204, headers={**_SHOWN, "Upload-Offset": str(found.arrived_bytes)})

    async def remove(self, request: Request) -> Response:
        """Let it go."""
        found = await run_in_threadpool(self._arriving.find, request.path_params["upload_id"])
        await run_in_threadpool(self._arriving.remove, found.upload_id)
        return Response(status_code=204, headers=_SHOWN)

    async def _pour(self, upload_id: str, begins_at: int, parts: AsyncIterator[bytes]) -> Upload:
        """Keep content as it comes; how far it is then."""
        found = await self._append(upload_id, begins_at, b"")  # whether it may begin there at all
        waiting = bytearray()
        try:
            async for part in parts:
                waiting += part
                if len(waiting) >= KEEP_BYTES:
                    content = bytes(waiting)
                    waiting.clear()
                    found = await self._append(upload_id, found.arrived_bytes, content)
        except RelayError:
            with contextlib.suppress(RelayError):  # why it was cut is what is told
                await self._append(upload_id, found.arrived_bytes, bytes(waiting))
            raise
        return await self._append(upload_id, found.arrived_bytes, bytes(waiting)) if waiting else found

    async def _append(self, upload_id: str, begins_at: int, content: bytes) -> Upload:
        return await run_in_threadpool(self._arriving.append, upload_id, begins_at, content, now_ms=self._now_ms())

    async def _finish(self, upload: Upload) -> None:
        """Hold a whole envelope; only then, or where it is another one, its pieces are let go."""
        data = await run_in_threadpool(self._arriving.read, upload.upload_id)
        is_right = canonical.digest(data) == upload.digest
        if is_right:
            await self._keep(data, upload.digest, upload.owner)
        await run_in_threadpool(self._arriving.remove, upload.upload_id)
        if not is_right:
            raise ContentDiffersError

    def _now_ms(self) -> int:
        return self._relay.clock.read().wall_ms


def _door(endpoint: Endpoint) -> Endpoint:
    """An endpoint that every request of tus names the version of."""

    async def asked(request: Request) -> Response:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise OtherTusVersionError(known=VERSION)
        return await endpoint(request)

    return told(asked)


def _state(upload: Upload) -> dict[str, str]:
    return {**_SHOWN, "Upload-Offset": str(upload.arrived_bytes), "Upload-Length": str(upload.size_bytes)}


def _number(request: Request, field: str) -> int:
    found = request.headers.get(field, "")
    if not found.isascii() or not found.isdigit() or len(found) > _LONGEST_NUMBER:
        raise BadRequestError(reason=field)
    return int(found)


def _metadata(field: str) -> dict[str, str]:
    """Keys and values, as `Upload-Metadata` holds them."""
    found: dict[str, str] = {}
    for part in field.split(",") if field else ():
        key, _, value = part.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except ValueError as wrong:
            raise BadRequestError(reason="Upload-Metadata") from wrong
    return found
