"""Incidents over HTTP (formats/incident 5).

PUT /v1/incidents/{sha256}    a sealed report; 201 with a receipt; 200 with the same receipt for the same report
"""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.errors import BadDigestError, ContentDigestMismatchError, HubError
from pocus_desktop.hub.registry.incidents import Incidents
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.hub.web.body import read_body
from pocus_desktop.hub.web.digest_field import sha256_of
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.hub.web.observed import refuse
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.incident_report import MAXIMUM_SEALED_BYTES, RECEIPT_TYPE, SEALED_TYPE

INCIDENTS: Final = "/v1/incidents/{digest}"
_UNSOUND: Final = 422
_PRIVATE: Final = {"Cache-Control": "no-store"}


class IncidentsDoor:
    """The endpoint."""

    def __init__(self, incidents: Incidents, guard: Guard, *, stall_s: float) -> None:
        self._incidents = incidents
        self._guard = guard
        self._stall_s = stall_s

    def routes(self) -> list[Door]:
        """For the application."""
        return [Door(INCIDENTS, self.put, method="PUT", takes=SEALED_TYPE, gives=[RECEIPT_TYPE])]

    async def put(self, request: Request) -> Response:
        """Take a report."""
        digest: str = request.path_params["digest"]
        if not is_digest(digest):
            raise BadDigestError
        named = sha256_of(", ".join(request.headers.getlist("Content-Digest")) or None)
        await self._guard.let_in(request, door="incidents", content_digest=named)
        data = await read_body(request, maximum_bytes=MAXIMUM_SEALED_BYTES, stall_s=self._stall_s)
        if canonical.digest(data) != named:
            raise ContentDigestMismatchError
        try:
            taken = await run_in_threadpool(self._incidents.take, data, digest)
        except HubError:
            raise
        except PocusError as problem:  # the report is unsound: the sender's, not the hub's
            log.failure(problem)
            return refuse(request.scope, problem, status=_UNSOUND)
        status = 201 if taken.is_new else 200
        return Response(taken.receipt, status_code=status, media_type=RECEIPT_TYPE, headers=_PRIVATE)
