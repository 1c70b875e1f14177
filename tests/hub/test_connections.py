"""A connection of the hub that ended without a good-bye is let go of at once, TLS and its buffers with it."""

import asyncio
import gc
import weakref

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from pocus_desktop.hub.web.protocol import HubProtocol


class Wire(asyncio.Transport):
    """A connection on which nothing is sent, and which has no address."""

    def is_closing(self) -> bool:
        return False

    def resume_reading(self) -> None:
        """Nothing stood still."""


async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """An application that is never asked."""


def test_who_is_cut_off_between_two_requests_holds_nothing_until_garbage_is_looked_for() -> None:
    async def left() -> weakref.ref[HubProtocol]:
        loop = asyncio.get_running_loop()
        connection = HubProtocol(uvicorn.Config(nothing, interface="asgi3", log_config=None), ServerState(), {}, loop)
        connection.connection_made(Wire())
        connection.on_response_complete()  # from here on it is waited for the next request
        connection.connection_lost(ConnectionAbortedError())
        return weakref.ref(connection)

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(left())() is None
    finally:
        gc.enable()
