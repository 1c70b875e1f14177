"""HTTP connections as a room holds them: uvicorn's, with a time for everything and a bound for everyone.

1. The head of a request comes whole within a time, from the connection or from its first byte on; else the connection
   is cut. Whoever connects and says nothing holds nothing for long.
2. So does TLS come up, which the library alone would give a minute; and so does its good-bye, for which the library
   would wait half a minute at a cable that was pulled.
3. Who has a place is for `Places` to say. One that has none is answered 503 as soon as it asks, and closed; of many
   such at once, those that are beyond are cut.
4. What is no HTTP is answered by a problem document like any other refusal.
5. A connection that ended is let go of at once, TLS and its buffers with it: nothing here holds itself.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

import h11
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from pocus_desktop.kernel.connections import send_at_once
from pocus_desktop.proctoring.errors import NoPlaceError, RoomRequestError
from pocus_desktop.proctoring.service_http import problem
from pocus_desktop.proctoring.service_places import Places

HEAD_S: Final = 10.0
IDLE_S: Final = 5.0
"""How long a connection is kept between two requests."""

MOST_TURNED_AWAY: Final = 60
"""That are told so at once."""

AGAIN_S: Final = 2
"""When to come again who was turned away."""

if sys.platform == "win32":
    _Loop = asyncio.ProactorEventLoop
else:
    _Loop = asyncio.SelectorEventLoop


class RoomProtocol(H11Protocol):
    """One connection."""

    places: ClassVar[Places]
    turned_away: ClassVar[set["RoomProtocol"]]
    head_s: ClassVar[float] = HEAD_S
    idle_s: ClassVar[float] = IDLE_S
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Rules 1 and 3."""
        super().connection_made(transport)
        send_at_once(transport)
        self.timeout_keep_alive = self.idle_s  # type: ignore[assignment]  # any number is waited for
        address = self.client[0] if self.client is not None else ""
        if not self.places.came(self.client, address, transport.abort):
            if len(self.turned_away) >= MOST_TURNED_AWAY:
                transport.abort()
                return
            self.turned_away.add(self)
            self.app = _turn_away
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        self.places.gone(self.client)
        self.turned_away.discard(self)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # rule 5: the library lets a timer stand that holds this, and this it

    def data_received(self, data: bytes) -> None:
        """Rule 1."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head_timer is None and not self.transport.is_closing() and self.conn.trailing_data[0]:
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Rule 4, unless another answer is under way."""
        del msg
        cycle: RequestResponseCycle | None = self.cycle
        is_begun = False
        if cycle is not None and not cycle.response_complete:
            is_begun = cycle.response_started
            cycle.disconnected = True
            cycle.message_event.set()
        if not is_begun:
            self.transport.write(_raw(_closing(problem(RoomRequestError(reason="it is no HTTP request")))))
        self.transport.close()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()  # `close` would wait for whoever says nothing to say good-bye


class _PromptLoop(_Loop):
    """Rule 2."""

    handshake_s: float = HEAD_S

    async def create_server(self, *args: Any, **given: Any) -> asyncio.Server:
        """As the library's, in any of its forms."""
        if given.get("ssl") is not None:
            given |= {"ssl_handshake_timeout": self.handshake_s, "ssl_shutdown_timeout": self.handshake_s}
        create: Callable[..., Awaitable[asyncio.Server]] = super().create_server
        return await create(*args, **given)


def loop_factory(handshake_s: float) -> Callable[[], asyncio.AbstractEventLoop]:
    """Makes event loops whose servers give TLS so long to come up, and to end."""

    def make() -> asyncio.AbstractEventLoop:
        loop = _PromptLoop()
        loop.handshake_s = handshake_s
        return loop

    return make


def protocol(places: Places, *, head_s: float = HEAD_S, idle_s: float = IDLE_S) -> type[RoomProtocol]:
    """The protocol of a room with these places."""
    bounds = {"places": places, "turned_away": set(), "head_s": head_s, "idle_s": idle_s}
    return type("BoundedRoomProtocol", (RoomProtocol,), bounds)


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    """Rule 3."""
    await _closing(problem(NoPlaceError(wait_s=AGAIN_S)))(scope, receive, send)


def _closing(answer: Response) -> Response:
    answer.headers["Connection"] = "close"
    return answer


def _raw(answer: Response) -> bytes:
    """An answer as it stands on the wire."""
    fields = b"".join(b"%b: %b\r\n" % field for field in answer.raw_headers)
    return b"HTTP/1.1 %d \r\n%b\r\n%b" % (answer.status_code, fields, bytes(answer.body))
