"""Candidates' files over HTTP (formats/academy 9).

/v1/uploads                     the sealed file in pieces, begun by who signs as its account (`hub.web.uploads_door`)
GET /v1/files/{sha256}/receipt  the receipt of a sealed file, again, for who signs as its account
"""

import threading
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.errors import BadDigestError, NoReceiptError
from pocus_desktop.hub.programme.files import Files
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.hub.records.upload_store import Bounds
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.hub.web.asking import account_asking
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.hub.web.uploads_door import Kind
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.sealed_file import MAXIMUM_SEALED_BYTES
from pocus_desktop.programme.submission import RECEIPT_TYPE

RECEIPT: Final = "/v1/files/{digest}/receipt"
BOUNDS: Final = Bounds(whole_bytes=1024 * 1024 * 1024, each=1, counts_arrived=True)
"""A portfolio sends one file after the other; all of them together keep no result from coming in."""

AT_ONCE: Final = 8
"""Pieces of files at a time: a quarter of all turns, the rest is for results."""

_COUNTED: Final = "files"


class FilesDoor:
    """The endpoint, and what the door of uploads asks about files."""

    def __init__(self, files: Files, portfolios: Portfolios, clock: Clock, guard: Guard) -> None:
        self._files = files
        self._portfolios = portfolios
        self._clock = clock
        self._guard = guard

    def routes(self) -> list[Door]:
        """For the application."""
        return [Door(RECEIPT, self.receipt, gives=[RECEIPT_TYPE], guard=self._guard, counted="receipts")]

    def kind(self) -> Kind:
        """How files arrive in pieces."""
        return Kind(
            name="file",
            let_in=self._let_in,
            require_room=self._require_room,
            take=self._take,
            maximum_bytes=MAXIMUM_SEALED_BYTES,
            bounds=BOUNDS,
            turns=threading.BoundedSemaphore(AT_ONCE),
        )

    async def receipt(self, request: Request) -> Response:
        """Give a receipt again to the account that it names: it tells whose the file is."""
        digest: str = request.path_params["digest"]
        if not is_digest(digest):
            raise BadDigestError
        account_id = await run_in_threadpool(account_asking, request, self._portfolios, self._clock)
        held = await run_in_threadpool(self._files.held, digest)
        if held is None or held[0] != account_id:
            raise NoReceiptError
        return Response(held[1], media_type=RECEIPT_TYPE, headers={"Cache-Control": "no-store"})

    async def _let_in(self, request: Request) -> str:
        self._guard.count_stranger(request, door=_COUNTED)
        return await run_in_threadpool(account_asking, request, self._portfolios, self._clock)

    async def _require_room(self, account_id: str, size_bytes: int) -> None:
        await run_in_threadpool(self._files.require_room, account_id, size_bytes)

    async def _take(self, data: bytes, digest: str) -> object:
        return await run_in_threadpool(self._files.take, data, digest)
