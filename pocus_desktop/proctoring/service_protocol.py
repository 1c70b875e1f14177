"""HTTP connections as a room holds them: uvicorn's, with a time for the head and a bound for each address.

1. The head of a request comes whole within a time, from the connection or from its first byte on; else the connection
   is cut. Whoever connects and says nothing holds nothing for long.
2. So does TLS come up, which the library alone would give a minute.
3. One address has half of all connections at most: it keeps no other one out.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S: Final = 10.0

if sys.platform == "win32":
    _Loop = asyncio.ProactorEventLoop
else:
    _Loop = asyncio.SelectorEventLoop


class RoomProtocol(H11Protocol):
    """One connection."""

    head_s: ClassVar[float] = HEAD_S
    most_of_one: ClassVar[int]
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Rules 1 and 3."""
        super().connection_made(transport)
        if self.client is not None and self._of_same_address() > self.most_of_one:
            transport.abort()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Rule 1."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head_timer is None and not self.transport.is_closing() and self.conn.trailing_data[0]:
            self._await_head()

    def _of_same_address(self) -> int:
        host = self.client[0] if self.client is not None else ""
        return sum(
            other.client is not None and other.client[0] == host
            for other in self.connections
            if isinstance(other, RoomProtocol)
        )

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()  # `close` would wait half a minute for whoever says nothing to say good-bye


class _PromptLoop(_Loop):
    """Rule 2."""

    handshake_s: float = HEAD_S

    async def create_server(self, *args: Any, **given: Any) -> asyncio.Server:
        """As the library's, in any of its forms."""
        if given.get("ssl") is not None:
            given["ssl_handshake_timeout"] = self.handshake_s
        create: Callable[..., Awaitable[asyncio.Server]] = super().create_server
        return await create(*args, **given)


def loop_factory(handshake_s: float) -> Callable[[], asyncio.AbstractEventLoop]:
    """Makes event loops whose servers give TLS so long to come up."""

    def make() -> asyncio.AbstractEventLoop:
        loop = _PromptLoop()
        loop.handshake_s = handshake_s
        return loop

    return make


def protocol(*, most_connections: int, head_s: float = HEAD_S) -> type[RoomProtocol]:
    """The protocol of a room that holds so many connections."""
    return type("BoundedRoomProtocol", (RoomProtocol,), {"head_s": head_s, "most_of_one": most_connections // 2})
