"""The room over the LAN (formats/room 4, 5).

    GET  /v1/card               the console's card, signed by its centre; for anyone
    POST /v1/hello              a station says who it is
    POST /v1/reports            where a station stands; answered with its orders
    GET  /v1/orders/{mark}      answered when there is something else than the station knows, or after a while
    POST /v1/console/asks       what whoever holds the centre's key asks
    GET  /v1/console/room       what they see
    …    /v1/console/…          more for them (`service_console`)
    POST /v1/peers              another console of this centre shows its card
    …                           further doors, such as the relay's

TLS 1.3 with the room's own certificate. Every refusal is a problem document. Who is not known is told nothing but that.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Final, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pocus_desktop.admission.documents import read_payload
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.asks import MAXIMUM_ASK_BYTES, answer, read_ask
from pocus_desktop.proctoring.documents import (
    ASK_TYPE,
    CARD_TYPE,
    DONE_TYPE,
    HELLO_TYPE,
    MAXIMUM_CARD_BYTES,
    MAXIMUM_HELLO_BYTES,
    MAXIMUM_REPORT_BYTES,
    REPLY_TYPE,
    REPORT_TYPE,
    VIEW_TYPE,
    RoomReply,
    StationHello,
    StationReport,
    encode,
)
from pocus_desktop.proctoring.errors import (
    CannotListenError,
    NothingThereError,
    NotYoursError,
    RoomRequestError,
    UnknownStationError,
)
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.pairing import read_card, says_more
from pocus_desktop.proctoring.room_state import Effect, Station, Wake
from pocus_desktop.proctoring.service_http import Counter, problem, read_body
from pocus_desktop.proctoring.service_places import Places
from pocus_desktop.proctoring.service_protocol import HEAD_S, IDLE_S, loop_factory, protocol
from pocus_desktop.proctoring.tls import server_context

DEFAULT_PORT: Final = 8421
WAIT_S: Final = 20.0
"""How long a station's question for orders is held; less than what networks forget connections after."""

MOST_WAITS: Final = 4
"""Questions for orders of one station that are held at once; of more, those before are answered."""

TICK_S: Final = 1.0
MOST_CONNECTIONS: Final = 600
"""Connections at once, of which each station has two; who has a place among them is `Places`' to say."""

HEAD_BYTES: Final = 16 * 1024

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Door: TypeAlias = BaseRoute
"""A door beside the room's own."""


class RoomService:
    """The doors of one room; what they share.

    Args:
        room: The room.
        clock: Of the console.
        card: The console's own card, as it is now.
        counter: Who asks, and how often.
        wait_s: How long a question for orders is held.
        places: Connections, of which it tells whose they are.
    """

    def __init__(
        self,
        room: LiveRoom,
        *,
        clock: Clock,
        card: Callable[[], bytes],
        counter: Counter | None = None,
        wait_s: float = WAIT_S,
        places: Places | None = None,
    ) -> None:
        self.room = room
        self.places = Places(MOST_CONNECTIONS) if places is None else places
        self._clock = clock
        self.counter = counter or Counter(clock)
        self._card = card
        self._wait_s = wait_s
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closing = False
        room.on_effects(self._heard)

    def app(self, further: Sequence[Door] = ()) -> Starlette:
        """The application, with further doors beside these."""
        routes: list[BaseRoute] = [
            Route("/v1/card", self.door(self._get_card), methods=["GET"]),
            Route("/v1/hello", self.door(self._hello), methods=["POST"]),
            Route("/v1/reports", self.door(self._report), methods=["POST"]),
            Route("/v1/orders/{mark:int}", self.door(self._orders), methods=["GET"]),
            Route("/v1/console/asks", self.door(self._ask), methods=["POST"]),
            Route("/v1/console/room", self.door(self._see), methods=["GET"]),
            Route("/v1/peers", self.door(self._peer), methods=["POST"]),
            *further,
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _nothing_there})

    def door(self, endpoint: Endpoint) -> Endpoint:
        """An endpoint whose refusals are problem documents."""

        async def guarded(request: Request) -> Response:
            self._loop = asyncio.get_running_loop()
            try:
                _require_no_query(request)
                return await endpoint(request)
            except PocusError as error:
                return problem(error)
            except Exception as bug:  # noqa: BLE001 - nothing of it may reach a sender by itself
                log.bug("room.request_failed", bug)
                return problem(PocusError(code="kernel.unexpected"))

        return guarded

    def station(self, request: Request, *, door: str, body: bytes | None = None) -> Station:
        """The station whose request it is.

        Raises:
            RoomError: None that is known here signed it, or it asks too often.
        """
        key = self.counter.sender(request, self.room.key_of, door=door, body=body)
        found = self.room.station_of(key)
        if found is None:
            raise UnknownStationError
        self._known(request, found)
        return found

    def close(self) -> None:
        """Answer everyone who waits; from any thread."""
        self._is_closing = True
        for station_id in list(self._waiting):
            self._wake(station_id)

    async def _get_card(self, request: Request) -> Response:
        self.counter.stranger(request)
        return Response(self._card(), media_type=CARD_TYPE)

    async def _hello(self, request: Request) -> Response:
        self.counter.stranger(request)
        body = await read_body(request, media_type=HELLO_TYPE, maximum_bytes=MAXIMUM_HELLO_BYTES)
        hello = read_payload(StationHello, body)

        def find(key_id: str) -> PublicKey | None:
            return hello.signing if hello.signing.key_id == key_id else None

        self.counter.sender(request, find, door="hello", body=body)
        await run_in_threadpool(self.room.hello, hello)
        self._known(request, self.room.station(hello.sealing.key_id))
        return await self._reply(hello.sealing.key_id)

    async def _report(self, request: Request) -> Response:
        body = await read_body(request, media_type=REPORT_TYPE, maximum_bytes=MAXIMUM_REPORT_BYTES)
        station = self.station(request, door="reports", body=body)
        report = read_payload(StationReport, body)
        if report.station_id != station.station_id:
            raise NotYoursError

        def take() -> RoomReply:
            self.room.report(report)
            return self.room.reply(station.station_id)

        return _told(await run_in_threadpool(take))

    async def _orders(self, request: Request) -> Response:
        station = self.station(request, door="orders")
        known = request.path_params["mark"]
        changed = asyncio.Event()
        held = self._waiting.setdefault(station.station_id, set())
        if len(held) >= MOST_WAITS:
            for before in held:
                before.set()
        held.add(changed)
        try:
            if self.room.station(station.station_id).mark == known and not self._is_closing:
                async with asyncio.timeout(self._wait_s):
                    await changed.wait()
        except TimeoutError:
            pass  # nothing new is an answer too
        finally:
            self._waiting[station.station_id].discard(changed)
        return await self._reply(station.station_id)

    async def _reply(self, station_id: str) -> Response:
        return _told(await run_in_threadpool(self.room.reply, station_id))

    async def _ask(self, request: Request) -> Response:
        body = await read_body(request, media_type=ASK_TYPE, maximum_bytes=MAXIMUM_ASK_BYTES)
        self.centre(request, body=body)
        made = await run_in_threadpool(answer, self.room, read_ask(body))
        return Response(canonical.encode({"order_id": made}), media_type=DONE_TYPE)

    async def _see(self, request: Request) -> Response:
        self.centre(request)
        view = await run_in_threadpool(self.room.view)
        rows: list[Json] = [
            {
                **asdict(row),
                "health": row.health.model_dump(mode="json"),
                "notes": [note.model_dump(mode="json") for note in row.notes],
                "urgency": row.urgency.name.lower(),
                "marks": [{"code": mark.code, "told": mark.told} for mark in row.marks],
                "orders": [asdict(line) for line in row.orders],
            }
            for row in view.rows
        ]
        incidents: list[Json] = [asdict(row) for row in view.incidents]
        trouble = self.room.trouble
        told: Json = None if trouble is None else trouble.explain().what
        seen: dict[str, Json] = {"trouble": told, "headline": view.headline, "incidents": incidents, "rows": rows}
        return Response(canonical.encode(seen), media_type=VIEW_TYPE)

    async def _peer(self, request: Request) -> Response:
        self.counter.stranger(request)
        envelope = await read_body(request, media_type=CARD_TYPE, maximum_bytes=MAXIMUM_CARD_BYTES)
        centre, now_ms = self.room.holder.centre, self._clock.read().wall_ms
        card = read_card(envelope, centre, now_ms=now_ms)
        if says_more(card, self.room.state.peers.get(card.console)):
            await run_in_threadpool(self.room.see_peer, card.console, envelope)
        return Response(self._card(), media_type=CARD_TYPE)

    def _known(self, request: Request, station: Station) -> None:
        """Whoever only asks to come in has no place of the room's."""
        if station.is_in:
            self.places.known(request.client, station.station_id)

    def centre(self, request: Request, *, body: bytes | None = None) -> None:
        """Refuse whoever does not hold the centre's key.

        Raises:
            RoomError: It is not signed by it, or comes too often.
        """
        own = self.room.signer.public
        key = self.counter.sender(
            request, lambda key_id: own if own.key_id == key_id else None, door="console", body=body
        )
        self.places.known(request.client, key.key_id)

    def _heard(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Wake):
                self._wake(effect.station_id)

    def _wake(self, station_id: str) -> None:
        """From any thread."""
        loop, waiting = self._loop, tuple(self._waiting.get(station_id, ()))
        if loop is not None and not loop.is_closed():
            for changed in waiting:
                loop.call_soon_threadsafe(changed.set)


class RoomServer:
    """A room's service at a port, on threads of its own.

    Args:
        service: What it serves.
        key: The console's TLS key.
        further: Doors beside the room's own.
        host: Where to listen; every address of this computer where omitted.
        port: 0 takes a free one.
        head_s: How long TLS, and then the head of a request, may take.
        idle_s: How long a connection is kept between two requests.
    """

    def __init__(
        self,
        service: RoomService,
        key: SigningKey,
        *,
        further: Sequence[Door] = (),
        host: str = "0.0.0.0",  # noqa: S104 - the stations of the LAN are whom it is for; who they are is checked
        port: int = DEFAULT_PORT,
        head_s: float = HEAD_S,
        idle_s: float = IDLE_S,
    ) -> None:
        """Listen; nobody is answered before `start`.

        Raises:
            CannotListenError: Something else is there.
        """
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._listener = socket.create_server((host, port), family=family, backlog=128)
        except OSError as reason:
            raise CannotListenError(host=host, port=port, reason=reason.strerror or "") from reason
        self._service = service
        self._stop = threading.Event()
        self._head_s = head_s
        config = uvicorn.Config(
            service.app(further),
            http=protocol(service.places, head_s=head_s, idle_s=idle_s),
            h11_max_incomplete_event_size=HEAD_BYTES,
            ssl_context_factory=lambda _config, _default: server_context(key),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._serving = threading.Thread(target=self._serve, name="pocus-room", daemon=True)
        self._ticking = threading.Thread(target=self._tick, name="pocus-room-clock", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Answer from now on."""
        self._serving.start()
        self._ticking.start()

    def close(self) -> None:
        """Answer who waits, then stop."""
        self._stop.set()
        self._service.close()
        self._server.should_exit = True
        for thread in (self._serving, self._ticking):
            if thread.is_alive():
                thread.join()
        self._listener.close()

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=loop_factory(self._head_s)) as runner:
            runner.run(self._server.serve(sockets=[self._listener]))

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            try:
                self._service.room.tick()
            except PocusError as error:
                log.failure(error)
            except Exception as bug:  # noqa: BLE001 - time passes in a room whatever happened to one beat of it
                log.bug("room.tick_failed", bug)


def _require_no_query(request: Request) -> None:
    if request.url.query:
        raise RoomRequestError(reason="no address here has a query")


def _told(reply: RoomReply) -> Response:
    return Response(encode(reply), media_type=REPLY_TYPE)


async def _nothing_there(_request: Request, _error: Exception) -> Response:
    return problem(NothingThereError())
