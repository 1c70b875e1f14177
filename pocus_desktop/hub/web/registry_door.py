"""The registry over HTTP (formats/enrolment 6 and 7).

POST /v1/enrolments                  a request with a one-time code; 201 with the grant
GET  /v1/stations/me/admissions      a station's own open admissions
GET  /v1/stations/me/grant           its grant as it stands now, by which it learns new keys of the academy
"""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.admission.documents import MAXIMUM_BYTES
from pocus_desktop.admission.enrolling import GRANT_TYPE, REQUEST_TYPE
from pocus_desktop.admission.handing_out import MEDIA_TYPE, write_admissions
from pocus_desktop.admission.records import EnrolmentState
from pocus_desktop.admission.station_request import ClockDiffersError as SignedForAnotherTimeError
from pocus_desktop.admission.station_request import NotSignedError
from pocus_desktop.hub.errors import ClockDiffersError, HubError
from pocus_desktop.hub.registry.enrolment_rows import Enrolled
from pocus_desktop.hub.registry.errors import BadCodeError, NotSignedInError
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.registry.tries import Tries
from pocus_desktop.hub.web.asking import signer_of, with_key
from pocus_desktop.hub.web.body import read_body
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.hub.web.observed import refuse
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError

ADMISSIONS: Final = "/v1/stations/me/admissions"
GRANT: Final = "/v1/stations/me/grant"
ENROLMENTS: Final = "/v1/enrolments"
_UNSOUND: Final = 422
_PRIVATE: Final = {"Cache-Control": "no-store"}


class RegistryDoor:
    """The registry's endpoints."""

    def __init__(self, registry: Registry, clock: Clock, guard: Guard, *, stall_s: float) -> None:
        self._registry = registry
        self._clock = clock
        self._guard = guard
        self._stall_s = stall_s
        self._tries = Tries()

    def routes(self) -> list[Door]:
        """For the application."""
        return [
            Door(
                ENROLMENTS,
                self.enrol,
                method="POST",
                takes=REQUEST_TYPE,
                gives=[GRANT_TYPE],
                guard=self._guard,
                counted="enrolments",
            ),
            Door(ADMISSIONS, self.admissions, gives=[MEDIA_TYPE], guard=self._guard, counted="stations"),
            Door(GRANT, self.grant, gives=[GRANT_TYPE], guard=self._guard, counted="stations"),
        ]

    async def enrol(self, request: Request) -> Response:
        """Grant a request that brings a one-time code."""
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
            return refuse(request.scope, problem, status=_UNSOUND)
        return Response(grant, status_code=201, media_type=GRANT_TYPE, headers=_PRIVATE)

    async def admissions(self, request: Request) -> Response:
        """What the station that asks may take in."""
        data = await run_in_threadpool(self._admissions, request)
        return Response(data, media_type=MEDIA_TYPE, headers=_PRIVATE)

    async def grant(self, request: Request) -> Response:
        """The grant of who asks, written anew."""
        data = await run_in_threadpool(self._grant, request)
        return Response(data, media_type=GRANT_TYPE, headers=_PRIVATE)

    def _admissions(self, request: Request) -> bytes:
        station = self._asker(request)
        return write_admissions(self._registry.admissions.for_station(station, now_ms=self._clock.read().wall_ms))

    def _grant(self, request: Request) -> bytes:
        return self._registry.enrolments.grant_again(self._asker(request).record.enrolment_id)

    def _asker(self, request: Request) -> Enrolled:
        """The active station or centre that signed a question."""
        now_ms = self._clock.read().wall_ms
        try:
            return signer_of(request, with_key(self._active), now_ms=now_ms)
        except SignedForAnotherTimeError as problem:
            raise ClockDiffersError(hub_time_ms=now_ms) from problem
        except NotSignedError as problem:
            raise NotSignedInError(reason=str(problem.params["reason"])) from problem

    def _active(self, key_id: str) -> Enrolled | None:
        one = self._registry.enrolments.sender(key_id)
        return one if one is not None and one.record.state is EnrolmentState.ACTIVE else None
