"""The relay's doors in a room's service: what a hub has at these addresses, from the centre's computer (formats/relay).

    GET   …/v1/depot/{path}                  the centre's copy of the depot, with ranges
    GET   …/v1/stations/me/admissions        what may be sat at the station that asks
    GET   …/v1/stations/me/releases          what was released to it
    PUT   …/v1/envelopes/{digest}            a sealed result, kept for the academy
    GET   …/v1/envelopes/{digest}/receipt    the hub's receipt; "held" before
    …     …/v1/uploads                       the same in pieces (`service_uploads`)
    GET   …/readyz                           whether results are taken

Nothing here makes a receipt, or reads what it keeps.
"""

import re
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from pocus_desktop.admission import handing_out, station_request
from pocus_desktop.admission.station_request import NotSignedError as NotSignedByStationError
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, log
from pocus_desktop.proctoring.relay import Relay
from pocus_desktop.proctoring.relay_errors import (
    BadRangeError,
    BadRequestError,
    ClockDiffersError,
    ContentDiffersError,
    NotCarriedError,
    NotHeldError,
    NotSignedError,
    RelayError,
)
from pocus_desktop.proctoring.service_answers import content_digest, parts_of, problem, require_plain, told
from pocus_desktop.proctoring.service_uploads import UploadDoors
from pocus_desktop.sitting import held
from pocus_desktop.sitting.sealed import MEDIA_TYPE

MAXIMUM_ENVELOPE_BYTES: Final = 16 * 1024 * 1024
RECEIPT_TYPE: Final = "application/vnd.pocus.receipt+json"
PUBLISHED: Final = ("metadata", "targets", "bundles")
CHUNK_BYTES: Final = 256 * 1024
"""So much of a file is read and sent at a time: orders go out between two, also while a whole room fetches."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_REFUSED: Final = frozenset({400, 416})


class RelayDoors:
    """The endpoints of a relay."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._depot = relay.depot.resolve()
        self._uploads = UploadDoors(relay, asker=self.asker, keep=self.keep)

    def routes(self) -> list[BaseRoute]:
        """For the service, below the address of the relay."""
        return [
            Route("/readyz", told(self.ready)),
            Route("/v1/depot/{path:path}", told(self.file)),
            Route(handing_out.ADMISSIONS_PATH, told(self.admissions)),
            Route(handing_out.RELEASES_PATH, told(self.releases)),
            Route("/v1/envelopes/{digest}", told(self.put), methods=["PUT"]),
            Route("/v1/envelopes/{digest}/receipt", told(self.receipt)),
            *self._uploads.routes(),
        ]

    async def ready(self, _request: Request) -> Response:
        """That results are taken."""
        return Response(canonical.encode({"status": "ready"}), media_type="application/json")

    async def file(self, request: Request) -> Response:
        """A file of the depot. Nobody is asked who they are: all of it is signed, and live content is ciphertext."""
        file = await run_in_threadpool(self._published, str(request.path_params["path"]))
        if file is None:
            raise NotCarriedError
        is_changing = file.name == "timestamp.json"
        return _DepotFile(
            file,
            media_type="application/json" if file.suffix == ".json" else "application/octet-stream",
            headers={"Cache-Control": "no-cache" if is_changing else "public, max-age=31536000, immutable"},
        )

    async def admissions(self, request: Request) -> Response:
        """What may be sat at the station that asks."""
        station = self.asker(request, handing_out.ADMISSIONS_PATH)
        document = await run_in_threadpool(self._relay.papers.admissions, station)
        return Response(document, media_type=handing_out.MEDIA_TYPE)

    async def releases(self, request: Request) -> Response:
        """What was released to the station that asks."""
        station = self.asker(request, handing_out.RELEASES_PATH)
        document = await run_in_threadpool(self._relay.papers.releases, station)
        return Response(document, media_type=handing_out.RELEASES_TYPE)

    async def put(self, request: Request) -> Response:
        """Keep a sealed result."""
        require_plain(request, MEDIA_TYPE)
        digest = _digest(request)
        named = content_digest(request)
        station = self.asker(request, f"/v1/envelopes/{digest}", named)
        data = b"".join([part async for part in parts_of(request, maximum_bytes=MAXIMUM_ENVELOPE_BYTES)])
        if not canonical.digest(data) == digest == named:
            raise ContentDiffersError
        await self.keep(data, digest, station.key_id)
        return await self._state(digest)

    async def receipt(self, request: Request) -> Response:
        """The hub's receipt, or where the envelope is."""
        return await self._state(_digest(request))

    async def keep(self, data: bytes, digest: str, station: str) -> None:
        """Hold an envelope whose digest is right."""
        await run_in_threadpool(self._relay.results.hold, data, station=station, now_ms=self._now_ms())
        log.event("relay.held", digest=digest, station=station)
        self._relay.on_held()

    def asker(self, request: Request, target: str, digest: str | None = None) -> PublicKey:
        """The device key of the station that signed a request.

        Raises:
            ClockDiffersError: It signed for another time.
            NotSignedError: No station of this room signed it.
        """
        now_ms = self._now_ms()
        try:
            return station_request.verify_request(
                request.headers.get("Authorization", ""),
                method=request.method,
                target=target,
                now_ms=now_ms,
                find=self._relay.find,
                content_digest=digest,
            )
        except station_request.ClockDiffersError as error:
            raise ClockDiffersError(hub_time_ms=now_ms) from error
        except NotSignedByStationError as error:
            raise NotSignedError(reason=str(error.params.get("reason", ""))) from error

    async def _state(self, digest: str) -> Response:
        receipt = await run_in_threadpool(self._relay.results.receipt, digest)
        if receipt is not None:
            return Response(receipt, media_type=RECEIPT_TYPE)
        state = await run_in_threadpool(self._relay.results.state, digest)
        if state is None:
            raise NotHeldError
        return Response(held.write_held(digest, state), status_code=202, media_type=held.MEDIA_TYPE)

    def _published(self, path: str) -> Path | None:
        first = path.partition("/")[0]
        if first not in PUBLISHED or "\\" in path or "\x00" in path:
            return None
        try:
            file = (self._depot / path).resolve()
            return file if file.is_relative_to(self._depot / first) and file.is_file() else None
        except OSError:  # a name that no file can have
            return None

    def _now_ms(self) -> int:
        return self._relay.clock.read().wall_ms


def relay_doors(relay: Relay) -> Mount:
    """The doors where a room's service has them."""
    return Mount(handing_out.RELAY_PATH, routes=RelayDoors(relay).routes())


class _DepotFile(FileResponse):
    """A file, in larger parts than usual; its refusals of a range are ours."""

    chunk_size = CHUNK_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give it, or the part that is asked for."""
        refused: RelayError | None = None

        async def sending(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] in _REFUSED:
                refused = BadRangeError()
            if refused is None:
                await send(message)

        await super().__call__(scope, receive, sending)
        if refused is not None:
            await problem(refused)(scope, receive, send)


def _digest(request: Request) -> str:
    found = str(request.path_params["digest"])
    if _DIGEST.fullmatch(found) is None:
        raise BadRequestError(reason="digest")
    return found
