"""HTTP as the hub speaks it: uvicorn's, with a time for the head, a bound on connections, and no answer but ours.

1. The head of a request comes whole within a time, from the connection or from its first byte on; else 408 and away.
2. More than so many connections are answered 503, and more than four times as many are cut.
3. What is no HTTP, or has a head larger than the bound, is answered with a problem document too.
"""

import asyncio
import sys
from typing import ClassVar, Final

import h11
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from pocus_desktop.hub.errors import BadRequestError, HeadTooLargeError, HubError, SlowHeadError, TooBusyError
from pocus_desktop.hub.web.problem import problem_response
from pocus_desktop.kernel import log
from pocus_desktop.kernel.connections import send_at_once

HEAD_BYTES: Final = 16 * 1024
"""A signed request's head is below 3 KiB."""

HEAD_S: Final = 10.0
CONNECTIONS: Final = 128
BUSY_S: Final = 10
_CUT: Final = 4
_HEAD_TOO_LARGE: Final = 431


class HubProtocol(H11Protocol):
    """One connection."""

    head_s: ClassVar[float] = HEAD_S
    most_connections: ClassVar[int] = CONNECTIONS
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Rules 1 and 2."""
        super().connection_made(transport)
        send_at_once(transport)
        if len(self.connections) > _CUT * self.most_connections:
            transport.abort()
            return
        if len(self.connections) > self.most_connections:
            self.app = _too_busy
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # the library lets a timer stand that holds this, and this its buffers

    def data_received(self, data: bytes) -> None:
        """Rule 1."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head_timer is None and not self.transport.is_closing() and self.conn.trailing_data[0]:
            self._await_head()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words; ours stand in the table
        """Rule 3; called by uvicorn while it handles what h11 raised."""
        problem = sys.exception()
        is_large = isinstance(problem, h11.RemoteProtocolError) and problem.error_status_hint == _HEAD_TOO_LARGE
        self._refuse(HeadTooLargeError(limit_bytes=HEAD_BYTES) if is_large else BadRequestError(reason="not HTTP"))

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._refuse(SlowHeadError(limit_s=round(self.head_s)))

    def _refuse(self, error: HubError) -> None:
        """Answer what never became a request, unless another answer is under way, and close."""
        log.failure(error)
        cycle: RequestResponseCycle | None = self.cycle
        is_begun = False
        if cycle is not None and not cycle.response_complete:
            is_begun = cycle.response_started
            cycle.disconnected = True
            cycle.message_event.set()
        if not is_begun:
            self.transport.write(_raw(problem_response(error, headers={"Connection": "close"})))
        self.transport.close()


def protocol(*, head_s: float = HEAD_S, most_connections: int = CONNECTIONS) -> type[HubProtocol]:
    """The protocol with other bounds.

    Args:
        head_s: How long the head of a request may take, in seconds.
        most_connections: How many are answered at once.
    """
    return type("BoundedProtocol", (HubProtocol,), {"head_s": head_s, "most_connections": most_connections})


async def _too_busy(scope: Scope, receive: Receive, send: Send) -> None:
    error = TooBusyError(wait_s=BUSY_S)
    log.failure(error)
    await problem_response(error, headers={"Connection": "close"})(scope, receive, send)


def _raw(answer: Response) -> bytes:
    """An answer as it stands on the wire."""
    fields = b"".join(b"%b: %b\r\n" % field for field in answer.raw_headers)
    return b"HTTP/1.1 %d \r\n%b\r\n%b" % (answer.status_code, fields, bytes(answer.body))
