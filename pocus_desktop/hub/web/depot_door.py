"""The depot over HTTP: the academy's published files, as they lie in their folder (formats/sync 2.11).

Only what is published is given: metadata, targets and containers, never what waits for signatures. Nothing here is
believed by anyone, so nobody is asked who they are.
"""

import errno
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from pocus_desktop.hub.errors import BadRangeError, NotFoundError
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard

PUBLISHED: Final = ("metadata", "targets", "bundles")
_REFUSED: Final = frozenset({400, 416})
_UNCHANGING: Final = "public, max-age=31536000, immutable"
_CHANGING: Final = "no-cache"


class DepotDoor:
    """Gives the files of a depot, with ranges.

    Args:
        folder: The depot.
        guard: Counts who asks, by address.
    """

    def __init__(self, folder: Path, guard: Guard) -> None:
        self._folder = folder.resolve()
        self._guard = guard

    def routes(self) -> tuple[Door, ...]:
        """`GET` and `HEAD` of `/v1/depot/…`."""
        return (Door("/v1/depot/{path:path}", self.give, guard=self._guard, counted="depot"),)

    async def give(self, request: Request) -> Response:
        """One file; `timestamp.json` is asked for anew each time, all others never change under their names."""
        path = str(request.path_params["path"])
        file = await run_in_threadpool(self._published, path)
        if file is None:
            raise NotFoundError
        is_changing = file.name == "timestamp.json"
        return _PublishedFile(
            file,
            media_type="application/json" if file.suffix == ".json" else "application/octet-stream",
            headers={"Cache-Control": _CHANGING if is_changing else _UNCHANGING},
        )

    def _published(self, path: str) -> Path | None:
        first = path.partition("/")[0]
        if first not in PUBLISHED or "\\" in path or "\x00" in path:
            return None
        try:
            file = (self._folder / path).resolve()
            is_inside = file.is_relative_to(self._folder / first)
            return file if is_inside and file.is_file() else None
        except OSError as problem:
            if problem.errno == errno.ENAMETOOLONG:
                return None
            raise


class _PublishedFile(FileResponse):
    """A file whose refusals of a range are ours."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give it, or the part that is asked for.

        Raises:
            BadRangeError: There is no such part.
        """

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REFUSED:
                raise BadRangeError
            await send(message)

        await super().__call__(scope, receive, sending)
