"""The hub over HTTP (formats/sync 2 and 7).

    PUT  /v1/envelopes/{sha256}            201 with a receipt; 200 with the same receipt for the same bytes
    GET  /v1/envelopes/{sha256}/receipt    the receipt again
    GET  /v1/keys                          the academy's public keys
    GET  /healthz                          whether this process answers
    GET  /readyz                           whether results can be taken now
    /v1/uploads                            envelopes and candidates' files in pieces (`hub.web.uploads_door`)
    GET  /v1/log/checkpoint, /tile/…       the log of what was accepted, for anyone (`hub.web.log_door`)
    PUT  /v1/incidents/{sha256}            a centre's report of an incident (`hub.web.incidents_door`)
    /v1/enrolments, /v1/stations/me/…      the registry (`hub.web.registry_door`)
    GET  /v1/depot/…                       what the academy publishes (`hub.web.depot_door`)
    GET  /certificates/…, /.well-known/did.json   certificates, for anyone (`hub.web.certificates_door`)
    /peer/…                                pages of evaluators (`hub.peers.pages`)

Every error is a problem document. Who sends is asked before any content is read (`hub.web.guard`); the content is read
as it comes, up to a limit and never slower than a stall; the work is done on threads (`hub.web.gathering`).
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.errors import (
    BadDigestError,
    ContentDigestMismatchError,
    NameMismatchError,
    NoReceiptError,
    TooBusyError,
)
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.intake import MAXIMUM_ENVELOPE_BYTES, IntakeResult, Offer
from pocus_desktop.hub.pages.doors import staff_doors
from pocus_desktop.hub.pages.page import PAGES, refused, static_doors
from pocus_desktop.hub.peers.pages import EvaluatorPages
from pocus_desktop.hub.staff.oidc import Provider
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.hub.web.application import Application
from pocus_desktop.hub.web.body import read_body
from pocus_desktop.hub.web.certificates_door import CertificatesDoor
from pocus_desktop.hub.web.depot_door import DepotDoor
from pocus_desktop.hub.web.digest_field import sha256_of
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.files_door import FilesDoor
from pocus_desktop.hub.web.gathering import Gathering
from pocus_desktop.hub.web.guard import DEFAULT_LIMITS, Guard, Limits, Senders
from pocus_desktop.hub.web.incidents_door import IncidentsDoor
from pocus_desktop.hub.web.log_door import LogDoor
from pocus_desktop.hub.web.metrics import Metrics
from pocus_desktop.hub.web.observed import Observed
from pocus_desktop.hub.web.portfolio_door import PortfolioDoor
from pocus_desktop.hub.web.protocol import BUSY_S
from pocus_desktop.hub.web.readiness import Readiness
from pocus_desktop.hub.web.registry_door import RegistryDoor
from pocus_desktop.hub.web.uploads_door import UploadsDoor, envelopes
from pocus_desktop.kernel import canonical, log
from pocus_desktop.programme.sealed_file import SEALED_FILE_TYPE
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.transport import RECEIPT_MEDIA_TYPE

READ_AT_ONCE: Final = 32
"""Envelopes that are read at the same time, whole or in pieces; each is held in memory until it is whole."""

JUDGED_SIDE_BY_SIDE: Final = 2
"""Batches of envelopes under way: while one waits for the disk or the database, the next one is judged. Each holds one
envelope unpacked at a time, which may be tens of megabytes."""

STALL_S: Final = 30.0
"""How long a sender may send next to nothing."""

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the hub meets the network.

    Attributes:
        senders: From whom results are taken.
        limits: How often each may ask.
        proxies: Addresses of proxies whose word on a request's sender and id is believed.
        stall_s: How long a sender may send next to nothing, in seconds.
        maximum_bytes: The largest envelope.
        provider: Who vouches for staff at sign-in, beside the hub's own accounts.
    """

    senders: Senders = Senders.AUTO
    limits: Limits = DEFAULT_LIMITS
    proxies: Collection[str] = ()
    stall_s: float = STALL_S
    maximum_bytes: int = MAXIMUM_ENVELOPE_BYTES
    provider: Provider | None = None


DEFAULT_POLICY: Final = Policy()


def create_app(
    hub: Hub, *, depot: Path | None = None, policy: Policy = DEFAULT_POLICY, metrics: Metrics | None = None
) -> Observed:
    """The ASGI application of a hub; it needs no lifespan.

    Args:
        hub: Stays open as long as the application is used; the caller closes it.
        depot: The folder in which the academy publishes; None where another server gives it.
        policy: How it meets the network.
        metrics: Where it is counted; nowhere that anyone sees where omitted.
    """
    metrics = metrics or Metrics()
    guard = Guard(
        hub.registry,
        hub.clock,
        metrics,
        senders=policy.senders,
        proxies=policy.proxies,
        limits=policy.limits,
    )
    readers = threading.BoundedSemaphore(READ_AT_ONCE)
    doors = _Doors(hub, guard, metrics, policy, readers)
    files = FilesDoor(hub.academy.files, hub.academy.portfolios, hub.clock, guard)
    kinds = {
        MEDIA_TYPE: envelopes(doors.take, guard, maximum_bytes=policy.maximum_bytes),
        SEALED_FILE_TYPE: files.kind(),
    }
    uploads = UploadsDoor(hub.uploads, kinds, hub.clock, guard, readers=readers, stall_s=policy.stall_s)
    every: list[Door] = [
        *doors.routes(),
        *uploads.routes(),
        *LogDoor(hub.log, guard).routes(),
        *RegistryDoor(hub.registry, hub.clock, guard, stall_s=policy.stall_s).routes(),
        *IncidentsDoor(hub.registry.incidents, guard, stall_s=policy.stall_s).routes(),
        *PortfolioDoor(hub.academy.portfolios, hub.answers, hub.clock, guard, stall_s=policy.stall_s).routes(),
        *files.routes(),
        *(DepotDoor(depot, guard).routes() if depot is not None else ()),
        *CertificatesDoor(hub.certificates, hub.ring, hub.clock, guard).routes(),
        *EvaluatorPages(hub.peers.answering, guard, stall_s=policy.stall_s).routes(),
        *staff_doors(hub, guard, stall_s=policy.stall_s, provider=policy.provider),
        *static_doors(),
    ]
    return Observed(Application(every, page=refused), metrics=metrics, proxies=policy.proxies, pages=PAGES)


class _Doors:
    """The endpoints."""

    def __init__(
        self, hub: Hub, guard: Guard, metrics: Metrics, policy: Policy, readers: threading.BoundedSemaphore
    ) -> None:
        self._hub = hub
        self._guard = guard
        self._metrics = metrics
        self._policy = policy
        self._readiness = Readiness(hub)
        self._gathering = Gathering(
            hub.take_all, name="hub-intake", size_of=lambda offer: len(offer.data), side_by_side=JUDGED_SIDE_BY_SIDE
        )
        self._readers = readers

    def routes(self) -> list[Door]:
        """For the application."""
        guard = self._guard
        return [
            Door("/v1/envelopes/{digest}", self.put, method="PUT", gives=[RECEIPT_MEDIA_TYPE], takes=MEDIA_TYPE),
            Door(
                "/v1/envelopes/{digest}/receipt",
                self.receipt,
                gives=[RECEIPT_MEDIA_TYPE],
                guard=guard,
                counted="receipts",
            ),
            Door("/v1/keys", self.keys, gives=[_JSON], guard=guard, counted="keys"),
            Door("/healthz", self.health, gives=[_JSON]),
            Door("/readyz", self.ready, gives=[_JSON]),
        ]

    async def put(self, request: Request) -> Response:
        """Take an envelope."""
        digest = _digest(request)
        named = sha256_of(", ".join(request.headers.getlist("Content-Digest")) or None)
        await self._guard.let_in(request, door="envelopes", content_digest=named)
        if not self._readers.acquire(blocking=False):
            raise TooBusyError(wait_s=BUSY_S)
        try:
            data = await read_body(request, maximum_bytes=self._policy.maximum_bytes, stall_s=self._policy.stall_s)
            found = canonical.digest(data)
            if found != named:
                raise ContentDigestMismatchError
            if found != digest:
                raise NameMismatchError
            result = await self.take(data, digest)
        finally:
            self._readers.release()
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
        return Response(canonical.encode(self._hub.public_keys()), media_type=_JSON)

    async def health(self, _request: Request) -> Response:
        """That this process answers."""
        return Response(canonical.encode({"status": "ok"}), media_type=_JSON)

    async def ready(self, _request: Request) -> Response:
        """Whether results can be taken."""
        await run_in_threadpool(self._readiness.require)
        return Response(canonical.encode({"status": "ok"}), media_type=_JSON)

    async def take(self, data: bytes, digest: str) -> IntakeResult:
        """Judge an envelope, with others that wait."""
        result = await self._gathering.take(Offer(data=data, digest=digest, about=log.told_about()))
        (self._metrics.accepted if result.is_new else self._metrics.repeated).inc()
        return result


def _digest(request: Request) -> str:
    digest: str = request.path_params["digest"]
    if not is_digest(digest):
        raise BadDigestError
    return digest
