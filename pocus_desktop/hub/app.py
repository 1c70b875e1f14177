"""The hub over HTTP (formats/sync 2).

    PUT  /v1/envelopes/{sha256}            201 with a receipt; 200 with the same receipt for the same bytes
    GET  /v1/envelopes/{sha256}/receipt    the receipt again
    GET  /v1/keys                          the academy's public keys
    GET  /healthz                          whether results can be taken now
    /v1/enrolments, /v1/stations/me/…      the registry (`hub.registry.door`)
    GET  /v1/depot/…                       what the academy publishes (`hub.depot_door`)

Every error is a problem document. The request's body is read as it comes, up to a limit and never slower than a stall;
the work is done on threads, a few envelopes at a time.
"""

import logging
import threading
from pathlib import Path
from traceback import extract_tb
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pocus_desktop.hub.body import read_body
from pocus_desktop.hub.depot_door import DepotDoor
from pocus_desktop.hub.digest_field import sha256_of
from pocus_desktop.hub.errors import (
    BadDigestError,
    BadMethodError,
    BadRequestError,
    ContentDigestMismatchError,
    NameMismatchError,
    NoReceiptError,
    NotFoundError,
    WrongMediaTypeError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.intake import MAXIMUM_ENVELOPE_BYTES, IntakeResult
from pocus_desktop.hub.objects import is_digest
from pocus_desktop.hub.problem import problem_response
from pocus_desktop.hub.registry.door import RegistryDoor
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.transport import RECEIPT_MEDIA_TYPE

AT_ONCE: Final = 4
"""Envelopes that are judged at the same time; each may hold tens of megabytes while it is unpacked."""

STALL_S: Final = 30.0
"""How long a sender may send nothing."""


def create_app(
    hub: Hub, *, depot: Path | None = None, stall_s: float = STALL_S, maximum_bytes: int = MAXIMUM_ENVELOPE_BYTES
) -> Starlette:
    """The ASGI application of a hub; it needs no lifespan.

    Args:
        hub: Stays open as long as the application is used; the caller closes it.
        depot: The folder in which the academy publishes; None where another server gives it.
        stall_s: How long a sender may send nothing, in seconds.
        maximum_bytes: The largest envelope.
    """
    door = _Door(hub, stall_s=stall_s, maximum_bytes=maximum_bytes)
    return Starlette(
        routes=[
            Route("/v1/envelopes/{digest}", door.put, methods=["PUT"]),
            Route("/v1/envelopes/{digest}/receipt", door.receipt, methods=["GET"]),
            Route("/v1/keys", door.keys, methods=["GET"]),
            Route("/healthz", door.health, methods=["GET"]),
            *RegistryDoor(hub.registry, hub.clock, stall_s=stall_s).routes(),
            *(DepotDoor(depot).routes() if depot is not None else ()),
        ],
        exception_handlers={PocusError: _told, HTTPException: _told_by_framework, Exception: _unexpected},
    )


class _Door:
    """The endpoints."""

    def __init__(self, hub: Hub, *, stall_s: float, maximum_bytes: int) -> None:
        self._hub = hub
        self._stall_s = stall_s
        self._maximum_bytes = maximum_bytes
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    async def put(self, request: Request) -> Response:
        """Take an envelope."""
        digest = _digest(request)
        _require_plain_result(request)
        named = sha256_of(", ".join(request.headers.getlist("Content-Digest")) or None)
        data = await read_body(request, maximum_bytes=self._maximum_bytes, stall_s=self._stall_s)
        found = canonical.digest(data)
        if found != named:
            raise ContentDigestMismatchError
        if found != digest:
            raise NameMismatchError
        result = await run_in_threadpool(self._take, data, digest)
        headers = {"Location": f"/v1/envelopes/{digest}/receipt"} if result.is_new else {}
        return Response(
            result.receipt, status_code=201 if result.is_new else 200, media_type=RECEIPT_MEDIA_TYPE, headers=headers
        )

    async def receipt(self, request: Request) -> Response:
        """Give a receipt again."""
        found = await run_in_threadpool(self._hub.receipt, _digest(request))
        if found is None:
            raise NoReceiptError
        return Response(found, media_type=RECEIPT_MEDIA_TYPE)

    async def keys(self, _request: Request) -> Response:
        """The public keys."""
        return Response(canonical.encode(self._hub.public_keys()), media_type="application/json")

    async def health(self, _request: Request) -> Response:
        """Whether results can be taken."""
        await run_in_threadpool(self._hub.check)
        return Response(canonical.encode({"status": "ok"}), media_type="application/json")

    def _take(self, data: bytes, digest: str) -> IntakeResult:
        with self._turns:
            return self._hub.take(data, digest)


def _digest(request: Request) -> str:
    digest: str = request.path_params["digest"]
    if not is_digest(digest):
        raise BadDigestError
    return digest


def _require_plain_result(request: Request) -> None:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if kind != MEDIA_TYPE or coding != "identity":
        raise WrongMediaTypeError(needed=MEDIA_TYPE)


async def _told(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, PocusError)  # noqa: S101 - registered for these alone
    log.failure(problem)
    return problem_response(problem)


async def _told_by_framework(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for these alone
    match problem.status_code:
        case 404:
            error: PocusError = NotFoundError()
        case 405:
            error = BadMethodError()
        case _:
            error = BadRequestError(reason=f"status {problem.status_code}")
    return problem_response(error, headers=problem.headers)


async def _unexpected(_request: Request, bug: Exception) -> Response:
    """Where it happened and of what kind; its text may carry what someone sent and stays out."""
    place = extract_tb(bug.__traceback__)[-1]
    safe = {"kind": type(bug).__name__, "file": Path(place.filename).name, "line": place.lineno or 0}
    logging.getLogger("pocus_desktop").error("hub.request_failed", extra={"safe": safe})
    return problem_response(PocusError(code="kernel.unexpected"))
