"""HTTP connections as a room holds them: uvicorn's, with a time for the head and a bound for each address.

1. The head of a request comes whole within a time, from the connection or from its first byte on; else the connection
   is cut. Whoever connects and says nothing holds nothing for long.
2. One address has half of all connections at most: it keeps no other one out.
"""

import asyncio
from typing import ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S: Final = 10.0


class RoomProtocol(H11Protocol):
    """One connection."""

    head_s: ClassVar[float] = HEAD_S
    most_of_one: ClassVar[int]
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Rules 1 and 2."""
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


def protocol(*, most_connections: int, head_s: float = HEAD_S) -> type[RoomProtocol]:
    """The protocol of a room that holds so many connections."""
    return type("BoundedRoomProtocol", (RoomProtocol,), {"head_s": head_s, "most_of_one": most_connections // 2})
