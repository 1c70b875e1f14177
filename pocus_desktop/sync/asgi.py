"""A hub within this process, reached through the same HTTP client as one far away (docs/adr/0046)."""

import asyncio
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from httpx2._transports.asgi import _ASGIApp as AsgiApp


class InProcessTransport(httpx2.BaseTransport):
    """Runs an ASGI application for each request of a synchronous client, on the thread that asks.

    Each request has an event loop of its own, so it must not be used on a thread that runs one. The application's
    lifespan is not run. An exception that escapes the application becomes an empty answer of status 500, as a server
    gives it.
    """

    def __init__(self, app: "AsgiApp") -> None:
        self._inner = httpx2.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request, whole."""
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        asked = httpx2.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.read(),
            extensions=request.extensions,
        )
        answer = await self._inner.handle_async_request(asked)
        content = await answer.aread()
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(content))
