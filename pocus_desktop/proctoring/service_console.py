"""The room's doors for whoever holds the centre's key, beside asking and seeing (formats/room 5).

GET  /v1/console/close-out/{language}      the close-out checklist, as the console's window shows it
GET  /v1/console/shared                    what this console did, for another one of this centre
GET  /v1/console/incidents/{digest}        the signed report of an incident
"""

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pocus_desktop.kernel import canonical, words
from pocus_desktop.proctoring.close_out import Checklist, as_document
from pocus_desktop.proctoring.documents import VIEW_TYPE
from pocus_desktop.proctoring.errors import NothingThereError, RoomRequestError
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.service import Door, RoomService
from pocus_desktop.proctoring.shared import SHARED_REPORT_TYPE, SHARED_TYPE

Closing = Callable[[], Checklist]
"""How the room stands at its end, now; called on a thread that may wait for a disk."""


def console_doors(
    service: RoomService, *, closing: Closing | None, incidents: Callable[[], IncidentDesk]
) -> Sequence[Door]:
    """The doors, for the service that they stand beside."""

    def share() -> bytes:
        return service.room.share(incidents().listed())

    async def shared(request: Request) -> Response:
        service.centre(request)
        return Response(await run_in_threadpool(share), media_type=SHARED_TYPE)

    async def incident(request: Request) -> Response:
        service.centre(request)
        digest = str(request.path_params["digest"])
        envelope = await run_in_threadpool(lambda: incidents().envelope(digest))
        if envelope is None:
            raise NothingThereError
        return Response(envelope, media_type=SHARED_REPORT_TYPE)

    async def close_out(request: Request) -> Response:
        service.centre(request)
        language = request.path_params["language"]
        if language not in words.languages() or closing is None:
            raise RoomRequestError(reason="it has no such checklist")
        whole = await run_in_threadpool(closing)
        return Response(canonical.encode(as_document(whole, language)), media_type=VIEW_TYPE)

    return [
        Route("/v1/console/close-out/{language}", service.door(close_out), methods=["GET"]),
        Route("/v1/console/shared", service.door(shared), methods=["GET"]),
        Route("/v1/console/incidents/{digest}", service.door(incident), methods=["GET"]),
    ]
