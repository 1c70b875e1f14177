"""The registry over HTTP (formats/enrolment 6 and 7).

POST /v1/enrolments                  a request with a one-time code; 201 with the grant
GET  /v1/stations/me/admissions      a station's own open admissions
"""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pocus_desktop.admission.documents import MAXIMUM_BYTES
from pocus_desktop.admission.enrolling import GRANT_TYPE, REQUEST_TYPE
from pocus_desktop.admission.handing_out import MEDIA_TYPE, write_admissions
from pocus_desktop.admission.station_request import NotSignedError, verify_request
from pocus_desktop.hub.body import read_body
from pocus_desktop.hub.errors import HubError, WrongMediaTypeError
from pocus_desktop.hub.problem import problem_response
from pocus_desktop.hub.registry.errors import BadCodeError, NotSignedInError
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.registry.tries import Tries
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError

ADMISSIONS: Final = "/v1/stations/me/admissions"
ENROLMENTS: Final = "/v1/enrolments"
_UNSOUND: Final = 422
_PRIVATE: Final = {"Cache-Control": "no-store"}


class RegistryDoor:
    """The registry's endpoints."""

    def __init__(self, registry: Registry, clock: Clock, *, stall_s: float) -> None:
        self._registry = registry
        self._clock = clock
        self._stall_s = stall_s
        self._tries = Tries()

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route(ENROLMENTS, self.enrol, methods=["POST"]),
            Route(ADMISSIONS, self.admissions, methods=["GET"]),
        ]

    async def enrol(self, request: Request) -> Response:
        """Grant a request that brings a one-time code."""
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != REQUEST_TYPE:
            raise WrongMediaTypeError(needed=REQUEST_TYPE)
        self._tries.require(self._clock.read().monotonic_ms)
        asked = await read_body(request, maximum_bytes=MAXIMUM_BYTES, stall_s=self._stall_s)
        try:
            grant = await run_in_threadpool(self._registry.enrolments.enrol_by_code, asked)
        except BadCodeError:
            self._tries.fail(self._clock.read().monotonic_ms)
            raise
        except HubError:
            raise
        except PocusError as problem:  # the request is unsound: the asker's, not the hub's
            log.failure(problem)
            return problem_response(problem, status=_UNSOUND)
        return Response(grant, status_code=201, media_type=GRANT_TYPE, headers=_PRIVATE)

    async def admissions(self, request: Request) -> Response:
        """What the station that asks may take in."""
        data = await run_in_threadpool(self._admissions, request.headers.get("Authorization", ""))
        return Response(data, media_type=MEDIA_TYPE, headers=_PRIVATE)

    def _admissions(self, field: str) -> bytes:
        now_ms = self._clock.read().wall_ms
        active = {one.record.signing_id: one for one in self._registry.enrolments.active()}
        keys = {key_id: one.signing for key_id, one in active.items()}
        try:
            asker = verify_request(field, method="GET", target=ADMISSIONS, now_ms=now_ms, find=keys.get)
        except NotSignedError as problem:
            raise NotSignedInError(reason=str(problem.params["reason"])) from problem
        station = active[asker.key_id]
        return write_admissions(self._registry.admissions.for_station(station, now_ms=now_ms))
