"""The room's doors for whoever holds the centre's key, beside asking and seeing (formats/room 5).

GET  /v1/console/close-out/{language}      the close-out checklist, as the console's window shows it
"""

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pocus_desktop.kernel import canonical, words
from pocus_desktop.proctoring.close_out import Checklist, as_document
from pocus_desktop.proctoring.documents import VIEW_TYPE
from pocus_desktop.proctoring.errors import RoomRequestError
from pocus_desktop.proctoring.service import Door, RoomService

Closing = Callable[[], Checklist]
"""How the room stands at its end, now; called on a thread that may wait for a disk."""


def console_doors(service: RoomService, *, closing: Closing | None) -> Sequence[Door]:
    """The doors, for the service that they stand beside."""

    async def close_out(request: Request) -> Response:
        service.centre(request)
        language = request.path_params["language"]
        if language not in words.languages() or closing is None:
            raise RoomRequestError(reason="it has no such checklist")
        whole = await run_in_threadpool(closing)
        return Response(canonical.encode(as_document(whole, language)), media_type=VIEW_TYPE)

    return [Route("/v1/console/close-out/{language}", service.door(close_out), methods=["GET"])]
