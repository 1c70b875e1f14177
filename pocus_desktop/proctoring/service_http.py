"""HTTP as a room speaks it: who asks and how often, bounded bodies, problem documents (formats/room 4)."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pocus_desktop.admission.station_request import (
    SCHEME,
    ClockDiffersError,
    NotSignedError,
    verify_request,
)
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.rate import Limiter, Rate
from pocus_desktop.proctoring.documents import PROBLEM_TYPE
from pocus_desktop.proctoring.errors import (
    RoomBusyError,
    RoomClockError,
    RoomError,
    RoomRequestError,
    RoomTooLargeError,
    UnknownStationError,
)

STALL_S: Final = 10.0
STATION: Final = Rate(burst=120, per_minute=360)
"""A station reports once a second and with each change, and waits for orders beside that."""

STRANGER: Final = Rate(burst=240, per_minute=120)
"""One address: a station says hello once; a school behind one address says it many times at once."""


class Counter:
    """Who asks, and how often."""

    def __init__(self, clock: Clock, *, station: Rate = STATION, stranger: Rate = STRANGER) -> None:
        self._clock = clock
        self._station = station
        self._stranger = stranger
        self._limiter = Limiter()

    def stranger(self, request: Request) -> None:
        """Count a request by where it came from.

        Raises:
            RoomBusyError: Too many came from there.
        """
        self._draw("stranger", request.client.host if request.client is not None else "", self._stranger)

    def sender(
        self,
        request: Request,
        find: Callable[[str], PublicKey | None],
        *,
        door: str,
        body: bytes | None = None,
        rate: Rate | None = None,
    ) -> PublicKey:
        """Whose request it is; counted by their key.

        Args:
            request: It must be signed over its method, path, time and the digest of its body.
            find: Who may ask here, by the id of their key.
            door: What is asked for, for counting.
            body: Its content; None where it has none.
            rate: How often one sender may ask here; a station's where omitted.

        Raises:
            RoomClockError: All is right but the time.
            UnknownStationError: Nobody who may ask here signed it.
            RoomBusyError: It comes too often.
        """
        given = request.headers.getlist("Authorization")
        now_ms = self._clock.read().wall_ms
        try:
            key = verify_request(
                given[0] if len(given) == 1 else "",
                method=request.method,
                target=request.scope["path"],
                now_ms=now_ms,
                find=find,
                content_digest=None if body is None else hashlib.sha256(body).hexdigest(),
            )
        except ClockDiffersError as problem:
            self.stranger(request)
            raise RoomClockError(room_time_ms=now_ms) from problem
        except NotSignedError as problem:
            self.stranger(request)
            raise UnknownStationError from problem
        self._draw(door, key.key_id, rate or self._station)
        return key

    def _draw(self, door: str, who: str, rate: Rate) -> None:
        wait_ms = self._limiter.draw(door, who, rate, self._clock.read().monotonic_ms)
        if wait_ms:
            raise RoomBusyError(wait_s=-(-wait_ms // 1000))


async def read_body(request: Request, *, media_type: str, maximum_bytes: int) -> bytes:
    """The body of a request, which comes within seconds or not at all: everything here is small.

    Raises:
        RoomRequestError: It is of another type, or the sender went away or is too slow.
        RoomTooLargeError: It is larger than any is.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != media_type:
        raise RoomRequestError(reason=f"the content must be {media_type}")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise RoomRequestError(reason="the content must not be compressed")
    told = request.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > maximum_bytes:
        raise RoomTooLargeError(limit_bytes=maximum_bytes)
    found = bytearray()
    try:
        async with asyncio.timeout(STALL_S):
            async for part in request.stream():
                found += part
                if len(found) > maximum_bytes:
                    raise RoomTooLargeError(limit_bytes=maximum_bytes)
    except (TimeoutError, ClientDisconnect) as problem:
        raise RoomRequestError(reason="the content did not come whole") from problem
    return bytes(found)


def problem(error: PocusError) -> Response:
    """An error as a problem document (RFC 9457) with our code."""
    status = error.status if isinstance(error, RoomError) else 422
    told = error.explain()
    document: dict[str, Json] = {
        "type": f"urn:pocus:problem:{error.code}",
        "title": told.what,
        "status": status,
        "code": error.code,
        "detail": told.what,
        "next": told.next,
        "params": dict(error.params),
    }
    headers = {"Retry-After": str(error.params["wait_s"])} if "wait_s" in error.params else {}
    if status == UnknownStationError.status:
        headers["WWW-Authenticate"] = SCHEME
    if status == RoomTooLargeError.status:  # what is left of the request cannot be told from a next one
        headers["Connection"] = "close"
    log.failure(error)
    return Response(canonical.encode(document), status_code=status, media_type=PROBLEM_TYPE, headers=headers)
