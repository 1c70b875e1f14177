"""The log over HTTP, for anyone (formats/log 5): C2SP tlog-tiles at `/v1/log/`."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.errors import NotFoundError
from pocus_desktop.hub.results_log.result_log import ResultLog
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.tlog.tiles import CHECKPOINT

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_KEPT: Final = "no-cache"
_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"


class LogDoor:
    """Gives the parts of a log.

    Args:
        log: The hub's.
        guard: Counts who asks, by address.
    """

    def __init__(self, log: ResultLog, guard: Guard) -> None:
        self._log = log
        self._guard = guard

    def routes(self) -> tuple[Door, ...]:
        """`GET` and `HEAD` of `/v1/log/…`."""
        return (
            Door("/v1/log/checkpoint", self.checkpoint, gives=[_TEXT], guard=self._guard, counted="log"),
            Door("/v1/log/{path:path}", self.part, gives=[_BYTES], guard=self._guard, counted="log"),
        )

    async def checkpoint(self, _request: Request) -> Response:
        """The signed head of now."""
        found = await run_in_threadpool(self._log.read, CHECKPOINT)
        return Response(found, media_type=_TEXT, headers={"Cache-Control": _NOT_KEPT})

    async def part(self, request: Request) -> Response:
        """A tile or a bundle of entries, which never changes."""
        found = await run_in_threadpool(self._log.read, request.path_params["path"])
        if found is None:
            raise NotFoundError
        return Response(found, media_type=_BYTES, headers={"Cache-Control": _FOR_EVER})
